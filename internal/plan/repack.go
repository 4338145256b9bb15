package plan

import "slices"

// mostPackings is how many numbers of replicas are tried to deal the slots of a worker out to.
const mostPackings = 8

// repack deals the slots of a worker out to another number of replicas, as long as fewer are likely to pass so: of two with
// two slots none can be less, though one with three may do.
func (c *capacity) repack(x []int, slots, replicas int) error {
	for n := 1; n <= min(mostPackings, x[replicas]+1, c.knobs[replicas].to); n++ {
		y := slices.Clone(x)
		y[replicas], y[slots] = n, min((x[slots]*x[replicas]-1)/n, c.knobs[slots].to)
		if n == x[replicas] || y[slots] < c.knobs[slots].from || n < c.knobs[replicas].from {
			continue
		}
		cost := c.seen[key(x)]
		j, err := c.glance(y)
		if err != nil {
			return err
		}
		if !j.Likely || c.dearer(j, cost) {
			continue
		}
		copy(x, y)
		if err := c.shrink(x, slots); err != nil {
			return err
		}
		n = 0 // from the first again
	}
	return nil
}
