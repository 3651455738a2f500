"""Linear maps that are shrunk towards the last season or the last value, and not towards zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.data.least_squares import ridge
from gatecast.forecaster.own_unit import OwnUnitBenchmark
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
        See :class:`~gatecast.forecaster.own_unit.OwnUnitBenchmark`.
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
        season = min(day * -(-h // day), longest)
        reach = max(1, min(longest, int(np.median([len(values) for values in series])) // 4))
        ahead = np.arange(1, h + 1)
        back = season * -(-ahead // season) - ahead  # of the value of a season before, from now
        weights = ridge(_seasonal_blocks(series, h, season, reach, back), reach, h, _RIDGE)
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
        reach = max(2, min(longest, int(np.median([len(values) for values in series])) // 4))
        weights = ridge(_blocks(series, h, reach), reach - 1, h, _RIDGE)
        return cls(h, difference, np.vstack([1.0 - weights.sum(axis=0), weights]))

    def _quantiles(self, own: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Forecast from steps ``at`` [P] of series [B, T] in their own unit: [B, P, K, 1]."""
        # before its first value a series is taken to have stood there
        whole = np.concatenate([np.repeat(own[:, :1], self.memory - 1, axis=1), own], axis=1)
        windows = sliding_window_view(whole, self.memory, axis=1)[:, at]
        return (windows[..., ::-1] @ self.weights)[..., np.newaxis]


def _blocks(
    series: Sequence[np.ndarray], h: int, reach: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give inputs [n, reach - 1] and targets [n, K] over the mean absolute change."""
    every = max(1, sum(map(len, series)) // _MOST_STEPS)
    for values in series:
        now = np.arange(reach - 1, len(values) - h, every)
        scale = np.abs(np.diff(values)).mean() if len(now) else 0.0
        if not scale:
            continue
        inputs = sliding_window_view(values / scale, reach)[:, ::-1]
        targets = sliding_window_view(values[1:] / scale, h)
        for begin in range(0, len(now), _AT_ONCE):
            some = now[begin : begin + _AT_ONCE]
            last = inputs[some - reach + 1, :1]
            yield inputs[some - reach + 1, 1:] - last, targets[some] - last


def _seasonal_blocks(
    series: Sequence[np.ndarray], h: int, season: int, reach: int, back: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give inputs [n, reach] and targets [n, K] over the mean size of the differences."""
    every = max(1, sum(map(len, series)) // _MOST_STEPS)
    for values in series:
        changes = values[season:] - values[:-season]
        now = np.arange(season + reach - 1, len(values) - h, every)
        scale = np.abs(changes).mean() if len(now) else 0.0
        if not scale:
            continue
        inputs = sliding_window_view(changes / scale, reach)[:, ::-1]
        for begin in range(0, len(now), _AT_ONCE):
            some = now[begin : begin + _AT_ONCE]
            targets = sliding_window_view(values[1:], h)[some] - values[some[:, np.newaxis] - back]
            yield inputs[some - season - reach + 1], targets / scale
