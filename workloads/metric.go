package workloads

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// Metric is what a target bounds and what a figure is of: a statistic of a duration ("wait.p95"), a share of the published
// tasks ("loss"), or the hour by which everything has ended ("done_by"). Nobody else takes such a name apart.
type Metric struct {
	Of    worker.Metric // of a duration
	Stat  Stat
	Share ShareOf // NoShare for a duration
	HasBy bool    // the hour of the day by which the last response is to have ended
}

// DoneBy is the hour of the day by which everything has ended.
var DoneBy = Metric{Of: worker.Response, Stat: Stat{Kind: Max}, HasBy: true}

const doneBy = "done_by"

// String returns the metric's name in files: wait.p95.
func (m Metric) String() string {
	switch {
	case m.HasBy:
		return doneBy
	case m.IsShare():
		return m.Share.String()
	}
	return m.Of.String() + "." + m.Stat.String()
}

// Words returns the metric's name in sentences and tables: wait p95.
func (m Metric) Words() string {
	if m.HasBy || m.IsShare() {
		return m.String()
	}
	return m.Of.String() + " " + m.Stat.String()
}

// IsShare tells shares from durations.
func (m Metric) IsShare() bool { return m.Share != NoShare }

// Show writes a value of the metric in its own unit: 200 ms, 3 %, 06:30.
func (m Metric) Show(value float64) string {
	switch {
	case m.HasBy:
		return fmt.Sprintf("%02d:%02d", int(value)/3600, int(value)/60%60)
	case m.IsShare():
		return units.Share(value)
	}
	return units.Duration(value)
}

// In returns the metric of what was observed of a class, in seconds; NaN where nothing was. It is for durations.
func (m Metric) In(t *worker.ClassTally) float64 {
	return m.Stat.Of([...]*des.Histogram{worker.Wait: &t.Wait, worker.Response: &t.Response, worker.Run: &t.Run}[m.Of])
}

// ParseMetric reads what String writes.
func ParseMetric(name string) (Metric, error) {
	if name == doneBy {
		return DoneBy, nil
	}
	if i := slices.Index(shareNames[1:], name); i >= 0 {
		return Metric{Share: ShareOf(i + 1)}, nil
	}
	duration, statistic, _ := strings.Cut(name, ".")
	of := slices.Index(worker.MetricNames(), duration)
	stat, ok := ParseStat(statistic)
	if of < 0 || !ok {
		return Metric{}, fmt.Errorf("metric: %q: want %s with a statistic, such as wait.p95, or %s", name,
			units.Alternatives(worker.MetricNames()), units.Alternatives(append(slices.Clone(shareNames[1:]), doneBy)))
	}
	return Metric{Of: worker.Metric(of), Stat: stat}, nil
}

// MarshalText writes the name.
func (m Metric) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads it.
func (m *Metric) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMetric(string(text))
	return err
}

// Stat is the statistic of a duration.
type Stat struct {
	Kind StatKind
	P    float64 // of a quantile, 0..1
}

// StatKind is the kind of a statistic.
type StatKind uint8

// Kinds of statistics.
const (
	Mean StatKind = iota
	Quantile
	Max
)

// Percentile returns the statistic that so many of a hundred tasks are within.
func Percentile(percent float64) Stat {
	p, _ := strconv.ParseFloat(strconv.FormatFloat(percent/100, 'g', 12, 64), 64) // 0.995, not a neighbour of it
	return Stat{Kind: Quantile, P: p}
}

// String is mean, p95, p99.5, max; the 99.9th percentile is p999.
func (s Stat) String() string {
	switch {
	case s.Kind == Mean:
		return "mean"
	case s.Kind == Max:
		return "max"
	case s.P == 0.999:
		return "p999"
	}
	return "p" + strconv.FormatFloat(100*s.P, 'g', 12, 64)
}

// ParseStat reads mean, max or a percentile; p999 is the 99.9th.
func ParseStat(name string) (Stat, bool) {
	switch name {
	case "mean":
		return Stat{Kind: Mean}, true
	case "max":
		return Stat{Kind: Max}, true
	case "p999":
		return Percentile(99.9), true
	}
	digits, ok := strings.CutPrefix(name, "p")
	percent, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(percent > 0 && percent < 100) {
		return Stat{}, false
	}
	return Percentile(percent), true
}

// Of returns the statistic of what a histogram holds, in seconds; NaN when it is empty.
func (s Stat) Of(h *des.Histogram) float64 {
	switch {
	case h.Count() == 0:
		return math.NaN()
	case s.Kind == Mean:
		return h.Mean()
	case s.Kind == Max:
		return h.Max().Seconds()
	}
	return h.Quantile(s.P)
}

// ShareOf is the kind of task whose share of the published ones is bounded.
type ShareOf uint8

// Shares that a target may bound. Loss = lost + dead + expired + rejected.
const (
	NoShare ShareOf = iota
	Loss
	FailedShare
	ExpiredShare
	Duplicates
	InProcess // of attempts: in a process that also ran tasks without the label
	OnMachine // of attempts: on a machine that also did
	Readable  // of tasks present while others were compromised: what these could read
)

var shareNames = []string{
	NoShare: "", Loss: "loss", FailedShare: "failed", ExpiredShare: "expired", Duplicates: "duplicates",
	InProcess: "exposure.process", OnMachine: "exposure.machine", Readable: "readable",
}

// String returns the share's name in files.
func (s ShareOf) String() string { return shareNames[s] }
