package logs_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
)

func fixture(name string) string { return filepath.Join("testdata", name) }

// shape is what matters of a log, for a comparison at one look.
type shape struct {
	taken           string
	tasks, attempts int
	ok, failed      int
	queues, classes int
	ran             float64 // s, all that is known
}

func shapeOf(l *logs.Log) (s shape) {
	_, s.taken, _ = strings.Cut(l.Taken[0], "taken for ")
	queues, classes := map[string]bool{}, map[string]bool{}
	for i := range l.Tasks {
		t := &l.Tasks[i]
		s.tasks++
		s.attempts += len(t.Attempts)
		if t.Queue != "" {
			queues[t.Queue] = true
		}
		classes[t.Class] = true
		switch t.Outcome {
		case logs.OK:
			s.ok++
		case "failed":
			s.failed++
		}
		for _, a := range t.Attempts {
			if !math.IsNaN(a.Runtime) {
				s.ran += a.Runtime
			}
		}
	}
	s.queues, s.classes, s.ran = len(queues), len(classes), math.Round(s.ran*100)/100
	return s
}

func TestFormats(t *testing.T) {
	results, err := logs.ParseMapping("created=date_created, started=date_started, ended=date_done, class=task_name, id=task_id, worker=worker, outcome=status")
	require.NoError(t, err)
	structured, err := logs.ParseMapping("created=enqueued_at,started=begin,ended=end,class=job,id=job_id,queue=queue,priority=prio,worker=host,outcome=ok,cpu=cpu_s")
	require.NoError(t, err)
	for _, c := range []struct {
		file string
		with *logs.Mapping
		want shape
	}{
		{"array.json", nil, shape{"Celery's events, as a JSON array", 6, 4, 3, 0, 2, 2, 0.07}},
		{"array-line.json", nil, shape{"Celery's events, as a JSON array", 3, 2, 1, 0, 2, 2, 0.01}},
		{"dump.txt", nil, shape{"events, as celery events --dump prints them", 8, 9, 7, 1, 2, 3, 0.3}},
		{"dump-middle.txt", nil, shape{"events, as celery events --dump prints them", 6, 7, 5, 1, 2, 3, 0.24}},
		{"flower.json", nil, shape{"tasks, as Flower lists them", 6, 4, 3, 0, 2, 2, 0.07}},
		{"flower-unsent.json", nil, shape{"tasks, as Flower lists them", 4, 3, 1, 0, 0, 2, 0.05}}, // one was retried
		{"results.csv", results, shape{"a table whose columns are told (--map)", 12, 12, 8, 3, 0, 2, 21}},
		{"structured.jsonl", structured, shape{"a table whose columns are told (--map)", 10, 10, 9, 1, 2, 2, 1.2}},
	} {
		l, err := (&logs.Options{Map: c.with}).Read(fixture(c.file))
		require.NoError(t, err, c.file)
		assert.Equal(t, c.want, shapeOf(l), c.file)
	}
}

// What a fixture says in the one form it says in the other, too.
func TestFormatsAgree(t *testing.T) {
	array, err := logs.Read(fixture("array.json"))
	require.NoError(t, err)
	flower, err := logs.Read(fixture("flower.json"))
	require.NoError(t, err)
	require.Len(t, flower.Tasks, len(array.Tasks))
	for i := range array.Tasks {
		assert.Equal(t, array.Tasks[i].Queue, flower.Tasks[i].Queue)
		assert.InDelta(t, array.Tasks[i].Arrived, flower.Tasks[i].Arrived, 1e-6)
		assert.InDelta(t, array.Tasks[i].Received, flower.Tasks[i].Received, 1e-6)
		if len(array.Tasks[i].Attempts) == 1 {
			assert.InDelta(t, array.Tasks[i].Attempts[0].Started, flower.Tasks[i].Attempts[0].Started, 1e-6)
		}
	}
	dump, err := logs.Read(fixture("dump.txt"))
	require.NoError(t, err)
	assert.Equal(t, "5.2.6", dump.Release, "a heartbeat says it")
	again := dump.Tasks[6]
	assert.Equal(t, []int{2, 1}, []int{len(again.Attempts), again.Retried()})
	assert.InDelta(t, 0.2, again.Retries[0], 0.01)
}

