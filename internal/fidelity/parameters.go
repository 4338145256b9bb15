package fidelity

import "example.com/simrun/report"

// parameters says of each parameter on what it was measured, since one that was measured on a recording is not tested
// by it.
func parameters() report.Section {
	const apart = "apart"
	t := &report.Table{Head: []string{"parameter", "measured", "how"}, Text: 3, Groups: []report.Group{{}}}
	t.Groups[0].Rows = [][]string{
		{"publish, fetch, start, finish, finish_late", apart, "idle workers at 25 tasks/s, and slots under backlog, of both releases"},
		{"publish_cpu, broker_cpu, after", apart, "the same"},
		{"retry, connect", apart, "a third of 700 backlogged tasks retried, both releases and brokers: 212 to 227 retries each"},
		{"wake", apart, "sleeps of idle prefork and gevent workers, both releases: 280 each"},
		{"overtaken, overtaken_alone", apart, "1,744 turnarounds of a backlogged worker of 5.2 on redis, all of its four slots busy with short tasks; 292 of a worker of which only one is. In recordings 05, 07a and 09, which are of the second kind, 55 to 63 % are of the longer sort"},
		{"notice, respawn, fork, kill, exit, maintenance", apart, "probes of single deaths, limits and recycled children; maintenance is in the source"},
		{"unnoticed", "on 12", "14 of 68. Again, apart from it and on a busier machine: 51 of 204"},
		{"unnoticed_alone", apart, "4 of 5 kills, both releases"},
		{"batched, batch_within", "on 08c", "69 of 261 pairs of ends"},
		{"switch", apart, "the default of CPython"},
		{"gives_up_lock, takes_lock", "on 14", "delays of receipt while one and two tasks computed"},
		{"restore, look, drain, widen", apart, "the source, and probes"},
		{"when a loop asks, acks, fires timers, hands over", apart, "the source (kombu/asynchronous/hub.py), and probes of 40 x c tasks"},
		{"which queue rabbitmq serves", apart, "the source (rabbit_limiter.erl: notify_queues): of the queues that were refused, a random one first. 6,083 deliveries to a channel with a limit of 3, two queues waiting: 3,028 and 3,055"},
	}
	return report.Section{
		Title: "What was measured on what",
		Text:  []string{"There is one set of parameters for each release, broker and pool (celery/presets.go, labour.go and chances.go). A parameter that was measured on a recording is not tested by it."},
		Table: t,
	}
}

// again is what running the tasks of two recordings again has shown.
func again() report.Section {
	return report.Section{
		Title: "Recorded again",
		Text: []string{
			"Two runs are few where a broker or a race decides. The tasks of two recordings were therefore run again with the same releases, on another day and a busier machine (2 cores, shared); these runs are not in the table above and nothing was measured on them but what the list above says.",
			"32-rabbit-late1, 8 times: x wait mean 194 ms (from 156 to 208), p95 759 ms; y wait mean 107 ms (from 91 to 131), p95 485 ms. The two runs of the recording, 166 and 183 ms of x, 129 and 109 ms of y, lie at the edge of those.",
			"12-crash-redis, 6 times: steady wait mean 21.4 ms (from 17 to 30), p95 133 ms; crashy wait mean 12.0 ms (from 8.8 to 21), p95 67 ms. The recording has 18.1, 111, 8.2 and 48 ms.",
		},
	}
}
