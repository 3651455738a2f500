"""Measure from which size on a GPU would pay: updates on the processors, and by PyTorch on a GPU.

    python benchmarks/gpu.py            # in an environment that has gatecast and PyTorch with CUDA

PyTorch runs its own LSTM (cuDNN) with its defaults, data already on the GPU. gatecast runs on 1, 2,
4, ... threads. Medians of five runs (one where it takes over a second), in
milliseconds an update.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import ours
import torch
from jobs import JOBS, Job
from peer_torch import Net

LARGE = (
    Job("update T48 B1024 H256 L2", "update", 48, 1024, 256, layers=2, count=1),
    Job("update T96 B1024 H512 L2", "update", 96, 1024, 512, layers=2, count=1),
)


def on_gpu(job: Job) -> Callable[[], float]:
    """Prepare PyTorch's updates on the GPU; seconds of one."""
    net = Net(job).cuda()
    adam = torch.optim.Adam(net.parameters())
    x = torch.randn(job.batch, job.steps, 1, device="cuda")
    y = torch.randn(net(x).shape, device="cuda")
    count = max(job.count, 10)

    def run() -> float:
        torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(count):
            adam.zero_grad()
            torch.nn.functional.mse_loss(net(x), y).backward()
            adam.step()
        torch.cuda.synchronize()
        return (time.perf_counter() - started) / count

    return run


def median(run: Callable[[], float]) -> float:
    """Milliseconds: the median of five runs after a first one, or the first if it is slow."""
    first = run()
    return (first if first > 1 else statistics.median(run() for _ in range(5))) * 1e3


def main() -> None:
    """Measure and print."""
    processors = len(os.sched_getaffinity(0))
    threads = [2**i for i in range(processors.bit_length()) if 2**i <= processors]
    print(f"{ours.version()}, {processors} processors; PyTorch {torch.__version__}")
    print(f"{torch.cuda.get_device_name()}; ms an update\n")
    print(f"{'':26s} {'GPU':>9s}" + "".join(f"{n:7d} thr" for n in threads) + "   GFLOP")
    for job in (*(job for job in JOBS.values() if job.kind == "update"), *LARGE):
        times = [median(ours.prepare(job, n)) for n in threads]
        cells = "".join(f"{milliseconds:11.3f}" for milliseconds in times)
        print(
            f"{job.name:26s} {median(on_gpu(job)):9.3f}{cells} {job.flops() / 1e9:7.2f}", flush=True
        )


if __name__ == "__main__":
    main()