func TestMappedColumns(t *testing.T) {
	structured, err := logs.ParseMapping("created=enqueued_at,started=begin,ended=end,class=job,id=job_id,queue=queue,priority=prio,worker=host,outcome=ok,cpu=cpu_s")
	require.NoError(t, err)
	l, err := (&logs.Options{Map: structured}).Read(fixture("structured.jsonl"))
	require.NoError(t, err)
	assert.True(t, l.Measured)
	first, second := l.Tasks[0], l.Tasks[1]
	assert.InDelta(t, 0.05, first.Attempts[0].CPU, 1e-9)
	assert.InDelta(t, 0.12, first.Attempts[0].Started-first.Arrived, 1e-6)
	assert.Nil(t, first.Priority)
	assert.Equal(t, 3, *second.Priority)

	read := func(text, columns string, zone *time.Location) (*logs.Log, error) {
		path := filepath.Join(t.TempDir(), "t.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		m, err := logs.ParseMapping(columns)
		require.NoError(t, err)
		return (&logs.Options{Map: m, Zone: zone}).Read(path)
	}
	const columns = "created=a,started=b,ended=c,class=d,outcome=e"
	l, err = read("a,b,c,d,e\n2024-05-01 12:00:00,2024-05-01T10:00:01Z,1714557604500,x,timeout\n", columns, time.FixedZone("", 7200))
	require.NoError(t, err)
	assert.InDelta(t, 1, l.Tasks[0].Attempts[0].Started, 1e-6, "the zone that is said")
	assert.InDelta(t, 3.5, l.Tasks[0].Limit, 1e-6)
	_, err = read("a,b,c,d,e\nnoon,,,x,\n5,6,5,x,ok\n5,6,7,x,maybe\n", columns, nil)
	assert.ErrorContains(t, err, `t.csv:2: created: "noon": want seconds or milliseconds since 1970, or a time such as`)
	_, err = read("a,b,c,d,e\n5,5,5,x,ok\n5,6,5,x,ok\n5,6,7,x,maybe\n", columns, nil)
	assert.ErrorContains(t, err, `t.csv:3: ended: 1 s before started`)
	assert.ErrorContains(t, err, `t.csv:4: outcome: "maybe": want such as ok, failed`)
	_, err = read("a,b,c,d,e\n5,5,5,x,ok\nnoon,ten,7,x,ok\n", columns, nil)
	assert.Regexp(t, `^\S*t\.csv:3: created: "noon": .*; started: "ten": [^\n]*$`, err.Error(), "a place for each line")
	_, err = read("a,b,c\n", columns, nil)
	assert.ErrorContains(t, err, `t.csv:1: class: no column "d": want a, b or c`)
	_, err = read("a,b,c,d,a,x,x\n5,6,7,x,8,,\n", columns, nil)
	assert.ErrorContains(t, err, `t.csv:1: the column "a" is there twice: want another name for one of them`)
	assert.NotContains(t, err.Error(), `"x"`, "nobody asks for it")
	_, err = read("a,b,c,d,e\n5,6,7,x,ok\n5,6,7\n", columns, nil)
	assert.ErrorContains(t, err, `t.csv:3: 3 cells, where the header has 5`)
	plain, err := read("a,b,c,d,e\n5,6,7,x,ok\n6,7,8,x,ok\n", columns, nil)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(plain.Warnings, "\n"), "lack an event", "no column says when they were received")

	_, err = read("a,b,c,d,e\n2024-05-01 12:00:00 CEST,5,6,x,ok\n", columns, nil)
	assert.ErrorContains(t, err, "t.csv:2: created: \"2024-05-01 12:00:00 CEST\": nobody knows the zone CEST here: want --timezone")
	_, err = read("a,b,c,d,e\n5,,6,x,ok\n7,,8,x,ok\n", columns, nil)
	assert.ErrorContains(t, err, "t.csv: started is empty in every row, though tasks ended")
	l, err = read("a,b,c,d,e,id\n5,6,7,x,retry,1\n5,9,10,x,ok,1\n", columns+",id=id", nil)
	require.NoError(t, err)
	assert.Empty(t, l.Warnings, "each attempt repeats when its task was created")
	assert.Len(t, l.Tasks[0].Attempts, 2)

	for text, want := range map[string]string{
		"created=a,started=b,ended=c":                   "class is missing: want class=COLUMN",
		"created=a,started=b,ended=c,class=d,proirity=": `"proirity"`,
		"created=a,created=b,started=b,ended=c,class=d": "created: told twice",
		"created=a,started,ended=c,class=d":             "started: no column: want started=COLUMN",
	} {
		_, err := logs.ParseMapping(text)
		assert.ErrorContains(t, err, want)
	}
}

