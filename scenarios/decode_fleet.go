package scenarios

import (
	"example.com/simrun/celery"
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// autoscale makes a worker's autoscaler: Celery's own of processes, or one of replicas.
func (d *decoder) autoscale(v *value, path string, w *strategies.WorkerSpec) {
	refuse := func(key, why string) {
		if own := v.get(key); own != nil && !d.bad[own.at] {
			d.errorf(own.at, join(path, key), "%s", why)
		}
	}
	scales := d.text(v.get("scales"))
	if policy := v.get("policy"); policy == nil || d.text(policy) == "celery" {
		if scales == "replicas" {
			refuse("scales", `"replicas": want processes: Celery's own autoscaler adds no replicas`)
		}
		for _, key := range []string{"target", "counts", "poll", "cooldown", "boot", "grace", "victim", "limit", "activation", "idle", "scale_up", "scale_down", "measure", "triggers"} {
			refuse(key, "not with the policy celery, which has keepalive alone")
		}
		w.Autoscale = &celery.Autoscale{Min: d.whole(v.get("min")), Max: d.whole(v.get("max"))}
		return
	}
	if scales == "processes" {
		refuse("scales", `"processes": want replicas: only the policy celery scales processes`)
	}
	refuse("keepalive", "only with the policy celery: want cooldown")
	w.Fleet = d.fleet(v, path)
}

func (d *decoder) fleet(v *value, path string) *strategies.FleetSpec {
	a := &strategies.FleetSpec{}
	d.bind("strategies.workers.autoscale", v, path, a)
	if t := v.get("target"); t != nil {
		d.target(t, join(path, "target"), &a.Target)
	}
	if all := v.get("triggers"); all != nil {
		for i, t := range all.items[:len(a.Triggers)] {
			if own := t.get("target"); own != nil {
				d.target(own, join(join(path, "triggers"), i)+".target", &a.Triggers[i].Target)
			}
		}
	}
	return a
}

func (d *decoder) target(v *value, path string, t *strategies.Target) {
	if v.kind == list {
		d.together(v, path, longest, parts(v, "for")...)
		t.Plan = []worker.Span{}
		for _, item := range v.items {
			t.Plan = append(t.Plan, worker.Span{For: d.time(item.get("for")), Replicas: d.whole(item.get("replicas"))})
		}
		return
	}
	messages, share, wait := targetAmounts()
	if x, err := messages.parse(v); err == nil {
		t.Messages = &x
	}
	if x, err := share.parse(v); err == nil {
		t.Share = &x
	}
	if x, err := wait.parse(v); err == nil {
		after := des.Seconds(x)
		t.Wait = &after
	}
}

// machineUse returns a worker's machine, and whether each of its replicas has one of its own.
func (d *decoder) machineUse(v *value) (name string, own bool) {
	if v != nil && v.kind == table {
		return d.text(v.get("use")), d.flag(v.get("own"))
	}
	return d.text(v), false
}
