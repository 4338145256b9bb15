package logs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// answerFile is what Prometheus answers to query and query_range (its HTTP API, "Expression queries").
type answerFile struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Kind   string `json:"resultType"`
		Result []struct {
			Metric map[string]string    `json:"metric"`
			Values [][2]json.RawMessage `json:"values"` // of a matrix: moment, s since 1970, and value as text
		} `json:"result"`
	} `json:"data"`
}

// answer reads what Prometheus answers to query_range.
func (r *reader) answer(name string, in *bufio.Reader) error {
	var f answerFile
	if err := json.NewDecoder(in).Decode(&f); err != nil {
		return fmt.Errorf("%s: %s", name, Plain(err))
	}
	switch {
	case f.Status != "success":
		return fmt.Errorf("%s: Prometheus answered %q %s: want success", name, f.Status, f.Error)
	case f.Data.Kind != "matrix":
		return fmt.Errorf("%s: resultType: %q: want \"matrix\", as query_range answers", name, f.Data.Kind)
	}
	var all []series
	for i, one := range f.Data.Result {
		s := series{metric: one.Metric["__name__"], labels: map[string]string{}}
		for key, value := range one.Metric {
			if key != "__name__" && key != "instance" && key != "job" {
				s.labels[key] = value
			}
		}
		if s.metric == "" {
			return fmt.Errorf("%s: result %d has no __name__: want the metrics themselves, not their rate: query={__name__=~\"celery_.*\"}", name, i+1)
		}
		for _, v := range one.Values {
			var at float64
			var text string
			if err := errors.Join(json.Unmarshal(v[0], &at), json.Unmarshal(v[1], &text)); err != nil {
				return fmt.Errorf("%s: %s: %s", name, s.metric, Plain(err))
			}
			value, err := parseFloat(text)
			if err != nil {
				return fmt.Errorf("%s: %s: %q: want a number", name, s.metric, text)
			}
			if n := len(s.points); n > 0 && !(at > s.points[n-1].at) {
				return fmt.Errorf("%s: %s: moments that do not grow", name, s.metric)
			}
			if !math.IsNaN(value) { // the series was stale
				s.points = append(s.points, point{at, value})
			}
		}
		all = append(all, s)
	}
	return r.gather(name, all)
}

var (
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+(-?[0-9.e+]+))?\s*$`)
	labelPair  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"`)
)

func isExposition(start []byte) bool {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	return bytes.HasPrefix(line, []byte("# HELP ")) || bytes.HasPrefix(line, []byte("# TYPE ")) || bytes.HasPrefix(line, []byte(exporterPrefix)) && sampleLine.Match(line)
}

// exposition reads one scrape of an exporter. When a counter began stands in its _created; when the scrape was, beside the
// values or, failing that, on the file.
func (r *reader) exposition(name string, in *bufio.Reader) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, Reason(err))
	}
	scraped := float64(info.ModTime().UnixMilli()) / 1e3
	created := map[string]float64{} // by metric without its ending, and labels
	var all []series
	err = lines(name, in, func(line []byte) error {
		m := sampleLine.FindSubmatch(line)
		if m == nil || line[0] == '#' {
			return nil
		}
		value, err := parseFloat(string(m[3]))
		if err != nil {
			return fmt.Errorf("%q: want a number", m[3])
		}
		s := series{metric: string(m[1]), labels: map[string]string{}}
		for _, pair := range labelPair.FindAllSubmatch(m[2], -1) {
			s.labels[string(pair[1])] = unescape.Replace(string(pair[2]))
		}
		if base, found := strings.CutSuffix(s.metric, "_created"); found {
			created[base+identity(s.labels)] = value
			return nil
		}
		if at, err := parseFloat(string(m[4])); err == nil {
			if scraped = at; at > milliseconds {
				scraped = at / 1e3
			}
		}
		s.points = []point{{scraped, value}}
		all = append(all, s)
		return nil
	})
	if err != nil {
		return err
	}
	began := 0
	for i := range all {
		s := &all[i]
		base := s.metric
		for _, ending := range []string{"_total", "_bucket", "_sum", "_count"} {
			base = strings.TrimSuffix(base, ending)
		}
		if at, known := created[base+identity(s.labels)]; known && at < s.points[0].at {
			s.points = append([]point{{at, 0}}, s.points...)
			began++
		}
	}
	if began == 0 && !r.several {
		return fmt.Errorf("%s: one scrape, which does not say when its counters began (_created): want two scrapes or more, some hours apart, or the answer to query_range", name)
	}
	r.costs = append(r.costs, fmt.Sprintf("%s: one scrape: rates are means from when its counters began to when it was taken, by the time of the file where it says none", name))
	return r.gather(name, all)
}

var unescape = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")

// identity tells series of one metric apart; the bound of a bucket does not count.
func identity(labels map[string]string) string {
	return fmt.Sprint(labels["name"], "\x00", labels["hostname"], "\x00", labels["queue_name"], "\x00", labels["exception"])
}

func parseFloat(text string) (float64, error) { return strconv.ParseFloat(text, 64) }
