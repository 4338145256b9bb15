package logs

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// What celery events --dump prints (celery/events/dumper.py): the host, the time in UTC, the type in words, and what else the
// event has, sorted by name. Only sent and received ones know the name of their task; the dumper repeats it for the others as
// long as it remembers it.
var (
	dumpLine  = regexp.MustCompile(`^(\S+) \[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\] ([a-z]+(?: [a-z]+)*):? ?(.*)$`)
	dumpTask  = regexp.MustCompile(`^([^\s(]+)\(([^()\s]+)\) args=`)
	dumpValue = regexp.MustCompile(`(?:^|[ ,])(eta|exception|expired|expires|local_received|parent_id|queue|retries|runtime|cpu|memory|sw_ver)=('?[^\s,(']+(?:\([0-9.]+,?\))?)`)
)

// isDump says whether a file begins as the dumper does, or as one that was begun in its middle.
func isDump(start []byte) bool {
	if bytes.HasPrefix(start, []byte("-> evdump:")) {
		return true
	}
	line, _, _ := bytes.Cut(start, []byte("\n"))
	m := dumpLine.FindSubmatch(bytes.TrimRight(line, "\r"))
	return m != nil && (bytes.HasPrefix(m[3], []byte("task ")) || slices.Contains([]string{"heartbeat", "started", "shutdown"}, string(m[3])))
}

// dump reads what celery events --dump prints. Results and tracebacks have lines of their own, which are left out.
func (r *reader) dump(name string, in *bufio.Reader) error {
	before, nameless := r.events.n, 0
	err := lines(name, in, func(line []byte) error {
		m := dumpLine.FindSubmatch(bytes.TrimRight(line, "\r"))
		if m == nil {
			return nil
		}
		values := map[string]string{}
		for _, v := range dumpValue.FindAllSubmatch(m[4], -1) { // the last counts: arguments and results stand before
			values[string(v[1])] = string(bytes.TrimPrefix(v[2], []byte("'")))
		}
		if v := values["sw_ver"]; v != "" {
			r.events.release = v
		}
		at, err := time.Parse("2006-01-02 15:04:05", string(m[2])) // a fraction is read as well
		if err != nil {
			return fmt.Errorf("%q is no moment", m[2])
		}
		if string(m[3]) == "started" {
			r.events.online(string(m[1]), float64(at.UnixMicro())/1e6)
		}
		k := slices.Index(kinds, string(bytes.ReplaceAll(m[3], []byte(" "), []byte("-"))))
		if k < 0 {
			return nil
		}
		of := dumpTask.FindSubmatch(m[4])
		if of == nil {
			nameless++
			return nil
		}
		t := told{kind: kind(k), class: string(of[1]), id: string(of[2]), host: string(m[1]), at: float64(at.UnixMicro()) / 1e6}
		t.dumped(values)
		if local, err := strconv.ParseFloat(values["local_received"], 64); err == nil {
			r.events.heard(t.host, local-t.at)
		}
		r.events.add(&t)
		return nil
	})
	if nameless > 0 {
		r.costs = append(r.costs, fmt.Sprintf("%s: %d events do not say of which task they are, since the dump began after it was received, or forgot it: left out", name, nameless))
	}
	return r.someEvents(name, before, err)
}

// dumped takes over what an event has; None stands for nothing.
func (t *told) dumped(values map[string]string) {
	if x, err := strconv.ParseFloat(values["runtime"], 64); err == nil {
		t.runtime = &x
	}
	if x, err := strconv.ParseFloat(values["cpu"], 64); err == nil {
		t.cpu = x
	}
	if x, err := strconv.ParseFloat(values["memory"], 64); err == nil {
		t.memory = x
	}
	if n, err := strconv.Atoi(values["retries"]); err == nil {
		t.retries = n
	}
	t.eta, t.expires = moment(values["eta"]), moment(values["expires"])
	t.expired, t.exception = values["expired"] == "True", values["exception"]
	t.child = t.retries == 0 && values["parent_id"] != "" && values["parent_id"] != "None"
	if q := values["queue"]; q != "None" {
		t.queue = q
	}
}
