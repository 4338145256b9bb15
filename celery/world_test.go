package celery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Lines of the shapes that stand in Procfiles, entrypoints, compose files, unit files and manifests. What each comes to
// is written as a plain line.
func TestLinesAsTheyStandInTheWorld(t *testing.T) {
	for line, want := range map[string]string{
		// wrappers
		"newrelic-admin run-program celery -A app worker -Q a -c 2":                                                                                             "-Q a -c 2",
		"NEW_RELIC_CONFIG_FILE=x.ini newrelic-admin run-program celery worker -A app -O fair -Q a -c 2":                                                         "-Q a -c 2",
		"bin/start-pgbouncer newrelic-admin run-program celery -A app.celery:app worker -Q a --concurrency=2 -B -l $LOG_LEVEL":                                  "-Q a -c 2",
		`poetry run newrelic-admin run-program celery -A app worker -Q a --pidfile="celery.pid" --pool=gevent --concurrency=20`:                                 "-Q a -P gevent -c 20",
		"exec watchmedo auto-restart --directory=/app/src --pattern=*.py --recursive --ignore-patterns '__pycache__/*;*.pyc' -- celery -A app worker -Q a -c 2": "-Q a -c 2",
		"ddtrace-run celery -A app worker -Q a -c 2":                                                                                                            "-Q a -c 2",
		"opentelemetry-instrument celery -A app worker -Q a -c 2":                                                                                               "-Q a -c 2",
		"tini -s -- celery -A app worker -Q a -c 2":                                                                                                             "-Q a -c 2",
		"dumb-init celery -A app worker -Q a -c 2":                                                                                                              "-Q a -c 2",
		"gosu app celery -A app worker -Q a -c 2":                                                                                                               "-Q a -c 2",
		"gosu celery celery -A celery worker -Q a -c 2":                                                                                                         "-Q a -c 2",
		"sudo -E -u app /venv/bin/celery -A app worker -Q a -c 2":                                                                                               "-Q a -c 2",
		"nice -n 10 celery -A app worker -Q a -c 2":                                                                                                             "-Q a -c 2",
		"wait-for-it redis:6379 -- celery -A app worker -Q a -c 2":                                                                                              "-Q a -c 2",
		"uv run --no-dev celery -A app worker -Q a -c 2":                                                                                                        "-Q a -c 2",
		"env -u DEBUG celery -A app worker -Q a -c 2":                                                                                                           "-Q a -c 2",
		"python -W ignore -m celery -A app worker -Q a -c 2":                                                                                                    "-Q a -c 2",
		"python manage.py celery worker --without-gossip --loglevel=INFO -Q a -Ofair -c 2 --settings=app.settings":                                              "-Q a -c 2",
		"docker compose -f dev.yml run --rm django celery -A app worker -Q a -c 2 -Ofair":                                                                       "-Q a -c 2",
		"docker run -d --restart='always' --name celery --log-opt max-size=64m -v $(pwd)/log:/app/log shop:prod env C_FORCE_ROOT=true poetry run celery -A celery worker -B -l info -O fair -c 4": "-c 4",
		"exec scripts/run_app.sh celery -A app worker --loglevel=INFO --concurrency=4 -Q a":                                                                                                       "-Q a -c 4",
		"python /app/.heroku/python/bin/celery -A src worker -B -E --maxtasksperchild=1000 --loglevel=debug":                                                                                      "--max-tasks-per-child=1000",
		// shells around it
		`sh -c "celery -A app worker -Q a -c 2"`: "-Q a -c 2",
		`/bin/bash -lc 'cd /app && python manage.py migrate --noinput && exec celery -A app worker -l info -c 3'`:                                              "-c 3",
		`su -m app -c "/venv/bin/celery worker -A app.worker.celery -E --without-gossip --without-mingle --concurrency=3 --autoscale=10,3 --loglevel=INFO"`:    "-c 3 --autoscale=10,3",
		`watchfiles --filter python "celery -A app worker -l info -Q a" /app`:                                                                                  "-Q a",
		"sleep 45; while true; do celery -A app worker --time-limit=600 --loglevel=info -c 1; sleep 30; done":                                                  "--time-limit=600 -c 1",
		"(REMAP_SIGTERM=SIGQUIT celery -A app worker -Q celery --concurrency=3 -E --loglevel=INFO)":                                                            "-Q celery -c 3",
		"nohup celery -A app.celery worker -P gevent -c 10 -Q dataset,mail --loglevel DEBUG &> worker.log &":                                                   "-P gevent -c 10 -Q dataset,mail",
		"nohup celery -A app worker -Q a,b --pool=threads --concurrency=8 --prefetch-multiplier=1 --max-tasks-per-child=1000 > \"$LOG_DIR/worker.log\" 2>&1 &": "-Q a,b -P threads -c 8 --prefetch-multiplier=1 --max-tasks-per-child=1000",
		"celery -A app beat -l info & celery -A app worker -l info -c 2":                                                                                       "-c 2",
		"exec celery -A app worker -l info -c 2 2>&1 | tee /var/log/celery.log":                                                                                "-c 2",
		// variables
		"celery -A app worker --loglevel=info --concurrency=${CELERY_WORKER_CONCURRENCY:-4} --max-tasks-per-child=${CELERY_MAX_TASKS_PER_CHILD:-100} --hostname=worker@%h": "-c 4 --max-tasks-per-child=100 -n worker",
		`exec celery -A app worker --loglevel "${LOG_LEVEL:-INFO}" --concurrency "${CELERY_CONCURRENCY:-2}"`:                                                               "-c 2",
		"celery -A app worker -c ${N-3} -Q ${QUEUES:-high,low}":                                                                                                            "-c 3 -Q high,low",
		"celery -A app worker ${ARGS:--c 3 -Q a}":                                                                                                                          "-c 3 -Q a",
		"celery -A ${APP} worker -l ${LOG_LEVEL} -n worker-$HOSTNAME@%h -c 2 --logfile=$(pwd)/x.log":                                                                       "-c 2 -n worker-$HOSTNAME",
		`bash -c "celery -A app worker --autoscale=${MAX:-8},${MIN:-2}"`:                                                                                                   "--autoscale=8,2",
		// flags
		"celery worker --autoscale 50,10 -O fair -A app -c 1 -l INFO -E -Q en":                                     "-c 1 --autoscale 50,10 -Q en",
		"celery -A app worker -c 0 -Q a":                                                                           "-Q a",
		"celery -A app worker --pool=eventlet --concurrency 500 -Q poll":                                           "-P gevent -c 500 -Q poll",
		"celery -A app.celery:app worker -n hipri@%n -Ofair --prefetch-multiplier 1 -Qhigh -c8 -linfo":             "-n hipri --prefetch-multiplier=1 -Q high -c 8",
		"celery -A app worker --pool=solo --concurrency=1 -O fair -n %%h -Q a":                                     "-P solo -c 1 -n %%h -Q a",
		"celery -A app worker --concurrency=12 --soft-time-limit=600 --time-limit=720 --loglevel=INFO":             "-c 12 --soft-time-limit=600 --time-limit=720",
		"celery -A app worker -l info --without-gossip --autoscale=3,1 --without-heartbeat":                        "--autoscale=3,1 --without-heartbeat",
		"celery -A app worker --loglevel=info --max-memory-per-child=2000000 -Q a,b,build:large":                   "--max-memory-per-child=2000000 -Q a,b,build:large",
		"python3 -m celery -A app.worker worker -Ofair -c 1 -Q web,web01 -l DEBUG --statedb=/var/run/worker.state": "-c 1 -Q web,web01",
		"celery -A app worker -l info --beat --scheduler=django_celery_beat.schedulers:DatabaseScheduler -c 4":     "-c 4",
		// multi
		"celery multi start w1 -A app -l info -c4 --pidfile=/tmp/celery_%n.pid -f logs/celery.log":        "-n w1 -c 4",
		"celery -A app multi start worker --workdir=/srv --loglevel=INFO --concurrency=4 --autoscale=6,1": "-n worker -c 4 --autoscale=6,1",
		"celery multi start updater@host1 -A app.celery -l info -c:1 1 -Q:1 update":                       "-n updater -c 1 -Q update",
		"celery multi restart 1 -A app -c:celery1 3":                                                      "-n celery1 -c 3",
	} {
		got, _, err := ParseCommand(line)
		if !assert.NoError(t, err, line) {
			continue
		}
		plain, _, err := ParseCommand("celery worker " + want)
		require.NoError(t, err, want)
		assert.Equal(t, plain, got, line)
		kept, _, err := ParseLine(line, nil)
		require.NoError(t, err, line)
		again, _, err := ParseCommand(kept.String())
		assert.NoError(t, err, "%s: kept as %s", line, kept.String())
		assert.Equal(t, plain, again, "%s: kept as %s", line, kept.String())
	}
}

