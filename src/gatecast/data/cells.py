"""Columns of text: their distinct cells, and where each row has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gatecast.errors import DataError
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "LARGEST",
    "MISSING",
    "Place",
    "TextColumn",
    "guard",
    "is_blank",
    "name_row",
    "refuse_missing_time",
    "unguard",
]

#: What a spreadsheet takes for the beginning of a formula; wide signs too.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")

MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "-", "--", "?", "."])
"""Cells, in lower case, that mean that there is no value."""

LARGEST = 1e150
"""The largest size of a number that is read: squares, and their sums over a series, are finite."""

_ROWS = {"line": "reading.line", "row": "reading.row"}


def name_row(label: str, number: int) -> Message:
    """Name a row of a table in a sentence.

    Parameters
    ----------
    label : {"line", "row"}
        What row numbers count.
    number : int
        That of the row.

    Returns
    -------
    Message
        For example "line 5".
    """
    return message(_ROWS[label], n=number)


def is_blank(cell: str) -> bool:
    """Tell whether a cell means that there is no value.

    Parameters
    ----------
    cell : str
        Without white space around it.

    Returns
    -------
    bool
    """
    return cell.lower() in MISSING


def guard(cell: str) -> str:
    """Write a text so that no spreadsheet runs it: with an apostrophe before a formula's sign.

    Parameters
    ----------
    cell : str
        A name.

    Returns
    -------
    str
        What :func:`unguard` reads as the same name.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Take the apostrophe of :func:`guard` away again.

    Parameters
    ----------
    cell : str
        As a file has it.

    Returns
    -------
    str
        The name.
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


class TextColumn(NamedTuple):
    """A column of text.

    What a cell means depends on the others, and a cell that is there a thousand times is looked at
    once.

    Attributes
    ----------
    cells : list of str
        The distinct cells, in the order they first appear, without white space around them.
    codes : ndarray of int of shape [rows]
        Which of them each row has.
    """

    cells: list[str]
    codes: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[str]) -> TextColumn:
        """Find the distinct cells of rows.

        Parameters
        ----------
        rows : sequence of str
            A cell for each row.

        Returns
        -------
        TextColumn
        """
        codes, cells = pd.factorize(np.array(rows, dtype=object))
        return cls([str(cell) for cell in cells], codes)

    def first(self, which: np.ndarray) -> int:
        """Give the first row that has one of some cells; ``which`` is bool of shape [cells].

        Parameters
        ----------
        which : ndarray of bool, shape [cells]
            The cells.

        Returns
        -------
        int
        """
        return int(np.argmax(which[self.codes]))

    def expand(self, values: np.ndarray) -> np.ndarray:
        """Give each row what its cell means; ``values`` has the shape [cells].

        Parameters
        ----------
        values : ndarray of shape [cells]
            What each cell means.

        Returns
        -------
        ndarray of shape [rows]
        """
        return values[self.codes]

    def sample(self, rows: int) -> list[str]:
        """Give the first rows.

        Parameters
        ----------
        rows : int
            How many.

        Returns
        -------
        list of str
        """
        return [self.cells[code] for code in self.codes[:rows]]


@dataclass(frozen=True, eq=False)
class Place:
    """Name a column, its table and its rows in sentences.

    Attributes
    ----------
    column, source : str
        Names of the column and of the table.
    row_label : str
        What row numbers count: "line" or "row".
    row_numbers : ndarray of shape [rows]
        The number of each row.
    """

    column: str
    source: str
    row_label: str
    row_numbers: np.ndarray

    @property
    def name(self) -> Message:
        """The column and its table."""
        return message("reading.column", column=self.column, source=self.source)

    def row(self, at: int) -> Message:
        """Name a row.

        Parameters
        ----------
        at : int
            Its position.

        Returns
        -------
        Message
        """
        return name_row(self.row_label, self.row_numbers[at])

    def too_large(self, at: int, cell: str, value: float) -> DataError:
        """Make the error of a number that is infinite, or too large.

        Parameters
        ----------
        at : int
            The position of its row.
        cell : str
            As it is written.
        value : float
            The number.

        Returns
        -------
        DataError
            To be raised.
        """
        where = {"column": self.name, "cell": cell, "row": self.row(at)}
        if np.isinf(value):
            return DataError(message("table.infinite", **where))
        return DataError(message("table.too_large", most=LARGEST, **where))

    def has(self, text: TextColumn, at: int) -> Message:
        """Say what a row has.

        Parameters
        ----------
        text : TextColumn
            The column.
        at : int
            The position of the row.

        Returns
        -------
        Message
        """
        cell = text.cells[text.codes[at]]
        return message("reading.has", row=self.row(at), cell=cell)


def refuse_missing_time(place: Place, at: int) -> None:
    """Refuse a row without a time.

    Parameters
    ----------
    place : Place
        Names the column.
    at : int
        The row.

    Raises
    ------
    DataError
        Always.
    """
    raise DataError(message("table.no_time", column=place.name, row=place.row(at)))