// The clock of a zone is set back from 3:00 to 2:00 in autumn: what follows in a file, or in a row, is not before it.
func TestAnHourThatAClockShowsTwice(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	m, err := logs.ParseMapping("created=a,started=b,ended=c,class=d,id=i")
	require.NoError(t, err)
	read := func(rows ...string) *logs.Log {
		path := filepath.Join(t.TempDir(), "t.csv")
		require.NoError(t, os.WriteFile(path, []byte("a,b,c,d,i\n"+strings.Join(rows, "\n")), 0o644))
		l, err := (&logs.Options{Map: m, Zone: berlin}).Read(path)
		require.NoError(t, err)
		return l
	}
	const night = "2026-10-25 "
	of := func(created, started, ended string) string {
		return night + created + "," + night + started + "," + night + ended
	}
	rows := []string{
		of("01:30:00", "01:30:01", "01:30:02") + ",x,1",
		of("02:30:00", "02:30:01", "02:30:02") + ",x,2",
		of("02:59:58", "02:59:59", "02:00:05") + ",x,3",
		of("02:30:00.01", "02:30:00", "02:30:02") + ",x,4", // two machines
		of("03:30:00", "03:30:01", "03:30:02") + ",x,5",
	}
	l := read(rows...)
	var arrived, ran []float64
	for _, task := range l.Tasks {
		arrived, ran = append(arrived, math.Round(task.Arrived)), append(ran, math.Round(task.Attempts[0].Runtime))
	}
	assert.Equal(t, []float64{0, 3600, 5398, 7200, 10800}, arrived)
	assert.Equal(t, []float64{1, 1, 6, 2, 1}, ran)
	assert.Empty(t, l.Warnings)
	assert.InDelta(t, 10802, l.Span, 1e-6)

	slices.Reverse(rows)
	assert.Contains(t, strings.Join(read(rows...).Warnings, "\n"), "3 rows were created in an hour that the clock of Europe/Berlin showed twice")

	path := filepath.Join(t.TempDir(), "worker.log")
	var lines []string
	for i, at := range []string{"02:15:00", "02:59:59", "02:15:00", "03:00:00"} {
		lines = append(lines, fmt.Sprintf("[%s%s,000: INFO/MainProcess] Task x[%d] received", night, at, i))
	}
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644))
	l, err = (&logs.Options{Zone: berlin}).Read(path)
	require.NoError(t, err)
	assert.InDelta(t, 3600, l.Tasks[2].Arrived, 1e-6)
	assert.InDelta(t, 6300, l.Span, 1e-6)
}

// A results table that writes its row when a task starts has no waits, which is said; objects in objects have keys.
func TestColumnsThatAreNotWhatTheySay(t *testing.T) {
	m, err := logs.ParseMapping("created=fields.date_created,started=fields.date_started,ended=fields.date_done,class=fields.task_name")
	require.NoError(t, err)
	read := func(wait float64) (*logs.Log, error) {
		var rows []string
		for i := range 30 {
			rows = append(rows, fmt.Sprintf(`{"pk": %d, "fields": {"date_created": %d, "date_started": %f, "date_done": %d, "task_name": "x"}}`, i, 10*i, float64(10*i)+wait*float64(1+i), 10*i+9))
		}
		path := filepath.Join(t.TempDir(), "dump.json")
		require.NoError(t, os.WriteFile(path, []byte("["+strings.Join(rows, ",\n")+"]"), 0o644))
		return (&logs.Options{Map: m}).Read(path)
	}
	l, err := read(0)
	require.NoError(t, err)
	assert.Len(t, l.Tasks, 30)
	assert.Contains(t, strings.Join(l.Warnings, "\n"), "30 of 30 attempts started within 10 ms of when their task was created")
	l, err = read(0.001)
	require.NoError(t, err)
	assert.Empty(t, l.Warnings, "some waited")

	m, err = logs.ParseMapping("created=date_created,started=date_started,ended=date_done,class=task_name")
	require.NoError(t, err)
	_, err = read(0)
	assert.ErrorContains(t, err, "created is empty: want when the task was sent; the object has fields.date_created, fields.date_done")
}

