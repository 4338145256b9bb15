package celery

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Overhead is a cost of Celery itself that a scenario may give, under the broker's overheads.
type Overhead struct {
	Name, Doc string
	at        func(*worker.Overheads, *worker.Broker) any // *des.Time, *float64 (a share) or *int (how often)
}

// Quantity is what kind of number it is.
func (o *Overhead) Quantity() Quantity {
	switch o.at(&worker.Overheads{}, &worker.Broker{}).(type) {
	case *float64:
		return Quantity{Kind: Share}
	case *int:
		return Quantity{Kind: Whole, Max: 1000}
	}
	return Quantity{Kind: Duration}
}

// Overheads are all of them: the times in the order of a message's life, then shares and counts.
func Overheads() []Overhead { return overheadRows[:] }

// OverheadNames are the names of those that are times.
func OverheadNames() []string {
	var names []string
	for i := range overheadRows {
		if overheadRows[i].Quantity().Kind == Duration {
			names = append(names, overheadRows[i].Name)
		}
	}
	return names
}

// override puts what is given in the place of what was measured.
func (b *Broker) override(o *worker.Overheads, to *worker.Broker) {
	for i := range overheadRows {
		row := &overheadRows[i]
		after, isTime := b.Overheads[row.Name]
		x, isNumber := b.Chances[row.Name]
		switch at := row.at(o, to).(type) {
		case *des.Time:
			if isTime {
				*at = after
			}
		case *float64:
			if isNumber {
				*at = x
			}
		case *int:
			if isNumber {
				*at = int(x)
			}
		}
	}
}

var overheadRows = [...]Overhead{
	{"publish", "From the call that publishes to the message lying in the broker.", func(_ *worker.Overheads, b *worker.Broker) any { return &b.Publish }},
	{"fetch", "From room in the window to the message in the worker's hands.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Fetch }},
	{"start", "From the worker handing a message to a slot to the body running.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Start }},
	{"finish", "From the end of the body to the slot being free.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Finish }},
	{"finish_late", "The same with late acks.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.FinishLate }},
	{"notice", "From the death of a child by its own hand to the parent seeing it.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Notice }},
	{"respawn", "From the death of a child to a new one taking tasks.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Respawn }},
	{"restore", "From the loss of a worker to its messages being back in the broker.", func(_ *worker.Overheads, b *worker.Broker) any { return &b.Restore }},
	{"publish_cpu", "CPU time of the producer, a message.", func(_ *worker.Overheads, b *worker.Broker) any { return &b.PublishCPU }},
	{"broker_cpu", "CPU time of the broker, a message.", func(_ *worker.Overheads, b *worker.Broker) any { return &b.ServeCPU }},
	{"retry", "For which a child is busy with publishing the retry of its task.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Retry }},
	{"after", "CPU time of the worker, a task, beside fetch, start and finish.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.After }},
	{"switch", "For which a computing task of a threads worker keeps the interpreter lock from the others.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Switch }},
	{"kill", "For which killing a child blocks its parent.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Kill }},
	{"fork", "For which starting a child blocks its parent.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Fork }},
	{"exit", "From the end of a recycled child's last task to its death.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Exit }},
	{"maintenance", "Period of the timer that finds children whose death went unnoticed.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Maintenance }},
	{"widen", "With rabbitmq, from one widening of the window for a task with an eta to the next.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Widen }},
	{"look", "With redis, from one look for messages that are unacked for longer than the visibility timeout to the next.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Look }},
	{"restart", "From the death of a whole prefork worker to a new one taking tasks.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Restart }},
	{"connect", "For which a child is busy with connecting to the broker, before its first retry.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Connect }},
	{"wake", "From the end of what a task waits for to the task going on.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Wake }},
	{"drain", "For which the consumer of a gevent worker waits for a message at a time.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Drain }},
	{"batch_within", "Within which two ends may be read in one turn of a worker's loop.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.BatchWithin }},
	{"unnoticed", "Share of the deaths of children that the parent does not notice at once.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Unnoticed }},
	{"unnoticed_alone", "The same of the kills of an only child.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.UnnoticedAlone }},
	{"batched", "Share of the cases in which the last two tasks of a worker, ending within batch_within, are read in one turn of its loop (5.2, redis).", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Batched }},
	{"overtaken", "Chance that the answer of redis overtakes a reserved message on its way to a child (5.2, prefork).", func(o *worker.Overheads, _ *worker.Broker) any { return &o.Overtaken }},
	{"overtaken_alone", "The same where no other slot of the worker was freed within batch_within.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.OvertakenAlone }},
	{"takes_lock", "Chance that a computing task of a threads worker takes the interpreter lock when the consumer gives it up.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.TakesLock }},
	{"gives_up_lock", "How often the consumer of a threads worker gives up the interpreter lock for a message, and again after it.", func(o *worker.Overheads, _ *worker.Broker) any { return &o.GivesUpLock }},
}
