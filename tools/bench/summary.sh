#!/bin/sh
# summary.sh BENCHSTAT BENCH.OUT: the benchmarks as tables, with what each line means. `make bench` calls it.
set -eu
stat=$1
out=$2

table() { # filter, rows, columns
	echo '```'
	"$stat" -filter "$1" -row "$2" -col "$3" -table '' -ignore pkg "$out" | grep -v '^geomean'
	echo '```'
	echo
}

cat <<'EOF'
# Benchmarks

Written by `make bench`. Each figure is the median of several runs with its 95 % interval; where columns are compared with
the first one, `~` means that no difference is shown. The tables are those of
[benchstat](https://pkg.go.dev/golang.org/x/perf/cmd/benchstat).

EOF
grep -E '^(goos|goarch|cpu):' "$out" | sort -u | sed 's/^/- /'
echo
cat <<'EOF'
## Workers, for real

Live workers on the real clock, the same broker and workers as in the simulation: two seconds of arrivals, open loop, the
same tasks for every strategy. Waits are of the short tasks, from the intended arrival, beside long ones.

| workload | short and long tasks |
|---|---|
| cpu | 200/s of 2 ms and 6/s of 50 ms on average, all computing; threads |
| io | 250/s of 5 ms and 80/s of 50 ms, all sleeping |
| priority | 100/s of 5 ms and 18/s of 250 ms, which keep 5 of the 8 slots busy |
| failures | 200/s of 5 ms, of which 10 % fail and are retried and 1 % crash, and 20/s of 50 ms, of which 5 % hang until their limit |

| strategy | 8 slots |
|---|---|
| one-pool | one worker, two queues in turn, nothing prefetched |
| prefetch | the same with a window of 4 messages a slot |
| strict | one worker, short tasks first |
| separated | two workers: 2 slots for short tasks, 6 for long ones |

EOF
for unit in tasks/s wait-p50-ns wait-p95-ns wait-p99-ns; do
	table ".name:Workers .unit:$unit" /workload /strategy
done
cat <<'EOF'
## Beside what people use in Go

The contestants of [baselines](../baselines/README.md), 8 slots each. Throughput: the time of a task that does nothing.
Mixed: short tasks beside long ones that keep 5 slots busy. Hanging: 1 long task in 5 hangs; done-% is the share of all
tasks that ended by themselves; a quantile of 5 s stands for tasks that never started.

EOF
table '.name:Throughput .unit:(sec/op OR tasks/s)' /contestant .name
for name in Mixed Hanging; do
	table ".name:$name .unit:(wait-p50-ns OR wait-p95-ns OR wait-p99-ns OR \"done-%\")" /contestant .name
done
cat <<'EOF'
## The simulator

Queue is one event taken and scheduled again among n; MM1, MM8 an event of a bare queueing model on the kernel, Naive the
same with a heap of pointers; WorkerMM8 a task of that model through a whole worker, WorkerFull one through a worker with
everything on. TwoReplications is by how much two cores are faster than one. Host is what the interface between worker
and world costs: a call, and its share of an event of WorkerMM8. Source and Draw are what making a task costs, Scenario is
one replication of each shipped scenario, Size an event in a small and in a large system of one kind.

EOF
table '.name:(Queue OR MM1 OR MM8 OR NaiveMM1 OR NaiveMM8 OR Histogram OR Stream OR Source OR Draw) .unit:(sec/op OR allocs/op)' .fullname goos
table '.name:(WorkerMM1 OR WorkerMM8 OR WorkerPriority OR WorkerFull) .unit:(sec/op OR ns/event OR events/task OR allocs/op)' .fullname goos
table '.name:(TwoReplications OR Host) .unit:(speed-up OR tasks/s OR ns/call OR "%-of-event")' .fullname goos
table '.name:Size .unit:(ns/event OR B/waiting)' .fullname goos
table '.name:Scenario .unit:(sec/op OR ns/event OR tasks/s OR p95-wait-s)' .fullname goos
