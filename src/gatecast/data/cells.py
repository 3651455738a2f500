"""Turn cells of text into numbers and times.

What a cell means depends on the others: "1,234" may be a thousand or one and a bit, "03/04/2024"
March or April. So every reading that the first cells allow is kept, batch after batch, until a
cell rules it out; what is left at the end decides, and is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.calendar import is_regular
from gatecast.data.csv_file import quote
from gatecast.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MISSING", "STEP_LIMIT", "NumberColumn", "TimeColumn", "Times", "dates_of_integers"]

MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "-", "--", "?", "."])
"""Cells, in lower case, that mean that there is no value."""


STEP_LIMIT = 2**62
"""Step numbers are smaller than this, so that the distance between two fits into 64 bits."""


class _Stop(Exception):  # noqa: N818 - never leaves this module
    """Say that a reading does not hold: the first cell it cannot read."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


@dataclass
class _Reading:
    """One way to read a column, and what it has read so far."""

    name: str
    read: Callable[[list[str]], np.ndarray]
    short_years: bool = False
    parts: list[np.ndarray] = field(default_factory=list)
    stopped_by: str = ""
    stopped_in: int | None = None

    def add(self, cells: list[str], numbers: np.ndarray) -> None:
        try:
            self.parts.append(self.read(cells))
        except _Stop as stop:
            self.stopped_by, self.stopped_in = cells[stop.at], int(numbers[stop.at])
            self.parts.clear()

    @property
    def holds(self) -> bool:
        return self.stopped_in is None

    def result(self) -> np.ndarray:
        return np.concatenate(self.parts, axis=-1)


def _furthest(readings: list[_Reading]) -> _Reading:
    """The reading that was given up last; the first of several."""
    return max(readings, key=lambda reading: reading.stopped_in or 0)


# ------------------------------------------------------------------------------------- numbers

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
            raise _Stop(len(values)) from None
    if "_" in "".join(cells):  # Python reads 1_000, which nobody means
        raise _Stop(next(at for at, cell in enumerate(cells) if "_" in cell))
    return np.array(values, dtype=np.float64)


def _read_as(form: re.Pattern[str], to_plain: dict[int, str], cells: list[str]) -> np.ndarray:
    values = np.empty(len(cells))
    for at, cell in enumerate(cells):
        if form.fullmatch(cell):
            values[at] = float(cell.translate(to_plain))
        elif cell.lower() in MISSING:
            values[at] = np.nan
        else:
            raise _Stop(at)
    return values


