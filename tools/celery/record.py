#!/usr/bin/env python3
"""Records what a running Celery does, in the form that simrun reads.

    python3 record.py -A proj.app --seconds 300 --out recordings/today

It listens to Celery's own event stream (celery/events) and asks the workers what they are (celery inspect); nothing
is patched, and the application need not change. Workers are told to send events if they do not (celery control
enable_events). Set task_send_sent_event in the producers, or arrivals are only known from when a worker received them.

Workers that include this module measure the CPU time of each task and send it as an event of their own:

    PYTHONPATH=tools/celery celery -A proj worker -E -I record

Written into the folder:

    events.jsonl       the events, without arguments and results: for `simrun import`
    scenario.json      the app and its workers      \\
    trace.csv          the tasks as they came        |  for `simrun verify`
    run1.csv           what became of them           |
    run1_attempts.csv  each attempt                  /
"""
import argparse
import contextlib
import csv
import importlib
import json
import os
import re
import shutil
import sys
import threading
import time
from datetime import datetime, timezone

# What is kept of an event: no arguments, no results, no tracebacks.
KEPT = ("type", "uuid", "name", "timestamp", "local_received", "hostname", "pid", "clock", "utcoffset", "queue",
        "retries", "eta", "expires", "runtime", "expired", "terminated", "sw_ver", "cpu", "memory")

# How an exception starts, without what it says: the hard limit is told by its name and its seconds.
EXCEPTION = re.compile(r"^\w+(\([0-9.]+,?\))?")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("-A", "--app", required=True, help="the Celery application, as celery -A takes it")
    parser.add_argument("--out", required=True, help="folder to write, which must not hold a recording yet")
    parser.add_argument("--seconds", type=float, required=True, help="how long tasks are recorded")
    parser.add_argument("--drain", type=float, default=30, help="how long to wait at most for them to end (30)")
    parser.add_argument("--ready", help="file to write when listening has begun, for scripts")
    args = parser.parse_args()
    if os.path.exists(os.path.join(args.out, "scenario.json")):
        sys.exit(f"{args.out}: holds a recording already: want another folder")

    app = find_app(args.app)
    app.control.enable_events()
    workers = describe(app)
    if not workers:
        sys.exit("no worker answered: are they running, and is worker_enable_remote_control on?")
    events = listen(app, args)
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "events.jsonl"), "w", encoding="utf-8") as f:
        for event in events:
            f.write(json.dumps(event) + "\n")
    tasks, start = stories(events, args.seconds)
    if not tasks:
        sys.exit("no task was seen: did any run, and do the workers send events?")
    write_attempts(os.path.join(args.out, "run1_attempts.csv"), tasks, start)
    if all(a["cpu"] is None for t in tasks for a in t["each"]):
        print("no CPU time was measured: start the workers with -I record, and tools/celery in PYTHONPATH, to tell tasks that "
              "compute from those that wait", file=sys.stderr)
    write_run(os.path.join(args.out, "run1.csv"), tasks, start)
    write_trace(os.path.join(args.out, "trace.csv"), tasks, start)
    with open(os.path.join(args.out, "scenario.json"), "w", encoding="utf-8") as f:
        json.dump(scenario(app, args, workers, tasks, events), f, indent=1)
        f.write("\n")
    print(f"{len(tasks)} tasks in {args.out}")


def find_app(name):
    """The application, found as celery -A finds it."""
    try:
        from celery.app.utils import find_app as find
    except ImportError:
        sys.exit(f"{sys.executable} has no Celery: use the python in which your workers run{where()}")
    sys.path.insert(0, os.getcwd())
    try:
        return find(name)
    except ImportError as e:
        sys.exit(f"{name}: {e} (looked for with {sys.executable}, from {os.getcwd()}){where()}")
    except AttributeError as e:
        sys.exit(f"{name}: {e}: want the application as celery -A takes it")


def where():
    """Which python that is: that of the command celery, as its first line says."""
    command = shutil.which("celery")
    if command is None:
        return ""
    with open(command, "rb") as f:
        first = f.readline(200)
    python = first[2:].strip().decode(errors="replace") if first.startswith(b"#!") else ""
    return f"; that of {command} is {python}" if python and python != sys.executable else ""


