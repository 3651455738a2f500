"""Intermittent demand: quantiles of 1,000 made-up series, beside Croston, SBA, TSB and the past.

``python benchmarks/intermittent.py`` draws days of demand from a hurdle of a negative binomial
distribution: whether there is some, by a rate of the series, of the day of the week, drifting or
dying out, and how much. It scores the forecaster, the baselines and the empirical quantiles of each
series by the pinball loss, mean over the levels .1, .5 and .9, the steps and the series: of the
pieces, and over the mean absolute change of each series. ``--seeds 0,1,2`` repeats it.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

import gatecast as gc

#: Kinds of series, and how many of them there are.
KINDS = {"even": 0.35, "week": 0.25, "own week": 0.15, "drift": 0.2, "ends": 0.05}
LEVELS = np.array([0.1, 0.5, 0.9])


def demand(series: int, days: int, seed: int) -> np.ndarray:
    """Draw series of daily demand, [series, days]."""
    rng = np.random.default_rng(seed)
    t, y = np.arange(days), np.zeros((series, days))
    weekdays = rng.normal(0, 0.5, 7)
    for i in range(series):
        kind = rng.choice(list(KINDS), p=list(KINDS.values()))
        logit, log_size = np.full(days, rng.normal(-1.2, 1.1)), np.full(days, rng.normal(0.3, 0.9))
        if kind == "week":
            logit += 1.5 * weekdays[t % 7]
        if kind == "own week":
            logit += rng.normal(0, 1, 7)[t % 7]
        if kind in ("week", "own week"):
            log_size += 0.3 * weekdays[t % 7]
        if kind == "drift":
            logit += np.cumsum(rng.normal(0, 0.12, days))
        if kind == "ends":
            logit[rng.integers(days // 3, days) :] = -9
        spread, mean = rng.choice([0.5, 1.0, 3.0]), np.exp(log_size)
        there = rng.random(days) < 1 / (1 + np.exp(-logit))
        y[i] = there * (1 + rng.negative_binomial(spread, spread / (spread + mean)))
    return y


def quantiles(past: np.ndarray, h: int) -> dict[str, tuple[np.ndarray, float]]:
    """Forecast with every model: quantiles [series, h, 3], and CPU seconds."""
    n, days = past.shape
    table = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i:05}" for i in range(n)], days),
            "ds": np.tile(pd.date_range("2024-01-01", periods=days), n),
            "y": past.ravel(),
        }
    )
    made = {}
    empirical = np.quantile(past, LEVELS, axis=1, method="inverted_cdf").T[:, np.newaxis]
    made["empirical quantiles"] = np.repeat(empirical, h, axis=1), 0.0
    models = (
        gc.Croston(h, level=[1, 80]), gc.SBA(h, level=[1, 80]), gc.TSB(h, level=[1, 80]),
        gc.TSB(h, level=[1, 80], beta=0.1, alias="TSB, beta 0.1"),
        gc.PretrainedLSTM(h, level=[80]),
        gc.LSTMForecaster(h, level=[80], preset="fast", alias="LSTM, fast"),
        gc.LSTMForecaster(h, level=[80]),
    )  # fmt: skip
    for model in models:
        began = time.process_time()
        frame = model.fit(table).predict()
        name = model.alias
        # the baselines forecast means: their quantile of .505 is nearer to a median
        middle = f"{name}-hi-1" if 1 in model.level else name
        columns = [f"{name}-lo-80", middle, f"{name}-hi-80"]
        made[name] = frame[columns].to_numpy().reshape(n, h, 3), time.process_time() - began
    return made


def main() -> None:
    """Print a table for each seed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--days", type=int, default=182)
    parser.add_argument("--h", type=int, default=14)
    parser.add_argument("--seeds", default="0")
    options = parser.parse_args()
    for seed in map(int, options.seeds.split(",")):
        y = demand(options.series, options.days + options.h, seed)
        past, actual = y[:, : options.days], y[:, options.days :]
        sold = past.any(axis=1)
        scale = np.abs(np.diff(past, axis=1)).mean(axis=1)
        print(f"seed {seed}: {np.mean(past == 0):.0%} of the days without demand")
        print(f"{'model':22} {'pinball':>8} {'scaled':>8} {'within 80 %':>12} {'CPU s':>7}")
        for name, (q, seconds) in quantiles(past, options.h).items():
            error = actual[..., np.newaxis] - q
            loss = np.maximum(LEVELS * error, (LEVELS - 1) * error).mean(axis=(1, 2))[sold]
            within = np.mean((actual >= q[..., 0]) & (actual <= q[..., 2]))
            scaled = (loss / scale[sold]).mean()
            print(f"{name:22} {loss.mean():8.4f} {scaled:8.4f} {within:12.1%} {seconds:7.1f}")


if __name__ == "__main__":
    main()
