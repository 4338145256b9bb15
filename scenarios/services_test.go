package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func TestServicesZonesAndFaultsAreRead(t *testing.T) {
	s, err := Read("testdata/everything.yaml")
	require.NoError(t, err)
	assert.Equal(t, []system.Service{
		{Name: "smtp", Zone: "onprem", From: []string{"cloud"}, Capacity: 50, RejectFull: true, Rate: 200},
		{Name: "db", Connections: 100, Errors: 0.001},
	}, s.Services)
	assert.Equal(t, system.Zones{{Name: "cloud", Reaches: []system.Link{{To: "onprem", RoundTrip: 25 * time.Millisecond, Egress: 0.09}}}, {Name: "onprem", Reaches: []system.Link{{To: "cloud", RoundTrip: 25 * time.Millisecond}}}}, s.Zones)
	assert.Equal(t, "cloud", s.Layouts[1].BrokerZone)
	assert.Zero(t, s.Layouts[1].Workers[0].RoundTrip)
	assert.Equal(t, 25*time.Millisecond, s.Layouts[2].Workers[0].RoundTrip)
	assert.Equal(t, 12500*time.Microsecond, s.Layouts[2].Broker.Way, "producers are in the cloud, too")
	assert.Equal(t, "cloud", s.Machines[0].Zone)
	assert.Equal(t, 90*time.Second, s.Machines[0].Boot)
	assert.Equal(t, []system.Fault{
		{Name: "smtp down", At: 10 * time.Minute, For: 5 * time.Minute, Factor: 1},
		{Name: "db hang", At: 20 * time.Minute, For: 5 * time.Minute, Target: 1, Mode: system.Hang, Factor: 1},
		{Name: "db slow", At: 20 * time.Minute, For: time.Minute, Target: 1, Mode: system.Slow, Factor: 3},
		{Name: "machine far down", At: time.Hour, For: 90 * time.Second, Of: system.OfMachine, Target: 2, Factor: 1},
		{Name: "zone onprem down", At: time.Hour, For: 5 * time.Minute, Of: system.OfZone, Zone: "onprem", Factor: 1},
		{Name: "merged compromised", At: 30 * time.Minute, For: 10 * time.Minute, Of: system.OfClass, Target: 1, Factor: 1},
	}, s.Faults[:6])
	assert.Len(t, s.TaskFaults, 2)

	bursty := classOf(t, s, "bursty")
	assert.Equal(t, workloads.Chance{P: 0.001}, bursty.Failures.Hang)
	assert.Equal(t, "onprem", bursty.Zone)
	assert.Equal(t, worker.Retry{Max: 3, Delay: time.Second, Backoff: 2, Cap: 10 * time.Minute, Jitter: true, OnService: true}, bursty.Retry)
	require.Len(t, bursty.Work, 5)
	assert.Equal(t, workloads.Transfer, bursty.Work[3].Kind)
	assert.Equal(t, "onprem", bursty.Work[3].To)
	assert.InDelta(t, 5*1<<20, bursty.Work[3].Size.Mean(), 1e-6)
	assert.Zero(t, bursty.Work[3].Demand.Mean())
	assert.Equal(t, workloads.Call, bursty.Work[1].Kind)
	assert.Equal(t, 10*time.Second, bursty.Work[1].Timeout)
	assert.Equal(t, 0, bursty.Work[1].Service)
	assert.Equal(t, 1, bursty.Work[2].Service)
	assert.Equal(t, 0.005, bursty.Work[2].Demand.Mean())

	child := classOf(t, s, "child")
	assert.InDelta(t, 1-0.98*0.99, child.Failures.Error.P, 1e-12, "its own failures and the fault's strike by themselves")
}

const calling = `
zones: {here: {reaches: {there: {rtt: 1ms}}}, there: {}, apart: {}}
services: {api: {latency: 1s, zone: there, rate_limit: 3/s, capacity: 2}}
machines: {m: {cores: 1, zone: here}, n: {cores: 1, zone: apart}}
tasks: {a: {arrivals: {poisson: 4/s}, work: [{io: api TIMEOUT}]}}
faults: FAULTS
strategies:
  one: {workers: {w: {queues: [a], concurrency: 8, machine: m}}}
  two: {workers: {v: {queues: [a], concurrency: 8, machine: n}}}
`

func call(t *testing.T, timeout, faults string) *Scenario {
	t.Helper()
	s, err := Decode("s.yaml", []byte(strings.NewReplacer("TIMEOUT", timeout, "FAULTS", faults).Replace(calling)), ".")
	require.NoError(t, err)
	return s
}

func TestServicesWarn(t *testing.T) {
	s := call(t, "", "[]")
	said := strings.Join(s.Warnings, "\n")
	assert.Contains(t, said, `s.yaml:3:12: services.api: is called 4 times a second, not counting retries, but admits 3`)
	assert.Contains(t, said, `services.api: gets 4 calls at once, not counting retries, but can do 2`)
	assert.Contains(t, said, `tasks.a.work.0: a call of "api" without a timeout keeps its slot`)
	assert.Contains(t, said, `tasks.a.work.0.io: the service api cannot be reached by two.v, which may get the task`)
	assert.NotContains(t, said, "one.w")
	assert.NotContains(t, strings.Join(call(t, ", timeout: 1s", "[]").Warnings, "\n"), "without a timeout")
}

// A fault at chance zero is none.
func TestFaultAtChanceZero(t *testing.T) {
	plain, zero := call(t, "", "[]"), call(t, "", "[{task: a, mode: hang, chance: 0%}, {task: a, mode: crash, chance: 0%}]")
	assert.Equal(t, plain.Classes, zero.Classes)
	assert.Empty(t, zero.TaskFaults)
	assert.Empty(t, zero.Faults)
}
