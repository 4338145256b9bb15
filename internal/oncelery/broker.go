package oncelery

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// broker carries messages to workers and answers back. Its methods are called by one goroutine at a time. An error may
// pass: the next call connects again.
type broker interface {
	// publish puts a message into a queue.
	publish(ctx context.Context, queue string, m *message) error
	// receive is the next answer; nil if none comes within the time.
	receive(ctx context.Context, within time.Duration) ([]byte, error)
	// foreign is the task of some message in a queue that is none of ours; "" if there is none.
	foreign(ctx context.Context, queue string) (string, error)
	// withdraw takes the messages of a run out of a queue, as far as nobody has them.
	withdraw(ctx context.Context, queue, run string) error
	// close takes the queue of answers away.
	close(ctx context.Context) error
}

// ParseBroker reads the address of a broker. No error repeats it: it may hold a password.
func ParseBroker(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("not an address: want redis://HOST:PORT/DB or amqp://HOST:PORT/VHOST")
	}
	switch u.Scheme {
	case "redis", "rediss", "amqp", "amqps":
		return u, nil
	case "pyamqp":
		u.Scheme = "amqp"
		return u, nil
	}
	return nil, fmt.Errorf("%q: want redis, rediss, amqp or amqps", u.Scheme)
}

// dial prepares a broker; reply is the queue of answers.
func dial(u *url.URL, reply string) (broker, error) {
	if u.Scheme == "redis" || u.Scheme == "rediss" {
		return newRedis(u, reply)
	}
	return &rabbit{address: u.String(), reply: reply}, nil
}
