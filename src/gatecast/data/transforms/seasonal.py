"""The season of a series: found, tested for, and taken out by classical decomposition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gatecast.data.transforms.base import Transform, number, require_above_zero, require_finite
from gatecast.errors import DataError, UsageError, too_small
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "WEEKS", "FourierSeason", "SeasonalAdjustment", "find_season_length", "fit_season",
    "is_seasonal", "moving_average",
]  # fmt: skip

#: A day's steps, and those of the week that may be a season too.
WEEKS = {24: 168, 48: 336, 96: 672}
#: From so many steps on a season that is not there often is fitted as Fourier terms.
_LONG, _MANY, _HARMONICS = 365, 10, 6


@dataclass(frozen=True, eq=False)
class SeasonalAdjustment(Transform):
    """Take a repeating season out, by classical decomposition.

    The trend is the centred moving average over one season (over ``m + 1`` values with half
    weights at both ends where ``m`` is even). What is left of the values, by ratio or by
    difference, is averaged over each phase of the season, and the averages are brought to mean 1
    or 0.

    Attributes
    ----------
    indices : ndarray of shape [m] or [B, m]
        One index for each phase; ``indices[..., 0]`` belongs to the first training value.
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
        values : ndarray of shape [n] or [B, n]
            The training part, two whole seasons or more; above zero for a multiplicative season.
        season_length : int
            Steps in a season, m.
        kind : {"multiplicative", "additive"}, default "multiplicative"
            Whether the season's swing grows with the level or stays the same.

        Returns
        -------
        SeasonalAdjustment
            What was fitted.

        Raises
        ------
        UsageError
            If ``season_length`` is below 2, or ``kind`` is neither of the two.
        DataError
            If there are fewer than two seasons, or a value cannot be used.
        """
        if season_length < 2:
            raise too_small("season_length", season_length, 2)
        if kind not in ("multiplicative", "additive"):
            raise UsageError(message("transform.season_kind", kind=kind))
        _require_two_seasons(values, season_length)
        if kind == "multiplicative":
            require_above_zero(values, message("transform.multiplicative"))

        values = np.ascontiguousarray(values, dtype=np.float64)
        trend, half = moving_average(values, season_length)
        inner = values[..., half : half + trend.shape[-1]]
        rest = inner / trend if kind == "multiplicative" else inner - trend

        phases = np.arange(half, half + rest.shape[-1]) % season_length
        rows = rest.size // rest.shape[-1]
        bins = (phases + season_length * np.arange(rows)[:, np.newaxis]).ravel()
        indices = np.bincount(bins, weights=rest.ravel(), minlength=rows * season_length)
        indices = indices.reshape(*values.shape[:-1], season_length)
        indices /= np.bincount(phases, minlength=season_length)
        middle = indices.mean(axis=-1, keepdims=True)
        if kind == "multiplicative":
            indices /= middle
        else:
            indices -= middle
        indices.flags.writeable = False
        return cls(indices, kind)

    @property
    def season_length(self) -> int:
        """Steps in a season, m."""
        return self.indices.shape[-1]

    def at(self, start: int | np.ndarray, length: int) -> np.ndarray:
        """Give the indices of ``length`` positions from ``start`` on, past or future.

        Parameters
        ----------
        start : int or ndarray of shape [B]
            First position.
        length : int
            How many positions.

        Returns
        -------
        ndarray of shape [length] or [B, length]
            The season, continued by phase.
        """
        phases = (np.asarray(start)[..., np.newaxis] + np.arange(length)) % self.season_length
        if self.indices.ndim == 1:
            return self.indices[phases]
        phases = np.broadcast_to(phases, (len(self.indices), length))
        return np.take_along_axis(self.indices, phases, axis=-1)

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        season = self.at(start, values.shape[-1])
        return values / season if self.kind == "multiplicative" else values - season

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        season = self.at(start, values.shape[-1])
        return values * season if self.kind == "multiplicative" else values + season

    def _describe(self) -> Message:
        low, high = self.indices.min(), self.indices.max()
        numbers = {"season": self.season_length, "low": low, "high": high}
        if self.kind == "multiplicative":
            return message("transform.season_divided", **numbers)
        return message("transform.season_subtracted", **numbers)


@dataclass(frozen=True, eq=False)
class FourierSeason(Transform):
    """Take a long season out as Fourier terms: sines and cosines of its first harmonics.

    A season of hundreds of steps that is there a few times has too few values of each phase to
    average them; so few smooth terms are fitted by least squares, beside a straight line.

    Attributes
    ----------
    coefficients : ndarray of shape [2 J] or [B, 2 J]
        Of the sines, then of the cosines, of harmonics 1 to J.
    season_length : int
        Steps in a season, m.

    References
    ----------
    Hyndman, R. J. and Athanasopoulos, G. (2021). *Forecasting: Principles and Practice*, third
    edition, section 12.1.
    """

    coefficients: np.ndarray
    season_length: int

    @classmethod
    def fit(cls, values: np.ndarray, season_length: int) -> FourierSeason:
        """Find the coefficients of the training part.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part.
        season_length : int
            Steps in a season, m.

        Returns
        -------
        FourierSeason
            What was fitted.

        Raises
        ------
        DataError
            If there are fewer than two seasons, or a value cannot be used.
        """
        _require_two_seasons(values, season_length)
        n = values.shape[-1]
        line = np.column_stack([np.ones(n), np.linspace(-1.0, 1.0, n)])
        terms = np.hstack([line, _harmonics(np.arange(n), season_length)])
        fitted = np.linalg.lstsq(terms, np.asarray(values, np.float64).T, rcond=None)[0]
        return cls(np.ascontiguousarray(fitted[2:].T), season_length)

    def at(self, start: int | np.ndarray, length: int) -> np.ndarray:
        """Give the season at ``length`` positions from ``start`` on, past or future.

        Parameters
        ----------
        start : int or ndarray of shape [B]
            First position.
        length : int
            How many positions.

        Returns
        -------
        ndarray of shape [length] or [B, length]
            The season, continued.
        """
        steps = np.asarray(start)[..., np.newaxis] + np.arange(length)
        return np.einsum("...nj,...j->...n", _harmonics(steps, self.season_length),
                         self.coefficients)  # fmt: skip

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        return values - self.at(start, values.shape[-1])

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        return values + self.at(start, values.shape[-1])

    def _describe(self) -> Message:
        season = self.at(0, self.season_length)
        return message(
            "transform.season_fourier", season=self.season_length, low=season.min(),
            high=season.max(), terms=self.coefficients.shape[-1] // 2,
        )  # fmt: skip


def fit_season(values: np.ndarray, season_length: int) -> SeasonalAdjustment | FourierSeason:
    """Find the season of the training part around its level.

    Parameters
    ----------
    values : ndarray of shape [n] or [B, n]
        The training part, two whole seasons or more.
    season_length : int
        Steps in a season, m.

    Returns
    -------
    SeasonalAdjustment or FourierSeason
        The latter from 365 steps on, unless that is a week or there are ten seasons.
    """
    few = values.shape[-1] < _MANY * season_length
    if season_length >= _LONG and few and season_length not in WEEKS.values():
        return FourierSeason.fit(values, season_length)
    return SeasonalAdjustment.fit(values, season_length, "additive")


def is_seasonal(values: np.ndarray, season_length: int) -> Any:
    """Test series of equal length for a season of a given length, at 90 % confidence.

    The autocorrelation at the season's lag is held against 1.645 times its standard error under
    no season (Bartlett's formula over the shorter lags), as in the M4 competition.

    Parameters
    ----------
    values : ndarray of shape [n] or [B, n]
        The training part of one series, or of several.
    season_length : int
        Steps in the season tested for, m.

    Returns
    -------
    bool, or ndarray of bool of shape [B]
        True if the season is there; always False for m < 2, for fewer than three seasons and for
        a constant series.

    References
    ----------
    Makridakis, S., Spiliotis, E. and Assimakopoulos, V. (2020). The M4 Competition. *International
    Journal of Forecasting* 36, 54-74. Benchmark Naive2.
    """
    n = values.shape[-1]
    if season_length < 2 or n < 3 * season_length:
        return number(np.zeros(values.shape[:-1], bool))
    acf = _autocorrelation(values, season_length)
    limits = _bartlett_limits(acf, n)
    return number(np.abs(acf[..., season_length]) > limits[..., season_length])


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
        result = [lag for lag in range(2, longest + 1) if clear[lag] and _is_peak(acf, lag)]
    else:
        result = sorted(lag for lag in candidates if 2 <= lag <= longest and clear[lag])
    if not result:
        return 1
    # A long lag has fewer pairs to add up; set right, or a day would always win over a week.
    strength = {lag: acf[lag] * len(values) / (len(values) - lag) for lag in result}
    strongest = max(strength.values())
    return next(lag for lag in result if strength[lag] >= 0.9 * strongest)


_LEAST_AUTOCORRELATION = 0.3
_CONFIDENCE = 1.645  # 90 %, two-sided, of the standard normal distribution


def _require_two_seasons(values: np.ndarray, season_length: int) -> None:
    """Refuse values that no season can be fitted to."""
    require_finite(values)
    n, needed = values.shape[-1], 2 * season_length
    if n < needed:
        raise DataError(
            message("transform.short_for_season", season=season_length, needed=needed, n=n)
        )


def _harmonics(steps: np.ndarray, season_length: int) -> np.ndarray:
    """Give sines and cosines of the first harmonics at steps of any shape, [..., 2 J]."""
    turns = 2 * np.pi * np.arange(1, _HARMONICS + 1) / season_length
    angles = np.asarray(steps)[..., np.newaxis] * turns
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)


def _is_peak(acf: np.ndarray, lag: int) -> bool:
    reach = max(1, lag // 4)
    return bool(acf[lag] >= acf[max(1, lag - reach) : lag + reach + 1].max())


def moving_average(values: np.ndarray, season_length: int) -> tuple[np.ndarray, int]:
    """Average values over one season around each.

    Parameters
    ----------
    values : ndarray of shape [..., n]
        More than a season.
    season_length : int
        Steps in a season, m; of an even number m + 1 values are averaged, with half weights at
        both ends.

    Returns
    -------
    averages : ndarray of shape [..., n - 2 half]
        From the step ``half`` on.
    half : int
        Steps at each end that have no whole season around them.
    """
    if season_length % 2:
        weights = np.full(season_length, 1.0 / season_length)
    else:
        weights = np.full(season_length + 1, 1.0 / season_length)
        weights[[0, -1]] /= 2
    n, half = values.shape[-1], len(weights) // 2
    # all series as one long one; averages that would reach from one into the next are left out
    flat = np.convolve(values.ravel(), weights, mode="valid")
    padded = np.concatenate([flat, np.zeros(len(weights) - 1)])
    return padded.reshape(values.shape)[..., : n - len(weights) + 1], half


def _autocorrelation(values: np.ndarray, longest: int) -> np.ndarray:
    """Autocorrelations at lags 0 to ``longest``, [..., longest + 1]; zeros where constant."""
    # Scaled first, so that squares neither overflow nor vanish.
    largest = np.max(np.abs(values), axis=-1, keepdims=True)
    centred = np.asarray(values, dtype=np.float64) / np.where(largest == 0, 1.0, largest)
    centred = centred - centred.mean(axis=-1, keepdims=True)
    # Padded to twice the length: the circular correlation of the transform must not wrap.
    n = values.shape[-1]
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    covariance = np.fft.irfft(spectrum * np.conj(spectrum), size)[..., : longest + 1]
    variance = np.square(centred).sum(axis=-1, keepdims=True)
    # Rounding leaves a constant series with a variance of about 1e-32 a value.
    constant = variance <= 1e-28 * n
    return np.where(constant, 0.0, covariance / np.where(constant, 1.0, variance))


def _bartlett_limits(acf: np.ndarray, n: int) -> np.ndarray:
    """What the autocorrelation at each lag must exceed, shape of ``acf``; lag 0 has no limit."""
    limits = np.full(acf.shape, np.inf)
    squares = np.cumsum(acf[..., 1:-1] ** 2, axis=-1)
    shorter = np.concatenate([np.zeros((*acf.shape[:-1], 1)), squares], axis=-1)
    limits[..., 1:] = _CONFIDENCE * np.sqrt((1 + 2 * shorter) / n)
    return limits
