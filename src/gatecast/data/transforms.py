"""Steps that make a series easier to learn, each fitted on the training part and undone exactly.

A transform is a frozen record of what was fitted: ``fit`` makes it, ``transform`` applies it,
``inverse`` undoes it, ``describe`` says it in a sentence. Time runs along the last axis of every
array. ``start`` is the position of the first value, counted from the first value of the training
part; it puts seasonal phases in their place in the future. Transforms without a season take it
and do not need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from gatecast.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AtLeastZero",
    "Log",
    "MinMaxScaler",
    "RobustScaler",
    "SeasonalAdjustment",
    "StandardScaler",
    "Transform",
    "find_season_length",
    "is_seasonal",
]


class Transform(Protocol):
    """What every transform can do."""

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Apply to values whose first stands at position ``start``."""
        ...

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Undo :meth:`transform`."""
        ...

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        ...


@dataclass(frozen=True)
class MinMaxScaler:
    """Scale the training part's range to 0 ... 1.

    Attributes
    ----------
    low, high : float
        Smallest and largest value of the training part, in the series' own unit. Values outside
        leave 0 ... 1.
    """

    low: float
    high: float

    @classmethod
    def fit(cls, values: np.ndarray) -> MinMaxScaler:
        """Find the range of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part.

        Raises
        ------
        DataError
            If there are no values, one is NaN or infinite, or the range overflows.
        """
        _require_finite(values)
        low, high = float(np.min(values)), float(np.max(values))
        if not np.isfinite(high - low):
            raise DataError(
                f"values from {low:g} to {high:g} are too far apart to scale: give them "
                "in a larger unit"
            )
        return cls(low, high)

    @property
    def _scale(self) -> float:
        # A constant series has no range; it is shifted to 0 and left at its own scale.
        return (self.high - self.low) or 1.0

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Scale values of any shape."""
        return (values - self.low) / self._scale

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`."""
        return values * self._scale + self.low

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return f"values are scaled so that {self.low:.6g} becomes 0 and {self.high:.6g} becomes 1"


@dataclass(frozen=True)
class StandardScaler:
    """Shift and scale the training part to mean 0 and standard deviation 1.

    Attributes
    ----------
    mean, deviation : float
        Of the training part, in the series' own unit; the deviation divides by n, and is 1 for
        a constant series.
    """

    mean: float
    deviation: float

    @classmethod
    def fit(cls, values: np.ndarray) -> StandardScaler:
        """Find mean and standard deviation of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part.

        Raises
        ------
        DataError
            If there are no values, or one is NaN or infinite.
        """
        _require_finite(values)
        # Taken relative to the largest value, so that squares neither overflow nor vanish.
        largest = float(np.max(np.abs(values))) or 1.0
        relative = np.asarray(values, dtype=np.float64) / largest
        deviation = float(np.std(relative)) * largest
        if float(np.min(values)) == float(np.max(values)) or deviation == 0.0:
            deviation = 1.0
        return cls(float(np.mean(relative)) * largest, deviation)

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Scale values of any shape."""
        return (values - self.mean) / self.deviation

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`."""
        return values * self.deviation + self.mean

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return (
            f"values are shifted by their mean, {self.mean:.6g}, and divided by their standard "
            f"deviation, {self.deviation:.6g}"
        )


@dataclass(frozen=True)
class RobustScaler:
    """Shift and scale by median and quartiles, which a few wild values do not move.

    Attributes
    ----------
    median, spread : float
        Of the training part, in the series' own unit; the spread is the distance between the
        quartiles over 1.349, which is the deviation of a normal distribution, and 1 where the
        quartiles are the same.
    """

    median: float
    spread: float

    @classmethod
    def fit(cls, values: np.ndarray) -> RobustScaler:
        """Find median and quartiles of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part.

        Raises
        ------
        DataError
            If there are no values, or one is NaN or infinite.
        """
        _require_finite(values)
        largest = float(np.max(np.abs(values))) or 1.0
        relative = np.asarray(values, dtype=np.float64) / largest
        low, middle, high = (float(q) for q in np.quantile(relative, [0.25, 0.5, 0.75]))
        return cls(middle * largest, (high - low) / 1.349 * largest or 1.0)

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Scale values of any shape."""
        return (values - self.median) / self.spread

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`."""
        return values * self.spread + self.median

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return (
            f"values are shifted by their median, {self.median:.6g}, and divided by the spread of "
            f"their middle half, {self.spread:.6g}"
        )


@dataclass(frozen=True)
class Log:
    """Take logarithms, so that growth by a factor becomes growth by a step.

    Attributes
    ----------
    floor : float
        Half of the smallest training value. A later value below it, zero or negative perhaps,
        counts as this one: it has no logarithm, or one that is far from everything known.
    """

    floor: float

    @classmethod
    def fit(cls, values: np.ndarray) -> Log:
        """Check that every value of the training part has a logarithm.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part.

        Raises
        ------
        DataError
            If a value is zero, negative, NaN or infinite.
        """
        _require_finite(values)
        _require_above_zero(values, "a logarithm")
        return cls(float(np.min(values)) / 2)

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Take natural logarithms of values of any shape."""
        return np.log(np.maximum(values, self.floor))

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`."""
        return np.exp(values)

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return "logarithms are taken of the values"


@dataclass(frozen=True)
class AtLeastZero:
    """Keep forecasts of what is counted from falling below zero; values stay as they are."""

    @classmethod
    def fit(cls, values: np.ndarray) -> AtLeastZero:
        """Check that no value of the training part is below zero.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part.

        Raises
        ------
        DataError
            If a value is negative, NaN or infinite.
        """
        _require_finite(values)
        if np.min(values) < 0:
            at = int(np.argmin(values))
            raise DataError(
                f"forecasts of 0 or more were asked for, and the training part has {values[at]:g} "
                f"at position {at}: leave this out"
            )
        return cls()

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Leave values as they are."""
        return values

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Raise what is below zero to zero."""
        return np.maximum(values, 0.0)

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return "no value is below zero and some are zero, so no forecast is below zero"


@dataclass(frozen=True, eq=False)
class SeasonalAdjustment:
    """Take a repeating season out, by classical decomposition.

    The trend is the centred moving average over one season (over ``m + 1`` values with half
    weights at both ends where ``m`` is even). What is left of the values, by ratio or by
    difference, is averaged over each phase of the season, and the averages are brought to mean 1
    or 0.

    Attributes
    ----------
    indices : ndarray of shape [m]
        One index for each phase; ``indices[0]`` belongs to the first training value.
    kind : {"multiplicative", "additive"}
        Whether values are divided by their index or the index is taken off.

    References
    ----------
    Hyndman, R. J. and Athanasopoulos, G. (2021). *Forecasting: Principles and Practice*, third
    edition, section 3.4.
    """

    indices: np.ndarray
    kind: Literal["multiplicative", "additive"]

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        season_length: int,
        kind: Literal["multiplicative", "additive"] = "multiplicative",
    ) -> SeasonalAdjustment:
        """Find the seasonal indices of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part, two whole seasons or more; above zero for a multiplicative season.
        season_length : int
            Steps in a season, m.
        kind : {"multiplicative", "additive"}, default "multiplicative"
            Whether the season's swing grows with the level or stays the same.

        Raises
        ------
        UsageError
            If ``season_length`` is below 2, or ``kind`` is neither of the two.
        DataError
            If there are fewer than two seasons, or a value cannot be used.
        """
        if season_length < 2:
            raise UsageError(f"season_length={season_length} is no season: it needs 2 or more")
        if kind not in ("multiplicative", "additive"):
            raise UsageError(f'kind="{kind}" is unknown: give "multiplicative" or "additive"')
        _require_finite(values)
        if len(values) < 2 * season_length:
            raise DataError(
                f"season_length={season_length} needs two seasons, {2 * season_length} values, "
                f"and there are {len(values)}: supply more history or set season_length=1"
            )
        if kind == "multiplicative":
            _require_above_zero(values, "a multiplicative season")

        values = np.asarray(values, dtype=np.float64)
        if season_length % 2:
            weights = np.full(season_length, 1.0 / season_length)
        else:
            weights = np.full(season_length + 1, 1.0 / season_length)
            weights[[0, -1]] /= 2
        half = len(weights) // 2
        trend = np.convolve(values, weights, mode="valid")
        inner = values[half : half + len(trend)]
        rest = inner / trend if kind == "multiplicative" else inner - trend

        phases = np.arange(half, half + len(rest)) % season_length
        indices = np.bincount(phases, weights=rest, minlength=season_length)
        indices /= np.bincount(phases, minlength=season_length)
        if kind == "multiplicative":
            indices /= indices.mean()
        else:
            indices -= indices.mean()
        indices.flags.writeable = False
        return cls(indices, kind)

    def at(self, start: int, length: int) -> np.ndarray:
        """Give the indices of ``length`` positions from ``start`` on, past or future.

        Returns
        -------
        ndarray of shape [length]
            The season, continued by phase.
        """
        return self.indices[np.arange(start, start + length) % len(self.indices)]

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Take the season out of values of shape [..., n], the first at ``start``."""
        season = self.at(start, values.shape[-1])
        return values / season if self.kind == "multiplicative" else values - season

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Undo :meth:`transform`."""
        season = self.at(start, values.shape[-1])
        return values * season if self.kind == "multiplicative" else values + season

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        low, high = self.indices.min(), self.indices.max()
        if self.kind == "multiplicative":
            return (
                f"values are divided by a season of {len(self.indices)} steps, from "
                f"{low:.3g} to {high:.3g} times the level"
            )
        return (
            f"a season of {len(self.indices)} steps is taken off, from {low:.3g} to {high:.3g} "
            "around the level"
        )


def is_seasonal(values: np.ndarray, season_length: int) -> bool:
    """Test a series for a season of a given length, at 90 % confidence.

    The autocorrelation at the season's lag is held against 1.645 times its standard error under
    no season (Bartlett's formula over the shorter lags), as in the M4 competition.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part.
    season_length : int
        Steps in the season asked about, m.

    Returns
    -------
    bool
        True if the season is there; always False for m < 2, for fewer than three seasons and for
        a constant series.

    References
    ----------
    Makridakis, S., Spiliotis, E. and Assimakopoulos, V. (2020). The M4 Competition. *International
    Journal of Forecasting* 36, 54-74. Benchmark Naive2.
    """
    if season_length < 2 or len(values) < 3 * season_length:
        return False
    acf = _autocorrelation(values, season_length)
    return bool(abs(acf[season_length]) > _bartlett_limits(acf, len(values))[season_length])


def find_season_length(values: np.ndarray, candidates: Sequence[int] | None = None) -> int:
    """Find how long a season is from the series itself.

    The straight-line trend is taken off, then lags are looked for whose autocorrelation is
    at least 0.3, passes the test of :func:`is_seasonal` and, without candidates, is
    the highest within a quarter of the lag on both sides. Of these the shortest is taken that
    comes within 10 % of the strongest, because two seasons repeat as well as one does. Of white
    noise, AR(1) series and random walks of 60 to 1,000 values, fewer than 1 in 10 pass for
    seasonal.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part.
    candidates : sequence of int, optional
        Lengths to choose from, for example ``[24, 168]`` for hours; all from 2 to a third of the
        series when not given. Lengths of which there are fewer than three are left out.

    Returns
    -------
    int
        Steps in a season; 1 if none is found.
    """
    values = np.asarray(values, dtype=np.float64)
    longest = len(values) // 3
    if longest < 2:
        return 1
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    slope = steps @ (values - values.mean()) / (steps @ steps)
    acf = _autocorrelation(values - slope * steps, longest + 1)
    clear = acf > np.maximum(_bartlett_limits(acf, len(values)), _LEAST_AUTOCORRELATION)
    if candidates is None:
        found = [lag for lag in range(2, longest + 1) if clear[lag] and _is_peak(acf, lag)]
    else:
        found = sorted(lag for lag in candidates if 2 <= lag <= longest and clear[lag])
    if not found:
        return 1
    # A long lag has fewer pairs to add up; set right, or a day would always win over a week.
    strength = {lag: acf[lag] * len(values) / (len(values) - lag) for lag in found}
    strongest = max(strength.values())
    return next(lag for lag in found if strength[lag] >= 0.9 * strongest)


_LEAST_AUTOCORRELATION = 0.3
_CONFIDENCE = 1.645  # 90 %, two-sided, of the standard normal distribution


def _is_peak(acf: np.ndarray, lag: int) -> bool:
    reach = max(1, lag // 4)
    return bool(acf[lag] >= acf[max(1, lag - reach) : lag + reach + 1].max())


def _autocorrelation(values: np.ndarray, longest: int) -> np.ndarray:
    """Autocorrelations at lags 0 to ``longest``, shape [longest + 1]; zeros if constant."""
    # Scaled first, so that squares neither overflow nor vanish.
    centred = np.asarray(values, dtype=np.float64) / (np.max(np.abs(values)) or 1.0)
    centred = centred - centred.mean()
    # Padded to twice the length: the circular correlation of the transform must not wrap.
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    covariance = np.fft.irfft(spectrum * np.conj(spectrum), size)[: longest + 1]
    variance = centred @ centred
    # Rounding leaves a constant series with a variance of about 1e-32 a value.
    if variance <= 1e-28 * len(centred):
        return np.zeros(longest + 1)
    return covariance / variance


def _bartlett_limits(acf: np.ndarray, n: int) -> np.ndarray:
    """What the autocorrelation at each lag must exceed, shape of ``acf``; lag 0 has no limit."""
    limits = np.full(len(acf), np.inf)
    shorter = np.concatenate([[0.0], np.cumsum(acf[1:-1] ** 2)])
    limits[1:] = _CONFIDENCE * np.sqrt((1 + 2 * shorter) / n)
    return limits


def _require_finite(values: np.ndarray) -> None:
    if len(values) == 0:
        raise DataError("there are no values to fit on: the training part is empty")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise DataError(
            f"the training part has the value {values[bad[0]]} at position {bad[0]}: "
            "replace or remove it"
        )


def _require_above_zero(values: np.ndarray, purpose: str) -> None:
    bad = np.flatnonzero(np.asarray(values) <= 0)
    if len(bad):
        raise DataError(
            f"{purpose} needs values above 0, the training part has {values[bad[0]]:g} at position "
            f"{bad[0]}: leave the logarithm out, or take an additive season"
        )
