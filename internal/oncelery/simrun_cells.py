"""Computes runs of simrun on Celery workers.

    celery -A simrun_cells worker -Q simrun

The program is $SIMRUN, else simrun on the PATH. The broker is $SIMRUN_BROKER, else what Celery is configured with
(a module celeryconfig, or $CELERY_BROKER_URL). No result backend is needed: answers go back through the broker.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import time

from celery import Celery

app = Celery("simrun_cells")
if importlib.util.find_spec("celeryconfig"):
    app.config_from_object("celeryconfig")
if os.environ.get("SIMRUN_BROKER"):
    app.conf.broker_url = os.environ["SIMRUN_BROKER"]
app.conf.task_ignore_result = True
app.conf.worker_prefetch_multiplier = 1
app.conf.task_default_queue = "simrun"

KEEP = 3600  # seconds that an answer may lie in redis when nobody waits for it any more


@app.task(name="simrun.cell", ignore_result=True)
def cell(work, run, message, reply):
    """Hands work to the program, and its answer to the queue that waits for it."""
    program = os.environ.get("SIMRUN") or shutil.which("simrun")
    began = time.monotonic()
    answer = {"run": run, "message": message, "worker": f"{socket.gethostname()}:{os.getpid()}"}
    if not program:
        answer["error"] = "no program: set $SIMRUN, or put simrun on the PATH"
    else:
        try:
            done = subprocess.run([program, "cell"], input=work.encode(), capture_output=True)
            if done.returncode:
                answer["error"] = done.stderr.decode(errors="replace")[-500:]
            else:
                answer["done"] = json.loads(done.stdout)
        except (OSError, ValueError) as why:
            answer["error"] = str(why)
    answer["seconds"] = time.monotonic() - began
    with app.producer_or_acquire() as producer:
        producer.publish(answer, serializer="json", exchange="", routing_key=reply, retry=True)
        client = getattr(producer.channel, "client", None)
        if hasattr(client, "expire"):
            client.expire(reply, KEEP)
