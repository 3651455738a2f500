"""Conformal prediction intervals, calibrated on a hold-out.

Intervals are conformalised quantiles (Romano, Patterson and Candes 2019): the network's own
quantiles, widened or narrowed at each step of the horizon by what they would have needed to hold
their share of the values held back. The pretrained network's quantiles come calibrated from other
series: few forecasts of one series change them little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

__all__ = ["Calibration", "intervals", "quantile_levels", "spread_of"]

_MOST_PATHS = 500
#: Forecasts that do not overlap whose word counts as much as that of all other series.
_OTHERS = 10.0


def quantile_levels(level: Sequence[float]) -> tuple[float, ...]:
    """List the quantiles that the network learns: the median, and both ends of each interval.

    Parameters
    ----------
    level : sequence of float
        Per cent that each interval should hold.

    Returns
    -------
    tuple of float
        Rising, 0.5 among them.
    """
    return _levels_of(tuple(level))


@lru_cache
def _levels_of(level: tuple[float, ...]) -> tuple[float, ...]:
    ends = {q for share in level for q in (0.5 - share / 200, 0.5 + share / 200)}
    return tuple(sorted({0.5, *ends}))


def spread_of(quantiles: np.ndarray, level: Sequence[float]) -> np.ndarray:
    """Give quantiles [..., Q] less their median.

    Parameters
    ----------
    quantiles : ndarray of shape [..., Q]
        Outputs of a network.
    level : sequence of float
        Per cent of each interval.

    Returns
    -------
    ndarray of shape [..., Q]
        Zero at the median.
    """
    middle = quantile_levels(level).index(0.5)
    return quantiles - quantiles[..., middle : middle + 1]


@dataclass(eq=False)
class Calibration:
    """Hold what forecasts of the hold-out have shown.

    Parameters
    ----------
    margins : ndarray of shape [levels, K]
        What is added to both ends of each interval, outwards, transformed.
    paths : ndarray of shape [P, K], float32
        Errors of whole forecasts, target less median, transformed; for sample paths.
    errors : ndarray of shape [origins]
        Mean absolute error of the forecast from each origin, transformed; from a file, their mean.
    naive_error : float
        Mean of the same for the reference.
    reference : str, optional
        The simple forecast that errors are held against; that of zero if not given.
    """

    margins: np.ndarray
    paths: np.ndarray
    errors: np.ndarray
    naive_error: float
    reference: str | None = None

    @classmethod
    def measure(
        cls,
        forecast: np.ndarray,
        spread: np.ndarray | None,
        targets: np.ndarray,
        level: Sequence[float],
        independent: float | None = None,
    ) -> Calibration:
        """Hold forecasts of the hold-out against the actuals.

        Parameters
        ----------
        forecast : ndarray of shape [n, K]
            Transformed.
        spread : ndarray of shape [n, K, Q] or None
            Quantiles less their median; None where no intervals are requested.
        targets : ndarray of shape [n, K]
            Actuals; NaN where there are none.
        level : sequence of float
            Per cent that each interval should hold.
        independent : float, optional
            How many of the forecasts do not overlap, where quantiles come calibrated from other
            series; with fewer, margins are smaller.

        Returns
        -------
        Calibration
            Of these forecasts.
        """
        margins = np.zeros((len(level), targets.shape[1]))
        if spread is not None:
            for i, (low, high) in enumerate(_ends(forecast, spread, level)):
                margins[i] = _margins(np.maximum(low - targets, targets - high), level[i] / 100)
        if independent is not None:
            margins *= independent / (independent + _OTHERS)
        errors = targets - forecast
        paths = errors[np.isfinite(errors).all(axis=1)]
        step = max(1, len(paths) // _MOST_PATHS)
        return cls(
            margins,
            paths[::step][:_MOST_PATHS].astype(np.float32),
            np.nanmean(np.abs(errors), axis=1),
            float(np.nanmean(np.abs(targets), axis=1).mean()),
        )

    @property
    def error(self) -> float:
        """Mean absolute error over all origins, transformed."""
        return float(self.errors.mean())


def intervals(
    forecast: np.ndarray,
    spread: np.ndarray | None,
    level: Sequence[float],
    margins: np.ndarray | None = None,
) -> dict[float, tuple[np.ndarray, np.ndarray]]:
    """Make the intervals around a forecast, which never cross.

    Parameters
    ----------
    forecast : ndarray of shape [n, K]
        The forecast combination, transformed.
    spread : ndarray of shape [n, K, Q] or None
        Quantiles less their median; None where there are no intervals.
    level : sequence of float
        As it was calibrated.
    margins : ndarray of shape [levels, K], optional
        What is added to both ends of each interval, outwards.

    Returns
    -------
    dict of float to (ndarray, ndarray)
        Lower and upper end of each interval; a wider one always holds a narrower one.
    """
    ends: dict[float, tuple[np.ndarray, np.ndarray]] = {}
    if spread is None:
        return ends
    widths = dict(zip(level, _ends(forecast, spread, level), strict=True))
    inner = forecast, forecast
    for share in sorted(level):
        margin = 0.0 if margins is None else margins[list(level).index(share)]
        low, high = widths[share]
        inner = np.minimum(inner[0], low - margin), np.maximum(inner[1], high + margin)
        ends[share] = inner
    return ends


def _ends(
    median: np.ndarray, spread: np.ndarray, level: Sequence[float]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give the ends of each interval as the network outputs them."""
    levels = quantile_levels(level)
    return [
        tuple(median + spread[..., levels.index(0.5 + side * share / 200)] for side in (-1, 1))
        for share in level
    ]  # pyright: ignore[reportReturnType]


def _margins(scores: np.ndarray, share: float) -> np.ndarray:
    """Give the score that ``share`` of the values stay below, with room for one more.

    A step of the horizon that no origin reached takes the margin of the last one that was reached,
    grown as a random walk's error grows.
    """
    h = scores.shape[1]
    margins = np.zeros(h)
    last = 0
    for k in range(h):
        past = np.sort(scores[np.isfinite(scores[:, k]), k])
        if len(past):
            margins[k] = past[min(len(past), int(np.ceil((len(past) + 1) * share))) - 1]
            last = k
        else:
            margins[k] = margins[last] * np.sqrt((k + 1) / (last + 1))
    return margins
