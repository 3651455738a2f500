"""The sets of series that accuracy is measured on, and how a forecast of one is scored.

The last h values are the official test part. At an earlier origin, 1 or more, that part is cut off,
and the last h values before it (the h before these for 2, ...) are forecast from what came before
them. sMAPE is on 0 to 200; MASE is scaled by the seasonal naive error of the whole training part;
OWA is relative to Naive 2, all as in the M4 competition, and forecasts of what is never negative
are not below zero there.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gatecast.data.transforms import is_seasonal
from gatecast.evaluation.metrics import owa
from gatecast.evaluation.scoring import score_rows

__all__ = ["SETS", "Set", "load", "scores"]


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
