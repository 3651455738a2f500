"""Rows of a long table as they were read, and what they hold besides their values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from gatecast.data.cells import name_row
from gatecast.data.gaps import MAX_FILLED
from gatecast.data.schema import Schema
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = ["Rows", "lay_extra", "show_time"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a long table, as they were read.

    Attributes
    ----------
    ids : ndarray of shape [n]
        Name of each series, in the order they first appear.
    codes : ndarray of shape [total]
        Which series each row belongs to.
    times : ndarray of shape [total]
        ``datetime64[us]`` (in UTC where there is a zone) or ``int64``.
    values : ndarray of shape [total]
        ``float64``; NaN where there is none.
    row_numbers : ndarray of shape [total]
        The number of each row: lines of a file, positions in a frame.
    row_label : str
        What a row number counts: "line" or "row".
    id_col, time_col, target_col : str or None
        The user's column names.
    time_zone : str or None
        Name of the zone the times were in.
    notes : tuple of str
        What was detected in reading.
    extra : dict of str to ndarray of shape [total]
        Further columns: ``float64`` with NaN, or ``object`` with None, where there is nothing.
    schema : Schema or None
        What reading has settled.
    """

    ids: np.ndarray
    codes: np.ndarray
    times: np.ndarray
    values: np.ndarray
    row_numbers: np.ndarray
    row_label: str
    id_col: str | None
    time_col: str
    target_col: str
    time_zone: str | None = None
    notes: tuple[str, ...] = ()
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    schema: Schema | None = None

    def take(self, which: np.ndarray) -> Rows:
        """Keep some of the rows, in the order given.

        Parameters
        ----------
        which : ndarray
            Indices of rows, or a mask [N].

        Returns
        -------
        Rows
            The same columns, fewer rows.
        """
        return replace(
            self,
            codes=self.codes[which],
            times=self.times[which],
            values=self.values[which],
            row_numbers=self.row_numbers[which],
            extra={name: cells[which] for name, cells in self.extra.items()},
        )

    def note(self, sentence: Message) -> Rows:
        """Add a sentence to the notes.

        Parameters
        ----------
        sentence : Message
            What was done.

        Returns
        -------
        Rows
            The same rows.
        """
        return replace(self, notes=(*self.notes, sentence))

    def series(self, which: np.ndarray) -> Rows:
        """Keep the rows of some series.

        Parameters
        ----------
        which : ndarray of bool, shape [n]
            Which series.

        Returns
        -------
        Rows
            Of these series, numbered anew.
        """
        kept = self.take(np.flatnonzero(which[self.codes]))
        rank = np.cumsum(which) - 1
        return replace(kept, ids=self.ids[which], codes=rank[kept.codes])

    def row(self, at: int) -> Message:
        """Name a row in a sentence, as in "line 5".

        Parameters
        ----------
        at : int
            Index of the row.

        Returns
        -------
        Message
            A field of another.
        """
        return name_row(self.row_label, self.row_numbers[at])

    def of(self, code: int) -> str:
        """Name a series in a sentence, as in "the time ... of series x"; empty if there is one.

        Parameters
        ----------
        code : int
            Of the series.

        Returns
        -------
        str
            A field of another.
        """
        if self.id_col is None:
            return ""
        return message("reading.of_series", name=str(self.ids[code]))

    def offsets(self) -> np.ndarray:
        """Where each series begins and ends, once rows are sorted; shape [n + 1].

        Returns
        -------
        ndarray of int64 [n + 1]
            Series ``i`` is rows ``offsets[i]`` to ``offsets[i + 1]``.
        """
        return np.searchsorted(self.codes, np.arange(len(self.ids) + 1))


def show_time(time: object) -> str:
    """Write a time for a sentence: no more of the clock than it has.

    Parameters
    ----------
    time : datetime64, int or Timestamp
        Of a row.

    Returns
    -------
    str
        As in "2024-05-01" or "2024-05-01 07:30".
    """
    if not isinstance(time, np.datetime64):
        return str(time)
    text = str(time.astype("datetime64[us]")).replace("T", " ")
    return text.removesuffix(".000000").removesuffix(":00").removesuffix(" 00:00")


def lay_extra(
    rows: Rows, steps: np.ndarray, first: np.ndarray, last: np.ndarray, offsets: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Message]]:
    """Bring further columns onto the calendar; what is missing is what was there before.

    Nothing of the future is known at a gap. Before the first cell of a series it is the first one.

    Parameters
    ----------
    rows : Rows
        Sorted by series and time.
    steps : ndarray of int64 [N]
        Step of each row from the first of its series.
    first, last : ndarray of int64 [n]
        Steps at which the values of each series begin and end.
    offsets : ndarray of int64 [n + 1]
        Where each series begins in the result.

    Returns
    -------
    dict of str to ndarray, list of Message
        Each column, one cell a step, and what was filled.

    Raises
    ------
    DataError
        If a column has hardly anything in it.
    """
    laid: dict[str, np.ndarray] = {}
    notes = []
    within = (steps >= first[rows.codes]) & (steps <= last[rows.codes])
    at = (offsets[rows.codes] + steps - first[rows.codes])[within]
    owner = np.repeat(np.arange(len(rows.ids)), np.diff(offsets))
    for name, cells in rows.extra.items():
        column = pd.Series(np.nan, np.arange(offsets[-1]), cells.dtype)
        column.iloc[at] = cells[within]
        missing = column.isna()
        if missing.any():
            _refuse_many_blanks(rows, name, cells, within, np.asarray(missing), owner)
            column = column.groupby(owner).ffill().groupby(owner).bfill()
            notes.append(message("reading.filled_forward", column=name, n=int(missing.sum())))
        if column.isna().any():
            code = int(owner[np.argmax(column.isna())])
            raise DataError(message("table.empty_column", column=name, of=rows.of(code)))
        laid[name] = column.to_numpy()
    return laid, notes


def _refuse_many_blanks(
    rows: Rows,
    name: str,
    cells: np.ndarray,
    within: np.ndarray,
    missing: np.ndarray,
    owner: np.ndarray,
) -> None:
    """Refuse to fill more of a column than of the values, unless it never changes in its series."""
    share = np.bincount(owner, weights=missing) / np.bincount(owner)
    if (share <= MAX_FILLED).all():
        return
    distinct = pd.Series(cells[within]).groupby(rows.codes[within]).nunique()
    changing = distinct.reindex(range(len(rows.ids)), fill_value=0).to_numpy() > 1
    many = (share > MAX_FILLED) & changing
    if many.any():
        code = int(np.argmax(many))
        raise DataError(
            message(
                "table.mostly_blank", column=name, of=rows.of(code), share=share[code],
                most=MAX_FILLED,
            )
        )  # fmt: skip
