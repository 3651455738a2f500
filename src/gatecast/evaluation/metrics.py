"""How wrong a forecast was, by the field's definitions: for arrays, and for whole tables."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gatecast.errors import DataError, NotFoundError, UsageError

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
    "score",
    "score_rows",
    "smape",
]


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
    return float(np.mean(_smape(actual, forecast)))


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
        return _undefined("OWA", "the reference has no error")
    return 0.5 * (smape / reference_smape + mase / reference_mase)


def pinball(actual: np.ndarray, forecast: np.ndarray, quantile: float) -> float:
    """Compute the mean pinball loss of forecasts of a quantile, in the series' own unit.

    Parameters
    ----------
    actual, forecast : ndarray of shape [n]
        Values, and the quantile forecast for each.
    quantile : float
        Above 0 and below 1; at 0.5 the loss is half the absolute error.

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
        raise UsageError(f"quantile={quantile} was given; use one above 0 and below 1")
    return float(np.mean(_pinball(actual, forecast, quantile)))


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
        raise UsageError(f"quantiles={list(quantiles)} were given; they rise from above 0 to 1")
    actual, forecast = _columns(actual, forecast, len(shares))
    between = np.concatenate([[0.0], (shares[1:] + shares[:-1]) / 2.0, [1.0]])
    losses = _pinball(actual[:, np.newaxis], forecast, shares)
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
    """
    actual, low = _pair(actual, low)
    _, high = _pair(actual, high)
    return 100.0 * float(np.mean(_held(actual, low, high)))


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
    if not 0 < level < 100:
        raise UsageError(f"level={level} was given; use a per cent above 0 and below 100")
    return float(np.mean(_interval_score(actual, low, high, level)))


def naive_scale(train: np.ndarray, season_length: int) -> tuple[float, float]:
    """Compute the scales of MASE and RMSSE: mean absolute and mean squared seasonal change.

    NaN with a warning where the training part does not change or has no season.
    """
    changes = _changes("MASE", train, season_length)
    return float(np.mean(np.abs(changes))), float(np.mean(changes**2))


def score_rows(
    table: pd.DataFrame,
    models: Sequence[str],
    by: Sequence[str] = (),
    *,
    target_col: str = "y",
    scales: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Compute every metric over groups of rows that have a value and its forecasts.

    Parameters
    ----------
    table : DataFrame
        Values, a column for each model, and the ends of intervals (``LSTM-lo-95``) where a model
        has them.
    models : sequence of str
        Columns of forecasts.
    by : sequence of str
        Columns whose values make a group; all rows are one if there are none.
    target_col : str
        Column of values.
    scales : tuple of ndarray of shape [n], optional
        For each row the mean absolute and the mean squared change of its training part; see
        :func:`naive_scale`.

    Returns
    -------
    DataFrame
        A row for each group and model: those of ``by``, ``model``, ``n``, ``mae``, ``rmse``,
        ``bias``, ``mape``, ``smape``; with ``scales`` also ``mase`` and ``rmsse``; where there
        are intervals ``crps``, and ``coverage-95`` and ``interval_score-95`` for each level.
        Means are over all rows of a group; RMSSE is the root of a mean over them.

    Notes
    -----
    CRPS is that of :func:`crps_quantiles` over the forecast, as the median, and the ends.
    """
    if by:
        groups = table.groupby(list(by), sort=False, observed=True)
        codes = groups.ngroup().to_numpy()
        keys = table.loc[~pd.Series(codes).duplicated().to_numpy(), list(by)]
        keys = keys.reset_index(drop=True)
    else:
        codes, keys = np.zeros(len(table), np.int64), pd.DataFrame(index=pd.RangeIndex(1))
    counts = np.bincount(codes, minlength=len(keys))

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, values, minlength=len(keys)) / counts

    y = table[target_col].to_numpy(np.float64)
    if np.any(y == 0.0):
        _undefined("MAPE", "an actual value is zero")
    levels, nothing = _levels(table, models), np.full(len(y), np.nan)
    parts = []
    for model in models:
        f = table[model].to_numpy(np.float64)
        error = f - y
        part = keys.assign(model=model, n=counts)
        part["mae"] = mean(np.abs(error))
        part["rmse"] = np.sqrt(mean(error**2))
        part["bias"] = mean(error)
        part["mape"] = mean(
            100.0 * np.abs(np.divide(error, y, out=np.full(len(y), np.nan), where=y != 0))
        )
        part["smape"] = mean(_smape(y, f))
        if scales is not None:
            part["mase"] = mean(np.abs(error) / scales[0])
            part["rmsse"] = np.sqrt(mean(error**2 / scales[1]))
        if levels:
            ends = {0.5: f}
            for share in levels:
                low, high = f"{model}-lo-{share:g}", f"{model}-hi-{share:g}"
                if low in table and high in table:
                    ends[0.5 - share / 200.0] = table[low].to_numpy(np.float64)
                    ends[0.5 + share / 200.0] = table[high].to_numpy(np.float64)
            if len(ends) > 1:
                shares = np.array(sorted(ends))
                between = np.concatenate([[0.0], (shares[1:] + shares[:-1]) / 2.0, [1.0]])
                losses = np.stack([_pinball(y, ends[q], q) for q in shares], axis=1)
                part["crps"] = mean(2.0 * losses @ np.diff(between))
            else:
                part["crps"] = np.nan
            for share in levels:
                low = ends.get(0.5 - share / 200.0, nothing)
                high = ends.get(0.5 + share / 200.0, nothing)
                part[f"coverage-{share:g}"] = 100.0 * mean(_held(y, low, high))
                part[f"interval_score-{share:g}"] = mean(_interval_score(y, low, high, share))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def score(
    actual: pd.DataFrame,
    forecast: pd.DataFrame,
    train: pd.DataFrame | None = None,
    *,
    season_length: int = 1,
    id_col: str | None = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
) -> pd.DataFrame:
    """Compute every metric for each series and model of a table of forecasts.

    Parameters
    ----------
    actual : DataFrame
        The test part: ids, times, values.
    forecast : DataFrame
        Ids, times, and a column for each model; bounds of intervals (``LSTM-lo-95``) are left
        out. Rows are matched by id and time; those beyond the test part are not scored.
    train : DataFrame, optional
        The training part, from which alone MASE and RMSSE take their scale.
    season_length : int, default 1
        Lag of the naive forecast in that scale, m.
    id_col : str or None, default "unique_id"
        Column of ids; None for a single series without one.
    time_col, target_col : str
        Columns of times and values.

    Returns
    -------
    DataFrame
        A row for each series and model: the id, ``model``, ``mae``, ``rmse``, ``bias``, ``mape``,
        ``smape``, and with ``train`` also ``mase`` and ``rmsse``.

    Raises
    ------
    NotFoundError
        If a column is not there.
    DataError
        If a test value has no forecast, a series no training part, or a time stands twice.
    """
    keys = [time_col] if id_col is None else [id_col, time_col]
    _check_table("actual", actual, keys, [target_col])
    _check_table("forecast", forecast, keys, [])
    left_out = {*keys, target_col, "cutoff"}
    models = [c for c in forecast if c not in left_out and not re.search(r"-(lo|hi)-", str(c))]
    if not models:
        raise NotFoundError("the forecast table has no column of a model")
    matched = actual[keys].merge(forecast[[*keys, *models]], how="left", on=keys, indicator=True)
    alone = matched["_merge"].to_numpy() == "left_only"
    if alone.any():
        where = _place(matched.loc[int(np.argmax(alone))], keys)
        raise DataError(f"{int(alone.sum())} test values have no forecast, first {where}")
    histories = None
    if train is not None:
        _check_table("training", train, keys, [target_col])
        histories = {
            name: rows.sort_values(time_col)[target_col].to_numpy()
            for name, rows in _by_series(train, id_col)
        }
    values = actual[target_col].to_numpy()
    scores = []
    for name, rows in _by_series(matched, id_col):
        y = values[rows.index]  # a left merge keeps the order of actual
        history = None if histories is None else histories.get(name)
        if histories is not None and history is None:
            raise DataError(f'series "{name}" has no training part')
        for model in models:
            f = rows[model].to_numpy()
            line = {} if id_col is None else {id_col: name}
            line["model"] = model
            line |= {metric.__name__: metric(y, f) for metric in (mae, rmse, bias, mape, smape)}
            if history is not None:
                line |= {m.__name__: m(y, f, history, season_length) for m in (mase, rmsse)}
            scores.append(line)
    return pd.DataFrame(scores)


