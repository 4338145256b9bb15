package theory

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnstableIsInfinite(t *testing.T) {
	inf := map[string]float64{
		"M/M/c wait":        MMC{2, 1, 2}.MeanWait(),
		"M/M/c quantile":    MMC{3, 1, 2}.WaitQuantile(0.5),
		"M/M/c response":    MMC{3, 1, 2}.ResponseQuantile(0.5),
		"M/G/1":             MG1{1, 1, 2}.MeanWait(),
		"M/G/1 quantile":    MG1{1, 1, 2}.WaitQuantile(ExpLST(1), 0.5),
		"M/D/c":             NewMDC(2, 1, 2).MeanWait(),
		"M/D/c quantile":    NewMDC(2, 1, 2).WaitQuantile(0.9),
		"GI/M/1":            NewGIM1(1, 1, ExpLST(1)).MeanWait(),
		"Kingman":           KingmanBound(1, 1, 1, 1),
		"PS":                PS{1, 1, 1}.MeanResponse(),
		"SRPT":              SRPTMeanResponse(1, 1),
		"batch":             BatchMM1{0.2, 1, 5, 25}.MeanNumber(),
		"breakdown":         BreakdownAnytime{0.9, 1, 0.2, 0.2}.MeanNumber(),
		"breakdown M/M/c":   BreakdownMMC{2, 1, 0.2, 0.2, 4}.MeanNumber(),
		"set-up":            SetupMM1{1, 1, 5, 50}.MeanResponse(),
		"set-up quantile":   SetupResponseQuantile(1, 1, 5, 0.5),
		"set-up M/M/k":      SetupMMK{4, 1, 0.1, 4}.Solve().Number,
		"MMPP":              MMPP{[2]float64{3, 1}, [2]float64{1, 1}, 1, 2}.Solve().Number,
		"fork-join":         ForkJoin2MeanResponse(1, 1),
		"polling":           Polling{2, 0.5, 1, 2, 0, 0}.ExhaustiveMeanWait(),
		"polling, walking":  Polling{2, 0.45, 1, 2, 0.2, 0.08}.LimitedMeanWait(),
		"slots":             CPUIO{100, 0.1, 0.1, 4, 8}.Solve().Response,
		"prefetch":          Prefetch2MeanResponse(2, 1, 3),
		"shorter queue":     JSQ2MeanResponse(2, 1),
		"endless retries":   Retry{Lambda: 0.9, Mu: 1, C: 1, Failure: 0.2}.MeanTotalResponse(),
		"conservation":      SumRhoWait([]Class{{1, 1, 2}}),
		"preemptive, lower": MMCPreemptive(2, 1, []float64{1, 1})[1],
	}
	for name, v := range inf {
		assert.True(t, math.IsInf(v, 1), "%s: %v", name, v)
	}
	assert.InDelta(t, 1, MMC{3, 1, 2}.WaitTail(5), 0)
	assert.InDelta(t, 1, MMC{3, 1, 2}.ResponseTail(5), 0)
	assert.InDelta(t, 1, MG1{1, 1, 2}.WaitTail(ExpLST(1), 5), 0)
	assert.InDelta(t, 1, NewMDC(2, 1, 2).WaitTail(5), 0)
	assert.InDelta(t, 1, NewMDC(2, 1, 2).PWait(), 0)
	assert.InDelta(t, 1, ErlangC(2, 2), 0)
	assert.Zero(t, MMC{3, 1, 2}.P(0))
	assert.Nil(t, NewPooled(1, 1, 1, 1, 2))
}

func TestMMCIsConsistent(t *testing.T) {
	for _, q := range []MMC{{0.5, 1, 1}, {1.6, 1, 2}, {1, 1, 2}, {13.6, 1, 16}} {
		var mass, mean float64
		for n := range 3000 {
			mass += q.P(n)
			mean += float64(n) * q.P(n)
		}
		assert.InDelta(t, 1, mass, 1e-10)
		assert.InEpsilon(t, q.MeanNumber(), mean, 1e-10, "L = lambda W")
		for _, p := range []float64{0.5, 0.95, 0.999} {
			assert.InEpsilon(t, 1-p, q.ResponseTail(q.ResponseQuantile(p)), 1e-9)
			if w := q.WaitQuantile(p); w > 0 {
				assert.InEpsilon(t, 1-p, q.WaitTail(w), 1e-9)
			} else {
				assert.LessOrEqual(t, q.PWait(), 1-p)
			}
		}
	}
	// theta = mu: the two branches of the sojourn's law meet.
	assert.InDelta(t, hypoTail(1, 1, 2), hypoTail(1+1e-7, 1, 2), 1e-7)
	assert.InDelta(t, 2*math.Exp(-3)-math.Exp(-6), hypoTail(2, 1, 3), 1e-14)
}

