"""Read a table: which column is what, and what its cells mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from gatecast.data.cells import (
    MISSING,
    STEP_LIMIT,
    NumberColumn,
    TimeColumn,
    Times,
    dates_of_integers,
)
from gatecast.data.csv_file import CsvFile, quote
from gatecast.data.regular import DoubledTimesError, Rows, regularise
from gatecast.errors import DataError, MissingExtraError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatecast.data.panel import Panel

__all__ = ["read_future", "read_panel"]

_SAMPLE_ROWS = 200
_STEP_NAMES = {"ds", "year", "step", "t", "time", "index", "period", "jahr", "date", "timestamp"}
_COUNTER_NAMES = {"index", "unnamed: 0", "column 1", "row", "nr", "no"}


class _Columns(NamedTuple):
    """Which column is what; ``id`` and ``time`` may not be there, a wide table has many targets."""

    id: str | None
    time: str | None
    targets: tuple[str, ...]
    extra: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether each target is a series of its own."""
        return len(self.targets) > 1

    @property
    def target(self) -> str:
        """What the column of values is called in a long table."""
        return "y" if self.wide else self.targets[0]

    def in_file(self) -> list[str]:
        """List the columns to be read."""
        return [name for name in (self.id, self.time, *self.targets, *self.extra) if name]


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
    frame = _as_frame(source)
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
    table: _TextTable | _FrameTable
    if isinstance(source, Path) and not _is_parquet(source):
        file = CsvFile.inspect(source)
        sample = next(file.batches(file.header, size=_SAMPLE_ROWS))
        table = _TextTable(dict(zip(file.header, sample.columns, strict=True)))
    else:
        table = _FrameTable(
            _as_frame(_open_parquet(source) if isinstance(source, Path) else source)
        )
    columns, _ = _choose_columns(table, "", None, time_col, target_col, extra)
    found = [
        name
        for name in table.names
        if name not in columns.in_file()
        and not table.counts_rows(name)
        and (table.holds_integers(name) or not table.holds_numbers(name))
    ]
    return found[0] if len(found) == 1 else None


