"""Scores of whole tables: every metric for each group of rows, or for each series and model."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gatecast.errors import DataError, NotFoundError
from gatecast.evaluation.metrics import (
    bias,
    mae,
    mape,
    mase,
    rmse,
    rmsse,
    smape,
    undefined,
)
from gatecast.evaluation.terms import covered, interval_score_terms, pinball_terms, smape_terms
from gatecast.messages import Message, message

__all__ = ["score", "score_rows"]


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
        :func:`gatecast.evaluation.metrics.naive_scale`.

    Returns
    -------
    DataFrame
        A row for each group and model: those of ``by``, ``model``, ``n``, ``mae``, ``rmse``,
        ``bias``, ``mape``, ``smape``; with ``scales`` also ``mase`` and ``rmsse``; where there
        are intervals ``crps``, and ``coverage-95`` and ``interval_score-95`` for each level.
        Means are over all rows of a group; RMSSE is the root of a mean over them.

    Notes
    -----
    CRPS is that of :func:`gatecast.evaluation.metrics.crps_quantiles` over the forecast, as the
    median, and the ends.
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
        undefined("MAPE", "an actual value is zero")
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
        part["smape"] = mean(smape_terms(y, f))
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
                losses = np.stack([pinball_terms(y, ends[q], q) for q in shares], axis=1)
                part["crps"] = mean(2.0 * losses @ np.diff(between))
            else:
                part["crps"] = np.nan
            for share in levels:
                low = ends.get(0.5 - share / 200.0, nothing)
                high = ends.get(0.5 + share / 200.0, nothing)
                part[f"coverage-{share:g}"] = 100.0 * mean(covered(y, low, high))
                part[f"interval_score-{share:g}"] = mean(interval_score_terms(y, low, high, share))
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
    _check_table(message("scores.actual"), actual, keys, [target_col])
    _check_table(message("scores.forecast"), forecast, keys, [])
    left_out = {*keys, target_col, "cutoff"}
    models = [c for c in forecast if c not in left_out and not re.search(r"-(lo|hi)-", str(c))]
    if not models:
        raise NotFoundError(message("scores.no_model"))
    matched = actual[keys].merge(forecast[[*keys, *models]], how="left", on=keys, indicator=True)
    alone = matched["_merge"].to_numpy() == "left_only"
    if alone.any():
        where = _place(matched.loc[int(np.argmax(alone))], keys)
        raise DataError(message("scores.no_forecast", n=int(alone.sum()), first=where))
    histories = None
    if train is not None:
        _check_table(message("part.training"), train, keys, [target_col])
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
            raise DataError(message("scores.no_training", series=str(name)))
        for model in models:
            f = rows[model].to_numpy()
            line = {} if id_col is None else {id_col: name}
            line["model"] = model
            line |= {metric.__name__: metric(y, f) for metric in (mae, rmse, bias, mape, smape)}
            if history is not None:
                line |= {m.__name__: m(y, f, history, season_length) for m in (mase, rmsse)}
            scores.append(line)
    return pd.DataFrame(scores)


def _check_table(name: Message, table: pd.DataFrame, keys: list[str], more: list[str]) -> None:
    for column in (*keys, *more):
        if column not in table:
            raise NotFoundError(
                message(
                    "scores.no_column",
                    table=name,
                    column=column,
                    columns=list(map(str, table.columns)),
                )
            )
    twice = table.duplicated(keys).to_numpy()
    if twice.any():
        where = _place(table.iloc[int(np.argmax(twice))], keys)
        raise DataError(message("scores.twice", table=name, first=where))


def _place(row: pd.Series, keys: list[str]) -> str:
    return ", ".join(f"{key} {row[key]}" for key in keys)


def _by_series(table: pd.DataFrame, id_col: str | None) -> list[tuple[object, pd.DataFrame]]:
    """Cut a table into its series, in the order in which they begin."""
    return (
        [(None, table)]
        if id_col is None
        else list(table.groupby(id_col, sort=False, observed=True))
    )


def _levels(table: pd.DataFrame, models: Sequence[str]) -> list[float]:
    levels = set()
    for column in map(str, table.columns):
        model, lo, share = column.rpartition("-lo-")
        if lo and model in models and f"{model}-hi-{share}" in table:
            levels.add(float(share))
    return sorted(levels)
