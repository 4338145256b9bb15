package recordings

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/logs"
)

// mostSamples is how many run times a sample file holds: more say nothing more of a quantile that can be known.
const mostSamples = 5000

// write writes the scenario and the files that it names.
func (m *Imported) write(l *logs.Log, o ImportOptions) {
	var y yaml
	y.line(0, "# Made from %s by simrun import: %s in %s. What the log cannot tell is assumed; see the comments.", filepath.Base(l.Name), plural(len(l.Tasks), "task"), duration(math.Ceil(l.Span)))
	y.line(0, "about: %s", strconv.Quote("What "+filepath.Base(l.Name)+" tells of the tasks that ran, and of the workers that ran them."))
	y.line(0, "run:")
	span := duration(max(1, math.Ceil(l.Span)))
	y.line(1, "duration: %s # as long as the log", span)
	if o.Replay || m.varies() {
		y.line(1, "warmup: 0s # what varies with time starts where the log starts")
	}
	if o.Replay {
		y.line(1, "replications: 20 # always the same tasks")
	}
	measured, of := m.inputs()
	y.line(0, "imported: {measured: %d, of: %d} # of each task its arrivals and its work", measured, of)
	o.Today.writeSystem(&y, l)
	y.line(0, "tasks:")
	if o.Replay {
		m.Files = append(m.Files, File{o.Base + ".trace.csv", m.trace()})
	}
	for i := range m.Classes {
		m.writeClass(&y, &m.Classes[i], o)
	}
	m.writeStrategy(&y, &o.Today)
	m.Scenario = y.String()
}

// inputs counts what the log tells of the tasks: when they came, and how long they run where nothing is in their way.
func (m *Imported) inputs() (measured, of int) {
	for i := range m.Classes {
		of += 2
		measured++
		if len(m.Classes[i].Runs) > 0 {
			measured++
		}
	}
	return measured, of
}

// varies says whether the rate of some class depends on the time.
func (m *Imported) varies() bool {
	return slices.ContainsFunc(m.Classes, func(c ImportedClass) bool {
		return c.Arrivals.Moments != nil || strings.HasPrefix(c.Arrivals.Text, "stages")
	})
}

func (m *Imported) writeClass(y *yaml, c *ImportedClass, o ImportOptions) {
	name := logs.Nameable(c.Name)
	y.line(1, "%s:", quote(name))
	y.line(2, "queue: %s", quote(c.Queue))
	if c.priority != nil && !c.mixed {
		y.line(2, "priority: %d", *c.priority)
	}
	if o.Replay {
		y.line(2, "arrivals: {trace: {file: %s, class: %s}}", quote(o.Base+".trace.csv"), quote(name))
	} else {
		m.writeArrivals(y, c, o)
		m.writeWork(y, c, o)
	}
	m.writeFailures(y, c, o)
	m.writeMemory(y, c)
	if !o.Replay { // each of its tasks brings its own
		if len(c.countdowns) > 0 { // a law may be 0 for those without
			m.writeSent(y, c, o, "countdown", append(make([]float64, c.Tasks-len(c.countdowns)), c.countdowns...))
		}
		if len(c.dates) > 0 && c.mostHave(len(c.dates)) {
			m.writeSent(y, c, o, "expires", c.dates)
		}
	}
	o.Today.writeTargets(y, c.Name)
}

// writeSent writes what tasks are sent with: one time, or the sample.
func (m *Imported) writeSent(y *yaml, c *ImportedClass, o ImportOptions, key string, values []float64) {
	if _, cv := moments(values); cv < 0.01 {
		y.line(2, "%s: %s # median", key, rounded(medianOf(values)))
		return
	}
	file := fmt.Sprintf("%s.%s.%s.csv", o.Base, fileName(logs.Nameable(c.Name)), key)
	slices.Sort(values)
	m.sample(file, values)
	y.line(2, "%s: {empirical: %s}", key, quote(file))
}

// writeArrivals writes when the tasks come: a law, or the moments of the log.
func (m *Imported) writeArrivals(y *yaml, c *ImportedClass, o ImportOptions) {
	if c.Arrivals.Moments == nil {
		y.line(2, "arrivals: {%s}", c.Arrivals.Text)
		return
	}
	name := logs.Nameable(c.Name)
	file := fmt.Sprintf("%s.%s.arrivals.csv", o.Base, fileName(name))
	var b strings.Builder
	b.WriteString("due,class\n")
	for _, at := range c.Arrivals.Moments {
		fmt.Fprintf(&b, "%.6f,%s\n", at, name)
	}
	m.Files = append(m.Files, File{file, []byte(b.String())})
	y.line(2, "arrivals: {trace: {file: %s, class: %s}} # as they came", quote(file), quote(name))
}

