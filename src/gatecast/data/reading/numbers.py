"""Turn cells of text into numbers.

What a cell means depends on the others: "1,234" may be a thousand or one and a bit. The formats
that match all cells are kept; what is left decides, and is reported.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from gatecast.data.cells import LARGEST, Place, TextColumn, is_blank
from gatecast.data.schema import DecimalMark, NumberFormat
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = ["Numbers", "could_be_number", "find_unit", "read_numbers"]

_SPACES = "'’ \u00a0\u202f"
_POINT = re.compile(
    rf"[+-]?(?:[1-9]\d{{0,2}}(?:[,{_SPACES}]\d{{3}})+|[1-9]\d?(?:,\d{{2}})*,\d{{3}}|\d+)(?:\.\d+)?"
    r"|[+-]?\.\d+"
)
_COMMA = re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:[.{_SPACES}]\d{{3}})+|\d+)(?:,\d+)?|[+-]?,\d+")
_POINT_TO_PLAIN = str.maketrans(dict.fromkeys("," + _SPACES, ""))
_COMMA_TO_PLAIN = str.maketrans(dict.fromkeys("." + _SPACES, "") | {",": "."})
#: One mark with three digits behind it: a group of thousands, or three decimals.
_ONE_MARK = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")

_MONEY = (
    r"US\$|R\$|Rs\.?|kr\.?|zł|Kč|[$€£¥￥₹₩₽฿₺₫元円원]"
    r"|(?:USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|RUB|BRL|PLN|SEK|NOK|DKK|CZK|AUD|CAD|KRW|MXN|ZAR)"
)
_DECORATED = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+−–]?)\s*(?P<before>{_MONEY})?\s*(?P<sign2>[-+−–]?)\s*"
    rf"(?P<number>[\d.,{_SPACES}]*\d)\s*(?P<after>{_MONEY}|[%％])?(?P<minus>-?)(?P<close>\))?"
)


class Numbers(NamedTuple):
    """A column of numbers.

    Attributes
    ----------
    values : ndarray of shape [rows], float64
        NaN where there is none.
    format : NumberFormat
        How they are written.
    notes : list of Message
        What was detected.
    """

    values: np.ndarray
    format: NumberFormat
    notes: list[Message]


def could_be_number(cell: str) -> bool:
    """Tell whether a cell is a number in some way of writing.

    Parameters
    ----------
    cell : str
        Without white space around it.

    Returns
    -------
    bool
    """
    if _plain(cell) is not None:
        return True
    number = _undecorated(cell)[0]
    return bool(_COMMA.fullmatch(number) or _POINT.fullmatch(number))


def find_unit(cells: list[str]) -> str:
    """Give the currency, or "%", of the first of some cells that has one.

    Parameters
    ----------
    cells : list of str
        Cells.

    Returns
    -------
    str
    """
    return next((unit for unit in (_undecorated(cell)[1] for cell in cells) if unit), "")


def _plain(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)  # Python reads 1_000, which nobody means
    except ValueError:
        return None


def _undecorated(cell: str) -> tuple[str, str]:
    """Take currency, per cent, brackets and a minus behind the number away: number and unit."""
    match = _DECORATED.fullmatch(cell)
    if match is None or bool(match["open"]) is not bool(match["close"]):
        return cell, ""
    signs = [s for s in (match["sign"], match["sign2"], match["minus"]) if s]
    signs += ["-"] if match["open"] else []
    if len(signs) > 1 or (match["before"] and match["after"]):
        return cell, ""
    sign = "" if not signs or signs[0] == "+" else "-"
    unit = (match["before"] or match["after"] or "").replace("％", "%")
    return sign + match["number"], unit


def read_numbers(
    text: TextColumn, place: Place, separator: str = ",", settled: NumberFormat | None = None
) -> Numbers:
    """Read a column of numbers: 1234.5, 1.234,5 or 1,234.5, whichever all its cells allow.

    Money ("$1,234.50", "(12)"), per cent ("2.3%" is 2.3) and Indian grouping ("12,34,567") are
    read as well.

    Parameters
    ----------
    text : TextColumn
        The cells.
    place : Place
        Names the column and its rows in sentences.
    separator : str
        What stands between the cells of the file. Where two formats are left, it decides: a file
        that is separated by commas has no decimal commas.
    settled : NumberFormat, optional
        How the history writes this column; nothing else is read then.

    Returns
    -------
    Numbers
        The values [N], float64, NaN where there is nothing, and how they were written.

    Raises
    ------
    DataError
        If a cell is text, infinite or far too large, or written in another way than the history.
    """
    blank = np.array([is_blank(cell) for cell in text.cells], dtype=bool)
    plain = [np.nan if no else _plain(cell) for cell, no in zip(text.cells, blank, strict=True)]
    missed = np.array([value is None for value in plain])
    values = np.array([np.nan if value is None else value for value in plain], dtype=np.float64)
    _refuse_too_large(text, values, place)
    cells, unit = text.cells, ""
    if missed.any():
        cells, unit = _strip_units(text, blank, place)
        plain = [np.nan if no else _plain(cell) for cell, no in zip(cells, blank, strict=True)]
        missed = np.array([value is None for value in plain])
        values = np.array([np.nan if value is None else value for value in plain])
    _refuse_other_unit(text, blank, unit, place, settled)
    chosen, decimal, notes = _choose(text, cells, blank, values, missed, place, separator, settled)
    _refuse_too_large(text, chosen, place)
    marks = "," if decimal == "." else "."
    grouping = decimal != "" and any(
        any(mark in cell for mark in marks + _SPACES)
        for cell, no in zip(cells, blank, strict=True)
        if not no
    )
    if unit:
        notes.append(message("reading.unit", column=place.column, unit=unit))
    return Numbers(text.expand(chosen), NumberFormat(decimal, grouping, unit), notes)


def _refuse_too_large(text: TextColumn, values: np.ndarray, place: Place) -> None:
    too_large = np.abs(values) > LARGEST
    if too_large.any():
        at = text.first(too_large)
        code = text.codes[at]
        raise place.too_large(at, text.cells[code], float(values[code]))


def _strip_units(text: TextColumn, blank: np.ndarray, place: Place) -> tuple[list[str], str]:
    """Take away the one currency, or the per cent, that cells have."""
    stripped = [
        ("", "") if no else _undecorated(c) for c, no in zip(text.cells, blank, strict=True)
    ]
    units = [unit for _, unit in stripped]
    unit = next(filter(None, (units[code] for code in text.codes)), "") if any(units) else ""
    other = np.array([written not in ("", unit) for written in units])
    if unit == "%":  # 0.5 beside 2% could be either; nothing is nothing
        bare = [not written and not no for written, no in zip(units, blank, strict=True)]
        other |= np.array([b and _plain(c) != 0 for b, c in zip(bare, text.cells, strict=True)])
        numeric = np.array([could_be_number(cell) for cell in text.cells])
        other &= numeric
    if other.any():
        at = text.first(other)
        has = place.has(text, at)
        raise DataError(message("table.two_units", column=place.name, unit=unit, has=has))
    return [cell for cell, _ in stripped], unit


def _refuse_other_unit(
    text: TextColumn, blank: np.ndarray, unit: str, place: Place, settled: NumberFormat | None
) -> None:
    if settled is None or settled.unit == unit or blank.all():
        return
    if unit == "" and settled.unit != "%":
        return  # money without its sign
    at = text.first(~blank)
    if not settled.unit:
        raise DataError(message("table.new_unit", column=place.name, has=place.has(text, at)))
    raise DataError(
        message("table.other_unit", column=place.name, unit=settled.unit, has=place.has(text, at))
    )


def _read_as(
    form: re.Pattern[str], to_plain: dict[int, str], cells: list[str], blank: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Read cells in one format: values, and where it does not match."""
    values = np.full(len(cells), np.nan)
    missed = np.zeros(len(cells), dtype=bool)
    for i in np.flatnonzero(~blank):
        if form.fullmatch(cells[i]):
            values[i] = float(cells[i].translate(to_plain))
        else:
            missed[i] = True
    return values, missed


