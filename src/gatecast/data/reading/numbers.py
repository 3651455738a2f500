"""Turn cells of text into numbers.

What a cell means depends on the others: "1,234" may be a thousand or one and a bit.
"""

from __future__ import annotations

import re

import numpy as np

from gatecast.data.reading.candidates import (
    MISSING,
    CandidateFormat,
    MismatchError,
    last_to_match,
)
from gatecast.errors import DataError, quote

__all__ = ["NumberColumn"]

_SPACES = "'’ \u00a0\u202f"
_MARKS = re.compile(rf"[.,eE{_SPACES}]")
_COMMA = re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:[.{_SPACES}]\d{{3}})+|\d+)(?:,\d+)?")
_COMMA_TO_PLAIN = str.maketrans(dict.fromkeys("." + _SPACES, "") | {",": "."})
_GROUPS = re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:[,{_SPACES}]\d{{3}})+|\d+)(?:\.\d+)?")
_GROUPS_TO_PLAIN = str.maketrans(dict.fromkeys("," + _SPACES, ""))


def _read_plain(cells: list[str]) -> np.ndarray:
    """Read 1234.5 and 1.2345e3."""
    values: list[float] = []
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        try:
            for cell in cells:
                values.append(np.nan if cell.lower() in MISSING else float(cell))
        except ValueError:
            raise MismatchError(len(values)) from None
    if "_" in "".join(cells):  # Python reads 1_000, which nobody means
        raise MismatchError(next(at for at, cell in enumerate(cells) if "_" in cell))
    return np.array(values, dtype=np.float64)


def _read_as(form: re.Pattern[str], to_plain: dict[int, str], cells: list[str]) -> np.ndarray:
    values = np.empty(len(cells))
    for at, cell in enumerate(cells):
        if form.fullmatch(cell):
            values[at] = float(cell.translate(to_plain))
        elif cell.lower() in MISSING:
            values[at] = np.nan
        else:
            raise MismatchError(at)
    return values


class NumberColumn:
    """Read a column of numbers: 1234.5, 1.234,5 or 1,234.5, whichever all its cells allow.

    Parameters
    ----------
    name, source : str
        Names of the column and of the table, for sentences.
    row_label : str
        What row numbers count: "line" or "row".
    separator : str
        What stands between the cells of the file. Where two readings are left, it decides: a file
        that is separated by commas has no decimal commas.
    """

    def __init__(self, name: str, source: str, row_label: str, separator: str = ",") -> None:
        self._name, self._source, self._row_label = name, source, row_label
        self._by_commas = separator == ","
        self._plain = CandidateFormat("plain", _read_plain)
        self._comma = CandidateFormat(
            "comma", lambda cells: _read_as(_COMMA, _COMMA_TO_PLAIN, cells)
        )
        self._groups = CandidateFormat(
            "groups", lambda cells: _read_as(_GROUPS, _GROUPS_TO_PLAIN, cells)
        )
        self._longest_without_dot = 0

    @staticmethod
    def could_read(cell: str) -> bool:
        """Tell whether a cell is a number in some way of writing."""
        try:
            _read_plain([cell])
        except MismatchError:
            return bool(_COMMA.fullmatch(cell) or _GROUPS.fullmatch(cell))
        return True

    def add(self, cells: list[str], row_numbers: np.ndarray) -> None:
        """Read another batch.

        Parameters
        ----------
        cells : list of str
            Without white space around them.
        row_numbers : ndarray
            The number of each row.

        Raises
        ------
        DataError
            If a cell is text, or infinite.
        """
        if self._plain.matches:
            before = list(self._plain.parts)
            self._plain.add(cells, row_numbers)
            if not self._plain.matches:
                self._groups.parts = before  # no groups until now: the two agree
        if self._comma.matches:
            if self._plain.matches and not _MARKS.search("".join(cells)):
                self._comma.parts.append(self._plain.parts[-1])
            else:
                self._comma.add(cells, row_numbers)
        if not self._plain.matches and self._groups.matches:
            self._groups.add(cells, row_numbers)
        if self._comma.matches and self._plain.matches:
            lengths = [len(cell) for cell in cells if cell.lstrip("+-").isdecimal()]
            self._longest_without_dot = max([self._longest_without_dot, *lengths])

        readings = [self._plain, self._comma, self._groups]
        held = [reading for reading in readings if reading.matches]
        if not held:
            stopped = last_to_match(readings)
            raise DataError(
                f'column "{self._name}" of {self._source} should hold numbers, but '
                f"{self._row_label} {stopped.mismatch_row} has {quote(stopped.mismatch)}: "
                "correct it, "
                "leave the cell empty if there is no value, or name another column with target_col"
            )
        infinite = np.isinf(held[0].parts[-1])
        if infinite.any():
            at = int(np.argmax(infinite))
            raise DataError(
                f'column "{self._name}" of {self._source} has an infinite value, '
                f"{quote(cells[at])}, in {self._row_label} {row_numbers[at]}: correct it, "
                "or leave the cell empty"
            )

    def result(self) -> tuple[np.ndarray, list[str]]:
        """Give the numbers, float64 with NaN where there are none, and what was found out."""
        quoted = f'numbers in column "{self._name}"'
        if self._plain.matches:
            plain = self._plain.result()
            if not self._comma.matches or np.array_equal(
                plain, self._comma.result(), equal_nan=True
            ):
                return plain, []
            # Every dot has three digits after it. Beside whole numbers of at most three digits,
            # "1.234" is a thousand; measurements to three places would all have their dot.
            if not self._by_commas and 0 < self._longest_without_dot <= 3:
                return self._comma.result(), [
                    f"{quoted} are read with a dot between thousands (1.234 is 1234)"
                ]
            return plain, [f"{quoted} are read with a decimal point (1.234 is less than 2)"]
        if self._comma.matches and not (self._groups.matches and self._by_commas):
            doubt = " (1,234 is less than 2)" if self._groups.matches else ""
            return self._comma.result(), [f"{quoted} have a decimal comma{doubt}"]
        return self._groups.result(), [f"{quoted} are grouped by thousands (1,234 is 1234)"]
