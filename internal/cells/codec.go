package cells

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// Encode writes an outcome as bytes: equal outcomes give equal bytes.
func Encode(o *experiment.Outcome) ([]byte, error) {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(z).Encode(o); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mostDecoded bounds what an outcome may unpack to.
const mostDecoded = 1 << 30

// Decode reads what Encode wrote.
func Decode(data []byte) (*experiment.Outcome, error) {
	var o experiment.Outcome
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("not an outcome: %w", err)
	}
	r := io.LimitReader(z, mostDecoded)
	if err := gob.NewDecoder(r).Decode(&o); err != nil {
		return nil, fmt.Errorf("not an outcome: %w", err)
	}
	rest, err := io.Copy(io.Discard, r) // to the end, where the checksum stands
	if err != nil || rest > 0 || o.Tally == nil {
		return nil, fmt.Errorf("not an outcome: not whole (%w)", cmp.Or(err, io.ErrUnexpectedEOF))
	}
	return &o, nil
}

// Identity says of which scenario, and of which program, cells are.
type Identity struct {
	Scenario string `json:"scenario"` // sum of the bundle
	Program  string `json:"program"`  // version and architecture
}

// Source is a scenario with all that it takes to read it, and the program that computes its cells.
type Source struct {
	Identity
	Bundle *scenarios.Bundle
}

// NewSource is a bundle for a program.
func NewSource(b *scenarios.Bundle, program string) Source {
	return Source{Identity{Scenario: b.Sum(), Program: program}, b}
}

// Of is what the cells of a batch are of: the source itself and a variant of it, or, where somebody made a scenario of it,
// that one, as a text of its own beside the same files.
func (s Source) Of(b *experiment.Batch) (Source, experiment.Variant) {
	if b.Variant != experiment.Alone {
		return s, b.Variant
	}
	made := *s.Bundle
	made.Text = []byte(b.Scenario.Expanded)
	return NewSource(&made, s.Program), 0
}

// Key names a cell by all that its outcome depends on.
func (id Identity) Key(v experiment.Variant, c *experiment.Cell) string {
	data, err := json.Marshal(struct {
		Identity
		Variant experiment.Variant
		Cell    *experiment.Cell
	}{id, v, c})
	if err != nil {
		panic(fmt.Sprintf("a cell cannot be written: %v", err)) // a load that is no number: our bug
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
