package report

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/simrun/internal/experiment"
)

// JSON writes results.json.
func JSON(w io.Writer, r *experiment.Result) error { return writeJSON(w, r) }

// FiguresJSON writes figures.json: the figures of each replication, by which one run is held against another.
func FiguresJSON(w io.Writer, r *experiment.Result) error {
	if err := json.NewEncoder(w).Encode(experiment.NewFigures(r)); err != nil {
		return fmt.Errorf("report: figures: %w", err)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	return nil
}
