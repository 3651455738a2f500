"""Measure whole fits: CPU seconds and accuracy, beside another state of the package and peers.

    python benchmarks/fits.py                              # this checkout alone
    python benchmarks/fits.py --before OTHER/src           # beside it, in turn
    python benchmarks/fits.py --only "1,000 series" --peers

OTHER/src holds another state of the package with its kernel compiled into it. Every fit runs in a
process of its own, with default settings and one thread, so that CPU seconds can be compared on a
busy machine; imports and data are not counted. A fit and a forecast are timed; then the model goes
on along values held out, and is scored from each origin: the mean absolute error over that of the
seasonal naive forecast within the training part (MASE).

``--peers`` adds neuralforecast's LSTM with its defaults and, for a single series, Prophet and
AutoARIMA, on one thread too, in the peers' environment (``--env``). neuralforecast and AutoARIMA
see what came before each origin; Prophet cannot, and forecasts all values held out from the end of
the training part. What takes more than ``--limit`` seconds is stopped.

``--command`` measures ``gatecast forecast air.csv --h 12`` instead, imports and page and all.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from apart import cpu_seconds
from peers import ENVIRONMENT, peers_python

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Job:
    """Hold what is fitted: ``series`` of ``length`` values and more, forecast from ``origins``."""

    series: int
    length: int
    h: int
    season: int
    origins: int


JOBS = {
    "AirPassengers": Job(1, 108, 12, 12, 3),
    "10,000 points": Job(1, 10_000, 24, 24, 40),
    "100,000 points": Job(1, 100_000, 24, 24, 40),
    "1,000 series": Job(1_000, 120, 12, 12, 1),
    "10,000 series": Job(10_000, 120, 12, 12, 1),
}


def values_of(name: str):
    """Give the values of a job, [series, length + origins * h]."""
    import numpy as np

    from gatecast.datasets import air_passengers

    job = JOBS[name]
    if name == "AirPassengers":
        return air_passengers()["y"].to_numpy(float)[np.newaxis]
    rng = np.random.default_rng(0)
    count, n = job.series, job.length + job.origins * job.h
    t = np.arange(n)
    if count > 1:  # monthly series: levels, trends, seasons, noise
        level, trend = rng.lognormal(7, 1, (count, 1)), rng.normal(0.002, 0.004, (count, 1))
        swing, phase = rng.uniform(0, 0.25, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
        noise = rng.normal(0, 0.04, (count, n)).cumsum(axis=1) + rng.normal(0, 0.03, (count, n))
        return level * np.exp(trend * t + swing * np.sin(2 * np.pi * t / 12 + phase) + noise)
    # hours: a day that is another one at weekends, a week, and a threshold autoregression
    weekend, noise, y = (t // 24) % 7 >= 5, rng.normal(0, 0.5, n), np.zeros(n)
    for i in range(1, n):
        y[i] = (0.9 if y[i - 1] > 0 else 0.4) * y[i - 1] + noise[i]
    day = 3 * np.sin(2 * np.pi * t / 24) * np.where(weekend, 0.4, 1.0)
    return (50 + day + 2 * np.sin(2 * np.pi * t / 168) + y)[np.newaxis]


def mase(name: str, forecasts) -> float:
    """Give the error of forecasts [origins, series, h] over that of the seasonal naive forecast."""
    import numpy as np

    job, values = JOBS[name], values_of(name)
    known, actual = values[:, : job.length], np.split(values[:, job.length :], job.origins, axis=1)
    scale = np.abs(known[:, job.season :] - known[:, : -job.season]).mean(axis=1)
    errors = np.abs(np.asarray(forecasts) - np.array(actual)).mean(axis=(0, 2))
    return float((errors / scale).mean())


def fit(name: str, threads: int) -> None:
    """Fit, forecast, go on, and print CPU seconds, seconds, MASE and training steps as JSON."""
    import numpy as np
    import pandas as pd

    from gatecast import LSTMForecaster

    job, values = JOBS[name], values_of(name)
    times = pd.date_range("1990-01-01", periods=values.shape[1], freq="MS" if job.h == 12 else "h")
    known = values[:, : job.length]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(job.series), job.length),
            "ds": np.tile(times[: job.length], job.series),
            "y": known.ravel(),
        }
    )
    started, cpu = time.perf_counter(), time.process_time()
    model = LSTMForecaster(job.h, threads=threads).fit(frame)
    forecasts = [model.predict()["LSTM"].to_numpy().reshape(job.series, job.h)]
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    parts = np.split(values[:, job.length :], job.origins, axis=1)
    for part in parts[:-1]:
        model.update(part)
        forecasts.append(model.predict()["LSTM"].to_numpy().reshape(job.series, job.h))
    steps = getattr(model, "max_steps_", None) or model.updates_
    print(json.dumps([cpu, seconds, mase(name, forecasts), steps]))


def fit_peer(python: Path, peer: str, name: str, limit: float) -> list[float] | None:
    """Give CPU seconds, seconds and MASE of a peer; None if it was stopped."""
    job = JOBS[name]
    asked = {"peer": peer, **vars(job), "values": values_of(name).tolist()}
    try:
        done = subprocess.run(
            [python, HERE / "peer_fits.py"], input=json.dumps(asked), text=True, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=limit,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    answer = json.loads(done.stdout)
    return [answer["cpu"], answer["seconds"], mase(name, answer["forecasts"])]


def command(sources: dict[str, Path], runs: int = 7) -> None:
    """Print the CPU seconds of the command, of each state in turn: median and least."""
    from gatecast.datasets import air_passengers

    taken: dict[str, list[float]] = {state: [] for state in sources}
    words = [sys.executable, "-m", "gatecast", "forecast", "air.csv", "--h", "12"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        air_passengers().to_csv(folder / "air.csv", index=False)
        for _ in range(1 + runs):
            for state, source in sources.items():
                seconds = cpu_seconds(*words, cwd=folder, PYTHONPATH=str(source.resolve()))
                taken[state].append(seconds)
    first = None
    for state, (_, *counted) in taken.items():  # modules are compiled in the first run
        median = statistics.median(counted)
        ratio = "" if first is None else f"  ratio {median / first:.2f}"
        first = first or median
        print(f"command {state:8s} {median:6.2f} CPU s, least {min(counted):.2f}{ratio}")


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", type=Path, help="src folder of another state of the package")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=list(JOBS), metavar="JOB")
    parser.add_argument("--threads", type=int, default=1, help="threads of a fit (1)")
    parser.add_argument("--peers", action="store_true", help="beside other libraries too")
    parser.add_argument("--env", type=Path, default=ENVIRONMENT, help="of the peers")
    parser.add_argument("--command", action="store_true", help="the command line instead")
    parser.add_argument("--limit", type=float, default=600, help="seconds of a peer's fit (600)")
    options = parser.parse_args()
    sources = {"now": HERE.parent / "src"}
    if options.before:
        sources = {"before": options.before, **sources}
    if options.command:
        command(sources)
        return
    print(f"{'fit':16s} {'':14s} {'CPU s':>8s} {'s':>8s} {'MASE':>7s} {'steps':>6s}  CPU ratio")
    for name in options.only:
        first = None
        for state, source in sources.items():
            done = subprocess.run(
                [sys.executable, __file__, "fit", name, str(options.threads)], check=True,
                stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(source.resolve())},
            )  # fmt: skip
            cpu, seconds, mase, steps = json.loads(done.stdout)
            ratio = "" if first is None else f"{cpu / first:9.2f}"
            first = first or cpu
            print(
                f"{name:16s} {state:14s} {cpu:8.2f} {seconds:8.2f} {mase:7.4f} {steps:6d}  {ratio}",
                flush=True,
            )
        if not options.peers:
            continue
        python = peers_python(
            options.env, "torch", "neuralforecast", "statsforecast", "prophet"
        ).absolute()
        for peer in (
            "neuralforecast",
            *(("Prophet", "AutoARIMA") if JOBS[name].series == 1 else ()),
        ):
            found = fit_peer(python, peer, name, options.limit)
            if found is None:
                print(f"{name:16s} {peer:14s} not finished within {options.limit:g} s", flush=True)
                continue
            cpu, seconds, error = found
            print(
                f"{name:16s} {peer:14s} {cpu:8.2f} {seconds:8.2f} {error:7.4f} {'':6s}  "
                f"{cpu / (first or cpu):9.2f}",
                flush=True,
            )


if __name__ == "__main__":
    fit(sys.argv[2], int(sys.argv[3])) if sys.argv[1:2] == ["fit"] else main()
