"""How much of a series is filled in, and from where on one with long gaps can be used."""

from __future__ import annotations

import numpy as np

__all__ = ["MAX_FILLED", "draw_lines", "whole_part"]

MAX_FILLED = 0.2
"""Largest part of a series that is filled in."""
#: Of its values, a later part of a series has to have so many to be used alone.
_LEAST_LEFT = 0.5


def draw_lines(values: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Fill gaps by straight lines.

    Parameters
    ----------
    values : ndarray of shape [total]
        Of series one after another, each of which begins and ends with a value.
    filled : ndarray of bool, shape [total]
        Where there is none.

    Returns
    -------
    ndarray of shape [total]
        The values, and between them lines.
    """
    whole, at, there = values.copy(), np.flatnonzero(filled), np.flatnonzero(~filled)
    # four times smaller, the distance between two of the largest numbers does not overflow
    whole[at] = np.interp(at, there, values[there] / 4) * 4
    return whole


def whole_part(steps: np.ndarray) -> int:
    """Find the longest later part of a series that has no more gaps than are filled.

    Parameters
    ----------
    steps : ndarray of int64 [n]
        At which there are values, rising.

    Returns
    -------
    int
        Place of the first value of that part, after a gap, with half of the values or more in it; 0
        for the whole series, and -1 where there is no such part.
    """
    n = len(steps)
    spans = steps[-1] - steps + 1
    whole = spans - np.arange(n, 0, -1) <= MAX_FILLED * spans
    if whole[0]:
        return 0
    begins = np.diff(steps, prepend=steps[0]) > 1
    there = np.flatnonzero(whole & begins & (np.arange(n) <= n * _LEAST_LEFT))
    return int(there[0]) if len(there) else -1
