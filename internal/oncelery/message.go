package oncelery

import (
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"example.com/simrun/internal/cells"
)

// Task is the module that workers import.
//
//go:embed simrun_cells.py
var Task string

// taskName is how a worker knows what to do with our messages.
const taskName = "simrun.cell"

// message is work for one task, as Celery's message protocol 2 has it
// (docs.celeryq.dev, Internals, Message Protocol, version 2).
type message struct {
	id      string
	run     string
	expires time.Time // a worker throws away what it has not begun by then
	body    []byte    // JSON of [args, kwargs, embed]
}

// identifier is a new random name.
func identifier() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// newMessage packs work. Its answer is to go to the queue reply.
func newMessage(run, reply string, w *cells.Work, expires time.Time) (*message, error) {
	work, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	m := &message{id: identifier(), run: run, expires: expires}
	m.body, err = json.Marshal([]any{
		[]any{},
		map[string]any{"work": string(work), "run": run, "message": m.id, "reply": reply},
		map[string]any{"callbacks": nil, "errbacks": nil, "chain": nil, "chord": nil},
	})
	return m, err
}

// headers are what a worker reads before the body.
func (m *message) headers() map[string]any {
	return map[string]any{
		"lang": "py", "task": taskName, "id": m.id, "root_id": m.id, "parent_id": nil, "group": nil, "shadow": nil, "eta": nil,
		"expires": m.expires.UTC().Format("2006-01-02T15:04:05.000000+00:00"), "retries": int32(0), "timelimit": []any{nil, nil},
		"argsrepr": "()", "kwargsrepr": "{'run': '" + m.run + "'}", "origin": "simrun", "ignore_result": true,
	}
}

// envelope is a message as kombu keeps it in redis.
type envelope struct {
	Body            string         `json:"body"`
	ContentEncoding string         `json:"content-encoding"`
	ContentType     string         `json:"content-type"`
	Headers         map[string]any `json:"headers"`
	Properties      map[string]any `json:"properties"`
}

func (m *message) envelope(queue string) ([]byte, error) {
	return json.Marshal(envelope{
		Body: base64.StdEncoding.EncodeToString(m.body), ContentEncoding: "utf-8", ContentType: "application/json",
		Headers: m.headers(),
		Properties: map[string]any{
			"correlation_id": m.id, "delivery_mode": 2, "delivery_info": map[string]any{"exchange": "", "routing_key": queue},
			"priority": 0, "body_encoding": "base64", "delivery_tag": identifier(),
		},
	})
}

// opened is the body of a message that kombu has put into redis, and of which task and run it is.
func opened(data []byte) (body []byte, task, run string, err error) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, "", "", fmt.Errorf("not a message: %w", err)
	}
	body = []byte(e.Body)
	if e.Properties["body_encoding"] == "base64" {
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, "", "", fmt.Errorf("not a message: %w", err)
		}
	}
	task, _ = e.Headers["task"].(string)
	return body, task, runIn(body), nil
}

// runIn is the run that the body of one of our messages belongs to; "" if it is none of ours.
func runIn(body []byte) string {
	var parts []json.RawMessage
	var named struct {
		Run string `json:"run"`
	}
	if json.Unmarshal(body, &parts) != nil || len(parts) < 2 || json.Unmarshal(parts[1], &named) != nil {
		return ""
	}
	return named.Run
}

// answer is what simrun_cells.py sends back.
type answer struct {
	Run     string      `json:"run"`
	Message string      `json:"message"`
	Worker  string      `json:"worker"` // host and process: one for each slot
	Seconds float64     `json:"seconds"`
	Error   string      `json:"error"`
	Done    *cells.Done `json:"done"`
}