def describe(app):
    """What the workers say of themselves: a list of workers as scenario.json has them."""
    ask = app.control.inspect(timeout=3)
    stats, queues, conf = ask.stats() or {}, ask.active_queues() or {}, ask.conf() or {}
    workers = []
    for host in sorted(stats):
        pool = stats[host].get("pool", {})
        settings = conf.get(host, {})
        concurrency = pool.get("max-concurrency") or 1
        prefetch = stats[host].get("prefetch_count")
        kind = str(pool.get("implementation", "prefork"))
        limits = pool.get("timeouts") or [None, None]
        scaler = stats[host].get("autoscaler")
        workers.append({
            "name": host,
            "pool": next((k for k in ("gevent", "solo", "thread") if k in kind), "prefork").replace("thread", "threads"),
            "concurrency": concurrency,
            "queues": sorted(q["name"] for q in queues.get(host) or []),
            "prefetch_multiplier": settings.get("worker_prefetch_multiplier",
                                                None if prefetch is None else prefetch // concurrency),
            "disable_prefetch": bool(settings.get("worker_disable_prefetch", False)),
            "acks_late": bool(settings.get("task_acks_late", False)),
            "reject_on_worker_lost": bool(settings.get("task_reject_on_worker_lost", False)),
            "soft_time_limit": settings.get("task_soft_time_limit") or limits[0] or None,
            "hard_time_limit": settings.get("task_time_limit") or limits[1] or None,
            "max_tasks_per_child": number(pool.get("max-tasks-per-child")),
            "autoscale": [scaler["max"], scaler["min"]] if scaler else None,
            "wakeup_timer": None,
            "heartbeat": True,
        })
    return workers


def number(value):
    """A number, or None for what Celery says in words ("N/A")."""
    return value if isinstance(value, int) and value > 0 else None


def listen(app, args):
    """The events of the recording, in the order in which they came."""
    events, running = [], set()
    begin = time.time()

    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, app=app)

        def keep(event):
            if event["type"].startswith("task-") and time.time() < begin + args.seconds:
                running.add(event["uuid"])  # of tasks that come later, nothing is waited for
            if event["type"] in ("task-succeeded", "task-failed", "task-revoked", "task-rejected"):
                running.discard(event["uuid"])
            kept = {k: event[k] for k in KEPT if event.get(k) is not None}
            if isinstance(event.get("exception"), str):
                found = EXCEPTION.match(event["exception"])
                kept["exception"] = found.group(0) if found else ""
            events.append(kept)

        def watch():
            time.sleep(args.seconds)
            while running and time.time() < begin + args.seconds + args.drain:
                time.sleep(0.1)
            receiver.should_stop = True  # looked at once a second

        receiver.handlers = {"*": keep}
        threading.Thread(target=watch, daemon=True).start()
        if args.ready:
            threading.Timer(1, lambda: open(args.ready, "w", encoding="utf-8").close()).start()
        receiver.capture(limit=None, timeout=None, wakeup=True)
    return events


def stories(events, seconds):
    """The tasks that came in the time of the recording, by uuid, and when the first of them came."""
    tasks = {}
    for e in sorted((e for e in events if e["type"].startswith("task-")), key=lambda e: e["timestamp"]):
        t = tasks.setdefault(e["uuid"], {
            "id": e["uuid"], "name": None, "queue": None, "sent": None, "received": None, "started": None, "ended": None,
            "worker": None, "attempts": 0, "outcome": "unstarted", "runtime": None, "delay": None, "failures": 0, "each": []})
        t["name"] = t["name"] or e.get("name")
        kind, at = e["type"][5:], e["timestamp"]
        if kind == "sent":
            t["queue"] = t["queue"] or e.get("queue")
            if not e.get("retries") and t["sent"] is None:
                t["sent"] = at
            if e.get("retries") == 1 and e.get("eta"):
                t["delay"] = max(0.0, seconds_of(e["eta"]) - at)
        elif kind == "received" and t["received"] is None:
            t["received"] = at
        elif kind == "started":
            t["started"] = at if t["started"] is None else t["started"]
            t["last"] = at
            t["attempts"] += 1
            t["worker"], t["outcome"] = e.get("hostname"), "unfinished"
            t["each"].append({"started": at, "ended": None, "outcome": "unfinished", "worker": t["worker"], "cpu": None, "memory": None})
        elif kind == "measured" and t["each"]:
            t["each"][-1].update(cpu=e.get("cpu"), memory=e.get("memory"))
        elif kind in ("succeeded", "failed", "rejected", "retried"):
            t["ended"] = at
            t["failures"] += kind != "succeeded"
            t["outcome"] = {"succeeded": "ok", "retried": "retrying"}.get(kind, "failed")
            if e.get("exception", "").startswith("TimeLimitExceeded"):
                t["outcome"] = "timeout"
            t["runtime"] = e.get("runtime", at - t.get("last", at))
            if t["each"] and t["each"][-1]["ended"] is None:
                lost = e.get("exception", "").startswith("WorkerLostError")
                t["each"][-1].update(ended=at, outcome="worker_lost" if lost else {"retrying": "retry"}.get(t["outcome"], t["outcome"]))
        elif kind == "revoked":
            t["outcome"] = "expired" if e.get("expired") else "failed"
    known = []
    for t in tasks.values():
        moments = [x for x in (t["sent"], t["received"]) if x is not None]
        if moments:  # else the task came before the recording began
            t["due"] = min(moments)  # the event task-sent follows the message, which a quick worker may have by then
            known.append(t)
    known.sort(key=lambda t: (t["due"], t["id"]))
    if not known:
        return [], 0.0
    start = known[0]["due"]
    return [t for t in known if t["due"] < start + seconds], start


