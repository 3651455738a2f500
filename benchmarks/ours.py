"""gatecast's side of the speed table."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from jobs import Job
from tutorial_data import windows

from gatecast import __version__
from gatecast.data.sequences import sequences
from gatecast.data.transforms import StandardScaler
from gatecast.datasets import noisy_sine
from gatecast.kernel import Adam, State, native
from gatecast.network import Network, Trainer

__all__ = ["prepare", "version"]


def version() -> str:
    """Name the library, its version and what it runs on."""
    return f"gatecast {__version__} ({native.simd_level()})"


def prepare(job: Job, threads: int) -> Callable[[], float]:
    """Make a function that does the job once and gives the seconds that it took."""
    rng = np.random.default_rng(0)
    kind = {
        "fit": _fit,
        "update": _update,
        "predict": _predict,
        "stream": _stream,
        "reach": _reach,
    }
    return kind[job.kind](job, threads, rng)


def _network(job: Job, rng: np.random.Generator) -> Network:
    return Network.create(1, job.hidden, job.outputs, job.layers, rng=rng)


def _fit(job: Job, threads: int, rng: np.random.Generator) -> Callable[[], float]:
    x, y = windows(job.steps)
    trainer = Trainer(epochs=job.epochs, batch_size=job.batch, threads=threads)
    return lambda: trainer.fit(_network(job, rng), x, y).seconds


def _update(job: Job, threads: int, rng: np.random.Generator) -> Callable[[], float]:
    network = _network(job, rng)
    samples = job.batch * job.count
    losses = job.steps if job.every_step else 1
    x = rng.normal(size=(samples, job.steps, 1)).astype(np.float32)
    y = rng.normal(size=(samples, losses, job.outputs)).astype(np.float32)
    adam = Adam.start(network.theta)
    order, rates = np.arange(samples), np.full(job.count, 1e-3)

    def run() -> float:
        started = time.perf_counter()
        native.train(
            network.layout, network.theta, adam, x, y, order, rates,
            batch_size=job.batch, warmup=job.steps - losses, threads=threads,
        )  # fmt: skip
        return (time.perf_counter() - started) / job.count

    return run


def _predict(job: Job, threads: int, rng: np.random.Generator) -> Callable[[], float]:
    network = _network(job, rng)
    x = rng.normal(size=(job.batch, job.steps, 1)).astype(np.float32)

    def run() -> float:
        started = time.perf_counter()
        for _ in range(job.count):
            network.predict(x, threads=threads)
        return (time.perf_counter() - started) / job.count

    return run


def _stream(job: Job, threads: int, rng: np.random.Generator) -> Callable[[], float]:
    """One call for all steps of one series: the time of a step in native code."""
    network = _network(job, rng)
    x = rng.normal(size=(1, job.count, 1)).astype(np.float32)
    state = State.zeros(network.layout, 1, np.float32)

    def run() -> float:
        started = time.perf_counter()
        network.run(x, state=state, threads=threads)
        return (time.perf_counter() - started) / job.count

    return run


def _reach(job: Job, threads: int, rng: np.random.Generator) -> Callable[[], float]:
    """Train on sequences and score the test part; NaN if the RMSE is above 0.500."""

    def run() -> float:
        y = noisy_sine()["y"].to_numpy()
        started = time.perf_counter()
        scaler = StandardScaler.fit(y[:8000])
        z = scaler.transform(y).astype(np.float32)
        x, targets = sequences(z[:8000], job.steps, 20)
        network = _network(job, rng)
        trainer = Trainer(
            epochs=job.epochs,
            batch_size=job.batch,
            learning_rate=1.5e-2,
            schedule="cosine",
            threads=threads,
        )
        trainer.fit(network, x, targets[:, 30:])
        outputs, _ = network.run(z[None, :-1, None])
        error = scaler.inverse_transform(outputs[0, 7999:, 0]) - y[8000:]
        seconds = time.perf_counter() - started
        return seconds if np.sqrt(np.mean(error**2)) <= 0.5 else float("nan")

    return run