// writeWork writes the run times: the sample, with the best fit beside it, or the other way round.
func (m *Imported) writeWork(y *yaml, c *ImportedClass, o ImportOptions) {
	if len(c.Runs) == 0 {
		y.line(2, "work: [{io: 1s}] # assumed: no run ended in the log")
		return
	}
	if mean, _ := moments(c.Runs); mean < shortest {
		y.line(2, "work: []")
		return
	}
	switch share := c.cpuShare(); {
	case share < traceOfCPU:
		phase, comment := m.phase(c, "io", "", c.Runs, o)
		y.line(2, "work: [%s]%s", phase, comment)
	case share > 1-traceOfCPU:
		phase, comment := m.phase(c, "cpu", "", c.Runs, o)
		y.line(2, "work: [%s]%s", phase, comment)
	default: // its tasks compute and wait
		cpu, first := m.phase(c, "cpu", ".cpu", c.CPUs, o)
		io, second := m.phase(c, "io", ".io", c.IOs, o)
		y.line(2, "work:")
		y.line(3, "- %s%s", cpu, first)
		y.line(3, "- %s%s", io, second)
	}
}

// traceOfCPU is the share below which computing, or waiting, is left out.
const traceOfCPU = 0.01

// phase writes one phase of the work of a class and a comment on it: its sample, with the best fit beside it, or the other
// way round.
func (m *Imported) phase(c *ImportedClass, kind, ending string, values []float64, o ImportOptions) (text, comment string) {
	mean, cv := moments(values)
	if cv < 0.01 {
		return fmt.Sprintf("{%s: %s}", kind, rounded(mean)), ""
	}
	file := fmt.Sprintf("%s.%s%s.csv", o.Base, fileName(logs.Nameable(c.Name)), ending)
	sample := fmt.Sprintf("{%s: {empirical: %s}}", kind, quote(file))
	fits := c.Fits
	if ending != "" {
		fits = Laws(values)
	}
	if len(fits) == 0 {
		m.sample(file, values)
		return sample, ""
	}
	best := fmt.Sprintf("{%s: %s}", kind, fits[0].Law)
	if o.Fitted {
		return best, fmt.Sprintf(" # the best of four laws by AIC, KS distance %.3f", fits[0].KS)
	}
	m.sample(file, values)
	return sample, fmt.Sprintf(" # as a law: %s, KS distance %.3f", best, fits[0].KS)
}

// sample adds a file of run times, thinned to evenly spread quantiles where there are very many.
func (m *Imported) sample(name string, sorted []float64) {
	var b strings.Builder
	n := min(len(sorted), mostSamples)
	for i := range n {
		v := sorted[i*len(sorted)/n]
		if n < len(sorted) {
			v = sorted[int((float64(i)+0.5)/float64(n)*float64(len(sorted)))]
		}
		fmt.Fprintf(&b, "%.6f\n", v)
	}
	m.Files = append(m.Files, File{name, []byte(b.String())})
}

func (m *Imported) writeFailures(y *yaml, c *ImportedClass, o ImportOptions) {
	if r, known := o.Today.Retries[c.Name]; known {
		y.retry(&r)
	} else if c.mostRetries > 0 {
		delay, backoff := 0.0, 1.0
		if len(c.delays) > 0 {
			delay = medianOf(c.delays[0])
		}
		if len(c.delays) > 1 && delay > 0 {
			backoff = max(1, medianOf(c.delays[1])/delay)
		}
		from := "the most and the medians that were seen"
		if c.tasks == nil {
			from = "assumed"
		}
		y.line(2, "retry: {max: %d, delay: %s, backoff: %s, jitter: none} # %s", c.mostRetries, rounded(delay), number(math.Round(backoff*100)/100), from)
	}
	if o.Today.Told() && !o.Today.limited() && c.limit > 0 {
		y.line(2, "time_limit: {hard: %s}", rounded(c.limit))
	}
	if o.Replay || c.Attempts == 0 {
		return
	}
	var failures []string
	for _, f := range []struct {
		name string
		n    int
	}{{"error", c.Errors}, {"hang", c.Timeouts + c.Hung}, {"crash", c.Lost}} {
		if f.n > 0 {
			failures = append(failures, fmt.Sprintf("%s: %s%%", f.name, number(significant(100*float64(f.n)/float64(c.Attempts)))))
		}
	}
	if failures != nil {
		y.line(2, "failures: {%s} # of %s", strings.Join(failures, ", "), plural(c.Attempts, "attempt"))
	}
}

// writeMemory writes what may be its tasks' memory: as a comment, since what a process has ever held is not what the present
// task holds.
func (m *Imported) writeMemory(y *yaml, c *ImportedClass) {
	if c.memories == nil {
		return
	}
	rest := math.Inf(1) // what a process holds before any task is no more
	for i := range m.Classes {
		for _, x := range m.Classes[i].memories {
			rest = min(rest, x)
		}
	}
	const mib = 1 << 20
	least, most := slices.Min(c.memories), slices.Max(c.memories)
	y.line(2, "# memory: {hold: %.0fMiB} # yours to say: processes had held %.0f to %.0f MiB when one ended, and %.0f at least when any did",
		max(1, math.Ceil((least-rest)/mib)), least/mib, most/mib, rest/mib)
}

// fileName returns the name as part of a file's.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, name)
}

func medianOf(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
