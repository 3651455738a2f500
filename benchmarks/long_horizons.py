"""Long horizons: hourly values of seven channels (ETTh1), forecast from every hour of a part.

Models are fitted on the training part of 8,640 hours alone, and walk along the validation part of
2,880 without training. From each hour whose next h values lie in the test part of 2,880, those of
all channels are forecast; at an earlier origin, 1 or more, the validation part is forecast instead
and the test part not read. Squared and absolute errors are means over hours, steps and channels, in
standard deviations of the training part. Seconds are those of fitting and of all forecasts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from apart import peak

from gatecast import LSTMForecaster

__all__ = ["HORIZONS", "REFERENCES", "measure"]

HORIZONS = {f"etth1_{h}": h for h in (96, 192, 336, 720)}
REFERENCES = ("SeasonalNaive", "Linear, 336 lags")
_DAY = 24
_LAGS = 336


def load(data: Path, origin: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give what is learnt from, what passes by, and what is forecast; a column for each channel."""
    frame = pd.read_parquet(data / "etth1.parquet").astype({"unique_id": str, "split": str})
    train, val, test = (
        frame[frame["split"] == part].pivot(index="ds", columns="unique_id", values="y")
        for part in ("train", "val", "test")
    )
    return (train, val.iloc[:0], val) if origin else (train, val, test)


def seasonal_naive(h: int, past: np.ndarray, ahead: np.ndarray) -> Iterator[np.ndarray]:
    """Repeat the last day."""
    values = np.concatenate([past, ahead])
    for now in range(len(past), len(values)):
        yield np.resize(values[now - _DAY : now], (h, values.shape[1]))


def linear(h: int, train: np.ndarray, past: np.ndarray, ahead: np.ndarray) -> Iterator[np.ndarray]:
    """Map the last values, less the very last, to the next h by least squares; one map for all."""
    gram, cross = np.zeros((_LAGS - 1, _LAGS - 1)), np.zeros((_LAGS - 1, h))
    for channel in train.T:
        rows = np.lib.stride_tricks.sliding_window_view(channel, _LAGS + h)
        rows = rows - rows[:, _LAGS - 1 : _LAGS]
        seen = rows[:, : _LAGS - 1]
        gram += seen.T @ seen
        cross += seen.T @ rows[:, _LAGS:]
    weights = np.linalg.lstsq(gram, cross, rcond=None)[0]
    values = np.concatenate([past, ahead])
    for now in range(len(past), len(values)):
        window = values[now - _LAGS : now]
        yield window[-1] + weights.T @ (window[:-1] - window[-1])


def lstm(
    model: LSTMForecaster, train: pd.DataFrame, passed: pd.DataFrame, ahead: pd.DataFrame
) -> Iterator[np.ndarray]:
    """Fit, walk along what passes by, then forecast and take in one hour after another."""
    model.fit(train.melt(value_name="y", ignore_index=False).reset_index())
    if len(passed):
        model.update(passed.to_numpy().T)
    for values in ahead.to_numpy():
        yield model.predict()["LSTM"].to_numpy().reshape(-1, model.h).T
        model.update(values[:, np.newaxis])


def measure(answer: Any, options: argparse.Namespace, name: str, model: str) -> None:
    """Send MSE, MAE, seconds and memory of one model; runs in a process of its own."""
    h = HORIZONS[name]
    parts = load(options.data, options.origin)
    mean, deviation = parts[0].to_numpy().mean(axis=0), parts[0].to_numpy().std(axis=0)
    train, passed, ahead = ((part.to_numpy() - mean) / deviation for part in parts)
    past = np.concatenate([train, passed])
    started = time.perf_counter()
    if model == "SeasonalNaive":
        forecasts = seasonal_naive(h, past, ahead)
    elif model in REFERENCES:
        forecasts = linear(h, train, past, ahead)
    else:
        forecaster = LSTMForecaster(
            h, season_length=_DAY, preset=model.split()[-1], random_state=options.seed
        )
        forecasts = ((found - mean) / deviation for found in lstm(forecaster, *parts))
    windows = len(ahead) - h + 1
    errors = np.zeros(2)
    for now, forecast in zip(range(windows), forecasts, strict=False):
        error = forecast - ahead[now : now + h]
        errors += np.square(error).mean(), np.abs(error).mean()
    seconds = time.perf_counter() - started
    answer.send((*(errors / windows), seconds, peak()))
