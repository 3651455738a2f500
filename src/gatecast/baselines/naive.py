"""The forecasts that cost nothing, and that every model has to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.baselines.protocol import Baseline

__all__ = ["Drift", "Naive", "SeasonalNaive", "naive_one_step"]


def naive_one_step(values: np.ndarray) -> np.ndarray:
    """Forecast each value by the one before it.

    Parameters
    ----------
    values : ndarray of shape [n]
        The series.

    Returns
    -------
    ndarray of shape [n]
        Row i is the forecast for row i; the first is NaN.
    """
    return np.concatenate([[np.nan], values[:-1]])


@dataclass
class Naive(Baseline):
    """Repeat the last value; the best forecast of a random walk. Settings: see Baseline."""

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:  # noqa: ARG002
        return np.full(self.h, values[-1])


@dataclass
class SeasonalNaive(Baseline):
    """Repeat the last season. Settings: see Baseline."""

    _knows_one_season = True

    def _least_values(self, seasons: tuple[int, ...]) -> int:
        return seasons[0]

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:
        return np.resize(values[-seasons[0] :], self.h)


@dataclass
class Drift(Baseline):
    """Draw the line from the first value through the last one on. Settings: see Baseline."""

    def _least_values(self, seasons: tuple[int, ...]) -> int:  # noqa: ARG002
        return 2

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:  # noqa: ARG002
        slope = (values[-1] - values[0]) / (len(values) - 1)
        return values[-1] + slope * np.arange(1, self.h + 1)
