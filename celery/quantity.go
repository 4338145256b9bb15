package celery

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
)

// Kind is what a value looks like.
type Kind uint8

// Kinds of values, and the types that hold them.
const (
	Whole    Kind = iota // int
	Duration             // des.Time
	Size                 // int64, bytes
	Share                // float64
	YesNo                // bool
	Word                 // string, one of a few
	Names                // []string, of queues
	Numbers              // []int
	Slots                // map[string]int, by queue
	Ordering             // Rule
	Range                // Autoscale
)

// Rule is an order among queues, with the weights of weighted.
type Rule struct {
	Order   string
	Weights map[string]int
}

// Quantity is a kind of value with its bounds.
type Quantity struct {
	Kind     Kind
	Min, Max int      // of Whole
	Positive bool     // of Duration and Size: more than 0
	OrNone   bool     // of Duration: the word none stands for 0
	Words    []string // of Word
	Plain    bool     // of Word: YAML reads it as a number where it is not in quotes
}

// Check says what is wrong with a value that no file has checked.
func (q *Quantity) Check(v any) error {
	switch x := v.(type) {
	case int:
		if x < q.Min {
			return fmt.Errorf("%d: want at least %d", x, q.Min)
		}
	case des.Time:
		if x < 0 {
			return fmt.Errorf("%v: want at least 0s", x)
		}
	case string:
		if q.Kind == Word {
			_, err := units.Choose(q.Words, x)
			return err
		}
	}
	return nil
}

// Plain is a value as Celery's configuration, JSON and command lines have it: durations in seconds, sizes in KiB.
func Plain(v any) any {
	switch x := v.(type) {
	case des.Time:
		return x.Seconds()
	case int64:
		return int((x + 1023) >> 10)
	case Rule:
		if x.Weights != nil {
			return map[string]any{x.Order: Plain(x.Weights)}
		}
		return x.Order
	case map[string]int:
		numbers := map[string]any{}
		for name, n := range x {
			numbers[name] = n
		}
		return numbers
	case Autoscale:
		return []any{x.Max, x.Min}
	case []int:
		list := make([]any, len(x))
		for i, n := range x {
			list[i] = n
		}
		return list
	}
	return v
}

// FromPlain reads a plain value, whose numbers may have gone through JSON.
func (q *Quantity) FromPlain(v any) (any, error) {
	switch q.Kind {
	case Whole, Size:
		if n, ok := wholeOf(v); ok && n >= q.Min {
			if q.Max > 0 && n > q.Max {
				return nil, fmt.Errorf("%d: want at most %d", n, q.Max)
			}
			if q.Kind == Size {
				return int64(n) << 10, nil
			}
			return n, nil
		}
		return nil, fmt.Errorf("%v: want a whole number of at least %d", v, q.Min)
	case Duration:
		if x, ok := floatOf(v); ok && x >= 0 && x <= mostSeconds {
			return des.Seconds(x), nil
		}
		return nil, fmt.Errorf("%v: want seconds, at least 0", v)
	case YesNo:
		if yes, ok := v.(bool); ok {
			return yes, nil
		}
		return nil, fmt.Errorf("%v: want true or false", v)
	case Slots:
		return slotsOf(v)
	case Word, Ordering:
		if m, ok := v.(map[string]any); ok && q.Kind == Ordering {
			weights, err := slotsOf(m["weighted"])
			return Rule{"weighted", weights}, err
		}
		word, _ := v.(string)
		if _, err := units.Choose(q.Words, word); err != nil {
			return nil, err
		}
		if q.Kind == Ordering {
			return Rule{Order: word}, nil
		}
		return word, nil
	case Names:
		return namesOf(v)
	case Numbers:
		return numbersOf(v)
	case Range:
		n, err := numbersOf(v)
		if err != nil || len(n) != 2 {
			return nil, fmt.Errorf("%v: want [max, min]", v)
		}
		return Autoscale{Min: n[1], Max: n[0]}, nil
	}
	return nil, fmt.Errorf("%v: no plain form", v)
}

