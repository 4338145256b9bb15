package workloads_test

import (
	"strings"
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

const day = 24 * time.Hour

func TestCronTimes(t *testing.T) {
	for _, c := range []struct {
		expr   string
		origin des.Time
		want   []des.Time // from time 0 = origin
	}{
		{"0 * * * *", 0, []des.Time{0, time.Hour, 2 * time.Hour}},
		{"0 * * * *", 30 * time.Second, []des.Time{59*time.Minute + 30*time.Second}},
		{"*/20 * * * *", time.Hour, []des.Time{0, 20 * time.Minute, 40 * time.Minute, time.Hour}},
		{"5-20/10,59 23 * * *", 0, []des.Time{23*time.Hour + 5*time.Minute, 23*time.Hour + 15*time.Minute, 23*time.Hour + 59*time.Minute, day + 23*time.Hour + 5*time.Minute}},
		{"0 2 * * sun", 0, []des.Time{6*day + 2*time.Hour, 13*day + 2*time.Hour}},
		{"0 0 * * Fri-Mon", 0, []des.Time{0, 4 * day, 5 * day, 6 * day, 7 * day}},
		{"0 0 * * saturday", 2 * day, []des.Time{3 * day}},
		{"30 23 31 * *", 0, []des.Time{30*day + 23*time.Hour + 30*time.Minute, (31+28+30)*day + 23*time.Hour + 30*time.Minute}},
		{"0 0 1 feb,apr *", 0, []des.Time{31 * day, 90 * day, (365 + 31) * day}},
		{"0 0 29 2 *", 0, []des.Time{(3*365 + 31 + 28) * day}},                              // 2004
		{"0 0 1-7 * mon", 0, []des.Time{0, 35 * day, 63 * day}},                             // both must hold: the first Monday of a month
		{"0 22-2/2 * * *", 0, []des.Time{0, 2 * time.Hour, 22 * time.Hour, 24 * time.Hour}}, // wraps round midnight
	} {
		got := dues(process(must(workloads.ParseCron(c.expr))), workloads.Options{Origin: c.origin}, len(c.want))
		for i, want := range c.want {
			if got[i] != want {
				t.Errorf("%q from %v: firing %d at %v, want %v", c.expr, c.origin, i, got[i], want)
			}
		}
	}
}

// TestCalendarAgreesWithTime walks 60 years of days on which a crontab fires, against package time.
func TestCalendarAgreesWithTime(t *testing.T) {
	start := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	c := must(workloads.ParseCron("0 0 28-31 2,3,12 *"))
	var want []des.Time
	for d := range 60 * 366 {
		at := start.AddDate(0, 0, d)
		if m := at.Month(); at.Day() >= 28 && (m == 2 || m == 3 || m == 12) {
			want = append(want, at.Sub(start))
		}
	}
	for i, got := range dues(process(c), workloads.Options{}, len(want)) {
		if got != want[i] {
			t.Fatalf("firing %d at %v, want %v", i, start.Add(got), start.Add(want[i]))
		}
	}
}

func TestCronRate(t *testing.T) {
	for _, c := range []struct {
		expr   string
		perDay float64
	}{{"* * * * *", 1440}, {"*/15 8-18 * * *", 44}, {"0 0 1 1 *", 400.0 / 146097}, {"0 0 29 feb *", 97.0 / 146097}} {
		near(t, c.expr, must(workloads.ParseCron(c.expr)).Rate()*86400, c.perDay, 1e-9*c.perDay)
	}
}

func TestCronRefuses(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"", "0 fields: want 5"},
		{"* * * *", "4 fields: want 5"},
		{"60 * * * *", `minute: "60": want 0..59`},
		{"* 24 * * *", `hour: "24": want 0..23`},
		{"* * 0 * *", `day of month: "0": want 1..31`},
		{"* * * 13 *", `month: "13": want 1..12 or jan..dec`},
		{"* * * * 7", `day of week: "7": want 0..6 or sun..sat`},
		{"* * * * mo", `day of week: "mo"`},
		{"* * * * montag", `day of week: "montag"`},
		{"+5 * * * *", `minute: "+5"`},
		{"5-x * * * *", `minute: "x"`},
		{"*/0 * * * *", `minute: step "0": want a whole number of at least 1`},
		{"*/ * * * *", `minute: step ""`},
		{"5/10 * * * *", `"5/10": a step wants a range or *`},
		{"1,,2 * * * *", `minute: "": want`},
		{"0 0 30 2 *", "no such day in any year"},
		{"0 0 31 4,6 *", "no such day in any year"},
	} {
		_, err := workloads.ParseCron(c.expr)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.expr, err, c.want)
		}
	}
}

