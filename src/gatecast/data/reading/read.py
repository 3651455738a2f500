"""Read one series or many from a file or a table in memory."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from gatecast.data.reading.candidates import MISSING
from gatecast.data.reading.columns import (
    SAMPLE_ROWS,
    Table,
    choose_columns,
    counts_up,
    list_names,
)
from gatecast.data.reading.csv import CsvFile
from gatecast.data.reading.frames import (
    FrameTable,
    as_frame,
    read_cells,
    read_cells_of_text,
    read_ids,
    read_numbers,
    read_times,
    refuse_missing_id,
)
from gatecast.data.reading.numbers import NumberColumn
from gatecast.data.reading.times import TimeColumn, Times
from gatecast.data.regular import DoubledTimesError, Rows, regularise
from gatecast.errors import DataError, MissingExtraError, NotFoundError, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatecast.data.panel import Panel

__all__ = ["read_future", "read_panel"]


def read_panel(
    source: Any,
    *,
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
    freq: object = None,
    extra_cols: Sequence[str] = (),
) -> Panel:
    """Read one series or many from a file or a table in memory.

    Columns that are not named are found: ``unique_id``, ``ds`` and ``y`` where they are there; else
    the one column of dates (or of step numbers named like "year" or "step") and the one column of
    numbers. Where times repeat, the one other column, of names or whole numbers, tells series
    apart. A single column of numbers without times is numbered from 0.

    A CSV file may be separated by commas, semicolons, tabs or bars, be written in UTF-8, UTF-16 or
    Latin-1, packed by gzip, bzip2 or xz, and have decimal commas or points; dates may be written in
    any usual order. Whether "03/04/2024" is in March or April is decided from the whole column: by
    a day above 12, else by which reading is regular, else it is assumed. ``notes`` of the panel say
    what was found.

    What happens to unsorted rows, gaps, doubles and time zones is documented in
    :mod:`gatecast.data.regular`.

    Parameters
    ----------
    source : path, pandas Series, or pandas, polars (lazy too) or pyarrow table
        A CSV or Parquet file, a long table (a row for each time of each series), a wide one (a
        column of times, and one of numbers for each series), or a Series whose index holds the
        times.
    id_col : str, optional
        Column that tells series apart.
    time_col : str, optional
        Column of times: dates, or integers (step numbers or years).
    target_col : str, optional
        Column of the values to forecast.
    freq : str, int or pandas offset, optional
        Distance from each time to the next; found when not given.
    extra_cols : sequence of str, default ()
        Further columns to read, of numbers or of names.

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
        If ``source`` is not a table, or one column is named for two things.
    """
    if isinstance(source, (str, PathLike)):
        source = _find_file(Path(source))
    extra = tuple(dict.fromkeys(extra_cols))
    try:
        return _read(source, id_col, time_col, target_col, freq, extra)
    except DoubledTimesError:
        apart = None if id_col else _what_tells_apart(source, time_col, target_col, extra)
        if apart is None:
            raise
        note = f'times repeat, so column "{apart}" is taken to tell series apart'
        panel = _read(source, apart, time_col, target_col, freq, extra)
        return replace(panel, notes=(note, *panel.notes))


def read_future(
    source: Any, columns: Sequence[str], *, id_col: str | None, time_col: str, freq: str | int
) -> Panel:
    """Read columns that are known in advance, for times whose values are still to come.

    Parameters
    ----------
    source : path, or pandas, polars or pyarrow table
        A row for each time of each series.
    columns : sequence of str
        What is known.
    id_col, time_col, freq
        As of the panel that it continues.

    Returns
    -------
    Panel
        ``extra`` holds the columns; ``values`` hold nothing.

    Raises
    ------
    NotFoundError, DataError, UsageError
        As of :func:`read_panel`.
    """
    name = "the table"
    if isinstance(source, (str, PathLike)):
        path = _find_file(Path(source))
        name = path.name
        source = _open_parquet(path) if _is_parquet(path) else _text_frame(path)
    frame = as_frame(source)
    target = next(t for t in ("y", *(f"y{i}" for i in range(len(columns) + 3)))
                  if t not in (id_col, time_col, *columns))  # fmt: skip
    if frame.shape[0]:
        frame = frame.with_columns(nw.lit(0.0).alias(target))
    return _read_frame(frame, name, id_col, time_col, target, freq, tuple(columns))


def _text_frame(path: Path) -> pd.DataFrame:
    """Read all of a CSV file as text."""
    file = CsvFile.inspect(path)
    cells: list[list[str]] = [[] for _ in file.header]
    for batch in file.batches(file.header):
        for column, more in zip(cells, batch.columns, strict=True):
            column += more
    return pd.DataFrame(dict(zip(file.header, cells, strict=True)))


def _read(
    source: Any,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    freq: object,
    extra: tuple[str, ...],
) -> Panel:
    if not isinstance(source, Path):
        return _read_frame(source, "the table", id_col, time_col, target_col, freq, extra)
    if _is_parquet(source):
        frame = _open_parquet(source)
        return _read_frame(frame, source.name, id_col, time_col, target_col, freq, extra)
    return _read_csv(source, id_col, time_col, target_col, freq, extra)


def _what_tells_apart(
    source: Any, time_col: str | None, target_col: str | None, extra: tuple[str, ...]
) -> str | None:
    """Find the one column of names, or of whole numbers, beside times and values."""
    table: Table
    if isinstance(source, Path) and not _is_parquet(source):
        file = CsvFile.inspect(source)
        sample = next(file.batches(file.header, size=SAMPLE_ROWS))
        table = _TextTable(dict(zip(file.header, sample.columns, strict=True)))
    else:
        table = FrameTable(as_frame(_open_parquet(source) if isinstance(source, Path) else source))
    columns, _ = choose_columns(table, "", None, time_col, target_col, extra)
    found = [
        name
        for name in table.names
        if name not in columns.in_file()
        and not table.counts_rows(name)
        and (table.holds_integers(name) or not table.holds_numbers(name))
    ]
    return found[0] if len(found) == 1 else None


def _find_file(path: Path) -> Path:
    try:
        return _existing(path)
    except OSError as error:
        raise NotFoundError(
            f"{quote(str(path))} cannot be opened, {error.strerror}: check the path"
        ) from error


def _existing(path: Path) -> Path:
    if path.is_dir():
        raise NotFoundError(f"{path} is a folder: give a CSV or Parquet file in it")
    if not path.exists():
        folder = path.parent
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
        advice = f': did you mean "{folder / near[0]}"?' if near else ": check the path"
        raise NotFoundError(f"there is no file {path}{advice}")
    return path


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def _open_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except ImportError as error:
        raise MissingExtraError(
            f"{path.name} is a Parquet file, which needs pyarrow: pip install pyarrow"
        ) from error
    except (ValueError, OSError) as error:
        raise DataError(f"{path.name} is a damaged Parquet file: {error}") from error


def _read_csv(
    path: Path,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    freq: object,
    extra: tuple[str, ...],
) -> Panel:
    file = CsvFile.inspect(path)
    sample = next(file.batches(file.header, size=SAMPLE_ROWS), None)
    if sample is None:
        raise DataError(f"{path.name} has column names ({list_names(file.header)}) and no rows")
    cells = dict(zip(file.header, sample.columns, strict=True))
    columns, notes = choose_columns(
        _TextTable(cells), path.name, id_col, time_col, target_col, extra
    )

    values = [NumberColumn(t, path.name, "line", file.separator) for t in columns.targets]
    times = TimeColumn(columns.time or "", path.name, "line", day_first=file.separator != ",")
    codes_of: dict[str, int] = {}
    more: list[list[str]] = [[] for _ in extra]
    codes, lines = [], []
    for batch in file.batches(columns.in_file()):
        texts = iter(batch.columns)
        if columns.id is not None:
            ids = next(texts)
            if "" in ids:
                refuse_missing_id(columns.id, path.name, "line", batch.lines[ids.index("")])
            codes.append(np.array([codes_of.setdefault(name, len(codes_of)) for name in ids]))
        if columns.time is not None:
            times.add(next(texts), batch.lines)
        for column in values:
            column.add(next(texts), batch.lines)
        for held in more:
            held += next(texts)
        lines.append(batch.lines)
    numbers = np.concatenate(lines)
    all_codes = np.concatenate(codes) if codes else np.zeros(len(numbers), dtype=np.int64)
    read = [column.result() for column in values]
    read_times = _number(len(numbers)) if columns.time is None else times.result(all_codes)
    rows = Rows(
        ids=np.array(list(codes_of) if codes_of else [columns.target], dtype=object),
        codes=all_codes,
        times=read_times.values,
        values=read[0][0],
        row_numbers=numbers,
        row_label="line",
        id_col=columns.id,
        time_col=columns.time or "ds",
        target_col=columns.target,
        time_zone=read_times.zone,
        notes=(*file.notes, *notes, *read_times.notes, *(n for _, said in read for n in said)),
        extra={
            name: read_cells_of_text(held, numbers, name, path.name, "line", file.separator)
            for name, held in zip(extra, more, strict=True)
        },
    )
    if columns.wide:
        rows = _one_below_the_other(rows, columns.targets, [values for values, _ in read])
    return regularise(_note_rounding(rows), freq)


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


class _TextTable:
    """Tell what columns of text could be, from their first rows."""

    def __init__(self, cells: dict[str, list[str]]) -> None:
        self._cells = cells
        self.names = list(cells)

    def holds_dates(self, name: str) -> bool:
        return TimeColumn.could_read(self._cells[name])

    def holds_integers(self, name: str) -> bool:
        return all(re.fullmatch(r"[+-]?\d+", cell) for cell in self._cells[name])

    def holds_numbers(self, name: str) -> bool:
        present = [cell for cell in self._cells[name] if cell.lower() not in MISSING]
        numeric = sum(NumberColumn.could_read(cell) for cell in present)
        return numeric * 2 > len(present)

    def counts_rows(self, name: str) -> bool:
        cells = self._cells[name]
        short = self.holds_integers(name) and max(map(len, cells)) < 19
        return short and counts_up([int(cell) for cell in cells])


def _read_frame(
    source: Any,
    name: str,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    freq: object,
    extra: tuple[str, ...],
) -> Panel:
    frame = source if isinstance(source, nw.DataFrame) else as_frame(source)
    table = FrameTable(frame)
    if frame.shape[0] == 0:
        raise DataError(f"{name} has columns ({list_names(table.names)}) and no rows")
    columns, notes = choose_columns(table, name, id_col, time_col, target_col, extra)
    read = [read_numbers(frame[target], target, name) for target in columns.targets]
    values = read[0][0]
    if columns.id is None:
        codes, ids = np.zeros(len(values), dtype=np.int64), np.array([columns.target], dtype=object)
    else:
        codes, ids = read_ids(frame[columns.id].to_list(), columns.id, name)
    if columns.time is None:
        times = _number(len(values))
    else:
        times = read_times(frame[columns.time], columns.time, name, codes)
    rows = Rows(
        ids=ids,
        codes=codes,
        times=times.values,
        values=values,
        row_numbers=np.arange(len(values)),
        row_label="row",
        id_col=columns.id,
        time_col=columns.time or "ds",
        target_col=columns.target,
        time_zone=times.zone,
        notes=(*notes, *times.notes, *(n for _, said in read for n in said)),
        extra={column: read_cells(frame[column], column, name) for column in extra},
    )
    if columns.wide:
        rows = _one_below_the_other(rows, columns.targets, [values for values, _ in read])
    whole = any(frame[target].dtype.is_integer() for target in columns.targets)
    return regularise(_note_rounding(rows) if whole else rows, freq)


def _number(rows: int) -> Times:
    return Times(np.arange(rows), None, [])


def _note_rounding(rows: Rows) -> Rows:
    size = np.nan_to_num(np.abs(rows.values))
    large = (size >= 2**53) & (size < 2**64)
    if not large.any():
        return rows
    at = int(np.argmax(large))
    return rows.note(
        f"whole numbers from 2**53 on, about 9e15, are rounded to 53 bits ({rows.row_label} "
        f"{rows.row_numbers[at]} is the first)"
    )
