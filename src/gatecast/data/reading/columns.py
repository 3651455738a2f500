"""Tell which column of a table is what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from gatecast.data.cells import Place, TextColumn
from gatecast.data.frequency import MONTH_NAMES
from gatecast.data.reading.extras import Extra
from gatecast.data.reading.numbers import Numbers
from gatecast.data.reading.parts import find_parts, is_part
from gatecast.data.reading.times import Times
from gatecast.data.schema import NumberFormat, Schema
from gatecast.errors import DataError, NotFoundError, UsageError, did_you_mean
from gatecast.messages import Argument, Message, message

__all__ = [
    "SAMPLE_ROWS", "Columns", "as_columns", "choose_columns", "counts_up",
    "find_id_columns", "fitted_columns",
]  # fmt: skip

SAMPLE_ROWS = 200
"""Rows that are looked at to tell which column is what."""

_STEP_NAMES = {"ds", "year", "step", "t", "time", "index", "period", "jahr", "date", "timestamp"}
_STEP_NAMES |= {"column 1"}  # an index that was written along
_COUNTER_NAMES = {"index", "unnamed: 0", "column 1", "row", "nr", "no", "obs"}
#: Measures of one thing: two of them in one table are not two series of a kind.
_MEASURES = {
    "open", "high", "low", "close", "adj close", "volume", "turnover", "price", "quantity", "qty",
    "units", "orders", "revenue", "sales", "cost", "amount", "visitors", "customers",
    "temperature", "temp", "humidity", "pressure", "wind", "wind speed", "rain", "precipitation",
    "开盘", "最高", "最低", "收盘", "成交量", "成交额", "价格", "数量", "销量", "销售额",
    "温度", "湿度",
}  # fmt: skip
_MOST_ID_COLUMNS = 3


class Table(Protocol):
    """Read the columns of a table, and tell from their first cells what they could be."""

    source: str
    names: list[str]
    row_label: str
    row_numbers: np.ndarray
    separator: str
    notes: tuple[Message, ...]

    def load(self, names: Sequence[str], numeric: Sequence[str]) -> None:
        """Read these columns at once; ``numeric`` ones are plain numbers, most likely."""
        ...

    def place(self, name: str) -> Place:
        """Name a column in sentences."""
        ...

    def sample(self, name: str) -> list[str]:
        """Give the first cells as text."""
        ...

    def holds_dates(self, name: str) -> bool:
        """Tell whether a column could be one of dates."""
        ...

    def holds_integers(self, name: str) -> bool:
        """Tell whether a column holds whole numbers."""
        ...

    def holds_numbers(self, name: str) -> bool:
        """Tell whether most cells of a column are numbers."""
        ...

    def counts_rows(self, name: str) -> bool:
        """Tell whether a column counts the rows."""
        ...

    def unit(self, name: str) -> str:
        """Give the currency, or "%", of a column of text."""
        ...

    def text(self, name: str) -> TextColumn:
        """Give a column as text."""
        ...

    def numbers(self, name: str, settled: NumberFormat | None) -> tuple[Numbers, bool]:
        """Read a column of values, and tell whether they were text."""
        ...

    def may_be_rounded(self, name: str) -> bool:
        """Tell whether a column may hold whole numbers beyond what float64 holds."""
        ...

    def extra(self, name: str, settled: Schema | None) -> Extra:
        """Read a further column."""
        ...

    def ids(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Number the series: the code of each row, and the name of each code."""
        ...

    def times(self, name: str, codes: np.ndarray, settled: Schema | None) -> Times:
        """Read a column of times; ``codes`` say which series each row belongs to."""
        ...


class Columns(NamedTuple):
    """Which column is what.

    There may be no column of ids or times, or several whose parts are joined; in a wide table each
    target is a series of its own.
    """

    ids: tuple[str, ...]
    times: tuple[str, ...]
    targets: tuple[str, ...]
    extra: tuple[str, ...] = ()
    wide: bool = False

    @property
    def target(self) -> str:
        """What the column of values is called in a long table."""
        return "y" if self.wide else self.targets[0]

    @property
    def id(self) -> str | None:
        """What the column of ids is called in a panel."""
        return ",".join(self.ids) or None

    @property
    def time(self) -> str:
        """What the column of times is called in a panel."""
        return self.times[0] if len(self.times) == 1 else "ds"

    def in_file(self) -> list[str]:
        """List the columns to be read.

        Returns
        -------
        list of str
            Each once.
        """
        return list(dict.fromkeys((*self.ids, *self.times, *self.targets, *self.extra)))


