"""Read one series or many from a file or a table in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gatecast.data.aggregation import check_aggregate
from gatecast.data.panel import Panel
from gatecast.data.reading.columns import (
    Columns,
    Table,
    choose_columns,
    find_id_columns,
)
from gatecast.data.reading.extras import nothing_in_blanks, settle_blanks
from gatecast.data.reading.parts import find_parts, join_parts
from gatecast.data.reading.tables import open_table
from gatecast.data.reading.times import Times
from gatecast.data.regular import DoubledTimesError, regularise
from gatecast.data.rows import Rows
from gatecast.data.schema import ColumnKind, NumberFormat, Schema
from gatecast.log import timed
from gatecast.messages import Message, message

__all__ = ["read_panel", "read_rows"]


@timed("reading")
def read_panel(
    source: Any,
    *,
    id_col: str | Sequence[str] | None = None,
    time_col: str | Sequence[str] | None = None,
    target_col: str | None = None,
    freq: object = None,
    extra_cols: Sequence[str] = (),
    aggregate: str | None = None,
) -> Panel:
    """Read one series or many from a file or a table in memory.

    Columns that are not named are found: ``unique_id``, ``ds`` and ``y`` where they are there; else
    the one column of dates (or of step numbers named like "year" or "step") and the one column of
    numbers. Parts of a time in several columns (date and hour, year and month) are joined. Where
    times repeat, the other columns of names or whole numbers that explain it tell series apart. A
    single column of numbers without times is numbered from 0.

    A CSV file may be separated by commas, semicolons, tabs or bars, be written in UTF-8, UTF-16,
    GB 18030, Shift-JIS or Latin-1, packed by gzip, bzip2 or xz, have lines above its header, and
    have decimal commas or points; dates may be written in any usual way. Whether "03/04/2024" is in
    March or April is decided from the whole column: by a day above 12, else by which order is
    regular, else it is assumed. ``notes`` of the panel say what was detected, and its ``schema``
    holds what was settled.

    What happens to unsorted rows, gaps, doubles and time zones is documented in
    :mod:`gatecast.data.regular`.

    Parameters
    ----------
    source : path, pandas Series, Panel, or pandas, polars (lazy too) or pyarrow table
        A CSV or Parquet file or a pipe ("-" is standard input), a long table (a row for each time
        of each series), a wide one (a column of times, and one of numbers for each series), or a
        Series whose index holds the times. A Panel is given back as it is.
    id_col : str or sequence of str, optional
        Column that tells series apart, or several ("store,item").
    time_col : str or sequence of str, optional
        Column of times: dates, or integers (step numbers or years); or the columns of their parts.
    target_col : str, optional
        Column of the values to forecast.
    freq : str, int or pandas offset, optional
        Distance from each time to the next; detected when not given.
    extra_cols : sequence of str, default ()
        Further columns to read, of numbers, truth values or names.
    aggregate : {"sum", "mean", "last", "count"}, optional
        What becomes of several rows of a series within a period of ``freq``, as of sales or calls;
        see :mod:`gatecast.data.aggregation`. Without ``target_col``, "count" counts rows.

    Returns
    -------
    Panel
        The series, on a regular calendar.

    Raises
    ------
    NotFoundError
        If there is no such file or column.
    DataError
        If the data cannot be used: the sentence names line or row, column, series and value.
    UsageError
        If ``source`` is not a table, one column is named for two things, or ``aggregate`` is none
        of these or needs a frequency.
    """
    check_aggregate(aggregate)
    if isinstance(source, Panel):
        source.require(extra_cols)
        return source
    table = open_table(source)
    extra = tuple(dict.fromkeys(extra_cols))
    counted = aggregate == "count" and target_col is None
    columns, notes = choose_columns(table, id_col, time_col, target_col, extra, counted=counted)
    rows = read_rows(table, columns, notes)
    try:
        return regularise(rows, freq, aggregate=aggregate)
    except DoubledTimesError:
        explained = _explain_repeats(table, columns, rows)
        if explained is None:
            raise
        columns, reason = explained
        if not columns.wide:
            notes = [n for n in notes if n.id != "reading.wide"]
        return regularise(read_rows(table, columns, [reason, *notes]), freq)


def _explain_repeats(table: Table, columns: Columns, rows: Rows) -> tuple[Columns, Message] | None:
    """Find what makes times repeat: a part of them in another column, or several series."""
    if len(columns.times) == 1:
        samples = {name: table.sample(name) for name in table.names}
        taken = [name for name in columns.in_file() if name not in columns.times]
        dates = list(columns.times) if table.holds_dates(columns.times[0]) else []
        parts = find_parts(samples, dates, taken)
        if parts is not None and parts[0] == columns.times[0]:
            note = message("reading.times_together", columns=parts)
            return columns._replace(times=parts), note
    if columns.ids:
        return None
    times = rows.times[: len(table.row_numbers)]
    ids = find_id_columns(table, columns, times)
    if not ids:
        return None
    if columns.wide:  # no series in each column, but columns of ids beside one of values
        targets = tuple(name for name in columns.targets if name not in ids)
        if len(targets) > 1:
            return None
        columns = columns._replace(targets=targets, wide=False)
    if len(ids) == 1:
        return columns._replace(ids=ids), message("reading.id_column", column=ids[0])
    return columns._replace(ids=ids), message("reading.id_columns", columns=ids)


def read_rows(
    table: Table, columns: Columns, notes: Sequence[Message] = (), settled: Schema | None = None
) -> Rows:
    """Read columns of a table as rows.

    Parameters
    ----------
    table : Table
        The table.
    columns : Columns
        Which of its columns is what; a plan has no targets.
    notes : sequence of Message
        What was detected before.
    settled : Schema, optional
        What the history settled; cells are read by it.

    Returns
    -------
    Rows
        Series codes, times, values and further columns, each [N].

    Raises
    ------
    DataError
        If a cell cannot be read: the sentence names line or row, column and cell.
    """
    table.load(columns.in_file(), columns.targets)
    codes, ids, id_separator = _read_ids(table, columns)
    times, ends_of_hours = _read_times(table, columns, codes, settled)
    formats: dict[str, NumberFormat] = {}
    values: list[np.ndarray] = []
    further_notes: list[Message] = []
    for target in columns.targets:
        wanted = None if settled is None else settled.numbers.get(target)
        read, written = table.numbers(target, wanted)
        values.append(read.values)
        further_notes += read.notes
        if written:
            formats[target] = read.format
    further = _read_further(table, columns, codes, settled)
    further_notes += further.notes
    count = len(table.row_numbers)
    rows = Rows(
        ids=ids,
        codes=codes,
        times=times.values,
        values=values[0] if values else np.zeros(count),
        row_numbers=table.row_numbers,
        row_label=table.row_label,
        id_col=columns.id,
        time_col=columns.time,
        target_col=columns.target if columns.targets else "count",
        time_zone=times.zone,
        notes=(*table.notes, *notes, *times.notes, *further_notes),
        extra=further.cells,
        schema=Schema(
            id_cols=columns.ids,
            time_cols=columns.times,
            target_cols=columns.targets,
            integer_ids=None if not columns.ids else ids.dtype != object,
            id_separator=id_separator,
            separator=table.separator,
            day_first=times.day_first,
            time_notation=times.notation,
            ends_of_hours=ends_of_hours,
            time_zone=times.zone,
            numbers=formats | further.formats,
            kinds=further.kinds,
            names=further.names,
            blanks=further.blanks,
        ),
    )
    if columns.wide:
        rows = _one_below_the_other(rows, columns.targets, values)
    if any(table.may_be_rounded(target) for target in columns.targets):
        rows = _note_rounding(rows)
    return rows


@dataclass(eq=False)
class _Further:
    """Further columns by name: their cells, and what was settled about them."""

    cells: dict[str, np.ndarray] = field(default_factory=dict)
    formats: dict[str, NumberFormat] = field(default_factory=dict)
    kinds: dict[str, ColumnKind] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    blanks: list[str] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)


def _read_further(
    table: Table, columns: Columns, codes: np.ndarray, settled: Schema | None
) -> _Further:
    further = _Further()
    for name in columns.extra:
        one = table.extra(name, settled)
        further.kinds[name] = one.kind
        further.notes += one.notes
        if one.format is not None:
            further.formats[name] = one.format
        cells = one.cells
        if settled is None:
            cells, nothing, notes = settle_blanks(one, codes, table.place(name))
            further.notes += notes
            further.blanks += [name] * nothing
        elif name in settled.blanks:
            cells, notes = nothing_in_blanks(one, table.place(name))
            further.notes += notes
        if one.kind == "name":
            further.names[name] = sorted({str(cell) for cell in set(cells.tolist()) - {None, ""}})
        further.cells[name] = cells
    return further


def _read_ids(table: Table, columns: Columns) -> tuple[np.ndarray, np.ndarray, str]:
    """Give the code of each row, the name of each series, and what joins names of several parts."""
    if not columns.ids:
        count = len(table.row_numbers)
        name = columns.target if columns.targets else ""
        return np.zeros(count, dtype=np.int64), np.array([name], dtype=object), ","
    parts = [table.ids(name) for name in columns.ids]
    if len(parts) == 1:
        return *parts[0], ","
    texts = [[str(name) for name in ids] for _, ids in parts]
    joined = "".join("".join(names) for names in texts)
    separator = next((mark for mark in ",;|/" if mark not in joined), "\x1f")
    code = np.zeros(len(table.row_numbers), dtype=np.int64)
    for part, ids in parts:
        code = code * len(ids) + part
    distinct, first, codes = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[order] = np.arange(len(distinct))
    names = [
        separator.join(texts[k][part[row]] for k, (part, _) in enumerate(parts))
        for row in first[order]
    ]
    return rank[codes], np.array(names, dtype=object), separator


def _read_times(
    table: Table, columns: Columns, codes: np.ndarray, settled: Schema | None
) -> tuple[Times, bool]:
    if not columns.times:
        return Times(np.arange(len(table.row_numbers))), False
    first = columns.times[0]
    if len(columns.times) == 1:
        return table.times(first, codes, settled), False
    date = table.times(first, codes, settled) if table.holds_dates(first) else None
    rest = columns.times[1:] if date is not None else columns.times
    return join_parts(
        columns.times,
        {name: table.text(name) for name in rest},
        {name: table.place(name) for name in rest},
        date,
        None if settled is None or len(settled.time_cols) < 2 else settled.ends_of_hours,
    )


def _one_below_the_other(rows: Rows, names: Sequence[str], columns: list[np.ndarray]) -> Rows:
    """Make a long table of a wide one."""
    count = len(rows.times)
    return replace(
        rows,
        ids=np.array(names, dtype=object),
        codes=np.repeat(np.arange(len(names)), count),
        times=np.tile(rows.times, len(names)),
        values=np.concatenate(columns),
        row_numbers=np.tile(rows.row_numbers, len(names)),
        id_col="unique_id",
        extra={name: np.tile(cells, len(names)) for name, cells in rows.extra.items()},
    )


def _note_rounding(rows: Rows) -> Rows:
    size = np.nan_to_num(np.abs(rows.values))
    large = (size >= 2**53) & (size < 2**64)
    if not large.any():
        return rows
    return rows.note(message("reading.rounded", row=rows.row(int(np.argmax(large)))))