def _choose(
    text: TextColumn,
    cells: list[str],
    blank: np.ndarray,
    plain: np.ndarray,
    missed: np.ndarray,
    place: Place,
    separator: str,
    settled: NumberFormat | None,
) -> tuple[np.ndarray, DecimalMark, list[Message]]:
    """Give the values of the distinct cells, the decimal mark ("" if any), and notes."""
    column = place.column
    marked = [i for i in np.flatnonzero(~blank) if not re.fullmatch(r"[+-]?\d+", cells[i])]
    if not marked:
        return plain, "", []
    comma, comma_missed = _read_as(_COMMA, _COMMA_TO_PLAIN, cells, blank)
    if not missed.any():
        point, point_missed = plain, missed
    else:
        point, point_missed = _read_as(_POINT, _POINT_TO_PLAIN, cells, blank)
        exponents = point_missed & ~missed  # 1.5e3 among grouped ones
        point, point_missed = np.where(exponents, plain, point), point_missed & ~exponents
    if settled is not None:
        point_only = comma_missed.any() and not point_missed.any()
        comma_only = point_missed.any() and not comma_missed.any()
        if settled.decimal == "," and point_only:
            return point, ".", [message("reading.now_points", column=column)]
        if settled.decimal == "." and comma_only:
            return comma, ",", [message("reading.now_commas", column=column)]
        _refuse_other_format(text, cells, point_missed, comma_missed, place, settled)
        if settled.decimal:
            return (point if settled.decimal == "." else comma), settled.decimal, []
    if point_missed.any() and comma_missed.any():
        candidates = [text.first(bad) for bad in (point_missed, comma_missed)]
        at = max(candidates, key=lambda row: int(place.row_numbers[row]))
        raise DataError(message("table.no_number", column=place.name, has=place.has(text, at)))
    if not point_missed.any() and not comma_missed.any():
        by_schema = settled is not None
        return _decide(
            text, cells, point, comma, place, separator, plain=not missed.any(), by_schema=by_schema
        )
    if not point_missed.any():
        if not missed.any():
            return plain, ".", []
        return point, ".", [message("reading.thousands", column=column)]
    return comma, ",", [message("reading.decimal_comma", column=column)]


