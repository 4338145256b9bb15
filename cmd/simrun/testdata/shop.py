"""A small shop on Celery: mails that wait for a server, reports that wait long for a database, pictures that compute."""
import os
import random
import sys
import time

from celery import Celery

app = Celery("shop", broker=os.environ["SIMRUN_BROKER"])
app.conf.update(task_send_sent_event=True,
                task_routes={"shop.report": {"queue": "slow"}, "shop.resize": {"queue": "slow"}})


@app.task
def mail(seconds):
    time.sleep(seconds)


@app.task
def report(seconds):
    time.sleep(seconds)


@app.task
def resize(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def publish(seconds):
    """The same tasks at the same times, whatever becomes of them."""
    draw = random.Random(7)
    due = []
    for task, rate, low, high in ((mail, 12, 0.01, 0.05), (resize, 1.5, 0.03, 0.09), (report, 2.0, 0.5, 1.5)):
        at = draw.expovariate(rate)
        while at < seconds:
            due.append((at, task, draw.uniform(low, high)))
            at += draw.expovariate(rate)
    start = time.monotonic()
    for at, task, work in sorted(due, key=lambda x: x[0]):
        time.sleep(max(0, start + at - time.monotonic()))
        task.delay(work)


if __name__ == "__main__":
    publish(float(sys.argv[1]))
