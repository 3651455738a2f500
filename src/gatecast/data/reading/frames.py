"""Read tables in memory: what their columns could be, and what their cells mean."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from gatecast.data.cells import LARGEST, Place, TextColumn, refuse_missing_time
from gatecast.data.reading.columns import SAMPLE_ROWS, counts_up
from gatecast.data.reading.extras import Extra, read_extra
from gatecast.data.reading.numbers import Numbers, could_be_number, find_unit, read_numbers
from gatecast.data.reading.times import (
    STEP_LIMIT,
    Times,
    could_be_times,
    dates_of_numbers,
    read_times,
)
from gatecast.data.schema import NumberFormat, Schema
from gatecast.errors import DataError, UsageError
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["as_frame", "name_series"]

_NAMES = (nw.Categorical, nw.Enum)
_WIDE = (nw.Int128, nw.UInt128)  # NumPy has none


class FrameTable:
    """Read the columns of a table in memory.

    Parameters
    ----------
    frame : narwhals DataFrame
        The table.
    source : str
        Its name, for sentences.
    """

    row_label = "row"
    separator = ""

    def __init__(self, frame: nw.DataFrame[Any], source: str) -> None:
        self._frame = frame
        self.source = source
        self.names: list[str] = list(frame.columns)
        self.row_numbers = np.arange(frame.shape[0])
        self.notes: tuple[Message, ...] = ()

    def load(self, names: Sequence[str], numeric: Sequence[str]) -> None:
        """Do nothing: all is there."""

    def place(self, name: str) -> Place:
        """Name a column in sentences."""
        return Place(name, self.source, self.row_label, self.row_numbers)

    def sample(self, name: str) -> list[str]:
        """Give the first cells as text."""
        return _texts(self._frame[name].head(SAMPLE_ROWS).to_list())

    def holds_dates(self, name: str) -> bool:
        """Tell whether a column could be one of dates."""
        column = self._frame[name]
        if isinstance(column.dtype, (nw.Datetime, nw.Date)):
            return True
        cells = [cell for cell in column.head(SAMPLE_ROWS).to_list() if not _is_missing(cell)]
        if column.dtype.is_integer():
            return bool(cells) and dates_of_numbers(_integers(cells), name) is not None
        if column.dtype.is_numeric():
            return could_be_times([str(cell) for cell in cells], name)
        if cells and all(isinstance(cell, str) for cell in cells):
            return could_be_times([cell.strip() for cell in cells], name)
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
            sum(could_be_number(cell.strip()) for cell in cells) * 2 > len(cells)
        )

    def counts_rows(self, name: str) -> bool:
        """Tell whether a column counts the rows."""
        cells = self._frame[name].to_list()
        return self.holds_integers(name) and not any(map(_is_missing, cells)) and counts_up(cells)

    def unit(self, name: str) -> str:
        """Give the currency, or "%", of a column of text."""
        return "" if self._frame[name].dtype.is_numeric() else find_unit(self.sample(name))

    def text(self, name: str) -> TextColumn:
        """Give a column as text."""
        return TextColumn.of(_texts(self._frame[name].to_list()))

    def numbers(self, name: str, settled: NumberFormat | None) -> tuple[Numbers, bool]:
        """Read a column of values, and tell whether they were text."""
        column, kind = self._frame[name], self._frame[name].dtype
        if not (kind.is_numeric() or isinstance(kind, nw.Boolean)):
            return read_numbers(self.text(name), self.place(name), ",", settled), True
        values = _floats(column)
        too_large = np.abs(values) > LARGEST
        if too_large.any():
            at = int(np.argmax(too_large))
            raise self.place(name).too_large(at, str(values[at]), values[at])
        return Numbers(values, NumberFormat(), []), False

    def may_be_rounded(self, name: str) -> bool:
        """Tell whether a column may hold whole numbers beyond what float64 holds."""
        return self._frame[name].dtype.is_integer()

    def extra(self, name: str, settled: Schema | None) -> Extra:
        """Read a further column."""
        column, kind = self._frame[name], self._frame[name].dtype
        place = self.place(name)
        if isinstance(kind, nw.Boolean) and not column.is_null().any():
            return read_extra(np.asarray(column.to_list(), dtype=bool), place, ",", settled)
        if kind.is_numeric():
            return read_extra(self.numbers(name, None)[0].values, place, ",", settled)
        named = isinstance(kind, _NAMES)
        return read_extra(self.text(name), place, ",", settled, named=named)

    def ids(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Number the series: the code of each row, and the name of each code."""
        return name_series(self._frame[name].to_list(), self.place(name))

    def times(self, name: str, codes: np.ndarray, settled: Schema | None) -> Times:
        """Read a column of times; ``codes`` say which series each row belongs to."""
        column, kind, zone = self._frame[name], self._frame[name].dtype, None
        place = self.place(name)
        if isinstance(kind, nw.Datetime):
            if kind.time_zone is not None:
                zone = kind.time_zone
                column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
                _refuse_unknown_zone(zone, place)
            return Times(_microseconds(column.to_numpy(), place), zone)
        if isinstance(kind, nw.Date):
            days = np.asarray(column.to_numpy())
            if days.dtype == object:  # pandas keeps Arrow's dates as Python's
                days = np.array([None if _is_missing(d) else d for d in days], "datetime64[D]")
            return Times(_microseconds(days, place))
        if kind.is_numeric():
            numbers = _floats(column)
            if kind.is_float() and (decimal := self._decimal_years(name, numbers, codes, settled)):
                return decimal
            _refuse_no_steps(numbers, place)
            integers = (column.cast(nw.Int64) if isinstance(kind, _WIDE) else column).to_numpy()
            return _times_of_integers(integers.astype(np.int64), name, settled)
        cells = column.to_list()
        whole = [cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool)]
        if cells and len(whole) == len(cells):
            integers = _integers(whole)
            _refuse_no_steps(integers.astype(np.float64), place)
            return _times_of_integers(integers, name, settled)
        if all(isinstance(cell, str) or _is_missing(cell) for cell in cells):
            return read_times(self.text(name), place, codes, settled=settled)
        return _times_of_objects(cells, place)

    def _decimal_years(
        self, name: str, numbers: np.ndarray, codes: np.ndarray, settled: Schema | None
    ) -> Times | None:
        """Read 1991.5 as the middle of a year, where the column may be one of times."""
        if np.isnan(numbers).any() or (numbers == np.round(numbers)).all():
            return None
        if not could_be_times([str(number) for number in numbers[:SAMPLE_ROWS]], name):
            return None
        text = TextColumn.of([str(number) for number in numbers])
        return read_times(text, self.place(name), codes, settled=settled)


