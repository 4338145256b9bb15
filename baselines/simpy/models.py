"""M/M/1, M/M/8 and a priority queue on SimPy, at load 0.9, timed in the form of Go benchmarks.

An event is an arrival or a departure, as in the benchmarks of the kernel and of the whole worker: two are one task. Each
model runs in one process, and its time is CPU time. Usage: python3 models.py COUNT
"""

import random
import sys
import time

import simpy

LOAD = 0.9
TASKS = 100_000


def task(env, resource, rng, waits, priority):
    came = env.now
    request = resource.request(priority=priority) if priority is not None else resource.request()
    with request:
        yield request
        waits.append(env.now - came)
        yield env.timeout(rng.expovariate(1.0))


def arrivals(env, resource, rng, servers, waits, priorities):
    for _ in range(TASKS):
        yield env.timeout(rng.expovariate(LOAD * servers))
        priority = rng.choice((0, 1)) if priorities else None
        env.process(task(env, resource, rng, waits, priority))


def run(servers, priorities, seed):
    env = simpy.Environment()
    kind = simpy.PriorityResource if priorities else simpy.Resource
    resource = kind(env, capacity=servers)
    waits = []
    env.process(arrivals(env, resource, random.Random(seed), servers, waits, priorities))
    began = time.process_time()
    env.run()
    spent = time.process_time() - began
    assert len(waits) == TASKS
    return spent / (2 * TASKS) * 1e9


def main():
    print("pkg: simpy")
    for seed in range(int(sys.argv[1])):
        for name, servers, priorities in (("MM1", 1, False), ("MM8", 8, False), ("Priority", 8, True)):
            print(f"BenchmarkSimPy{name}\t{TASKS}\t{run(servers, priorities, seed):.1f} ns/event", flush=True)


if __name__ == "__main__":
    main()
