package oncelery

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// rabbit speaks AMQP 0-9-1. A connection that fails is made anew by the next call.
type rabbit struct {
	address string
	reply   string

	conn    *amqp.Connection
	channel *amqp.Channel
	answers <-chan amqp.Delivery
}

// connected makes the connection, the queue of answers and its consumer, as far as they are not there.
func (r *rabbit) connected() error {
	if r.channel != nil && !r.channel.IsClosed() {
		return nil
	}
	r.drop()
	conn, err := amqp.DialConfig(r.address, amqp.Config{Dial: amqp.DefaultDial(10 * time.Second), Heartbeat: 10 * time.Second})
	if err != nil {
		return scrubbed(err)
	}
	r.conn = conn
	if r.channel, err = conn.Channel(); err != nil {
		return err
	}
	if err := r.channel.Confirm(false); err != nil {
		return err
	}
	// It outlives a restart of the broker, and goes by itself when nobody asks for it.
	if _, err := r.channel.QueueDeclare(r.reply, true, false, false, false, amqp.Table{"x-expires": kept.Milliseconds()}); err != nil {
		return err
	}
	r.answers, err = r.channel.Consume(r.reply, "", true, false, false, false, nil)
	return err
}

func (r *rabbit) drop() {
	if r.conn != nil {
		_ = r.conn.Close()
	}
	r.conn, r.channel, r.answers = nil, nil, nil
}

// failed lets the next call connect again.
func (r *rabbit) failed(err error) error {
	if err != nil {
		r.drop()
	}
	return err
}

// scrubbed is an error without the address, which may hold a password.
func scrubbed(err error) error {
	if e, ok := errors.AsType[*amqp.Error](err); ok {
		return fmt.Errorf("%s", e.Reason)
	}
	return err
}

// there sees to it that a queue is, as the workers declare it if they do not have it yet.
func (r *rabbit) there(queue string) error {
	c, err := r.conn.Channel()
	if err != nil {
		return err
	}
	if _, err := c.QueueDeclarePassive(queue, true, false, false, false, nil); err == nil {
		return c.Close()
	}
	_, err = r.channel.QueueDeclare(queue, true, false, false, false, nil)
	return err
}

func (r *rabbit) publish(ctx context.Context, queue string, m *message) error {
	if err := r.connected(); err != nil {
		return r.failed(err)
	}
	if err := r.there(queue); err != nil {
		return r.failed(err)
	}
	headers := amqp.Table(m.headers())
	sure, err := r.channel.PublishWithDeferredConfirmWithContext(ctx, "", queue, false, false, amqp.Publishing{
		Headers: headers, ContentType: "application/json", ContentEncoding: "utf-8", DeliveryMode: amqp.Persistent,
		CorrelationId: m.id, Expiration: strconv.FormatInt(max(1, time.Until(m.expires).Milliseconds()), 10), Body: m.body,
	})
	if err != nil {
		return r.failed(err)
	}
	if ok, err := sure.WaitContext(ctx); err != nil || !ok {
		return r.failed(errors.Join(errors.New("the broker did not take a message"), err))
	}
	return nil
}

func (r *rabbit) receive(ctx context.Context, within time.Duration) ([]byte, error) {
	if err := r.connected(); err != nil {
		return nil, r.failed(err)
	}
	wait := time.NewTimer(within)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, nil
	case d, ok := <-r.answers:
		if !ok {
			return nil, r.failed(errors.New("the broker has closed the connection"))
		}
		return d.Body, nil
	}
}

// each takes the messages that lie in a queue, and gives back those that are to stay.
func (r *rabbit) each(queue string, stays func(d *amqp.Delivery) bool) error {
	if err := r.connected(); err != nil {
		return r.failed(err)
	}
	c, err := r.conn.Channel()
	if err != nil {
		return r.failed(err)
	}
	defer c.Close() // gives back what is not acked
	for {
		d, ok, err := c.Get(queue, false)
		if e, is := errors.AsType[*amqp.Error](err); is && e.Code == amqp.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if !ok {
			return nil
		}
		if !stays(&d) {
			if err := d.Ack(false); err != nil {
				return err
			}
		}
	}
}

func (r *rabbit) foreign(_ context.Context, queue string) (found string, err error) {
	err = r.each(queue, func(d *amqp.Delivery) bool {
		if task, _ := d.Headers["task"].(string); task != taskName {
			found = fmt.Sprintf("%q", task)
		}
		return true
	})
	return found, err
}

func (r *rabbit) withdraw(_ context.Context, queue, run string) error {
	return r.each(queue, func(d *amqp.Delivery) bool { return runIn(d.Body) != run })
}

func (r *rabbit) close(context.Context) error {
	if err := r.connected(); err != nil {
		return r.failed(err)
	}
	_, err := r.channel.QueueDelete(r.reply, false, false, false)
	r.drop()
	return err
}
