package workloads_test

import (
	"testing"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

// BenchmarkSource is what one task costs its source: arrival, attributes, demands.
func BenchmarkSource(b *testing.B) {
	for _, c := range []struct {
		name  string
		class workloads.Class
	}{
		{"poisson-exponential", class("a", workloads.Poisson{PerSecond: 10}, must(workloads.Exponential(1)))},
		{"poisson-gamma", class("a", workloads.Poisson{PerSecond: 10}, must(workloads.Gamma(1, 0.8)))},
		{"poisson-lognormal", class("a", workloads.Poisson{PerSecond: 10}, must(workloads.Lognormal(1, 2)))},
		{"every-constant", class("a", workloads.Every{Period: 1e8}, must(workloads.Constant(1)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := workloads.NewSource([]workloads.Class{c.class}, des.NewKey(1), workloads.Options{})
			demands := make([]des.Time, 1)
			b.ReportAllocs()
			var a workloads.Arrival
			for b.Loop() {
				s.Next(&a)
				s.Attributes(a.Ref)
				s.Demands(a.Ref, 1, demands)
			}
		})
	}
}

// BenchmarkDraw is one draw of each law.
func BenchmarkDraw(b *testing.B) {
	for _, l := range laws {
		b.Run(l.name, func(b *testing.B) {
			s := des.NewStream(des.NewKey(1))
			b.ReportAllocs()
			for b.Loop() {
				l.dist.Draw(s)
			}
		})
	}
}
