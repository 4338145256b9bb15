package strategies

import (
	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// softSetting is Celery's name of a worker's soft shutdown (since 5.5). SIGTERM asks for a warm shutdown, which knows no
// timeout; with REMAP_SIGTERM=SIGQUIT in its environment a worker takes it for SIGQUIT (celery/apps/worker.py).
const softSetting = "worker_soft_shutdown_timeout"

// softShutdown resolves what a worker that is to end does with what runs.
func (b *builder) softShutdown(path string, w *WorkerSpec, g *group) {
	path += ".soft_shutdown"
	soft := or(w.SoftShutdown, 0)
	switch {
	case soft == 0:
		return
	case soft < 0:
		b.fail(path, "%v: want at least 0s", soft)
	case b.release == "5.2" && b.broker.Kind != worker.Ideal:
		b.fail(path, "Celery %s has no soft shutdown: want celery 5.6", b.release)
	case g.cfg.Pool != worker.Prefork:
		b.warn(path, "no effect: the pool %s cannot end what runs", g.cfg.Pool)
		return
	}
	g.cfg.SoftShutdown = soft
}

// softSettings writes the soft shutdown as one setting if all workers agree, else for each of those that have one.
func softSettings(l *Layout, app map[string]any, own map[string]map[string]any) {
	same := true
	for w := range l.Workers {
		same = same && l.Workers[w].SoftShutdown == l.Workers[0].SoftShutdown
	}
	for w := range l.Workers {
		switch soft := l.Workers[w].SoftShutdown; {
		case soft == 0:
		case same:
			app[softSetting] = soft.Seconds()
		default:
			setOwn(own, l.Groups[l.Group[w]], softSetting, soft.Seconds())
		}
	}
}

// readSoftShutdown is the setting, read back.
func readSoftShutdown(w *WorkerSpec, setting any) {
	var soft des.Time
	switch s := setting.(type) {
	case float64:
		soft = des.Seconds(s)
	case int:
		soft = des.Seconds(float64(s))
	}
	if soft > 0 {
		w.SoftShutdown = &soft
	}
}

// remap says what the setting needs to do anything.
func (r *rollout) remap() {
	var names []string
	for w := range r.to.Workers {
		if name := r.to.Groups[r.to.Group[w]]; r.to.Workers[w].SoftShutdown > 0 && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		r.step("Put REMAP_SIGTERM=SIGQUIT into the environment of %s: a plain TERM does not look at %s.", units.Quoted(names), softSetting)
	}
}
