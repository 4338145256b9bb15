package oncelery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

const shop = `run: {duration: 1m, warmup: 0s, replications: {min: 5, max: 10}}
tasks:
  mail: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 100ms}}], slo: {wait: {p95: 300ms}}}
strategies:
  pool: {workers: {w: {queues: [mail], concurrency: 1}}}
sweep: {load: [0.5]}
`

func pack(t *testing.T) (*scenarios.Scenario, cells.Source) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.yaml")
	require.NoError(t, os.WriteFile(path, []byte(shop), 0o644))
	b, sc, err := scenarios.Pack(path)
	require.NoError(t, err)
	return sc, cells.NewSource(b, "test")
}

func result(t *testing.T, sc *scenarios.Scenario, on experiment.Backend) (string, error) {
	t.Helper()
	r, err := experiment.Run(t.Context(), sc, experiment.Options{Backend: on})
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(r)
	require.NoError(t, err)
	return string(data), nil
}

// fake is a broker with workers, in this process, that fail in every way they can.
type fake struct {
	mu      sync.Mutex
	rng     *rand.Rand
	queue   []*message
	answers [][]byte
	strange string        // task of a message that is none of ours
	down    time.Duration // the broker restarts for so long,
	restart int           // so often at most
	until   time.Time
	faults  float64 // chance of each fault
	lie     bool    // every worker is of another version
	idle    bool    // no worker is there
	gone    bool    // the broker stays away
	begun   int
	ended   bool
}

var errDown = errors.New("connection refused")

func (f *fake) up() error {
	if f.gone || time.Now().Before(f.until) {
		return errDown
	}
	if f.restart > 0 && f.rng.Float64() < f.faults/10 { // restarts, and forgets what it had
		f.restart--
		f.until = time.Now().Add(f.down)
		f.queue, f.answers = nil, nil
		return errDown
	}
	return nil
}

func (f *fake) publish(_ context.Context, _ string, m *message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.up(); err != nil {
		return err
	}
	f.queue = append(f.queue, m)
	return nil
}

// work does one message, well or badly.
func (f *fake) work() {
	m := f.queue[0]
	f.queue = f.queue[1:]
	f.begun++
	var parts []json.RawMessage
	var args struct{ Work, Run, Message string }
	if json.Unmarshal(m.body, &parts) != nil || json.Unmarshal(parts[1], &args) != nil {
		panic("not a message")
	}
	var w cells.Work
	if err := json.Unmarshal([]byte(args.Work), &w); err != nil {
		panic(err)
	}
	program := "test"
	if f.lie || f.rng.Float64() < f.faults {
		program = "other"
	}
	a := answer{Run: args.Run, Message: args.Message, Worker: fmt.Sprint("w:", f.rng.IntN(4)), Seconds: 0.1, Done: w.Do(program)}
	if f.rng.Float64() < f.faults { // killed
		return
	}
	if f.rng.Float64() < f.faults && len(a.Done.Outcomes) > 0 { // cut short
		a.Done.Outcomes[0] = a.Done.Outcomes[0][:len(a.Done.Outcomes[0])/2]
	}
	data, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	if f.rng.Float64() < f.faults {
		data = data[:len(data)/3]
	}
	at := len(f.answers)
	if f.rng.Float64() < f.faults { // late, or early
		at = f.rng.IntN(at + 1)
	}
	f.answers = append(f.answers[:at], append([][]byte{data}, f.answers[at:]...)...)
	if f.rng.Float64() < f.faults { // twice
		f.answers = append(f.answers, data)
	}
	if f.rng.Float64() < f.faults { // and delivered again
		f.queue = append(f.queue, m)
	}
}

func (f *fake) receive(context.Context, time.Duration) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.up(); err != nil {
		return nil, err
	}
	for !f.idle && len(f.queue) > 0 && (len(f.answers) == 0 || f.rng.IntN(2) == 0) {
		f.work()
	}
	if len(f.answers) == 0 || f.rng.Float64() < f.faults { // stopped for a while
		f.mu.Unlock()
		time.Sleep(time.Millisecond)
		f.mu.Lock()
		return nil, nil
	}
	a := f.answers[0]
	f.answers = f.answers[1:]
	return a, nil
}

func (f *fake) foreign(context.Context, string) (string, error) { return f.strange, nil }

func (f *fake) withdraw(_ context.Context, _, run string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rest []*message
	for _, m := range f.queue {
		if runIn(m.body) != run {
			rest = append(rest, m)
		}
	}
	f.queue = rest
	return nil
}

func (f *fake) close(context.Context) error { f.ended = true; return nil }

