"""Run one backtest through Dask and through Ray, and compare with one process.

pip install "dask[distributed]" ray
python benchmarks/backends.py
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import joblib

import gatecast as gc
from gatecast.datasets import air_passengers


def backtest() -> Any:
    models = [
        gc.LSTMForecaster(12, n_networks=1),
        gc.LinearAutoregression(12),
        gc.SeasonalNaive(12),
    ]
    return gc.backtest(models, air_passengers(), n_windows=6, step_size=6).forecasts


def dask(stack: ExitStack) -> AbstractContextManager[Any]:
    from dask.distributed import Client, LocalCluster

    cluster = stack.enter_context(
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    )
    stack.enter_context(Client(cluster))
    return joblib.parallel_config(backend="dask")


def ray(stack: ExitStack) -> AbstractContextManager[Any]:
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    stack.callback(ray.shutdown)
    register_ray()
    return joblib.parallel_config(backend="ray")


if __name__ == "__main__":
    alone = backtest()
    for start in (dask, ray):
        with ExitStack() as stack, start(stack):
            began = time.perf_counter()
            same = backtest().equals(alone)
            print(f"{start.__name__}: {time.perf_counter() - began:.1f} s, same numbers: {same}")
