package worker

import "fmt"

// life is where a worker is between its start and its end. Whoever ends it says so by one of the methods here.
type life uint8

const (
	alive    life = iota
	leaving       // shuts down
	patient       // shuts down, and what runs has until its soft timeout
	dead          // its process; it will be started again, or is up with the end of a failure
	finished      // its process, while it was to end
	away          // until Restart
)

// mayBecome are the states that may follow each.
var mayBecome = [...][]life{
	alive:    {leaving, dead},
	leaving:  {patient, finished},
	patient:  {finished},
	dead:     {alive, finished},
	finished: {away},
	away:     {dead},
}

func (w *instance) become(next life) {
	for _, l := range mayBecome[w.life] {
		if l == next {
			w.life = next
			return
		}
	}
	panic(fmt.Sprintf("worker: %q goes from state %d of its life to %d", w.cfg.Name, w.life, next))
}

// down says that its process is not there.
func (w *instance) down() bool { return w.life >= dead }

// leaves says that it shuts down: it takes no more messages, and what runs goes on.
func (w *instance) leaves() bool { return w.life == patient || w.life == leaving }

// fall ends its process, if it is there. One that was to end is not started again.
func (w *instance) fall() {
	switch {
	case w.life == alive:
		w.become(dead)
	case w.leaves():
		w.become(finished)
	}
}
