package oncelery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
)

// Options say how to use the workers.
type Options struct {
	Broker   *url.URL
	Queue    string                           // of our own; "" = simrun
	Say      func(format string, args ...any) // tells what goes on beside the work; may be nil
	Measured func(Measured)                   // told once, after the first answers; may be nil
	Patience time.Duration                    // with a broker that stays away; 0 = a minute
	quiet    time.Duration                    // after which a message may be silent; 0 = as below
}

// Measured is what the first answers took.
type Measured struct {
	Cells  int
	Events int64
	Work   time.Duration // of all slots together
	Slots  int
}

// What the engine aims at.
const (
	defaultQueue = "simrun"
	patience     = time.Minute      // with a broker that stays away
	lonely       = 10 * time.Minute // without any answer, ever
	remind       = time.Minute      // that nobody has answered yet
	expiry       = 10 * time.Minute // after which a worker does not begin any more
	perSlot      = 4                // messages that are ahead of each slot
	fewest       = 8                // messages ahead while nobody is known
	aim          = time.Second      // work of one message
	mostCells    = 64               // in one message
	longestWait  = 200 * time.Millisecond
	quiet        = 15 * time.Second // after which a message is silent, doubled with each try,
	slowness     = 4                // or so many times the longest that any took of late
	unmet        = 4                // or so many times that while no worker is known
	mostTries    = 8                // of one cell
	mostWrong    = 20               // wrong answers to one cell, or before the first right one
	measured     = 8                // answers after which it is known what a cell takes
)

// Engine computes cells on Celery workers. It is an experiment.Backend.
type Engine struct {
	src    cells.Source
	opts   Options
	run    string
	b      broker
	cancel context.CancelFunc
	ended  chan struct{}

	mu      sync.Mutex
	failed  error // why it gave up
	known   map[string]*task
	pending []*task // to be published, in order
	wake    chan struct{}

	// Of the loop alone.
	out     map[string]*sent // messages that were not answered, by name
	silent  map[string]*sent // those that were issued again: their answers still count
	slots   map[string]bool  // that have answered
	each    time.Duration    // work of a cell, as measured of late
	first   Measured
	slowest time.Duration // from publishing to an answer, a tenth less with each further one
	wrong   int           // answers
	right   int
	away    time.Time // since when the broker fails; zero = it does not
	last    time.Time // an answer, or the beginning
	said    time.Time
	again   int // messages that were issued again
}

// task is a cell that somebody waits for.
type task struct {
	key     string
	src     cells.Source
	variant experiment.Variant // of it
	cell    experiment.Cell
	tries   int           // without an answer
	wrong   int           // answers
	done    chan struct{} // closed when outcome is there
	outcome *experiment.Outcome
}

// sent is a message on its way.
type sent struct {
	at    time.Time
	tasks []*task
}

// New begins to work. Close must be called.
func New(ctx context.Context, src cells.Source, o Options) (*Engine, error) {
	run := identifier()
	b, err := dial(o.Broker, "simrun.answers."+run)
	if err != nil {
		return nil, err
	}
	return begin(ctx, src, o, run, b)
}

func begin(ctx context.Context, src cells.Source, o Options, run string, b broker) (*Engine, error) {
	if o.Queue == "" {
		o.Queue = defaultQueue
	}
	o.Patience, o.quiet = cmp.Or(o.Patience, patience), cmp.Or(o.quiet, quiet)
	if o.Measured == nil {
		o.Measured = func(Measured) {}
	}
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	e := &Engine{
		src: src, opts: o, run: run, b: b, ended: make(chan struct{}), known: map[string]*task{}, wake: make(chan struct{}, 1),
		out: map[string]*sent{}, silent: map[string]*sent{}, slots: map[string]bool{}, last: time.Now(), said: time.Now(),
	}
	found, err := b.foreign(ctx, o.Queue)
	if err != nil {
		_ = b.close(ctx)
		return nil, e.scrubbed(fmt.Errorf("the broker cannot be reached: %w", err))
	}
	if found != "" {
		_ = b.close(ctx)
		return nil, fmt.Errorf("queue %q has messages of other tasks (%s): want a queue of our own (--queue)", o.Queue, found)
	}
	ctx, e.cancel = context.WithCancel(ctx)
	go e.loop(ctx)
	return e, nil
}

// scrubbed is an error without the password of the broker.
func (e *Engine) scrubbed(err error) error {
	if e.opts.Broker == nil || e.opts.Broker.User == nil {
		return err
	}
	if secret, given := e.opts.Broker.User.Password(); given && secret != "" && strings.Contains(err.Error(), secret) {
		return errors.New(strings.ReplaceAll(err.Error(), secret, "***"))
	}
	return err
}

// Reissued is the number of messages that were issued again. It may be asked for after Close.
func (e *Engine) Reissued() int { return e.again }

// Close ends the work, and takes what is left of it out of the broker.
func (e *Engine) Close() error {
	e.cancel()
	<-e.ended
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return e.scrubbedNil(errors.Join(e.b.withdraw(ctx, e.opts.Queue, e.run), e.b.close(ctx)))
}

func (e *Engine) scrubbedNil(err error) error {
	if err == nil {
		return nil
	}
	return e.scrubbed(err)
}

// Width implements experiment.Backend.
func (e *Engine) Width() int { return 64 }

// Compute implements experiment.Backend.
func (e *Engine) Compute(ctx context.Context, b *experiment.Batch) error {
	tasks := e.ask(b)
	for i, t := range tasks {
		tasks[i] = nil // for the collector of garbage
		select {
		case <-ctx.Done():
			return fmt.Errorf("interrupted: %w", ctx.Err())
		case <-e.ended:
			if t.outcome == nil { // the loop has ended: nobody writes any more
				e.mu.Lock()
				defer e.mu.Unlock()
				if e.failed == nil {
					return fmt.Errorf("interrupted: %w", context.Canceled)
				}
				return e.failed
			}
		case <-t.done:
		}
		b.Take(i, t.outcome)
		if b.Progress != nil {
			b.Progress(b.Phase, i+1)
		}
	}
	return nil
}

// ask puts the cells of a batch in line.
func (e *Engine) ask(b *experiment.Batch) []*task {
	e.mu.Lock()
	defer e.mu.Unlock()
	src, variant := e.src.Of(b)
	var tasks []*task
	for _, c := range b.Cells {
		key := src.Key(variant, &c)
		t := e.known[key]
		if t == nil { // no other batch waits for it
			t = &task{key: key, src: src, variant: variant, cell: c, done: make(chan struct{})}
			e.known[key] = t
			e.pending = append(e.pending, t)
		}
		tasks = append(tasks, t)
	}
	select {
	case e.wake <- struct{}{}:
	default:
	}
	return tasks
}
