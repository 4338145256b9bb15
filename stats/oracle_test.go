package stats

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exact is the relative tolerance of closed forms and of distributions computed
// to full precision.
const exact = 1e-9

// oracle is one item of testdata/statistics.json: figures computed elsewhere.
type oracle struct {
	ID     string                     `json:"id"`
	Input  json.RawMessage            `json:"input"`
	Expect map[string]json.RawMessage `json:"expect"`
}

func oracles(t *testing.T) map[string]oracle {
	t.Helper()
	raw, err := os.ReadFile("testdata/statistics.json")
	require.NoError(t, err)
	var file struct {
		Items []oracle `json:"items"`
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	items := map[string]oracle{}
	for _, item := range file.Items {
		items[item.ID] = item
	}
	return items
}

// input decodes the item's input into v.
func (o oracle) input(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(o.Input, v))
}

// check compares figures one by one, and fails on a figure nobody computed.
func (o oracle) check(t *testing.T, tolerance float64, got map[string]float64) {
	t.Helper()
	for name, raw := range o.Expect {
		var want float64
		require.NoError(t, json.Unmarshal(raw, &want), name)
		value, ok := got[name]
		if assert.True(t, ok, "no function covers %s", name) {
			near(t, want, value, tolerance, name)
		}
	}
}

func near(t *testing.T, want, got, tolerance float64, name string) {
	t.Helper()
	if want == 0 {
		assert.InDelta(t, want, got, tolerance, name)
		return
	}
	assert.InEpsilon(t, want, got, tolerance, name)
}

// TestOracles reproduces the expected figures of testdata/statistics.json that this package computes.
func TestOracles(t *testing.T) {
	items := oracles(t)
	for id, check := range map[string]func(*testing.T, oracle){
		"t-quantiles": checkStudent,
		"two-sample":  checkTwoSample,
		"binomial-ci": checkBinomial,
	} {
		t.Run(id, func(t *testing.T) {
			require.NotEmpty(t, items[id].Expect)
			check(t, items[id])
		})
	}
}

func checkStudent(t *testing.T, o oracle) {
	got := map[string]float64{}
	for name := range o.Expect {
		var p, df float64
		scan(t, name, "p=%g,df=%g", &p, &df)
		got[name] = StudentQuantile(p, df)
	}
	// The file's t_{0.95,4} is itself off by 2.4e-9: TestStudentClosedForms pins
	// that one down.
	o.check(t, 3e-9, got)
}

func checkTwoSample(t *testing.T, o oracle) {
	var in struct{ A, B []float64 }
	o.input(t, &in)
	paired := PairedDifference(in.A, in.B, 0.95)
	for name, got := range map[string]float64{"wasserstein1": Wasserstein1(in.A, in.B), "paired_t": paired.T, "paired_p": paired.P} {
		var want float64
		require.NoError(t, json.Unmarshal(o.Expect[name], &want), name)
		near(t, want, got, exact, name)
	}
}

func checkBinomial(t *testing.T, o oracle) {
	for name, raw := range o.Expect {
		var x, n int
		scan(t, name, "%d/%d", &x, &n)
		var want struct {
			CP [2]float64 `json:"cp"`
		}
		require.NoError(t, json.Unmarshal(raw, &want))
		cp := ClopperPearson(x, n, 0.95)
		near(t, want.CP[0], cp.Low, exact, name)
		near(t, want.CP[1], cp.High, exact, name)
	}
}

func scan(t *testing.T, s, format string, into ...any) {
	t.Helper()
	_, err := fmt.Sscanf(s, format, into...)
	require.NoError(t, err, s)
}
