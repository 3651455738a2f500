"""What a forecast is drawn to where values held back say that the network alone is not the best.

Each anchor is a linear map of a series' last values: none of them, which is the naive forecast or
the mean; one of the last season; or as many as a straight line can be drawn through them to the
values to come. All are in the network's unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.data.least_squares import ridge
from gatecast.forecaster.recipe import Target
from gatecast.forecaster.sampling import Tracks

__all__ = ["SIMPLEST", "Anchor"]

#: What an answer of zero is.
SIMPLEST: dict[Target, str] = {"values": "the mean", "changes": "the naive forecast"}

#: Steps that a map of least squares is fitted at, evenly over all series.
_MOST_STEPS = 65536
_AT_ONCE = 4096
#: Of the mean square of what it sees; keeps it finite where two of its values are alike.
_RIDGE = 1e-3


@dataclass(frozen=True, eq=False)
class Anchor:
    """A linear map of a series' last values to those to come.

    Parameters
    ----------
    name : str
        What to call it in a sentence.
    weights : ndarray of shape [R, K]
        Of the last R values, the newest first, for each step to come. Where the network learns
        changes, they give changes from the newest value too.
    """

    name: str
    weights: np.ndarray

    @property
    def reach(self) -> int:
        """How many last values it sees, R."""
        return len(self.weights)

    @classmethod
    def nothing(cls, target: Target, h: int) -> Anchor:
        """Answer zero: the mean of values, or the naive forecast."""
        return cls(SIMPLEST[target], np.zeros((0, h)))

    @classmethod
    def season(cls, target: Target, h: int, season_length: int) -> Anchor:
        """Repeat the last season: the seasonal naive forecast."""
        ahead = np.arange(h)
        weights = np.zeros((season_length, h))
        weights[season_length - 1 - ahead % season_length, ahead] = 1.0
        name = f"the seasonal naive forecast of {season_length} steps"
        return cls(name, weights - _present(target, weights))

    @classmethod
    def fit(cls, tracks: Tracks, reach: int) -> Anchor:
        """Fit a map by least squares, one for all series.

        Parameters
        ----------
        tracks : Tracks
            The series; each step counts in its own stride.
        reach : int
            Last values that it sees, R.

        Notes
        -----
        A direct forecast by ridge regression (Hoerl and Kennard 1970), with a penalty of a
        thousandth of the mean square of what it sees.
        """
        h, target = tracks.h, tracks.target
        # whole windows, with all the values to come
        counts = np.maximum(tracks.lengths - reach - h + 1, 0)
        ends = np.cumsum(counts)
        nth = np.arange(0, ends[-1], max(1, ends[-1] // _MOST_STEPS))
        which = np.searchsorted(ends, nth, side="right")
        at = tracks.starts[which] + reach - 1 + nth - (ends - counts)[which]

        def block(now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            stride = tracks.strides[now, np.newaxis].astype(np.float64)
            seen = tracks.back(now, reach)
            if target == "changes":
                seen = seen - seen[:, :1]
            return seen / stride, tracks.targets(now) / stride

        blocks = (block(at[begin : begin + _AT_ONCE]) for begin in range(0, len(at), _AT_ONCE))
        weights = ridge(blocks, reach, h, _RIDGE)
        name = f"a linear map of the last {reach} values"
        return cls(name, weights - _present(target, weights))

    def say(self, windows: np.ndarray) -> np.ndarray:
        """Answer from the last values [..., R], the newest first: [..., K]."""
        return windows @ self.weights

    def shares(self, values: np.ndarray) -> np.ndarray:
        """Share the answer after a series [n] among its values, in their order: [n, K]."""
        n = len(values)
        weights = np.zeros((n, self.weights.shape[1]))
        weights[: self.reach] = self.weights[:n]
        weights[-1] += self.weights[n:].sum(axis=0)  # before its first value it stood there
        return weights[::-1] * values[:, np.newaxis]

    def along(self, values: np.ndarray) -> np.ndarray:
        """Answer at each step of a series [n]; before its first value it stood there: [n, K]."""
        if not self.reach:
            return np.zeros((len(values), self.weights.shape[1]))
        padded = np.concatenate([np.repeat(values[:1], self.reach - 1), values])
        return self.say(sliding_window_view(padded, self.reach)[:, ::-1])


def _present(target: Target, weights: np.ndarray) -> np.ndarray:
    """Give what to take off the weights, so that they weigh changes from the newest value."""
    off = np.zeros_like(weights)
    if target == "changes":
        off[0] = weights.sum(axis=0)
    return off
