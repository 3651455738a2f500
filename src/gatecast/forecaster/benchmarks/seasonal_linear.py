"""Linear maps that are shrunk towards the last season or the last value, and not towards zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.data.least_squares import ridge
from gatecast.forecaster.benchmarks.own_unit import OwnUnitBenchmark
from gatecast.messages import message

__all__ = ["SeasonalLinear"]

#: Of the mean square of the inputs.
_RIDGE = 1e-3
#: Steps that it is fitted at, evenly over each series.
_MOST_STEPS = 16384
_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class SeasonalLinear(OwnUnitBenchmark):
    """Forecast by a linear map of the last values in their own unit.

    Differences from a season before are mapped, or from the last value: the former follows a season
    at any level, the latter returns to where the series was.

    Parameters
    ----------
    h, difference
        See :class:`~gatecast.forecaster.benchmarks.own_unit.OwnUnitBenchmark`.
    weights : ndarray of shape [R, K]
        Of the last R values, the newest first, for each step to come. They sum to 1 for each step,
        so that a series that stands higher is forecast as much higher.
    """

    weights: np.ndarray

    name: str = field(init=False, default=message("benchmark.seasonal_linear"))

    @property
    def memory(self) -> int:
        """How many last values in their own unit it uses."""
        return len(self.weights)

    @classmethod
    def fit(
        cls, series: Sequence[np.ndarray], h: int, day: int, longest: int, *, difference: bool
    ) -> SeasonalLinear:
        """Fit a map of seasonal differences, one for all series.

        Parameters
        ----------
        series : sequence of ndarray of shape [n]
            Known values, in their own unit.
        h : int
            Steps to forecast, K.
        day : int
            Steps of the shortest season, m.
        longest : int
            Steps of the longest season that it sees.
        difference : bool
            Whether networks are trained on differences.

        Returns
        -------
        SeasonalLinear
            It uses ``longest`` values or a quarter of the median series, and a season before.

        Notes
        -----
        Ridge regression (Hoerl and Kennard 1970) of what a value differs from that of a season
        before on such differences of the last values. Seasons are whole days, as many as the
        horizon has, so that the value of a season before is known; and never longer than
        ``longest``.
        """
        season, reach = min(day * -(-h // day), longest), _reach(series, longest)
        ahead = np.arange(1, h + 1)
        back = season * -(-ahead // season) - ahead  # of the value of a season before, from now
        blocks = (
            ((last[:, :reach] - last[:, season:]) / scale, targets)
            for last, targets, scale in _blocks(series, reach + season, season, back)
        )
        weights = ridge(blocks, reach, h, _RIDGE)
        whole = np.zeros((reach + season, h))
        whole[:reach] += weights
        whole[season:] -= weights
        whole[back, np.arange(h)] += 1.0
        return cls(h, difference, whole)

    @classmethod
    def from_last(
        cls, series: Sequence[np.ndarray], h: int, longest: int, *, difference: bool
    ) -> SeasonalLinear:
        """Fit a map of differences from the last value, one for all series.

        Parameters
        ----------
        series : sequence of ndarray of shape [n]
            Known values, in their own unit.
        h : int
            Steps to forecast, K.
        longest : int
            Last values that it sees at most.
        difference : bool
            Whether networks are trained on differences.

        Returns
        -------
        SeasonalLinear
            It uses ``longest`` values or a quarter of the median series.
        """
        reach = max(2, _reach(series, longest))
        blocks = (
            ((last[:, 1:] - last[:, :1]) / scale, targets)
            for last, targets, scale in _blocks(series, reach, 1, np.zeros(h, int))
        )
        weights = ridge(blocks, reach - 1, h, _RIDGE)
        return cls(h, difference, np.vstack([1.0 - weights.sum(axis=0), weights]))

    def _quantiles(self, own: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Forecast from steps ``at`` [P] of series [B, T] in their own unit: [B, P, K, 1]."""
        # before its first value a series is taken to have stood there
        whole = np.concatenate([np.repeat(own[:, :1], self.memory - 1, axis=1), own], axis=1)
        windows = sliding_window_view(whole, self.memory, axis=1)[:, at]
        return (windows[..., ::-1] @ self.weights)[..., np.newaxis]


def _reach(series: Sequence[np.ndarray], longest: int) -> int:
    """Count the last values, or differences, that a map sees."""
    return max(1, min(longest, int(np.median([len(values) for values in series])) // 4))


def _blocks(
    series: Sequence[np.ndarray], n: int, season: int, back: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Give the last values [B, n] of steps, the newest first, and targets [B, K] after them.

    Targets are differences from the value ``back`` steps before now, over the mean size of seasonal
    differences, which is given too.
    """
    every = max(1, sum(map(len, series)) // _MOST_STEPS)
    for values in series:
        now = np.arange(n - 1, len(values) - len(back), every)
        scale = np.abs(values[season:] - values[:-season]).mean() if len(now) else 0.0
        if not scale:
            continue
        last = sliding_window_view(values, n)[:, ::-1]
        after = sliding_window_view(values[1:], len(back))
        for begin in range(0, len(now), _AT_ONCE):
            some = now[begin : begin + _AT_ONCE]
            targets = after[some] - values[some[:, np.newaxis] - back]
            yield last[some - n + 1], targets / scale, scale
