package oncelery

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
)

// loop publishes and receives until its context ends or it gives up.
func (e *Engine) loop(ctx context.Context) {
	defer close(e.ended)
	for ctx.Err() == nil {
		err := e.step(ctx)
		if err == nil {
			e.away = time.Time{}
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if _, ok := errors.AsType[givenUp](err); ok {
			e.fail(err)
			return
		}
		if e.away.IsZero() {
			e.away = time.Now()
			e.opts.Say("the broker is away: %v", e.scrubbed(err))
		}
		if time.Since(e.away) > e.opts.Patience {
			e.fail(fmt.Errorf("the broker has been away for %s: %w", e.opts.Patience, err))
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(time.Second, e.opts.Patience/60)):
		}
	}
}

// givenUp is an error that no patience mends.
type givenUp struct{ error }

func (e *Engine) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failed = e.scrubbed(err)
}

// step publishes what may be ahead, and takes in an answer if one comes.
func (e *Engine) step(ctx context.Context) error {
	if err := e.reissue(); err != nil {
		return err
	}
	if err := e.publish(ctx); err != nil {
		return err
	}
	if len(e.out) == 0 {
		select {
		case <-ctx.Done():
		case <-e.wake:
		case <-time.After(longestWait):
		}
		e.last = time.Now()
		return nil
	}
	data, err := e.b.receive(ctx, longestWait)
	if err != nil {
		return err
	}
	if data == nil {
		return e.waits()
	}
	return e.take(data)
}

// publish keeps a few messages ahead of each slot.
func (e *Engine) publish(ctx context.Context) error {
	for len(e.out) < max(fewest, perSlot*len(e.slots)) {
		group := e.next()
		if len(group) == 0 {
			return nil
		}
		work := &cells.Work{Identity: group[0].src.Identity, Bundle: group[0].src.Bundle, Variant: group[0].variant}
		for _, t := range group {
			work.Cells = append(work.Cells, t.cell)
		}
		m, err := newMessage(e.run, "simrun.answers."+e.run, work, time.Now().Add(expiry))
		if err != nil {
			return givenUp{err}
		}
		if err := e.b.publish(ctx, e.opts.Queue, m); err != nil {
			e.back(group, false)
			return err
		}
		e.out[m.id] = &sent{time.Now(), group}
	}
	return nil
}

// next takes cells of one scenario from the line: about a second of work, but no more than leaves some for each slot.
func (e *Engine) next() (group []*task) {
	e.mu.Lock()
	defer e.mu.Unlock()
	most := 1
	if e.each > 0 {
		most = int(min(mostCells, max(1, aim/e.each)))
	}
	most = min(most, 1+len(e.pending)/(2*max(fewest/2, len(e.slots))))
	for len(e.pending) > 0 && len(group) < most && (len(group) == 0 || e.pending[0].alike(group[0])) {
		if t := e.pending[0]; e.known[t.key] != nil {
			group = append(group, t)
		}
		e.pending = e.pending[1:]
	}
	return group
}

// alike says that cells are of the same scenario.
func (t *task) alike(other *task) bool {
	return t.src.Identity == other.src.Identity && t.variant == other.variant
}

// back puts cells at the head of the line again, those that were answered meanwhile left out.
func (e *Engine) back(tasks []*task, again bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var open []*task
	for _, t := range tasks {
		if e.known[t.key] == t {
			if again {
				t.tries++
			}
			open = append(open, t)
		}
	}
	e.pending = append(open, e.pending...)
}

// reissue issues again what should have been answered long ago: its worker may have died.
func (e *Engine) reissue() error {
	limit := max(e.opts.quiet, slowness*e.slowest)
	if e.right == 0 {
		limit *= unmet
	}
	var names []string
	for name, s := range e.out {
		if time.Since(s.at) > limit<<min(s.tries(), mostTries) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return e.out[a].at.Compare(e.out[b].at) })
	for _, name := range names {
		s := e.out[name]
		delete(e.out, name)
		e.silent[name] = s
		e.again++
		e.back(s.tasks, true)
		if n := s.tries(); n >= mostTries && e.right > 0 {
			c := &s.tasks[0].cell
			return givenUp{fmt.Errorf("a cell (layout %d, replication %d) was issued %d times and never answered: its workers die of it, or none is left",
				c.Layout, c.Replication, n)}
		}
	}
	return nil
}

