"""Open whatever holds a table, and read the columns of a CSV file as those of any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from gatecast.data.cells import Place, TextColumn, is_blank, unguard
from gatecast.data.reading.columns import SAMPLE_ROWS, Table, counts_up
from gatecast.data.reading.csv import CsvFile
from gatecast.data.reading.extras import Extra, read_extra
from gatecast.data.reading.numbers import Numbers, could_be_number, find_unit, read_numbers
from gatecast.data.reading.parquet import read_parquet
from gatecast.data.reading.source import open_source
from gatecast.data.reading.times import Times, could_be_times, read_times
from gatecast.data.schema import NumberFormat, Schema
from gatecast.errors import DataError
from gatecast.messages import message

__all__ = ["open_table"]


def open_table(source: Any, settled: Schema | None = None, name: str = "") -> Table:
    """Open a file, or a table in memory.

    Parameters
    ----------
    source : path, pandas Series, or pandas, polars or pyarrow table
        The table.
    settled : Schema, optional
        What the history settled.
    name : str
        What a table in memory is called in sentences: "the table" if not given.

    Returns
    -------
    Table
        With its columns named.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataError
        If it is damaged or has no rows.
    UsageError
        If it is not a table.
    """
    if not isinstance(source, (str, PathLike)):
        return _frame_table(source, name or message("table.table"))
    file = open_source(Path(source))
    if file.is_parquet:
        return _frame_table(read_parquet(file), file.name)
    return CsvTable(CsvFile.inspect(file, "" if settled is None else settled.separator))


def _frame_table(source: Any, name: str) -> Table:
    from gatecast.data.reading.frames import FrameTable, as_frame  # files of text need no narwhals

    frame = as_frame(source)
    if frame.shape[0] == 0:
        raise DataError(message("table.no_rows", source=name, names=frame.columns))
    return FrameTable(frame, name)


class CsvTable:
    """Read the columns of a CSV file.

    Parameters
    ----------
    file : CsvFile
        How it is written.
    """

    row_label = "line"

    def __init__(self, file: CsvFile) -> None:
        sample = file.sample(SAMPLE_ROWS)
        if sample is None:
            raise DataError(message("table.no_rows", source=file.name, names=file.header))
        self._file, self._sample = file, sample
        self._columns: dict[str, TextColumn | np.ndarray] = {}
        self.source, self.separator, self.notes = file.name, file.separator, file.notes
        self.names = list(file.header)
        self.row_numbers = np.zeros(0, dtype=np.int64)

    def load(self, names: Sequence[str], numeric: Sequence[str]) -> None:
        """Read these columns at once; ``numeric`` ones are plain numbers, most likely."""
        missing = [name for name in names if name not in self._columns]
        if not missing and len(self.row_numbers):
            return
        plain = [name for name in numeric if _looks_plain(self._sample[name], self.separator)]
        read, self.row_numbers = self._file.read(missing or self.names[:1], plain)
        self._columns |= read

    def place(self, name: str) -> Place:
        """Name a column in sentences."""
        return Place(name, self.source, self.row_label, self.row_numbers)

    def sample(self, name: str) -> list[str]:
        """Give the first cells as text."""
        return self._sample[name]

    def holds_dates(self, name: str) -> bool:
        """Tell whether a column could be one of dates."""
        return could_be_times(self._sample[name], name)

    def holds_integers(self, name: str) -> bool:
        """Tell whether a column holds whole numbers."""
        return all(re.fullmatch(r"[+-]?\d+", cell) for cell in self._sample[name])

    def holds_numbers(self, name: str) -> bool:
        """Tell whether most cells of a column are numbers."""
        present = [cell for cell in self._sample[name] if not is_blank(cell)]
        return sum(could_be_number(cell) for cell in present) * 2 > len(present)

    def counts_rows(self, name: str) -> bool:
        """Tell whether a column counts the rows."""
        cells = self._sample[name]
        short = self.holds_integers(name) and max(map(len, cells)) < 19
        return short and counts_up([int(cell) for cell in cells])

    def unit(self, name: str) -> str:
        """Give the currency, or "%", of a column of text."""
        return find_unit(self._sample[name])

    def text(self, name: str) -> TextColumn:
        """Give a column as text."""
        column = self._columns.get(name)
        if not isinstance(column, TextColumn):
            read, _ = self._file.read([name])
            column = self._columns[name] = read[name]
        assert isinstance(column, TextColumn)
        return column

    def numbers(self, name: str, settled: NumberFormat | None) -> tuple[Numbers, bool]:
        """Read a column of values, and tell whether they were text."""
        column = self._columns[name]
        plain = settled is None or (settled.decimal != "," and not settled.unit)
        if isinstance(column, np.ndarray) and plain:
            return Numbers(column, _plain_format(column, self._sample[name]), []), True
        text = self.text(name)
        return read_numbers(text, self.place(name), self.separator, settled), True

    def may_be_rounded(self, name: str) -> bool:
        """Tell whether a column may hold whole numbers beyond what float64 holds."""
        return name in self.names

    def extra(self, name: str, settled: Schema | None) -> Extra:
        """Read a further column."""
        return read_extra(self.text(name), self.place(name), self.separator, settled)

    def ids(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Number the series: the code of each row, and the name of each code."""
        text = self.text(name)
        if "" in text.cells:
            from gatecast.data.reading.frames import name_series

            name_series(text.sample(len(text.codes)), self.place(name))
        names = [unguard(cell) for cell in text.cells]
        return text.codes, np.array(
            names if len(set(names)) == len(names) else text.cells, dtype=object
        )

    def times(self, name: str, codes: np.ndarray, settled: Schema | None) -> Times:
        """Read a column of times; ``codes`` say which series each row belongs to."""
        return read_times(
            self.text(name), self.place(name), codes,
            day_first=self.separator != ",", settled=settled,
        )  # fmt: skip


def _looks_plain(cells: list[str], separator: str) -> bool:
    """Whether cells are written as pandas reads numbers, with no doubt as to the decimal mark."""
    present = [cell for cell in cells if not is_blank(cell)]
    plain = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+")
    if not present or not all(map(plain.fullmatch, present)):
        return False
    marked = [cell for cell in present if "." in cell]
    if not marked:
        return separator == ","
    return not all(re.fullmatch(r"[+-]?\d{1,3}\.\d{3}", cell) for cell in marked)


def _plain_format(values: np.ndarray, cells: list[str]) -> NumberFormat:
    """Give the format of numbers that pandas has read."""
    broken = any("." in cell for cell in cells) or bool((values % 1 > 0).any())
    return NumberFormat("." if broken else "")
