package baselines

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
)

// asynqQueue is hibiken/asynq on a Redis in this process.
type asynqQueue struct {
	name   string
	queues map[string]int // weights
	queue  [classes]string
}

// Asynq is asynq as it is set up first: one queue.
func Asynq() Contestant {
	return asynqQueue{"asynq", map[string]int{"default": 1}, [classes]string{"default", "default"}}
}

// AsynqQueues is asynq with a queue for each class, weighted as in its documentation.
func AsynqQueues() Contestant {
	return asynqQueue{"asynq-queues", map[string]int{"critical": 6, "low": 1}, [classes]string{"critical", "low"}}
}

func (q asynqQueue) Name() string { return q.name }

func (q asynqQueue) Run(ctx context.Context, w Workload, slots int) (Result, error) {
	redis, err := miniredis.Run()
	if err != nil {
		return Result{}, err
	}
	defer redis.Close()
	opt := asynq.RedisClientOpt{Addr: redis.Addr(), PoolSize: slots + 4}
	client := asynq.NewClient(opt)
	defer client.Close() //nolint:errcheck // the Redis behind it goes, too
	server := asynq.NewServer(opt, asynq.Config{
		Concurrency: slots, Queues: q.queues, LogLevel: asynq.FatalLevel,
		TaskCheckInterval: time.Millisecond, // it polls: the default of a second would be all one saw of it
		ShutdownTimeout:   time.Millisecond, // what hangs has been ended by then
	})
	b := newBook(w)
	if err := server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		b.body(int(binary.LittleEndian.Uint32(t.Payload())))
		return nil
	})); err != nil {
		return Result{}, fmt.Errorf("asynq: %w", err)
	}
	err = b.drive(ctx, func(i int) error {
		options := []asynq.Option{asynq.Queue(q.queue[w.Tasks[i].Class]), asynq.MaxRetry(0)}
		if w.Limit > 0 {
			options = append(options, asynq.Timeout(w.Limit))
		}
		_, err := client.Enqueue(asynq.NewTask("task", binary.LittleEndian.AppendUint32(nil, uint32(i))), options...)
		return err
	})
	r := b.result()
	server.Shutdown()
	return r, err
}
