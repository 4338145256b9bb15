package logs

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
)

// Sums are what an exporter counted of tasks, without any of them.
type Sums struct {
	Classes []Sum
	Queues  []QueueSum
}

// Sum is what was counted of one class.
type Sum struct {
	Class, Queue                             string
	Sent                                     bool      // Counts are of tasks that were sent; false = of those that workers received
	Edges                                    []float64 // s from the start of the log; one more than Counts
	Counts                                   []float64 // of arrivals between them
	Succeeded, Failed, Timeouts, Lost, Again float64   // attempts by how they ended
	Buckets                                  []Bucket  // of run times, each above the one before
	Seconds                                  float64   // of all runs
}

// Bucket counts run times up to a bound in seconds, the last one up to any.
type Bucket struct{ Bound, N float64 }

// QueueSum is what was seen of one queue.
type QueueSum struct {
	Name          string
	Mean, Longest float64 // messages in it
	Slots         float64 // processes that serve it, the most
}

// series is one time series of an exporter, in order of time.
type series struct {
	metric string
	labels map[string]string
	points []point
}

type point struct{ at, value float64 }

// Names of what celery-exporter counts (github.com/danihodovic/celery-exporter, src/exporter.py), without its prefix.
const (
	metricSent, metricReceived = "task_sent_total", "task_received_total"
	metricSucceeded            = "task_succeeded_total"
	metricFailed               = "task_failed_total"
	metricRetried              = "task_retried_total"
	metricBucket, metricSum    = "task_runtime_bucket", "task_runtime_sum"
	metricLength               = "queue_length"
	metricSlots                = "active_process_count"
)

// exporterPrefix begins all of them.
const exporterPrefix = "celery_"

// increase is how much a counter grew, and between which moments. One that falls was begun anew, by a restart.
func (s *series) increase(of func(from, to, by float64)) {
	for i := 1; i < len(s.points); i++ {
		a, b := s.points[i-1], s.points[i]
		by := b.value - a.value
		if by < 0 {
			by = b.value
		}
		of(a.at, b.at, by)
	}
}

func (s *series) grown() (total float64) {
	s.increase(func(_, _, by float64) { total += by })
	return total
}

// count sums the series up by class.
func (l *Log) count(all []series) error {
	start, end := math.Inf(1), math.Inf(-1)
	for i := range all {
		for _, p := range all[i].points {
			start, end = min(start, p.at), max(end, p.at)
		}
	}
	if l.Span = end - start; !(l.Span > 0) {
		return fmt.Errorf("%s: all of it was counted at one moment: want two at least, as query_range answers", l.Name)
	}
	byClass := map[string][]*series{}
	byQueue := map[string][]*series{}
	for i := range all {
		s := &all[i]
		for k := range s.points {
			s.points[k].at -= start
		}
		if class := s.labels["name"]; class != "" {
			byClass[class] = append(byClass[class], s)
		} else if queue := s.labels["queue_name"]; queue != "" {
			byQueue[queue] = append(byQueue[queue], s)
		}
	}
	l.Sums = &Sums{}
	for _, class := range slices.Sorted(maps.Keys(byClass)) {
		if sum := l.sumOf(class, byClass[class]); len(sum.Counts) > 0 {
			l.Sums.Classes = append(l.Sums.Classes, sum)
		}
	}
	for _, queue := range slices.Sorted(maps.Keys(byQueue)) {
		l.Sums.Queues = append(l.Sums.Queues, queueOf(queue, byQueue[queue]))
	}
	if len(l.Sums.Classes) == 0 {
		return fmt.Errorf("%s: no tasks in it: want %s%s or %s, which grow while it is read", l.Name, exporterPrefix, metricSent, metricReceived)
	}
	l.warn("metrics are sums, not tasks: run times are drawn by the buckets of their histogram, of successes only; waits, priorities, retries of each task and what it computes are not in them, so there is nothing to hold the layout against, and bursts shorter than the time between two scrapes look even. Record events for a quarter of an hour (tools/celery) before you decide on waits")
	for _, q := range l.Sums.Queues {
		if q.Longest > 0 {
			l.warn("queue %s held %s messages on average and %s at most: the simulation of what runs today should come near that", q.Name, units.Number(q.Mean), units.Number(q.Longest))
		}
	}
	return nil
}