def _decide(
    text: TextColumn,
    cells: list[str],
    point: np.ndarray,
    comma: np.ndarray,
    place: Place,
    separator: str,
    *,
    plain: bool,
    by_schema: bool,
) -> tuple[np.ndarray, DecimalMark, list[Message]]:
    """Decide where a decimal point and a decimal comma are both possible."""
    column = place.column
    same = np.array_equal(point, comma, equal_nan=True)
    if same and plain:
        return point, "", []
    if by_schema and not same:
        at = text.first(~np.isclose(point, comma, equal_nan=True))
        raise DataError(message("table.doubtful", column=place.name, has=place.has(text, at)))
    if plain:
        # Every dot has three digits after it. Beside whole numbers of at most three digits,
        # "1.234" is a thousand; measurements to three places would all have their dot.
        whole = [len(c) for c in cells if c.lstrip("+-").isdecimal()]
        if separator != "," and 0 < max(whole, default=0) <= 3:
            return comma, ",", [message("reading.dot_thousands", column=column)]
        return point, ".", [message("reading.decimal_point", column=column)]
    if separator == ",":
        return point, ".", [message("reading.thousands", column=column)]
    return comma, ",", [message("reading.small_commas", column=column)]


def _refuse_other_format(
    text: TextColumn,
    cells: list[str],
    point_missed: np.ndarray,
    comma_missed: np.ndarray,
    place: Place,
    settled: NumberFormat,
) -> None:
    """Refuse cells that the format of the history does not read without doubt."""
    if not settled.decimal:
        return
    mark = message("table.point" if settled.decimal == "." else "table.comma")
    bad = point_missed if settled.decimal == "." else comma_missed
    if bad.any():
        has = place.has(text, text.first(bad))
        raise DataError(message("table.other_mark", column=place.name, mark=mark, has=has))
    grouped = "," if settled.decimal == "." else "."
    doubtful = np.array([bool(_ONE_MARK.fullmatch(c)) and grouped in c for c in cells])
    if doubtful.any() and not settled.grouping:
        has = place.has(text, text.first(doubtful))
        raise DataError(message("table.new_grouping", column=place.name, mark=mark, has=has))
