"""A lasting shift of the level near the end: what came before it says nothing of the level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.data.stationarity import is_stationary
from gatecast.data.transforms.base import Parameter, Transform, column, number, span
from gatecast.messages import Message, message

__all__ = ["LevelShift", "find_level_shift"]

_LEAST = 5  # values after a shift
_CLEAR = 5.0  # standard deviations between the levels


@dataclass(frozen=True)
class LevelShift(Transform):
    """Move the values before a lasting shift to the present level; forecasts stay as they are.

    Attributes
    ----------
    position : float, or ndarray of shape [B]
        Values before the shift.
    shift : float, or ndarray of shape [B]
        Mean after it less mean before it.
    last : float, or ndarray of shape [B]
        Training values after it.

    References
    ----------
    Box, G. E. P. and Tiao, G. C. (1975). Intervention analysis with applications to economic and
    environmental problems. *Journal of the American Statistical Association* 70, 70-79: a step.
    """

    position: Parameter
    shift: Parameter
    last: Parameter

    @classmethod
    def fit(cls, values: np.ndarray, position: np.ndarray | int) -> LevelShift:
        """Measure the shift at a position.

        Parameters
        ----------
        values : ndarray of shape [n] or [B, n]
            The training part of one series, or of several.
        position : int or ndarray of shape [B]
            What :func:`find_level_shift` gives; above 0.

        Returns
        -------
        LevelShift
            What was fitted.
        """
        values, at = np.asarray(values, np.float64), np.asarray(position)
        n = values.shape[-1]
        after = np.arange(n) >= at[..., np.newaxis]
        means = [np.where(part, values, 0.0).sum(-1) / part.sum(-1) for part in (~after, after)]
        last = (n - at).astype(np.float64)
        return cls(number(at.astype(np.float64)), number(means[1] - means[0]), number(last))

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        return values + self._before(values, start)

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        return values - self._before(values, start)

    def _before(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        places = column(np.asarray(start)) + np.arange(np.shape(values)[-1])
        return np.where(places < column(self.position), column(self.shift), 0.0)

    def _describe(self) -> Message:
        return message(
            "transform.level_shift",
            last=span(np.asarray(self.last, np.int64)),
            position=span(np.asarray(self.position, np.int64)),
        )


def find_level_shift(values: np.ndarray) -> np.ndarray:
    """Find where the level has shifted for good, in the last third.

    There is such a shift where all values after it lie beyond all values before it; where the means
    differ by five standard deviations of either part; where half of that happens in one step; and
    where the values before it kept returning to their level.

    Parameters
    ----------
    values : ndarray of shape [B, n]
        Training parts.

    Returns
    -------
    ndarray of shape [B], int64
        Values before the shift; 0 where there is none.
    """
    values = np.asarray(values, np.float64)
    count, n = values.shape
    result = np.zeros(count, np.int64)
    least = max(_LEAST, int(np.sqrt(n)) // 2)
    first, stop = n - n // 3, n - least + 1
    if first >= stop:
        return result
    highest = np.maximum.accumulate(values, -1)[:, first - 1 : stop - 1]
    lowest = np.minimum.accumulate(values, -1)[:, first - 1 : stop - 1]
    from_here = values[:, ::-1]
    highest_after = np.maximum.accumulate(from_here, -1)[:, ::-1][:, first:stop]
    lowest_after = np.minimum.accumulate(from_here, -1)[:, ::-1][:, first:stop]
    beyond = np.maximum(lowest_after - highest, lowest - highest_after)
    for i in np.flatnonzero((beyond > 0).any(-1)):
        at = first + int(np.argmax(beyond[i]))
        before, after = values[i, :at], values[i, at:]
        shift = abs(after.mean() - before.mean())
        sudden = 2 * abs(after[0] - before[-1]) > shift
        spread = max(before.std(), after.std())
        if sudden and shift > _CLEAR * spread and is_stationary(before):
            result[i] = at
    return result
