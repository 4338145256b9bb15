package logs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
)

// flowerTask is a task as Flower lists it (/api/tasks): the fields of celery/events/state.py that matter here. Of each state it
// has the last moment, s since 1970.
type flowerTask struct {
	UUID      string   `json:"uuid"`
	Name      string   `json:"name"`
	Sent      *float64 `json:"sent"`
	Received  *float64 `json:"received"`
	Started   *float64 `json:"started"`
	Succeeded *float64 `json:"succeeded"`
	Failed    *float64 `json:"failed"`
	Retried   *float64 `json:"retried"`
	Rejected  *float64 `json:"rejected"`
	Revoked   *float64 `json:"revoked"`
	Runtime   *float64 `json:"runtime"`
	ETA       string   `json:"eta"`
	Expires   string   `json:"expires"`
	Exception string   `json:"exception"`
	Routing   string   `json:"routing_key"`
	Worker    string   `json:"worker"`
}

// flowerCosts are what Flower's list does not have.
const flowerCosts = "it has the newest tasks only (its --max_tasks), and of one that was retried the last attempt; it has no queues, so the routing key, which is the same unless you set it, is taken for the queue"

// flower reads the answer of /api/tasks: an object, one member a task.
func (r *reader) flower(name string, in *bufio.Reader) error {
	before := r.events.n
	err := each(name, in, func(d *json.Decoder, id string) error {
		var t flowerTask
		if err := d.Decode(&t); err != nil {
			return err
		}
		if t.UUID == "" {
			t.UUID = id
		}
		if t.UUID == "" {
			return errors.New("uuid is missing")
		}
		t.tell(r.events)
		return nil
	})
	if err == nil && r.events.n == before {
		return fmt.Errorf("%s: none of its tasks says when it was sent, received or started", name)
	}
	return err
}

// tell makes events of a task.
func (t *flowerTask) tell(all *events) {
	eta, expires := moment(t.ETA), moment(t.Expires)
	for _, of := range []struct {
		kind kind
		at   *float64
	}{
		{sent, t.Sent},
		{received, t.Received},
		{started, t.Started},
		{succeeded, t.Succeeded},
		{failed, t.Failed},
		{retried, t.Retried},
		{rejected, t.Rejected},
		{revoked, t.Revoked},
	} {
		if of.at == nil {
			continue
		}
		e := told{kind: of.kind, id: t.UUID, class: t.Name, host: t.Worker, at: *of.at}
		switch of.kind {
		case sent:
			e.queue, e.eta, e.expires = t.Routing, eta, expires
		case received:
			e.eta, e.expires = eta, expires
		case succeeded:
			e.runtime = t.Runtime
		case failed:
			e.exception = t.Exception
		case revoked:
			e.expired = t.Started == nil && expires > 0 && expires <= *of.at
		}
		all.add(&e)
	}
}
