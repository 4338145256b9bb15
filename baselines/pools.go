package baselines

import (
	"context"
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
)

// pool is an in-process pool: it takes functions and knows nothing of them.
type pool struct {
	name string
	// open makes a pool and returns how to submit and how to end it, once every body has returned.
	open func(slots int) (submit func(func()) error, end func(), err error)
}

func (p pool) Name() string { return p.name }

func (p pool) Run(ctx context.Context, w Workload, slots int) (Result, error) {
	submit, end, err := p.open(slots)
	if err != nil {
		return Result{}, err
	}
	b := newBook(w)
	err = b.drive(ctx, func(i int) error { return submit(func() { b.body(i) }) })
	r := b.result()
	end()
	return r, err
}

// Channel is what everybody writes first: goroutines that range over a buffered channel.
func Channel() Contestant {
	return pool{"channel", func(slots int) (func(func()) error, func(), error) {
		jobs := make(chan func(), 1<<16)
		var wg sync.WaitGroup
		for range slots {
			wg.Go(func() {
				for job := range jobs {
					job()
				}
			})
		}
		return func(job func()) error { jobs <- job; return nil }, func() { close(jobs); wg.Wait() }, nil
	}}
}

// Ants is panjf2000/ants.
func Ants() Contestant {
	return pool{"ants", func(slots int) (func(func()) error, func(), error) {
		p, err := ants.NewPool(slots)
		if err != nil {
			return nil, nil, err
		}
		return p.Submit, func() { _ = p.ReleaseTimeout(patience) }, nil
	}}
}

// Pond is alitto/pond.
func Pond() Contestant {
	return pool{"pond", func(slots int) (func(func()) error, func(), error) {
		p := pond.NewPool(slots)
		return p.Go, p.StopAndWait, nil
	}}
}
