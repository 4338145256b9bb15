package experiment_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/randomly"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// TestRandomScenarios: what holds in every scenario holds in scenarios of the whole format that nobody thought of. With
// SIMRUN_LONG they are 500; SIMRUN_SEED=N is that one alone.
func TestRandomScenarios(t *testing.T) {
	first, number := 0, 30
	if os.Getenv("SIMRUN_LONG") != "" {
		number = 500
	}
	if n, err := strconv.Atoi(os.Getenv("SIMRUN_SEED")); err == nil {
		first, number = n, 1
	}
	schema, err := scenarios.Schema()
	require.NoError(t, err)
	for seed := first; seed < first+number; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			text := randomly.Scenario(rand.New(rand.NewPCG(uint64(seed), 16)), schema, 60, runnable)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("%s", text)
				}
			})
			sc := decode(t, text)
			for l := range sc.Layouts {
				conserves(t, sc, l)
			}
			sameUnderOtherNames(t, text)
			sameWithAnIdleMachine(t, text)
			if seed%5 == 0 {
				sameOnAnyNumberOfCores(t, text)
			}
		})
	}
}

// runnable says whether a text is a scenario of which a run takes a moment.
func runnable(text []byte) bool {
	sc, err := scenarios.Decode("random.yaml", text, ".")
	if err != nil {
		return false
	}
	for l := range sc.Layouts {
		span := sc.Run.Warmup + sc.Run.Duration + sc.Run.Drain
		if e := sc.Layouts[l].Ahead(sc.Classes, sc.Machines, sc.Outside(), span); e.Tasks > 3000 || sc.Layouts[l].Slots() > 500 {
			return false
		}
	}
	return true
}

func decode(t *testing.T, text []byte) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Decode("random.yaml", text, ".")
	require.NoError(t, err)
	return sc
}

// once runs a layout once.
func once(sc *scenarios.Scenario, l int, r sim.Recorder) sim.Result {
	return sim.New(&sc.Layouts[l], sc.Classes, sc.Machines, sim.Options{
		Key: des.NewKey(sc.Seed), Warmup: 10 * time.Second, Duration: time.Minute, Drain: sc.Run.Drain, Start: sc.Run.Start, Recorder: r,
		Services: sc.Services, Zones: sc.Zones, Faults: sc.Faults, Steps: 6, MemorySteps: 6, Bins: 6, Holders: true,
	}).Run()
}

// conserves: every task has one outcome, Little's law holds to rounding, a second run is the same, and so is one that is
// listened to.
func conserves(t *testing.T, sc *scenarios.Scenario, l int) {
	r := once(sc, l, nil)
	require.Equal(t, r, once(sc, l, nil), "the same seed, the same figures")
	require.Equal(t, r, once(sc, l, deaf{}), "somebody listens")
	for i := range r.Classes {
		c := &r.Classes[i]
		ended := int64(0)
		for _, n := range c.ByOutcome {
			ended += n
		}
		require.Equal(t, c.Published, ended, "%s: every task has one outcome", sc.Classes[i].Name)
		area := c.InSystem.Integral(70 * time.Second)
		stays := c.Sojourn.Seconds() - c.After.Seconds() + c.Before.Seconds()
		assert.InDelta(t, stays, area, 1e-9*max(1, area), "%s: Little's law", sc.Classes[i].Name)
		assert.LessOrEqual(t, c.Wait.Count(), c.Attempts)
		assert.LessOrEqual(t, c.InQueue.Seconds()+c.InReserved.Seconds()+c.InETA.Seconds(), c.Wait.Mean()*float64(c.Wait.Count())*(1+1e-9)+1e-9)
	}
	for i := range r.Workers {
		assert.LessOrEqual(t, r.Workers[i].Busy.Most(), sc.Layouts[l].Workers[i].Concurrency)
	}
}

// deaf listens and notes nothing.
type deaf struct{}

func (deaf) Record(worker.Record)                                 {}
func (deaf) Publish(des.Time, int32, string, *worker.Publication) {}

// sameUnderOtherNames: what is not drawn by its name has the same figures under another.
func sameUnderOtherNames(t *testing.T, text []byte) {
	one := decode(t, text)
	other := decode(t, names.ReplaceAllFunc(text, func(name []byte) []byte {
		bare := string(bytes.Trim(name, `"`))
		if slices.ContainsFunc(one.Classes, func(c workloads.Class) bool { return strings.HasPrefix(c.Name, bare) }) {
			return name // of a task, too, or of its copies
		}
		return []byte(`"` + bare + `-new"`)
	}))
	for l := range one.Layouts {
		a, b := once(one, l, nil), once(other, l, nil)
		for i := range a.Exposure { // labels are names, too, and stand among the figures
			a.Exposure[i].Label, b.Exposure[i].Label = "", ""
		}
		assert.Equal(t, a, b, "other names")
	}
}

// names of workers, machines, zones, services and strategies in what is written at random. Those of tasks name the streams
// of their draws.
var names = regexp.MustCompile(`"(worker-a|worker-b|box|east|west|store|one)"`)

// sameWithAnIdleMachine: a machine on which nothing runs changes nothing.
func sameWithAnIdleMachine(t *testing.T, text []byte) {
	more := []byte(`{"machines":{"idle":{"cores":3}},`)
	if i := bytes.Index(text, []byte(`"machines":{`)); i >= 0 {
		at := i + len(`"machines":{`)
		more = append(append(bytes.Clone(text[:at]), `"idle":{"cores":3},`...), text[at:]...)
	} else {
		more = append(more, text[1:]...)
	}
	one, other := decode(t, text), decode(t, more)
	for l := range one.Layouts {
		assert.Equal(t, once(one, l, nil).Tally, once(other, l, nil).Tally, "an idle machine")
	}
}

// sameOnAnyNumberOfCores: the answer is the same by its bytes.
func sameOnAnyNumberOfCores(t *testing.T, text []byte) {
	var answers []string
	for _, cores := range []int{1, 2} {
		r, err := experiment.Run(context.Background(), decode(t, text), experiment.Options{Cores: cores})
		require.NoError(t, err)
		answers = append(answers, bytesOf(t, r))
	}
	assert.Equal(t, strings.Split(answers[0], "\n"), strings.Split(answers[1], "\n"), "one core and two")
}
