"""Fit on a sample of a table of Dask, Ray or Spark, forecast and backtest all of its series.

One model is fitted here, in the driver, and travels as the bytes of its file; a worker needs
gatecast and no more. No bit of a forecast depends on which partition a series is in, nor on how
often a task was tried.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.data.reading.columns import as_columns
from gatecast.data.reading.partitions import SAMPLE_SERIES, in_order, series_hashes
from gatecast.errors import GatecastError, UsageError, too_small
from gatecast.evaluation.cutoffs import windows_at
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.batches import (
    forecast_rows,
    id_columns,
    read_usable,
    require_no_plan,
)
from gatecast.forecaster.forecasting.frames import forecast_frame
from gatecast.forecaster.forecasting.new_series import fit_others
from gatecast.forecaster.forecasting.tables import FEWEST_VALUES
from gatecast.messages import message
from gatecast.partitions.engines import engine_of
from gatecast.partitions.files import require_global

__all__ = ["backtest_partitions", "fit_on_partitions", "forecast_partitions"]


def fit_on_partitions(
    model: LSTMForecaster,
    table: Any,
    *,
    id_col: str | Sequence[str] = "unique_id",
    time_col: str | None = None,
    target_col: str | None = None,
) -> LSTMForecaster:
    """Fit a model on a sample of the series of a table that no single memory must hold.

    The sample has the 5,000 series whose names have the smallest hashes: the same ones whatever the
    partitions are, and on every engine.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted here, in the driver.
    table : Dask DataFrame, Ray Dataset or Spark DataFrame
        Long: a row for each time of each series.
    id_col : str or sequence of str, default "unique_id"
        Columns that tell series apart.
    time_col, target_col : str, optional
        Columns; detected if not given.

    Returns
    -------
    LSTMForecaster
        The model.

    Raises
    ------
    UsageError
        If the table or the model is of another kind.
    NotFoundError, DataError
        If a column is not there, or the sample cannot be used.
    """
    panel = _sample(model, table, id_col, time_col, target_col)
    return model.fit(panel)


def forecast_partitions(
    model: LSTMForecaster, table: Any, *, level: Sequence[float] | None = None
) -> Any:
    """Forecast every series of a table of Dask, Ray or Spark.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted, for example by :func:`fit_on_partitions`; it stays as it is.
    table : Dask DataFrame, Ray Dataset or Spark DataFrame
        Whole histories. The engine brings the rows of a series together.
    level : sequence of float, optional
        Per cent of each interval; all that the model was fitted with if not given.

    Returns
    -------
    Dask DataFrame, Ray Dataset or Spark DataFrame
        As the table: ``h`` rows a series, in no order. Series that cannot be used have none.

    Raises
    ------
    UsageError
        If the table or the model is of another kind, or the model needs future covariates.
    """
    fitted = require_global(model)
    require_no_plan(fitted)
    engine, ids = engine_of(table), _ids(fitted)
    example = _example(fitted, model.alias, level)
    part = functools.partial(
        _forecast_part, data=model.to_bytes(), example=example, ids=ids, level=level
    )
    return engine.map(part, example, ids)


def backtest_partitions(
    model: LSTMForecaster,
    table: Any,
    *,
    n_windows: int = 3,
    step_size: int | None = None,
    id_col: str | Sequence[str] = "unique_id",
    time_col: str | None = None,
    target_col: str | None = None,
) -> Any:
    """Forecast all series of a table from past cutoffs, with nothing of what came after them.

    At each cutoff a copy of the model is fitted on what the sample knows there; it then forecasts
    every series from its own values up to the cutoff. Cutoffs are counted from the last time of the
    sample, or, where times are step numbers, from each series' own end.

    Parameters
    ----------
    model : LSTMForecaster
        Its settings are used; it stays as it is.
    table : Dask DataFrame, Ray Dataset or Spark DataFrame
        Long: a row for each time of each series.
    n_windows : int, default 3
        Cutoffs.
    step_size : int, optional
        Steps between cutoffs; the model's ``h`` if not given.
    id_col, time_col, target_col
        As for :func:`fit_on_partitions`.

    Returns
    -------
    Dask DataFrame, Ray Dataset or Spark DataFrame
        As the table: ids, times, ``cutoff``, ``step``, the value, the forecast and its intervals;
        what ``gatecast.evaluation.metrics`` scores.

    Raises
    ------
    UsageError
        If an argument is out of its range, or the table or the model is of another kind.
    NotFoundError, DataError
        As :func:`fit_on_partitions`.
    """
    step = model.h if step_size is None else step_size
    for name, value in (("n_windows", n_windows), ("step_size", step)):
        if value < 1:
            raise too_small(name, value, 1)
    engine = engine_of(table)
    panel = _sample(model, table, id_col, time_col, target_col)
    last = panel.times.max()
    fits = [
        type(model)(**model.get_params()).fit(window.train)
        for window in windows_at(panel, model.h, n_windows, step, None, ())
    ]
    require_no_plan(fits[0].fitted_)
    forecast = _example(fits[0].fitted_, model.alias, None)
    keys = [*_ids(fits[0].fitted_), panel.time_col]
    example = forecast[keys].assign(cutoff=forecast[panel.time_col], step=np.zeros(0, np.int64))
    example[panel.target_col] = np.zeros(0)
    example = example.join(forecast.drop(columns=keys))
    data = [(fit.to_bytes(), (n_windows - 1 - i) * step) for i, fit in enumerate(fits)]
    part = functools.partial(
        _backtest_part, data=data, last=last, example=example, ids=_ids(fits[0].fitted_)
    )
    return engine.map(part, example, _ids(fits[0].fitted_))


# ------------------------------------------------------------------------------- in the driver


def _sample(
    model: LSTMForecaster, table: Any, id_col: Any, time_col: str | None, target_col: str | None
) -> Panel:
    """Bring the rows of the series with the smallest hashes here."""
    if not isinstance(model, LSTMForecaster):
        raise UsageError(message("partitions.model", kind=type(model).__name__))
    engine = engine_of(table)
    empty = engine.empty()
    ids = as_columns(id_col, list(empty.columns), "id_col")
    example = pd.DataFrame({"hash": np.zeros(0, np.int64)})
    hashed = engine.map(functools.partial(_hashes, ids=ids), example)
    hashes = np.unique(engine.collect(hashed)["hash"].to_numpy(np.int64).view(np.uint64))
    limit = int(hashes[min(SAMPLE_SERIES, len(hashes)) - 1]) if len(hashes) else 0
    chosen = engine.map(functools.partial(_chosen, ids=ids, limit=limit), empty)
    frame = in_order(engine.collect(chosen).reset_index(drop=True), ids)
    panel = read_panel(
        frame, id_col=list(ids), time_col=time_col, target_col=target_col, freq=model.freq,
        extra_cols=model.covariates, aggregate=model.aggregate,
    )  # fmt: skip
    count = min(SAMPLE_SERIES, len(hashes))
    note = message("partitions.sample_table", n=count, all=len(hashes))
    return replace(panel, notes=(note, *panel.notes))


def _ids(fitted: FittedForecaster) -> list[str]:
    return list(id_columns(fitted) or [fitted.ends.id_col or "unique_id"])


def _example(fitted: FittedForecaster, name: str, level: Sequence[float] | None) -> pd.DataFrame:
    """Make a forecast without rows."""
    frame = forecast_frame(fitted, [], name, level)
    frame = frame if fitted.schema is None else fitted.schema.split_ids(frame)
    return frame.head(0)


# ------------------------------------------------------------------------------- in the workers


def _hashes(rows: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({"hash": np.unique(series_hashes(rows, ids)).view(np.int64)})


def _chosen(rows: pd.DataFrame, ids: Sequence[str], limit: int) -> pd.DataFrame:
    return rows.iloc[np.flatnonzero(series_hashes(rows, ids) <= np.uint64(limit))]


@functools.lru_cache(maxsize=8)
def _loaded(data: bytes) -> LSTMForecaster:
    """Read a model once in each process; one thread, since the engine has a task a processor."""
    model = LSTMForecaster.load(data)
    model.fitted_.threads = 1
    return model


def _named(work: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Let the error of a partition name its series, and partitions without rows be."""

    @functools.wraps(work)
    def call(rows: pd.DataFrame, *, ids: Sequence[str], example: pd.DataFrame, **more: Any) -> Any:
        if not len(rows):
            return example
        try:
            return work(rows, **more).reindex(columns=example.columns)
        except Exception as error:
            each = zip(*(rows[name] for name in ids), strict=True)
            names = sorted({",".join(map(str, one)) for one in each})
            reason = error.message if isinstance(error, GatecastError) else repr(error)
            kind = type(error) if isinstance(error, GatecastError) else GatecastError
            raise kind(
                message("partitions.of_series", n=len(names), names=names, reason=reason)
            ) from error

    return call


