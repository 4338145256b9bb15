package shards

import (
	"fmt"
	"strings"
)

// Parallel is a shell script that runs, or plans, a scenario in parts with GNU parallel, round by round, and merges them.
func Parallel(command, file, scenario string, parts int) string {
	return fmt.Sprintf(`#!/bin/sh
# simrun %[6]s %[1]s in %[2]d parts with GNU parallel, and merges them into results/%[3]s.
# Over several machines: parallel --sshloginfile HOSTS, with this folder on a disk that all of them share.
set -eu
program=${SIMRUN:-simrun}
while :; do
	seq %[2]d | parallel --quote "$program" %[6]s %[4]s --quiet --shard {}/%[2]d --out shards
	status=0
	"$program" merge shards --quiet --out %[5]s || status=$?
	[ "$status" = 4 ] || exit "$status" # 4: another round
done
`, file, parts, scenario, quoted(file), quoted("results/"+scenario), command)
}

// usualArray is the largest index of an array in a Slurm that does not say otherwise: slurm.conf's MaxArraySize, which is
// 1001 by default, is one more.
const usualArray = 1000

// Slurm is a shell script that runs, or plans, a scenario in parts as arrays of Slurm, round by round, and merges them. It
// says where that takes another Slurm than the usual.
func Slurm(command, file, scenario string, parts int) string {
	large := ""
	if parts > usualArray {
		large = fmt.Sprintf("# An array of %d parts takes MaxArraySize=%d in slurm.conf, or more; the default takes %d parts.\n", parts, parts+1, usualArray)
	}
	return fmt.Sprintf(`#!/bin/sh
# simrun %[6]s %[1]s in %[2]d parts as arrays of Slurm, and merges them into results/%[3]s. Start it where sbatch is, in a folder on
# a disk that all nodes share: each round waits for its array. What a part says stands in shards/part-N.log.
%[7]sset -eu
program=${SIMRUN:-simrun}
mkdir -p shards
while :; do
	sbatch --quiet --wait --job-name simrun --array 1-%[2]d --cpus-per-task 1 --output shards/part-%%a.log <<'END'
#!/bin/sh
exec "${SIMRUN:-simrun}" %[6]s %[4]s --quiet --cores 1 --shard "$SLURM_ARRAY_TASK_ID/%[2]d" --out shards
END
	status=0
	"$program" merge shards --quiet --out %[5]s || status=$?
	[ "$status" = 4 ] || exit "$status" # 4: another round
done
`, file, parts, scenario, quoted(file), quoted("results/"+scenario), command, large)
}

// Job is an Indexed Job of Kubernetes: one pod a part. Its volume has the scenario and takes the parts.
func Job(command, file, scenario string, parts int) string {
	return fmt.Sprintf(`# simrun %[5]s %[1]s in %[2]d parts. The volume "work" holds the scenario and takes the parts: fill in its claim, and an image with
# simrun in it. One job is one round:
#   kubectl create -f this.yaml
#   kubectl wait --for=condition=complete job -l app=simrun --timeout=24h
#   simrun merge shards --out %[4]s   # in the volume; status 4: delete the job, create it again
apiVersion: batch/v1
kind: Job
metadata:
  generateName: simrun-
  labels: {app: simrun}
spec:
  completionMode: Indexed
  completions: %[2]d
  parallelism: %[2]d
  backoffLimitPerIndex: 3
  template:
    metadata:
      labels: {app: simrun}
    spec:
      restartPolicy: Never
      containers:
        - name: simrun
          image: simrun
          workingDir: /work
          command: [sh, -c]
          args:
            - exec simrun %[5]s %[3]s --quiet --shard $((JOB_COMPLETION_INDEX + 1))/%[2]d --out shards
          resources:
            requests: {cpu: "1", memory: 512Mi}
          volumeMounts:
            - {name: work, mountPath: /work}
      volumes:
        - name: work
          persistentVolumeClaim: {claimName: simrun-work}
`, file, parts, quoted(file), quoted("results/"+scenario), command)
}

// quoted is a word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
