package main

import (
	"encoding/json"
	"io"

	"example.com/simrun/internal/lint"
	"example.com/simrun/scenarios"
)

// checked is what check says as JSON.
type checked struct {
	Findings []lint.Finding  `json:"findings"`
	Workers  []checkedWorker `json:"workers"`
}

type checkedWorker struct {
	Strategy    string   `json:"strategy"`
	Name        string   `json:"name"`
	Queues      []string `json:"queues"`
	Concurrency int      `json:"concurrency"`
	Replicas    int      `json:"replicas"`
	Pool        string   `json:"pool"`
	Command     string   `json:"command,omitempty"`
	Source      string   `json:"source,omitempty"` // the file that it was read from
}

// checkJSON writes the findings of a scenario, warnings of the reader among them, and its workers.
func checkJSON(w io.Writer, sc *scenarios.Scenario) error {
	out := checked{Findings: []lint.Finding{}, Workers: []checkedWorker{}}
	for _, p := range sc.Warned {
		out.Findings = append(out.Findings, lint.Finding{Rule: "setting", Level: "warning", Path: p.Path, Line: p.Line, Column: p.Column, Message: p.Message})
	}
	for i := range sc.Layouts {
		l := &sc.Layouts[i]
		for g, name := range l.Groups {
			worker := checkedWorker{Strategy: l.Name, Name: name, Source: l.Sources[g]}
			for k := range l.Workers {
				if l.Group[k] != g {
					continue
				}
				c := &l.Workers[k]
				if worker.Replicas++; worker.Replicas > 1 {
					continue
				}
				worker.Concurrency, worker.Pool = c.Concurrency, c.Pool.String()
				for _, q := range c.Queues {
					worker.Queues = append(worker.Queues, l.Queues[q].Name)
				}
			}
			if l.Lines[g].Written() {
				worker.Command = l.Lines[g].String()
			}
			out.Workers = append(out.Workers, worker)
		}
	}
	out.Findings = append(out.Findings, lint.Find(sc)...)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
