"""Transforms that shift and scale a series, and the one that keeps forecasts from below zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast.data.transforms.base import (
    Parameter,
    Transform,
    column,
    names_of,
    number,
    require_finite,
    span,
)
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = [
    "MeanAbsoluteChangeScaler", "MinMaxScaler", "NonNegative", "RobustScaler", "StandardScaler",
]  # fmt: skip


class _Scaler(Transform):
    """Take a shift off the values and divide them by a size: the first two parameters."""

    @property
    def _shift_and_size(self) -> tuple[Any, Any]:
        shift, size = names_of(type(self))
        return column(getattr(self, shift)), column(getattr(self, size))

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        shift, size = self._shift_and_size
        return (values - shift) / size

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        shift, size = self._shift_and_size
        return values * size + shift


@dataclass(frozen=True)
class MinMaxScaler(_Scaler):
    """Scale the training part's range to 0 ... 1.

    Attributes
    ----------
    low, high : float, or ndarray of shape [B]
        Smallest and largest value of the training part, in the series' own unit. Values outside
        leave 0 ... 1.
    """

    low: Parameter
    high: Parameter

    @classmethod
    def fit(cls, values: np.ndarray) -> MinMaxScaler:
        """Find the range of the training part.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several.

        Returns
        -------
        MinMaxScaler
            What was fitted.

        Raises
        ------
        DataError
            If there are no values, one is NaN or infinite, or the range overflows.
        """
        require_finite(values)
        low, high = np.min(values, axis=-1), np.max(values, axis=-1)
        with np.errstate(over="ignore"):
            wide = np.flatnonzero(~np.isfinite(np.subtract(high, low, dtype=np.float64)))
        if len(wide):
            low, high = np.ravel(low)[wide[0]], np.ravel(high)[wide[0]]
            raise DataError(message("transform.too_far_apart", low=low, high=high))
        return cls(number(low), number(high))

    @property
    def _shift_and_size(self) -> tuple[Any, Any]:
        # A constant series has no range; it is shifted to 0 and left at its own scale.
        width = self.high - self.low
        return column(self.low), column(number(np.where(width == 0, 1.0, width)))

    def _describe(self) -> Message:
        return message("transform.min_max", low=span(self.low), high=span(self.high))


@dataclass(frozen=True)
class StandardScaler(_Scaler):
    """Shift and scale the training part to mean 0 and standard deviation 1.

    Attributes
    ----------
    mean, deviation : float, or ndarray of shape [B]
        Of the training part, in the series' own unit; the deviation divides by n, and is 1 for
        a constant series.
    """

    mean: Parameter
    deviation: Parameter

    @classmethod
    def fit(cls, values: np.ndarray) -> StandardScaler:
        """Find mean and standard deviation of the training part.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several.

        Returns
        -------
        StandardScaler
            What was fitted.

        Raises
        ------
        DataError
            If there are no values, or one is NaN or infinite.
        """
        require_finite(values)
        # Taken relative to the largest value, so that squares neither overflow nor vanish.
        largest, relative = _relative(values)
        deviation = np.std(relative, axis=-1) * largest
        constant = (np.min(values, axis=-1) == np.max(values, axis=-1)) | (deviation == 0.0)
        mean = np.mean(relative, axis=-1) * largest
        return cls(number(mean), number(np.where(constant, 1.0, deviation)))

    def _describe(self) -> Message:
        return message("transform.standard", mean=span(self.mean), deviation=span(self.deviation))


@dataclass(frozen=True)
class RobustScaler(_Scaler):
    """Shift and scale by median and quartiles, which a few wild values do not move.

    Attributes
    ----------
    median, spread : float, or ndarray of shape [B]
        Of the training part, in the series' own unit; the spread is the distance between the
        quartiles over 1.349, which is the deviation of a normal distribution, and 1 where the
        quartiles are the same.
    """

    median: Parameter
    spread: Parameter

    @classmethod
    def fit(cls, values: np.ndarray) -> RobustScaler:
        """Find median and quartiles of the training part.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several.

        Returns
        -------
        RobustScaler
            What was fitted.

        Raises
        ------
        DataError
            If there are no values, or one is NaN or infinite.
        """
        require_finite(values)
        largest, relative = _relative(values)
        low, middle, high = np.quantile(relative, [0.25, 0.5, 0.75], axis=-1)
        spread = (high - low) / 1.349 * largest
        return cls(number(middle * largest), number(np.where(spread == 0, 1.0, spread)))

    def _describe(self) -> Message:
        return message("transform.robust", median=span(self.median), spread=span(self.spread))


@dataclass(frozen=True)
class MeanAbsoluteChangeScaler(_Scaler):
    """Shift a series by its mean, and divide it by its mean absolute change, the scale of MASE.

    Attributes
    ----------
    mean : float, or ndarray of shape [B]
        Of the training part, in the series' own unit.
    change : float, or ndarray of shape [B]
        Mean absolute change over one step and over the horizon, in equal parts; 1 for a constant
        series.
    """

    mean: Parameter
    change: Parameter

    @classmethod
    def fit(cls, values: np.ndarray, h: int) -> MeanAbsoluteChangeScaler:
        """Find mean and mean absolute change of the training part.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several; finite.
        h : int
            The horizon; changes over a third of the series at most are measured.

        Returns
        -------
        MeanAbsoluteChangeScaler
            What was fitted.
        """
        n = values.shape[-1]
        ahead = max(1, min(h, n // 3))
        changes = [
            np.mean(np.abs(values[..., k:] - values[..., :-k]), axis=-1)
            for k in (1, ahead)
            if k < n
        ]
        change = np.mean(changes, axis=0) if changes else np.zeros(values.shape[:-1])
        # a constant series changes by rounding alone
        moves = change > 1e-12 * np.max(np.abs(values), axis=-1)
        mean = np.mean(values, axis=-1, dtype=np.float64)
        return cls(number(mean), number(np.where(moves, change, 1.0)))

    def _describe(self) -> Message:
        return message("transform.mean_change", mean=span(self.mean), change=span(self.change))


def _relative(values: np.ndarray) -> tuple[Any, np.ndarray]:
    """Give the largest absolute value of each series, 1 if all are zero, and values over it."""
    largest = np.max(np.abs(values), axis=-1).astype(np.float64)
    largest = number(np.where(largest == 0, 1.0, largest))
    return largest, np.asarray(values, dtype=np.float64) / column(largest)


@dataclass(frozen=True)
class NonNegative(Transform):
    """Keep forecasts of what is counted from falling below zero; values stay as they are."""

    @classmethod
    def fit(cls, values: np.ndarray) -> NonNegative:
        """Check that no value of the training part is below zero.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several.

        Returns
        -------
        NonNegative
            What was fitted.

        Raises
        ------
        DataError
            If a value is negative, NaN or infinite.
        """
        require_finite(values)
        if np.min(values) < 0:
            at = np.unravel_index(int(np.argmin(values)), values.shape)
            raise DataError(message("transform.negative", value=values[at], position=at[-1]))
        return cls()

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        return values

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        return np.maximum(values, 0.0)

    def _describe(self) -> Message:
        return message("transform.non_negative")