const (
	mostSeconds = 1e9
	mostSlots   = 1_000_000
)

func wholeOf(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case float64:
		return int(n), n == float64(int(n))
	}
	return 0, false
}

func floatOf(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func namesOf(v any) ([]string, error) {
	items, ok := v.([]any)
	var names []string
	for _, item := range items {
		name, is := item.(string)
		ok = ok && is
		names = append(names, name)
	}
	if !ok {
		return nil, fmt.Errorf("%v: want a list of names", v)
	}
	return names, nil
}

func slotsOf(v any) (map[string]int, error) {
	m, ok := v.(map[string]any)
	by := map[string]int{}
	for name, item := range m {
		n, whole := wholeOf(item)
		ok = ok && whole
		by[name] = n
	}
	if !ok {
		return nil, fmt.Errorf("%v: want whole numbers by queue", v)
	}
	return by, nil
}

func numbersOf(v any) ([]int, error) {
	items, ok := v.([]any)
	list := make([]int, 0, len(items))
	for _, item := range items {
		n, whole := wholeOf(item)
		ok = ok && whole
		list = append(list, n)
	}
	if !ok {
		return nil, fmt.Errorf("%v: want a list of whole numbers", v)
	}
	return list, nil
}

// FromFlag reads the value of a flag, or of an environment variable.
func (q *Quantity) FromFlag(text string) (any, error) {
	switch q.Kind {
	case Whole, Size:
		n, err := strconv.Atoi(text)
		most := cmp.Or(q.Max, math.MaxInt32)
		switch {
		case n > most: // also one that no int holds
			return nil, fmt.Errorf("%s: want at most %d", text, most)
		case (err != nil || n < q.Min) && q.Kind == Size:
			return nil, fmt.Errorf("%q: want KiB, a whole number of at least %d%s", text, q.Min, unexpanded(text))
		case err != nil || n < q.Min:
			return nil, fmt.Errorf("%q: want a whole number of at least %d%s", text, q.Min, unexpanded(text))
		}
		return q.FromPlain(n)
	case Duration: // Celery takes 0 for no limit
		s, err := strconv.ParseFloat(text, 64)
		if err != nil || !(s >= 0 && s <= mostSeconds) {
			return nil, fmt.Errorf("%q: want seconds, at least 0%s", text, unexpanded(text))
		}
		return des.Seconds(s), nil
	case Names:
		return queuesOf(text)
	case Range:
		return rangeOf(text)
	}
	return q.FromPlain(text)
}

// toFlag writes a value as a flag takes it.
func toFlag(v any) string {
	switch x := Plain(v).(type) {
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case []string:
		return strings.Join(x, ",")
	case []any: // a range
		return fmt.Sprintf("%v,%v", x...)
	default:
		return fmt.Sprint(x)
	}
}

func queuesOf(text string) (any, error) {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name == "" {
			return nil, fmt.Errorf("%q: want names of queues with single commas between them", text)
		}
		if why := unexpanded(name); why != "" {
			return nil, fmt.Errorf("%q%s", name, strings.Replace(why, ";", ":", 1))
		}
		names = append(names, name)
	}
	return names, nil
}

// rangeOf takes max, or max,min (celery/worker/autoscale.py; celery/bin/worker.py: Autoscale; min is 0 there when it is
// missing, and at least one process runs all the same).
func rangeOf(text string) (any, error) {
	most, least, both := strings.Cut(text, ",")
	high, err := strconv.Atoi(most)
	low := 0
	if err == nil && both {
		low, err = strconv.Atoi(least)
	}
	if err != nil || max(high, low) < 1 || min(high, low) < 0 || max(high, low) > mostSlots {
		return nil, fmt.Errorf("%q: want max or max,min: whole numbers, max from 1 to %d, min at least 0%s", text, mostSlots, unexpanded(text))
	}
	return Autoscale{Min: max(1, min(low, high)), Max: max(high, low)}, nil
}

func unexpanded(text string) string {
	if strings.ContainsAny(text, "$`") {
		return "; variables and commands of the shell are not expanded: write the value"
	}
	return ""
}
