"""How wrong a forecast was, by the field's definitions: for arrays, and for whole tables."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd

from gatecast.errors import DataError, NotFoundError, UsageError

__all__ = ["bias", "mae", "mape", "mase", "rmse", "rmsse", "score", "smape"]


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
