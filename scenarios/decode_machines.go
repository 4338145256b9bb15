package scenarios

import (
	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// machines makes the kinds of machines, in the order of the file.
func (d *decoder) machines(v *value) []system.Machine {
	if v == nil {
		return nil
	}
	var machines []system.Machine
	for _, f := range v.fields {
		count, most := d.count(f.val.get("count"), join(join("machines", f.key), "count"))
		m := system.Machine{
			Name:       f.key,
			Cores:      d.number(f.val.get("cores"), cores()),
			Speed:      d.number(f.val.get("speed"), numbers()),
			Efficiency: d.number(f.val.get("efficiency"), numbers()),
			Count:      count,
			Most:       most,
			Cold:       d.text(f.val.get("start")) == "cold",
			Price:      d.number(f.val.get("price"), prices()),
			Zone:       d.zone(f.val.get("zone"), join(join("machines", f.key), "zone")),
			Boot:       d.time(f.val.get("boot")),
		}
		d.withResources(&m, f.val)
		machines = append(machines, m)
	}
	return machines
}

// queues makes the limits of the queues that have any.
func (d *decoder) queues(v *value) []worker.Queue {
	if v == nil {
		return nil
	}
	limit := func(v *value) int {
		if v == nil {
			return -1
		}
		return d.whole(v)
	}
	var queues []worker.Queue
	for _, f := range v.fields {
		q := worker.Queue{
			Name:          f.key,
			MaxLength:     limit(f.val.get("max_length")),
			MaxPriority:   limit(f.val.get("max_priority")),
			DeliveryLimit: limit(f.val.get("delivery_limit")),
		}
		if d.text(f.val.get("overflow")) == "drop_head" {
			q.Overflow = worker.DropHead
		}
		queues = append(queues, q)
	}
	return queues
}

// limits are a soft and a hard time limit; nil where there is none. The soft one must come first.
func (d *decoder) limits(v *value, path string) (soft, hard *des.Time) {
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
	return soft, hard
}
