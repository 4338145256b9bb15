package scenarios

import (
	"reflect"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// machines makes the kinds of machines, in the order of the file.
func (d *decoder) machines(v *value) (machines []system.Machine) {
	if v == nil {
		return nil
	}
	d.grammar.key("machines").shape.into(d, v, "machines", reflect.ValueOf(&machines).Elem())
	for i := range machines {
		m := &machines[i]
		top := v.get(m.Name).get("count").get("max")
		if top != nil && m.Most < m.Count && !d.bad[top.at] {
			d.errorf(top.at, join(join("machines", m.Name), "count.max"), "%d: want at least min, %d", m.Most, m.Count)
		}
		if m.Most == m.Count { // none comes and none goes
			m.Most = 0
		}
	}
	return machines
}

// queues makes the limits of the queues that have any.
func (d *decoder) queues(v *value) []worker.Queue {
	if v == nil {
		return nil
	}
	var queues []worker.Queue
	for _, f := range v.fields {
		q := worker.Queue{Name: f.key, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}
		d.bind("queues", f.val, join("queues", f.key), &q)
		if d.text(f.val.get("overflow")) == "drop_head" {
			q.Overflow = worker.DropHead
		}
		queues = append(queues, q)
	}
	return queues
}

// limits checks a soft and a hard time limit: the soft one must come first.
func (d *decoder) limits(v *value, path string) {
	var soft, hard *des.Time
	if s := v.get("soft"); s != nil {
		t := d.time(s)
		soft = &t
	}
	if h := v.get("hard"); h != nil {
		t := d.time(h)
		hard = &t
	}
	if soft != nil && hard != nil && *soft >= *hard && *hard > 0 {
		d.errorf(v.get("soft").at, join(path, "soft"), "%s: want less than the hard limit, which is %s", formatTime(*soft), formatTime(*hard))
	}
}
