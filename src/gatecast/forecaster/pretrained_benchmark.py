"""The pretrained network as a benchmark: what a network's forecast is combined with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gatecast.forecaster.intervals import quantile_levels
from gatecast.forecaster.own_unit import OwnUnitBenchmark
from gatecast.messages import message
from gatecast.pretrained.network import PretrainedNetwork, quantiles_at
from gatecast.pretrained.seasons import longer_season, memory_of

__all__ = ["PretrainedBenchmark"]

#: Origins within a long series that share one run.
_ORIGINS = 256


@dataclass(frozen=True, eq=False)
class PretrainedBenchmark(OwnUnitBenchmark):
    """Forecast each series with the pretrained network.

    Parameters
    ----------
    h, difference
        See :class:`~gatecast.forecaster.own_unit.OwnUnitBenchmark`.
    network : PretrainedNetwork
        The weights.
    seasons : tuple of int
        Season length, or a short one and a longer one; 1 for none.
    level : tuple of float
        Per cent that each interval should hold.
    threads : int
        Threads among which series are shared.
    """

    network: PretrainedNetwork
    seasons: tuple[int, ...]
    level: tuple[float, ...]
    threads: int

    name: str = field(init=False, default=message("benchmark.pretrained"))

    @property
    def memory(self) -> int:
        """How many last values in their own unit it uses."""
        return memory_of(self.seasons)

    @property
    def has_quantiles(self) -> bool:
        """Whether it forecasts quantiles besides the median."""
        return True

    @property
    def levels(self) -> tuple[float, ...]:
        """Quantile levels of what is forecast; the median is among them."""
        return tuple(quantile_levels(self.level))

    def _quantiles(self, own: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Forecast from steps ``at`` [P] of series [B, T] in their own unit: [B, P, K, Q]."""
        levels = np.array(self.levels)
        made = np.empty((len(own), len(at), self.h, len(levels)))
        for begin in range(0, len(at), _ORIGINS):
            some = at[begin : begin + _ORIGINS]
            first = max(0, int(some[-1]) + 1 - self.memory)
            longer = longer_season(self.seasons, int(some[0]) - first + 1)
            quantiles = self.network.forecast_both_views(
                own[:, first : some[-1] + 1], some - first, self.h, self.seasons[0], longer,
                threads=self.threads,
            )  # fmt: skip
            made[:, begin : begin + _ORIGINS] = quantiles_at(quantiles, levels)
        return made
