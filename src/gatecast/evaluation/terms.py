"""What metrics are the means of: the error of each value."""

from __future__ import annotations

import numpy as np

__all__ = ["covered", "interval_score_terms", "pinball_terms", "smape_terms"]


def smape_terms(actual: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """Compute the symmetric percentage error of each value, as :func:`~.metrics.smape`.

    Parameters
    ----------
    actual, forecast : ndarray, equal shapes
        In one unit.

    Returns
    -------
    ndarray, same shape
        In per cent.
    """
    error = 2.0 * np.abs(forecast - actual)
    size = np.abs(actual) + np.abs(forecast)
    # "not zero" and not "above zero": a NaN must stay a NaN, not become a perfect forecast
    return 100.0 * np.divide(error, size, out=np.zeros(size.shape), where=size != 0)


def pinball_terms(
    actual: np.ndarray, forecast: np.ndarray, share: float | np.ndarray
) -> np.ndarray:
    """Compute the pinball loss of each value, as :func:`~.metrics.pinball`.

    Parameters
    ----------
    actual, forecast : ndarray, equal shapes
        In one unit.
    share : float
        The quantile, between 0 and 1.

    Returns
    -------
    ndarray, same shape
        In that unit.
    """
    below = actual - forecast
    return np.maximum(share * below, (share - 1.0) * below)


def covered(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Give 1 for each value within its interval, 0 outside, NaN where an end is missing.

    Parameters
    ----------
    actual, low, high : ndarray, equal shapes
        In one unit.

    Returns
    -------
    ndarray, same shape
        Of 0, 1 and NaN.
    """
    held = ((low <= actual) & (actual <= high)).astype(np.float64)
    held[np.isnan(actual) | np.isnan(low) | np.isnan(high)] = np.nan
    return held


def interval_score_terms(
    actual: np.ndarray, low: np.ndarray, high: np.ndarray, level: float
) -> np.ndarray:
    """Compute the interval score of each value, as :func:`~.metrics.interval_score`.

    Parameters
    ----------
    actual, low, high : ndarray, equal shapes
        In one unit.
    level : float
        Of the intervals, in per cent.

    Returns
    -------
    ndarray, same shape
        In that unit.
    """
    outside = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
    return high - low + 2.0 / (1.0 - level / 100.0) * outside
