package scenarios

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// dist makes the law of a quantity q; nil where it is not given or wrong.
func (d *decoder) dist(f *field, path string, q quantity) workloads.Dist {
	if f == nil {
		return nil
	}
	path = join(path, f.key)
	return d.law(f.val, path, q)
}

func (d *decoder) law(v *value, path string, q quantity) workloads.Dist {
	if v.kind != table {
		x, err := q.parse(v)
		if err != nil {
			return nil
		}
		return d.made(v, path)(workloads.Constant(x))
	}
	if len(v.fields) != 1 { // reported
		return nil
	}
	name, of := v.fields[0].key, v.fields[0].val
	path = join(path, name)
	if d.broken(v) {
		return nil
	}
	arg := func(key string) float64 { return d.number(of.get(key), q) }
	plain := func(key string) float64 { return d.number(of.get(key), numbers()) }
	made := d.made(of, path)
	switch name {
	case "exponential":
		return made(workloads.Exponential(d.number(of, q)))
	case "erlang":
		return made(workloads.Erlang(arg("mean"), d.whole(of.get("k"))))
	case "gamma":
		return made(workloads.Gamma(arg("mean"), plain("cv")))
	case "weibull":
		return made(workloads.Weibull(arg("mean"), plain("cv")))
	case "lognormal":
		if of.get("p50") != nil {
			return made(workloads.LognormalQuantiles(arg("p50"), arg("p99")))
		}
		return made(workloads.Lognormal(arg("mean"), plain("cv")))
	case "pareto":
		high := inf
		if of.get("max") != nil {
			high = arg("max")
		}
		return made(workloads.Pareto(arg("mean"), plain("alpha"), high))
	case "hyperexponential":
		if of.get("means") != nil {
			return made(workloads.HyperexponentialBranches(d.numbers(of.get("means"), q), d.numbers(of.get("weights"), numbers())))
		}
		return made(workloads.Hyperexponential(arg("mean"), plain("cv")))
	case "uniform":
		if b := d.numbers(of, q); len(b) == 2 {
			return made(workloads.Uniform(b[0], b[1]))
		}
	case "empirical":
		if of.kind == text {
			return d.sample(of, path, q)
		}
		return made(workloads.Empirical(d.numbers(of, q)))
	case "mixture":
		return d.mixture(of, path, q)
	}
	return nil
}

func (d *decoder) mixture(v *value, path string, q quantity) workloads.Dist {
	var weights []float64
	var of []workloads.Dist
	for i, part := range v.items {
		law := d.dist(part.field("of"), join(path, i), q)
		if law == nil {
			return nil
		}
		of = append(of, law)
		weights = append(weights, d.number(part.get("weight"), numbers()))
	}
	return d.made(v, path)(workloads.Mixture(weights, of))
}

// made passes a law on, or says why there is none: at the parameter, where the error begins with its name.
func (d *decoder) made(v *value, path string) func(workloads.Dist, error) workloads.Dist {
	return func(law workloads.Dist, err error) workloads.Dist {
		if err == nil {
			return law
		}
		message := err.Error()
		at, key := v.at, ""
		if name, rest, ok := strings.Cut(message, ": "); ok {
			if f := v.field(name); f != nil {
				at, key, message = f.val.at, f.key, rest
			}
		}
		if key != "" {
			path = join(path, key)
		}
		d.errorf(at, path, "%s", message)
		return nil
	}
}

func (d *decoder) numbers(v *value, q quantity) []float64 {
	if v == nil {
		return nil
	}
	var xs []float64
	for _, item := range v.items {
		xs = append(xs, d.number(item, q))
	}
	return xs
}

// sample is the law of the values in a file: one a line, in seconds or plain counts, under a header if there is one.
func (d *decoder) sample(v *value, path string, q quantity) workloads.Dist {
	var values []float64
	ok := d.open(v, path, func(name string, r io.Reader) error {
		lines := bufio.NewScanner(r)
		var errs []error
		for n := 1; lines.Scan() && len(errs) < 20; n++ {
			line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
			x, err := strconv.ParseFloat(line, 64)
			switch {
			case line == "", err != nil && n == 1:
			case err != nil, !(x >= 0 && x <= q.max):
				errs = append(errs, fmt.Errorf("%s:%d: %q: want a number from 0 to %v", name, n, units.Shorten(line), q.max))
			default:
				values = append(values, x)
			}
		}
		if err := lines.Err(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		if len(values) == 0 && errs == nil {
			errs = append(errs, fmt.Errorf("%s:1: no values: want one a line", name))
		}
		return errors.Join(errs...)
	})
	if !ok {
		return nil
	}
	return d.made(v, path)(workloads.Empirical(values))
}