// A queue whose name no scenario can have gets one that it can.
func TestQueuesAreNamedAsScenariosCan(t *testing.T) {
	m, err := logs.ParseMapping("created=c, started=s, ended=e, class=n, queue=q")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(path, []byte("c,s,e,n,q\n1,2,3,mail,high prio\n4,5,6,mail,high prio\n7,8,9,mail,low\n"), 0o644))
	l, err := (&logs.Options{Map: m}).Read(path)
	require.NoError(t, err)
	assert.Equal(t, []string{"high-prio", "high-prio", "low"}, []string{l.Tasks[0].Queue, l.Tasks[1].Queue, l.Tasks[2].Queue})
	said := strings.Join(l.Warnings, "\n")
	assert.Equal(t, 1, strings.Count(said, `the queue "high prio" is called high-prio here`), said)

	require.NoError(t, os.WriteFile(path, []byte("c,s,e,n,q\n1,2,3,mail,high prio\n4,5,6,mail,high-prio\n"), 0o644))
	_, err = (&logs.Options{Map: m}).Read(path)
	require.ErrorContains(t, err, `the queues "high prio" and "high-prio": want names that differ in more than spaces`)
	assert.NotContains(t, said, `"low"`)

	require.NoError(t, os.WriteFile(path, []byte("c,s,e,n,q\n1,2,3,send mail,a\n4,5,6,send-mail,a\n"), 0o644))
	_, err = (&logs.Options{Map: m}).Read(path)
	require.ErrorContains(t, err, `the tasks "send mail" and "send-mail": want names that differ in more than spaces`)
}

func TestMetrics(t *testing.T) {
	// Rates of one scrape are from when its counters began to when it was taken, which only its file says.
	text, err := os.ReadFile(fixture("scrape.txt"))
	require.NoError(t, err)
	scrape := filepath.Join(t.TempDir(), "metrics")
	require.NoError(t, os.WriteFile(scrape, text, 0o644))
	require.NoError(t, os.Chtimes(scrape, time.Time{}, time.Unix(1709632800+6*3600, 0)))
	l, err := logs.Read(scrape)
	require.NoError(t, err)
	assert.InDelta(t, 6*3600, l.Span, 1)
	require.Len(t, l.Sums.Classes, 2)
	mail, report := l.Sums.Classes[0], l.Sums.Classes[1]
	assert.Equal(t, []string{"shop.mail", "celery", "slow"}, []string{mail.Class, mail.Queue, report.Queue})
	assert.InDeltaSlice(t, []float64{64800}, mail.Counts, 1e-6, "of both hosts")
	assert.Equal(t, []float64{64152, 648, 648}, []float64{mail.Succeeded, mail.Failed, mail.Again})
	assert.Equal(t, []float64{702, 0, 14, 4}, []float64{report.Succeeded, report.Failed, report.Timeouts, report.Lost})
	assert.Equal(t, logs.Bucket{Bound: 0.1, N: 24000}, mail.Buckets[5])
	assert.Equal(t, logs.QueueSum{Name: "slow", Mean: 41, Longest: 41, Slots: 2}, l.Sums.Queues[1])

	l, err = logs.Read(fixture("scrape-1.txt"), fixture("scrape-2.txt"))
	require.NoError(t, err)
	assert.InDelta(t, 3600, l.Span, 1e-6)
	assert.InDeltaSlice(t, []float64{7200}, l.Sums.Classes[0].Counts, 1e-6)
	_, err = logs.Read(fixture("scrape-1.txt"))
	assert.ErrorContains(t, err, "want two scrapes or more")

	l, err = logs.Read(fixture("range.json"))
	require.NoError(t, err)
	mail = l.Sums.Classes[0]
	assert.Len(t, mail.Counts, 72)
	assert.InDelta(t, 4*300, mail.Counts[3], 150)
	assert.InDelta(t, 300, mail.Counts[49], 80, "the exporter began anew")
	assert.Contains(t, strings.Join(l.Warnings, "\n"), "shop.mail: nothing was sent as far as the exporter knows")

	l, err = logs.Read(fixture("range-short.json"))
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{300, 300, 600}, l.Sums.Classes[0].Counts, 1e-6, "a stale value is none")

	_, err = logs.Read(fixture("range.json"), fixture("array.json"))
	assert.ErrorContains(t, err, "files of several kinds")
}

