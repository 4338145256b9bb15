package oncelery

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisBroker speaks to redis as kombu does: a queue is a list, pushed at its left end and popped at its right.
type redisBroker struct {
	client *redis.Client
	reply  string
}

// silent keeps the library from writing to standard error.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func newRedis(u *url.URL, reply string) (*redisBroker, error) {
	o, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, errors.New("not an address of redis: want redis://HOST:PORT/DB")
	}
	o.MaxRetries = -1 // the engine has patience of its own
	o.ContextTimeoutEnabled = true
	redis.SetLogger(silent{})
	return &redisBroker{client: redis.NewClient(o), reply: reply}, nil
}

// kept is how long what nobody takes may lie in redis.
const kept = time.Hour

func (r *redisBroker) publish(ctx context.Context, queue string, m *message) error {
	data, err := m.envelope(queue)
	if err != nil {
		return err
	}
	_, err = r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.LPush(ctx, queue, data)
		p.Expire(ctx, queue, kept)
		return nil
	})
	return err
}

func (r *redisBroker) receive(ctx context.Context, within time.Duration) ([]byte, error) {
	got, err := r.client.BRPop(ctx, max(within, time.Second), r.reply).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	body, _, _, err := opened([]byte(got[1]))
	if err != nil {
		return []byte("{}"), nil // an answer to nothing
	}
	return body, nil
}

func (r *redisBroker) foreign(ctx context.Context, queue string) (string, error) {
	all, err := r.client.LRange(ctx, queue, 0, 99).Result()
	if err != nil {
		return "", err
	}
	for _, data := range all {
		if _, task, _, err := opened([]byte(data)); err != nil || task != taskName {
			return fmt.Sprintf("%q", task), nil
		}
	}
	return "", nil
}

func (r *redisBroker) withdraw(ctx context.Context, queue, run string) error {
	all, err := r.client.LRange(ctx, queue, 0, -1).Result()
	if err != nil {
		return err
	}
	for _, data := range all {
		if _, _, of, err := opened([]byte(data)); err == nil && of == run {
			if err := r.client.LRem(ctx, queue, 1, data).Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *redisBroker) close(ctx context.Context) error {
	return errors.Join(r.client.Del(ctx, r.reply).Err(), r.client.Close())
}
