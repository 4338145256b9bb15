package bench

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// unhurried are times that a run at speed does not have, or that do not become shorter.
var unhurried = map[string]bool{
	"PublishCPU": true, "ServeCPU": true, "After": true, // CPU time of Celery: its overheads pass as time here
	"Wake":   true, // bodies that really wait wake by themselves
	"Switch": true, // of the interpreter lock: live has its own
}

// times calls see for every time that a struct holds, structs in it included.
func times(v reflect.Value, path string, see func(path, name string, v reflect.Value)) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch {
		case f.Type() == reflect.TypeFor[des.Time]():
			see(path+"."+name, name, f)
		case f.Kind() == reflect.Struct:
			times(f, path+"."+name, see)
		}
	}
}

// A time that is added to a worker, a broker or a class and is forgotten here would pass at its old pace.
func TestSpeedForgetsNoTime(t *testing.T) {
	sc := &scenarios.Scenario{
		Classes: []workloads.Class{{Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: 1}}}},
		Layouts: []strategies.Layout{{Workers: []worker.Config{{}}, Fleets: []worker.Fleet{{Plan: []worker.Span{{}}}}}},
	}
	all := func(c *workloads.Class, l *strategies.Layout, see func(path, name string, v reflect.Value)) {
		times(reflect.ValueOf(&c.Class).Elem(), "class", see)
		times(reflect.ValueOf(&l.Broker).Elem(), "broker", see)
		times(reflect.ValueOf(&l.Workers[0]).Elem(), "worker", see)
		times(reflect.ValueOf(&l.Fleets[0]).Elem(), "fleet", see)
		times(reflect.ValueOf(&l.Fleets[0].Plan[0]).Elem(), "plan", see)
	}
	n := 0
	all(&sc.Classes[0], &sc.Layouts[0], func(_, _ string, v reflect.Value) { v.SetInt(int64(time.Minute)); n++ })
	assert.Greater(t, n, 20)
	services := []system.Service{{Rate: 1, BurstOver: time.Minute}}
	times(reflect.ValueOf(&busier(services, 60)[0]).Elem(), "service", func(path, _ string, v reflect.Value) {
		assert.Equal(t, time.Second, time.Duration(v.Int()), "%s", path)
	})
	assert.Equal(t, time.Minute, services[0].BurstOver, "of the scenario itself")
	classes, layouts := faster(sc, 60)
	all(&classes[0], &layouts[0], func(path, name string, v reflect.Value) {
		if !unhurried[name] {
			assert.Equal(t, time.Second, time.Duration(v.Int()), "%s", path)
		}
	})
	all(&sc.Classes[0], &sc.Layouts[0], func(path, _ string, v reflect.Value) {
		assert.EqualValues(t, time.Minute, v.Int(), "%s of the scenario itself was changed", path)
	})
}
