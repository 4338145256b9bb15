package known

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTableIsRead(t *testing.T) {
	all, err := entries()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, e := range all {
		p95, preset, ok := ModelError(e.Release, e.Broker, e.Pool, e.CPUHeavy)
		assert.True(t, ok)
		assert.InDelta(t, e.P95, p95, 0)
		assert.Equal(t, e.Preset(), preset)
	}
	p95, preset, ok := ModelError("5.6", "redis", "solo", false)
	assert.True(t, ok)
	assert.Equal(t, "Celery 5.2, redis, solo, sleeping tasks", preset, "the nearest: of 5.6 none was recorded")
	assert.Positive(t, p95)
	_, _, ok = ModelError("5.6", "sqs", "prefork", false)
	assert.False(t, ok, "nobody compared that")
}

func TestWrittenTableIsReadBack(t *testing.T) {
	want := []Entry{{"5.2", "redis", "solo", false, 4, 0.031}, {"5.6", "rabbitmq", "prefork", true, 12, 0.25}}
	var b bytes.Buffer
	require.NoError(t, Write(&b, want))
	got, err := Read("table", &b)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestReadErrors(t *testing.T) {
	const head = "celery,broker,pool,work,figures,p95\n"
	for text, want := range map[string]string{
		"":                                    "table:1: want the header",
		"a,b\n":                               "table:1: want the header",
		head + "5.6,redis,solo,lazy,1,0":      `table:2: work: "lazy"`,
		head + "5.6,redis,solo,sleeping,x,0":  `table:2: figures: "x"`,
		head + "5.6,redis,solo,sleeping,1,-1": `table:2: p95: "-1"`,
		head + "5.6":                          "wrong number of fields",
	} {
		_, err := Read("table", strings.NewReader(text))
		assert.ErrorContains(t, err, want)
	}
}
