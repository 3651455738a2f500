"""Values so far from all others that they would rule the training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError

__all__ = ["OutlierClip"]

_REACH = 3.0


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
