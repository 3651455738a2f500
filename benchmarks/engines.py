"""One table through Dask, Ray and Spark, beside the forecasts of a single process.

For each engine: whether all rows are the same to the bit, seconds with one worker and with two,
once they have forecast a small table, and the CPU seconds of the driver and of all that works for
it: on a machine that others use too, these say what a second worker can give. ``--kill`` kills a
worker in the middle. The engine reads Parquet and writes Parquet. Needs dask, distributed, ray and
pyspark (with a Java runtime): ``engines.py --series 20000 --engines dask ray spark``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

import gatecast as gc

FILES = 16
#: From a folder of tables to a folder of forecasts.
Run: TypeAlias = Callable[[Path, Path], object]


def table(series: int, n: int = 120) -> pd.DataFrame:
    """Make monthly series with a season."""
    rng = np.random.default_rng(0)
    t = np.arange(n)
    season = 5 * np.sin(2 * np.pi * (t / 12 + rng.random((series, 1))))
    y = 100 + np.cumsum(rng.normal(0, 1, (series, n)), axis=1) + season
    names = np.repeat([f"s{i:06}" for i in range(series)], n)
    times = np.tile(
        pd.date_range("2014-01-31", periods=n, freq="ME").astype("datetime64[us]"), series
    )
    return pd.DataFrame({"unique_id": names, "ds": times, "y": y.ravel()})


def same(got: pd.DataFrame, expected: pd.DataFrame) -> bool:
    """Whether rows are the same, in whatever order."""
    frames = []
    for frame in (got, expected):
        frame = frame.assign(
            unique_id=frame["unique_id"].astype(str), ds=frame["ds"].astype("datetime64[us]")
        )
        frames.append(frame.sort_values(["unique_id", "ds"], ignore_index=True))
    pd.testing.assert_frame_equal(*frames, check_exact=True, check_dtype=False)
    return True


@contextmanager
def dask(model: gc.LSTMForecaster, workers: int) -> Iterator[Run]:
    """Start a local cluster of processes."""
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        yield lambda data, out: gc.forecast_partitions(model, dd.read_parquet(data)).to_parquet(out)


@contextmanager
def ray(model: gc.LSTMForecaster, workers: int) -> Iterator[Run]:
    """Start Ray on this machine."""
    import ray as engine

    engine.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    engine.data.DataContext.get_current().enable_progress_bars = False
    try:
        yield lambda data, out: gc.forecast_partitions(
            model, engine.data.read_parquet(str(data))
        ).write_parquet(str(out))
    finally:
        engine.shutdown()


@contextmanager
def spark(model: gc.LSTMForecaster, workers: int) -> Iterator[Run]:
    """Start Spark's local mode, where a Python worker that is killed is a task tried again."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master(f"local[{workers},4]").config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(FILES)).config("spark.driver.memory", "2g")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true").getOrCreate()
    )  # fmt: skip
    session.sparkContext.setLogLevel("OFF")
    try:
        yield lambda data, out: gc.forecast_partitions(
            model, session.read.parquet(str(data))
        ).write.parquet(str(out))
    finally:
        session.stop()


ENGINES: dict[str, Any] = {"dask": dask, "ray": ray, "spark": spark}
#: What is in the command of a process that works for it (of Ray, on a task of ours).
WORKERS = {"dask": "spawn_main", "ray": "ray::MapBatches", "spark": "pyspark.daemon"}


def below() -> dict[int, tuple[str, float]]:
    """Give command and CPU seconds, those of its ended children too, of what this process began."""
    of, parents = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ")
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        ticks = sum(map(int, fields[11:15]))
        of[int(entry.name)] = (command, ticks / os.sysconf("SC_CLK_TCK"))
        parents[int(entry.name)] = int(fields[1])
    ours = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return {one: of[one] for one in ours - {os.getpid()}}


def kill_later(name: str) -> None:
    """Kill the worker that has worked most since now, once it has for half a second."""
    before = below()

    def work() -> None:
        for _ in range(3000):
            time.sleep(0.1)
            busy = {
                one: cpu - before.get(one, ("", 0.0))[1]
                for one, (command, cpu) in below().items()
                if WORKERS[name] in command and "IDLE" not in command
            }
            most = max(busy, key=lambda one: busy[one], default=0)
            if most and busy[most] > 0.5:
                os.kill(most, signal.SIGKILL)
                print(f"  killed worker {most}", flush=True)
                return

    threading.Thread(target=work, daemon=True).start()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES))
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--kill", action="store_true", help="kill a worker in the middle too")
    options = parser.parse_args()
    frame = table(options.series)
    model = gc.LSTMForecaster(12, level=[80], max_steps=100, random_state=0)
    model.fit(frame[frame["unique_id"] < "s000200"])
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "data", Path(folder) / "forecasts"
        data.mkdir()
        for i, rows in enumerate(np.array_split(np.arange(len(frame)), FILES)):
            frame.iloc[rows].to_parquet(data / f"{i:02}.parquet", index=False)
        first = Path(folder) / "first"
        first.mkdir()
        for i, rows in enumerate(np.array_split(np.arange(min(len(frame), 120_000)), 4)):
            frame.iloc[rows].to_parquet(first / f"{i}.parquet", index=False)
        begin = time.process_time()
        expected = model.predict(frame)
        print(f"one process: {time.process_time() - begin:.1f} CPU s", flush=True)
        runs = [(name, n, False) for name in options.engines for n in options.workers]
        runs += [(name, 2, True) for name in options.engines if options.kill]
        for name, workers, kill in runs:
            shutil.rmtree(out, ignore_errors=True)
            with ENGINES[name](model, workers) as run:
                run(first, out)
                shutil.rmtree(out)
                if kill:
                    kill_later(name)
                before, driver = sum(cpu for _, cpu in below().values()), time.process_time()
                begin = time.perf_counter()
                run(data, out)
                seconds, driver = time.perf_counter() - begin, time.process_time() - driver
                used = sum(cpu for _, cpu in below().values()) - before
            told = f"{name}, {workers} workers{', one killed' if kill else ''}: {seconds:.1f} s; "
            told += f"CPU s {driver:.1f} driver, {used:.1f} others; the same:"
            print(told, same(pd.read_parquet(out), expected), flush=True)


if __name__ == "__main__":
    main()
