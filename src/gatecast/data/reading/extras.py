"""Further columns: of what kind each is, and what its blank cells mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.cells import Place, TextColumn, is_blank
from gatecast.data.reading.numbers import could_be_number, read_numbers
from gatecast.data.schema import ColumnKind, NumberFormat, Schema
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = ["Extra", "nothing_in_blanks", "read_extra", "settle_blanks"]

_TRUTH = {
    word: value
    for value, words in (
        (1.0, "true yes y t ja oui si sí sim on 是 はい wahr vrai"),
        (0.0, "false no n f nein non não nao off 否 いいえ falsch faux"),
    )
    for word in words.split()
}
_MOST_CODES = 20


class Extra(NamedTuple):
    """A further column.

    Attributes
    ----------
    cells : ndarray of shape [rows]
        ``float64`` with NaN, or ``object`` with None, where a cell is blank.
    kind : {"number", "truth", "name"}
        What it is.
    format : NumberFormat or None
        How its numbers are written, where they are read from text.
    notes : list of Message
        What was detected.
    """

    cells: np.ndarray
    kind: ColumnKind
    format: NumberFormat | None = None
    notes: list[Message] = []  # noqa: RUF012 - never changed


def read_extra(
    column: TextColumn | np.ndarray,
    place: Place,
    separator: str,
    settled: Schema | None,
    *,
    named: bool = False,
) -> Extra:
    """Read a further column of numbers, truth values or names.

    Parameters
    ----------
    column : TextColumn, or ndarray of float64 or bool
        Its cells.
    place : Place
        Names the column and its rows in sentences.
    separator : str
        What stands between the cells of the file.
    settled : Schema, optional
        What the history settled; the column is read as it is there.
    named : bool
        Whether the table says that it is one of names (a category).

    Returns
    -------
    Extra
        The cells, and notes on how they were read.

    Raises
    ------
    DataError
        If a cell is not of the column's kind.
    """
    kind = None if settled is None else settled.kinds.get(place.column)
    if isinstance(column, np.ndarray):
        return _read_typed(column, place, kind, settled)
    if kind is None:
        kind = "name" if named else _find_kind(column)
    if kind == "truth":
        return Extra(_read_truth(column, place), kind)
    if kind == "number":
        words = [_TRUTH.get(cell.lower()) for cell in column.cells]
        if settled is not None and any(word is not None for word in words):
            return Extra(_read_truth(column, place), kind)
        fmt = None if settled is None else settled.numbers.get(place.column)
        read = read_numbers(column, place, separator, fmt)
        return Extra(read.values, kind, read.format, read.notes)
    return _read_names(column, place, settled)


def _find_kind(text: TextColumn) -> ColumnKind:
    present = [cell for cell in text.cells if not is_blank(cell)]
    if present and all(cell.lower() in _TRUTH for cell in present):
        return "truth"
    numeric = [cell for cell in present if could_be_number(cell)]
    if len(numeric) == len(present):
        return "number"
    if len(numeric) * 2 <= len(present):
        return "name"
    # Mostly numbers: codes such as "0" beside "a", or a column of numbers with an error in it.
    count = np.bincount(text.codes, minlength=len(text.cells)).sum()
    codes = all(cell.isdecimal() for cell in numeric)
    few = len(present) <= min(_MOST_CODES, max(2, count // 4))
    return "name" if codes and few else "number"


def _read_truth(text: TextColumn, place: Place) -> np.ndarray:
    values = np.full(len(text.cells), np.nan)
    bad = np.zeros(len(text.cells), dtype=bool)
    for i, cell in enumerate(text.cells):
        if cell.lower() in _TRUTH:
            values[i] = _TRUTH[cell.lower()]
        elif cell in ("0", "1", "0.0", "1.0"):
            values[i] = float(cell)
        else:
            bad[i] = not is_blank(cell)
    if bad.any():
        has = place.has(text, text.first(bad))
        raise DataError(message("table.no_truth", column=place.name, has=has))
    return text.expand(values)


def _read_typed(
    column: np.ndarray, place: Place, kind: ColumnKind | None, settled: Schema | None
) -> Extra:
    """Read numbers or truth values of a table that has types."""
    own_kind: ColumnKind = "truth" if column.dtype == bool else "number"
    if kind == "name":
        texts = ["" if v != v else f"{v:g}" if abs(v) < 1e15 else str(v) for v in column.tolist()]
        if column.dtype == bool:
            texts = [str(v) for v in column.tolist()]
        return _read_names(TextColumn.of(texts), place, settled)
    values = column.astype(np.float64)
    if kind == "truth" and own_kind == "number":
        bad = ~(np.isin(values, (0.0, 1.0)) | np.isnan(values))
        if bad.any():
            at = int(np.argmax(bad))
            has = message("reading.has", row=place.row(at), cell=f"{values[at]:g}")
            raise DataError(message("table.no_truth", column=place.name, has=has))
    return Extra(values, kind or own_kind)


def _read_names(text: TextColumn, place: Place, settled: Schema | None) -> Extra:
    cells: list[str | None] = [None if is_blank(cell) else cell for cell in text.cells]
    notes: list[Message] = []
    if settled is not None and place.column in settled.names:
        names = settled.names[place.column]
        folded = {name.casefold(): name for name in names}
        for i, cell in enumerate(cells):
            if cell is None or cell in names:
                continue
            at = text.first(np.arange(len(cells)) == i)
            same = folded.get(cell.casefold()) or _same_number(cell, names)
            if same is not None:
                cells[i] = same
                notes.append(
                    message(
                        "reading.same_name", column=place.name, cell=cell, row=place.row(at),
                        name=same,
                    )
                )  # fmt: skip
                continue
            notes.append(
                message(
                    "reading.new_name", column=place.name, cell=cell, row=place.row(at), names=names
                )
            )
    return Extra(text.expand(np.array(cells, dtype=object)), "name", None, notes)


def _same_number(cell: str, names: list[str]) -> str | None:
    """Find a code that is the same whole number, as 1.0 is 1."""
    try:
        return next(name for name in names if name.isdecimal() and float(name) == float(cell))
    except (ValueError, StopIteration):
        return None


def settle_blanks(
    extra: Extra, codes: np.ndarray, place: Place
) -> tuple[np.ndarray, bool, list[Message]]:
    """Decide what blank cells of the history mean.

    In a column of truth values, of names, or of one number beside blanks, a blank means that
    nothing holds: no event. In another column of numbers it means that the number is missing. A
    column that is written once for each series is missing elsewhere.

    Parameters
    ----------
    extra : Extra
        The column.
    codes : ndarray of shape [rows]
        Which series each row belongs to.
    place : Place
        Names the column.

    Returns
    -------
    cells : ndarray
        With 0 or an empty name where nothing holds.
    nothing : bool
        Whether blank cells mean that.
    notes : list of Message
    """
    cells = extra.cells
    blank = np.asarray(pd.isna(cells))
    if not blank.any() or blank.all() or _written_once(cells, blank, codes):
        return cells, False, []
    if extra.kind == "number":
        distinct = np.unique(cells[~blank])
        if len(distinct) > 1 and not np.isin(distinct, (0.0, 1.0)).all():
            return cells, False, []
    note = message("reading.blank", column=place.column, n=int(blank.sum()))
    return _with_nothing(extra, blank), True, [note]


def nothing_in_blanks(extra: Extra, place: Place) -> tuple[np.ndarray, list[Message]]:
    """Let blank cells of a plan or of new rows mean that nothing holds, as in the history.

    Parameters
    ----------
    extra : Extra
        The column.
    place : Place
        Names the column and its rows.

    Returns
    -------
    cells : ndarray
        With 0 or an empty name where nothing holds.
    notes : list of Message
        Where the first blank cell is, and how many there are.
    """
    blank = np.asarray(pd.isna(extra.cells))
    if not blank.any():
        return extra.cells, []
    row = place.row(int(np.argmax(blank)))
    note = message("reading.blank_row", column=place.column, n=int(blank.sum()), row=row)
    return _with_nothing(extra, blank), [note]


def _with_nothing(extra: Extra, blank: np.ndarray) -> np.ndarray:
    filled = extra.cells.copy()
    filled[blank] = "" if extra.kind == "name" else 0.0
    return filled


def _written_once(cells: np.ndarray, blank: np.ndarray, codes: np.ndarray) -> bool:
    """Whether each of several series has one value of its own, somewhere."""
    frame = pd.DataFrame({"code": codes[~blank], "cell": cells[~blank]})
    by_series = frame.groupby("code")["cell"].nunique()
    return len(by_series) > 1 and bool((by_series == 1).all()) and frame["cell"].nunique() > 1
