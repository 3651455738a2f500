"""How a series becomes something an LSTM can learn, and how its answer becomes a forecast.

Each series is made comparable: logarithms where its spread grows with its level, a season taken out
where a test finds one, then divided by how far it usually moves within the horizon. Every decision
is fitted on the series as given, recorded in a sentence, and undone exactly.

What the network sees and says is one of two things, decided once for all series. Of series that
keep returning to their level it sees the values and says the values to come. Of series that
wander it sees the distance from a recent level and the last change, and says by how much the
values to come will differ from the present one, so that an answer of zero is the naive forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatecast.data.stationarity import is_stationary
from gatecast.data.transforms import AtLeastZero, Log, SeasonalAdjustment, Transform, is_seasonal

__all__ = ["ChangeScaler", "Choice", "Memory", "Prepared", "Target", "choose_target", "prepare"]

Target = Literal["values", "changes"]
Choice = Literal["auto", True, False]

#: Nothing that the network sees is further from zero: what it never saw must not carry it away.
_LIMIT = 8.0


@dataclass(frozen=True)
class ChangeScaler:
    """Shift a series by its mean, and divide it by how far it usually moves.

    Attributes
    ----------
    mean : float
        Of the training part.
    change : float
        Mean absolute change over one step and over the horizon, in equal parts.
    """

    mean: float
    change: float

    @classmethod
    def fit(cls, values: np.ndarray, h: int) -> ChangeScaler:
        """Find mean and usual change of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part; finite.
        h : int
            The horizon; at most a third of the series is looked ahead.
        """
        ahead = max(1, min(h, len(values) // 3))
        changes = [np.mean(np.abs(values[k:] - values[:-k])) for k in (1, ahead) if k < len(values)]
        change = float(np.mean(changes)) if changes else 0.0
        if not change > 1e-12 * np.max(np.abs(values)):  # constant, but for rounding
            change = 1.0
        return cls(float(np.mean(values)), change)

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Scale values of any shape."""
        return (values - self.mean) / self.change

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`."""
        return values * self.change + self.mean

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return (
            f"values are shifted by their mean, {self.mean:.6g}, and divided by how far they "
            f"usually move within the horizon, {self.change:.6g}"
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """Hold what was decided and fitted for one series.

    Parameters
    ----------
    transforms : tuple of Transform
        In the order in which they are applied.
    """

    transforms: tuple[Transform, ...]

    def apply(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Bring values [n], the first at position ``start``, into the network's unit."""
        values = np.asarray(values, np.float64)
        for transform in self.transforms:
            values = transform.transform(values, start)
        return values

    def restore(self, values: np.ndarray, start: int) -> np.ndarray:
        """Bring values [..., n], the first at position ``start``, back to the series' own unit."""
        for transform in reversed(self.transforms):
            values = transform.inverse(values, start)
        return values

    def decisions(self) -> list[str]:
        """Say what was done, a sentence for each step."""
        return [transform.describe() for transform in self.transforms]


def prepare(
    values: np.ndarray,
    h: int,
    season_length: int,
    log: Choice = "auto",
    adjust_season: Choice = "auto",
) -> Prepared:
    """Decide on the transforms of one series from its own values.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part, in the series' own unit.
    h : int
        Steps to forecast.
    season_length : int
        Steps in a season, m; 1 for none. It is taken out only where the series passes
        :func:`gatecast.data.transforms.is_seasonal`.
    log, adjust_season : {"auto", True, False}, default "auto"
        Whether logarithms are taken, and the season is taken out; decided from the values if
        "auto".

    Raises
    ------
    DataError
        If what is asked for cannot be done with these values.
    """
    values = np.asarray(values, np.float64)
    transforms: list[Transform] = []
    # a single zero may be the lower end of a scale; two are what is counted
    if np.count_nonzero(values == 0) >= 2 and (values >= 0).all() and values.any():
        transforms.append(AtLeastZero.fit(values))
    if _spread_grows_with_level(values, max(season_length, 4)) if log == "auto" else log:
        transforms.append(Log.fit(values))
        values = transforms[-1].transform(values)
    if is_seasonal(values, season_length) if adjust_season == "auto" else adjust_season:
        transforms.append(SeasonalAdjustment.fit(values, season_length, "additive"))
        values = transforms[-1].transform(values)
    transforms.append(ChangeScaler.fit(values, h))
    return Prepared(tuple(transforms))


def _spread_grows_with_level(values: np.ndarray, block: int) -> bool:
    """Hold the logarithms of blocks' deviations against those of their means: slope above 1/2.

    A slope of 1 is a spread in proportion to the level, which logarithms make even (Box and Cox
    1964); 0 is an even spread already.
    """
    count = len(values) // block
    if count < 3 or not (values > 0).all():
        return False
    # relative to the largest value, so that no square overflows
    blocks = (values / values.max())[len(values) - count * block :].reshape(count, block)
    mean, deviation = np.log(blocks.mean(axis=1)), blocks.std(axis=1)
    if not (deviation > 0).all() or np.ptp(mean) < 0.05:
        return False
    x, y = mean - mean.mean(), np.log(deviation)
    slope = (x @ y) / (x @ x)
    correlation = (x @ y) / np.sqrt((x @ x) * ((y - y.mean()) @ (y - y.mean())) or 1.0)
    return bool(slope > 0.5 and correlation > 0.3)


def choose_target(series: Sequence[np.ndarray]) -> Target:
    """Decide what the network sees and says, for all series at once.

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Training parts in the network's unit.

    Returns
    -------
    {"values", "changes"}
        ``"values"`` if two series in three, or more, keep returning to their level
        (:func:`gatecast.data.stationarity.is_stationary`); of many series a thousand are asked.
        A constant series does not return: it stays where it is.
    """
    some = series[:: max(1, len(series) // 1000)]
    returning = sum(is_stationary(values) and np.ptp(values) > 0 for values in some)
    return "values" if 3 * returning >= 2 * len(some) else "changes"


@dataclass
class Memory:
    """Walk along series of equal length and make the network's inputs, step by step.

    What it holds is all that the next step needs of the past: a new value costs one step.

    Parameters
    ----------
    target : {"values", "changes"}
        See the top of this module.
    span : int
        The recent level forgets so that the last ``span`` values have most of the weight (an
        exponential average, with 2 / (span + 1) for the newest value).
    last, level : ndarray of shape [B]
        Last value and recent level of each series; NaN before the first value.
    """

    target: Target
    span: int
    last: np.ndarray
    level: np.ndarray

    @classmethod
    def start(cls, target: Target, span: int, series: int) -> Memory:
        """Begin without a past."""
        return cls(target, span, np.full(series, np.nan), np.full(series, np.nan))

    @staticmethod
    def features(target: Target) -> int:
        """Count the inputs of a step, I."""
        return 1 if target == "values" else 2

    def walk(self, values: np.ndarray) -> np.ndarray:
        """Go on along new values.

        Parameters
        ----------
        values : ndarray of shape [B, n]
            In the network's unit.

        Returns
        -------
        ndarray of shape [B, n, I], float32
            Inputs of each step, which know values up to that step and none after it.
        """
        before = np.column_stack([np.where(np.isnan(self.last), values[:, 0], self.last), values])
        self.last = values[:, -1].copy()
        if self.target == "values":
            return _limited(values[:, :, np.newaxis])
        share = 2.0 / (self.span + 1)
        level = np.where(np.isnan(self.level), values[:, 0], self.level)
        levels = np.empty(values.shape)
        for t in range(values.shape[1]):
            level = level + share * (values[:, t] - level)
            levels[:, t] = level
        self.level = level
        return _limited(np.stack([values - levels, values - before[:, :-1]], axis=-1))


def _limited(values: np.ndarray) -> np.ndarray:
    return np.clip(values, -_LIMIT, _LIMIT).astype(np.float32)