// TestMeansAreAreasUnderTails integrates the tails that are computed in other
// ways than the means.
func TestMeansAreAreasUnderTails(t *testing.T) {
	area := func(tail func(float64) float64, reach float64) float64 {
		const n = 2000
		h := reach / n
		total := (tail(1e-12) + tail(reach)) / 2
		for i := 1; i < n; i++ {
			total += tail(float64(i) * h)
		}
		return total * h
	}
	md2 := NewMDC(1.4, 1, 2)
	assert.InEpsilon(t, md2.MeanWait(), area(md2.WaitTail, 40), 1e-4)
	mg1 := MG1{0.7, 1, 1.5}
	assert.InEpsilon(t, mg1.MeanWait(), area(func(x float64) float64 {
		return mg1.WaitTail(ErlangLST(2, 1), x)
	}, 60), 1e-4)
	pool := NewPooled(1, 0.5, 0.2, 4, 2)
	assert.InEpsilon(t, pool.MeanWait(), area(pool.WaitTail, 150), 1e-3)
}

// TestMDCByRoots checks the mean queue against the roots of the generating
// function, another way to the same figure:
//
//	Lq = (a^2 - c(c-1))/(2(c-a)) + sum_{k=1}^{c-1} 1/(1-z_k),  z_k^c = e^{a(z_k-1)}.
func TestMDCByRoots(t *testing.T) {
	for _, load := range []float64{0.3, 0.8, 0.97} {
		for _, c := range []int{1, 2, 5, 12} {
			a := load * float64(c)
			lq := complex((a*a-float64(c*(c-1)))/(2*(float64(c)-a)), 0)
			for k := 1; k < c; k++ {
				turn := cmplx.Exp(complex(0, 2*math.Pi*float64(k)/float64(c)))
				z := turn / 2
				for range 5000 { // a contraction inside the unit disc
					z = turn * cmplx.Exp(complex(a/float64(c), 0)*(z-1))
				}
				lq += 1 / (1 - z)
			}
			q := NewMDC(a, 1, c)
			assert.InEpsilon(t, real(lq)/a, q.MeanWait(), 1e-8, "c=%d load=%v", c, load)
			assert.InDelta(t, q.PWait(), q.WaitTail(0), 1e-12, "c=%d load=%v", c, load)
		}
	}
}

// TestSpecialCases reduces the richer models to the plain ones.
func TestSpecialCases(t *testing.T) {
	exp := MG1{0.8, 1, 2}
	mm1 := MMC{0.8, 1, 1}
	near := func(want, got float64, name string) { t.Helper(); assert.InEpsilon(t, want, got, 1e-8, name) }

	near(mm1.MeanWait(), exp.MeanWait(), "M/G/1 with exponential service")
	near(mm1.WaitTail(3), exp.WaitTail(ExpLST(1), 3), "its tail")
	near(mm1.MeanWait(), NewGIM1(0.8, 1, ExpLST(1/0.8)).MeanWait(), "GI/M/1 with Poisson arrivals")
	near(mm1.MeanWait(), Cobham([]Class{{0.8, 1, 2}})[0], "one class")
	near(mm1.MeanResponse(), PreemptiveResume([]Class{{0.8, 1, 2}})[0], "one class, preemptive")
	near(mm1.MeanWait(), BatchMM1{0.8, 1, 1, 1}.MeanWait(), "batches of one")
	near(mm1.MeanNumber(), MMCK{0.8, 1, 1, 400}.MeanNumber(), "a great buffer")
	near(ErlangB(4, 3), MMCK{3, 1, 4, 4}.Blocking(), "no buffer")
	near(3*(1-ErlangB(4, 3))/4, MMCK{3, 1, 4, 4}.Utilization(), "no buffer")
	near(mm1.MeanQueue(), ErlangA{0.8, 1, 1, 1e-12}.MeanQueue(), "endless patience")
	near(mm1.MeanResponse(), BreakdownAnytime{0.8, 1, 1e-12, 1}.MeanResponse(), "no breakdowns")
	near(mm1.MeanResponse(), SetupMM1{Lambda: 0.8, Mu: 1}.MeanResponse(), "no set-up")
	near(mm1.MeanWait(), Polling{N: 1, Lambda: 0.8, ES: 1, ES2: 2}.LimitedMeanWait(), "one queue, no walk")
	near(MMC{1.6, 1, 2}.MeanResponse(), Prefetch2MeanResponse(1.6, 1, 1), "no prefetch")
	near(mm1.MeanResponse(), Prefetch2MeanResponse(1.6, 1, 120), "prefetch without end")
	near(MMC{1.6, 1, 2}.MeanWait(), NewPooled(1, 1, 0.6, 1, 2).MeanWait(), "two classes alike")
	near(MMC{1.6, 1, 2}.WaitTail(2), NewPooled(1, 1, 0.6, 1, 2).WaitTail(2), "their tail")
	near(MMC{1.6, 1, 2}.MeanWait(), MMPP{[2]float64{1.6, 1.6}, [2]float64{1, 1}, 1, 2}.Solve().Wait, "a rate that does not change")
	near(10.0/3, Repair{N: 1, C: 1, Z: 1, S: 10.0 / 3}.MeanResponse(), "one client never waits")
	assert.InDelta(t, 0, Repair{N: 3, C: 3, Z: 1, S: 2}.MeanWait(), 1e-12)
	mean, second := RepeatCompletion(2, 0, 1)
	assert.Equal(t, [2]float64{2, 4}, [2]float64{mean, second}, "no crashes")
	// Far more slots than tasks: the slots no longer matter, nor does the IO law.
	free := CPUIO{Lambda: 8, CPU: 0.1, IO: 0.2, C: 2, N: 40}
	near(free.Unlimited(), free.Solve().Response, "slots without end")
}

