"""The pretrained network as a benchmark: what a network's forecast is combined with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.panel import equal_lengths
from gatecast.data.transforms.pipeline import WEEKS, SeriesTransforms, TransformPipeline
from gatecast.forecaster.combination import Outlook
from gatecast.forecaster.intervals import quantile_levels
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.messages import Message, message
from gatecast.pretrained.network import PretrainedNetwork, quantiles_at

if TYPE_CHECKING:
    from gatecast.forecaster.preparation import Preparation

__all__ = ["LONGEST", "PretrainedBenchmark"]

#: Last values of a series that the pretrained network runs along.
LONGEST = 1024
#: Origins within a long series that share one run.
_ORIGINS = 256
_SERIES_AT_ONCE = 256
#: Last values that a forecast is shared among, points of the integral, and the step, in transformed
#: units, of the differences that stand for derivatives.
_SHARED, _NODES, _STEP = 200, 4, 0.01


@dataclass(frozen=True, eq=False)
class PretrainedBenchmark:
    """Forecast each series with the pretrained network, in its own unit, and transform that.

    Parameters
    ----------
    network : PretrainedNetwork
        The weights.
    seasons : tuple of int
        Season length, or a short one and a longer one; 1 for none.
    h : int
        Steps to forecast, K.
    difference : bool
        Whether networks are trained on differences.
    level : tuple of float
        Per cent that each interval should hold.
    threads : int
        Threads among which series are shared.
    """

    network: PretrainedNetwork
    seasons: tuple[int, ...]
    h: int
    difference: bool
    level: tuple[float, ...]
    threads: int

    #: As a linear benchmark's: last transformed values that it needs, and whether it sees values.
    reach, sees_values = 0, True

    @staticmethod
    def seasons_of(seasons: Sequence[int]) -> tuple[int, ...]:
        """Choose the seasons that the pretrained network sees.

        Parameters
        ----------
        seasons : sequence of int
            Of the series, from short to long.

        Returns
        -------
        tuple of int
            One, or a short one and a longer one: the week beside a day.
        """
        if len(seasons) == 1:
            return (seasons[0], WEEKS[seasons[0]]) if seasons[0] in WEEKS else (seasons[0],)
        return seasons[0], seasons[-1]

    @property
    def name(self) -> Message:
        """What a sentence calls it."""
        return message("benchmark.pretrained")

    @property
    def memory(self) -> int:
        """How many last values of a series its forecast depends on, R."""
        return max(LONGEST, 3 * self.seasons[-1])

    def at_end(self, past: Past) -> Outlook:
        """Forecast the steps after the end of each series, [N, K].

        Parameters
        ----------
        past : Past
            Of N series.

        Returns
        -------
        Outlook
            With the quantiles of the intervals.
        """
        made = np.empty((len(past.lengths), 1, self.h, len(quantile_levels(self.level))))
        kept = np.minimum(past.lengths, past.recent.shape[1])
        for which, n in equal_lengths(kept, _SERIES_AT_ONCE):
            own = past.recent[which][:, past.recent.shape[1] - n :]
            made[which] = self._quantiles(own, np.array([n - 1]))
        present = past.state.last[:, np.newaxis]
        made = self._outlook(made, present, past.transforms.of, past.lengths[:, np.newaxis])
        return made.changed(lambda part: part[:, 0])

    def at_origins(self, preparation: Preparation, held_out: int) -> Outlook:
        """Forecast from the last origins of each series, one series after another, [n, K].

        Parameters
        ----------
        preparation : Preparation
            The series with the hold-out.
        held_out : int
            Origins of each series; the last one is a step before its end.

        Returns
        -------
        Outlook
            With the quantiles of the intervals.
        """
        panel, transforms = preparation.panel, preparation.transforms
        parts = np.empty((len(panel), held_out, self.h, len(quantile_levels(self.level))))
        present = np.empty((len(panel), held_out))
        starts = panel.lengths[:, np.newaxis] - held_out + np.arange(held_out)
        for which, n in equal_lengths(panel.lengths, _SERIES_AT_ONCE):
            own = panel.values[panel.offsets[which][:, np.newaxis] + np.arange(n)]
            at = np.arange(n - held_out - 1, n - 1)
            parts[which] = self._quantiles(own, at)
            present[which] = transforms.of(which).transform(own)[:, at]
        made = self._outlook(parts, present, transforms.of, starts)
        return made.changed(lambda part: part.reshape(-1, *part.shape[2:]))

    def along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        """Forecast from steps within a series, [n, K].

        Parameters
        ----------
        series : SeriesInputs
            As the networks see it.
        at : ndarray of shape [n]
            The steps, rising.

        Returns
        -------
        Outlook
            With the quantiles of the intervals.
        """
        made = self._quantiles(series.own[np.newaxis], at)
        present = series.values[np.newaxis, at]
        starts = (series.start + 1 + at)[np.newaxis]
        result = self._outlook(made, present, lambda _: series.transforms, starts)
        return result.changed(lambda part: part[0])

    def share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        """Share the forecast after a series among its last values: integrated gradients.

        Parameters
        ----------
        series : SeriesInputs
            As the networks see it, of n values.
        present : float
            The transformed value that deviations are taken from.

        Returns
        -------
        shares : ndarray of shape [n, K]
            Of the last 200 values; zero before them.
        rest : ndarray of shape [K]
            What the forecast is without the deviations, and what the integral leaves over.

        References
        ----------
        Sundararajan, M., Taly, A. and Yan, Q. (2017). Axiomatic attribution for deep networks.
        """
        n = min(len(series.values), _SHARED)
        deviations = series.values[-n:] - present
        start = series.start + len(series.values) - n
        middle = quantile_levels(self.level).index(0.5)

        def outputs(rows: np.ndarray) -> np.ndarray:
            own = series.transforms.inverse_transform(rows, start)
            median = self._quantiles(own, np.array([n - 1]))[:, 0, :, middle]
            scaled = series.transforms.transform(median, start + n)
            return scaled - rows[:, -1:] if self.difference else scaled

        shares = np.zeros((len(series.values), self.h))
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        for node, weight in zip(nodes, weights, strict=True):
            at = present + (0.5 + 0.5 * node) * deviations
            moved = outputs(np.concatenate([at[np.newaxis], at + _STEP * np.eye(n)]))
            slopes = (moved[1:] - moved[0]) / _STEP
            shares[-n:] += 0.5 * weight * slopes * deviations[:, np.newaxis]
        whole = self.along(series, np.array([len(series.values) - 1])).median[0]
        return shares, whole - shares.sum(axis=0)

    def _quantiles(self, own: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Forecast from steps ``at`` [P] of series [B, T] in their own unit: [B, P, K, Q]."""
        levels = np.array(quantile_levels(self.level))
        made = np.empty((len(own), len(at), self.h, len(levels)))
        season, longer = self.seasons[0], self.seasons[-1]
        for begin in range(0, len(at), _ORIGINS):
            some = at[begin : begin + _ORIGINS]
            first = max(0, int(some[-1]) + 1 - self.memory)
            # a longer season is seen where values hold it twice
            second = longer if longer > season and some[0] - first + 1 > 2 * longer else 0
            quantiles = self.network.forecast_both_views(
                own[:, first : some[-1] + 1], some - first, self.h, season, second,
                threads=self.threads,
            )  # fmt: skip
            made[:, begin : begin + _ORIGINS] = quantiles_at(quantiles, levels)
        return made

    def _outlook(
        self,
        own: np.ndarray,
        present: np.ndarray,
        transforms: Callable[[np.ndarray], TransformPipeline | SeriesTransforms],
        start: np.ndarray,
    ) -> Outlook:
        """Transform quantiles [B, P, K, Q] by those of each series; ``start`` is [B, P]."""
        B, P, K, Q = own.shape
        rows = np.moveaxis(own, -1, 2).reshape(B * P * Q, K)
        each = transforms(np.repeat(np.arange(B), P * Q))
        rows = each.transform(rows, np.repeat(start.ravel(), Q))
        scaled = np.moveaxis(rows.reshape(B, P, Q, K), 2, -1)
        middle = quantile_levels(self.level).index(0.5)
        median = scaled[..., middle]
        spread = scaled - median[..., np.newaxis] if self.level else None
        if self.difference:
            median = median - present[..., np.newaxis]
        return Outlook(median, spread)
