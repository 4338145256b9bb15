package cells

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// Work is cells to be computed.
type Work struct {
	Identity
	Bundle  *scenarios.Bundle  `json:"bundle"`
	Variant experiment.Variant `json:"variant"`
	Cells   []experiment.Cell  `json:"cells"`
}

// Done is what became of them.
type Done struct {
	Identity
	Outcomes [][]byte `json:"outcomes"`        // of each cell, as Encode writes them
	Error    string   `json:"error,omitempty"` // why there are none
}

// Do computes the cells with a program of this version.
func (w *Work) Do(program string) *Done {
	d := &Done{Identity: Identity{Scenario: w.Scenario, Program: program}}
	fail := func(format string, args ...any) *Done {
		d.Outcomes, d.Error = nil, fmt.Sprintf(format, args...)
		return d
	}
	if w.Program != program {
		return fail("work of simrun %s for simrun %s: want the same program", w.Program, program)
	}
	if w.Bundle == nil || w.Bundle.Sum() != w.Scenario {
		return fail("the scenario is not the one that was asked for")
	}
	sc, err := w.Bundle.Scenario()
	if err != nil {
		return fail("%v", err)
	}
	of := w.Variant.Of(sc)
	if of == nil {
		return fail("variant %d: the scenario has none such", w.Variant)
	}
	for i := range w.Cells {
		c := &w.Cells[i]
		if c.Layout < 0 || c.Layout >= len(of.Layouts) || c.Replication < 0 || !(c.Load > 0) || c.Duration <= 0 ||
			c.Change != nil && !c.Change.Fits(of) || c.Warmup < 0 || c.Drain < 0 || min(c.Bins, c.Steps, c.MemorySteps) < 0 {
			return fail("cell %d: not a run of this scenario", i)
		}
		data, err := Encode(experiment.Compute(of, c))
		if err != nil {
			return fail("cell %d: %v", i, err)
		}
		d.Outcomes = append(d.Outcomes, data)
	}
	return d
}

// mostWork bounds what is read as work.
const mostWork = 1 << 30

// Serve reads work from r, computes it and writes what became of it to w.
func Serve(r io.Reader, w io.Writer, program string) error {
	var work Work
	if err := json.NewDecoder(io.LimitReader(r, mostWork)).Decode(&work); err != nil {
		return fmt.Errorf("standard input: not work for this program: %w", err)
	}
	return json.NewEncoder(w).Encode(work.Do(program))
}
