"""PyTorch's side of the speed table: the loop that its users write."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from jobs import Job
from tutorial_data import windows

__all__ = ["prepare", "product_rate", "version"]


def version() -> str:
    """Name the library and its version."""
    return f"PyTorch {torch.__version__}"


class Net(torch.nn.Module):
    """An LSTM under a dense head."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(1, job.hidden, job.layers, batch_first=True)
        self.head = torch.nn.Linear(job.hidden, job.outputs)
        self.every_step = job.every_step

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the outputs at the last step, or at every step."""
        hidden, _ = self.lstm(x)
        return self.head(hidden if self.every_step else hidden[:, -1])


def prepare(job: Job, threads: int) -> Callable[[], float] | None:
    """Make a function that does the job once and gives the seconds that it took."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    kinds = {"fit": _fit, "update": _update, "predict": _predict, "stream": _stream}
    return kinds[job.kind](job) if job.kind in kinds else None


def _train(net: Net, adam: torch.optim.Adam, x: torch.Tensor, y: torch.Tensor) -> None:
    adam.zero_grad()
    torch.nn.functional.mse_loss(net(x), y).backward()
    adam.step()


def _fit(job: Job) -> Callable[[], float]:
    x, y = (torch.from_numpy(a) for a in windows(job.steps))

    def run() -> float:
        net = Net(job)
        adam = torch.optim.Adam(net.parameters())
        started = time.perf_counter()
        for _ in range(job.epochs):
            for chosen in torch.randperm(len(x)).split(job.batch):
                _train(net, adam, x[chosen], y[chosen])
        return time.perf_counter() - started

    return run


def _update(job: Job) -> Callable[[], float]:
    net = Net(job)
    adam = torch.optim.Adam(net.parameters())
    x = torch.randn(job.batch, job.steps, 1)
    y = torch.randn(net(x).shape)

    def run() -> float:
        started = time.perf_counter()
        for _ in range(job.count):
            _train(net, adam, x, y)
        return (time.perf_counter() - started) / job.count

    return run


def _predict(job: Job) -> Callable[[], float]:
    net = Net(job).eval()
    x = torch.randn(job.batch, job.steps, 1)

    def run() -> float:
        with torch.inference_mode():
            started = time.perf_counter()
            for _ in range(job.count):
                net(x)
            return (time.perf_counter() - started) / job.count

    return run


def _stream(job: Job) -> Callable[[], float]:
    net = Net(job).eval()
    x = torch.randn(job.count, 1, 1, 1)

    def run() -> float:
        with torch.inference_mode():
            state = None
            started = time.perf_counter()
            for step in x:
                hidden, state = net.lstm(step, state)
                net.head(hidden[:, -1])
            return (time.perf_counter() - started) / job.count

    return run


def product_rate(threads: int) -> float:
    """Measure the machine's matrix-product rate, float32 operations a second."""
    torch.set_num_threads(threads)
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    rates = []
    for _ in range(20):
        started = time.perf_counter()
        a @ b
        rates.append(2 * 1024**3 / (time.perf_counter() - started))
    return float(np.median(rates))