class NumberColumn:
    """Read a column of numbers: 1234.5, 1.234,5 or 1,234.5, whichever all its cells allow.

    Parameters
    ----------
    name, source : str
        Names of the column and of the table, for sentences.
    place : str
        What row numbers count: "line" or "row".
    separator : str
        What stands between the cells of the file. Where two readings are left, it decides: a file
        that is separated by commas has no decimal commas.
    """

    def __init__(self, name: str, source: str, place: str, separator: str = ",") -> None:
        self._name, self._source, self._place = name, source, place
        self._by_commas = separator == ","
        self._plain = _Reading("plain", _read_plain)
        self._comma = _Reading("comma", lambda cells: _read_as(_COMMA, _COMMA_TO_PLAIN, cells))
        self._groups = _Reading("groups", lambda cells: _read_as(_GROUPS, _GROUPS_TO_PLAIN, cells))
        self._longest_without_dot = 0

    @staticmethod
    def could_read(cell: str) -> bool:
        """Tell whether a cell is a number in some way of writing."""
        try:
            _read_plain([cell])
        except _Stop:
            return bool(_COMMA.fullmatch(cell) or _GROUPS.fullmatch(cell))
        return True

    def add(self, cells: list[str], numbers: np.ndarray) -> None:
        """Read another batch.

        Parameters
        ----------
        cells : list of str
            Without white space around them.
        numbers : ndarray
            The number of each row.

        Raises
        ------
        DataError
            If a cell is text, or infinite.
        """
        if self._plain.holds:
            before = list(self._plain.parts)
            self._plain.add(cells, numbers)
            if not self._plain.holds:
                self._groups.parts = before  # no groups until now: the two agree
        if self._comma.holds:
            if self._plain.holds and not _MARKS.search("".join(cells)):
                self._comma.parts.append(self._plain.parts[-1])
            else:
                self._comma.add(cells, numbers)
        if not self._plain.holds and self._groups.holds:
            self._groups.add(cells, numbers)
        if self._comma.holds and self._plain.holds:
            lengths = [len(cell) for cell in cells if cell.lstrip("+-").isdecimal()]
            self._longest_without_dot = max([self._longest_without_dot, *lengths])

        readings = [self._plain, self._comma, self._groups]
        held = [reading for reading in readings if reading.holds]
        if not held:
            stopped = _furthest(readings)
            raise DataError(
                f'column "{self._name}" of {self._source} should hold numbers, but {self._place} '
                f"{stopped.stopped_in} has {quote(stopped.stopped_by)}: correct it, leave the cell "
                "empty if there is no value, or name another column with target_col"
            )
        infinite = np.isinf(held[0].parts[-1])
        if infinite.any():
            at = int(np.argmax(infinite))
            raise DataError(
                f'column "{self._name}" of {self._source} has an infinite value, '
                f"{quote(cells[at])}, in {self._place} {numbers[at]}: correct it, or leave the "
                "cell empty"
            )

    def result(self) -> tuple[np.ndarray, list[str]]:
        """Give the numbers, float64 with NaN where there are none, and what was found out."""
        quoted = f'numbers in column "{self._name}"'
        if self._plain.holds:
            plain = self._plain.result()
            if not self._comma.holds or np.array_equal(plain, self._comma.result(), equal_nan=True):
                return plain, []
            # Every dot has three digits after it. Beside whole numbers of at most three digits,
            # "1.234" is a thousand; measurements to three places would all have their dot.
            if not self._by_commas and 0 < self._longest_without_dot <= 3:
                return self._comma.result(), [
                    f"{quoted} are read with a dot between thousands (1.234 is 1234)"
                ]
            return plain, [f"{quoted} are read with a decimal point (1.234 is less than 2)"]
        if self._comma.holds and not (self._groups.holds and self._by_commas):
            doubt = " (1,234 is less than 2)" if self._groups.holds else ""
            return self._comma.result(), [f"{quoted} have a decimal comma{doubt}"]
        return self._groups.result(), [f"{quoted} are grouped by thousands (1,234 is 1234)"]


# --------------------------------------------------------------------------------------- times


class Times(NamedTuple):
    """A column of times.

    Attributes
    ----------
    values : ndarray of shape [rows]
        ``datetime64[us]``, in UTC where there is a zone, or ``int64``.
    zone : str or None
        Name of the time zone.
    notes : list of str
        What was found out.
    """

    values: np.ndarray
    zone: str | None
    notes: list[str]


_OFFSET = re.compile(r"(?:Z|[+-]\d\d(?::?\d\d)?)$")
_CLOCK = r"(?:([T ]+)\d{1,2}:\d{2}(:\d{2})?(\.\d+)?( ?[AaPp][Mm])?)?"
_DAY_MONTH_YEAR = re.compile(r"\d{1,2}([-./ ])\d{1,2}\1(\d{4}|\d{2})" + _CLOCK)
_YEAR_MONTH_DAY = re.compile(r"\d{4}([-./])\d{1,2}\1\d{1,2}" + _CLOCK)
_NAMED_MONTHS = [
    *(f"{a}{mark}{b}" for a, b in (("%b", "%Y"), ("%B", "%Y"), ("%Y", "%b")) for mark in " -/"),
    *("%b %y", "%b-%y", "%YM%m"),
    *(f"%d{mark}{b}{mark}{y}" for mark in " -." for b in ("%b", "%B") for y in ("%Y", "%y")),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d. %B %Y", "%d. %b %Y"),
]
_MONTH_NAME = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\\dM\\d", re.IGNORECASE)
_QUARTER = re.compile(r"(?:(\d{4})[-/ ]?Q([1-4])|Q([1-4])[-/ ]?(\d{4}))", re.IGNORECASE)


