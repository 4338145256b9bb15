package fidelity

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// JSON writes comparisons for programs, with the totals before them.
func JSON(w io.Writer, all []*Comparison) error {
	held, figures, missing := Total(all)
	pairs := Ranking(all)
	if pairs == nil {
		pairs = []Pair{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		Version     int           `json:"version"`
		Hold        int           `json:"hold"`
		Figures     int           `json:"figures"`
		NotModelled int           `json:"not_modelled"`
		Recordings  []*Comparison `json:"recordings"`
		Ranking     []Pair        `json:"ranking"`
	}{1, held, figures, missing, all, pairs})
	if err != nil {
		return fmt.Errorf("fidelity: json: %w", err)
	}
	return nil
}

// real is a number that may not exist: null then.
type real float64

// MarshalJSON implements json.Marshaler.
func (r real) MarshalJSON() ([]byte, error) {
	if x := float64(r); !math.IsNaN(x) && !math.IsInf(x, 0) {
		return json.Marshal(x)
	}
	return []byte("null"), nil
}

// MarshalJSON implements json.Marshaler: figures that one side does not have are null.
func (f Figure) MarshalJSON() ([]byte, error) {
	type plain Figure
	runs := make([]real, len(f.Runs))
	for i, x := range f.Runs {
		runs[i] = real(x)
	}
	return json.Marshal(struct {
		plain
		Predicted real   `json:"predicted"`
		Observed  real   `json:"observed"`
		Runs      []real `json:"runs"`
		Error     real   `json:"error"`
		Noise     real   `json:"noise"`
		Chance    real   `json:"chance"`
	}{plain(f), real(f.Predicted), real(f.Observed), runs, real(f.Error), real(f.Noise), real(f.Chance)})
}

// MarshalJSON implements json.Marshaler: distances from nothing are null.
func (d Distance) MarshalJSON() ([]byte, error) {
	type plain Distance
	return json.Marshal(struct {
		plain
		Wasserstein real `json:"wasserstein"`
		KS          real `json:"ks"`
		NoiseW      real `json:"wasserstein_noise"`
		NoiseKS     real `json:"ks_noise"`
	}{plain(d), real(d.Wasserstein), real(d.KS), real(d.NoiseW), real(d.NoiseKS)})
}

// MarshalJSON implements json.Marshaler.
func (p Pair) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		A         string `json:"a"`
		B         string `json:"b"`
		Class     string `json:"class"`
		Metric    string `json:"metric"`
		Stat      string `json:"stat"`
		Observed  real   `json:"observed_ratio"`  // b / a
		Predicted real   `json:"predicted_ratio"` // b / a
		Same      bool   `json:"same"`
	}{p.A, p.B, p.Class, p.Metric, p.Stat, real(p.Observed), real(p.Predicted), p.Same})
}