# --------------------------------------------------------------------------------------- files


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
    sample = next(file.batches(file.header, size=_SAMPLE_ROWS), None)
    if sample is None:
        raise DataError(f"{path.name} has column names ({_listed(file.header)}) and no rows")
    cells = dict(zip(file.header, sample.columns, strict=True))
    columns, notes = _choose_columns(
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
                _refuse_missing_id(columns.id, path.name, "line", batch.lines[ids.index("")])
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
        numbers=numbers,
        place="line",
        id_col=columns.id,
        time_col=columns.time or "ds",
        target_col=columns.target,
        time_zone=read_times.zone,
        notes=(*file.notes, *notes, *read_times.notes, *(n for _, said in read for n in said)),
        extra={
            name: _cells_of_text(held, numbers, name, path.name, "line", file.separator)
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
        numbers=np.tile(rows.numbers, len(names)),
        id_col="unique_id",
        extra={name: np.tile(cells, len(names)) for name, cells in rows.extra.items()},
    )


def _cells_of_text(
    texts: list[str], numbers: np.ndarray, name: str, source: str, place: str, separator: str = ","
) -> np.ndarray:
    """Read a further column: numbers if most cells are, else names."""
    present = [text for text in texts[:_SAMPLE_ROWS] if text.lower() not in MISSING]
    if sum(map(NumberColumn.could_read, present)) * 2 <= len(present):
        return np.array([text or None for text in texts], dtype=object)
    reader = NumberColumn(name, source, place, separator)
    reader.add(texts, numbers)
    return reader.result()[0]


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
        return short and _counts_up([int(cell) for cell in cells])


# -------------------------------------------------------------------------------------- frames


def _read_frame(
    source: Any,
    name: str,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    freq: object,
    extra: tuple[str, ...],
) -> Panel:
    frame = source if isinstance(source, nw.DataFrame) else _as_frame(source)
    table = _FrameTable(frame)
    if frame.shape[0] == 0:
        raise DataError(f"{name} has columns ({_listed(table.names)}) and no rows")
    columns, notes = _choose_columns(table, name, id_col, time_col, target_col, extra)
    read = [_frame_numbers(frame[target], target, name) for target in columns.targets]
    values = read[0][0]
    if columns.id is None:
        codes, ids = np.zeros(len(values), dtype=np.int64), np.array([columns.target], dtype=object)
    else:
        codes, ids = _frame_ids(frame[columns.id].to_list(), columns.id, name)
    if columns.time is None:
        times = _number(len(values))
    else:
        times = _frame_times(frame[columns.time], columns.time, name, codes)
    rows = Rows(
        ids=ids,
        codes=codes,
        times=times.values,
        values=values,
        numbers=np.arange(len(values)),
        place="row",
        id_col=columns.id,
        time_col=columns.time or "ds",
        target_col=columns.target,
        time_zone=times.zone,
        notes=(*notes, *times.notes, *(n for _, said in read for n in said)),
        extra={column: _frame_cells(frame[column], column, name) for column in extra},
    )
    if columns.wide:
        rows = _one_below_the_other(rows, columns.targets, [values for values, _ in read])
    whole = any(frame[target].dtype.is_integer() for target in columns.targets)
    return regularise(_note_rounding(rows) if whole else rows, freq)


def _frame_ids(names: list[Any], column: str, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Number the series: the code of each row, and the name of each code."""
    cells = pd.Series(names, dtype=object).to_numpy()  # np.array would make lists a second axis
    unfit = next((at for at, cell in enumerate(cells) if not _can_name(cell)), None)
    if unfit is not None:
        raise DataError(
            f'column "{column}" of {source} has {_shown(cells[unfit])} in row {unfit}, which '
            "cannot name a series: name series by texts or by whole numbers of at most 64 bits"
        )
    codes, found = pd.factorize(cells)
    ids = np.asarray(found, dtype=object)
    missing = np.array([*(name == "" for name in ids), True])[codes]  # code -1 is missing
    if missing.any():
        _refuse_missing_id(column, source, "row", int(np.argmax(missing)))
    if all(isinstance(name, int) and not isinstance(name, bool) for name in ids):
        return codes, ids.astype(np.int64)
    return codes, ids


def _can_name(cell: object) -> bool:
    if isinstance(cell, int):
        return -(2**63) <= cell < 2**63
    return isinstance(cell, Hashable) and not isinstance(cell, tuple)


def _as_frame(source: Any) -> nw.DataFrame[Any]:
    """See any table as a narwhals frame; an index of pandas that holds something is a column."""
    if isinstance(source, pd.Series):
        source = source.to_frame("y" if source.name is None else str(source.name))
    if isinstance(source, pd.DataFrame):
        source = _without_index(source)
    elif hasattr(source, "column_names"):  # pyarrow allows what the others do not
        _refuse_doubled_names(list(source.column_names))
    try:
        table = nw.from_native(source)
        if isinstance(table, nw.LazyFrame):
            table = table.collect()
        if not isinstance(table, nw.DataFrame):
            raise TypeError("neither a frame nor a lazy one")
        return table
    except TypeError as error:
        raise UsageError(
            f"a {type(source).__name__} is not a table: give a path, a pandas Series with its "
            "times as index, or a pandas, polars or pyarrow table"
        ) from error


def _refuse_doubled_names(names: list[str], where: str = "the table") -> None:
    if len(set(names)) < len(names):
        doubled = next(name for name in names if names.count(name) > 1)
        raise DataError(
            f'{where} has the column name "{doubled}" more than once: give each column its own name'
        )


def _without_index(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.columns.nlevels > 1:
        raise DataError(
            f"the table has column names of {frame.columns.nlevels} levels, like "
            f"{_shown(frame.columns[0])}: give each column one name"
        )
    frame = frame.rename(columns=str)
    _refuse_doubled_names(list(frame.columns))
    index = frame.index
    plain = isinstance(index, pd.RangeIndex) and index.name is None
    timed = isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)) and "ds" not in frame.columns
    named = [name for name in index.names if name is not None and str(name) not in frame.columns]
    if (timed or len(named) == index.nlevels or frame.shape[1] == 1) and not plain:
        names = [str(name) if name is not None else "ds" for name in index.names]
        _refuse_doubled_names([*names, *frame.columns], "the table, with its index,")
        frame = frame.reset_index(names=names)
    periods = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.PeriodDtype)]
    return frame.assign(
        **{str(name): _begin_of_periods(pd.Series(frame[name])) for name in periods}
    )


def _begin_of_periods(column: pd.Series) -> pd.Series:
    try:
        return column.dt.to_timestamp()
    except pd.errors.OutOfBoundsDatetime as error:
        raise DataError(
            f'column "{column.name}" of the table has periods from {column.min()} to '
            f"{column.max()}: they have to be of the years 1678 to 2261; use step numbers for "
            "others"
        ) from error


class _FrameTable:
    """Tell what columns of a frame could be."""

    def __init__(self, frame: nw.DataFrame[Any]) -> None:
        self._frame = frame
        self.names = list(frame.columns)

    def holds_dates(self, name: str) -> bool:
        column = self._frame[name]
        if isinstance(column.dtype, (nw.Datetime, nw.Date)):
            return True
        cells = [cell for cell in column.head(_SAMPLE_ROWS).to_list() if not _is_missing(cell)]
        if column.dtype.is_integer():
            return dates_of_integers(np.array(cells)) is not None
        if column.dtype.is_numeric():
            return False
        if cells and all(isinstance(cell, str) for cell in cells):
            return TimeColumn.could_read([cell.strip() for cell in cells])
        return any(hasattr(cell, "year") for cell in cells)

    def holds_integers(self, name: str) -> bool:
        column = self._frame[name]
        if not column.dtype.is_float():
            return column.dtype.is_integer()
        cells = column.head(_SAMPLE_ROWS).to_list()
        return all(not _is_missing(cell) and float(cell).is_integer() for cell in cells)

    def holds_numbers(self, name: str) -> bool:
        column = self._frame[name]
        if column.dtype.is_numeric():
            return True
        cells = [_text(cell) for cell in column.head(_SAMPLE_ROWS).to_list() if cell is not None]
        return isinstance(column.dtype, (nw.String, nw.Object)) and (
            sum(NumberColumn.could_read(cell.strip()) for cell in cells) * 2 > len(cells)
        )

    def counts_rows(self, name: str) -> bool:
        cells = self._frame[name].to_list()
        return self.holds_integers(name) and not any(map(_is_missing, cells)) and _counts_up(cells)


def _frame_numbers(column: nw.Series[Any], name: str, source: str) -> tuple[np.ndarray, list[str]]:
    kind = column.dtype
    if kind.is_numeric() or isinstance(kind, nw.Boolean):
        if isinstance(kind, (nw.Boolean, nw.Int128, nw.UInt128)):  # NumPy has none, or no missing
            column = column.cast(nw.Float64)
        values = np.asarray(column.to_numpy(), dtype=np.float64)
        infinite = np.isinf(values)
        if infinite.any():
            at = int(np.argmax(infinite))
            raise DataError(
                f'column "{name}" of {source} has an infinite value, {values[at]}, in row {at}: '
                "correct it, or leave it missing"
            )
        return values, []
    cells = ["" if _is_missing(cell) else _text(cell).strip() for cell in column.to_list()]
    reader = NumberColumn(name, source, "row")
    reader.add(cells, np.arange(len(cells)))
    return reader.result()


def _frame_cells(column: nw.Series[Any], name: str, source: str) -> np.ndarray:
    """Read a further column: numbers, or names."""
    if column.dtype.is_numeric() or isinstance(column.dtype, nw.Boolean):
        return _frame_numbers(column, name, source)[0]
    cells = ["" if _is_missing(cell) else str(cell).strip() for cell in column.to_list()]
    return _cells_of_text(cells, np.arange(len(cells)), name, source, "row")


def _frame_times(column: nw.Series[Any], name: str, source: str, codes: np.ndarray) -> Times:
    kind, zone = column.dtype, None
    if isinstance(kind, nw.Datetime):
        if kind.time_zone is not None:
            zone = kind.time_zone
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            _refuse_unknown_zone(zone, name, source)
        return Times(_microseconds(column.to_numpy(), name, source), zone, [])
    if isinstance(kind, nw.Date):
        days = np.asarray(column.to_numpy())
        if days.dtype == object:  # pandas keeps Arrow's dates as Python's
            days = np.array([None if _is_missing(day) else day for day in days], "datetime64[D]")
        return Times(_microseconds(days, name, source), None, [])
    if kind.is_numeric():
        wide = isinstance(kind, (nw.Int128, nw.UInt128))  # NumPy has none
        numbers = (column.cast(nw.Float64) if wide else column).to_numpy().astype(np.float64)
        _refuse_no_steps(numbers, name, source)
        integers = (column.cast(nw.Int64) if wide else column).to_numpy().astype(np.int64)
        return _times_of_integers(integers)
    cells = column.to_list()
    whole = [cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool)]
    if cells and len(whole) == len(cells):
        cut = [max(-STEP_LIMIT, min(cell, STEP_LIMIT)) for cell in whole]
        _refuse_no_steps(np.array(cut, dtype=np.float64), name, source)
        return _times_of_integers(np.array(cut, dtype=np.int64))
    if all(isinstance(cell, str) or _is_missing(cell) for cell in cells):
        reader = TimeColumn(name, source, "row")
        reader.add(
            ["" if _is_missing(cell) else cell.strip() for cell in cells], np.arange(len(cells))
        )
        return reader.result(codes)
    return _times_of_objects(cells, name, source)


def _refuse_no_steps(numbers: np.ndarray, name: str, source: str) -> None:
    missing = np.isnan(numbers)
    if missing.any():
        _refuse_missing_time(name, source, int(np.argmax(missing)))
    large = np.abs(numbers) >= STEP_LIMIT
    if large.any():
        at = int(np.argmax(large))
        raise DataError(
            f'column "{name}" of {source} has the step number {numbers[at]:g} in row {at}: step '
            "numbers have to be below 2**62, about 4.6e18; use smaller ones"
        )
    off = numbers != np.round(numbers)
    if off.any():
        at = int(np.argmax(off))
        raise DataError(
            f'column "{name}" of {source} should hold times, but row {at} has '
            f"{numbers[at]}: give dates or whole step numbers"
        )


def _times_of_integers(integers: np.ndarray) -> Times:
    dates = dates_of_integers(integers)
    if dates is None:
        return Times(integers, None, [])
    return Times(dates, None, [f"times are dates without marks (like {integers[0]})"])


def _refuse_unknown_zone(zone: str, name: str, source: str) -> None:
    try:
        pd.Timestamp(0, tz=zone)
    except (KeyError, ValueError) as error:
        raise DataError(
            f'column "{name}" of {source} has times in the zone "{zone}", which is not a known '
            "one: convert them to UTC first"
        ) from error


def _times_of_objects(cells: list[Any], name: str, source: str) -> Times:
    """Read Python dates, datetimes and timestamps in an object column."""
    other = next((at for at, cell in enumerate(cells) if not isinstance(cell, date)), None)
    if other is not None:
        if _is_missing(cells[other]):
            _refuse_missing_time(name, source, other)
        raise DataError(
            f'column "{name}" of {source} should hold times, but row {other} has '
            f"{_shown(cells[other])}: give dates or whole step numbers"
        )
    zones = {str(getattr(cell, "tzinfo", None)) for cell in cells}
    if len(zones) > 1:
        raise DataError(
            f'column "{name}" of {source} mixes time zones ({_listed(sorted(zones))}): convert '
            "all times to one zone first"
        )
    try:
        index = pd.DatetimeIndex(pd.to_datetime(cells))
    except pd.errors.OutOfBoundsDatetime:  # before 1678; pandas 2 counts nanoseconds
        return Times(_microseconds(np.array(cells, "datetime64[us]"), name, source), None, [])
    zone = None if index.tz is None else str(index.tz)
    if zone is not None:
        _refuse_unknown_zone(zone, name, source)
        index = index.tz_convert("UTC").tz_localize(None)
    return Times(_microseconds(index.to_numpy(), name, source), zone, [])


def _microseconds(times: np.ndarray, name: str, source: str) -> np.ndarray:
    missing = np.isnat(times)
    if missing.any():
        _refuse_missing_time(name, source, int(np.argmax(missing)))
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    far = (years < 1) | (years > 9999)
    if far.any():
        at = int(np.argmax(far))
        raise DataError(
            f'column "{name}" of {source} has a time of the year {years[at]} in row {at}: dates '
            "have to be of the years 1 to 9999; use step numbers for others"
        )
    converted = times.astype("datetime64[us]")
    if (converted != times).any():
        at = int(np.argmax(converted != times))
        raise DataError(
            f'column "{name}" of {source} is finer than a microsecond in row {at} '
            f"({times[at]}): round it, or use step numbers"
        )
    return converted


def _refuse_missing_time(name: str, source: str, row: int) -> None:
    raise DataError(
        f'column "{name}" of {source} has no time in row {row}: supply it, or remove the row'
    )


def _is_missing(cell: object) -> bool:
    if isinstance(cell, Decimal):
        return cell.is_nan()  # a signalling one may not be compared
    # Only a NaN differs from itself, but an array answers for each of its elements.
    nan = isinstance(cell, (float, np.generic)) and bool(cell != cell)
    return cell is None or cell is pd.NaT or cell is pd.NA or nan


def _text(cell: object) -> str:
    try:
        return str(cell)
    except ValueError:  # Python writes whole numbers of up to 4300 digits
        return "a number of thousands of digits"


def _shown(cell: object) -> str:
    text = f"'{cell}'" if isinstance(cell, str) else _text(cell)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --------------------------------------------------------------------------- which column is what


def _choose_columns(
    table: _TextTable | _FrameTable,
    source: str,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    extra: tuple[str, ...] = (),
) -> tuple[_Columns, list[str]]:
    named = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
    for option, name in named.items():
        if name is not None and not isinstance(name, str):
            raise UsageError(f"{option}={name!r} is not a text: give a column by its name")
    asked = [*((f"{option}=", name) for option, name in named.items()), *(("", n) for n in extra)]
    for option, name in asked:
        if name is not None and name not in table.names:
            near = difflib.get_close_matches(name, table.names, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise NotFoundError(
                f'{option}"{name}" is not a column of {source}; its columns are '
                f"{_listed(table.names)}{hint}"
            )
    given = [name for name in (*named.values(), *extra) if name is not None]
    doubled = next((name for name in given if given.count(name) > 1), None)
    if doubled is not None:
        raise UsageError(f'the column "{doubled}" is named for two things: name another for one')

    def free(name: str) -> bool:
        return name in table.names and name not in given

    if id_col is None and free("unique_id"):
        id_col = "unique_id"
        given.append(id_col)
    if target_col is None and free("y"):
        target_col = "y"
        given.append(target_col)
    notes = []
    if time_col is None:
        time_col = _find_time(table, source, given)
        if time_col is None:
            notes.append("there is no column of times: rows are numbered from 0")
        else:
            given.append(time_col)
            if time_col != "ds":
                notes.append(f'times are in column "{time_col}"')
    if target_col is not None:
        return _Columns(id_col, time_col, (target_col,), extra), notes
    targets = _find_targets(table, source, given, wide=id_col is None and time_col is not None)
    if len(targets) == 1:
        notes.append(f'values are in column "{targets[0]}"')
    else:
        notes.append(
            f"there is no column of names and there are {len(targets)} of numbers, so each of "
            f"{_listed(targets)} is a series; name target_col to forecast one of them alone"
        )
    return _Columns(id_col, time_col, tuple(targets), extra), notes


def _find_time(table: _TextTable | _FrameTable, source: str, taken: Sequence[str]) -> str | None:
    rest = [name for name in table.names if name not in taken]
    if "ds" in rest:
        return "ds"
    found = [name for name in rest if table.holds_dates(name)]
    if not found:
        found = [
            name for name in rest if name.lower() in _STEP_NAMES and table.holds_integers(name)
        ]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(
            f"{source} has {len(found)} columns of times, {_listed(found)}: say which with time_col"
        )
    if len(table.names) == 1:
        return None
    raise DataError(
        f"no column of {source} looks like times; its columns are {_listed(table.names)}: say "
        "which with time_col"
    )


def _find_targets(
    table: _TextTable | _FrameTable, source: str, taken: Sequence[str], *, wide: bool
) -> list[str]:
    """Find the column of values; those of a wide table, where all other columns are numbers."""
    rest = [name for name in table.names if name not in taken]
    found = [name for name in rest if table.holds_numbers(name)]
    if len(found) > 1:
        # An index that was written along with the table is no candidate.
        counters = [
            name for name in found if name.lower() in _COUNTER_NAMES and table.counts_rows(name)
        ]
        found = [name for name in found if name not in counters]
        rest = [name for name in rest if name not in counters]
    if len(found) == 1 or (wide and len(found) > 1 and len(found) == len(rest)):
        return found
    if found:
        raise DataError(
            f"{source} has {len(found)} columns of numbers, {_listed(found)}: say which to "
            "forecast with target_col"
        )
    raise DataError(
        f"no column of {source} holds numbers to forecast; its columns are "
        f"{_listed(table.names)}: say which with target_col"
    )


def _counts_up(numbers: Sequence[int]) -> bool:
    return all(number == numbers[0] + at for at, number in enumerate(numbers))


def _number(rows: int) -> Times:
    return Times(np.arange(rows), None, [])


def _note_rounding(rows: Rows) -> Rows:
    size = np.nan_to_num(np.abs(rows.values))
    large = (size >= 2**53) & (size < 2**64)
    if not large.any():
        return rows
    at = int(np.argmax(large))
    return rows.note(
        f"whole numbers from 2**53 on, about 9e15, are rounded to 53 bits ({rows.place} "
        f"{rows.numbers[at]} is the first)"
    )


def _refuse_missing_id(column: str, source: str, place: str, number: object) -> None:
    raise DataError(
        f'column "{column}" of {source} names no series in {place} {number}: supply the name, '
        "or remove the row"
    )


def _listed(names: Sequence[str], most: int = 10) -> str:
    shown = ", ".join(quote(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