def _read_integers(cells: list[str]) -> np.ndarray:
    values: list[int] = []
    try:
        for cell in cells:
            values.append(int(cell))  # noqa: PERF401 - how many there are tells which one failed
    except ValueError:
        raise _Stop(len(values)) from None
    if max(map(abs, values)) >= STEP_LIMIT:
        raise _Stop(next(at for at, value in enumerate(values) if abs(value) >= STEP_LIMIT))
    return np.array(values, dtype=np.int64)


def _parse(cells: list[str], form: str, *, utc: bool = False) -> np.ndarray:
    try:
        parsed = pd.to_datetime(cells, format=form, utc=utc)
    except (ValueError, OverflowError):
        parsed = pd.to_datetime(cells, format=form, utc=utc, errors="coerce")
    missing = np.asarray(parsed.isna())
    if missing.any():
        raise _Stop(int(np.argmax(missing)))
    exact = parsed.tz_localize(None).to_numpy()
    times = exact.astype("datetime64[us]")
    if (times != exact).any():
        raise _Stop(int(np.argmax(times != exact)))
    return times


def _read_iso(cells: list[str]) -> np.ndarray:
    if ":" in cells[0]:
        for at, cell in enumerate(cells):
            if _has_offset(cell):
                raise _Stop(at)
    return _parse(cells, "ISO8601")


def _read_iso_with_offset(cells: list[str]) -> np.ndarray:
    """Read UTC and the clock on the wall, shape [2, cells]."""
    for at, cell in enumerate(cells):
        if not _has_offset(cell):
            raise _Stop(at)
    wall = [_OFFSET.sub("", cell).rstrip() for cell in cells]
    return np.stack([_parse(cells, "ISO8601", utc=True), _parse(wall, "ISO8601")])


def _has_offset(cell: str) -> bool:
    return ":" in cell and _OFFSET.search(cell, 11) is not None


def _read_quarters(cells: list[str]) -> np.ndarray:
    months = []
    for at, cell in enumerate(cells):
        match = _QUARTER.fullmatch(cell)
        if match is None:
            raise _Stop(at)
        year, quarter = match[1] or match[4], match[2] or match[3]
        months.append((int(year) - 1970) * 12 + (int(quarter) - 1) * 3)
    return np.array(months, dtype="datetime64[M]").astype("datetime64[us]")


def _readings_for(cell: str) -> list[_Reading]:
    """Every reading of times that a first cell allows."""
    if re.fullmatch(r"[+-]?\d+", cell):
        return [_Reading("integers", _read_integers)]
    if re.match(r"\d{4}-\d\d", cell) and not re.search("[QM]", cell):
        if _has_offset(cell):
            return [_Reading("ISO 8601 with an offset", _read_iso_with_offset)]
        if re.match(r"\d{4}-\d\d(-\d\d)?(?!\d)", cell):
            return [_Reading("ISO 8601", _read_iso)]
    if _QUARTER.fullmatch(cell):
        return [_Reading("quarters", _read_quarters)]
    if match := _DAY_MONTH_YEAR.fullmatch(cell):
        mark, clock = match[1], _clock_format(match, 3)
        year = "%Y" if len(match[2]) == 4 else "%y"
        forms = {
            f"day{mark}month{mark}year": f"%d{mark}%m{mark}{year}{clock}",
            f"month{mark}day{mark}year": f"%m{mark}%d{mark}{year}{clock}",
        }
    elif match := _YEAR_MONTH_DAY.fullmatch(cell):
        mark, clock = match[1], _clock_format(match, 2)
        forms = {f"year{mark}month{mark}day": f"%Y{mark}%m{mark}%d{clock}"}
    elif match := re.fullmatch(r"\d{1,2}([-./])\d{4}", cell):
        forms = {f"month{match[1]}year": f"%m{match[1]}%Y"}
    elif match := re.fullmatch(r"\d{4}([./])\d{1,2}", cell):
        forms = {f"year{match[1]}month": f"%Y{match[1]}%m"}
    elif _MONTH_NAME.search(cell):
        forms = {form: form for form in _NAMED_MONTHS}
    else:
        forms = {}
    readings = [
        _Reading(name, lambda cells, form=form: _parse(cells, form), short_years="%y" in form)
        for name, form in forms.items()
    ]
    return [reading for reading in readings if _allows(reading, cell)]