def _check_table(name: str, table: pd.DataFrame, keys: list[str], more: list[str]) -> None:
    for column in (*keys, *more):
        if column not in table:
            there = ", ".join(map(str, table.columns))
            raise NotFoundError(f'the {name} table has no column "{column}"; it has {there}')
    twice = table.duplicated(keys).to_numpy()
    if twice.any():
        where = _place(table.iloc[int(np.argmax(twice))], keys)
        raise DataError(f"the {name} table has a time twice: {where}")


def _place(row: pd.Series, keys: list[str]) -> str:
    return ", ".join(f"{key} {row[key]}" for key in keys)


def _by_series(table: pd.DataFrame, id_col: str | None) -> list[tuple[object, pd.DataFrame]]:
    """Cut a table into its series, in the order in which they begin."""
    return (
        [(None, table)]
        if id_col is None
        else list(table.groupby(id_col, sort=False, observed=True))
    )


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


def _smape(actual: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    error = 2.0 * np.abs(forecast - actual)
    size = np.abs(actual) + np.abs(forecast)
    # "not zero" and not "above zero": a NaN must stay a NaN, not become a perfect forecast
    return 100.0 * np.divide(error, size, out=np.zeros(size.shape), where=size != 0)


def _pinball(actual: np.ndarray, forecast: np.ndarray, share: float | np.ndarray) -> np.ndarray:
    below = actual - forecast
    return np.maximum(share * below, (share - 1.0) * below)


def _held(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    held = ((low <= actual) & (actual <= high)).astype(np.float64)
    held[np.isnan(actual) | np.isnan(low) | np.isnan(high)] = np.nan
    return held


def _interval_score(
    actual: np.ndarray, low: np.ndarray, high: np.ndarray, level: float
) -> np.ndarray:
    outside = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
    return high - low + 2.0 / (1.0 - level / 100.0) * outside


def _levels(table: pd.DataFrame, models: Sequence[str]) -> list[float]:
    found = set()
    for column in map(str, table.columns):
        model, lo, share = column.rpartition("-lo-")
        if lo and model in models and f"{model}-hi-{share}" in table:
            found.add(float(share))
    return sorted(found)


def _columns(
    actual: np.ndarray, forecast: np.ndarray, count: int | None
) -> tuple[np.ndarray, np.ndarray]:
    actual, forecast = np.asarray(actual, np.float64), np.asarray(forecast, np.float64)
    fits = actual.ndim == 1 and forecast.ndim == 2 and len(actual) == len(forecast)
    if not fits or not forecast.size or count not in (None, forecast.shape[1]):
        raise UsageError(
            f"actual has shape {actual.shape} and forecast {forecast.shape}; they have to be "
            f"[n] and [n, {'S' if count is None else count}], and not empty"
        )
    return actual, forecast


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
