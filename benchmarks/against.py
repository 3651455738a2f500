"""Measure the kernel of this checkout beside that of another: the same updates, in turn.

    python benchmarks/against.py OTHER/src                 # the best SIMD level of this machine
    python benchmarks/against.py OTHER/src --level avx2

OTHER/src holds another state of the package with its kernel compiled into it; ours is taken from
``src`` of this checkout. One thread each, in CPU seconds, so that a busy machine can be measured;
the least of all runs counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from jobs import JOBS, Job

HERE = Path(__file__).parent


def serve() -> None:
    """Answer each job, a line of JSON, with the CPU seconds of one update and its last loss."""
    import numpy as np

    from gatecast.kernel import Adam, native
    from gatecast.network import Network

    for line in sys.stdin:
        job = Job(**json.loads(line))
        rng = np.random.default_rng(0)
        network = Network.create(1, job.hidden, job.outputs, job.layers, rng=rng)
        samples, steps = job.batch * job.count, job.steps if job.every_step else 1
        x = rng.normal(size=(samples, job.steps, 1)).astype(np.float32)
        y = rng.normal(size=(samples, steps, job.outputs)).astype(np.float32)
        adam = Adam.start(network.theta)
        started = time.thread_time()
        losses = native.train(
            network.layout, network.theta, adam, x, y, np.arange(samples),
            np.full(job.count, 1e-3), batch_size=job.batch, warmup=job.steps - steps,
        ).losses  # fmt: skip
        seconds = (time.thread_time() - started) / job.count
        print(json.dumps([seconds, float(losses[-1])]), flush=True)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path, help="the other package's src folder")
    parser.add_argument("--level", default="", help="SIMD level (the best one)")
    parser.add_argument("--repeats", type=int, default=8, help="runs of each job (8)")
    options = parser.parse_args()
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(source.resolve()), "GATECAST_SIMD": options.level},
        )
        for source in (options.other, HERE.parent / "src")
    ]  # fmt: skip
    print("CPU time of an update: other, ours, and their ratio; losses after the last update\n")
    for job in JOBS.values():
        if job.kind != "update":
            continue
        least, losses = [float("inf")] * 2, [0.0] * 2
        for _ in range(options.repeats):
            for i, worker in enumerate(workers):
                assert worker.stdin is not None
                assert worker.stdout is not None
                print(json.dumps(job.asdict()), file=worker.stdin, flush=True)
                seconds, losses[i] = json.loads(worker.stdout.readline())
                least[i] = min(least[i], seconds)
        print(
            f"{job.name:26s} {least[0] * 1e3:8.3f} ms {least[1] * 1e3:8.3f} ms "
            f"{least[0] / least[1]:5.2f} x   {losses[0]:.6f} {losses[1]:.6f}",
            flush=True,
        )
    for worker in workers:
        worker.terminate()


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()