def _allows(reading: _Reading, cell: str) -> bool:
    try:
        reading.read([cell])
    except _Stop:
        return False
    return True


def _clock_format(match: re.Match[str], first: int) -> str:
    gap, seconds, fraction, half = match.group(first, first + 1, first + 2, first + 3)
    if gap is None:
        return ""
    hours = "%I:%M" if half else "%H:%M"
    half_format = "" if not half else " %p" if half.startswith(" ") else "%p"
    return f"{gap}{hours}{':%S' if seconds else ''}{'.%f' if fraction else ''}{half_format}"


class TimeColumn:
    """Read a column of times: dates as most people write them, or step numbers.

    Parameters
    ----------
    name, source : str
        Names of the column and of the table, for sentences.
    place : str
        What row numbers count: "line" or "row".
    day_first : bool
        Where nothing else tells days from months: take the first number for the day.
    """

    def __init__(self, name: str, source: str, place: str, *, day_first: bool = False) -> None:
        self._name, self._source, self._place = name, source, place
        self._day_first = day_first
        self._readings: list[_Reading] = []
        self._first = ""

    @staticmethod
    def could_read(cells: list[str]) -> bool:
        """Tell whether most of some cells are dates (step numbers do not count)."""
        first = next((cell for cell in cells if cell.lower() not in MISSING), "")
        for reading in _readings_for(first):
            if reading.name == "integers":
                return dates_of_integers(_integers_among(cells)) is not None
            if sum(_allows(reading, cell) for cell in cells) * 2 > len(cells):
                return True
        return False

    def add(self, cells: list[str], numbers: np.ndarray) -> None:
        """Read another batch.

        Parameters
        ----------
        cells : list of str
            Without white space around them.
        numbers : ndarray
            The number of each row.

        Raises
        ------
        DataError
            If a cell is empty, or is not a time like those before it.
        """
        if not cells:
            return
        if not self._readings:
            self._first = cells[0]
            self._readings = _readings_for(cells[0])
            if not self._readings:
                self._refuse(numbers[0], cells[0])
        for reading in self._readings:
            if reading.holds:
                reading.add(cells, numbers)
        if not any(reading.holds for reading in self._readings):
            stopped = _furthest(self._readings)
            self._refuse(stopped.stopped_in, stopped.stopped_by, stopped.name)

    def _refuse(self, number: object, cell: str, name: str = "") -> None:
        where = f'column "{self._name}" of {self._source}'
        if cell.lower() in MISSING:
            raise DataError(
                f"{where} has no time in {self._place} {number}: supply it, or remove the row"
            )
        limit = _limit_passed(cell)
        if limit:
            raise DataError(f"{where} in {self._place} {number} has {quote(cell)}: {limit}")
        if not name:
            raise DataError(
                f"{where} should hold times, but {self._place} {number} has {quote(cell)}: write "
                "dates like 2024-01-31, or name another column with time_col"
            )
        raise DataError(
            f"{where} should hold times written like {quote(self._first)} ({name}), but "
            f"{self._place} {number} has {quote(cell)}: correct it"
        )

    def result(self, codes: np.ndarray) -> Times:
        """Decide how the column was meant.

        Parameters
        ----------
        codes : ndarray of shape [rows]
            Which series each row belongs to; a reading under which every series is regular is
            the better one.

        Returns
        -------
        Times
            What was read.
        """
        held = [reading for reading in self._readings if reading.holds]
        chosen, notes = self._choose(held, codes)
        values = chosen.result()
        if chosen.name == "integers":
            dates = dates_of_integers(values)
            if dates is None:
                return Times(values, None, notes)
            example = np.datetime_as_string(dates[0], unit="D")
            return Times(
                dates, None, [f"times are dates without marks ({self._first} is {example})"]
            )
        if chosen.name == "ISO 8601 with an offset":
            return _from_offsets(values)
        if chosen.short_years:
            first, last = np.datetime_as_string([values.min(), values.max()], unit="Y")
            notes.append(f"years of two digits are read as {first} to {last}")
        return Times(values, None, notes)

    def _choose(self, held: list[_Reading], codes: np.ndarray) -> tuple[_Reading, list[str]]:
        days_first = [reading for reading in self._readings if reading.name.startswith("day")]
        if not days_first or len(self._readings) == 1:
            return held[0], []
        if len(held) == 1:
            chosen = held[0]
            other = next(reading for reading in self._readings if not reading.holds)
            witness = (
                f'{self._place} {other.stopped_in} with "{other.stopped_by}" allows nothing else'
            )
            return chosen, [f"dates are {chosen.name}: {witness}"]
        regular = [reading for reading in held if is_regular(reading.result(), codes)]
        if len(regular) == 1:
            return regular[0], [
                f"dates are {regular[0].name}: the other way round they would not be regular"
            ]
        first = self._day_first or "." in self._first
        chosen = next(reading for reading in held if reading.name.startswith("day") is first)
        return chosen, [
            f"dates are assumed to be {chosen.name}; nothing in the column tells days from months: "
            "write them like 2024-01-31 to be sure"
        ]