def as_columns(given: object, names: Sequence[str], option: str) -> tuple[str, ...]:
    """Read what a user gives for one column or several: "store,item", or a list.

    Parameters
    ----------
    given : str or sequence of str
        What the user gave.
    names : sequence of str
        The table's columns.
    option : str
        The argument's name, for the error.

    Returns
    -------
    tuple of str
        Columns of the table.

    Raises
    ------
    UsageError
        If it is neither a text nor a list of texts.
    """
    if given is None:
        return ()
    if isinstance(given, str):
        parts = [part.strip() for part in given.split(",")]
        several = len(parts) > 1 and given not in names and all(part in names for part in parts)
        return tuple(parts) if several else (given,)
    if isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given):
        return tuple(given)
    raise UsageError(message("table.no_text", argument=Argument(option), value=repr(given)))


def choose_columns(
    table: Table,
    id_col: object,
    time_col: object,
    target_col: object,
    extra: tuple[str, ...] = (),
    *,
    counted: bool = False,
) -> tuple[Columns, list[Message]]:
    """Find the columns that are not named, and say which they are.

    Parameters
    ----------
    table : Table
        Its columns.
    id_col, time_col : str or sequence of str, optional
        One column, or several that are joined.
    target_col : str, optional
        Column of values.
    extra : tuple of str
        Further columns.
    counted : bool, default False
        Whether rows are counted, so that there is no column of values.

    Returns
    -------
    Columns, list of Message
        The columns, and a note on each that was chosen.

    Raises
    ------
    NotFoundError
        If a named column is not there.
    UsageError
        If one column is named for two things.
    DataError
        If several columns could be meant, or none.
    """
    ids = as_columns(id_col, table.names, "id_col")
    times = as_columns(time_col, table.names, "time_col")
    if target_col is not None and not isinstance(target_col, str):
        name = Argument("target_col")
        raise UsageError(message("table.no_text", argument=name, value=repr(target_col)))
    targets = () if target_col is None else (target_col,)
    _require(table, {"id_col": ids, "time_col": times, "target_col": targets, "": extra})
    given = [*ids, *times, *targets, *extra]
    doubled = next((name for name in given if given.count(name) > 1), None)
    if doubled is not None:
        raise UsageError(message("table.named_twice", column=doubled))

    def free(name: str) -> bool:
        return name in table.names and name not in given

    if not ids and free("unique_id"):
        ids = ("unique_id",)
        given.append("unique_id")
    if not targets and not counted and free("y"):
        targets = ("y",)
        given.append("y")
    notes: list[Message] = []
    if not times:
        times = _find_time(table, given)
        given += times
        if not times:
            notes.append(message("reading.no_times"))
        elif times != ("ds",) and len(times) == 1:
            notes.append(message("reading.time_column", column=times[0]))
    if targets or counted:
        return Columns(ids, times, targets, extra), notes
    targets = _find_targets(table, given, wide=not ids and len(times) > 0)
    if len(targets) == 1:
        notes.append(message("reading.target_column", column=targets[0]))
    else:
        notes.append(message("reading.wide", n=len(targets), columns=targets))
    return Columns(ids, times, targets, extra, len(targets) > 1), notes


