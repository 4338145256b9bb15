package workloads

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"example.com/simrun/des"
)

// Cron arrivals: one at each minute that a crontab names, on a virtual calendar without daylight saving that begins on
// Monday 1 January 2001, 00:00. As in Celery, and unlike crontab(5), a day must be named by all of day of month, month
// and day of week (celery/schedules.py: crontab). The zero Cron never fires; make one with ParseCron.
type Cron struct {
	text     string
	minutes  uint64 // bit n: minute n
	hours    uint64
	days     uint64  // of the month, from bit 1
	months   uint64  // from bit 1
	weekdays uint64  // bit 0 = Sunday
	speed    float64 // at which the calendar runs; 0 = 1
}

// Faster returns the same on a calendar that runs so many times as fast. The origin of its time of the week then is
// divided by as much.
func (c Cron) Faster(speed float64) Cron {
	c.speed = c.pace() * speed
	return c
}

func (c Cron) pace() float64 {
	if c.speed == 0 {
		return 1
	}
	return c.speed
}

// cronField is one of the five fields of an expression.
type cronField struct {
	name   string
	lo, hi int
	words  []string // names of lo, lo+1, ...
}

var (
	weekdayWords = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	monthWords   = []string{
		"january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december",
	}
	cronFields = [5]cronField{
		{"minute", 0, 59, nil},
		{"hour", 0, 23, nil},
		{"day of month", 1, 31, nil},
		{"month", 1, 12, monthWords},
		{"day of week", 0, 6, weekdayWords},
	}
)

// ParseCron reads the five fields minute, hour, day of month, month (1-12 or names) and day of week (0-6 from Sunday,
// or names). Each is a list of numbers, ranges (which may wrap round: fri-mon) and *, ranges and * with a step:
// "*/15 8-18 * * mon-fri". An expression whose day exists in no year is refused.
func ParseCron(expr string) (Cron, error) {
	fields := strings.Fields(expr)
	if len(fields) != len(cronFields) {
		return Cron{}, fmt.Errorf("cron: %q: %d fields: want 5 (minute, hour, day of month, month, day of week)", expr, len(fields))
	}
	var set [5]uint64
	for i, f := range cronFields {
		var err error
		if set[i], err = f.parse(fields[i]); err != nil {
			return Cron{}, fmt.Errorf("cron: %q: %s: %w", expr, f.name, err)
		}
	}
	c := Cron{strings.Join(fields, " "), set[0], set[1], set[2], set[3], set[4], 1}
	// Over the years every date falls on every weekday, so only the shortness of months can rule a day out.
	for m, n := range monthDays {
		if m == 1 {
			n = 29
		}
		if c.months>>(m+1)&1 == 1 && bits.TrailingZeros64(c.days) <= n {
			return c, nil
		}
	}
	return Cron{}, fmt.Errorf("cron: %q: no such day in any year", expr)
}

func (f cronField) parse(text string) (set uint64, err error) {
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, hasStep := strings.Cut(part, "/")
		step := 1
		if hasStep {
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return 0, fmt.Errorf("step %q: want a whole number of at least 1", stepText)
			}
		}
		lo, hi := f.lo, f.hi
		if span != "*" {
			from, to, isRange := strings.Cut(span, "-")
			if hasStep && !isRange {
				return 0, fmt.Errorf("%q: a step wants a range or * before it", part)
			}
			if lo, err = f.number(from); err != nil {
				return 0, err
			}
			hi = lo
			if isRange {
				if hi, err = f.number(to); err != nil {
					return 0, err
				}
			}
		}
		if hi < lo {
			hi += f.hi - f.lo + 1
		}
		for n := lo; n <= hi; n += step {
			set |= 1 << (f.lo + (n-f.lo)%(f.hi-f.lo+1))
			if step > hi-n { // before n+step overflows
				break
			}
		}
	}
	return set, nil
}

