"""The average of several benchmarks, weighted by what each of them errs in the hold-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.transforms.base import SeriesTransforms
from gatecast.forecaster.benchmarks import Benchmark, LinearBenchmark, Outlook
from gatecast.forecaster.pretrained_benchmark import PretrainedBenchmark
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.forecaster.seasonal_linear import SeasonalLinear
from gatecast.messages import message

if TYPE_CHECKING:
    from gatecast.forecaster.preparation import Preparation

__all__ = ["AverageBenchmark", "weights_of"]


@dataclass(frozen=True, eq=False)
class _Adjusted(Benchmark):
    """Forecast with the pretrained network what is left of each series, transformed.

    Seasons that last have been taken out there, so that it is only given the shortest one.
    """

    pretrained: PretrainedBenchmark

    def _at_end(self, past: Past) -> Outlook:
        start = past.lengths - past.recent.shape[1]
        scaled = past.transforms.transform(past.recent, start)
        nothing = replace(past.transforms, steps=())
        return self.pretrained.at_end(past._replace(recent=scaled, transforms=nothing))

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        panel, transforms = preparation.panel, preparation.transforms
        scaled = replace(panel, values=transforms.transform_flat(panel.values, panel.offsets))
        left = replace(preparation, panel=scaled, transforms=replace(transforms, steps=()))
        return self.pretrained.at_origins(left, held_out, which)

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        return self.pretrained.along(_left_of(series), at)

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        return self.pretrained.share_out(_left_of(series), present)


@dataclass(frozen=True, eq=False)
class AverageBenchmark(Benchmark):
    """Average two forecasts of the pretrained network and those of two linear maps.

    The network forecasts the series as it is, and what is left of it once seasons are taken out; so
    do the maps of its last values.

    Parameters
    ----------
    pretrained : PretrainedBenchmark
        Quantiles around the average are its own.
    linear : LinearBenchmark
        Reaches back over the longest season.
    seasonal : SeasonalLinear, optional
        Of the series as it is; models of older gatecasts have none.
    weights : tuple of float, default ()
        Of the forecasts, in the order of ``members``; they sum to 1. Equal ones if none is given.
    """

    pretrained: PretrainedBenchmark
    linear: LinearBenchmark
    seasonal: SeasonalLinear | None = None
    weights: tuple[float, ...] = ()

    @property
    def name(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What a sentence calls it."""
        return message("benchmark.average", first=self.pretrained.name, second=self.linear.name)

    @property
    def reach(self) -> int:
        """How many last transformed values it uses, R."""
        return self.linear.reach

    @property
    def memory(self) -> int:
        """How many last values in their own unit it uses."""
        return max(self.pretrained.memory, self.seasonal.memory if self.seasonal else 0)

    @property
    def has_quantiles(self) -> bool:
        """Whether it forecasts quantiles besides the median."""
        return True

    @property
    def members(self) -> tuple[Benchmark, ...]:
        """The benchmarks; the first has the quantiles."""
        shortest = replace(self.pretrained, seasons=self.pretrained.seasons[:1])
        adjusted = _Adjusted(shortest)
        if self.seasonal is None:
            return self.pretrained, adjusted, self.linear
        return self.pretrained, adjusted, self.seasonal, self.linear

    def _at_end(self, past: Past) -> Outlook:
        return self.average([one.at_end(past) for one in self.members])

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        return self.average([one.at_origins(preparation, held_out, which) for one in self.members])

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        return self.average([one.along(series, at) for one in self.members])

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        shares, rest = zip(*(one.share_out(series, present) for one in self.members), strict=True)
        return self._weighted(shares), self._weighted(rest)

    def average(self, outlooks: Sequence[Outlook]) -> Outlook:
        """Average the medians of the members; the quantiles are those of the first.

        Parameters
        ----------
        outlooks : sequence of Outlook
            In the order of ``members``.

        Returns
        -------
        Outlook
            Transformed, as they are.
        """
        return Outlook(self._weighted([one.median for one in outlooks]), outlooks[0].spread)

    def _weighted(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.average(parts, axis=0, weights=self.weights or None)


def _left_of(series: SeriesInputs) -> SeriesInputs:
    """Give a series as it is transformed."""
    return series._replace(own=series.values, transforms=SeriesTransforms(()))


def weights_of(targets: np.ndarray, outlooks: Sequence[Outlook]) -> tuple[float, ...]:
    """Weigh forecasts by their errors: the smaller, the more.

    Parameters
    ----------
    targets : ndarray of shape [n, K]
        Actual values from each origin; NaN where there is none.
    outlooks : sequence of Outlook
        What was forecast.

    Returns
    -------
    tuple of float
        Proportional to the inverse of the squared mean absolute error of each; they sum to 1.

    References
    ----------
    Bates, J. M. and Granger, C. W. J. (1969). The combination of forecasts. *Operational Research
    Quarterly* 20, 451-468, with correlations left out.
    """
    errors = [np.nanmean(np.abs(targets - one.median)) for one in outlooks]
    precision = 1.0 / np.square(np.maximum(errors, np.finfo(np.float64).tiny ** 0.25))
    return tuple((precision / precision.sum()).tolist())
