package lint

import (
	"fmt"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// hangs: a task that never ends keeps its slot for ever, and so does one that waits for a service without a timeout.
func (l *linter) hangs() {
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		for i := range l.sc.Classes {
			class := &l.sc.Classes[i]
			if !l.takes(w, i) || c.HardLimit > 0 || class.HardLimit > 0 {
				continue
			}
			cure := "a time_limit of the task or the worker (--time-limit)"
			if c.Pool != worker.Prefork && c.Pool != worker.Gevent {
				cure = "a timeout of what it calls: the pool " + c.Pool.String() + " has no time limits"
			}
			if p := class.Failures.Hang.P; p > 0 {
				l.say("no-hard-limit", warning, l.taskPath(class), cure,
					"%.2g %% of it hang, and no hard limit ends them: each keeps a slot for ever", 100*p)
			}
			for k := range class.Work {
				if p := &class.Work[k]; p.Kind == workloads.Call && p.Timeout == 0 {
					l.say("no-hard-limit", note, l.taskPath(class), "a timeout of the call, or "+cure,
						"calls the service %q without a timeout, and no hard limit ends it: where the service hangs, every slot does", l.sc.Services[p.Service].Name)
					break
				}
			}
		}
	}
}

// services: what all workers together may ask of a service, retries included, against what it takes.
func (l *linter) services() {
	for k := range l.sc.Services {
		s := &l.sc.Services[k]
		slots, rate, retried := 0, 0.0, 0.0
		for _, w := range l.groups() {
			for i := range l.sc.Classes {
				if l.takes(w, i) && calls(&l.sc.Classes[i], k) {
					slots += l.l.Workers[w].Concurrency * l.instances(w)
					break
				}
			}
		}
		for i := range l.sc.Classes {
			if c := &l.sc.Classes[i]; calls(c, k) {
				r := l.rate(i)
				rate += r
				retried += r * float64(1+c.Retry.Max)
			}
		}
		path := "services." + s.Name
		if most := s.Connections; most > 0 && slots*max(1, s.PerSlot) > most {
			l.say("connections-beyond-service", warning, path, "fewer slots, or a pooler before it",
				"accepts %d connections, and the %d slots whose tasks call it may open %d", most, slots, slots*max(1, s.PerSlot))
		}
		if s.Rate > 0 && rate <= s.Rate && retried > s.Rate {
			l.say("retries-beyond-service", note, path, "retry_backoff with jitter and a lower max_retries",
				"admits %s calls a second: the first attempts ask for %s, but with all their retries, as in an outage, for %s", figure(s.Rate), figure(rate), figure(retried))
		}
	}
}

func calls(c *workloads.Class, service int) bool {
	for i := range c.Work {
		if p := &c.Work[i]; p.Kind == workloads.Call && p.Service == service {
			return true
		}
	}
	return false
}

func figure(x float64) string { return fmt.Sprintf("%.3g", x) }