// FuzzParseCron: what is accepted fires, in order, at whole minutes, and at a rate above 0.
func FuzzParseCron(f *testing.F) {
	for _, s := range []string{"0 * * * *", "*/15 8-18 * * mon-fri", "0 0 29 2 sun", "5-20/10,59 22-3/2 1-7 jan,dec 0", "0 0 30 2 *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		c, err := workloads.ParseCron(expr)
		if err != nil {
			return
		}
		if !(c.Rate() > 0) {
			t.Fatalf("rate %v", c.Rate())
		}
		last := des.Time(-1)
		for _, due := range dues(process(c), workloads.Options{}, 3) {
			if due <= last || due%time.Minute != 0 {
				t.Fatalf("fires at %v after %v", due, last)
			}
			last = due
		}
		if last < 0 {
			t.Fatal("never fires")
		}
	})
}

// What comes before the first Monday is the week before it: Sunday 31 December 2000.
func TestCronBeforeTheFirstMonday(t *testing.T) {
	for _, c := range []struct {
		expr   string
		origin des.Time
		want   []des.Time // of the calendar
	}{
		{"0 * * * *", -10 * time.Minute, []des.Time{0, time.Hour}},
		{"0 * * * *", -time.Hour, []des.Time{-time.Hour, 0}},
		{"0 * * * *", -time.Hour - 1, []des.Time{-time.Hour, 0}},
		{"30 23 * * sun", -3 * day, []des.Time{-30 * time.Minute, 7*day - 30*time.Minute}},
		{"0 12 31 dec *", -40 * day, []des.Time{-12 * time.Hour, 365*day - 12*time.Hour}},
		{"0 0 29 feb *", -366 * day, []des.Time{-307 * day, (3*365 + 31 + 28) * day}}, // 2000 was a leap year
	} {
		a := must(workloads.ParseCron(c.expr))
		for i, got := range dues(process(a), workloads.Options{Origin: c.origin}, len(c.want)) {
			if got += c.origin; got != c.want[i] {
				t.Errorf("%q from %v: firing %d at %v, want %v", c.expr, c.origin, i, got, c.want[i])
			}
		}
		fast := dues(process(a.Faster(10)), workloads.Options{Origin: c.origin / 10}, 1)
		if got, want := fast[0], (c.want[0]-c.origin)/10; (got - want).Abs() > 1 {
			t.Errorf("%q from %v, ten times as fast: %v, want %v", c.expr, c.origin, got, want)
		}
	}
}

// A plan that repeats is the same a round earlier, before the first Monday as well.
func TestPlansRepeatBackwards(t *testing.T) {
	for name, c := range map[string]struct {
		p     workloads.Process
		round des.Time
	}{
		"stages": {workloads.Stages{Steps: []workloads.Stage{{For: 22 * time.Hour, From: 0.01, To: 0.01}, {For: 2 * time.Hour, From: 0.01, To: 0.3}}}, day},
		"cron":   {must(workloads.ParseCron("*/7 3,22 * * *")), day},
	} {
		for _, origin := range []des.Time{-3 * time.Hour, -time.Nanosecond, -25 * time.Hour, -8*day - 1} {
			got := dues(process(c.p), workloads.Options{Origin: origin}, 50)
			want := dues(process(c.p), workloads.Options{Origin: origin + 10*c.round}, 50)
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("%s from %v: arrival %d at %v, ten rounds later at %v", name, origin, i, got[i], want[i])
				}
			}
		}
	}
}
