package experiment

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/stats"
	"example.com/simrun/workloads"
)

// block is the number of replications by which runs grow, so that all cores have something to do.
const block = 10

// mostLooks is how often a run may look at its figures and stop.
const mostLooks = 4

// looks are the numbers of replications after which a run asks whether it knows enough: at equal factors from the
// least to the most, so that each look has about as much new to say as the one before.
func looks(least, most int) []int {
	at := []int{least}
	if most <= least {
		return at
	}
	steps := min(mostLooks-1, max(1, int(math.Ceil(math.Log2(float64(most)/float64(least))))))
	for i := 1; i < steps; i++ {
		n := float64(least) * math.Pow(float64(most)/float64(least), float64(i)/float64(steps))
		if next := int(math.Round(n/block)) * block; next > at[len(at)-1] && next < most {
			at = append(at, next)
		}
	}
	return append(at, most)
}

// confidenceAt is the confidence of the intervals at one of so many looks. A layout passes, or fails, when a whole
// interval says so, at whichever look that is: so the chances that they miss the truth add up to that of the scenario's
// confidence (Bonferroni). Three quarters of it go to the first look, at which most runs stop.
func confidenceAt(confidence float64, look, looks int) float64 {
	switch {
	case looks == 1:
		return confidence
	case look == 0:
		return 1 - (1-confidence)*3/4
	}
	return 1 - (1-confidence)/4/float64(looks-1)
}

// evidence is what the replications of one layout allow to say.
type evidence struct {
	confidence float64 // of its intervals, at its last look
	level      stats.Level
}

// lookAt says after which numbers of replications a layout may stop.
func (e *engine) lookAt(looks []int) {
	e.looks = looks
	for l := range e.evidence {
		e.evidence[l].confidence = confidenceAt(e.sc.Run.Confidence, 0, len(looks))
	}
}

// look takes stock of a layout after so many replications.
func (e *engine) look(l, replications int) {
	e.evidence[l].level = stats.NewLevel(replications, e.evidence[l].confidence)
}

// common is what two layouts, or more, allow to say together: as much as the one of them with the fewest replications.
func (e *engine) common(layouts ...int) evidence {
	return e.evidence[slices.MinFunc(layouts, func(a, b int) int {
		return cmp.Compare(e.evidence[a].level.N, e.evidence[b].level.N)
	})]
}

// What a look says.
type says int

const (
	saysGoOn   says = iota
	saysEnough      // every target is decided, or without targets every mean response known
	saysNoMore      // what is open will stay open up to the cap
)

// hopeful is by how much more replications than may run an open target may seem to take for it to be worth while going
// on: after few of them neither the figure nor its spread is known well.
const hopeful = 3

// state says whether a layout goes on after a look. What is open is worth more replications where they can close it: the
// interval shrinks with their root.
func (e *engine) state(l int, last bool) says {
	open, closable := false, false
	for c := range e.sc.Classes {
		e.targets(c, func(o *workloads.SLO, target int) {
			j := e.judge(l, c, o, target)
			if j.Verdict != undecided || j.known {
				return
			}
			open = true
			closable = closable || e.takes(l, &j) <= hopeful*float64(e.sc.Run.Max) || e.short && j.coarse()
		})
	}
	if !e.targeted() {
		open, closable = !e.knownWithoutTargets(l), true
	}
	switch {
	case !open:
		return saysEnough
	case last || !closable:
		return saysNoMore
	}
	return saysGoOn
}

// takes is the number of replications that would decide an open target if what is seen so far is the truth; +Inf where
// it lies on the target.
func (e *engine) takes(l int, j *judged) float64 {
	away := math.Abs(j.decisive.Value - j.decides)
	half := j.decisive.High - j.decisive.Value
	if j.decisive.Value > j.decides {
		half = j.decisive.Value - j.decisive.Low
	}
	if away == 0 || math.IsNaN(half) {
		return math.Inf(1)
	}
	ratio := half / away
	return math.Ceil(float64(e.evidence[l].level.N) * ratio * ratio)
}

// roughly is the half-width of an interval, as a part of its target, above which little is known yet.
const roughly = 0.1

// coarse says that an open target may be open for want of tasks, wherever its figure lies now. A run leaves it at that; a plan,
// which would take a slot more for it, asks again.
func (j *judged) coarse() bool {
	scale := j.decides
	if j.Attained != nil && j.decisive.Value == j.Attained.Value {
		scale = 1 - j.decides
	}
	return (j.decisive.High-j.decisive.Low)/2 > roughly*scale
}

// knownWithoutTargets says that the mean response of every class under a layout is known within the precision.
func (e *engine) knownWithoutTargets(l int) bool {
	for c := range e.sc.Classes {
		if e.withheld[l][c] {
			continue
		}
		f := e.rows(l, c, response).stat(average)
		if !math.IsNaN(f.Value) && !stats.PrecisionReached(f.Interval, e.sc.Run.Precision) && !e.exact {
			return false
		}
	}
	return true
}
