"""One table through Dask and Spark, beside the forecasts of a single process.

For each engine: whether all rows are the same to the bit, CPU seconds and seconds with one worker
and with two, and whether a worker killed in the middle loses anything. Needs dask, distributed
and pyspark (with a Java runtime): ``engines.py --series 2000 --engines dask spark``.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd

import gatecast as gc


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


def dask(frame: pd.DataFrame, model: gc.LSTMForecaster, workers: int, kill: bool) -> pd.DataFrame:
    """Run on a local cluster of processes."""
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        if kill:
            _later(next(iter(cluster.workers.values())).pid)
        return gc.forecast_partitions(model, dd.from_pandas(frame, npartitions=16)).compute()


def spark(frame: pd.DataFrame, model: gc.LSTMForecaster, workers: int, kill: bool) -> pd.DataFrame:
    """Run in Spark's local mode, where a Python worker that is killed is a task tried again."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

    session = (
        SparkSession.builder.master(f"local[{workers},4]").config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "16").config("spark.driver.memory", "2g")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true").getOrCreate()
    )  # fmt: skip
    session.sparkContext.setLogLevel("OFF")
    try:
        if kill:
            _later(None)
        return gc.forecast_partitions(model, session.createDataFrame(frame)).toPandas()
    finally:
        session.stop()


def _later(process: int | None) -> None:
    """Kill a worker once it works: the process, or the youngest Python that is not this one."""

    def work() -> None:
        for _ in range(600):
            time.sleep(0.2)
            pid = process or _busy_worker()
            if pid is not None:
                time.sleep(0.5)
                os.kill(pid, signal.SIGKILL)
                print(f"  killed worker {pid}", flush=True)
                return

    threading.Thread(target=work, daemon=True).start()


def _busy_worker() -> int | None:
    """Find a worker of Spark, below this process, that is mapping batches."""
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ")
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            used = sum(map(int, fields[11:13]))
        except (OSError, ValueError):
            continue
        if "pyspark.daemon" in command and used > 50 and int(entry.name) != os.getpid():
            return int(entry.name)
    return None


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--engines", nargs="+", default=["dask", "spark"])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--kill", action="store_true", help="kill a worker in the middle too")
    options = parser.parse_args()
    frame = table(options.series)
    model = gc.LSTMForecaster(12, level=[80], max_steps=100, random_state=0)
    model.fit(frame[frame["unique_id"] < "s000200"])
    begin = time.perf_counter()
    expected = model.predict(frame)
    print(
        f"one process, {model.fitted_.threads} threads: {time.perf_counter() - begin:.1f} s",
        flush=True,
    )
    for name in options.engines:
        for workers in options.workers:
            begin = time.perf_counter()
            got = {"dask": dask, "spark": spark}[name](frame, model, workers, False)
            seconds = time.perf_counter() - begin
            print(
                f"{name}, {workers} workers: {seconds:.1f} s, the same: {same(got, expected)}",
                flush=True,
            )
        if options.kill:
            got = {"dask": dask, "spark": spark}[name](frame, model, 2, True)
            print(f"{name}, a worker killed: the same: {same(got, expected)}", flush=True)


if __name__ == "__main__":
    main()
