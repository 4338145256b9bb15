package strategies

import (
	"example.com/simrun/celery"
	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// autoscale resolves Celery's autoscaler: slots start at min, and the window is that of max.
func (b *builder) autoscale(path string, w *WorkerSpec, g *group) {
	path += ".autoscale"
	if w.Fleet != nil {
		b.fleet(path, w, g)
	}
	a := w.Autoscale
	if a == nil {
		return
	}
	switch {
	case g.cfg.Pool != worker.Prefork && g.cfg.Pool != worker.Gevent:
		b.fail(path, "only with the pools prefork and gevent: the pool %s does not grow", g.cfg.Pool)
	case a.Min < 1:
		b.fail(path+".min", "%d: want at least 1", a.Min)
	case a.Max < a.Min:
		b.fail(path+".max", "%d: want at least min, %d", a.Max, a.Min)
	}
	if g.cfg.Pool == worker.Gevent {
		b.note("%s: with gevent it looks once a second, grows by one while all slots are taken, and never shrinks; read in the source, not measured", path)
	}
	g.cfg.AutoscaleMin = a.Min
	g.cfg.Keepalive = or(w.Keepalive, celery.WorkerSettingOf("autoscale.keepalive").Default.(des.Time))
}

// preset is what the behaviour of a worker of this strategy is looked up by.
func (b *builder) preset(pool worker.Pool) celery.Preset {
	return celery.Preset{Release: b.recorded(), Broker: b.broker.Kind, Pool: pool}
}

// recorded is the release whose times and whose loop this one has.
func (b *builder) recorded() string {
	as, _ := celery.BehavesAs(b.release)
	return as
}

// loop resolves when the worker finds out that its window has room.
func (b *builder) loop(w *WorkerSpec, g *group) {
	g.cfg.Charged = g.machine >= 0 && b.broker.Kind != worker.Ideal
	preset := b.preset(g.cfg.Pool)
	g.cfg.Loop, g.cfg.TimersLast = preset.Loop(), preset.TimersLast()
	if g.reserve != nil {
		g.cfg.Loop, g.cfg.TimersLast = worker.Alert, false // it has to know which of its slots are free
	}
	g.cfg.Wakeup = celery.Wakeup(g.cfg.Pool, or(w.Heartbeat, true))
	if timer := or(w.WakeupTimer, 0); timer > 0 {
		g.cfg.Wakeup = timer
	}
}

// cpuOfMessages is the CPU time that the broker and the producers take of their machines, as with the pool prefork:
// what they do depends little on the pool.
func (b *builder) cpuOfMessages(s *BrokerSpec) {
	s.Costs(b.recorded(), &b.broker)
	if s.Machine == "" {
		b.broker.ServeCPU = 0
	} else {
		b.machineOf("broker.machine", s.Machine)
	}
	if s.Producers == "" {
		b.broker.PublishCPU = 0
	} else {
		b.machineOf("producers.machine", s.Producers)
	}
}

func (b *builder) machineOf(path, name string) {
	names := make([]string, len(b.machines))
	for i := range b.machines {
		names[i] = b.machines[i].Name
	}
	if _, err := units.Choose(names, name); err != nil {
		b.fail(path, "%v", err)
	}
}