// sumOf sums up the series of one class.
func (l *Log) sumOf(class string, all []*series) Sum {
	s := Sum{Class: class}
	total := map[string]float64{}
	queues := map[string]float64{}
	buckets := map[float64]float64{}
	for _, one := range all {
		n := one.grown()
		total[one.metric] += n
		queues[one.labels["queue_name"]] += n
		switch one.metric {
		case metricFailed:
			switch e := one.labels["exception"]; {
			case strings.HasPrefix(e, "TimeLimitExceeded"):
				s.Timeouts += n
			case strings.HasPrefix(e, "WorkerLostError"):
				s.Lost += n
			}
		case metricBucket:
			if bound, err := parseFloat(one.labels["le"]); err == nil {
				buckets[bound] += n
			}
		}
	}
	s.Succeeded, s.Again, s.Seconds = total[metricSucceeded], total[metricRetried], total[metricSum]
	s.Failed = total[metricFailed] - s.Timeouts - s.Lost
	s.Queue = slices.MaxFunc(slices.Sorted(maps.Keys(queues)), func(a, b string) int { return cmp.Compare(queues[a], queues[b]) })
	below := 0.0
	for _, bound := range slices.Sorted(maps.Keys(buckets)) { // Prometheus counts all up to the bound
		s.Buckets = append(s.Buckets, Bucket{bound, max(0, buckets[bound]-below)})
		below = max(below, buckets[bound])
	}
	metric := metricSent
	if s.Sent = total[metricSent] > 0; !s.Sent {
		metric = metricReceived
		if total[metricReceived] > 0 {
			l.warn("%s: nothing was sent as far as the exporter knows (task_send_sent_event is off): arrivals are those that workers received", class)
		}
	}
	s.arrivals(all, metric)
	return s
}

// arrivals adds up what came between the moments of all series, each increase spread evenly over its time.
func (s *Sum) arrivals(all []*series, metric string) {
	var edges []float64
	for _, one := range all {
		if one.metric == metric {
			for _, p := range one.points {
				edges = append(edges, p.at)
			}
		}
	}
	slices.Sort(edges)
	if s.Edges = slices.Compact(edges); len(s.Edges) < 2 {
		return
	}
	s.Counts = make([]float64, len(s.Edges)-1)
	total := 0.0
	for _, one := range all {
		if one.metric != metric {
			continue
		}
		one.increase(func(from, to, by float64) {
			i, _ := slices.BinarySearch(s.Edges, from)
			for ; i < len(s.Counts) && s.Edges[i] < to; i++ {
				s.Counts[i] += by * (s.Edges[i+1] - s.Edges[i]) / (to - from)
			}
			total += by
		})
	}
	if total == 0 {
		s.Edges, s.Counts = nil, nil
	}
}

// queueOf sums up the series of one queue.
func queueOf(name string, all []*series) QueueSum {
	q := QueueSum{Name: name}
	for _, s := range all {
		for _, p := range s.points {
			switch s.metric {
			case metricLength:
				q.Mean += p.value / float64(len(s.points))
				q.Longest = max(q.Longest, p.value)
			case metricSlots:
				q.Slots = max(q.Slots, p.value)
			}
		}
	}
	return q
}

// gather joins the series of one file to those of others.
func (r *reader) gather(name string, found []series) error {
	kept := 0
	for i := range found {
		s := &found[i]
		metric, ours := strings.CutPrefix(s.metric, exporterPrefix)
		if !ours || len(s.points) == 0 {
			continue
		}
		s.metric = metric
		kept++
		at := slices.IndexFunc(r.series, func(o series) bool { return o.metric == s.metric && maps.Equal(o.labels, s.labels) })
		if at < 0 {
			r.series = append(r.series, *s)
			continue
		}
		o := &r.series[at]
		o.points = append(o.points, s.points...)
		slices.SortStableFunc(o.points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
		o.points = slices.CompactFunc(o.points, func(a, b point) bool { return a.at == b.at })
	}
	if kept == 0 {
		return errors.Join(fmt.Errorf("%s: none of its metrics begins with %s: want those of celery-exporter", name, exporterPrefix))
	}
	return nil
}