def fitted_columns(table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a table that lacks a column of the fit, which its user did not name.

    Parameters
    ----------
    table : Table
        New rows, or histories.
    columns : tuple of str
        As in the history of the fit.

    Returns
    -------
    tuple of str
        As given.

    Raises
    ------
    NotFoundError
        If one is not there.
    """
    for name in columns:
        if name not in table.names:
            fields = {"source": table.source, "column": name, "names": table.names}
            hint = did_you_mean(name, table.names)
            raise NotFoundError(message("table.no_fitted_column", **fields, hint=hint))
    return columns


def _require(table: Table, requested: dict[str, tuple[str, ...]]) -> None:
    for option, names in requested.items():
        for name in names:
            if name not in table.names:
                given = message("table.given", argument=Argument(option), name=name)
                raise NotFoundError(
                    message(
                        "table.no_column",
                        given=given if option else message("table.quoted", name=name),
                        source=table.source,
                        names=table.names,
                        hint=did_you_mean(name, table.names),
                    )
                )


def _find_time(table: Table, taken: Sequence[str]) -> tuple[str, ...]:
    rest = [name for name in table.names if name not in taken]
    if "ds" in rest:
        return ("ds",)
    samples = {name: table.sample(name) for name in rest}
    candidates = [name for name in rest if table.holds_dates(name)]
    if len(candidates) < 2 and (parts := find_parts(samples, candidates, taken)):
        return parts
    if not candidates:
        candidates = [
            name for name in rest if name.lower() in _STEP_NAMES and table.holds_integers(name)
        ]
    if len(candidates) == 1:
        return (candidates[0],)
    if candidates:
        raise DataError(
            message("table.several_times", source=table.source, n=len(candidates), names=candidates)
        )
    if len(table.names) == 1:
        return ()
    raise DataError(
        message(
            "table.no_time_column",
            source=table.source,
            names=table.names,
            cells=_first_cells(samples),
            expected=message("table.expected_times"),
        )
    )


def _first_cells(samples: dict[str, list[str]]) -> list[str]:
    return [next((cell for cell in cells if cell), "") for cells in samples.values()]


def _find_targets(table: Table, taken: Sequence[str], *, wide: bool) -> tuple[str, ...]:
    """Find the column of values; those of a wide table, where all other columns are numbers."""
    candidates, rest = number_columns(table, taken)
    if len(candidates) == 1:
        return (candidates[0],)
    if len(candidates) == 12 and [n.strip().upper()[:3] for n in candidates] == [*MONTH_NAMES]:
        names = candidates[:2]
        raise DataError(message("table.month_columns", source=table.source, names=names))
    measures = [name for name in candidates if name.strip().lower() in _MEASURES]
    if wide and len(candidates) > 1 and len(candidates) == len(rest) and len(measures) < 2:
        units = {table.unit(name) for name in candidates}
        if len(units) == 1:
            return tuple(candidates)
    if candidates:
        raise DataError(
            message(
                "table.several_targets", source=table.source, n=len(candidates), names=candidates
            )
        )
    samples = {name: table.sample(name) for name in rest}
    raise DataError(
        message(
            "table.no_target", source=table.source, names=table.names, cells=_first_cells(samples)
        )
    )


def number_columns(table: Table, taken: Sequence[str]) -> tuple[list[str], list[str]]:
    """List the columns of numbers that may be values.

    Parameters
    ----------
    table : Table
        Its columns.
    taken : sequence of str
        Columns that are something else.

    Returns
    -------
    candidates : list of str
        Without an index that was written along with the table, and without hours or months.
    rest : list of str
        The candidates, and the columns that hold no numbers.
    """
    rest = [name for name in table.names if name not in taken]
    candidates = [name for name in rest if table.holds_numbers(name)]
    if len(candidates) > 1:
        others = [
            name
            for name in candidates
            if (name.lower() in _COUNTER_NAMES and table.counts_rows(name))
            or is_part(name, table.sample(name))
        ]
        if len(others) < len(candidates):
            candidates = [name for name in candidates if name not in others]
            rest = [name for name in rest if name not in others]
    return candidates, rest


def find_id_columns(table: Table, columns: Columns, times: np.ndarray) -> tuple[str, ...]:
    """Find the columns that tell series apart where times repeat.

    Columns of names, or of whole numbers, beside times and values; never a clock hour, a month, a
    quarter or a week. One if there is no other; else those that explain every repeat by the fewest
    series, if all others would make twice as many.

    Parameters
    ----------
    table : Table
        Its columns.
    columns : Columns
        What is known of them.
    times : ndarray of shape [rows]
        The time of each row.

    Returns
    -------
    tuple of str
        None if nothing tells them apart, or it is not clear what does.
    """
    taken = [name for name in columns.in_file() if not columns.wide or name in columns.times]
    candidates = [
        name
        for name in table.names
        if name not in taken
        and not table.counts_rows(name)
        and (table.holds_integers(name) or not table.holds_numbers(name))
        and not is_part(name, table.sample(name))
    ]
    if len(candidates) == 1 and not columns.wide:
        return (candidates[0],)
    table.load([*columns.in_file(), *candidates], ())
    keys = pd.DataFrame({name: table.text(name).codes for name in candidates})
    keys[""] = pd.factorize(times)[0]
    explaining: list[tuple[int, tuple[str, ...]]] = []
    for count in range(1, min(len(candidates), _MOST_ID_COLUMNS) + 1):
        for names in combinations(candidates, count):
            more = any(set(fewer) <= set(names) for _, fewer in explaining)
            if not more and not keys.duplicated([*names, ""]).any():
                explaining.append((len(keys[list(names)].drop_duplicates()), names))
    if not explaining:
        return ()
    (series, names), *others = sorted(explaining)
    return names if all(series * 2 <= number for number, _ in others) else ()


def counts_up(numbers: Sequence[int]) -> bool:
    """Tell whether each number is one more than the one before.

    Parameters
    ----------
    numbers : sequence of int
        Numbers.

    Returns
    -------
    bool
    """
    return all(number == numbers[0] + at for at, number in enumerate(numbers))
