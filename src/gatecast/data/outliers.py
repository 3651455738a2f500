"""Values so far from all others that they would rule the training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatecast.errors import DataError

__all__ = ["OutlierClip", "tame"]

_REACH = 3.0
_NARROWEST = 7  # values of a running median


@dataclass(frozen=True)
class OutlierClip:
    """Draw what is far outside to the outer fences; forecasts stay as they are.

    Attributes
    ----------
    low, high : float
        The fences: three times the distance between the quartiles of the training part, below the
        lower and above the upper one.
    clipped, count : int
        Training values that were outside, and all of them.

    References
    ----------
    Tukey, J. W. (1977). *Exploratory Data Analysis*, section 2D: outer fences.
    """

    low: float
    high: float
    clipped: int
    count: int

    @classmethod
    def fit(cls, values: np.ndarray) -> OutlierClip:
        """Find the fences of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part, best without its season.

        Raises
        ------
        DataError
            If there are no values, or one is NaN or infinite.
        """
        values = np.asarray(values, np.float64)
        if not len(values) or not np.isfinite(values).all():
            raise DataError("outliers are found among finite values: replace or remove the others")
        lower, upper = (float(q) for q in np.quantile(values, [0.25, 0.75]))
        reach = _REACH * (upper - lower)
        if reach == 0.0:  # more than half are the same: nothing says what is usual
            return cls(float(values.min()), float(values.max()), 0, len(values))
        low, high = lower - reach, upper + reach
        return cls(low, high, int(((values < low) | (values > high)).sum()), len(values))

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Clip values of any shape."""
        return np.clip(values, self.low, self.high)

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Leave values as they are."""
        return values

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return (
            f"{self.clipped} of {self.count} values lie beyond {self.low:.6g} to {self.high:.6g} "
            "(three quartile distances outside the quartiles) and are drawn there"
        )


def tame(values: np.ndarray, seasons: Sequence[int] = ()) -> np.ndarray:
    """Draw in what is far from its neighbours and its phase, before a season is looked for.

    A mean over a season is bent by one wild value, a median is not: what is left after a running
    median and the median of each phase is clipped by :class:`OutlierClip`, and the two are put
    back. It looks at both sides of a value, and is for fitting on the training part alone.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part; finite.
    seasons : sequence of int, default ()
        Steps in each season, from short to long; 1 for none.

    Returns
    -------
    ndarray of shape [n]
        The values, those drawn in excepted.

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
    series = pd.Series(values)
    rest = values - series.rolling(window, center=True, min_periods=1).median().to_numpy()
    for season_length in seasons:
        phase = np.arange(len(values)) % season_length
        if season_length > 1:
            rest = rest - pd.Series(rest).groupby(phase).transform("median").to_numpy()
    drawn = OutlierClip.fit(rest).transform(rest)
    return np.where(drawn == rest, values, values + (drawn - rest))
