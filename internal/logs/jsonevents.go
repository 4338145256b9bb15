package logs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// jsonEvent is one of Celery's events: the fields that matter here.
type jsonEvent struct {
	Type      string   `json:"type"`
	UUID      string   `json:"uuid"`
	Hostname  string   `json:"hostname"`
	Timestamp *float64 `json:"timestamp"`      // s since 1970, by the sender's clock
	Local     *float64 `json:"local_received"` // s since 1970, by the clock of who recorded it; added by celery/events/receiver.py

	Name      string   `json:"name"`      // of sent and received
	Queue     string   `json:"queue"`     // of sent
	Retries   int      `json:"retries"`   // of sent and received
	ETA       string   `json:"eta"`       // of sent and received: ISO 8601
	Expires   string   `json:"expires"`   // likewise
	Parent    string   `json:"parent_id"` // likewise: the task that sent it
	Runtime   *float64 `json:"runtime"`   // of succeeded
	Exception string   `json:"exception"` // of failed and retried
	Expired   bool     `json:"expired"`   // of revoked
	CPU       float64  `json:"cpu"`       // of measured, s
	Memory    float64  `json:"memory"`    // likewise, bytes
	Version   string   `json:"sw_ver"`    // of worker-online and worker-heartbeat
}

// event keeps an event. Those of other kinds say at most the release.
func (r *reader) event(e *jsonEvent) error {
	if e.Version != "" {
		r.events.release = e.Version
	}
	k := slices.Index(kinds, e.Type)
	switch {
	case e.Type == "worker-online" && e.Timestamp != nil:
		r.events.online(e.Hostname, *e.Timestamp)
		return nil
	case e.Type == "":
		return errors.New("type is missing: want an event such as task-started")
	case k < 0:
		return nil
	case e.UUID == "":
		return errors.New("uuid is missing")
	case e.Timestamp == nil:
		return errors.New("timestamp is missing")
	}
	if e.Local != nil {
		r.events.heard(e.Hostname, *e.Local-*e.Timestamp)
	}
	r.events.add(&told{
		kind: kind(k), id: e.UUID, class: e.Name, host: e.Hostname, queue: e.Queue, at: *e.Timestamp, runtime: e.Runtime, retries: e.Retries,
		expired: e.Expired, child: e.Retries == 0 && e.Parent != "", eta: moment(e.ETA), expires: moment(e.Expires), exception: e.Exception, cpu: e.CPU, memory: e.Memory,
	})
	return nil
}

// eventLines reads events, one JSON object a line.
func (r *reader) eventLines(name string, in *bufio.Reader) error {
	before := r.events.n
	err := lines(name, in, func(line []byte) error {
		if len(line) == 0 {
			return nil
		}
		var e jsonEvent
		if err := json.Unmarshal(line, &e); err != nil {
			return errors.New(Plain(err))
		}
		return r.event(&e)
	})
	return r.someEvents(name, before, err)
}

// eventArray reads events that stand in one JSON array.
func (r *reader) eventArray(name string, in *bufio.Reader) error {
	before := r.events.n
	err := each(name, in, func(d *json.Decoder, _ string) error {
		var e jsonEvent
		if err := d.Decode(&e); err != nil {
			return err
		}
		return r.event(&e)
	})
	return r.someEvents(name, before, err)
}

// someEvents is the error of a file; of one without one that no task is in it.
func (r *reader) someEvents(name string, before int, err error) error {
	if err == nil && r.events.n == before {
		return fmt.Errorf("%s: no events about tasks: do the workers run with -E, or task events enabled?", name)
	}
	return err
}

// Plain returns an error of the JSON reader in our words.
func Plain(err error) string {
	var of *json.UnmarshalTypeError
	if errors.As(err, &of) && of.Field != "" {
		return fmt.Sprintf("%s: %s: want %s", of.Field, of.Value, of.Type)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
