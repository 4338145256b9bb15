package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"

	"example.com/simrun/scenarios"
)

// End is the answer at one end of what is assumed, the rest as in the file.
type End struct {
	Path           string  `json:"path"`
	At             string  `json:"at"` // as written
	Status         string  `json:"status"`
	BaselinePasses *bool   `json:"baseline_passes"`
	Recommend      *string `json:"recommend"`
}

// Survival says whether the recommendation survives all that is assumed.
type Survival struct {
	Ends    []End // all
	Changed []End // at which another layout is recommended, or none
}

// MarshalJSON writes true, or where the answer is another one.
func (s Survival) MarshalJSON() ([]byte, error) {
	if len(s.Changed) == 0 {
		return []byte("true"), nil
	}
	return json.Marshal(s.Changed)
}

// Sentence says at which ends the recommendation is another one.
func (s *Survival) Sentence() string {
	if len(s.Changed) == 0 {
		return "The recommendation survives what is assumed, at both ends of each range."
	}
	said := ""
	for _, e := range s.Changed {
		what := "nothing here surely passes"
		if e.Recommend != nil {
			what = *e.Recommend + " is recommended"
		}
		said += fmt.Sprintf("With %s at %s %s. ", e.Path, e.At, what)
	}
	return said[:len(said)-1]
}

// assume answers each end of what is assumed; nil where nothing is. The number is that of the events.
func assume(ctx context.Context, sc *scenarios.Scenario, o Options) ([]End, int64, error) {
	if len(sc.Assumed) == 0 {
		return nil, 0, nil
	}
	ends := make([]End, 2*len(sc.Assumed))
	var events atomic.Int64
	err := atOnce(o.Backend.Width(), len(ends), func(i int) error {
		e, r, err := variant(ctx, sc, Variant(sweptCells(sc)+i+1), o)
		if err != nil {
			return err
		}
		events.Add(e.events)
		a := &sc.Assumed[i/2]
		ends[i] = End{a.Path, a.At[i%2], r.Verdict.Status, r.Verdict.BaselinePasses, r.Verdict.Recommend}
		return nil
	})
	return ends, events.Load(), err
}

func survives(v *Verdict, ends []End) *Survival {
	same := func(e End) bool {
		if e.Recommend == nil || v.Recommend == nil {
			return e.Recommend == v.Recommend
		}
		return *e.Recommend == *v.Recommend
	}
	return &Survival{Ends: ends, Changed: slices.DeleteFunc(slices.Clone(ends), same)}
}
