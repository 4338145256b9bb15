"""A Celery application for the test of tools/celery/record.py."""
import os
import time

from celery import Celery

app = Celery("demo", broker=os.environ["SIMRUN_BROKER"])
app.conf.update(task_send_sent_event=True, worker_prefetch_multiplier=2, task_acks_late=True,
                task_routes={"demo.low": {"queue": "low"}})


@app.task(bind=True, max_retries=3)
def nap(self, seconds, failures=0):
    time.sleep(seconds)
    if self.request.retries < failures:
        raise self.retry(countdown=0.2)


@app.task
def low():
    time.sleep(0.01)


@app.task
def broken():
    raise ValueError("a secret that must not be recorded")


if __name__ == "__main__":
    for i in range(40):
        nap.delay(0.05, failures=1 if i % 10 == 3 else 0)
        low.delay()
        time.sleep(0.04)
    broken.delay()
