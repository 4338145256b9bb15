package stats

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
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

// TestOracles reproduces every expected figure of testdata/statistics.json.
func TestOracles(t *testing.T) {
	tests := map[string]func(*testing.T, oracle){
		"t-quantiles":       checkStudent,
		"rinott-h":          checkRinott,
		"kn-eta":            checkKN,
		"quantile-order-ci": checkOrderCI,
		"two-sample":        checkTwoSample,
		"ks-one":            checkKSOne,
		"binomial-ci":       checkBinomial,
		"coverage-accept":   checkCoverage,
		"holm":              checkHolm,
		"mser":              checkMSER,
		"batch-means":       checkBatchMeans,
		"ar1":               checkAR1,
		"ocba":              checkOCBA,
		"control-variate":   checkControl,
	}
	items := oracles(t)
	ids := make([]string, 0, len(items))
	for id := range items {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		t.Run(id, func(t *testing.T) {
			check, ok := tests[id]
			require.True(t, ok, "an item without a test")
			require.NotEmpty(t, items[id].Expect)
			check(t, items[id])
		})
	}
	assert.Len(t, items, len(tests), "a test without an item")
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

func checkRinott(t *testing.T, o oracle) {
	const simulated = "mc_check_PCS(k=5,n0=20,P*=0.95)"
	got := map[string]float64{}
	for name := range o.Expect {
		if name == simulated {
			continue
		}
		var k, n0 int
		var p float64
		scan(t, name, "k=%d,n0=%d,P*=%g", &k, &n0, &p)
		got[name] = RinottH(k, n0, p)
	}
	// A simulation of 400,000 selections: four standard errors are 0.0014.
	got[simulated] = rinottPCS(5, 20, got["k=5,n0=20,P*=0.95"])
	assert.InDelta(t, 0.95, got[simulated], 1e-10)
	var mc float64
	require.NoError(t, json.Unmarshal(o.Expect[simulated], &mc))
	assert.InDelta(t, mc, got[simulated], 0.0014)
	delete(o.Expect, simulated)
	o.check(t, exact, got)
}

func checkKN(t *testing.T, o oracle) {
	for name, raw := range o.Expect {
		var k, n0 int
		var alpha float64
		scan(t, name, "k=%d,n0=%d,alpha=%g", &k, &n0, &alpha)
		var want struct{ Eta, H2 float64 }
		require.NoError(t, json.Unmarshal(raw, &want))
		kn, err := NewKN(k, n0, alpha, 1)
		require.NoError(t, err)
		near(t, want.Eta, kn.Eta(), exact, name)
		near(t, want.H2, kn.H2(), exact, name)
	}
}

func checkOrderCI(t *testing.T, o oracle) {
	for name, raw := range o.Expect {
		var n int
		var p, conf float64
		scan(t, name, "n=%d,p=%g,conf=%g", &n, &p, &conf)
		var want [3]float64
		require.NoError(t, json.Unmarshal(raw, &want))
		l, u, coverage := QuantileOrderCI(n, p, conf)
		assert.Equal(t, [2]float64{want[0], want[1]}, [2]float64{float64(l), float64(u)}, name)
		near(t, want[2], coverage, exact, name)
	}
}

func checkTwoSample(t *testing.T, o oracle) {
	var in struct{ A, B []float64 }
	o.input(t, &in)
	got := map[string]float64{
		"wasserstein1":   Wasserstein1(in.A, in.B),
		"hodges_lehmann": HodgesLehmann(in.A, in.B),
	}
	got["mannwhitney_U"], got["mannwhitney_p_exact"] = MannWhitneyExact(in.A, in.B)
	got["ks_D"], got["ks_p_exact"] = KSTwoSample(in.A, in.B)
	got["welch_t"], _, got["welch_p"] = WelchT(in.A, in.B)
	_, got["anderson_ksamp_stat"] = AndersonKSamp(in.A, in.B)
	paired := PairedDifference(in.A, in.B, 0.95)
	got["paired_t"], got["paired_p"] = paired.T, paired.P
	o.check(t, exact, got)
}

func checkKSOne(t *testing.T, o oracle) {
	var in struct{ X []float64 }
	o.input(t, &in)
	d, p := KSOneSample(in.X, expCDF)
	o.check(t, exact, map[string]float64{"D": d, "p_exact": p})
}

func checkBinomial(t *testing.T, o oracle) {
	for name, raw := range o.Expect {
		var x, n int
		scan(t, name, "%d/%d", &x, &n)
		var want struct {
			Wilson [2]float64 `json:"wilson"`
			CP     [2]float64 `json:"cp"`
		}
		require.NoError(t, json.Unmarshal(raw, &want))
		wilson, cp := Wilson(x, n, 0.95), ClopperPearson(x, n, 0.95)
		near(t, want.Wilson[0], wilson.Low, exact, name)
		near(t, want.Wilson[1], wilson.High, exact, name)
		near(t, want.CP[0], cp.Low, exact, name)
		near(t, want.CP[1], cp.High, exact, name)
	}
}

func checkCoverage(t *testing.T, o oracle) {
	for name, raw := range o.Expect {
		var n int
		scan(t, name, "n=%d", &n)
		var want [2]int
		require.NoError(t, json.Unmarshal(raw, &want))
		lo, hi := CoverageBand(n, 0.95, 0.01)
		assert.Equal(t, want, [2]int{lo, hi}, name)
	}
}

func checkHolm(t *testing.T, o oracle) {
	var in struct{ P []float64 }
	o.input(t, &in)
	var want []float64
	require.NoError(t, json.Unmarshal(o.Expect["adjusted"], &want))
	assert.InDeltaSlice(t, want, Holm(in.P), 1e-15)
}

func checkMSER(t *testing.T, o oracle) {
	var in struct{ Y []float64 }
	o.input(t, &in)
	var means []float64
	require.NoError(t, json.Unmarshal(o.Expect["mser5_batch_means"], &means))
	assert.InDeltaSlice(t, means, batchMeans(in.Y, 5), 1e-12)
	delete(o.Expect, "mser5_batch_means")

	d, stat := MSER(in.Y)
	batches, stat5 := MSER(batchMeans(in.Y, 5))
	obs, ok := MSER5(in.Y)
	assert.True(t, ok)
	o.check(t, exact, map[string]float64{
		"mser_d": float64(d), "mser_stat": stat,
		"mser5_d_batches": float64(batches), "mser5_d_obs": float64(obs), "mser5_stat": stat5,
	})
}

func checkBatchMeans(t *testing.T, o oracle) {
	var in struct{ Z []float64 }
	o.input(t, &in)
	nbm, obm := BatchMeans(in.Z, 8, 0.95), OverlappingBatchMeans(in.Z, 8, 0.95)
	ratio, _ := VonNeumannRatio(nbm.Means)
	near(t, nbm.Value, obm.Value, exact, "one mean")
	o.check(t, exact, map[string]float64{
		"mean":                 nbm.Value,
		"nbm_var_m8":           nbm.Variance,
		"nbm_ci_halfwidth_m8":  nbm.Half(),
		"obm_var_m8":           obm.Variance,
		"von_neumann_ratio_m8": ratio,
		"lag1_autocorr_obs":    Lag1Autocorrelation(in.Z),
	})
}

func checkAR1(t *testing.T, o oracle) {
	got := map[string]float64{}
	for name := range o.Expect {
		var phi float64
		scan(t, name, "phi=%g", &phi)
		got[name] = AR1Variance(phi, 1)
	}
	o.check(t, exact, got)
}

func checkOCBA(t *testing.T, o oracle) {
	var in struct{ Mean, SD []float64 }
	o.input(t, &in)
	var want []float64
	require.NoError(t, json.Unmarshal(o.Expect["fractions"], &want))
	assert.InDeltaSlice(t, want, OCBAFractions(in.Mean, in.SD), 1e-12)
}

func checkControl(t *testing.T, o oracle) {
	var in struct{ Y, C []float64 }
	o.input(t, &in)
	got := ControlVariate(in.Y, in.C, 1, 0.95)
	var ci [2]float64
	require.NoError(t, json.Unmarshal(o.Expect["ci95"], &ci))
	near(t, ci[0], got.Low, exact, "low")
	near(t, ci[1], got.High, exact, "high")
	delete(o.Expect, "ci95")
	o.check(t, exact, map[string]float64{
		"beta": got.Beta, "estimate": got.Value, "stderr": got.StdErr, "df": got.DF,
	})
}

func scan(t *testing.T, s, format string, into ...any) {
	t.Helper()
	_, err := fmt.Sscanf(s, format, into...)
	require.NoError(t, err, s)
}
