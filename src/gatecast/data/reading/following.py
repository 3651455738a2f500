"""Read what follows a history, by its schema: a plan of further columns, and new rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.calendar import add_steps, count_steps, future_times, periods_of
from gatecast.data.left_out import warn_left_out
from gatecast.data.panel import Ends, Panel
from gatecast.data.reading.alignment import as_in_the_model
from gatecast.data.reading.columns import (
    Columns,
    Table,
    as_columns,
    choose_columns,
    fitted_columns,
    number_columns,
)
from gatecast.data.reading.read import read_rows
from gatecast.data.reading.tables import open_table
from gatecast.data.regular import NothingUsableError, regularise
from gatecast.data.rows import Rows, show_time
from gatecast.data.schema import ColumnKind, Schema
from gatecast.errors import DataError, series_name
from gatecast.messages import Argument, Message, message

__all__ = [
    "NewRows", "Plan", "assumed_schema", "read_histories", "read_new_rows", "read_plan",
    "refuse_other_value", "split_rows",
]  # fmt: skip


class Plan(NamedTuple):
    """What is known in advance.

    Attributes
    ----------
    cells : dict of str to ndarray of shape [N, h]
        Each column over the next ``h`` steps of each series, ``float64`` or ``object``.
    notes : list of Message
        What was detected in reading.
    """

    cells: dict[str, np.ndarray]
    notes: list[Message]


class NewRows(NamedTuple):
    """Rows that follow those a model has seen.

    Attributes
    ----------
    panel : Panel or None
        The new ones of each series that has some; None if no series of the model has any.
    indices : ndarray of shape [series of the panel]
        Which series of the model each one is.
    last : dict of int to float
        Of series whose known rows are there as well, the value at the end that the model knows.
    notes : list of Message
        What was detected in reading.
    others : Panel or None
        Whole histories of series that the model does not have; None if there are none.
    """

    panel: Panel | None
    indices: np.ndarray
    last: dict[int, float]
    notes: list[Message]
    others: Panel | None = None


def assumed_schema(
    ends: Ends, names: Mapping[str, Sequence[str]], columns: Sequence[str]
) -> Schema:
    """Give what is known of the tables of a model whose file holds no schema.

    Parameters
    ----------
    ends : Ends
        Where each series ends.
    names : mapping of str to sequence of str
        Those of each further column of names.
    columns : sequence of str
        All further columns.

    Returns
    -------
    Schema
        Of a table that is written like a plain frame.
    """
    kinds: dict[str, ColumnKind] = {c: "name" if c in names else "number" for c in columns}
    wide = ends.id_col == "unique_id" and ends.target_col == "y"
    return Schema(
        id_cols=() if ends.id_col is None or wide else (ends.id_col,),
        time_cols=(ends.time_col,),
        target_cols=(ends.target_col,),
        kinds=kinds,
        names={name: [str(one) for one in levels] for name, levels in names.items()},
    )


def read_plan(source: Any, names: Sequence[str], *, schema: Schema, ends: Ends, h: int) -> Plan:
    """Read columns that are known in advance, for the steps after the end of each series.

    Parameters
    ----------
    source : path, or pandas, polars or pyarrow table
        A row for each step of each series; more are left unread. A table without the column of
        ids holds for every series.
    names : sequence of str
        The columns.
    schema : Schema
        What the history settled.
    ends : Ends
        Where each series ends.
    h : int
        Steps.

    Returns
    -------
    Plan
        Cells of shape [series, h], and notes.

    Raises
    ------
    NotFoundError, UsageError
        As of :func:`gatecast.data.reading.read_panel`.
    DataError
        If a row or a cell is missing, or does not fit the history: the sentence names file, row,
        column and cell.
    """
    table = open_table(source, schema, Argument("futr_df"))
    shared = bool(schema.id_cols) and not any(name in table.names for name in schema.id_cols)
    ids = () if shared or ends.id_col is None else schema.id_cols or _wide_ids(table)
    columns, _ = choose_columns(
        table, ids or None, schema.time_cols or (ends.time_col,), names[0], tuple(names[1:])
    )
    columns = Columns(ids, columns.times, (), tuple(names))
    made = None if schema.aggregation is None else replace(schema.aggregation, how="last")
    rows = as_in_the_model(read_rows(table, columns, (), schema), ends, made)
    due = future_times(ends.times, ends.freq, h)
    row_of = np.full((len(ends.ids), h), -1, dtype=np.int64)
    if ids:
        owners = _places(rows, ends)[rows.codes]
        at = np.flatnonzero(owners >= 0)
        _place_rows(rows, at, owners[at], ends, due, row_of, schema.moving_days)
    else:
        at = np.arange(len(rows.times))
        for i in range(len(ends.ids)):
            _place_rows(rows, at, np.full(len(at), i), ends, due, row_of, schema.moving_days)
    _require_rows(row_of, due, ends, h)
    cells = {}
    for name in names:
        column = rows.extra[name][row_of]
        blank = np.asarray(pd.isna(column))
        if blank.any():
            i, k = np.unravel_index(int(np.argmax(blank)), blank.shape)
            raise DataError(
                message(
                    "table.plan_blank",
                    column=table.place(name).name,
                    row=rows.row(row_of[i, k]),
                    time=show_time(due[i, k]),
                )
            )
        cells[name] = column
    return Plan(cells, _notes_of(table, rows))


def _notes_of(table: Table, rows: Rows | Panel) -> list[Message]:
    return [message("reading.of_table", source=table.source, note=note) for note in rows.notes]


def _wide_ids(table: Table) -> tuple[str, ...]:
    """A wide history has no column of ids; its plan may have one."""
    return ("unique_id",) if "unique_id" in table.names else ()


def _places(rows: Rows, ends: Ends) -> np.ndarray:
    """Give the index in the model of each series of the rows; -1 of one it does not know."""
    index = pd.Index(ends.ids.astype(object))
    return index.get_indexer(pd.Index(rows.ids.astype(object)))


def _place_rows(
    rows: Rows,
    at: np.ndarray,
    which: np.ndarray,
    ends: Ends,
    due: np.ndarray,
    row_of: np.ndarray,
    moving_days: bool,
) -> None:
    """Find which step of which series each row is; ``which`` is the series of the rows ``at``."""
    times = rows.times[at]
    if times.dtype.kind != ends.times.dtype.kind:
        dates = times.dtype.kind == "M"
        raise DataError(message("table.plan_dates" if dates else "table.plan_steps"))
    if moving_days:
        times = _on_the_grid(times, ends.times[which], ends.freq)
    steps = count_steps(ends.times[which], times, ends.freq)
    wanted = (steps >= 1) & (steps <= due.shape[1])
    at, which, steps, times = at[wanted], which[wanted], steps[wanted], times[wanted]
    on_grid = due[which, steps - 1] == times
    at, which, steps = at[on_grid], which[on_grid], steps[on_grid]
    flat = which * due.shape[1] + steps - 1
    doubled = pd.Series(flat).duplicated()
    if doubled.any():
        row = at[int(np.argmax(doubled))]
        raise DataError(
            message(
                "table.plan_doubled",
                time=show_time(rows.times[row]),
                of=rows.of(int(rows.codes[row])),
                row=rows.row(row),
            )
        )
    row_of.reshape(-1)[flat] = at


def _on_the_grid(times: np.ndarray, ends: np.ndarray, freq: str | int) -> np.ndarray:
    """Let each time stand for its month, week or day, as in the history."""
    periods, last = periods_of(times, freq), periods_of(ends, freq)
    if periods is None or last is None:
        return times
    return add_steps(ends, periods - last, freq)


def _require_rows(row_of: np.ndarray, due: np.ndarray, ends: Ends, h: int) -> None:
    missing = row_of < 0
    if not missing.any():
        return
    i, k = np.unravel_index(int(np.argmax(missing)), missing.shape)
    shown = {name: show_time(due[i, at]) for name, at in (("time", k), ("first", 0), ("last", -1))}
    raise DataError(message("table.plan_short", series=_name_series(ends, int(i)), h=h, **shown))


def _name_series(ends: Ends, i: int) -> Message:
    return series_name(None if ends.id_col is None else ends.ids[i])


def read_new_rows(
    source: Any,
    names: Sequence[str],
    *,
    schema: Schema,
    ends: Ends,
    static: Sequence[str] = (),
    id_col: object = None,
    time_col: object = None,
    target_col: str | None = None,
) -> NewRows:
    """Read rows that follow the end of each series; rows up to there are passed over.

    Parameters
    ----------
    source : path, Series, or pandas, polars or pyarrow table
        Rows of some of the series, or of all; of series that the model does not have, all of them.
    names : sequence of str
        Further columns.
    static : sequence of str, default ()
        Further columns that are needed for series that the model does not have.
    schema : Schema
        What the history settled.
    ends : Ends
        Where each series ends.
    id_col, time_col, target_col : str, optional
        Columns, if they are not called as in the history.

    Returns
    -------
    NewRows
        The rows that are new, in the order of the series.

    Raises
    ------
    NotFoundError, UsageError
        As of :func:`gatecast.data.reading.read_panel`.
    DataError
        If rows do not follow without a gap, a cell is missing or does not fit the history.
    """
    table = open_table(source, schema)
    columns = _columns_of_rows(table, names, schema, ends, id_col, time_col, target_col)
    settled = _renamed(schema, columns)
    made = settled.aggregation
    read = read_rows(table, columns, (), settled)
    rows = as_in_the_model(read, ends, made, following=True)
    places = _places(rows, ends) if ends.id_col is not None else np.zeros(len(rows.ids), np.int64)
    others, notes = None, []
    if (places < 0).any():
        whole = rows
        if static:
            further = (*names, *static)
            columns = _columns_of_rows(table, further, schema, ends, id_col, time_col, target_col)
            read = read_rows(table, columns, (), settled)
            whole = as_in_the_model(read, ends, made, following=True)
        others, notes = _others(table, whole.series(places < 0), ends, bool((places >= 0).any()))
        rows, places = rows.series(places >= 0), places[places >= 0]
        if not len(places):
            return NewRows(None, places, {}, notes, others)
    owners = places[rows.codes]
    if rows.times.dtype.kind == ends.times.dtype.kind:
        if schema.moving_days:
            rows = replace(rows, times=_on_the_grid(rows.times, ends.times[owners], ends.freq))
        passed_over = rows.times <= ends.times[owners]
    else:
        passed_over = np.zeros(len(rows.times), dtype=bool)
    last = {
        int(owners[row]): float(rows.values[row])
        for row in np.flatnonzero(rows.times == ends.times[owners])
        if not np.isnan(rows.values[row])
    }
    notes = list(dict.fromkeys([*notes, *_notes_of(table, rows)]))
    passed = int(passed_over.sum())
    if passed:
        notes.append(message("reading.passed_over", source=table.source, n=passed))
        rows = rows.take(np.flatnonzero(~passed_over))
    if not len(rows.times) and others is not None:
        return NewRows(None, places[:0], last, notes, others)
    if not len(rows.times):
        due = future_times(ends.times[:1], ends.freq, 1)[0, 0]
        raise DataError(
            message(
                "table.nothing_follows", source=table.source, end=show_time(ends.times[0]),
                due=show_time(due),
            )
        )  # fmt: skip
    rows, kept = _without_empty(rows)
    panel = regularise(replace(rows, notes=()), ends.freq, strict=True)
    return NewRows(panel, places[kept], last, notes, others)


def read_histories(
    source: Any,
    names: Sequence[str],
    *,
    schema: Schema,
    ends: Ends,
    id_col: object = None,
    time_col: object = None,
    target_col: str | None = None,
) -> tuple[Panel, list[Message]]:
    """Read whole histories of any series, written like the table of the fit.

    Parameters
    ----------
    source : path, Series, or pandas, polars or pyarrow table
        Without the column of ids, it is one series.
    names : sequence of str
        Further columns.
    schema : Schema
        What the history of the fit settled.
    ends : Ends
        Of the series of the fit, for their frequency and clock.
    id_col, time_col, target_col : str, optional
        Columns, if they are not called as in the history of the fit.

    Returns
    -------
    panel : Panel
        With the frequency of the fit; gaps are filled as there.
    notes : list of Message
        What was detected in reading.

    Raises
    ------
    NotFoundError, DataError, UsageError
        As of :func:`gatecast.data.reading.read_panel`.
    """
    table = open_table(source, schema)
    if not all(name in table.names for name in schema.id_cols):
        schema = replace(schema, id_cols=())
    columns = _columns_of_rows(table, names, schema, ends, id_col, time_col, target_col)
    settled = _renamed(schema, columns)
    rows = as_in_the_model(read_rows(table, columns, (), settled), ends, settled.aggregation)
    panel = _histories(rows, ends)
    return panel, _notes_of(table, panel)


def split_rows(ends: Ends, panel: Panel) -> NewRows:
    """Tell the series of a panel that a model has from others.

    Parameters
    ----------
    ends : Ends
        Of the series of the model.
    panel : Panel
        Rows that follow, and whole histories of other series.

    Returns
    -------
    NewRows
        Of both.
    """
    if ends.id_col is None and len(panel) == 1:
        return NewRows(panel, np.zeros(1, np.int64), {}, [])
    places = pd.Index(ends.ids.astype(object)).get_indexer(pd.Index(panel.ids.astype(object)))
    here, new = np.flatnonzero(places >= 0), np.flatnonzero(places < 0)
    return NewRows(
        panel.take(here) if len(here) else None, places[here], {}, [],
        panel.take(new) if len(new) else None,
    )  # fmt: skip


def _histories(rows: Rows, ends: Ends) -> Panel:
    """Bring whole histories onto the calendar of the model."""
    return replace(regularise(rows, ends.freq), freq=ends.freq, time_zone=ends.time_zone)


def _others(
    table: Table, rows: Rows, ends: Ends, beside: bool
) -> tuple[Panel | None, list[Message]]:
    """Give whole histories of series that the model does not have; None if none can be used."""
    try:
        others = _histories(rows, ends)
    except NothingUsableError as error:
        if not beside:
            raise
        warn_left_out(error.note)
        return None, [message("reading.of_table", source=table.source, note=error.note)]
    return others, _notes_of(table, others)


def refuse_other_value(ends: Ends, i: int, value: float, *, same: bool) -> None:
    """Refuse known rows whose last value is not the one that the model has seen.

    Parameters
    ----------
    ends : Ends
        Where the model's series end.
    i : int
        Which series.
    value : float
        Last value of the table, in the series' own unit.
    same : bool
        Whether the model has seen this one.

    Raises
    ------
    DataError
        Unless it is the same.
    """
    if same:
        return
    series, time = _name_series(ends, i), show_time(ends.times[i])
    raise DataError(message("table.other_value", series=series, value=value, time=time))


def _columns_of_rows(
    table: Table,
    names: Sequence[str],
    schema: Schema,
    ends: Ends,
    id_col: object,
    time_col: object,
    target_col: str | None,
) -> Columns:
    ids = as_columns(id_col, table.names, "id_col") or fitted_columns(table, schema.id_cols)
    times = as_columns(time_col, table.names, "time_col") or fitted_columns(table, schema.time_cols)
    if not times and ends.time_col in table.names:
        times = (ends.time_col,)  # else there are no times, as in the history: rows are counted
    extra = tuple(dict.fromkeys(names))
    usual = ends.id_col == "unique_id" and ends.target_col == "y" and not schema.id_cols
    if usual and not ids and target_col is None:
        if {"unique_id", "y"} <= set(table.names):
            return choose_columns(table, "unique_id", times or None, "y", extra)[0]
        if len(schema.target_cols) > 1:
            present = [name for name in schema.target_cols if name in table.names]
            candidates, _ = number_columns(table, [*times, *extra, *present])
            targets = (*present, *candidates) or schema.target_cols
            chosen, _ = choose_columns(table, None, times or None, targets[0], extra)
            return chosen._replace(targets=targets, wide=True)
        return choose_columns(table, None, times or None, None, extra)[0]
    if schema.aggregation is not None and not schema.target_cols:  # rows are counted
        return choose_columns(table, ids or None, times or None, target_col, extra, counted=True)[0]
    target = target_col or fitted_columns(table, schema.target_cols or (ends.target_col,))[0]
    return choose_columns(table, ids or None, times or None, target, extra)[0]


def _renamed(schema: Schema, columns: Columns) -> Schema:
    """Let what the history settled about its column of values hold for one of another name."""
    if len(schema.target_cols) != 1 or columns.targets == schema.target_cols:
        return schema
    written = schema.numbers.get(schema.target_cols[0])
    if written is None or len(columns.targets) != 1:
        return schema
    return replace(schema, numbers=schema.numbers | {columns.targets[0]: written})


def _without_empty(rows: Rows) -> tuple[Rows, np.ndarray]:
    """Leave out series without a row; also give which are kept."""
    kept = np.flatnonzero(np.bincount(rows.codes, minlength=len(rows.ids)))
    return replace(rows, ids=rows.ids[kept], codes=np.searchsorted(kept, rows.codes)), kept