// tries is how often the cells of a message were issued before.
func (s *sent) tries() (most int) {
	for _, t := range s.tasks {
		most = max(most, t.tries)
	}
	return most
}

// waits says that nobody answers.
func (e *Engine) waits() error {
	if e.right > 0 {
		return nil
	}
	if time.Since(e.last) > lonely {
		return givenUp{fmt.Errorf("no worker has answered in %s: start one (celery -A simrun_cells worker -Q %s)", lonely, e.opts.Queue)}
	}
	if time.Since(e.said) > remind {
		e.said = time.Now()
		e.opts.Say("no worker has answered yet: is one there? celery -A simrun_cells worker -Q %s", e.opts.Queue)
	}
	return nil
}

// take takes in an answer, whatever it is.
func (e *Engine) take(data []byte) error {
	var a answer
	if json.Unmarshal(data, &a) != nil || a.Run != e.run {
		return e.isWrong("not an answer to this run")
	}
	s := cmp.Or(e.out[a.Message], e.silent[a.Message])
	if s == nil {
		return nil // answered already: harmless
	}
	delete(e.out, a.Message)
	delete(e.silent, a.Message)
	outcomes, err := e.read(&a, s.tasks)
	if err != nil {
		e.back(s.tasks, false)
		for _, t := range s.tasks {
			if t.wrong++; t.wrong >= mostWrong {
				return givenUp{fmt.Errorf("%d answers to a cell (layout %d, replication %d) and no right one: %w", t.wrong, t.cell.Layout, t.cell.Replication, err)}
			}
		}
		return e.isWrong(err.Error())
	}
	e.right++
	e.last = time.Now()
	e.slots[a.Worker] = true
	e.slowest = max(time.Since(s.at), e.slowest*9/10) // one worker that was stopped for an hour is forgotten again
	if n := time.Duration(a.Seconds / float64(len(s.tasks)) * float64(time.Second)); n > 0 {
		if e.each == 0 {
			e.each = n
		}
		e.each = (3*e.each + n) / 4
	}
	e.measure(&a, outcomes)
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, t := range s.tasks {
		if e.known[t.key] == t { // the first right answer counts
			delete(e.known, t.key)
			t.outcome = outcomes[i]
			close(t.done)
		}
	}
	return nil
}

// measure adds an answer to what the first ones took.
func (e *Engine) measure(a *answer, outcomes []*experiment.Outcome) {
	if e.right > measured {
		return
	}
	for _, o := range outcomes {
		e.first.Cells++
		e.first.Events += o.Events
	}
	e.first.Work += time.Duration(a.Seconds * float64(time.Second))
	if e.first.Slots = len(e.slots); e.right == measured {
		e.opts.Measured(e.first)
	}
}

// read checks an answer to a message.
func (e *Engine) read(a *answer, asked []*task) ([]*experiment.Outcome, error) {
	switch {
	case a.Error != "":
		return nil, errors.New(a.Error)
	case a.Done == nil:
		return nil, errors.New("an answer without outcomes")
	case a.Done.Error != "":
		return nil, errors.New(a.Done.Error)
	case a.Done.Identity != asked[0].src.Identity:
		return nil, fmt.Errorf("an answer of simrun %s for simrun %s", a.Done.Program, e.src.Program)
	case len(a.Done.Outcomes) != len(asked):
		return nil, fmt.Errorf("%d outcomes for %d cells", len(a.Done.Outcomes), len(asked))
	}
	outcomes := make([]*experiment.Outcome, len(asked))
	for i, data := range a.Done.Outcomes {
		var err error
		if outcomes[i], err = cells.Decode(data); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// isWrong counts an answer that is none. The first is told; when nothing else comes, it is the end.
func (e *Engine) isWrong(why string) error {
	e.wrong++
	if e.wrong == 1 {
		e.opts.Say("a worker's answer does not count: %s", why)
	}
	if e.right == 0 && e.wrong >= mostWrong {
		return givenUp{fmt.Errorf("%d answers and no right one: %s", e.wrong, why)}
	}
	return nil
}
