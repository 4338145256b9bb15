package celery

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/simrun/des"
)

func ptr[T any](v T) *T { return new(v) }

func TestParseCommand(t *testing.T) {
	for _, tt := range []struct {
		line    string
		want    Worker
		ignored string // flags, in order
	}{
		{
			"celery -A app worker -Q high,low -c 8 -P prefork --prefetch-multiplier=4 -O fair",
			Worker{Queues: []string{"high", "low"}, Concurrency: new(8), Pool: "prefork", PrefetchMultiplier: new(4)},
			"-O",
		},
		{
			"celery -A proj.celery:app worker -n high@%h -Qhigh,low -c8 --time-limit 30 --soft-time-limit=25.5 -l info",
			Worker{Name: "high", Queues: []string{"high", "low"}, Concurrency: new(8), HardLimit: ptr(30 * time.Second), SoftLimit: ptr(25500 * time.Millisecond)},
			"-l",
		},
		{
			"celery --app=proj worker --queues=a --concurrency=2 --pool=gevent --disable-prefetch --hostname w1",
			Worker{Name: "w1", Queues: []string{"a"}, Concurrency: new(2), Pool: "gevent", DisablePrefetch: new(true)},
			"",
		},
		{ // as in Celery 4, and with the rest of what stands in unit files
			"celery worker -A app --queues a,b --concurrency 4 --loglevel=INFO --pidfile=/var/run/%n.pid --logfile '/var/log/my app.log' -D",
			Worker{Queues: []string{"a", "b"}, Concurrency: new(4)},
			"--loglevel --pidfile --logfile -D",
		},
		{
			"C_FORCE_ROOT=1 DJANGO_SETTINGS_MODULE=x.y exec python3 -u -m celery -A app worker -EB -c 1 -P solo --without-gossip --without-mingle --without-heartbeat",
			Worker{Concurrency: new(1), Pool: "solo", Heartbeat: new(false)},
			"C_FORCE_ROOT= DJANGO_SETTINGS_MODULE= -E -B --without-gossip --without-mingle",
		},
		{
			"poetry run celery -A app worker \\\n  -Q \"my queue\" \\\n  -c 3  # nightly",
			Worker{Queues: []string{"my queue"}, Concurrency: new(3)},
			"",
		},
		{
			"/srv/venv/bin/celery -A app -b redis://h:6379/0 worker -P processes --purge --heartbeat-interval 5 -s /tmp/beat -S /tmp/state -f x.log --uid 1 --gid=2",
			Worker{Pool: "prefork"},
			"-b --purge --heartbeat-interval -s -S -f --uid --gid",
		},
		{ // celery/bin/worker.py: value or the setting
			"celery worker -Q a -c 2 --prefetch-multiplier=0",
			Worker{Queues: []string{"a"}, Concurrency: new(2)},
			"--prefetch-multiplier",
		},
		{
			"celery worker -Q a -c 2 --time-limit=0 -P threads",
			Worker{Queues: []string{"a"}, Concurrency: new(2), HardLimit: ptr(des.Time(0)), Pool: "threads"},
			"",
		},
		{ // quotes and backslashes as in a shell
			`celery worker -Q "a \"b\"",'c\d',e\ f -n "x\y"`,
			Worker{Queues: []string{`a "b"`, `c\d`, "e f"}, Name: `x\y`},
			"",
		},
		{"celery -A app worker", Worker{}, ""},
		{
			"celery worker --autoscale=8,2 --max-tasks-per-child 100 --without-heartbeat",
			Worker{Autoscale: &Autoscale{Min: 2, Max: 8}, MaxTasksPerChild: new(100), Heartbeat: new(false)},
			"",
		},
		{"celery worker --autoscale 8", Worker{Autoscale: &Autoscale{Min: 1, Max: 8}}, ""},
	} {
		got, ignored, err := ParseCommand(tt.line)
		if err != nil {
			t.Errorf("%s: %v", tt.line, err)
			continue
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.line, got, tt.want)
		}
		var names []string
		for _, s := range ignored {
			name, why, _ := strings.Cut(s, ": ")
			if why == "" {
				t.Errorf("%s: %q says no reason", tt.line, s)
			}
			names = append(names, name)
		}
		if strings.Join(names, " ") != tt.ignored {
			t.Errorf("%s: ignored %q, want %q", tt.line, names, tt.ignored)
		}
	}
}

