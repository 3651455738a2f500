"""Seasons as they have recently been, taken out and put on what is forecast of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gatecast.data.transforms.seasonal import moving_average
from gatecast.forecaster.benchmarks.own_unit import OwnUnitBenchmark
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark
from gatecast.messages import message

__all__ = ["LocallyAdjusted", "choose_seasons", "decompose"]

#: Cycles that a season is averaged over, of the shortest one and of a longer one; cycles of the
#: longest one that are used; and how often each season is found anew beside the other.
_WINDOWS, _CYCLES, _ROUNDS = (11, 15), 12, 2
#: Origins, a day apart, at which one season is held against two.
_ORIGINS = 14
_DAYS_AT_ONCE = 64


class _Remainder(NamedTuple):
    """What is left of series [B, T] without their seasons, and the steps of a day among them."""

    values: np.ndarray
    at: np.ndarray

    def window(self, n: int, length: int) -> np.ndarray:
        """Give values from ``n`` before the first step on, filled up at the end."""
        kept = self.values[:, int(self.at[0]) + 1 - n :]
        return np.pad(kept, ((0, 0), (0, length - kept.shape[1])), "edge")


@dataclass(frozen=True, eq=False)
class LocallyAdjusted(OwnUnitBenchmark):
    """Take seasons out as they are of late, forecast what is left, and put them on again.

    Parameters
    ----------
    h, difference
        See :class:`~gatecast.forecaster.benchmarks.own_unit.OwnUnitBenchmark`.
    seasons : tuple of int
        One, or a short one and a longer one.
    pretrained : PretrainedBenchmark, optional
        Forecasts what is left; without it the last value of that is repeated.
    """

    seasons: tuple[int, ...]
    pretrained: PretrainedBenchmark | None = None

    name: str = field(init=False, default=message("benchmark.local"))

    @property
    def memory(self) -> int:
        """How many last values in their own unit it uses."""
        seasons = _CYCLES * self.seasons[-1]
        return seasons if self.pretrained is None else max(seasons, self.pretrained.memory)

    def _quantiles(self, own: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Forecast from steps ``at`` [P] of series [B, T] in their own unit: [B, P, K, 1]."""
        made = []
        # the seasons are found once a day, at its first origin
        starts = np.unique(at // self.seasons[0], return_index=True)[1]
        days = np.split(at, starts[1:])
        for begin in range(0, len(days), _DAYS_AT_ONCE):
            some = (self._adjusted(own, day) for day in days[begin : begin + _DAYS_AT_ONCE])
            remainders, seasons = zip(*some, strict=True)
            made += map(np.add, self._ahead(remainders), seasons)
        return np.concatenate(made, axis=1)[..., np.newaxis]

    def _adjusted(self, own: np.ndarray, at: np.ndarray) -> tuple[_Remainder, np.ndarray]:
        """Take out the seasons that the first of some steps knows; give them after each."""
        now = int(at[0]) + 1
        first, last = max(0, now - self.memory), int(at[-1]) + 1
        season = self._season(own[:, first:now], last - now + self.h)
        later = (at - first)[:, np.newaxis] + np.arange(1, self.h + 1)
        return _Remainder(own[:, first:last] - season[:, : last - first], at - first), season[
            :, later
        ]

    def _ahead(self, remainders: Sequence[_Remainder]) -> list[np.ndarray]:
        """Forecast what is left, of each day: [B, P, K] or [B, P, 1]."""
        if self.pretrained is None:
            return [rest.values[:, rest.at, np.newaxis] for rest in remainders]
        network = replace(self.pretrained, level=())
        steps = max(int(rest.at[-1] - rest.at[0]) for rest in remainders) + 1
        made: list[np.ndarray] = [np.empty(0)] * len(remainders)
        # days that reach back as far make one run; a run is filled up at its end
        reach = [min(int(rest.at[0]) + 1, network.memory) for rest in remainders]
        for n in set(reach):
            which = [i for i, one in enumerate(reach) if one == n]
            rows = [remainders[i].window(n, n + steps - 1) for i in which]
            run = network._quantiles(np.concatenate(rows), n - 1 + np.arange(steps))[..., 0]
            for i, part in zip(which, np.split(run, len(which)), strict=True):
                made[i] = part[:, remainders[i].at - remainders[i].at[0]]
        return made

    def _season(self, values: np.ndarray, more: int) -> np.ndarray:
        """Find the sum of the seasons of [B, n], and continue their last cycles: [B, n + more]."""
        n = values.shape[-1]
        seasons = [m for m in self.seasons if n >= 2 * m]
        total = np.zeros((len(values), n + more))
        for m, part in zip(seasons, decompose(values, seasons), strict=True):
            total[:, :n] += part
            total[:, n:] += part[:, n - m + np.arange(more) % m]
        return total


def choose_seasons(
    series: Sequence[np.ndarray], day: int, week: int, h: int
) -> tuple[int] | tuple[int, int]:
    """Choose whether the week is taken out beside the day.

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Known values, in their own unit.
    day, week : int
        Steps of both seasons.
    h : int
        Steps to forecast, K.

    Returns
    -------
    tuple of int
        The day, or both: what forecast better at the last fourteen origins, a day apart, for most
        series. A series that does not hold two weeks before these is forecast by the day.
    """
    votes = 0
    for values in series:
        ends = len(values) - h - day * np.arange(_ORIGINS)
        if ends[-1] < 2 * week:
            votes -= 1
            continue
        errors = []
        for seasons in ((day,), (day, week)):
            one = LocallyAdjusted(h, False, seasons)
            made = one._quantiles(values[np.newaxis], ends[::-1] - 1)[0, ::-1, :, 0]
            actual = values[ends[:, np.newaxis] + np.arange(h)]
            errors.append(np.abs(made - actual).mean())
        votes += 1 if errors[1] < errors[0] else -1
    return (day, week) if votes > 0 else (day,)


def decompose(values: np.ndarray, seasons: Sequence[int]) -> list[np.ndarray]:
    """Find seasons that change slowly.

    Parameters
    ----------
    values : ndarray of shape [B, n]
        Two of the longest season or more.
    seasons : sequence of int
        Steps of each, m, from short to long; two at most.

    Returns
    -------
    list of ndarray of shape [B, n]
        Of each season, around zero.

    Notes
    -----
    STL (Cleveland et al. 1990) for several seasons, one after another (Bandara, Hyndman and
    Bergmeir 2021, MSTL), with moving averages over a season for the trend, and loess of degree 0
    for the season: each phase is averaged over its nearest 11 cycles, of a longer season 15, with
    tricube weights.
    """
    parts = [np.zeros(values.shape) for _ in seasons]
    for _ in range(_ROUNDS if len(seasons) > 1 else 1):
        for j, m in enumerate(seasons):
            others = sum(part for k, part in enumerate(parts) if k != j)
            left = values - others
            season = _smoothed(left - _trend(left, m), m, _WINDOWS[j])
            parts[j] = season - _trend(season, m)
    return parts


def _trend(values: np.ndarray, m: int) -> np.ndarray:
    """Average over a season around each step [B, n]; the first and last average are continued."""
    averages, half = moving_average(values, m)
    at = np.clip(np.arange(values.shape[1]) - half, 0, averages.shape[1] - 1)
    return averages[:, at]


def _smoothed(values: np.ndarray, m: int, window: int) -> np.ndarray:
    """Average each phase [B, n] over its nearest cycles."""
    n = values.shape[1]
    cycles = -(-n // m)
    missing = cycles * m - n  # of the first cycle: cycles end with the series
    folded = np.pad(values, ((0, 0), (missing, 0))).reshape(len(values), cycles, m)
    there = np.ones((cycles, m))
    there[0, :missing] = 0.0
    weights = _tricube(cycles, window)
    return ((weights @ folded) / (weights @ there)).reshape(len(values), -1)[:, missing:]


@lru_cache(maxsize=64)
def _tricube(n: int, window: int) -> np.ndarray:
    """Weigh n cycles for each of them [n, n], by how near they are."""
    distance = np.abs(np.arange(n)[:, np.newaxis] - np.arange(n))
    nearest = min(window, n)
    furthest = np.sort(distance, axis=1)[:, nearest - 1 : nearest] * max(1.0, window / n)
    return np.clip(1.0 - (distance / (furthest + 1e-3)) ** 3, 0.0, None) ** 3
