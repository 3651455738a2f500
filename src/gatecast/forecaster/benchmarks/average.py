"""The average of several benchmarks, weighted by what each of them errs in the hold-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.transforms.base import SeriesTransforms
from gatecast.forecaster.benchmarks.benchmark import Benchmark, LinearBenchmark, Outlook
from gatecast.forecaster.benchmarks.local_seasons import LocallyAdjusted
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark
from gatecast.forecaster.benchmarks.seasonal_linear import SeasonalLinear
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.messages import message

if TYPE_CHECKING:
    from gatecast.forecaster.fitting.preparation import Preparation

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
    """Average forecasts of the pretrained network, of the last value, and of linear maps.

    The network forecasts what is left of a series once seasons are taken out, as they are
    throughout, and as they are of late; of the latter the last value is repeated too. One map is of
    what is left, the others of the series as it is.

    Parameters
    ----------
    pretrained : PretrainedBenchmark
        Quantiles around the average are those that it gives the series as it is.
    linear : LinearBenchmark
        Reaches back over the longest season.
    maps : tuple of SeasonalLinear, default ()
        Of the series as it is; models of older gatecasts have one or none.
    local : tuple of int, default ()
        Seasons that are taken out as they are of late. Models of older gatecasts have none, and
        instead the network's forecast of the series as it is.
    weights : tuple of float, default ()
        Of the forecasts, in the order of ``members``; they sum to 1. Equal ones if none is given.
    """

    pretrained: PretrainedBenchmark
    linear: LinearBenchmark
    maps: tuple[SeasonalLinear, ...] = ()
    local: tuple[int, ...] = ()
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
        return max(one.memory for one in (self.pretrained, *self.members))

    @property
    def has_quantiles(self) -> bool:
        """Whether it forecasts quantiles besides the median."""
        return True

    @cached_property
    def members(self) -> tuple[Benchmark, ...]:
        """The benchmarks whose medians are averaged."""
        one = self.pretrained
        adjusted = _Adjusted(replace(one, seasons=one.seasons[:1]))
        if not self.local:
            return one, adjusted, *self.maps, self.linear
        networks = one, None
        of_late = (LocallyAdjusted(one.h, one.difference, self.local, each) for each in networks)
        return adjusted, *of_late, *self.maps, self.linear

    def _at_end(self, past: Past) -> Outlook:
        return self.average(
            [one.at_end(past) for one in self.members], self.pretrained.at_end(past)
        )

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        origins = preparation, held_out, which
        made = [one.at_origins(*origins) for one in self.members]
        return self.average(made, self.pretrained.at_origins(*origins))

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        made = [one.along(series, at) for one in self.members]
        return self.average(made, self.pretrained.along(series, at))

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        shares, rest = zip(*(one.share_out(series, present) for one in self.members), strict=True)
        return self._weighted(shares), self._weighted(rest)

    def average(self, outlooks: Sequence[Outlook], pretrained: Outlook) -> Outlook:
        """Average the medians of the members, with the quantiles of the pretrained network.

        Parameters
        ----------
        outlooks : sequence of Outlook
            In the order of ``members``.
        pretrained : Outlook
            Of the series as it is.

        Returns
        -------
        Outlook
            Transformed, as they are.
        """
        return Outlook(self._weighted([one.median for one in outlooks]), pretrained.spread)

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
