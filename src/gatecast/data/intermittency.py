"""Classes of demand: how often there is some, and how much its size varies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gatecast.data.panel import Panel

__all__ = ["Demand", "demand_of"]

#: Borders between the classes (Syntetos, Boylan and Croston 2005).
_INTERVAL, _VARIATION = 1.32, 0.49


class Demand(NamedTuple):
    """Hold what tells the classes of demand of several series apart.

    Attributes
    ----------
    interval : ndarray of shape [N]
        Average demand interval (ADI): steps over steps with demand; infinite without any.
    variation : ndarray of shape [N]
        Squared coefficient of variation (CV²) of the sizes of demand; 0 without any.
    intermittent : ndarray of bool, shape [N]
        Where no value is below zero and the interval is 1.32 or more.
    lumpy : ndarray of bool, shape [N]
        Those of them whose variation is 0.49 or more.
    """

    interval: np.ndarray
    variation: np.ndarray
    intermittent: np.ndarray
    lumpy: np.ndarray


def demand_of(panel: Panel) -> Demand:
    """Measure interval and variation of the demand of each series.

    Parameters
    ----------
    panel : Panel
        Series of demand; of others ``intermittent`` says that they are none.

    Returns
    -------
    Demand
        Of N series.

    References
    ----------
    Syntetos, A. A., Boylan, J. E. and Croston, J. D. (2005). On the categorization of demand
    patterns. *Journal of the Operational Research Society* 56, 495-503.
    """
    values, begins = panel.values, panel.offsets[:-1]
    counts = np.add.reduceat(values != 0, begins, dtype=np.int64)
    some = np.maximum(counts, 1)
    with np.errstate(over="ignore", invalid="ignore"):  # of numbers near the largest ones
        mean = np.add.reduceat(values, begins) / some
        square = np.add.reduceat(values**2, begins) / some
        variation = np.where(mean > 0, np.maximum(square / np.where(mean, mean, 1) ** 2 - 1, 0), 0)
    interval = np.where(counts > 0, panel.lengths / some, np.inf)
    negative = np.minimum.reduceat(values, begins) < 0
    intermittent = ~negative & (interval >= _INTERVAL)
    return Demand(interval, variation, intermittent, intermittent & (variation >= _VARIATION))