@_named
def _forecast_part(
    rows: pd.DataFrame, *, data: bytes, level: Sequence[float] | None
) -> pd.DataFrame:
    model = _loaded(data)
    return forecast_rows(model.fitted_, rows, model.alias, level).in_columns()


@_named
def _backtest_part(
    rows: pd.DataFrame, *, data: Sequence[tuple[bytes, int]], last: Any
) -> pd.DataFrame:
    parts = [_at_cutoff(_loaded(one), rows, back, last) for one, back in data]
    return pd.concat(parts, ignore_index=True)


def _at_cutoff(model: LSTMForecaster, rows: pd.DataFrame, back: int, last: Any) -> pd.DataFrame:
    """Forecast the series of a partition from one cutoff, beside what came."""
    fitted, h = model.fitted_, model.h
    panel, _ = read_usable(fitted, rows)
    empty = _example(fitted, model.alias, None)
    if panel is None:
        return empty
    sizes, ends = panel.lengths, panel.times[panel.offsets[1:] - 1]
    late = np.zeros(len(panel), np.int64)
    if ends.dtype.kind == "M":
        late = count_steps(ends, np.full(len(ends), last), panel.freq)
    cuts = np.minimum(sizes + late - h - back, sizes)
    which = np.flatnonzero((cuts >= FEWEST_VALUES) & (cuts < sizes))
    if not len(which):
        return empty
    train = panel.cut(which, cuts[which])
    frame = forecast_frame(fit_others(fitted, train), [], model.alias)
    ahead = np.arange(h)
    at = panel.offsets[which][:, np.newaxis] + cuts[which][:, np.newaxis] + ahead
    there = cuts[which][:, np.newaxis] + ahead < sizes[which][:, np.newaxis]
    at = np.minimum(at, len(panel.values) - 1)
    there &= ~panel.filled[at]
    cutoffs = panel.ends().later(np.arange(len(panel)), cuts - sizes)
    frame["cutoff"] = cutoffs.keys(np.ones(len(panel), np.int64), cutoffs.times)[
        panel.time_col
    ].to_numpy()[np.repeat(which, h)]
    frame["step"] = np.tile(ahead + 1, len(which))
    frame[panel.target_col] = panel.values[at].ravel()
    frame = frame.iloc[np.flatnonzero(there)].reset_index(drop=True)
    return frame if panel.schema is None else panel.schema.split_ids(frame)
