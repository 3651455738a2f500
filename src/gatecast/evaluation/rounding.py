"""How far a forecast may be from the value by rounding alone."""

from __future__ import annotations

import numpy as np

from gatecast.data.panel import Panel

__all__ = ["rounding_errors"]

#: Share of the range of a series, and of its largest value: errors of double precision add up.
_OF_RANGE, _OF_SIZE = 1e-9, 1e-14
#: Share of the value of a constant series: networks have single precision.
_OF_CONSTANT = 1e-6


def rounding_errors(panel: Panel) -> np.ndarray:
    """Give the largest errors that are due to rounding alone.

    Parameters
    ----------
    panel : Panel
        Series in their own unit.

    Returns
    -------
    ndarray of shape [N]
        In the unit of each series: shares of its range and its largest value, so that small changes
        of large values count; of a constant series a larger share of its value.
    """
    first = panel.offsets[:-1]
    high, low = (reduce.reduceat(panel.values, first) for reduce in (np.fmax, np.fmin))
    size = np.maximum(np.abs(high), np.abs(low))
    of_range = _OF_RANGE * high - _OF_RANGE * low  # the range itself may be infinite
    constant = of_range <= _OF_RANGE * _OF_SIZE * size
    return np.where(constant, _OF_CONSTANT * size, of_range + _OF_SIZE * size)
