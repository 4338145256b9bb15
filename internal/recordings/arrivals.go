package recordings

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"example.com/simrun/internal/units"
)

// Arriving is how tasks of a class arrive, as far as a log tells.
type Arriving struct {
	Text       string    // as a scenario writes it, but for its braces; "" = the moments of the log
	Moments    []float64 // when they came, s, where no law says it
	Words      string    // what it is, for people
	Rate       float64   // a second, over the whole log
	Dispersion float64   // variance / mean of counts: 1 = Poisson; of what the text leaves unexplained
	Warning    string    // "" = none
}

// unlikely is the chance at which a hypothesis is dropped.
const unlikely = 0.01

// atOnce is the gap below which tasks come as one batch, in seconds: publishing one after the other takes about it.
const atOnce = 0.002

// few arrivals tell no process.
const few = 10

// arriving finds the process. Times are sorted, from the start of the log, which is as long as log; the last arrival of any
// class in it comes after span.
func arriving(times []float64, span, log float64) Arriving {
	starts, sizes := batches(times)
	rate := float64(len(times)) / span
	if within := starts[len(starts)-1] - starts[0]; len(starts) < few && crowded(len(starts), within/log) < unlikely {
		return Arriving{
			Moments: times, Words: "once, within " + units.Duration(within), Rate: float64(len(times)) / log, Dispersion: math.NaN(),
			Warning: fmt.Sprintf("all %d tasks came within %s, of a log of %s: how often that happens cannot be told, so they come when they came, once",
				len(times), units.Duration(within), units.Duration(log)),
		}
	}
	if 2*len(times) < 3*len(starts) { // few share their moment with others
		a := single(times, span)
		a.Rate = rate
		return a
	}
	var a Arriving
	if len(starts) == 1 {
		return Arriving{
			Moments: times, Words: "once, in a batch of " + strconv.Itoa(len(times)), Rate: rate, Dispersion: math.NaN(),
			Warning: "all tasks came at one moment: how often that happens cannot be told, so they come when they came, once",
		}
	}
	a = single(starts, span)
	a.Rate = rate
	a.Text += ", batch: " + batchLaw(sizes)
	a.Words += fmt.Sprintf(", in batches of %s on average", number(significant(float64(len(times))/float64(len(starts)))))
	return a
}

// crowded is the chance that the n arrivals that a Poisson process has in a while lie within so small a part of it: that of
// the range of n uniform numbers.
func crowded(n int, part float64) float64 {
	return float64(n)*math.Pow(part, float64(n-1)) - float64(n-1)*math.Pow(part, float64(n))
}

// batches returns the moments at which tasks come, and how many at each.
func batches(times []float64) (starts []float64, sizes []int) {
	for i, t := range times {
		if i == 0 || t-times[i-1] >= atOnce {
			starts, sizes = append(starts, t), append(sizes, 0)
		}
		sizes[len(sizes)-1]++
	}
	return starts, sizes
}

// batchLaw returns the law of the sizes: one number, or some fifty of them.
func batchLaw(sizes []int) string {
	sizes = slices.Sorted(slices.Values(sizes))
	if sizes[0] == sizes[len(sizes)-1] {
		return strconv.Itoa(sizes[0])
	}
	const most = 50
	var list []string
	n := min(most, len(sizes))
	for i := range n {
		list = append(list, strconv.Itoa(sizes[(2*i+1)*len(sizes)/(2*n)]))
	}
	return "{empirical: [" + strings.Join(list, ", ") + "]}"
}

