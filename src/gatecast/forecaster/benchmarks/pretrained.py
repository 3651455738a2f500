"""The pretrained network as a benchmark: what a network's forecast is combined with."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from gatecast.forecaster.benchmarks.own_unit import OwnUnitBenchmark
from gatecast.forecaster.intervals import quantile_levels
from gatecast.messages import message
from gatecast.pretrained.network import PretrainedNetwork, quantiles_at
from gatecast.pretrained.seasons import longer_season, memory_of

__all__ = ["PretrainedBenchmark"]

#: Origins within a long series that share one run.
_ORIGINS = 256
#: Values that are forecast at once, which bounds the memory of a run; each has all quantiles.
_FORECASTS = 4 * 256 * 24


@dataclass(frozen=True, eq=False)
class PretrainedBenchmark(OwnUnitBenchmark):
    """Forecast each series with the pretrained network.

    Parameters
    ----------
    h, difference
        See :class:`~gatecast.forecaster.benchmarks.own_unit.OwnUnitBenchmark`.
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
        parts = [at[begin : begin + _ORIGINS] for begin in range(0, len(at), _ORIGINS)]
        ends = [int(part[-1]) + 1 for part in parts]
        lengths = [min(end, self.memory) for end in ends]
        # a run is filled up to eight rows: parts of long series with windows alike are such rows
        most = max(1, _FORECASTS // (_ORIGINS * self.h * len(own)))

        def window(i: int) -> tuple[int, int, bytes]:
            return i // most, lengths[i], (parts[i] - ends[i]).tobytes()

        made: list[np.ndarray] = []
        for _, alike in groupby(range(len(parts)), window):
            which = list(alike)
            n = lengths[which[0]]
            steps = parts[which[0]] - ends[which[0]] + n
            quantiles = self.network.forecast_both_views(
                np.concatenate([own[:, ends[i] - n : ends[i]] for i in which]), steps, self.h,
                self.seasons[0], longer_season(self.seasons, int(steps[0]) + 1),
                threads=self.threads,
            )  # fmt: skip
            made += np.split(quantiles_at(quantiles, np.array(self.levels)), len(which))
        return np.concatenate(made, axis=1)
