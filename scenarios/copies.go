package scenarios

import (
	"fmt"
	"math"
	"strconv"
)

// copiesKeys are those of a task that stands for many, such as one a tenant.
func copiesKeys() *record {
	return &record{noun: "copies such as {n: 50}", keys: []key{
		{name: "n", doc: "how many tasks it stands for: `NAME-1`, `NAME-2` and so on, in its queue", shape: amount{quantity: wholes(1, mostCopies)}, required: true},
		{name: "rates", doc: "how their rates differ: `{zipf: 1.1}` gives the k-th a rate in proportion to 1/k^1.1, with what is written as the mean of all", absent: "each has what is written", shape: &record{noun: "a law of rates such as {zipf: 1.1}", keys: []key{
			{name: "zipf", doc: "exponent", shape: amount{quantity: numbers().positive().upTo(10)}, required: true},
		}}},
	}}
}

const mostCopies = 500

// copies puts a task for each copy in the place of one that has copies, and of what names it. What follows knows of them
// only that they are of one kind.
func (d *decoder) copies(root *value) *value {
	tasks := root.field("tasks")
	if tasks == nil || tasks.val.kind != table {
		return root
	}
	of := map[string]int{}
	all := *tasks.val
	all.fields = nil
	for _, f := range tasks.val.fields {
		c := f.val.field("copies")
		if f.val.kind != table || c == nil {
			all.fields = append(all.fields, f)
			continue
		}
		path := join("tasks", f.key)
		before := len(d.found)
		copiesKeys().check(d.problems, c.val, join(path, "copies"))
		if len(d.found) > before {
			all.fields = append(all.fields, field{f.key, f.at, f.val.without("copies")})
			continue
		}
		n, _ := strconv.Atoi(c.val.get("n").text)
		of[f.key] = n
		exponent := 0.0
		if rates := c.val.get("rates"); rates != nil {
			exponent = d.number(rates.get("zipf"), numbers())
		}
		for k, share := range zipf(n, exponent) {
			name := copyName(f.key, k+1)
			d.copyOf[name] = f.key
			all.fields = append(all.fields, field{name, f.at, d.copied(f, share)})
		}
	}
	if len(of) == 0 {
		return root
	}
	root = root.with("tasks", tasks.at, &all)
	if s := root.field("strategies"); s != nil && s.val.kind == table {
		root = root.with("strategies", s.at, s.val.mapped(func(strategy *value) *value {
			routes := strategy.field("routes")
			if routes == nil || routes.val.kind != table {
				return strategy
			}
			return strategy.with("routes", routes.at, routes.val.manyfold(of))
		}))
	}
	if faults := root.field("faults"); faults != nil && faults.val.kind == list {
		root = root.with("faults", faults.at, faults.val.namedManyfold(of, "task", "compromise"))
	}
	return root
}

func copyName(name string, k int) string { return fmt.Sprintf("%s-%d", name, k) }

// zipf are factors in proportion to 1/k^s, with mean 1.
func zipf(n int, s float64) []float64 {
	factors, sum := make([]float64, n), 0.0
	for k := range factors {
		factors[k] = math.Pow(float64(k+1), -s)
		sum += factors[k]
	}
	for k := range factors {
		factors[k] *= float64(n) / sum
	}
	return factors
}

// copied is one of the tasks: in the queue of all, at its own rate.
func (d *decoder) copied(f field, factor float64) *value {
	v := f.val.without("copies")
	if v.get("queue") == nil {
		v = v.with("queue", f.at, &value{kind: text, at: f.at, text: f.key})
	}
	arrivals := v.field("arrivals")
	if factor == 1 || arrivals == nil || arrivals.val.kind != table {
		return v
	}
	if written := arrivals.val.get("scale"); written != nil {
		factor *= d.number(written, numbers())
	}
	scale := &value{kind: number, at: arrivals.at, text: strconv.FormatFloat(factor, 'g', -1, 64)}
	return v.with("arrivals", arrivals.at, arrivals.val.with("scale", arrivals.at, scale))
}

// mapped is a table with other values.
func (v *value) mapped(to func(*value) *value) *value {
	m := *v
	m.fields = make([]field, len(v.fields))
	for i, f := range v.fields {
		m.fields[i] = field{f.key, f.at, to(f.val)}
	}
	return &m
}

// manyfold is a table by task, with an entry for each copy.
func (v *value) manyfold(of map[string]int) *value {
	m := *v
	m.fields = nil
	for _, f := range v.fields {
		n, many := of[f.key]
		if !many {
			m.fields = append(m.fields, f)
			continue
		}
		for k := range n {
			m.fields = append(m.fields, field{copyName(f.key, k+1), f.at, f.val})
		}
	}
	return &m
}

// namedManyfold is a list of tables, with one for each copy of the task that one of the keys names.
func (v *value) namedManyfold(of map[string]int, keys ...string) *value {
	m := *v
	m.items = nil
next:
	for _, item := range v.items {
		for _, key := range keys {
			named := item.field(key)
			if named == nil || of[named.val.text] == 0 {
				continue
			}
			for k := range of[named.val.text] {
				name := &value{kind: text, at: named.val.at, text: copyName(named.val.text, k+1)}
				m.items = append(m.items, item.with(key, named.at, name))
			}
			continue next
		}
		m.items = append(m.items, item)
	}
	return &m
}
