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

// assume answers each end of what is assumed that is not the file as it is written; nil where nothing is. The number is that of
// the events.
func assume(ctx context.Context, sc *scenarios.Scenario, o Options) ([]End, int64, error) {
	if len(sc.Assumed) == 0 {
		return nil, 0, nil
	}
	ends := make([]End, 2*len(sc.Assumed))
	var events atomic.Int64
	err := atOnce(o.Backend.Width(), len(ends), func(i int) error {
		v := Variant(sweptCells(sc) + i + 1)
		if v.asWritten(sc) {
			return nil
		}
		e, r, err := variant(ctx, sc, v, o)
		if err != nil {
			return err
		}
		events.Add(e.events)
		ends[i] = endOf(sc, i, &r.Verdict)
		return nil
	})
	return ends, events.Load(), err
}

func endOf(sc *scenarios.Scenario, i int, v *Verdict) End {
	a := &sc.Assumed[i/2]
	return End{a.Path, a.At[i%2], v.Status, v.BaselinePasses, v.Recommend}
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
