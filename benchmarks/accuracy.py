"""Measure how accurate the forecaster is on sets of series, beside the statistical methods.

    python benchmarks/accuracy.py --data DIR                        # the official test parts
    python benchmarks/accuracy.py --data DIR --origin 1 --sets tourism_monthly m1_monthly

DIR holds the benchmark data, a Parquet file for each set. Settings are chosen at earlier origins,
``--origin 1`` or more: the test part is then cut off, and the last h values before it (the h before
these for 2, ...) are forecast from what came before them. sMAPE is on 0 to 200; MASE is scaled by
the seasonal naive error of the whole training part; OWA is relative to Naive 2, all as in the M4
competition, and forecasts of what is never negative are not below zero there. Each model is fitted
in a process of its own: seconds are those of fitting and forecasting, and memory is the peak of
that process, data included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gatecast import LSTMForecaster
from gatecast.baselines import AutoARIMA, AutoETS, SeasonalNaive, Theta
from gatecast.data.transforms import is_seasonal
from gatecast.evaluation.metrics import owa, score_rows
from gatecast.forecaster.fitting import PRESETS


@dataclass(frozen=True)
class Set:
    """Hold how a set of series is forecast and scored.

    Parameters
    ----------
    h : int
        Steps to forecast.
    m : int
        Season length of MASE and Naive 2.
    season : int
        Season length that models are given, which is that of the calendar.
    """

    h: int
    m: int
    season: int


SETS = {
    "tourism_monthly": Set(24, 12, 12),
    "tourism_quarterly": Set(8, 4, 4),
    "m1_monthly": Set(18, 12, 12),
    "m1_quarterly": Set(8, 4, 4),
    "m1_yearly": Set(6, 1, 1),
    "m4_yearly": Set(6, 1, 1),
    "m4_weekly": Set(13, 1, 52),
    "m4_hourly": Set(48, 24, 24),
    "m4_monthly_tail": Set(18, 12, 12),
    "m4_daily_tail": Set(14, 1, 7),
}
BASELINES: dict[str, Any] = {
    kind.__name__: kind for kind in (SeasonalNaive, Theta, AutoETS, AutoARIMA)
}


def load(data: Path, name: str, origin: int, series: int | None) -> tuple[pd.DataFrame, ...]:
    """Give what is known at an origin, and what came; of every series, or of so many of them."""
    this = SETS[name]
    frame = pd.read_parquet(data / f"{name}.parquet").astype({"unique_id": str})
    if origin:
        frame = frame[frame["split"] != "test"]
        after = frame.groupby("unique_id", sort=False).cumcount(ascending=False)
        frame = frame.assign(after=after - (origin - 1) * this.h)
        frame = frame[frame["after"] >= 0]
        future = frame[frame["after"] < this.h]
        known = frame[frame["after"] >= this.h]
        # an origin takes part where there is enough to learn and to scale by
        counts = known["unique_id"].value_counts()
        enough = counts.index[counts >= max(this.h + 4, 2 * this.m)]
        known, future = (part[part["unique_id"].isin(enough)] for part in (known, future))
    else:
        known, future = frame[frame["split"] != "test"], frame[frame["split"] == "test"]
    ids = known["unique_id"].unique()
    if series is not None and len(ids) > series:
        ids = ids[np.linspace(0, len(ids) - 1, series).astype(int)]
        known, future = (part[part["unique_id"].isin(ids)] for part in (known, future))
    columns = ["unique_id", "ds", "y"]
    return known[columns].reset_index(drop=True), future[columns].reset_index(drop=True)


def naive2(values: np.ndarray, m: int, h: int) -> np.ndarray:
    """Repeat the last value, with the season taken out before and put back after."""
    if not is_seasonal(values, m):
        return np.full(h, values[-1])
    # by hand: a series with a single zero has a multiplicative season here, as in M4
    weights = np.r_[0.5, np.ones(m - 1), 0.5] / m if m % 2 == 0 else np.full(m, 1 / m)
    half = len(weights) // 2
    rest = values[half:-half] / np.convolve(values, weights, "valid")
    phases = np.arange(half, half + len(rest)) % m
    season = np.bincount(phases, rest) / np.bincount(phases)
    phases = np.arange(len(values) - 1, len(values) + h) % m
    return values[-1] * season[phases[1:]] / season[phases[0]]


def scores(known: pd.DataFrame, future: pd.DataFrame, found: pd.DataFrame, m: int) -> np.ndarray:
    """Give sMAPE, MASE and OWA of the last column of ``found``."""
    model = found.columns[-1]
    past = {name: y.to_numpy() for name, y in known.groupby("unique_id", sort=False)["y"]}
    h = int(future.groupby("unique_id", sort=False).size().iloc[0])
    reference = pd.concat(
        pd.DataFrame({"unique_id": name, "naive2": naive2(y, m, h), "step": range(h)})
        for name, y in past.items()
    )
    table = future.assign(step=future.groupby("unique_id", sort=False).cumcount())
    table = table.merge(found, on=["unique_id", "ds"]).merge(reference, on=["unique_id", "step"])
    if len(table) < len(future) or table[model].isna().any():
        raise SystemExit(f"{model} has no forecast of {len(future) - len(table)} values")
    if (known["y"] >= 0).all():
        table[model] = table[model].clip(lower=0)
    scale = {name: np.abs(y[m:] - y[:-m]).mean() if len(y) > m else 0 for name, y in past.items()}
    table["scale"] = table["unique_id"].map(scale)
    # a series without a change has no MASE; it is left out of that, for every model
    both = table["scale"].to_numpy(), table["scale"].to_numpy() ** 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about MAPE, which is not used
        scored = score_rows(table, [model, "naive2"], scales=both).set_index("model")
    if not (table["scale"] > 0).all():
        some = table[table["scale"] > 0]
        scored["mase"] = [
            ((some["y"] - some[name]).abs() / some["scale"]).mean() for name in scored.index
        ]
    smape, mase = scored["smape"].astype(float), scored["mase"].astype(float)
    relative = owa(smape[model], mase[model], smape["naive2"], mase["naive2"])
    return np.array([smape[model], mase[model], relative])


def measure(answer: Any, options: argparse.Namespace, name: str, model: str) -> None:
    """Fit one model to one set, and send what it is worth; runs in a process of its own."""
    this = SETS[name]
    known, future = load(options.data, name, options.origin, options.series)
    if model in BASELINES:
        fitted = BASELINES[model](this.h, season_length=this.season)
    else:
        fitted = LSTMForecaster(
            this.h, season_length=this.season, preset=model.split()[-1], random_state=options.seed
        )
    started = time.perf_counter()
    found = fitted.fit(known).predict()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    answer.send((*scores(known, future, found, this.m), seconds, peak))


def apart(run: Callable[..., None], *arguments: Any, limit: float) -> tuple[float, ...] | None:
    """Run in a new process; None if it takes longer than ``limit`` seconds, or fails."""
    spawn = multiprocessing.get_context("spawn")
    receive, send = spawn.Pipe(duplex=False)
    process = spawn.Process(target=run, args=(send, *arguments))
    process.start()
    send.close()
    answer = None
    try:
        if receive.poll(limit):
            answer = receive.recv()
        else:
            process.terminate()
    except EOFError:  # it failed, and has said why
        pass
    process.join()
    return answer


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the benchmark data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="SET")
    parser.add_argument(
        "--baselines", nargs="*", choices=BASELINES, default=["SeasonalNaive", "Theta", "AutoETS"],
        metavar="MODEL", help=f"of {', '.join(BASELINES)}",
    )  # fmt: skip
    parser.add_argument(
        "--presets", nargs="*", choices=PRESETS, default=["default"], metavar="PRESET",
        help=f"of {', '.join(PRESETS)}",
    )  # fmt: skip
    parser.add_argument("--origin", type=int, default=0, help="horizons before the test part")
    parser.add_argument("--series", type=int, help="only so many series of each set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--limit", type=float, default=1800, help="most seconds of a model on a set"
    )
    options = parser.parse_args()
    where = "the official test part" if not options.origin else f"origin {options.origin}"
    few = f", {options.series} series of each set at most" if options.series else ""
    print(f"forecasts of {where}{few}")
    print(f"{'set':18s} {'model':16s} {'sMAPE':>7s} {'MASE':>7s} {'OWA':>7s} {'s':>7s} {'GiB':>6s}")
    for name in options.sets:
        for model in [*options.baselines, *(f"LSTM {preset}" for preset in options.presets)]:
            found = apart(measure, options, name, model, limit=options.limit)
            if found is None:
                print(f"{name:18s} {model:16s} not finished within {options.limit:g} s")
            else:
                smape, mase, relative, seconds, peak = found
                print(
                    f"{name:18s} {model:16s} {smape:7.3f} {mase:7.3f} {relative:7.3f} "
                    f"{seconds:7.1f} {peak:6.2f}"
                )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
