"""Baselines of intermittent demand: how often there is some, and how much.

Forecasts are mean demand. Intervals are quantiles of counts: none with the probability that there
is no demand, else one of the sizes that the series has had.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gatecast.baselines.intervals import Ends
from gatecast.baselines.protocol import Baseline
from gatecast.data.panel import Panel
from gatecast.errors import DataError, UsageError
from gatecast.messages import Argument, message

__all__ = ["SBA", "TSB", "Croston"]


class _Demand(NamedTuple):
    """Hold the state of a series after its last value."""

    size: float
    probability: float


@dataclass
class _Intermittent(Baseline):
    """Smooth size and frequency of demand."""

    alpha: float = 0.1

    def check_settings(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        UsageError
            If there is one.
        """
        super().check_settings()
        _require_share("alpha", self.alpha)

    def _forecast_panel(
        self, panel: Panel, seasons: tuple[int, ...], level: list[float]
    ) -> tuple[np.ndarray, Ends]:
        forecasts = np.stack([self._forecast_named(series, seasons) for series in panel])
        ends: Ends = {}
        for share in level:
            made = [
                _quantiles(one.values, self._state(one.values).probability, share) for one in panel
            ]
            low, high = np.repeat(np.array(made)[..., np.newaxis], self.h, axis=2).swapaxes(0, 1)
            ends[share] = low, high
        return forecasts, ends

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:  # noqa: ARG002
        if (values < 0).any():
            raise DataError(message("baseline.negative", value=float(values.min())))
        state = self._state(values)
        return np.full(self.h, self._mean(state))

    def _mean(self, state: _Demand) -> float:
        return state.size * state.probability

    @abstractmethod
    def _state(self, values: np.ndarray) -> _Demand:
        """Smooth a series to its end."""


@dataclass
class Croston(_Intermittent):
    """Smooth sizes of demand, and the steps between them, at each demand (Croston 1972).

    Parameters
    ----------
    h, freq, season_length, level, alias, aggregate
        As for every baseline; a season has no effect.
    alpha : float, default 0.1
        Weight of the newest size, and of the newest interval.

    References
    ----------
    Croston, J. D. (1972). Forecasting and stock control for intermittent demands. *Operational
    Research Quarterly* 23, 289-303.
    """

    def _state(self, values: np.ndarray) -> _Demand:
        at = np.flatnonzero(values)
        if not len(at):
            return _Demand(0.0, 0.0)
        size = _smoothed(values[at], self.alpha)
        interval = _smoothed(np.diff(at, prepend=-1).astype(np.float64), self.alpha)
        return _Demand(size, 1.0 / interval)


@dataclass
class SBA(Croston):
    """Take off what Croston's forecast is too high (Syntetos and Boylan 2005).

    Parameters
    ----------
    h, freq, season_length, level, alias, aggregate, alpha
        As for :class:`Croston`.

    References
    ----------
    Syntetos, A. A. and Boylan, J. E. (2005). The accuracy of intermittent demand estimates.
    *International Journal of Forecasting* 21, 303-314.
    """

    def _mean(self, state: _Demand) -> float:
        return (1.0 - self.alpha / 2.0) * super()._mean(state)


@dataclass
class TSB(_Intermittent):
    """Smooth the probability of demand at each step, and its size at each demand.

    Of what is no longer sold, the forecast falls to zero.

    Parameters
    ----------
    h, freq, season_length, level, alias, aggregate
        As for every baseline; a season has no effect.
    alpha : float, default 0.1
        Weight of the newest size.
    beta : float, default 0.05
        Weight of the newest step in the probability.

    References
    ----------
    Teunter, R. H., Syntetos, A. A. and Babai, M. Z. (2011). Intermittent demand: linking
    forecasting to inventory obsolescence. *European Journal of Operational Research* 214, 606-615.
    """

    beta: float = 0.05

    def check_settings(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        UsageError
            If there is one.
        """
        super().check_settings()
        _require_share("beta", self.beta)

    def _state(self, values: np.ndarray) -> _Demand:
        if not values.any():
            return _Demand(0.0, 0.0)
        probability = _smoothed((values > 0).astype(np.float64), self.beta)
        return _Demand(_smoothed(values[values > 0], self.alpha), probability)


def _require_share(name: str, value: float) -> None:
    if not 0.0 < value <= 1.0:
        raise UsageError(message("baseline.no_weight", argument=Argument(name), value=value))


def _smoothed(values: np.ndarray, weight: float) -> float:
    """Smooth exponentially from the first value on."""
    level = float(values[0])
    for value in values[1:]:
        level += weight * (float(value) - level)
    return level


def _quantiles(values: np.ndarray, probability: float, share: float) -> tuple[float, float]:
    """Give the quantiles of a series' demand that an interval reaches from and to."""
    sizes = np.sort(values[values > 0])
    ends = []
    for side in (-1, 1):
        within = (0.5 + side * share / 200 - (1.0 - probability)) / max(probability, 1e-12)
        place = min(max(int(np.ceil(within * len(sizes))), 1), len(sizes)) - 1
        ends.append(float(sizes[place]) if within > 0 and len(sizes) else 0.0)
    return ends[0], ends[1]
