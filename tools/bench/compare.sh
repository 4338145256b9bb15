#!/bin/sh
# compare.sh BENCHSTAT BASE COUNT BENCH: the simulator at a commit against the one in this folder. `make bench-compare` calls it.
set -eu
stat=$1 base=$2 count=$3 bench=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/base"
git archive --output "$work/base.tar" "$base"
tar -xf "$work/base.tar" -C "$work/base"
for pkg in des sim; do
	(cd "$work/base" && go test -c -o "$work/base-$pkg" "./$pkg")
	go test -c -o "$work/here-$pkg" "./$pkg"
done
for _ in $(seq "$count"); do
	for side in base here; do
		for pkg in des sim; do
			(cd "$pkg" && "$work/$side-$pkg" -test.run '^$' -test.bench "$bench" -test.benchtime 300ms) >> "$work/$side.txt"
		done
	done
done
"$stat" "$base=$work/base.txt" "here=$work/here.txt"
