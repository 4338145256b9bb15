package celery

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// change gives a field another value of its type.
func change(f reflect.Value) {
	switch f.Kind() {
	case reflect.Bool:
		f.SetBool(!f.Bool())
	case reflect.Int, reflect.Int64:
		f.SetInt(f.Int() + 1)
	case reflect.Uint8:
		f.SetUint(f.Uint() - 1)
	case reflect.Float64:
		f.SetFloat(f.Float() + 1)
	case reflect.String:
		f.SetString(f.String() + "x")
	case reflect.Slice:
		f.Set(reflect.ValueOf(append([]int{f.Index(0).Interface().(int) + 1}, f.Slice(1, f.Len()).Interface().([]int)...)))
	}
}

// Whatever a worker is configured with is a row, or follows from something else: what is forgotten here would be
// forgotten in command lines, comparisons and instructions.
func TestEveryFieldOfAWorkerIsASetting(t *testing.T) {
	elsewhere := map[string]string{
		"Name":          "not a setting: -n",
		"Loop":          "of the release, the broker and the pool: Preset.Loop",
		"TimersLast":    "of the release, the broker and the pool: Preset.TimersLast",
		"Charged":       "of the machine",
		"Overheads":     "the table of overheads",
		"RoundTrip":     "of the zones and of the types of queues",
		"PerConsumer":   "of the release, the broker and the types of queues: CountsPerConsumer",
		"NarrowsWindow": "of the release and how the count is asked for: NarrowsWindow",
	}
	base := worker.Config{
		Pool: worker.Threads, Concurrency: 4, Queues: []int{0, 1}, Order: worker.Weighted, Weights: []int{2, 1}, Overflow: []int{2}, Reserve: []int{1, 1},
		PrefetchMultiplier: 2, AutoscaleMin: 1, Keepalive: time.Second, Wakeup: 3 * time.Second,
	}
	queue := func(q int) string { return string(rune('a' + q)) }
	for f := range reflect.TypeFor[worker.Config]().NumField() {
		name := reflect.TypeFor[worker.Config]().Field(f).Name
		other := base
		change(reflect.ValueOf(&other).Elem().Field(f))
		seen := slices.ContainsFunc(workerSettings, func(s WorkerSetting) bool { return s.Differ(&base, &other, queue, queue) })
		assert.NotEqual(t, elsewhere[name] != "", seen, "worker.Config.%s: want a row, or a reason here (%q)", name, elsewhere[name])
	}
}

func TestEveryFieldOfABrokerIsASetting(t *testing.T) {
	elsewhere := map[string]string{"Way": "of the zones"}
	base := worker.Broker{Kind: worker.Redis, Dispatch: worker.Random, PrioritySteps: []int{0}}
	var costs worker.Broker
	for i := range overheadRows {
		if at, ok := overheadRows[i].at(&worker.Overheads{}, &costs).(*des.Time); ok {
			*at = 1
		}
	}
	for f := range reflect.TypeFor[worker.Broker]().NumField() {
		name := reflect.TypeFor[worker.Broker]().Field(f).Name
		seen := slices.ContainsFunc([]worker.BrokerKind{worker.Redis, worker.RabbitMQ}, func(kind worker.BrokerKind) bool {
			base.Kind = kind
			other := base
			change(reflect.ValueOf(&other).Elem().Field(f))
			return slices.ContainsFunc(brokerSettings, func(s BrokerSetting) bool { return s.Differ(&base, &other, nil, nil) })
		})
		seen = seen || !reflect.ValueOf(costs).Field(f).IsZero()
		assert.NotEqual(t, elsewhere[name] != "", seen, "worker.Broker.%s: want a row, or a reason here", name)
	}
}

func TestEveryOverheadIsARow(t *testing.T) {
	var o worker.Overheads
	for i := range overheadRows {
		change(reflect.ValueOf(overheadRows[i].at(&o, &worker.Broker{})).Elem())
	}
	for f := range reflect.TypeFor[worker.Overheads]().NumField() {
		assert.False(t, reflect.ValueOf(o).Field(f).IsZero(), "worker.Overheads.%s: want a row", reflect.TypeFor[worker.Overheads]().Field(f).Name)
	}
}

// sample is a value that is not the default.
func sample(s *WorkerSetting) any {
	switch s.Quantity.Kind {
	case Whole:
		return 7
	case Duration:
		return 7500 * time.Millisecond
	case Size:
		return int64(7 << 20)
	case YesNo:
		return s.Default == false
	case Word:
		return s.Quantity.Words[1]
	case Names:
		return []string{"a", "b c"}
	case Range:
		return Autoscale{Min: 2, Max: 7}
	case Ordering:
		return Rule{Order: "sorted"}
	}
	return map[string]int{"a": 1}
}

// What a row writes it reads: as it is given, in a configuration, and on a line.
func TestSettingsReadWhatTheyWrite(t *testing.T) {
	for i := range workerSettings {
		s := &workerSettings[i]
		t.Run(s.Key, func(t *testing.T) {
			assert.NotEmpty(t, s.Meaning)
			assert.False(t, strings.HasSuffix(s.Meaning, "."), "a part of a sentence")
			v := sample(s)
			var w Worker
			assert.Nil(t, s.Given(&w))
			s.Set(&w, v)
			assert.Equal(t, v, s.Given(&w))
			if s.Put != nil {
				var c worker.Config
				s.Put(&c, v)
				assert.Equal(t, v, s.Of(&c, nil))
				s.Put(&c, s.Default)
				assert.Equal(t, s.Default, s.Or(s.Of(&c, nil)))
			}
			if s.Name != "" {
				again, err := s.Quantity.FromPlain(Plain(v))
				require.NoError(t, err)
				assert.Equal(t, v, again)
			}
			if s.Flags == nil && s.Env == "" {
				return
			}
			line := Line{}.For(&w, "w")
			again, _, err := ParseCommand(line.String())
			require.NoError(t, err, line.String())
			assert.Equal(t, v, s.Given(&again), line.String())
		})
	}
}