func on(t *testing.T, f *fake, o Options) (*Engine, *scenarios.Scenario) {
	t.Helper()
	sc, src := pack(t)
	if f.rng == nil {
		f.rng = rand.New(rand.NewPCG(1, 1))
	}
	e, err := begin(t.Context(), src, o, "run", f)
	require.NoError(t, err)
	return e, sc
}

// Whatever happens to workers and broker, the result is that of one machine: no cell is lost, none counts twice.
func TestFaultsDoNotShow(t *testing.T) {
	trials := 10
	if os.Getenv("SIMRUN_LONG") != "" {
		trials = 200
	}
	sc, _ := pack(t)
	want, err := result(t, sc, experiment.Local(2))
	require.NoError(t, err)
	again := 0
	for trial := range trials {
		f := &fake{rng: rand.New(rand.NewPCG(7, uint64(trial))), faults: 0.02 + 0.03*float64(trial%4), down: 10 * time.Millisecond, restart: 2}
		e, sc := on(t, f, Options{quiet: 5 * time.Millisecond, Patience: 2 * time.Second})
		got, err := result(t, sc, e)
		require.NoError(t, e.Close())
		require.NoError(t, err, trial)
		require.Equal(t, want, got, trial)
		assert.Empty(t, f.queue)
		assert.True(t, f.ended)
		again += e.Reissued()
	}
	assert.Positive(t, again, "some messages were lost on the way")
}

// What the first answers took is told once, as the workers say.
func TestTheFirstAnswersAreMeasured(t *testing.T) {
	var all []Measured
	e, sc := on(t, &fake{}, Options{Measured: func(m Measured) { all = append(all, m) }})
	_, err := result(t, sc, e)
	require.NoError(t, e.Close())
	require.NoError(t, err)
	require.Len(t, all, 1)
	m := all[0]
	assert.GreaterOrEqual(t, m.Cells, measured)
	assert.InDelta(t, measured*0.1, m.Work.Seconds(), 1e-6, "an answer says a tenth of a second")
	assert.Positive(t, m.Events)
	assert.LessOrEqual(t, m.Slots, 4)
	assert.Equal(t, 5+5, experiment.LeastCells(sc), "five replications, and of the sweep as many")
}

func TestABrokerThatStaysAwayIsAnError(t *testing.T) {
	e, sc := on(t, &fake{gone: true}, Options{Patience: 300 * time.Millisecond, Broker: &url.URL{User: url.UserPassword("u", "refused")}})
	began := time.Now()
	_, err := result(t, sc, e)
	require.NoError(t, e.Close())
	require.ErrorContains(t, err, "the broker has been away for 300ms")
	assert.NotContains(t, err.Error(), "refused", "not even a password that is a common word")
	assert.Less(t, time.Since(began), 20*time.Second)
}

func TestWorkersOfAnotherVersionAreAnError(t *testing.T) {
	said := 0
	e, sc := on(t, &fake{lie: true}, Options{Say: func(string, ...any) { said++ }})
	_, err := result(t, sc, e)
	require.NoError(t, e.Close())
	require.ErrorContains(t, err, "no right one: work of simrun test for simrun other")
	assert.Equal(t, 1, said)
}

func TestInterruptsLeaveNothing(t *testing.T) {
	f := &fake{idle: true, rng: rand.New(rand.NewPCG(1, 1))}
	sc, src := pack(t)
	ctx, cancel := context.WithCancel(t.Context())
	e, err := begin(ctx, src, Options{}, "run", f)
	require.NoError(t, err)
	go func() {
		for {
			f.mu.Lock()
			n := len(f.queue)
			f.mu.Unlock()
			if n == fewest {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err = experiment.Run(ctx, sc, experiment.Options{Backend: e})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, e.Close())
	assert.Empty(t, f.queue)
	assert.True(t, f.ended)
}

func TestQueuesOfOthersAreLeftAlone(t *testing.T) {
	_, src := pack(t)
	_, err := begin(t.Context(), src, Options{Queue: "celery"}, "run", &fake{strange: "shop.mail"})
	assert.ErrorContains(t, err, `queue "celery" has messages of other tasks (shop.mail)`)
}

func TestAddresses(t *testing.T) {
	for _, good := range []string{"redis://127.0.0.1:6379/0", "amqp://guest:guest@localhost:5672//", "pyamqp://h/v", "rediss://h:1/0"} {
		_, err := ParseBroker(good)
		assert.NoError(t, err, good)
	}
	for _, bad := range []string{"", "localhost:6379", "http://h/", "redis://:secret", "sqs://secret@h", "amqp://%zzsecret@h"} {
		_, err := ParseBroker(bad)
		require.Error(t, err, bad)
		assert.NotContains(t, err.Error(), "secret")
	}
}
