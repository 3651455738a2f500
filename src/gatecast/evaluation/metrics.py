"""How wrong a forecast was, by the field's definitions, on arrays of equal shape."""

from __future__ import annotations

import warnings

import numpy as np

from gatecast.errors import UsageError

__all__ = ["bias", "mae", "mape", "mase", "rmse", "rmsse", "smape"]


def mae(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean absolute error, in the series' own unit."""
    actual, forecast = _pair(actual, forecast)
    return float(np.mean(np.abs(forecast - actual)))


def rmse(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the root of the mean squared error, in the series' own unit."""
    actual, forecast = _pair(actual, forecast)
    return float(np.sqrt(np.mean((forecast - actual) ** 2)))


def bias(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean of forecast less actual, in the series' own unit."""
    actual, forecast = _pair(actual, forecast)
    return float(np.mean(forecast - actual))


def mape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean absolute percentage error; NaN with a warning where an actual is zero."""
    actual, forecast = _pair(actual, forecast)
    if np.any(actual == 0.0):
        return _undefined("MAPE", "an actual value is zero")
    return 100.0 * float(np.mean(np.abs((forecast - actual) / actual)))


def smape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the symmetric percentage error on 0 to 200, as the M4 competition does.

    Where actual and forecast are both zero the error is zero.
    """
    actual, forecast = _pair(actual, forecast)
    error = 2.0 * np.abs(forecast - actual)
    size = np.abs(actual) + np.abs(forecast)
    # "not zero" and not "above zero": a NaN must stay a NaN, not become a perfect forecast
    share = np.divide(error, size, out=np.zeros(size.shape), where=size != 0)
    return 100.0 * float(np.mean(share))


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

    Raises
    ------
    UsageError
        If the shapes of actual and forecast differ, or ``season_length`` is below 1.

    References
    ----------
    Hyndman, R. J. and Koehler, A. B. (2006). Another look at measures of forecast accuracy.
    *International Journal of Forecasting* 22, 679-688.
    """
    changes = _changes("MASE", train, season_length)
    return mae(actual, forecast) / float(np.mean(np.abs(changes)))


def rmsse(actual: np.ndarray, forecast: np.ndarray, train: np.ndarray, season_length: int) -> float:
    """Compute the root mean squared error over that of the seasonal naive forecast in training.

    Parameters, result and source are those of :func:`mase`.
    """
    changes = _changes("RMSSE", train, season_length)
    return rmse(actual, forecast) / float(np.sqrt(np.mean(changes**2)))


def _pair(actual: np.ndarray, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give both as float64, refusing shapes that NumPy would stretch to a wrong answer.

    As plain arrays: two pandas Series would be matched by their index and not by position, and
    unsigned integers would wrap around below zero.
    """
    if np.shape(actual) != np.shape(forecast) or not np.size(actual):
        raise UsageError(
            f"actual has shape {np.shape(actual)} and forecast {np.shape(forecast)}; "
            "they have to be equal and not empty"
        )
    return np.asarray(actual, np.float64), np.asarray(forecast, np.float64)


def _changes(name: str, train: np.ndarray, season_length: int) -> np.ndarray:
    """Give the errors of the seasonal naive forecast in training; NaN where they are no scale."""
    if season_length < 1:
        raise UsageError(f"season_length={season_length} was given; use 1 or more")
    train = np.asarray(train, np.float64)
    changes = train[season_length:] - train[:-season_length]
    if not len(changes):
        reason = f"{len(train)} training values are no more than season_length={season_length}"
    elif not np.any(changes):
        reason = f"the training part does not change over {season_length} steps"
    else:
        return changes
    return np.array([_undefined(name, reason, stacklevel=4)])


def _undefined(name: str, reason: str, stacklevel: int = 3) -> float:
    warnings.warn(f"{name} is undefined: {reason}", stacklevel=stacklevel)
    return float("nan")