// single finds the process of tasks, or batches, that come one by one.
func single(times []float64, span float64) Arriving {
	a := Arriving{Dispersion: math.NaN()}
	rate := float64(len(times)) / span
	poisson := func() { a.Text, a.Words = "poisson: "+perSecond(rate), "Poisson" }
	if len(times) < few {
		poisson()
		a.Warning = fmt.Sprintf("only %s: how they come cannot be told, Poisson is assumed", units.Plural(len(times), "arrival", "arrivals"))
		return a
	}
	gaps := make([]float64, len(times)-1)
	for i := range gaps {
		gaps[i] = times[i+1] - times[i]
	}
	mean, cv := moments(gaps)
	if cv < 0.1 {
		a.Text, a.Words = "every: "+rounded(mean), "at regular intervals"
		return a
	}
	// Counts of about ten, at least five of them: enough for the chi-squared law of the dispersion.
	bins := min(200, max(5, len(times)/10))
	index, p := dispersion(times, 0, span, bins, rate)
	a.Dispersion = index
	switch {
	case p < unlikely:
		a.Text, a.Words = fmt.Sprintf("renewal: {gamma: {mean: %s, cv: %s}}", rounded(mean), number(significant(cv))), "more even than Poisson"
	case p <= 1-unlikely:
		poisson()
		// Bursts shorter than those counts are seen in counts of two.
		if fine, p := dispersion(times, 0, span, min(5000, max(5, len(times)/2)), rate); fine > 1.5 && p > 1-unlikely {
			a.Dispersion = fine
			a.Warning = fmt.Sprintf("arrivals come in short bursts (index of dispersion %.1f), which Poisson has not: waits will come out too short; --replay keeps the bursts", fine)
		}
	default:
		a.stages(times, span)
		if a.Dispersion > 2 {
			a.Warning = fmt.Sprintf("arrivals are burstier than the stages say (index of dispersion %.1f within them): waits will come out too short; --replay keeps the bursts", a.Dispersion)
		}
	}
	return a
}

// stages describes a rate that varies by a plan of equal parts, as few as explain the counts: the number is doubled
// until the counts within the parts could be Poisson, or a part has fewer than 30 tasks.
func (a *Arriving) stages(times []float64, span float64) {
	parts := 2
	var rates []float64
	for ; ; parts *= 2 {
		rates = rates[:0]
		width := span / float64(parts)
		var sum, p float64
		bins := max(2, min(200, len(times)/10)/parts)
		freedom := 0
		for i := range parts {
			from := float64(i) * width
			rate := float64(between(times, from, from+width)) / width
			rates = append(rates, rate)
			if rate > 0 {
				d, _ := dispersion(times, from, from+width, bins, rate)
				sum += d * float64(bins-1)
				freedom += bins - 1
			}
		}
		if freedom > 0 {
			a.Dispersion = sum / float64(freedom)
			p = distuv.ChiSquared{K: float64(freedom)}.CDF(sum)
		}
		if p <= 1-unlikely || parts >= 64 || len(times)/(2*parts) < 30 {
			break
		}
	}
	width := span / float64(parts)
	var stages []string
	for i := 0; i < len(rates); {
		k := i + 1
		for k < len(rates) && rates[k] == rates[i] {
			k++
		}
		stages = append(stages, fmt.Sprintf("{for: %s, rate: %s}", rounded(float64(k-i)*width), perSecond(rates[i])))
		i = k
	}
	a.Text = "stages: [" + strings.Join(stages, ", ") + "]"
	a.Words = fmt.Sprintf("Poisson, %d rates", len(stages))
}

// dispersion returns the index of dispersion of counts in equal bins against a rate, and where it falls in the law that it
// has if arrivals are Poisson: near 0 = too even, near 1 = too bursty.
//
// Source: Cox and Lewis, The Statistical Analysis of Series of Events (1966), 6.3.
func dispersion(times []float64, from, to float64, bins int, rate float64) (index, p float64) {
	width := (to - from) / float64(bins)
	want := rate * width
	sum := 0.0
	for i := range bins {
		at := from + float64(i)*width
		d := float64(between(times, at, at+width)) - want
		sum += d * d / want
	}
	return sum / float64(bins-1), distuv.ChiSquared{K: float64(bins - 1)}.CDF(sum)
}

// between counts the sorted times in [from, to).
func between(times []float64, from, to float64) int {
	i, _ := slices.BinarySearch(times, from)
	j, _ := slices.BinarySearch(times, to)
	return j - i
}

func moments(x []float64) (mean, cv float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		cv += (v - mean) * (v - mean) / float64(len(x))
	}
	if mean == 0 {
		return 0, 0
	}
	return mean, math.Sqrt(cv) / mean
}

// perSecond writes a rate in the unit that leaves it readable.
func perSecond(rate float64) string {
	switch {
	case rate >= 0.05 || rate == 0:
		return number(significant(rate)) + "/s"
	case rate*60 >= 0.05:
		return number(significant(rate*60)) + "/min"
	default:
		return number(significant(rate*3600)) + "/h"
	}
}
