"""Powers that make the spread of a series even (Box and Cox 1964)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError

__all__ = ["BoxCox"]

_POWERS = np.linspace(-1.0, 1.0, 41)


@dataclass(frozen=True)
class BoxCox:
    """Take a power of the values, between the logarithm and the values themselves.

    Attributes
    ----------
    power : float
        λ, -1 to 1: 0 is the logarithm, 1 a shift, 0.5 a square root.
    unit : float
        Geometric mean of the training part; values are divided by it first, so that the result
        does not depend on their unit.
    floor, ceiling : float
        A hundredth of the smallest and a hundred times the largest training value. What is outside
        counts as the nearer of the two: it may have no power, or no way back.

    References
    ----------
    Box, G. E. P. and Cox, D. R. (1964). An analysis of transformations. *Journal of the Royal
    Statistical Society B* 26, 211-252, equation 2.
    """

    power: float
    unit: float
    floor: float
    ceiling: float

    @classmethod
    def fit(cls, values: np.ndarray, block: int) -> BoxCox:
        """Choose the power under which the spread depends least on the level.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part, above zero, four blocks or more.
        block : int
            Values of a block, over which level and spread are taken: a season, or 2 or more.

        Raises
        ------
        DataError
            If a value is not above zero and finite, or there are fewer than four blocks.

        References
        ----------
        Guerrero, V. M. (1993). Time-series analysis supported by power transformations. *Journal of
        Forecasting* 12, 37-48: the power for which spread over level to the 1 - λ varies least.
        """
        values = np.asarray(values, np.float64)
        if not len(values):
            raise DataError("there are no values to fit on: the training part is empty")
        bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(bad):
            raise DataError(
                f"a power needs values above 0, the training part has {values[bad[0]]:g} at "
                f"position {bad[0]}: leave the power out"
            )
        block = max(2, block)
        count = len(values) // block
        if count < 4:
            raise DataError(
                f"a power is chosen over four blocks of {block} values, and there are "
                f"{len(values)}: supply more history, or take logarithms"
            )
        unit = float(np.exp(np.log(values).mean()))
        blocks = (values / unit)[len(values) - count * block :].reshape(count, block)
        level, spread = blocks.mean(axis=1), blocks.std(axis=1, ddof=1)
        power = 1.0
        if np.ptp(values) > 0 and spread.any():
            ratios = spread / level ** (1.0 - _POWERS[:, np.newaxis])
            power = float(_POWERS[np.argmin(ratios.std(axis=1) / ratios.mean(axis=1))])
        power = 0.0 if abs(power) < 1e-9 else power
        return cls(power, unit, float(values.min()) / 100, float(values.max()) * 100)

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Take the power of values of any shape."""
        relative = np.clip(values, self.floor, self.ceiling) / self.unit
        if self.power == 0.0:
            return np.log(relative)
        return np.expm1(self.power * np.log(relative)) / self.power

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`; what lies beyond its range becomes its nearer end."""
        low, high = self.transform(np.array([self.floor, self.ceiling]))
        inside = np.clip(values, low, high)
        if self.power == 0.0:
            return self.unit * np.exp(inside)
        # a border may lie a rounding beyond the last value that has a way back
        base = np.maximum(self.power * inside, np.nextafter(-1.0, 0.0))
        return np.clip(self.unit * np.exp(np.log1p(base) / self.power), self.floor, self.ceiling)

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        if self.power == 0.0:
            return "logarithms are taken of the values, which makes their spread even"
        return f"the power {self.power:.2g} is taken of the values, which makes their spread even"
