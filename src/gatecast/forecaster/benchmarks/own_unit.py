"""Benchmarks that forecast each series in its own unit, and not as it is transformed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.panel import equal_lengths
from gatecast.data.transforms.pipeline import SeriesTransforms, TransformPipeline
from gatecast.data.transforms.present_level import at_present_level, without_level_shift
from gatecast.forecaster.benchmarks.benchmark import Benchmark, Outlook
from gatecast.forecaster.records import Past, SeriesInputs

if TYPE_CHECKING:
    from gatecast.forecaster.fitting.preparation import Preparation

__all__ = ["OwnUnitBenchmark"]

_SERIES_AT_ONCE = 256
#: Last values that a forecast is shared among, points of the integral, and the step, in transformed
#: units, of the differences that stand for derivatives.
_SHARED, _NODES, _STEP = 200, 4, 0.01


@dataclass(frozen=True, eq=False)
class OwnUnitBenchmark(Benchmark):
    """Forecast each series in its own unit, and transform that.

    Parameters
    ----------
    h : int
        Steps to forecast, K.
    difference : bool
        Whether networks are trained on differences.
    """

    h: int
    difference: bool

    @property
    def levels(self) -> tuple[float, ...]:
        """Quantile levels of what is forecast; the median is among them."""
        return (0.5,)

    @abstractmethod
    def _quantiles(self, own: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Forecast from steps ``at`` [P] of series [B, T] in their own unit: [B, P, K, Q]."""

    def _at_end(self, past: Past) -> Outlook:
        made = np.empty((len(past.lengths), 1, self.h, len(self.levels)))
        kept = np.minimum(past.lengths, past.recent.shape[1])
        for which, n in equal_lengths(kept, _SERIES_AT_ONCE):
            own = past.recent[which][:, past.recent.shape[1] - n :]
            own = at_present_level(past.transforms.of(which), own, past.lengths[which] - n)
            made[which] = self._quantiles(own, np.array([n - 1]))
        present = past.state.last[:, np.newaxis]
        made = self._outlook(made, present, past.transforms.of, past.lengths[:, np.newaxis])
        return made.changed(lambda part: part[:, 0])

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        panel, transforms = preparation.panel, preparation.transforms
        lengths = panel.lengths[which]
        parts = np.empty((len(which), held_out, self.h, len(self.levels)))
        present = np.empty((len(which), held_out))
        starts = lengths[:, np.newaxis] - held_out + np.arange(held_out)
        for rows, n in equal_lengths(lengths, _SERIES_AT_ONCE):
            own = panel.values[panel.offsets[which[rows]][:, np.newaxis] + np.arange(n)]
            at, of_rows = np.arange(n - held_out - 1, n - 1), transforms.of(which[rows])
            parts[rows] = self._quantiles(at_present_level(of_rows, own, 0), at)
            present[rows] = of_rows.transform(own)[:, at]
        made = self._outlook(parts, present, lambda each: transforms.of(which[each]), starts)
        return made.changed(lambda part: part.reshape(-1, *part.shape[2:]))

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        own = at_present_level(series.transforms, series.own, series.start)
        made = self._quantiles(own[np.newaxis], at)
        present = series.values[np.newaxis, at]
        starts = (series.start + 1 + at)[np.newaxis]
        result = self._outlook(made, present, lambda _: series.transforms, starts)
        return result.changed(lambda part: part[0])

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        # integrated gradients (Sundararajan, Taly and Yan 2017), derivatives from differences
        n = min(len(series.values), _SHARED)
        deviations = series.values[-n:] - present
        start = series.start + len(series.values) - n
        middle = self.levels.index(0.5)
        transforms = without_level_shift(series.transforms)

        def outputs(rows: np.ndarray) -> np.ndarray:
            own = transforms.inverse_transform(rows, start)
            median = self._quantiles(own, np.array([n - 1]))[:, 0, :, middle]
            scaled = transforms.transform(median, start + n)
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

    def _outlook(
        self,
        own: np.ndarray,
        present: np.ndarray,
        transforms: Callable[[np.ndarray], TransformPipeline | SeriesTransforms],
        start: np.ndarray,
    ) -> Outlook:
        """Transform quantiles [B, P, K, Q] at the present level; ``start`` is [B, P]."""
        B, P, K, Q = own.shape
        rows = np.moveaxis(own, -1, 2).reshape(B * P * Q, K)
        each = without_level_shift(transforms(np.repeat(np.arange(B), P * Q)))
        rows = each.transform(rows, np.repeat(start.ravel(), Q))
        scaled = np.moveaxis(rows.reshape(B, P, Q, K), 2, -1)
        middle = self.levels.index(0.5)
        median = scaled[..., middle]
        spread = scaled - median[..., np.newaxis] if len(self.levels) > 1 else None
        if self.difference:
            median = median - present[..., np.newaxis]
        return Outlook(median, spread)