// What cannot be read says why, and what to write instead.
func TestLinesThatAreRefused(t *testing.T) {
	for line, want := range map[string]string{
		"airflow celery worker --queues a --concurrency 16":          `write "celery -A airflow.providers.celery.executors.celery_executor worker`,
		"sentry run worker -c 2 -Q events":                           `write "celery -A sentry worker -c 2 -Q events"`,
		"celery multi start w1 w2 -A app -c 4":                       "multi: 2 nodes: want the line of each worker by itself",
		"celery multi start 3 -A app":                                "multi: 3 nodes",
		"celery multi start -A app -l info":                          `multi: no node: want "celery multi start NAME"`,
		"celery multi start w1 -A app --concurrency 4":               "--concurrency: celery multi takes the next word for a node: write --concurrency=...",
		"celery multi stopwait w1":                                   `multi stopwait: starts no worker`,
		"${CELERY_BIN} multi start ${NODES} -A app":                  "no celery in it",
		"celery multi start $NODES -A app":                           `"$NODES": a variable of the shell, whose value is unknown: write the name of the node`,
		`exec celery -A app worker -l info "$@"`:                     `"$@": a variable or a command of the shell, whose value is unknown`,
		"celery -A app worker $CELERY_OPTS":                          `"$CELERY_OPTS": a variable or a command of the shell, whose value is unknown: write the flags that it stands for`,
		"celery -A app worker -c $(nproc)":                           `-c: "$(nproc)": want a whole number of at least 1; variables and commands of the shell are not expanded`,
		"celery -A app worker -c ${N}":                               `-c: "${N}": want a whole number`,
		"celery -A app worker -Ofast -c 2":                           `-O: "fast": want default or fair`,
		"celery -A app worker -c 2 -- celeryd.prefetch_multiplier=1": "--: settings on the command line: not supported yet",
		"celery -A app worker -c 2 --max-memory-per-child=150MB":     `--max-memory-per-child: "150MB": want KiB, a whole number of at least 1`,
		"celery -A app worker -c `nproc`":                            "-c: \"`nproc`\": want a whole number of at least 1; variables and commands of the shell are not expanded",
		"celery -A app worker -c 2 `args`":                           "\"`args`\": a variable or a command of the shell, whose value is unknown",
		"celery -A app worker -c 2 -P $POOL":                         `-P: "$POOL": want prefork, threads, gevent, solo or eventlet; variables and commands of the shell are not expanded`,
		"celery -A app worker -c 2 --$FLAG":                          "--$FLAG: no such flag; variables and commands of the shell are not expanded",
		"celery -A app worker -c 2\ncelery -A app worker -c 4":       `"celery": another command: want the line of each worker by itself`,
		"celery -A app worker –c 2":                                  `"–c": begins with a dash that is not the hyphen of a flag: want -c`,
		"celery -A app worker -c 2 & celery -A app worker -Q a":      "2 commands start workers: want the line of each worker by itself",
		`su app -c "celery worker -Q a"; su app -c "celery worker"`:  "2 commands start workers",
		"exec gunicorn app.wsgi":                                     "no celery in it",
		"celery -A app worker -c 2 -n ${A":                           "a { is not closed",
	} {
		_, _, err := ParseCommand(line)
		assert.ErrorContains(t, err, want, line)
	}
}