def seconds_of(iso):
    moment = datetime.fromisoformat(iso)
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def write_run(path, tasks, start):
    """What became of the tasks: the columns of the tasks CSV."""
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["id", "class", "queue", "priority", "due", "published", "received", "started", "ended", "outcome",
                    "attempts", "worker", "pid"])
        for t in tasks:
            w.writerow([t["id"], name_of(t), queue_of(t), "", *(since(t[k], start) for k in ("due", "sent", "received", "started", "ended")),
                        t["outcome"], t["attempts"], t["worker"] or "", ""])


def write_attempts(path, tasks, start):
    """Every attempt, with the CPU time that its worker measured, in seconds, and the most memory that its process had
    had by then, in bytes."""
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["id", "attempt", "started", "ended", "outcome", "worker", "cpu", "memory"])
        for t in tasks:
            for n, a in enumerate(t["each"], 1):
                w.writerow([t["id"], n, since(a["started"], start), since(a["ended"], start), a["outcome"], a["worker"] or "",
                            "" if a["cpu"] is None else f"{a['cpu']:.6f}", "" if a["memory"] is None else a["memory"]])


def write_trace(path, tasks, start):
    """The tasks as they were asked for. What was not measured as CPU time counts as io."""
    typical = sorted(t["runtime"] for t in tasks if t["runtime"] is not None)
    median = typical[len(typical) // 2] if typical else 0.0
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["id", "class", "queue", "due", "cpu", "io", "order", "priority", "failure", "fail_arg"])
        for t in tasks:
            failure, arg = "none", ""
            if t["outcome"] == "timeout":
                failure = "hang_io"
            elif t["outcome"] == "failed" and t["attempts"] <= 1:
                failure = "exc"
            elif t["failures"]:
                failure, arg = "flaky", t["failures"]
            run = median if t["runtime"] is None else t["runtime"]
            cpu = min(run, t["each"][-1]["cpu"] or 0.0) if t["each"] else 0.0
            w.writerow([t["id"], name_of(t), queue_of(t), since(t["due"], start), f"{cpu:.6f}", f"{run - cpu:.6f}", "cpu,io", "",
                        failure, arg])


def since(at, start):
    return "" if at is None else f"{max(0.0, at - start):.6f}"


def name_of(t):
    return t["name"] or "unknown"


def queue_of(t):
    return t["queue"] or "celery"


def scenario(app, args, workers, tasks, events):
    """scenario.json: what was run, as far as it is known from outside."""
    classes = {}
    for t in tasks:
        c = classes.setdefault(name_of(t), {"queue": queue_of(t)})
        if t["attempts"] > 1:
            retry = c.setdefault("retry", {"max": 0, "base": 0.0, "factor": 1.0, "cap": 3600.0})
            retry["max"] = max(retry["max"], t["attempts"] - 1)
            retry["base"] = max(retry["base"], round(t["delay"] or 0.0, 3))
    release = next((e["sw_ver"] for e in events if e.get("sw_ver")), importlib.import_module("celery").__version__)
    transport = app.connection().transport.driver_type
    document = {
        "format": "cb-scenario/1",
        "name": re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(os.path.abspath(args.out))),
        "what": "recorded by tools/celery/record.py",
        "app": args.app,
        "broker": {"amqp": "rabbitmq"}.get(transport, transport),
        "duration": args.seconds,
        "drain": args.drain,
        "classes": classes,
        "workers": workers,
        "software": {"celery": release},
        "machine": {"cores": os.cpu_count()},
    }
    options = app.conf.broker_transport_options or {}
    kept = {k: options[k] for k in ("priority_steps", "queue_order_strategy") if k in options}
    if kept:
        document["broker_transport_options"] = kept
    if app.conf.task_queue_max_priority:
        document["queue_max_priority"] = app.conf.task_queue_max_priority
    return document


def measure():
    """Has the workers that include this module measure their tasks."""
    import resource
    from celery import current_app, signals
    running = {}

    def used():
        """CPU time of what runs a task, s: of the child and of the programs that it starts, or of the thread."""
        if multiprocess():
            own, programs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            return own.ru_utime + own.ru_stime + programs.ru_utime + programs.ru_stime
        return time.thread_time()

    def begin(task_id=None, **_):
        if not green():
            running[task_id] = used()

    def end(task_id=None, task=None, **_):
        before = running.pop(task_id, None)
        if before is None:
            return
        cpu = used() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        with contextlib.suppress(Exception), current_app.events.default_dispatcher(hostname=task.request.hostname) as events:
            events.send("task-measured", uuid=task_id, cpu=round(cpu, 6), memory=memory)  # a task must not fail for it

    signals.task_prerun.connect(begin, weak=False)
    signals.task_postrun.connect(end, weak=False)


def multiprocess():
    """Whether this process runs one task at a time: a child of the prefork pool."""
    from billiard.process import current_process
    return current_process().name != "MainProcess"


def green():
    """Whether tasks share one thread in turns: then nobody can tell whose time it is."""
    return any(name in sys.modules for name in ("gevent", "eventlet")) and not multiprocess()


if __name__ == "__main__":
    main()
else:
    measure()
