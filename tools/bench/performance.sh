#!/bin/sh
# performance.sh BENCH.OUT: how fast the simulator is, and beside what. `make bench` calls it.
set -eu
cat <<'TEXT'
# Performance

Written by `make bench`. Medians of runs on one machine; compare what stands in one table, and ratios rather than times.
An event is what the simulator handles: an arrival, a departure, a message on its way, an end of a phase.

TEXT
grep -E '^(goos|goarch|cpu):' "$1" | sort -u | sed 's/^/- /'
awk '
/^Benchmark/ {
	name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
	for (i = 3; i < NF; i += 2) { k = name SUBSEP $(i + 1); n[k]++; v[k, n[k]] = $i }
	if (!(name in known)) { known[name] = 1; order[++names] = name }
}
function median(name, unit,   k, i, j, t, m, a) {
	k = name SUBSEP unit; m = n[k]
	if (!m) return -1
	for (i = 1; i <= m; i++) a[i] = v[k, i] + 0
	for (i = 2; i <= m; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
	return m % 2 ? a[(m + 1) / 2] : (a[m / 2] + a[m / 2 + 1]) / 2
}
function show(x) { return x < 0 ? "-" : x < 10 ? sprintf("%.2f", x) : sprintf("%.0f", x) }
function ratio(a, b) { return a <= 0 || b <= 0 ? "-" : sprintf(a / b < 10 ? "%.2f" : "%.0f", a / b) }
function pair(what, small, large) {
	a = median("Size/" small, "ns/event"); b = median("Size/" large, "ns/event")
	printf "| %s | %s | %s | %s |\n", what, show(a), show(b), ratio(b, a)
}
END {
	print "\n## Queue\n\nOne event taken and scheduled again among n, ns.\n\n| n | ns |\n|---|---|"
	for (i = 1; i <= names; i++) if (order[i] ~ /^Queue\//) printf "| %s | %s |\n", substr(order[i], 9), show(median(order[i], "ns/op"))
	printf "| 4,096 of one time | %s |\n", show(median("QueueTies", "ns/op"))
	print "\n## Kernel and worker\n\nns an event at load 0.9. Naive is container/heap with an object and a closure for every event, the kernel is des alone,"
	print "the worker is all of Celery and its broker; SimPy is the same model there, a process for every task. The last columns say how many"
	print "times longer SimPy takes.\n"
	print "| model | naive | kernel | worker | SimPy | naive / kernel | worker / naive | SimPy / kernel | SimPy / worker |"
	print "|---|---|---|---|---|---|---|---|---|"
	split("MM1 MM8 Priority", models, " ")
	for (i = 1; i <= 3; i++) {
		m = models[i]; a = median("Naive" m, "ns/event"); k = median(m, "ns/event"); w = median("Worker" m, "ns/event"); s = median("SimPy" m, "ns/event")
		printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", m, show(a), show(k), show(w), show(s), ratio(a, k), ratio(w, a), ratio(s, k), ratio(s, w)
	}
	f = median("WorkerFull", "ns/op")
	printf "\nA task through a worker with everything on (WorkerFull): %s ns, %s events; %s naive events.\n", show(f), show(median("WorkerFull", "events/task")), ratio(f, median("NaiveMM8", "ns/event"))
	print "\n## Scenarios\n\nOne replication of each shipped scenario, ns an event.\n\n| scenario | ns |\n|---|---|"
	for (i = 1; i <= names; i++) if (order[i] ~ /^Scenario/) printf "| %s | %s |\n", substr(order[i], 10), show(median(order[i], "ns/event"))
	print "\n## Scale\n\nWhat an event costs in a small and in a large system of one kind, ns.\n\n| systems | small | large | ratio |\n|---|---|---|---|"
	pair("8 slots at load 0.9; a million waiting in one queue", "waiting/steady", "waiting/flood")
	pair("100 replicas of 64 slots; 1,000", "replicas/100", "replicas/1000")
	pair("5 queues; 200", "queues/5", "queues/200")
	pair("10 machines of 4 cores; 1,000", "machines/10", "machines/1000")
	pair("20 tasks on 10 cores; 2,000 on 1,000", "computing/20", "computing/2000")
	printf "\nMemory of a task that waits in a long queue: %s bytes.\n", show(median("Size/waiting/flood", "B/waiting"))
}' "$1"
