"""Turn cells of text into times.

What a cell means depends on the others: "03/04/2024" may be in March or April. So every candidate
format that the first cells allow is kept, batch after batch, until a cell rules it out; what is
left at the end decides, and is reported.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.calendar import is_regular
from gatecast.data.reading.candidates import (
    MISSING,
    CandidateFormat,
    MismatchError,
    last_to_match,
)
from gatecast.errors import DataError, quote

__all__ = ["STEP_LIMIT", "TimeColumn", "Times", "dates_of_integers"]

STEP_LIMIT = 2**62
"""Step numbers are smaller than this, so that the distance between two fits into 64 bits."""


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
        raise MismatchError(len(values)) from None
    if max(map(abs, values)) >= STEP_LIMIT:
        raise MismatchError(next(at for at, value in enumerate(values) if abs(value) >= STEP_LIMIT))
    return np.array(values, dtype=np.int64)


def _parse(cells: list[str], form: str, *, utc: bool = False) -> np.ndarray:
    try:
        parsed = pd.to_datetime(cells, format=form, utc=utc)
    except (ValueError, OverflowError):
        parsed = pd.to_datetime(cells, format=form, utc=utc, errors="coerce")
    missing = np.asarray(parsed.isna())
    if missing.any():
        raise MismatchError(int(np.argmax(missing)))
    exact = parsed.tz_localize(None).to_numpy()
    times = exact.astype("datetime64[us]")
    if (times != exact).any():
        raise MismatchError(int(np.argmax(times != exact)))
    return times


def _read_iso(cells: list[str]) -> np.ndarray:
    if ":" in cells[0]:
        for at, cell in enumerate(cells):
            if _has_offset(cell):
                raise MismatchError(at)
    return _parse(cells, "ISO8601")


def _read_iso_with_offset(cells: list[str]) -> np.ndarray:
    """Read UTC and the clock on the wall, shape [2, cells]."""
    for at, cell in enumerate(cells):
        if not _has_offset(cell):
            raise MismatchError(at)
    wall = [_OFFSET.sub("", cell).rstrip() for cell in cells]
    return np.stack([_parse(cells, "ISO8601", utc=True), _parse(wall, "ISO8601")])


def _has_offset(cell: str) -> bool:
    return ":" in cell and _OFFSET.search(cell, 11) is not None


def _read_quarters(cells: list[str]) -> np.ndarray:
    months = []
    for at, cell in enumerate(cells):
        match = _QUARTER.fullmatch(cell)
        if match is None:
            raise MismatchError(at)
        year, quarter = match[1] or match[4], match[2] or match[3]
        months.append((int(year) - 1970) * 12 + (int(quarter) - 1) * 3)
    return np.array(months, dtype="datetime64[M]").astype("datetime64[us]")


def _candidates_for(cell: str) -> list[CandidateFormat]:
    """Every reading of times that a first cell allows."""
    if re.fullmatch(r"[+-]?\d+", cell):
        return [CandidateFormat("integers", _read_integers)]
    if re.match(r"\d{4}-\d\d", cell) and not re.search("[QM]", cell):
        if _has_offset(cell):
            return [CandidateFormat("ISO 8601 with an offset", _read_iso_with_offset)]
        if re.match(r"\d{4}-\d\d(-\d\d)?(?!\d)", cell):
            return [CandidateFormat("ISO 8601", _read_iso)]
    if _QUARTER.fullmatch(cell):
        return [CandidateFormat("quarters", _read_quarters)]
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
        CandidateFormat(
            name, lambda cells, form=form: _parse(cells, form), short_years="%y" in form
        )
        for name, form in forms.items()
    ]
    return [reading for reading in readings if _allows(reading, cell)]


def _allows(reading: CandidateFormat, cell: str) -> bool:
    try:
        reading.read([cell])
    except MismatchError:
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
    row_label : str
        What row numbers count: "line" or "row".
    day_first : bool
        Where nothing else tells days from months: take the first number for the day.
    """

    def __init__(self, name: str, source: str, row_label: str, *, day_first: bool = False) -> None:
        self._name, self._source, self._row_label = name, source, row_label
        self._day_first = day_first
        self._candidates: list[CandidateFormat] = []
        self._first = ""

    @staticmethod
    def could_read(cells: list[str]) -> bool:
        """Tell whether most of some cells are dates (step numbers do not count)."""
        first = next((cell for cell in cells if cell.lower() not in MISSING), "")
        for reading in _candidates_for(first):
            if reading.name == "integers":
                return dates_of_integers(_integers_among(cells)) is not None
            if sum(_allows(reading, cell) for cell in cells) * 2 > len(cells):
                return True
        return False

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
            If a cell is empty, or is not a time like those before it.
        """
        if not cells:
            return
        if not self._candidates:
            self._first = cells[0]
            self._candidates = _candidates_for(cells[0])
            if not self._candidates:
                self._refuse(row_numbers[0], cells[0])
        for reading in self._candidates:
            if reading.matches:
                reading.add(cells, row_numbers)
        if not any(reading.matches for reading in self._candidates):
            stopped = last_to_match(self._candidates)
            self._refuse(stopped.mismatch_row, stopped.mismatch, stopped.name)

    def _refuse(self, number: object, cell: str, name: str = "") -> None:
        where = f'column "{self._name}" of {self._source}'
        if cell.lower() in MISSING:
            raise DataError(
                f"{where} has no time in {self._row_label} {number}: supply it, or remove the row"
            )
        limit = _limit_passed(cell)
        if limit:
            raise DataError(f"{where} in {self._row_label} {number} has {quote(cell)}: {limit}")
        if not name:
            raise DataError(
                f"{where} should hold times, but {self._row_label} {number} has {quote(cell)}: "
                "write dates like 2024-01-31, or name another column with time_col"
            )
        raise DataError(
            f"{where} should hold times written like {quote(self._first)} ({name}), but "
            f"{self._row_label} {number} has {quote(cell)}: correct it"
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
        held = [reading for reading in self._candidates if reading.matches]
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

    def _choose(
        self, held: list[CandidateFormat], codes: np.ndarray
    ) -> tuple[CandidateFormat, list[str]]:
        days_first = [reading for reading in self._candidates if reading.name.startswith("day")]
        if not days_first or len(self._candidates) == 1:
            return held[0], []
        if len(held) == 1:
            chosen = held[0]
            other = next(reading for reading in self._candidates if not reading.matches)
            where = f"{self._row_label} {other.mismatch_row}"
            return chosen, [
                f'dates are {chosen.name}: {where} with "{other.mismatch}" allows nothing else'
            ]
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
