"""What values held back from training decide: trust in the network, and the width of intervals.

Intervals are conformalised quantiles (Romano, Patterson and Candes 2019): the network's own
quantiles, widened or narrowed at each step of the horizon by what they would have needed to hold
their share of the values held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast.forecaster.anchor import Anchor

__all__ = [
    "TRUST", "Calibration", "clearly_less", "mixed", "quantile_levels", "spread_of",
]  # fmt: skip

#: Shares of the network's answer that are tried; the rest is an anchor's.
TRUST = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST_PATHS = 500
_FEWEST = 4.0


def quantile_levels(level: Sequence[float]) -> tuple[float, ...]:
    """List the quantiles that the network learns: the median, and both ends of each interval.

    Parameters
    ----------
    level : sequence of float
        Per cent that each interval should hold.
    """
    ends = {q for share in level for q in (0.5 - share / 200, 0.5 + share / 200)}
    return tuple(sorted({0.5, *ends}))


def spread_of(quantiles: np.ndarray, level: Sequence[float]) -> np.ndarray:
    """Give quantiles [..., Q] less their median."""
    middle = quantile_levels(level).index(0.5)
    return quantiles - quantiles[..., middle : middle + 1]


def mixed(median: np.ndarray, anchored: np.ndarray, trust: float) -> np.ndarray:
    """Mix what a network says with an anchor's answer; ``trust`` is the network's share."""
    return trust * median + (1.0 - trust) * anchored


@dataclass(eq=False)
class Calibration:
    """Hold what was learnt from the origins held back.

    Parameters
    ----------
    trust : float
        Share of the network's answer in the forecast, 0 to 1.
    anchor : Anchor
        Whose answer the rest is.
    margins : ndarray of shape [levels, K]
        What is added to both ends of each interval, outwards, in the network's unit.
    paths : ndarray of shape [P, K], float32
        Errors of whole forecasts, target less median, in the network's unit; for sample paths.
    errors : ndarray of shape [origins]
        Mean absolute error of the forecast from each origin, in the network's unit.
    naive_error : float
        Mean of the same for an answer of zero.
    """

    trust: float
    anchor: Anchor
    margins: np.ndarray
    paths: np.ndarray
    errors: np.ndarray
    naive_error: float

    @classmethod
    def measure(
        cls,
        trust: float,
        anchor: Anchor,
        forecast: np.ndarray,
        spread: np.ndarray | None,
        targets: np.ndarray,
        level: Sequence[float],
    ) -> Calibration:
        """Hold forecasts from origins that were not trained on against what came.

        Parameters
        ----------
        trust, anchor
            How they were mixed.
        forecast : ndarray of shape [n, K]
            In the network's unit.
        spread : ndarray of shape [n, K, Q] or None
            Quantiles less their median; None where no intervals are asked for.
        targets : ndarray of shape [n, K]
            What came; NaN where it is not known.
        level : sequence of float
            Per cent that each interval should hold.
        """
        margins = np.zeros((len(level), targets.shape[1]))
        if spread is not None:
            for i, (low, high) in enumerate(_ends(forecast, spread, level)):
                margins[i] = _margins(np.maximum(low - targets, targets - high), level[i] / 100)
        errors = targets - forecast
        paths = errors[np.isfinite(errors).all(axis=1)]
        step = max(1, len(paths) // _MOST_PATHS)
        return cls(
            trust,
            anchor,
            margins,
            paths[::step][:_MOST_PATHS].astype(np.float32),
            np.nanmean(np.abs(errors), axis=1),
            float(np.nanmean(np.abs(targets), axis=1).mean()),
        )

    @property
    def error(self) -> float:
        """Mean absolute error over all origins, in the network's unit."""
        return float(self.errors.mean())

    def intervals(
        self,
        median: np.ndarray,
        anchored: np.ndarray,
        spread: np.ndarray | None,
        level: Sequence[float],
    ) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
        """Make the forecast and its intervals, which never cross.

        Parameters
        ----------
        median : ndarray of shape [n, K]
            What the networks say, in their unit.
        anchored : ndarray of shape [n, K]
            What the anchor says.
        spread : ndarray of shape [n, K, Q] or None
            Quantiles less their median.
        level : sequence of float
            As it was calibrated.

        Returns
        -------
        forecast : ndarray of shape [n, K]
            The median, as far as it is trusted, and the anchor's answer.
        ends : dict of float to (ndarray, ndarray)
            Lower and upper end of each interval; a wider one always holds a narrower one.
        """
        forecast = mixed(median, anchored, self.trust)
        ends: dict[float, tuple[np.ndarray, np.ndarray]] = {}
        if spread is None:
            return forecast, ends
        told = dict(zip(level, _ends(forecast, spread, level), strict=True))
        inner = forecast, forecast
        for share in sorted(level):
            margin = self.margins[list(level).index(share)]
            low, high = told[share]
            inner = np.minimum(inner[0], low - margin), np.maximum(inner[1], high + margin)
            ends[share] = inner
        return forecast, ends


def _ends(
    median: np.ndarray, spread: np.ndarray, level: Sequence[float]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give the ends of each interval as the network says them."""
    levels = quantile_levels(level)
    return [
        tuple(median + spread[..., levels.index(0.5 + side * share / 200)] for side in (-1, 1))
        for share in level
    ]  # pyright: ignore[reportReturnType]


def clearly_less(errors: np.ndarray, others: np.ndarray, independent: float) -> bool:
    """Say whether errors are smaller than others by more than the standard error of that.

    Parameters
    ----------
    errors, others : ndarray of shape [n]
        Errors from the same origins.
    independent : float
        How many of the n forecasts do not overlap; with fewer than four, nothing is clear.
    """
    gain = others - errors
    if independent < _FEWEST or not gain.any():
        return False
    return bool(gain.mean() > gain.std() / np.sqrt(independent))


def _margins(scores: np.ndarray, share: float) -> np.ndarray:
    """Give the score that ``share`` of the values stay below, with room for one more.

    A step of the horizon that no origin reached takes the margin of the last one that was reached,
    grown as a random walk's error grows.
    """
    h = scores.shape[1]
    margins = np.zeros(h)
    last = 0
    for k in range(h):
        known = np.sort(scores[np.isfinite(scores[:, k]), k])
        if len(known):
            margins[k] = known[min(len(known), int(np.ceil((len(known) + 1) * share))) - 1]
            last = k
        else:
            margins[k] = margins[last] * np.sqrt((k + 1) / (last + 1))
    return margins
