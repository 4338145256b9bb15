package strategies

import (
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// What was measured, in milliseconds: medians of an idle worker, and of the turnaround of a slot under backlog.
func TestPresetsMeetMeasurements(t *testing.T) {
	const none = -1
	for _, m := range []struct {
		release            string
		kind               worker.BrokerKind
		pool               worker.Pool
		received, started  float64
		early, late, noPre float64
	}{
		{"5.6", worker.Redis, worker.Prefork, 2.06, 1.00, 0.9, 3.3, 2.1},
		{"5.6", worker.Redis, worker.Threads, 2.15, 0.57, none, none, none},
		{"5.6", worker.Redis, worker.Gevent, 2.48, 0.99, 3.5, none, none},
		{"5.6", worker.Redis, worker.Solo, 1.96, 0.18, none, none, 1.6},
		{"5.6", worker.RabbitMQ, worker.Prefork, 1.74, 0.72, 1.0, 2.2, none},
		{"5.6", worker.RabbitMQ, worker.Threads, 1.82, 0.50, none, none, none},
		{"5.6", worker.RabbitMQ, worker.Gevent, 1.89, 0.83, none, none, none},
		{"5.2", worker.Redis, worker.Prefork, 1.95, 0.82, 1.05, none, none}, // of the two sorts the shorter one
		{"5.2", worker.Redis, worker.Threads, 1.73, 0.41, none, none, none},
		{"5.2", worker.Redis, worker.Gevent, 1.84, 0.52, none, none, none},
		{"5.2", worker.Redis, worker.Solo, 1.89, 0.15, none, none, none},
		{"5.2", worker.RabbitMQ, worker.Prefork, 1.65, 0.55, 0.9, 2.6, none},
		{"5.2", worker.RabbitMQ, worker.Threads, 3.72, 0.56, none, none, none},
		{"5.2", worker.RabbitMQ, worker.Gevent, 1.81, 0.57, none, none, none},
		{"5.2", worker.RabbitMQ, worker.Solo, 1.71, 0.17, none, none, none},
	} {
		o := overheadsOf(m.release, m.kind, m.pool, nil)
		for _, figure := range []struct {
			name           string
			got            des.Time
			want, tolerant float64
		}{
			{"publish->received", publishTime(m.release, m.kind) + o.Fetch, m.received, 0.001},
			{"received->started", o.Start, m.started, 0.101}, // a slot's turnaround was shorter in one case
			{"turnaround early", o.Finish + o.Start, m.early, 0.001},
			{"turnaround late", o.FinishLate + o.Fetch + o.Start, m.late, 0.001},
			{"turnaround without reserve", o.Finish + o.Fetch + o.Start, m.noPre, 0.001},
		} {
			got := figure.got.Seconds() * 1000
			if figure.want != none && (got < figure.want-figure.tolerant || got > figure.want+figure.tolerant) {
				t.Errorf("%s %s %s: %s %.3f ms, want %.2f", m.release, brokerNames[m.kind], poolNames[m.pool], figure.name, got, figure.want)
			}
		}
	}
}

func TestOverheadsOverride(t *testing.T) {
	classes := notifyAndBackup(t)
	s := Spec{Workers: []WorkerSpec{{Name: "w", Queues: []string{"high", "low"}, Concurrency: new(1)}}, Broker: BrokerSpec{Kind: "ideal"}}
	if l := layout(t, classes, nil, s); l.Workers[0].Overheads != (worker.Overheads{}) || l.Broker.Publish != 0 || l.Broker.Restore != 0 {
		t.Errorf("ideal: %+v %+v", l.Broker, l.Workers[0].Overheads)
	}
	s.Broker.Overheads = map[string]des.Time{}
	for i, name := range OverheadNames() {
		s.Broker.Overheads[name] = des.Time(i+1) * time.Millisecond
	}
	l := layout(t, classes, nil, s)
	want := worker.Overheads{
		Fetch: 2e6, Start: 3e6, Finish: 4e6, FinishLate: 5e6, Notice: 6e6, Respawn: 7e6,
		Retry: 11e6, After: 12e6, Switch: 13e6, Kill: 14e6, Fork: 15e6, Exit: 16e6, Maintenance: 17e6, Widen: 18e6, Look: 19e6, Restart: 20e6,
		Connect: 21e6, Wake: 22e6, Drain: 23e6, BatchWithin: 24e6,
	}
	if l.Workers[0].Overheads != want || l.Broker.Publish != 1e6 || l.Broker.Restore != 8e6 {
		t.Errorf("overridden: %+v %+v", l.Broker, l.Workers[0].Overheads)
	}
}

// 1,744 turnarounds of a backlogged worker of 5.2 on redis took 1.37 ms on average, the longer sort of them 2.05.
func TestTurnaroundWithAnAnswerInBetween(t *testing.T) {
	o := overheadsOf("5.2", worker.Redis, worker.Prefork, nil)
	short := (o.Finish + o.Start).Seconds()
	long := (o.Finish + o.Fetch + o.Start).Seconds()
	if mean := (1-o.Overtaken)*short + o.Overtaken*long; mean < 0.00130 || mean > 0.00145 || long < 0.00195 || long > 0.00215 {
		t.Errorf("%.2f ms on average, the longer ones %.2f: want 1.37 and 2.05", mean*1000, long*1000)
	}
}

func TestChancesOverride(t *testing.T) {
	classes := notifyAndBackup(t)
	s := Spec{Workers: []WorkerSpec{{Name: "w", Queues: []string{"high", "low"}, Concurrency: new(1)}}, Broker: BrokerSpec{Kind: "ideal"}}
	s.Broker.Chances = map[string]float64{}
	for i, name := range append(ShareNames(), CountNames()...) {
		s.Broker.Chances[name] = float64(i + 1)
	}
	want := worker.Overheads{Unnoticed: 1, UnnoticedAlone: 2, Batched: 3, Overtaken: 4, TakesLock: 5, GivesUpLock: 6}
	if got := layout(t, classes, nil, s).Workers[0].Overheads; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Timers fire last in the prefork workers of 5.2, whatever the broker.
func TestTimersLast(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.Ideal, worker.Redis, worker.RabbitMQ} {
		for _, pool := range []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent, worker.Solo} {
			if got, want := timersLast("5.2", kind, pool), kind != worker.Ideal && pool == worker.Prefork; got != want {
				t.Errorf("5.2 %s %s: %v", brokerNames[kind], poolNames[pool], got)
			}
			if timersLast("5.6", kind, pool) {
				t.Errorf("5.6 %s %s", brokerNames[kind], poolNames[pool])
			}
		}
	}
}
