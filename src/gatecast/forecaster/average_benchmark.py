"""The equal-weight average of two benchmarks: what both know counts, and neither errs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gatecast.forecaster.benchmarks import Benchmark, LinearBenchmark, Outlook
from gatecast.forecaster.pretrained_benchmark import PretrainedBenchmark
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.messages import message

if TYPE_CHECKING:
    from gatecast.forecaster.preparation import Preparation

__all__ = ["AverageBenchmark"]


@dataclass(frozen=True, eq=False)
class AverageBenchmark(Benchmark):
    """Average the forecasts of the pretrained network and of a linear map of the last values.

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
    def members(self) -> tuple[PretrainedBenchmark, LinearBenchmark]:
        """Both benchmarks."""
        return self.pretrained, self.linear

    def _at_end(self, past: Past) -> Outlook:
        return _average([one.at_end(past) for one in self.members])

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        return _average([one.at_origins(preparation, held_out, which) for one in self.members])

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        return _average([one.along(series, at) for one in self.members])

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        shares, rest = zip(*(one.share_out(series, present) for one in self.members), strict=True)
        return np.mean(shares, axis=0), np.mean(rest, axis=0)


def _average(outlooks: Sequence[Outlook]) -> Outlook:
    """Average the medians; the quantiles are those of the first."""
    return Outlook(np.mean([one.median for one in outlooks], axis=0), outlooks[0].spread)
