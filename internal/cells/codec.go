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