// What stands in two files that overlap happened once: no attempt was lost in between.
func TestFilesThatOverlap(t *testing.T) {
	for _, file := range []string{"array.json", "dump.txt", "flower.json"} {
		once, err := logs.Read(fixture(file))
		require.NoError(t, err)
		twice, err := logs.Read(fixture(file), fixture(file))
		require.NoError(t, err)
		assert.Equal(t, shapeOf(once), shapeOf(twice), file)
		for i := range once.Tasks {
			assert.Len(t, twice.Tasks[i].Attempts, len(once.Tasks[i].Attempts), file)
			assert.Equal(t, once.Tasks[i].Outcome, twice.Tasks[i].Outcome, file)
		}
		assert.Contains(t, strings.Join(twice.Warnings, "\n"), "events stand in the log again", file)
		assert.NotContains(t, strings.Join(once.Warnings, "\n"), "in the log again", file)
	}
}

func TestWhatNobodyKnows(t *testing.T) {
	for text, want := range map[string]string{
		"hello\nworld\n":                       `begins with "hello", as no log does that is known: want one of these`,
		`{"level": "info", "msg": "x"}` + "\n": "or any other table in CSV or JSON lines with --map",
		"":                                     "empty: want one of these",
		"[]":                                   `begins with "[]"`,
		"id,class,started,ended\na,b,1,2\n":    "or any other table in CSV or JSON lines with --map",
	} {
		_, err := logs.Read(events(t, strings.TrimSuffix(text, "\n")))
		require.ErrorContains(t, err, want)
		assert.Contains(t, err.Error(), "Celery's events, one JSON object a line")
	}
}

// A byte order mark is looked past in every kind of file; UTF-16 is called by its name.
func TestByteOrderMarks(t *testing.T) {
	text, err := os.ReadFile(fixture("dump.txt"))
	require.NoError(t, err)
	l, err := logs.Read(events(t, "\ufeff"+strings.TrimSuffix(string(text), "\n")))
	require.NoError(t, err)
	assert.Len(t, l.Tasks, 8)
	_, err = logs.Read(events(t, "\ufeff"+`{"type": "task-sent", "timestamp": 1, "uuid": "a", "name": "t"}`))
	assert.NotContains(t, fmt.Sprint(err), "invalid character")
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		_, err = logs.Read(events(t, mark+"a\x00b\x00"))
		assert.ErrorContains(t, err, "written in UTF-16: want UTF-8")
	}
}

func TestZstd(t *testing.T) {
	text, err := os.ReadFile(fixture("dump.txt"))
	require.NoError(t, err)
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	require.NoError(t, err)
	_, err = z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	dir := t.TempDir()
	whole, cut := filepath.Join(dir, "dump.zst"), filepath.Join(dir, "cut.zst")
	require.NoError(t, os.WriteFile(whole, b.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(cut, b.Bytes()[:b.Len()/2], 0o644))
	told := int64(0)
	l, err := (&logs.Options{Progress: func(done, total int64) {
		told = done
		assert.LessOrEqual(t, done, total)
	}}).Read(whole)
	require.NoError(t, err)
	assert.Len(t, l.Tasks, 8)
	assert.EqualValues(t, b.Len(), told)
	_, err = logs.Read(cut)
	assert.ErrorContains(t, err, "unexpected EOF")
}
