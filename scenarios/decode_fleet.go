package scenarios

import (
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// autoscale makes a worker's autoscaler.
func (d *decoder) autoscale(v *value, path string) *strategies.Autoscale {
	a := &strategies.Autoscale{}
	d.bind("strategies.workers.autoscale", v, path, a)
	if t := v.get("target"); t != nil {
		d.target(t, join(path, "target"), &a.Target)
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

// machineUse is a worker's machine, and whether each of its replicas has one of its own.
func (d *decoder) machineUse(v *value) (name string, own bool) {
	if v != nil && v.kind == table {
		return d.text(v.get("use")), d.flag(v.get("own"))
	}
	return d.text(v), false
}