func TestParseCommandErrors(t *testing.T) {
	for line, want := range map[string]string{
		"":                                       "no celery in it: want a line such as",
		"celery":                                 "no worker in it",
		"celery -A app beat":                     `"beat": want the command "worker"`,
		"celery wroker":                          `"wroker": want the command "worker"; did you mean "worker"?`,
		"celery worker --autoscale=8,x":          `--autoscale: "8,x": want max or max,min`,
		"celery worker --autoscale 0":            `--autoscale: "0": want max or max,min`,
		"celery worker --max-tasks-per-child=0":  `--max-tasks-per-child: "0": want a whole number of at least 1`,
		"celery worker --max-memory-per-child 0": `--max-memory-per-child: "0": want KiB, a whole number of at least 1`,
		"celery worker -X a":                     "-X: not supported yet",
		"celery worker --concurency 4":           `--concurency: no such flag; did you mean "--concurrency"?`,
		"celery worker -c":                       "-c: no value",
		"celery worker --queues":                 "--queues: no value",
		"celery worker -c=4":                     `-c: "=4": want a whole number of at least 1`,
		"celery worker -c $N":                    "variables and commands of the shell are not expanded",
		"celery worker -Q $QUEUES":               `-Q: "$QUEUES": variables and commands of the shell are not expanded: write the value`,
		"celery worker -c 99999999999999999999":  "-c: 99999999999999999999: want at most 1000000",
		"celery worker -c -1":                    `-c: "-1": want a whole number of at least 1`,
		"celery worker --concurrency=":           `--concurrency: "": want a whole number of at least 1`,
		"celery worker --autoscale=":             `--autoscale: "": want max or max,min: whole numbers, max from 1 to 1000000, min at least 0`,
		"celery worker --autoscale=1,-3":         `--autoscale: "1,-3": want max or max,min`,
		"celery worker --autoscale=2000000":      `--autoscale: "2000000": want max or max,min: whole numbers, max from 1 to 1000000`,
		"celery worker -l loud":                  `-l: "loud": want debug, info, warning, warn, error, critical or fatal`,
		"celery worker --heartbeat-interval=5s":  `--heartbeat-interval: "5s": want a whole number`,
		"celery worker -Q a,,b":                  `-Q: "a,,b": want names of queues with single commas`,
		"celery worker -P fibers":                `-P: "fibers": want prefork, threads, gevent, solo or eventlet`,
		"celery worker -O fast":                  `-O: "fast": want default or fair`,
		"celery worker --time-limit 1m":          `--time-limit: "1m": want seconds`,
		"celery worker --soft-time-limit -1":     `--soft-time-limit: "-1": want seconds`,
		"celery worker --time-limit nan":         `--time-limit: "nan": want seconds`,
		"celery worker --disable-prefetch=yes":   `--disable-prefetch: "yes": takes no value`,
		"celery worker -z":                       "-z: no such flag",
		"celery worker high low":                 `"high": want a flag`,
		"celery worker -- worker.x=1":            "--: settings on the command line: not supported yet",
		"celery worker -Q 'a":                    "a ' is not closed",
		"celery worker -Q \"a":                   "a \" is not closed",
		"celery worker -Q a\\":                   "ends in a backslash",
		"celery worker --version":                "--version: starts no worker",
	} {
		_, _, err := ParseCommand(line)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

func TestParseCommandTellsAllErrors(t *testing.T) {
	_, _, err := ParseCommand("celery worker -c none -P fibers --autoscale=none --frob")
	if err == nil {
		t.Fatal("no error")
	}
	if n := len(strings.Split(err.Error(), "\n")); n != 4 {
		t.Errorf("%d errors, want 4:\n%v", n, err)
	}
}

// A line that is understood can be written again, and then says the same.
func FuzzParseCommand(f *testing.F) {
	for _, line := range []string{
		"celery -A app worker -Q high,low -c 8 -P prefork --prefetch-multiplier=4 -O fair -n name@%h",
		"X=1 python -m celery worker -Qa -c8 --time-limit=0.5 --soft-time-limit 3e2 -EB",
		`celery worker -Q "a b",'c"d' -n 'x y' --disable-prefetch`,
		"celery worker -Q a\\ b --pool=solo # comment",
		"celery worker --autoscale 3,1",
		`sh -c "cd /app && exec celery -A app worker -Q a -c ${N:-4}" 2>&1 | tee log`,
		"celery multi start w1@h -A app -c:1 4 --autoscale=3,1",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		w, _, err := ParseCommand(line)
		if err != nil {
			return
		}
		kept, _, err := ParseLine(line, nil)
		if err != nil {
			t.Fatal(err)
		}
		if same := kept.For(&kept.Says, ""); same.String() != kept.String() {
			t.Fatalf("%q: nothing changes, and it is written as %q", line, same.String())
		}
		if read, _, err := ParseCommand(kept.String()); err != nil || !reflect.DeepEqual(read, w) {
			t.Fatalf("%q: kept as %q, which reads as %+v (%v), not %+v", line, kept.String(), read, err, w)
		}
		words := []string{"celery", "worker"}
		if w.Name != "" {
			words = append(words, "-n", Quote(w.Name))
		}
		if w.Queues != nil {
			words = append(words, "-Q", Quote(strings.Join(w.Queues, ",")))
		}
		if w.Pool != "" {
			words = append(words, "-P", w.Pool)
		}
		again, _, err := ParseCommand(strings.Join(words, " "))
		if err != nil {
			t.Fatalf("%q: %q: %v", line, words, err)
		}
		if !reflect.DeepEqual(again.Queues, w.Queues) || again.Name != w.Name || again.Pool != w.Pool {
			t.Fatalf("%q: %+v, written again %+v", line, w, again)
		}
	})
}