def _limit_passed(cell: str) -> str:
    """Say which limit a time goes beyond that is well written otherwise."""
    if re.fullmatch(r"[+-]?\d{19,}", cell):
        return "step numbers have to be below 2**62, about 4.6e18: use smaller ones"
    if re.search(r":\d\d\.\d{6}\d*[1-9]", cell):
        return "it is finer than a microsecond: round it, or use step numbers"
    year = re.match(r"(?:\d{1,2}[-./]\d{1,2}[-./])?(\d{4,6})(?!\d)", cell)
    if year and len(cell) > len(year[1]) and not 1678 <= int(year[1]) <= 2261:
        return "dates have to be of the years 1678 to 2261: use step numbers for others"
    return ""


def _integers_among(cells: list[str]) -> np.ndarray:
    return np.array(
        [int(cell) for cell in cells if re.fullmatch(r"\d{1,18}", cell)], dtype=np.int64
    )


def _from_offsets(both: np.ndarray) -> Times:
    """Choose between UTC and the wall clock for times written with their distance from UTC."""
    utc, wall = both
    offsets = np.unique(wall - utc)
    if len(offsets) == 1:
        minutes = int(offsets[0].astype("timedelta64[m]").astype(np.int64))
        sign = "-" if minutes < 0 else "+"
        zone = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}" if minutes else "UTC"
        return Times(utc, zone, [])
    if (wall == wall.astype("datetime64[D]")).all():
        return Times(wall, None, ["days are those of the local calendar; their zone is left out"])
    note = "the distance of the times from UTC changes (daylight saving): they come back in UTC"
    return Times(utc, "UTC", [note])


def dates_of_integers(values: np.ndarray) -> np.ndarray | None:
    """Read integers such as 20240131 or 202401 as dates.

    Parameters
    ----------
    values : ndarray of int64
        All of a column.

    Returns
    -------
    ndarray of datetime64[us], or None
        The dates; None unless every value is a date between 1600 and 2299 in the same one of the
        two forms.
    """
    if len(values) == 0:
        return None
    months = values // 100 if values[0] > 999_999 else values
    days = values % 100 if values[0] > 999_999 else np.ones_like(values)
    years, months = months // 100, months % 100
    inside = (years >= 1600) & (years < 2300) & (months >= 1) & (months <= 12) & (days >= 1)
    if not inside.all() or len(np.unique(values > 999_999)) > 1:
        return None
    month = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    dates = month.astype("datetime64[D]") + (days - 1)
    if (dates.astype("datetime64[M]") != month).any():
        return None
    return dates.astype("datetime64[us]")
