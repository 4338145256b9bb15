package scenarios

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

// A new key is a row and a field: the row alone reads it, fills it in, refuses it where it means nothing, and has it in
// the schema and on the page.
func TestARowIsAllOfAKey(t *testing.T) {
	row := key{name: "warm_up_time", doc: "before the first task, [below](#there)", shape: amount{quantity: durations().positive()}, def: "2s", with: "pool"}
	r := &record{noun: "a thing", keys: []key{
		{name: "pool", doc: "its pool", absent: "none", shape: name("a pool")},
		row,
		{name: "cost", shape: dist(durations(), "duration")},
		{name: "sizes", shape: &sequence{noun: "a list of sizes", of: amount{quantity: sizes()}}},
	}}
	type thing struct {
		Pool       string
		WarmUpTime des.Time
		Cost       workloads.Dist
		Sizes      []int64
	}
	read := func(yaml string) (thing, string) {
		p := &problems{file: "f"}
		d := &decoder{problems: p}
		v := parse(p, []byte(yaml))
		r.check(p, v, "")
		r.complete(p, v, "")
		var it thing
		r.into(d, r.fill(v), "", reflect.ValueOf(&it).Elem())
		return it, sorted(p.found).Error()
	}

	exponential, err := workloads.Exponential(3)
	require.NoError(t, err)
	it, errs := read("{pool: a, warm_up_time: 90s, cost: {exponential: 3s}, sizes: [1KiB, 2MiB]}")
	assert.Empty(t, errs)
	assert.Equal(t, thing{"a", 90 * time.Second, exponential, []int64{1 << 10, 2 << 20}}, it)
	it, errs = read("{pool: a}")
	assert.Empty(t, errs)
	assert.Equal(t, thing{Pool: "a", WarmUpTime: 2 * time.Second}, it)
	_, errs = read("{warm_up_time: 0s}")
	assert.Equal(t, "f:1:2: warm_up_time: only with pool\nf:1:16: warm_up_time: \"0s\": want more than 0s", errs)
	_, errs = read("{pool: a, warm_up_tim: 1s}")
	assert.Equal(t, `f:1:11: warm_up_tim: unknown key, did you mean "warm_up_time"?`, errs)

	assert.Contains(t, keysTable(r), "| `warm_up_time` | `2s` | with `pool`: before the first task, [below](#there) |\n")
	schema, err := json.Marshal(r.schema(&definitions{named: map[string]*schemaNode{}}))
	require.NoError(t, err)
	assert.Contains(t, string(schema), `"description":"With `+"`pool`"+`: before the first task.","default":"2s"`)
	assert.Contains(t, string(schema), `"dependentRequired":{"warm_up_time":["pool"]}`)
}
