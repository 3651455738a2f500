"""What values held back from training decide: trust in the network, and the width of intervals.

Intervals are conformalised quantiles (Romano, Patterson and Candes 2019): the network's own
quantiles, widened or narrowed at each step of the horizon by what they would have needed to hold
their share of the values held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Calibration", "clearly_less", "quantile_levels"]

#: Shares of the network's answer that are tried; the rest is the naive forecast, or the mean.
_TRUST = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST_PATHS = 500


def quantile_levels(level: Sequence[float]) -> tuple[float, ...]:
    """List the quantiles that the network learns: the median, and both ends of each interval.

    Parameters
    ----------
    level : sequence of float
        Per cent that each interval should hold.
    """
    ends = {q for share in level for q in (0.5 - share / 200, 0.5 + share / 200)}
    return tuple(sorted({0.5, *ends}))


@dataclass(eq=False)
class Calibration:
    """Hold what was learnt from the origins held back.

    Parameters
    ----------
    trust : float
        Share of the network's answer in the forecast, 0 to 1.
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
    margins: np.ndarray
    paths: np.ndarray
    errors: np.ndarray
    naive_error: float

    @classmethod
    def measure(
        cls, outputs: np.ndarray, targets: np.ndarray, level: Sequence[float], independent: float
    ) -> Calibration:
        """Hold forecasts from origins that were not trained on against what came.

        Parameters
        ----------
        outputs : ndarray of shape [n, K, Q]
            Quantiles that the network said, in its unit.
        targets : ndarray of shape [n, K]
            What came; NaN where it is not known.
        level : sequence of float
            Per cent that each interval should hold.
        independent : float
            How many of the origins' forecasts do not overlap.
        """
        levels = quantile_levels(level)
        median = outputs[..., levels.index(0.5)]
        errors = {t: np.nanmean(np.abs(targets - t * median), axis=1) for t in _TRUST}
        # the network is believed unless something else is clearly better
        best = min(errors, key=lambda t: errors[t].mean())
        trust = best if clearly_less(errors[best], errors[1.0], independent) else 1.0
        outputs = trust * outputs
        margins = [
            _margins(
                np.maximum(
                    outputs[..., levels.index(0.5 - share / 200)] - targets,
                    targets - outputs[..., levels.index(0.5 + share / 200)],
                ),
                share / 100,
            )
            for share in level
        ]
        whole = np.isfinite(targets).all(axis=1)
        paths = (targets - trust * median)[whole]
        step = max(1, len(paths) // _MOST_PATHS)
        return cls(
            trust,
            np.array(margins).reshape(len(level), targets.shape[1]),
            paths[::step][:_MOST_PATHS].astype(np.float32),
            errors[trust],
            float(errors[0.0].mean()),
        )

    @property
    def error(self) -> float:
        """Mean absolute error over all origins, in the network's unit."""
        return float(self.errors.mean())

    def intervals(
        self, quantiles: np.ndarray, level: Sequence[float]
    ) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
        """Make the forecast and its intervals, which never cross.

        Parameters
        ----------
        quantiles : ndarray of shape [..., K, Q]
            What the network says, in its unit.
        level : sequence of float
            As it was calibrated.

        Returns
        -------
        median : ndarray of shape [..., K]
            The forecast.
        ends : dict of float to (ndarray, ndarray)
            Lower and upper end of each interval; a wider one always holds a narrower one.
        """
        levels = quantile_levels(level)
        quantiles = self.trust * quantiles
        median = quantiles[..., levels.index(0.5)]
        ends: dict[float, tuple[np.ndarray, np.ndarray]] = {}
        low = high = median
        for share in sorted(level):
            margin = self.margins[list(level).index(share)]
            low = np.minimum(low, quantiles[..., levels.index(0.5 - share / 200)] - margin)
            high = np.maximum(high, quantiles[..., levels.index(0.5 + share / 200)] + margin)
            ends[share] = low, high
        return median, ends


def clearly_less(errors: np.ndarray, others: np.ndarray, independent: float) -> bool:
    """Say whether errors are smaller than others by more than the standard error of that.

    Parameters
    ----------
    errors, others : ndarray of shape [n]
        Errors from the same origins.
    independent : float
        How many of the n forecasts do not overlap; with fewer than two, nothing is clear.
    """
    gain = others - errors
    if independent < 2.0 or not gain.any():
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