func TestWhatALineSkipsAndAssumes(t *testing.T) {
	line, notes, err := ParseLine(`sh -c "python manage.py migrate && newrelic-admin run-program celery -A app worker -c ${N:-4} -P eventlet"`, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"sh -c: stands around the line, and is not read",
		"-P: eventlet is simulated as gevent, which has the same rules; it has not been measured",
	}, notes)
	assert.Equal(t, []string{`N is "4", which the line says itself`}, line.Assumed)
	assert.Equal(t, []string{
		"python manage.py migrate &&: stands before the line, and is not read",
		"newrelic-admin run-program: stands before celery, and is not read",
	}, line.Unread)
}

// Other commands and wrappers are told apart from what a shell does with a worker that changes nothing.
func TestWhatALineLeavesUnread(t *testing.T) {
	for line, want := range map[string][2]string{
		"celery -A app worker -c 4; rm -rf /":                                 {"", "; rm -rf /: stands after the line, and is not read"},
		"celery -A app worker -c 4 && echo done":                              {"&& echo done: stands after the line, and is not read", ""},
		"ulimit -v 100000; celery -A app worker -c 4 &":                       {"", "ulimit -v 100000;: stands before the line, and is not read"},
		"celery -A app worker -c 4 2>&1 | tee log":                            {"| tee log: stands after the line, and is not read", ""},
		"for i in 1 2; do celery -A app worker -c 4 & done":                   {"", "for i in 1 2;: stands before the line, and is not read\n& done: stands after the line, and is not read\ndo: stands before celery, and is not read"},
		"nice -n 10 celery -A app worker -c 4":                                {"", "nice -n 10: stands before celery, and is not read"},
		"(cd /app; exec celery -A app worker -c 4);":                          {"(cd /app;: stands before the line, and is not read", ""},
		`celery -A app worker > "my log" -c 4 2>>'o ut'`:                      {"", ""},
		"celery -A app worker -c 4 &> log &":                                  {"", ""},
		"sh -c 'cd /app && celery -A app worker -c 4 | grep -v debug'":        {"sh -c: stands around the line, and is not read\ncd /app &&: stands before the line, and is not read", "| grep -v debug: stands after the line, and is not read"},
		"docker compose exec web celery -A app worker -c 4":                   {"", "docker compose exec web: stands before celery, and is not read"},
		"celery -A app worker -c 2 --concurrency=4":                           {"-c 2: has no effect: of a flag that is given twice the last holds, --concurrency=4", ""},
		"celery -A app worker -c 4 -Q a -c 4 -l info -l debug":                {"-l: no effect here\n-l: no effect here", ""},
		"celery -A app worker -n a -c 4 -n b":                                 {"-n a: has no effect: of a flag that is given twice the last holds, -n b", ""},
		"celery multi start w1 -c:w1 2 -c 4":                                  {"-c 2: has no effect: of a flag that is given twice the last holds, -c 4", ""},
		"celery -A app worker -c 4 -l $LEVEL --heartbeat-interval=`cat beat`": {"-l: no effect here\n--heartbeat-interval: heartbeats cost nothing here", ""},
	} {
		l, notes, err := ParseLine(line, nil)
		require.NoError(t, err, line)
		assert.Equal(t, 4, *l.Says.Concurrency, line)
		assert.Equal(t, want, [2]string{strings.Join(notes, "\n"), strings.Join(l.Unread, "\n")}, line)
		again, _, err := ParseLine(l.String(), nil)
		require.NoError(t, err, line)
		assert.Equal(t, l.Says, again.Says, line)
	}
	l, _, err := ParseLine("celery -A app worker -c 4 -c 0", nil)
	require.NoError(t, err)
	assert.Nil(t, l.Says.Concurrency, "the last holds")
	assert.Equal(t, "-c 0", l.Slotless())
}

