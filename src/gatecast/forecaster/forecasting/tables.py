"""Tables that a fitted forecaster is given: new rows, and future covariates, become arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gatecast.data import reading
from gatecast.data.calendar import future_times
from gatecast.data.left_out import leave_out
from gatecast.data.panel import Panel
from gatecast.data.schema import Schema
from gatecast.errors import DataError, UsageError, series_name
from gatecast.forecaster.fitted import FittedForecaster, NewRows
from gatecast.forecaster.forecasting.new_rows import NUMBERS, require_numbers, require_rows_follow
from gatecast.messages import Message, message
from gatecast.pretrained.gaps import fill_gaps

__all__ = [
    "FEWEST_VALUES", "FollowingRows", "long_enough", "read_future_covariates", "read_histories",
    "read_new_rows",
]  # fmt: skip

#: Values that a series needs, in the fit and after it.
FEWEST_VALUES = 4


class FollowingRows(NamedTuple):
    """Hold what an update takes in.

    Attributes
    ----------
    rows : NewRows or None
        Values that follow the last ones of series of the model.
    others : Panel or None
        Whole histories of series that were not in the fit.
    notes : list of str or None
        What was detected in the table, a sentence each; None where no table was read.
    """

    rows: NewRows | None
    others: Panel | None
    notes: list[Message] | None


def read_new_rows(
    fitted: FittedForecaster, source: Any, columns: dict[str, str | None]
) -> FollowingRows:
    """Read values that follow the last ones of a fitted forecaster, and histories of new series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
        See :meth:`gatecast.LSTMForecaster.update`.
    columns : dict of str to str or None
        ``id_col``, ``time_col`` and ``target_col``; detected where they are None.

    Returns
    -------
    FollowingRows
        Checked: the times of new values follow.

    Raises
    ------
    UsageError, DataError
        If covariates are missing, times do not follow, or a value is missing.
    """
    if isinstance(source, NUMBERS):
        return FollowingRows(_numbers(fitted, source), None, None)
    ends, covariates = fitted.ends, fitted.covariates
    if isinstance(source, Panel):
        panel, which, last, notes, others = reading.split_rows(ends, source)
    else:
        panel, which, last, notes, others = reading.read_new_rows(
            source, (*covariates.hist, *covariates.futr), static=covariates.stat,
            schema=_schema(fitted), ends=ends, **columns,
        )  # fmt: skip
    for i, value in last.items():
        before = int(ends.lengths[i]) - 1
        own = np.array([value])
        if fitted.additive is not None:
            own = fitted.additive.take_off(own, fitted.additive.last[i : i + 1])
        again = fitted.transforms[i].transform(own, before)[0]
        same = np.isclose(again, fitted.state.last[i], 1e-6)
        reading.refuse_other_value(ends, i, value, same=bool(same))
    if panel is None:
        return FollowingRows(None, others, notes)
    require_rows_follow(panel, ends, which)
    rows = NewRows(which, panel.lengths, panel.values, panel.times, panel.extra)
    return FollowingRows(rows, others, notes)


def read_histories(
    fitted: FittedForecaster, source: Any, columns: dict[str, str | None]
) -> tuple[Panel, list[Message]]:
    """Read whole histories of any series, for the networks to run along.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    source : path, DataFrame, Series or Panel
        See :meth:`gatecast.LSTMForecaster.predict`.
    columns : dict of str to str or None
        As for :func:`read_new_rows`.

    Returns
    -------
    panel : Panel
        The series.
    notes : list of str
        What was detected in the table, a sentence each.

    Raises
    ------
    NotFoundError, UsageError, DataError
        If the table cannot be read like that of the fit.
    """
    panel, notes = (
        (source, [])
        if isinstance(source, Panel)
        else reading.read_histories(
            source, fitted.covariates.columns, schema=_schema(fitted), ends=fitted.ends, **columns
        )
    )
    if fitted.fills_gaps and not panel.bridged:
        seasons = fitted.transforms.treatment.seasons
        panel, note = fill_gaps(panel, seasons, threads=fitted.threads)
        notes = notes if note is None else [*notes, note]
    return panel, notes


def _schema(fitted: FittedForecaster) -> Schema:
    """Give what the history settled; of an older model file, what its columns are."""
    covariates = fitted.covariates
    assumed = reading.assumed_schema(fitted.ends, covariates.names, covariates.columns)
    return fitted.schema or assumed


def _numbers(fitted: FittedForecaster, source: Any) -> NewRows:
    """Take an array as the next values of every series."""
    ends, covariates = fitted.ends, fitted.covariates
    if covariates.hist or covariates.futr:
        raise UsageError(message("update.no_columns", columns=covariates.columns))
    values = np.atleast_1d(np.asarray(source, np.float64))
    rows = values[np.newaxis] if values.ndim == 1 else values
    count = len(ends.ids)
    if rows.ndim != 2 or len(rows) != count:
        raise DataError(message("update.shape", n=count, shape=str(values.shape)))
    require_numbers(rows, ends)
    n = rows.shape[1]
    dated = covariates.calendar or covariates.holidays is not None
    times = future_times(ends.times, ends.freq, n) if dated else ends.times.repeat(n)
    return NewRows(np.arange(count), np.full(count, n), rows.ravel(), times.ravel(), {})


def read_future_covariates(
    fitted: FittedForecaster, futr_df: Any
) -> tuple[list[np.ndarray], list[Message] | None]:
    """Read future covariates over the steps after the end of each series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    futr_df : path, DataFrame or None
        See :meth:`gatecast.LSTMForecaster.predict`.

    Returns
    -------
    future : list of ndarray of shape [K, F]
        Of each series, scaled; empty where the model has no future covariates.
    notes : list of str or None
        What was detected in the table, a sentence each; None where no table was read.

    Raises
    ------
    UsageError, DataError
        If ``futr_df`` is needed and not given, is not needed, or lacks a step.
    """
    names, ends, h = fitted.covariates.futr, fitted.ends, fitted.h
    if not names:
        if futr_df is not None:
            raise UsageError(message("futr.not_needed"))
        return [], None
    if futr_df is None:
        raise UsageError(message("futr.missing", columns=names, h=h))
    cells, notes = reading.read_plan(futr_df, names, schema=_schema(fitted), ends=ends, h=h)
    owner = np.repeat(np.arange(len(ends.ids)), h)
    rows = {name: np.ravel(column) for name, column in cells.items()}
    return list(fitted.covariates.future(owner, rows).reshape(len(ends.ids), h, -1)), notes


def long_enough(
    panel: Panel, h: int, weights: np.ndarray | None = None
) -> tuple[Panel, np.ndarray | None]:
    """Leave out the series that are too short to learn a horizon from.

    Parameters
    ----------
    panel : Panel
        The training data.
    h : int
        Steps to forecast.
    weights : ndarray of shape [total], optional
        Of the values.

    Returns
    -------
    panel : Panel
        The series with 4 values or more.
    weights : ndarray or None
        Of their values.

    Raises
    ------
    DataError
        If none has ``h + 4`` values.
    """
    lengths, needed = panel.lengths, h + FEWEST_VALUES
    if len(panel) == 1 and lengths[0] < needed:
        raise DataError(
            message(
                "fit.short_series",
                series=series_name(panel.ids[0]),
                n=int(lengths[0]),
                h=h,
                needed=needed,
            )
        )
    if lengths.max() < needed:
        raise DataError(
            message("fit.short_panel", series=len(panel), n=int(lengths.max()), h=h, needed=needed)
        )
    short = lengths < FEWEST_VALUES
    if weights is not None:
        weights = weights[~np.repeat(short, lengths)]
    return leave_out(panel, short, FEWEST_VALUES), weights
