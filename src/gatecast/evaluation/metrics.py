"""How wrong a forecast was, by the field's definitions, for arrays."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from gatecast.errors import UsageError, check_percent, too_small
from gatecast.evaluation.terms import covered, interval_score_terms, pinball_terms, smape_terms
from gatecast.messages import message

__all__ = [
    "bias",
    "coverage",
    "crps_quantiles",
    "crps_samples",
    "interval_score",
    "mae",
    "mape",
    "mase",
    "naive_scale",
    "owa",
    "pinball",
    "rmse",
    "rmsse",
    "smape",
    "undefined",
]


def mae(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean absolute error, in the series' own unit.

    Parameters
    ----------
    actual, forecast : array_like, equal shapes
        In one unit.

    Returns
    -------
    float
        In that unit.
    """
    actual, forecast = _pair(actual, forecast)
    return float(np.mean(np.abs(forecast - actual)))


def rmse(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the root of the mean squared error, in the series' own unit.

    Parameters
    ----------
    actual, forecast : array_like, equal shapes
        In one unit.

    Returns
    -------
    float
        In that unit.
    """
    actual, forecast = _pair(actual, forecast)
    return float(np.sqrt(np.mean((forecast - actual) ** 2)))


def bias(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean of forecast less actual, in the series' own unit.

    Parameters
    ----------
    actual, forecast : array_like, equal shapes
        In one unit.

    Returns
    -------
    float
        In that unit; above 0 where forecasts are too high.
    """
    actual, forecast = _pair(actual, forecast)
    return float(np.mean(forecast - actual))


def mape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the mean absolute percentage error; NaN with a warning where an actual is zero.

    Parameters
    ----------
    actual, forecast : array_like, equal shapes
        In one unit.

    Returns
    -------
    float
        In per cent.
    """
    actual, forecast = _pair(actual, forecast)
    if np.any(actual == 0.0):
        return undefined("MAPE", "an actual value is zero")
    return 100.0 * float(np.mean(np.abs((forecast - actual) / actual)))


def smape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Compute the symmetric percentage error on 0 to 200, as the M4 competition does.

    Where actual and forecast are both zero the error is zero.

    Parameters
    ----------
    actual, forecast : array_like, equal shapes
        In one unit.

    Returns
    -------
    float
        In per cent, 0 to 200.
    """
    actual, forecast = _pair(actual, forecast)
    return float(np.mean(smape_terms(actual, forecast)))


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

    The source is that of :func:`mase`.

    Parameters
    ----------
    actual, forecast : array_like, equal shapes
        In one unit.
    train : array_like [n]
        The series before the forecast, in that unit.
    season_length : int
        Steps of a season; 1 for none.

    Returns
    -------
    float
        Without a unit; NaN with a warning where the training part does not change.
    """
    changes = _changes("RMSSE", train, season_length)
    return rmse(actual, forecast) / float(np.sqrt(np.mean(changes**2)))


def owa(smape: float, mase: float, reference_smape: float, reference_mase: float) -> float:
    """Compute the overall weighted average of the M4 competition.

    Parameters
    ----------
    smape, mase : float
        Averages of the model.
    reference_smape, reference_mase : float
        Averages of the reference on the same series; M4's is Naive 2, the naive forecast of the
        seasonally adjusted series.

    Returns
    -------
    float
        Below 1 is better than the reference; NaN with a warning where it has no error.

    References
    ----------
    Makridakis, S., Spiliotis, E. and Assimakopoulos, V. (2020). The M4 competition.
    *International Journal of Forecasting* 36, 54-74.
    """
    if reference_smape == 0.0 or reference_mase == 0.0:
        return undefined("OWA", "the reference has no error")
    return 0.5 * (smape / reference_smape + mase / reference_mase)


def pinball(actual: np.ndarray, forecast: np.ndarray, quantile: float) -> float:
    """Compute the mean pinball loss of forecasts of a quantile, in the series' own unit.

    Parameters
    ----------
    actual, forecast : ndarray of shape [n]
        Values, and the quantile forecast for each.
    quantile : float
        Above 0 and below 1; at 0.5 the loss is half the absolute error.

    Returns
    -------
    float
        In the unit of the values.

    Raises
    ------
    UsageError
        If the shapes differ, or ``quantile`` is out of its range.

    References
    ----------
    Koenker, R. and Bassett, G. (1978). Regression quantiles. *Econometrica* 46, 33-50.
    """
    actual, forecast = _pair(actual, forecast)
    if not 0 < quantile < 1:
        raise UsageError(message("metrics.quantile", quantile=quantile))
    return float(np.mean(pinball_terms(actual, forecast, quantile)))


def crps_quantiles(
    actual: np.ndarray, forecast: np.ndarray, quantiles: Sequence[float] | np.ndarray
) -> float:
    """Compute the continuous ranked probability score from forecasts of quantiles.

    Parameters
    ----------
    actual : ndarray of shape [n]
        Values.
    forecast : ndarray of shape [n, Q]
        Forecast of each quantile for each value.
    quantiles : sequence of float [Q]
        Above 0, below 1, rising.

    Returns
    -------
    float
        Twice the integral of the pinball loss over the quantiles, where each one given stands for
        those that are closer to it than to another. The score is exact in the limit of many
        quantiles; with few, compare only scores of the same ones.

    Raises
    ------
    UsageError
        If the shapes or the quantiles do not fit.

    References
    ----------
    Gneiting, T. and Ranjan, R. (2011). Comparing density forecasts using threshold- and
    quantile-weighted scoring rules. *Journal of Business & Economic Statistics* 29, 411-422.
    """
    shares = np.asarray(quantiles, np.float64)
    if not len(shares) or shares[0] <= 0 or shares[-1] >= 1 or np.any(np.diff(shares) <= 0):
        raise UsageError(message("metrics.quantiles", quantiles=str(list(quantiles))))
    actual, forecast = _columns(actual, forecast, len(shares))
    between = np.concatenate([[0.0], (shares[1:] + shares[:-1]) / 2.0, [1.0]])
    losses = pinball_terms(actual[:, np.newaxis], forecast, shares)
    return float(np.mean(2.0 * losses @ np.diff(between)))


def crps_samples(actual: np.ndarray, samples: np.ndarray) -> float:
    """Compute the continuous ranked probability score from samples of the forecast.

    Parameters
    ----------
    actual : ndarray of shape [n]
        Values.
    samples : ndarray of shape [n, S]
        Samples for each value; with a single one the score is the absolute error.

    Returns
    -------
    float
        E|X - y| - E|X - X'| / 2 of the distribution that has just these samples, in the series'
        own unit.

    Raises
    ------
    UsageError
        If the shapes do not fit.

    References
    ----------
    Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
    estimation. *Journal of the American Statistical Association* 102, 359-378, equation 21.
    """
    actual, samples = _columns(actual, samples, None)
    count = samples.shape[1]
    ordered = np.sort(samples, axis=1)
    # the sum over all pairs is one over the ordered samples, each as often as it is on top
    spread = ordered @ (2.0 * np.arange(1, count + 1) - count - 1) / count**2
    return float(np.mean(np.abs(samples - actual[:, np.newaxis]).mean(axis=1) - spread))


def coverage(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Compute the per cent of values within their intervals, ends included.

    An interval with an end that is NaN makes it NaN.

    Parameters
    ----------
    actual, low, high : array_like, equal shapes
        In one unit.

    Returns
    -------
    float
        0 to 100.
    """
    actual, low = _pair(actual, low)
    _, high = _pair(actual, high)
    return 100.0 * float(np.mean(covered(actual, low, high)))


def interval_score(actual: np.ndarray, low: np.ndarray, high: np.ndarray, level: float) -> float:
    """Compute the mean interval score: the width, and a fine for each value outside.

    Parameters
    ----------
    actual, low, high : ndarray of shape [n]
        Values, and the ends of their intervals.
    level : float
        Per cent that the intervals should hold.

    Returns
    -------
    float
        In the series' own unit; smaller is better.

    Raises
    ------
    UsageError
        If the shapes differ, or ``level`` is out of its range.

    References
    ----------
    Winkler, R. L. (1972). A decision-theoretic approach to interval estimation. *Journal of the
    American Statistical Association* 67, 187-191.
    Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
    estimation. *Journal of the American Statistical Association* 102, 359-378, equation 43.
    """
    actual, low = _pair(actual, low)
    _, high = _pair(actual, high)
    check_percent(level)
    return float(np.mean(interval_score_terms(actual, low, high, level)))


def naive_scale(train: np.ndarray, season_length: int) -> tuple[float, float]:
    """Compute the scales of MASE and RMSSE: mean absolute and mean squared seasonal change.

    NaN with a warning where the training part does not change or has no season.

    Parameters
    ----------
    train : array_like [n]
        A series.
    season_length : int
        Steps of a season; 1 for none.

    Returns
    -------
    float, float
        In the series' own unit, and in its square.
    """
    changes = _changes("MASE", train, season_length)
    return float(np.mean(np.abs(changes))), float(np.mean(changes**2))


def _pair(actual: np.ndarray, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give both as float64, refusing shapes that NumPy would stretch to a wrong answer.

    As plain arrays: two pandas Series would be matched by their index and not by position, and
    unsigned integers would wrap around below zero.
    """
    if np.shape(actual) != np.shape(forecast) or not np.size(actual):
        raise UsageError(
            message(
                "metrics.shapes", actual=str(np.shape(actual)), forecast=str(np.shape(forecast))
            )
        )
    return np.asarray(actual, np.float64), np.asarray(forecast, np.float64)


def _columns(
    actual: np.ndarray, forecast: np.ndarray, count: int | None
) -> tuple[np.ndarray, np.ndarray]:
    actual, forecast = np.asarray(actual, np.float64), np.asarray(forecast, np.float64)
    fits = actual.ndim == 1 and forecast.ndim == 2 and len(actual) == len(forecast)
    if not fits or not forecast.size or count not in (None, forecast.shape[1]):
        raise UsageError(
            message(
                "metrics.distribution",
                actual=str(actual.shape),
                forecast=str(forecast.shape),
                count="S" if count is None else count,
            )
        )
    return actual, forecast


def _changes(name: str, train: np.ndarray, season_length: int) -> np.ndarray:
    """Give the errors of the seasonal naive forecast in training; NaN where they are no scale."""
    if season_length < 1:
        raise too_small("season_length", season_length, 1)
    train = np.asarray(train, np.float64)
    changes = train[season_length:] - train[:-season_length]
    if not len(changes):
        reason = f"{len(train)} training values are no more than season_length={season_length}"
    elif not np.any(changes):
        reason = f"the training part does not change over {season_length} steps"
    else:
        return changes
    return np.array([undefined(name, reason, stacklevel=4)])


def undefined(name: str, reason: str, stacklevel: int = 3) -> float:
    """Warn that a metric is undefined, and give NaN.

    Parameters
    ----------
    name : str
        Of the metric.
    reason : str
        Why it is.
    stacklevel : int
        As for :func:`warnings.warn`.

    Returns
    -------
    float
        NaN.
    """
    warnings.warn(f"{name} is undefined: {reason}", stacklevel=stacklevel)
    return float("nan")
