package lint

import (
	"fmt"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// visibility: redis delivers again what is unacked for longer than the visibility timeout, whether its worker is alive or
// not (celery issues 5935 and 2599).
func (l *linter) visibility() {
	if l.l.Broker.Kind != worker.Redis || l.l.Broker.Visibility == 0 {
		return
	}
	timeout := l.l.Broker.Visibility
	raise := func(s float64) string {
		return fmt.Sprintf("raise visibility_timeout (broker_transport_options) beyond %s", span(s))
	}
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		look := max(c.Overheads.Look, 1)
		for i := range l.sc.Classes {
			class := &l.sc.Classes[i]
			if !l.takes(w, i) {
				continue
			}
			mean := seconds(class)
			if l.late(w, i) && des.Seconds(mean) > timeout {
				period := max(timeout, look)
				times := 1 + int((des.Seconds(mean)-timeout)/period) + 1
				l.say("late-ack-beyond-visibility", warning, l.taskPath(class), raise(mean)+", or ack early (task_acks_late: false)",
					"runs for %s on average and is acked late, and redis delivers again what is unacked for %s: it will run up to %d times, several at once", span(mean), span(timeout.Seconds()), times)
			}
			l.waitsHeld(class.Name, i, timeout, "countdown-beyond-visibility", "redis delivers again what is unacked for "+span(timeout.Seconds())+": it will run more than once", raise)
			if m := c.PrefetchMultiplier; m > 1 && !c.DisablePrefetch {
				// What stands last in the reserve waits for all before it.
				if waits := float64(m-1) * mean; des.Seconds(waits) > timeout && des.Seconds(mean) <= timeout {
					l.say("reserved-beyond-visibility", warning, l.workerPath(w), "worker_prefetch_multiplier: 1, or "+raise(waits),
						"a message of %q that is reserved last waits %s behind others, and redis delivers it again after %s", class.Name, span(waits), span(timeout.Seconds()))
				}
			}
		}
	}
}

// waitsHeld finds countdowns and retries that are held, unacked, for longer than a timeout.
func (l *linter) waitsHeld(name string, class int, timeout des.Time, rule, then string, cure func(float64) string) {
	c := &l.sc.Classes[class]
	if l.l.Queues[l.l.ClassQueue[class]].Delays {
		return // the broker holds them
	}
	longest, what := 0.0, ""
	if c.Countdown != nil {
		longest, what = c.Countdown.Mean(), "a countdown"
	}
	if c.Retry.Max > 0 {
		delay := c.Retry.Delay
		for range c.Retry.Max - 1 {
			delay = des.Time(float64(delay) * c.Retry.Backoff)
			if c.Retry.Cap > 0 {
				delay = min(delay, c.Retry.Cap)
			}
		}
		if delay.Seconds() > longest {
			longest, what = delay.Seconds(), "the delay of a retry"
		}
	}
	if des.Seconds(longest) >= timeout {
		l.say(rule, warning, "tasks."+name, cure(longest)+", or have the task published later (a schedule)",
			"%s of %s is spent in the memory of a worker, unacked, and %s", what, span(longest), then)
	}
}

// consumerTimeout: rabbitmq closes the channel of a worker that has not acked a message for so long, and delivers all that
// it held again (rabbitmq.com, "Consumer Acknowledgements": consumer_timeout).
func (l *linter) consumerTimeout() {
	timeout := l.l.Broker.ConsumerTimeout
	if timeout == 0 {
		return
	}
	cure := func(s float64) string { return "raise consumer_timeout in rabbitmq beyond " + span(s) }
	for _, w := range l.groups() {
		ends := "the worker ends when nothing runs any more"
		if l.l.Workers[w].RetriesChannel {
			ends = "the worker connects again and is given the same messages"
		}
		then := "rabbitmq closes the channel after " + span(timeout.Seconds()) + " (consumer_timeout) and delivers all that the worker holds again; " + ends
		for i := range l.sc.Classes {
			class := &l.sc.Classes[i]
			if !l.takes(w, i) || l.l.Queues[l.l.ClassQueue[i]].Patient {
				continue
			}
			if mean := seconds(class); l.late(w, i) && des.Seconds(mean) > timeout {
				l.say("late-ack-beyond-consumer-timeout", warning, l.taskPath(class), cure(mean)+", or ack early (task_acks_late: false)",
					"runs for %s on average and is acked late, and %s", span(mean), then)
			}
			l.waitsHeld(class.Name, i, timeout, "countdown-beyond-consumer-timeout", then, cure)
		}
	}
}
