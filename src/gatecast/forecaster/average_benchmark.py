"""The equal-weight average of three benchmarks: what all know counts, and none errs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.transforms.base import SeriesTransforms
from gatecast.forecaster.benchmarks import Benchmark, LinearBenchmark, Outlook
from gatecast.forecaster.pretrained_benchmark import PretrainedBenchmark
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.messages import message

if TYPE_CHECKING:
    from gatecast.forecaster.preparation import Preparation

__all__ = ["AverageBenchmark"]


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
    """Average two forecasts of the pretrained network and that of a linear map of the last values.

    The network forecasts the series as it is, and what is left of it once seasons are taken out.

    Parameters
    ----------
    pretrained : PretrainedBenchmark
        Quantiles around the average are its own.
    linear : LinearBenchmark
        Reaches back over the longest season.

    References
    ----------
    Bates, J. M. and Granger, C. W. J. (1969). The combination of forecasts. *Operational Research
    Quarterly* 20, 451-468. Equal weights need nothing to be estimated.
    """

    pretrained: PretrainedBenchmark
    linear: LinearBenchmark

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
        return self.pretrained.memory

    @property
    def has_quantiles(self) -> bool:
        """Whether it forecasts quantiles besides the median."""
        return True

    @property
    def members(self) -> tuple[Benchmark, ...]:
        """The benchmarks; the first has the quantiles."""
        shortest = replace(self.pretrained, seasons=self.pretrained.seasons[:1])
        return self.pretrained, _Adjusted(shortest), self.linear

    def _at_end(self, past: Past) -> Outlook:
        return _average([one.at_end(past) for one in self.members])

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        return _average([one.at_origins(preparation, held_out, which) for one in self.members])

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        return _average([one.along(series, at) for one in self.members])

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        shares, rest = zip(*(one.share_out(series, present) for one in self.members), strict=True)
        return np.mean(shares, axis=0), np.mean(rest, axis=0)


def _left_of(series: SeriesInputs) -> SeriesInputs:
    """Give a series as it is transformed."""
    return series._replace(own=series.values, transforms=SeriesTransforms(()))


def _average(outlooks: Sequence[Outlook]) -> Outlook:
    """Average the medians; the quantiles are those of the first."""
    return Outlook(np.mean([one.median for one in outlooks], axis=0), outlooks[0].spread)