// number reads a number or a name, of which three letters are enough.
func (f cronField) number(text string) (int, error) {
	if len(text) >= 3 {
		for i, w := range f.words {
			if strings.HasPrefix(w, strings.ToLower(text)) {
				return f.lo + i, nil
			}
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < f.lo || n > f.hi || text[0] == '+' || text[0] == '-' {
		want := fmt.Sprintf("%d..%d", f.lo, f.hi)
		if f.words != nil {
			want += fmt.Sprintf(" or %s..%s", f.words[0][:3], f.words[len(f.words)-1][:3])
		}
		return 0, fmt.Errorf("%q: want %s", text, want)
	}
	return n, nil
}

// String returns the expression.
func (c Cron) String() string { return c.text }

// Rate returns the average over the 400 years after which the calendar repeats.
func (c Cron) Rate() float64 {
	days := 0
	for day := range cycleDays {
		if c.on(int64(day)) {
			days++
		}
	}
	firings := days * bits.OnesCount64(c.hours) * bits.OnesCount64(c.minutes)
	return float64(firings) / (cycleDays * 24 * 3600) * c.pace()
}

// Stationary reports false.
func (Cron) Stationary() bool { return false }

func (c Cron) generator(g ground) generator {
	origin := g.origin
	if pace := c.pace(); pace != 1 {
		// Divided and multiplied again it may be off by a part of what the calendar runs in a nanosecond.
		origin = des.Time(math.Round(float64(origin) * pace))
		if whole := origin.Round(time.Second); (whole - origin).Abs() <= time.Millisecond {
			origin = whole
		}
	}
	// A firing at time 0 itself counts: round up to the whole minute.
	first := origin + modulo(-origin, time.Minute)
	return &cron{Cron: c, origin: origin, minute: int64(first / time.Minute)}
}

type cron struct {
	Cron
	origin des.Time
	minute int64 // of the calendar, the first that has not been looked at
}

const dayMinutes = 24 * 60

func (c *cron) next() des.Time {
	for {
		if c.minute > int64(des.Never/time.Minute) {
			return des.Never
		}
		rest := modulo(c.minute, dayMinutes)
		day := (c.minute - rest) / dayMinutes // before the first one, too
		hour, minute := rest/60, rest%60
		switch {
		case c.hours>>hour == 0 || !c.on(day): // the day is over
			c.minute = (day + 1) * dayMinutes
		case c.hours>>hour&1 == 0 || c.minutes>>minute == 0:
			c.minute += 60 - minute
		case c.minutes>>minute&1 == 0:
			c.minute += int64(bits.TrailingZeros64(c.minutes >> minute))
		default:
			c.minute++
			return scaled(des.Time(c.minute-1)*time.Minute-c.origin, c.pace())
		}
	}
}

// cycleDays is the length of the Gregorian cycle of 400 years, which begins with 2001.
const cycleDays = 400*365 + 97

var monthDays = [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// on says whether the crontab names a day, counted from Monday 1 January 2001.
func (c *Cron) on(day int64) bool {
	if c.weekdays>>modulo(day+1, 7)&1 == 0 {
		return false
	}
	month, dom := civil(day)
	return c.months>>month&1 == 1 && c.days>>dom&1 == 1
}

// civil returns the month and the day of the month of a day. Beginning at 2001, the leap days come last in each 4, 100
// and 400 years, so that plain division finds the year.
func civil(day int64) (month, dom int) {
	r := int(modulo(day, cycleDays))
	century := min(r/36524, 3)
	r -= century * 36524
	four := r / 1461
	r -= four * 1461
	year := min(r/365, 3)
	r -= year * 365
	leap := year == 3 && (four != 24 || century == 3)
	for m, n := range monthDays {
		if m == 1 && leap {
			n++
		}
		if r < n {
			return m + 1, r + 1
		}
		r -= n
	}
	panic("workloads: a year of more than 366 days")
}