func TestRetryCounts(t *testing.T) {
	assert.InDelta(t, 3, Attempts(1, 3), 0)
	assert.InDelta(t, 1, Attempts(0, 3), 0)
	assert.InDelta(t, 1.75, Attempts(0.5, 3), 1e-15)
	assert.Zero(t, DeadShare(0.5, 0))
	assert.InDelta(t, 0.125, DeadShare(0.5, 3), 1e-15)
}

// TestCobhamPastSaturation: the urgent class still has a finite wait, behind the
// residual of the class that fills the server.
func TestCobhamPastSaturation(t *testing.T) {
	w := Cobham([]Class{{0.5, 1, 2}, {5, 1, 2}, {1, 1, 2}})
	// The server never idles: W0 is the residual mean 1, W1 = 1/(1-0.5).
	assert.InDelta(t, 2, w[0], 1e-12)
	assert.True(t, math.IsInf(w[1], 1))
	assert.True(t, math.IsInf(w[2], 1))
	r := PreemptiveResume([]Class{{0.5, 1, 2}, {5, 1, 2}})
	assert.InDelta(t, 2, r[0], 1e-12, "those below do not exist")
	assert.True(t, math.IsInf(r[1], 1))
}

func TestCobhamObeysConservation(t *testing.T) {
	classes := []Class{{0.3, 0.5, 1}, {0.2, 1, 3}, {0.1, 2, 9}}
	var sum float64
	for i, w := range Cobham(classes) {
		sum += classes[i].Lambda * classes[i].ES * w
	}
	assert.InEpsilon(t, SumRhoWait(classes), sum, 1e-12)
}

func TestMinServersIsTheLeast(t *testing.T) {
	for _, lambda := range []float64{0.3, 1, 7.9, 250} {
		meets := func(q MMC) bool {
			require.True(t, q.Stable(), "never asked about an unstable system")
			return q.WaitQuantile(0.99) <= 0.2
		}
		c := MinServers(lambda, 1, meets)
		assert.True(t, meets(MMC{lambda, 1, c}))
		assert.Greater(t, MMC{lambda, 1, c - 1}.WaitQuantile(0.99), 0.2)
	}
}

func TestQBDMatchesBirthDeath(t *testing.T) {
	law := solveQBD(1, 3, func(n, _ int, to move) {
		to(n+1, 0, 2.5)
		to(n-1, 0, float64(min(n, 3)))
	})
	assert.InEpsilon(t, MMC{2.5, 1, 3}.MeanNumber(), law.mean(number), 1e-10)
}

func TestInverseNeedsItsPivots(t *testing.T) {
	m := matrix{{0, 2, 1}, {1, 0, 0}, {3, 0, 1}}
	unit := m.times(m.inverse())
	for i := range unit {
		for j := range unit[i] {
			assert.InDelta(t, identity(3)[i][j], unit[i][j], 1e-14)
		}
	}
}

func TestTransientReachesTheSteadyState(t *testing.T) {
	q := NewTransient(1, 2, 100)
	assert.Zero(t, q.MeanNumber())
	q.Advance(1, 200)
	assert.InEpsilon(t, MMC{1, 1, 2}.MeanNumber(), q.MeanNumber(), 1e-9)
	// Without service to speak of, arrivals only: Poisson.
	q = NewTransient(1e-12, 1, 100)
	q.Advance(3, 4)
	assert.InEpsilon(t, 12, q.MeanNumber(), 1e-9)
}
