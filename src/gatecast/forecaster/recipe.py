"""How a series becomes something an LSTM can learn, and how its answer becomes a forecast.

Each series is made comparable (logarithms where its spread grows with its level, a season taken
out where a test finds one, then mean 0 and deviation 1); every decision is fitted on the series
as given, recorded in a sentence, and undone exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.data.sequences import sequences
from gatecast.data.transforms import (
    Log,
    SeasonalAdjustment,
    StandardScaler,
    Transform,
    is_seasonal,
)

__all__ = ["FEATURES", "Prepared", "features", "prepare", "training_pairs"]

#: Inputs of the network at each step: distance from the recent level, and the last change.
FEATURES = 2


@dataclass(frozen=True, eq=False)
class Prepared:
    """Hold a series as the network sees it, and the way back.

    Parameters
    ----------
    transforms : tuple of Transform
        In the order in which they were applied.
    values : ndarray of shape [n]
        The series after them: mean 0, deviation 1.
    """

    transforms: tuple[Transform, ...]
    values: np.ndarray

    def restore(self, values: np.ndarray, start: int) -> np.ndarray:
        """Bring values that stand at position ``start`` back to the series' own unit."""
        for transform in reversed(self.transforms):
            values = transform.inverse(values, start)
        return values

    def decisions(self) -> list[str]:
        """Say what was done, a sentence for each step."""
        return [transform.describe() for transform in self.transforms]


def prepare(values: np.ndarray, season_length: int) -> Prepared:
    """Decide on the transforms of one series from its own values, and apply them.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part, in the series' own unit.
    season_length : int
        Steps in a season, m; 1 for none. It is taken out only where the series passes
        :func:`gatecast.data.transforms.is_seasonal`.
    """
    values = np.asarray(values, np.float64)
    transforms: list[Transform] = []
    if _spread_grows_with_level(values, max(season_length, 4)):
        transforms.append(Log.fit(values))
        values = transforms[-1].transform(values)
    if is_seasonal(values, season_length):
        transforms.append(SeasonalAdjustment.fit(values, season_length, "additive"))
        values = transforms[-1].transform(values)
    transforms.append(StandardScaler.fit(values))
    return Prepared(tuple(transforms), transforms[-1].transform(values))


def _spread_grows_with_level(values: np.ndarray, block: int) -> bool:
    """Hold the logarithms of blocks' deviations against those of their means: slope above 1/2.

    A slope of 1 is a spread in proportion to the level, which logarithms make even (Box and Cox
    1964); 0 is an even spread already.
    """
    count = len(values) // block
    if count < 3 or not (values > 0).all():
        return False
    blocks = values[len(values) - count * block :].reshape(count, block)
    mean, deviation = np.log(blocks.mean(axis=1)), blocks.std(axis=1)
    if not (deviation > 0).all() or np.ptp(mean) < 0.05:
        return False
    x, y = mean - mean.mean(), np.log(deviation)
    slope = (x @ y) / (x @ x)
    correlation = (x @ y) / np.sqrt((x @ x) * ((y - y.mean()) @ (y - y.mean())) or 1.0)
    return bool(slope > 0.5 and correlation > 0.3)


def features(values: np.ndarray, level_window: int) -> np.ndarray:
    """Make the network's inputs, none of which grows with a trend.

    Parameters
    ----------
    values : ndarray of shape [n]
        A prepared series.
    level_window : int
        The recent level is the mean of so many last values (of those there are, at the start).

    Returns
    -------
    ndarray of shape [n, FEATURES], float32
        Row t knows values up to t and none after it.
    """
    steps = np.arange(len(values))
    total = np.concatenate([[0.0], np.cumsum(values)])
    first = np.maximum(0, steps + 1 - level_window)
    level = (total[steps + 1] - total[first]) / (steps + 1 - first)
    change = np.diff(values, prepend=values[:1])
    return np.stack([values - level, change], axis=1).astype(np.float32)


def training_pairs(
    values: np.ndarray, inputs: np.ndarray, length: int, step: int, horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a prepared series into sequences whose targets are changes from the present value.

    Parameters
    ----------
    values : ndarray of shape [n]
        A prepared series.
    inputs : ndarray of shape [n, FEATURES]
        Its features.
    length, step : int
        Steps of a sequence, T, and between the starts of neighbouring ones.
    horizon : int
        Steps to forecast, K.

    Returns
    -------
    x : ndarray of shape [N, T, FEATURES], float32
        A view.
    y : ndarray of shape [N, T, K], float32
        The next K values less the present one, so that an output of zero is the naive forecast.
    """
    # Counted from the end, so that the latest values are always used.
    spare = (len(values) - horizon - length) % step
    series = values[spare:]
    present, ahead = sequences(series, length, step, horizon)
    x, _ = sequences(inputs[spare:], length, step, horizon)
    return x, (ahead - present).astype(np.float32)
