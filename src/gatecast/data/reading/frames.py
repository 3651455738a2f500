"""Read tables in memory: what their columns could be, and what their cells mean."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from gatecast.data.reading.candidates import MISSING
from gatecast.data.reading.columns import SAMPLE_ROWS, counts_up, list_names
from gatecast.data.reading.numbers import NumberColumn
from gatecast.data.reading.times import STEP_LIMIT, TimeColumn, Times, dates_of_integers
from gatecast.errors import DataError, UsageError

if TYPE_CHECKING:
    pass

__all__ = [
    "FrameTable", "as_frame", "read_cells", "read_cells_of_text", "read_ids", "read_numbers",
    "read_times", "refuse_missing_id",
]  # fmt: skip


def read_ids(names: list[Any], column: str, source: str) -> tuple[np.ndarray, np.ndarray]:
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
        refuse_missing_id(column, source, "row", int(np.argmax(missing)))
    if all(isinstance(name, int) and not isinstance(name, bool) for name in ids):
        return codes, ids.astype(np.int64)
    return codes, ids


def _can_name(cell: object) -> bool:
    if isinstance(cell, int):
        return -(2**63) <= cell < 2**63
    return isinstance(cell, Hashable) and not isinstance(cell, tuple)


def as_frame(source: Any) -> nw.DataFrame[Any]:
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


class FrameTable:
    """Tell what columns of a frame could be."""

    def __init__(self, frame: nw.DataFrame[Any]) -> None:
        self._frame = frame
        self.names = list(frame.columns)

    def holds_dates(self, name: str) -> bool:
        """Tell whether a column could be one of dates."""
        column = self._frame[name]
        if isinstance(column.dtype, (nw.Datetime, nw.Date)):
            return True
        cells = [cell for cell in column.head(SAMPLE_ROWS).to_list() if not _is_missing(cell)]
        if column.dtype.is_integer():
            return dates_of_integers(np.array(cells)) is not None
        if column.dtype.is_numeric():
            return False
        if cells and all(isinstance(cell, str) for cell in cells):
            return TimeColumn.could_read([cell.strip() for cell in cells])
        return any(hasattr(cell, "year") for cell in cells)

    def holds_integers(self, name: str) -> bool:
        """Tell whether a column holds whole numbers."""
        column = self._frame[name]
        if not column.dtype.is_float():
            return column.dtype.is_integer()
        cells = column.head(SAMPLE_ROWS).to_list()
        return all(not _is_missing(cell) and float(cell).is_integer() for cell in cells)

    def holds_numbers(self, name: str) -> bool:
        """Tell whether most cells of a column are numbers."""
        column = self._frame[name]
        if column.dtype.is_numeric():
            return True
        cells = [_text(cell) for cell in column.head(SAMPLE_ROWS).to_list() if cell is not None]
        return isinstance(column.dtype, (nw.String, nw.Object)) and (
            sum(NumberColumn.could_read(cell.strip()) for cell in cells) * 2 > len(cells)
        )

    def counts_rows(self, name: str) -> bool:
        """Tell whether a column counts the rows."""
        cells = self._frame[name].to_list()
        return self.holds_integers(name) and not any(map(_is_missing, cells)) and counts_up(cells)


def read_numbers(column: nw.Series[Any], name: str, source: str) -> tuple[np.ndarray, list[str]]:
    """Read a column of values, float64 with NaN where there are none, and what was detected."""
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


def read_cells(column: nw.Series[Any], name: str, source: str) -> np.ndarray:
    """Read a further column: numbers, or names."""
    if column.dtype.is_numeric() or isinstance(column.dtype, nw.Boolean):
        return read_numbers(column, name, source)[0]
    cells = ["" if _is_missing(cell) else str(cell).strip() for cell in column.to_list()]
    return read_cells_of_text(cells, np.arange(len(cells)), name, source, "row")


def read_times(column: nw.Series[Any], name: str, source: str, codes: np.ndarray) -> Times:
    """Read a column of times; ``codes`` say which series each row belongs to."""
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
            f'column "{name}" of {source} mixes time zones ({list_names(sorted(zones))}): convert '
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


def refuse_missing_id(column: str, source: str, row_label: str, number: object) -> None:
    """Refuse a row that names no series."""
    raise DataError(
        f'column "{column}" of {source} names no series in {row_label} {number}: supply the name, '
        "or remove the row"
    )


def read_cells_of_text(
    texts: list[str],
    row_numbers: np.ndarray,
    name: str,
    source: str,
    row_label: str,
    separator: str = ",",
) -> np.ndarray:
    """Read a further column: numbers if most cells are, else names."""
    present = [text for text in texts[:SAMPLE_ROWS] if text.lower() not in MISSING]
    if sum(map(NumberColumn.could_read, present)) * 2 <= len(present):
        return np.array([text or None for text in texts], dtype=object)
    reader = NumberColumn(name, source, row_label, separator)
    reader.add(texts, row_numbers)
    return reader.result()[0]
