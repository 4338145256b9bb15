package strategies

import (
	"example.com/simrun/internal/units"
)

// softSetting is Celery's name of a worker's soft shutdown. SIGTERM asks for a warm shutdown, which knows no
// timeout; with REMAP_SIGTERM=SIGQUIT in its environment a worker takes it for SIGQUIT (celery/apps/worker.py).
const softSetting = "worker_soft_shutdown_timeout"

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
