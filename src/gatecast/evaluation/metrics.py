"""How wrong a forecast was, by the field's definitions, on arrays."""

from __future__ import annotations

import warnings

import numpy as np

__all__ = ["bias", "mae", "mape", "mase", "rmse", "rmsse", "smape"]


def mae(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean absolute error, in the series' own unit."""
    return float(np.mean(np.abs(actual - forecast)))


def rmse(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the root of the mean squared error, in the series' own unit."""
    return float(np.sqrt(np.mean((actual - forecast) ** 2)))


def bias(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean of forecast less actual, in the series' own unit."""
    return float(np.mean(forecast - actual))


def mape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean absolute percentage error; NaN with a warning where an actual is zero."""
    if np.any(actual == 0.0):
        return _undefined("MAPE", "an actual value is zero")
    return 100.0 * float(np.mean(np.abs((actual - forecast) / actual)))


def smape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the symmetric percentage error on 0 to 200, as the M4 competition does.

    Where actual and forecast are both zero the error is zero.
    """
    size = np.abs(actual) + np.abs(forecast)
    error = 2.0 * np.abs(actual - forecast)
    return 100.0 * float(np.mean(np.divide(error, size, out=np.zeros(size.shape), where=size > 0)))


def mase(actual: np.ndarray, forecast: np.ndarray, train: np.ndarray, season_length: int) -> float:
    """Compute the mean absolute error over that of the seasonal naive forecast in training.

    Parameters
    ----------
    actual, forecast : ndarray of shape [h]
        The test part and its forecast.
    train : ndarray of shape [n]
        The training part, from which alone the scale is taken.
    season_length : int
        Lag of the naive forecast, m; 1 for the last value.

    Returns
    -------
    float
        Below 1 is better than the naive forecast was, one step ahead. NaN with a warning where
        the scale is zero or the training part has no season.

    References
    ----------
    Hyndman, R. J. and Koehler, A. B. (2006). Another look at measures of forecast accuracy.
    *International Journal of Forecasting* 22, 679-688.
    """
    changes = train[season_length:] - train[:-season_length]
    if not np.any(changes):
        return _undefined("MASE", f"the training part does not change over {season_length} steps")
    return mae(actual, forecast) / float(np.mean(np.abs(changes)))


def rmsse(actual: np.ndarray, forecast: np.ndarray, train: np.ndarray, season_length: int) -> float:
    """Compute the root mean squared error over that of the seasonal naive forecast in training.

    Parameters, result and source are those of :func:`mase`.
    """
    changes = train[season_length:] - train[:-season_length]
    if not np.any(changes):
        return _undefined("RMSSE", f"the training part does not change over {season_length} steps")
    return rmse(actual, forecast) / float(np.sqrt(np.mean(changes**2)))


def _undefined(name: str, reason: str) -> float:
    warnings.warn(f"{name} is undefined: {reason}", stacklevel=3)
    return float("nan")