def name_series(names: Sequence[Any], place: Place) -> tuple[np.ndarray, np.ndarray]:
    """Number the series: the code of each row, and the name of each code.

    Parameters
    ----------
    names : array_like of length N
        The name of the series of each row.
    place : Place
        Names a row in a sentence.

    Returns
    -------
    ndarray of int64 [N], ndarray of object [series]
        Codes in the order of first appearance, and names.

    Raises
    ------
    DataError
        If a row names no series, or by what cannot name one.
    """
    cells = pd.Series(names, dtype=object).to_numpy()  # np.array would make lists a second axis
    unfit = _first_unfit(cells)
    if unfit is not None:
        cell = _shown(cells[unfit])
        row = place.row(unfit)
        raise DataError(message("table.bad_id", column=place.name, cell=cell, row=row))
    codes, distinct = pd.factorize(cells)
    ids = np.asarray(distinct, dtype=object)
    missing = np.array([*(name == "" for name in ids), True])[codes]  # code -1 is missing
    if missing.any():
        row = place.row(int(np.argmax(missing)))
        raise DataError(message("table.no_id", column=place.name, row=row))
    if all(isinstance(name, int) and not isinstance(name, bool) for name in ids):
        return codes, ids.astype(np.int64)
    return codes, ids


def _first_unfit(cells: np.ndarray) -> int | None:
    """Find the first cell that cannot name a series."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return None
    if kinds == {int}:
        with suppress(OverflowError):
            cells.astype(np.int64)
            return None
    return next((at for at, cell in enumerate(cells) if not _can_name(cell)), None)


def _can_name(cell: object) -> bool:
    if isinstance(cell, int):
        return -(2**63) <= cell < 2**63
    return isinstance(cell, Hashable) and not isinstance(cell, tuple)


def as_frame(source: Any) -> nw.DataFrame[Any]:
    """See any table as a narwhals frame; an index of pandas that holds something is a column.

    Parameters
    ----------
    source : table
        Of pandas, polars or any other library that narwhals knows.

    Returns
    -------
    DataFrame
        Of narwhals.

    Raises
    ------
    UsageError
        If it is no table.
    DataError
        If names of columns are there twice, or have several levels.
    """
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
        raise UsageError(message("table.no_table", kind=type(source).__name__)) from error


def _refuse_doubled_names(names: list[str]) -> None:
    if len(set(names)) < len(names):
        doubled = next(name for name in names if names.count(name) > 1)
        raise DataError(message("table.doubled_name", column=doubled))


def _without_index(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.columns.nlevels > 1:
        first = _shown(frame.columns[0])
        raise DataError(message("table.name_levels", n=frame.columns.nlevels, first=first))
    frame = frame.rename(columns=str)
    _refuse_doubled_names(list(frame.columns))
    index = frame.index
    plain = isinstance(index, pd.RangeIndex) and index.name is None
    timed = isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)) and "ds" not in frame.columns
    named = [name for name in index.names if name is not None and str(name) not in frame.columns]
    if (timed or len(named) == index.nlevels or frame.shape[1] == 1) and not plain:
        names = [str(name) if name is not None else "ds" for name in index.names]
        _refuse_doubled_names([*names, *frame.columns])
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
            message(
                "table.far_periods", column=str(column.name), first=str(column.min()),
                last=str(column.max()),
            )
        ) from error  # fmt: skip


def _texts(cells: list[Any]) -> list[str]:
    """Write cells as text; whole numbers without a point, and nothing where nothing is."""
    return [
        ""
        if _is_missing(cell)
        else str(int(cell))
        if isinstance(cell, float) and cell.is_integer()
        else _text(cell).strip()
        for cell in cells
    ]


def _integers(cells: Sequence[int]) -> np.ndarray:
    """Cut whole numbers to 64 bits."""
    return np.array([max(-STEP_LIMIT, min(int(cell), STEP_LIMIT)) for cell in cells], np.int64)


def _floats(column: nw.Series[Any]) -> np.ndarray:
    if isinstance(column.dtype, (nw.Boolean, *_WIDE)):
        column = column.cast(nw.Float64)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _times_of_integers(integers: np.ndarray, name: str, settled: Schema | None) -> Times:
    notation = None if settled is None or not settled.time_cols else settled.time_notation
    dates = dates_of_numbers(integers, name, notation)
    if dates is None:
        return Times(integers)
    return Times(dates[0], None, [dates[2]], None, dates[1])


def _refuse_no_steps(numbers: np.ndarray, place: Place) -> None:
    missing = np.isnan(numbers)
    if missing.any():
        refuse_missing_time(place, int(np.argmax(missing)))
    large = np.abs(numbers) >= STEP_LIMIT
    if large.any():
        at = int(np.argmax(large))
        has = message("reading.has", row=place.row(at), cell=f"{numbers[at]:g}")
        reason = message("table.large_step")
        raise DataError(message("table.bad_time", column=place.name, has=has, reason=reason))
    off = numbers != np.round(numbers)
    if off.any():
        at = int(np.argmax(off))
        _refuse_as_time(place, at, str(numbers[at]))


def _refuse_unknown_zone(zone: str, place: Place) -> None:
    try:
        pd.Timestamp(0, tz=zone)
    except (KeyError, ValueError) as error:
        raise DataError(message("table.no_zone", column=place.name, zone=zone)) from error


def _refuse_as_time(place: Place, at: int, cell: str) -> None:
    has = message("reading.has", row=place.row(at), cell=cell)
    expected = message("table.expected_times")
    raise DataError(message("table.no_times", column=place.name, has=has, expected=expected))


def _times_of_objects(cells: list[Any], place: Place) -> Times:
    """Read Python dates, datetimes and timestamps in an object column."""
    other = next((at for at, cell in enumerate(cells) if not isinstance(cell, date)), None)
    if other is not None:
        if _is_missing(cells[other]):
            refuse_missing_time(place, other)
        _refuse_as_time(place, other, _text(cells[other]))
    zones = {str(getattr(cell, "tzinfo", None)) for cell in cells}
    if len(zones) > 1:
        raise DataError(message("table.mixed_zones", column=place.name, zones=sorted(zones)))
    try:
        index = pd.DatetimeIndex(pd.to_datetime(cells))
    except pd.errors.OutOfBoundsDatetime:  # before 1678; pandas 2 counts nanoseconds
        return Times(_microseconds(np.array(cells, "datetime64[us]"), place))
    zone = None if index.tz is None else str(index.tz)
    if zone is not None:
        _refuse_unknown_zone(zone, place)
        index = index.tz_convert("UTC").tz_localize(None)
    return Times(_microseconds(index.to_numpy(), place), zone)


def _microseconds(times: np.ndarray, place: Place) -> np.ndarray:
    missing = np.isnat(times)
    if missing.any():
        refuse_missing_time(place, int(np.argmax(missing)))
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    far = (years < 1) | (years > 9999)
    if far.any():
        at = int(np.argmax(far))
        raise DataError(
            message("table.far_time", column=place.name, year=years[at], row=place.row(at))
        )
    converted = times.astype("datetime64[us]")
    if (converted != times).any():
        at = int(np.argmax(converted != times))
        has = message("reading.has", row=place.row(at), cell=str(times[at]))
        reason = message("table.too_fine")
        raise DataError(message("table.bad_time", column=place.name, has=has, reason=reason))
    return converted


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
