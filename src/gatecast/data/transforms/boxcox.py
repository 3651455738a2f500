"""Powers and logarithms that make the spread of a series even (Box and Cox 1964)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.data.cells import LARGEST
from gatecast.data.transforms.base import (
    Parameter,
    Transform,
    column,
    number,
    require_above_zero,
    require_finite,
    span,
)
from gatecast.errors import DataError
from gatecast.messages import Message, Range, message

__all__ = ["BoxCox", "Log", "spread_grows_with_level"]

_POWERS = np.linspace(-1.0, 1.0, 41)
#: The logarithm of the largest value that is read: none beyond it comes back either.
_LARGEST_LOG = float(np.log(LARGEST))


@dataclass(frozen=True)
class BoxCox(Transform):
    """Take a power of the values, between the logarithm and the values themselves.

    Attributes
    ----------
    power : float, or ndarray of shape [B]
        λ, -1 to 1: 0 is the logarithm, 1 a shift, 0.5 a square root.
    unit : float, or ndarray of shape [B]
        Geometric mean of the training part; values are divided by it first, so that the result
        does not depend on their unit.
    floor, ceiling : float, or ndarray of shape [B]
        A hundredth of the smallest and a hundred times the largest training value. What is outside
        counts as the nearer of the two: it may have no power, or no way back.

    References
    ----------
    Box, G. E. P. and Cox, D. R. (1964). An analysis of transformations. *Journal of the Royal
    Statistical Society B* 26, 211-252, equation 2.
    """

    power: Parameter
    unit: Parameter
    floor: Parameter
    ceiling: Parameter

    @classmethod
    def fit(cls, values: np.ndarray, block: int) -> BoxCox:
        """Choose the power under which the spread depends least on the level.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part, above zero, four blocks or more.
        block : int
            Values of a block, over which level and spread are taken: a season, or 2 or more.

        Returns
        -------
        BoxCox
            What was fitted.

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
        n = values.shape[-1]
        if not n:
            raise DataError(message("transform.no_values"))
        bad = np.argwhere(~(np.isfinite(values) & (values > 0)))
        if len(bad):
            value = values[tuple(bad[0])]
            raise DataError(
                message("transform.power_not_positive", value=value, position=bad[0][-1])
            )
        block = max(2, block)
        count = n // block
        if count < 4:
            raise DataError(message("transform.few_blocks", block=block, n=n))
        unit = np.exp(np.log(values).mean(axis=-1))
        blocks = (values / unit[..., np.newaxis])[..., n - count * block :]
        blocks = blocks.reshape(*values.shape[:-1], count, block)
        level, spread = blocks.mean(axis=-1), blocks.std(axis=-1, ddof=1)
        level, spread = level[..., np.newaxis, :], spread[..., np.newaxis, :]
        ratios = spread / level ** (1.0 - _POWERS[:, np.newaxis])
        mean = ratios.mean(axis=-1)
        variation = ratios.std(axis=-1) / np.where(mean == 0, 1.0, mean)
        varies = (np.ptp(values, axis=-1) > 0) & spread.any(axis=(-1, -2))
        power = np.where(varies, _POWERS[np.argmin(variation, axis=-1)], 1.0)
        power = np.where(np.abs(power) < 1e-9, 0.0, power)
        low, high = np.min(values, axis=-1) / 100, np.max(values, axis=-1) * 100
        return cls(number(power), number(unit), number(low), number(high))

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        clipped = np.clip(values, column(self.floor), column(self.ceiling))
        logs = np.log(clipped / column(self.unit))
        power = column(self.power)
        if not np.any(power):
            return logs
        some = np.where(power == 0.0, 1.0, power)
        return np.where(power == 0.0, logs, np.expm1(some * logs) / some)

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        ends = self.transform(np.stack([np.asarray(self.floor), np.asarray(self.ceiling)], axis=-1))
        clipped = np.clip(values, ends[..., :1], ends[..., 1:])
        power, unit = column(self.power), column(self.unit)
        if not np.any(power):
            return unit * np.exp(clipped)
        # a border may lie a rounding beyond the last value that has a way back
        base = np.maximum(power * clipped, np.nextafter(-1.0, 0.0))
        some = np.where(power == 0.0, 1.0, power)
        powers = np.clip(
            unit * np.exp(np.log1p(base) / some), column(self.floor), column(self.ceiling)
        )
        return np.where(power == 0.0, unit * np.exp(np.where(power == 0.0, clipped, 0.0)), powers)

    def _describe(self) -> Message:
        power = span(self.power)
        if power == 0.0:
            return message("transform.logarithm")
        if isinstance(power, Range) and not np.all(self.power):
            return message("transform.powers", power=power)
        return message("transform.power", power=power)


@dataclass(frozen=True)
class Log(Transform):
    """Take logarithms, so that growth by a factor becomes growth by a step.

    Attributes
    ----------
    floor : float, or ndarray of shape [B]
        Half of the smallest training value. A later value below it, zero or negative perhaps,
        counts as this one: it has no logarithm, or one that is far from everything known.
    """

    floor: Parameter

    @classmethod
    def fit(cls, values: np.ndarray) -> Log:
        """Check that every value of the training part has a logarithm.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several.

        Returns
        -------
        Log
            What was fitted.

        Raises
        ------
        DataError
            If a value is zero, negative, NaN or infinite.
        """
        require_finite(values)
        require_above_zero(values, message("transform.logarithms"))
        return cls(number(np.min(values, axis=-1) / 2))

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        return np.log(np.maximum(values, column(self.floor)))

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:  # noqa: ARG002
        # the error of another series, added in logarithms, may be beyond every number
        return np.exp(np.minimum(values, _LARGEST_LOG))

    def _describe(self) -> Message:
        return message("transform.log_requested")


def spread_grows_with_level(values: np.ndarray, block: int) -> np.ndarray:
    """Test whether logarithms would make the spread of series even.

    The logarithms of blocks' deviations are held against those of their means: the spread grows
    where the slope is above 1/2. A slope of 1 is a spread in proportion to the level, which
    logarithms make even; 0 is an even spread already.

    Parameters
    ----------
    values : ndarray of shape [B, n]
        Training parts.
    block : int
        Values of a block.

    Returns
    -------
    ndarray of bool of shape [B]
        False with fewer than three blocks, or a value that is not above zero.
    """
    n = values.shape[-1]
    count = n // block
    grows = np.zeros(len(values), bool)
    positive = np.flatnonzero((values > 0).all(axis=-1)) if count >= 3 else np.zeros(0, int)
    if not len(positive):
        return grows
    some = values[positive]
    # relative to the largest value, so that no square overflows
    some = (some / some.max(axis=-1, keepdims=True))[:, n - count * block :]
    blocks = some.reshape(len(some), count, block)
    mean, deviation = np.log(blocks.mean(axis=-1)), blocks.std(axis=-1)
    clear = (deviation > 0).all(axis=-1) & (np.ptp(mean, axis=-1) >= 0.05)
    x = mean[clear] - mean[clear].mean(axis=-1, keepdims=True)
    y = np.log(deviation[clear])
    y = y - y.mean(axis=-1, keepdims=True)
    xx, xy, yy = (x * x).sum(axis=-1), (x * y).sum(axis=-1), (y * y).sum(axis=-1)
    product = xx * yy
    correlation = xy / np.sqrt(np.where(product == 0, 1.0, product))
    grows[positive[clear]] = (xy / xx > 0.5) & (correlation > 0.3)
    return grows