// A variable that is known is put in, and the line says its value from then on.
func TestLinesWithKnownVariables(t *testing.T) {
	env := map[string]string{"CELERY_BIN": "/venv/bin/celery", "NODES": "w1", "OPTS": "-c 4 -Q high,low", "APP": "shop", "LEVEL": "info"}
	line, _, err := ParseLine(`/bin/sh -c '${CELERY_BIN} -A $APP multi start $NODES --pidfile=/run/%n.pid --loglevel="${LEVEL}" $OPTS'`, env)
	require.NoError(t, err)
	assert.Equal(t, Worker{Name: "w1", Concurrency: new(4), Queues: []string{"high", "low"}}, line.Says)
	assert.Equal(t, "/bin/sh -c '/venv/bin/celery -A shop multi start w1 --pidfile=/run/%n.pid --loglevel=info -c 4 -Q high,low'", line.String())
	w := line.Says
	w.Concurrency = new(8)
	assert.True(t, strings.HasSuffix(line.For(&w, "w2").String(), "multi start w2@%h --pidfile=/run/%n.pid --loglevel=info -c 8 -Q high,low'"))
}

func TestJoinWords(t *testing.T) {
	line := JoinWords([]string{"celery", "-A", "app", "worker", "--concurrency=${N:-3}", "-n", "a b", "-Q", "it's"})
	w, _, err := ParseCommand(line)
	require.NoError(t, err)
	assert.Equal(t, Worker{Name: "a b", Concurrency: new(3), Queues: []string{"it's"}}, w)
}
