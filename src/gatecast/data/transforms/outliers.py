"""Outliers: values so far from all others that they would rule the training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatecast.data.transforms.base import Parameter, Transform, column, number, span
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = ["OutlierClip", "hampel_clip"]

_REACH = 3.0
_NARROWEST = 7  # values of a running median


@dataclass(frozen=True)
class OutlierClip(Transform):
    """Clip outliers (quartiles +/- 3 IQR); forecasts stay as they are.

    Attributes
    ----------
    low, high : float, or ndarray of shape [B]
        The fences: three times the distance between the quartiles of the training part, below the
        lower and above the upper one.
    clipped, count : int, or ndarray of shape [B]
        Training values that were outside, and all of them.

    References
    ----------
    Tukey, J. W. (1977). *Exploratory Data Analysis*, section 2D: outer fences.
    """

    low: Parameter
    high: Parameter
    clipped: Parameter
    count: Parameter

    @classmethod
    def fit(cls, values: np.ndarray) -> OutlierClip:
        """Find the fences of the training part.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several, best without its season.

        Returns
        -------
        OutlierClip
            What was fitted.

        Raises
        ------
        DataError
            If there are no values, or one is NaN or infinite.
        """
        values = np.asarray(values, np.float64)
        n = values.shape[-1]
        if not n or not np.isfinite(values).all():
            raise DataError(message("transform.outliers_not_finite"))
        lower, upper = np.quantile(values, [0.25, 0.75], axis=-1)
        reach = _REACH * (upper - lower)
        # where more than half are the same, nothing says what is usual
        usual = reach != 0.0
        low = np.where(usual, lower - reach, values.min(axis=-1))
        high = np.where(usual, upper + reach, values.max(axis=-1))
        outside = (values < low[..., np.newaxis]) | (values > high[..., np.newaxis])
        clipped, count = outside.sum(axis=-1), np.full(low.shape, n)
        return cls(number(low), number(high), number(clipped), number(count))

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        return np.clip(values, column(self.low), column(self.high))

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        return values

    def _describe(self) -> Message:
        if np.ndim(self.low):
            return message(
                "transform.clipped_several", clipped=span(np.asarray(self.clipped, np.int64))
            )
        return message(
            "transform.clipped", clipped=self.clipped, n=self.count, low=self.low, high=self.high
        )


def hampel_clip(values: np.ndarray, seasons: Sequence[int] = ()) -> np.ndarray:
    """Clip values far from their neighbours and their phase, before a season is fitted.

    A mean over a season is bent by one wild value, a median is not: what is left after a running
    median and the median of each phase is clipped by :class:`OutlierClip`, and the two are put
    back. It looks at both sides of a value, and is for fitting on the training part alone.

    Parameters
    ----------
    values : ndarray of shape [n] or [B, n]
        The training part of one series, or of several; finite.
    seasons : sequence of int, default ()
        Steps in each season, from short to long; 1 for none.

    Returns
    -------
    ndarray of the shape of ``values``
        The values, outliers clipped.

    Raises
    ------
    DataError
        If there are no values, or one is NaN or infinite.

    References
    ----------
    Hampel, F. R. (1974). The influence curve and its role in robust estimation. *Journal of the
    American Statistical Association* 69, 383-393.
    """
    values = np.asarray(values, np.float64)
    window = max(_NARROWEST, *seasons, 1)
    columns = pd.DataFrame(np.atleast_2d(values).T)
    rest = columns - columns.rolling(window, center=True, min_periods=1).median()
    for season_length in seasons:
        phase = np.arange(len(rest)) % season_length
        if season_length > 1:
            rest = rest - rest.groupby(phase).transform("median")
    left = np.ascontiguousarray(rest.to_numpy().T).reshape(values.shape)
    clipped = OutlierClip.fit(left).transform(left)
    return np.where(clipped == left, values, values + (clipped - left))
