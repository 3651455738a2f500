"""Turn cells into times.

What a cell means depends on the others: "03/04/2024" may be in March or April. Every candidate
format that the first cell allows is held against all of them; what is left decides, and is
reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.cells import Place, TextColumn, is_blank, refuse_missing_time
from gatecast.data.inference import is_regular
from gatecast.data.reading.notations import (
    HAS_MONTH_NAME,
    limit_passed,
    read_decimal_years,
    read_east_asian,
    read_epoch,
    read_fiscal_years,
    read_integer_dates,
    read_named_months,
    read_quarters,
    read_weeks,
    read_year_months,
    weeks_of_integers,
)
from gatecast.data.schema import Schema
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = [
    "STEP_LIMIT", "Times", "could_be_times", "dates_of_numbers", "read_times",
]  # fmt: skip

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
    notes : list of Message
        What was detected.
    day_first : bool or None
        The order of day and month; None if the column leaves it open.
    notation : str
        How times are written, where that has a meaning of its own.
    """

    values: np.ndarray
    zone: str | None = None
    notes: list[Message] = []  # noqa: RUF012 - never changed
    day_first: bool | None = None
    notation: str = ""


@dataclass(frozen=True)
class _Candidate:
    """One format, and whether it is one of the day before the month."""

    name: Message
    parse: Callable[[list[str]], np.ndarray]
    day_first: bool | None = None
    notation: str = ""
    offsets: bool = False


@dataclass(eq=False)
class _Match:
    """What a candidate makes of distinct cells: times, and where it does not match."""

    candidate: _Candidate
    times: np.ndarray
    missed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


_OFFSET = re.compile(r"\s?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$")
_CLOCK = r"(?:([T ]+)\d{1,2}:\d{2}(:\d{2})?([.]\d+)?( ?[AaPp]\.?[Mm]\.?)?)?"
_DAY_MONTH_YEAR = re.compile(r"\d{1,2}([-./ ])\d{1,2}\1(\d{4}|\d{2})" + _CLOCK)
_YEAR_MONTH_DAY = re.compile(r"\d{4}([-./])\d{1,2}\1\d{1,2}" + _CLOCK)
_ISO = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?![\dWQM-])|\d{8}T\d{4}")
_MIDNIGHT = re.compile(r"(?<=[T ])24:00(:00(?:[.]0+)?)?$")


def _parse(cells: list[str], form: str, *, utc: bool = False) -> np.ndarray:
    """Parse with pandas; NaT where a cell is not of the format, or finer than a microsecond."""
    parsed = pd.to_datetime(cells, format=form, utc=utc, errors="coerce")
    exact = parsed.tz_localize(None).to_numpy()
    times = exact.astype("datetime64[us]")
    return np.where(times == exact, times, np.datetime64("NaT", "us"))


def _read_iso(cells: list[str]) -> np.ndarray:
    times = _parse([_OFFSET.sub("", c) if _has_offset(c) else c for c in cells], "ISO8601")
    times[[_has_offset(cell) for cell in cells]] = np.datetime64("NaT", "us")
    return times


def _read_offsets(cells: list[str]) -> np.ndarray:
    """Read UTC and the clock on the wall, shape [2, cells]."""
    with_offset = np.array([_has_offset(cell) for cell in cells])
    iso = [re.sub(r"\s*(?:Z|UTC|GMT)$", "+00:00", cell) for cell in cells]
    wall = _parse([_OFFSET.sub("", cell).rstrip() for cell in cells], "ISO8601")
    both = np.stack([_parse(iso, "ISO8601", utc=True), wall])
    both[:, ~with_offset] = np.datetime64("NaT", "us")
    return both


def _has_offset(cell: str) -> bool:
    if cell.endswith(("UTC", "GMT")):
        return len(cell) > 10
    return (":" in cell or "T" in cell) and _OFFSET.search(cell, 11) is not None


def _standard_clock(cells: list[str]) -> tuple[list[str], np.ndarray]:
    """Write the clock as pandas reads it: a point before the fraction, no hour 24."""
    joined = "\n".join(cells)
    if re.search(r":\d\d,\d", joined):
        cells = [re.sub(r"(:\d\d),(\d+)", r"\1.\2", cell) for cell in cells]
    days = np.zeros(len(cells), dtype="timedelta64[D]")
    if "24:00" in joined:
        days = np.array([bool(_MIDNIGHT.search(c)) for c in cells]).astype("timedelta64[D]")
        cells = [_MIDNIGHT.sub(r"00:00\1", cell) for cell in cells]
    return cells, days


def _candidates(cell: str) -> list[_Candidate]:
    """Every format of dates that a first cell allows."""
    candidates: list[_Candidate] = []
    if _ISO.match(cell):
        if _has_offset(cell):
            return [_Candidate(message("reading.iso_offset"), _read_offsets, offsets=True)]
        candidates.append(_Candidate(message("reading.iso"), _read_iso))
    if match := _DAY_MONTH_YEAR.fullmatch(cell):
        mark, clock = match[1], _clock_format(match, 3)
        year = "%Y" if len(match[2]) == 4 else "%y"
        for name, form, first in (
            ("reading.day_first", f"%d{mark}%m{mark}{year}{clock}", True),
            ("reading.month_first", f"%m{mark}%d{mark}{year}{clock}", False),
        ):
            short = "two-digit years" if year == "%y" else ""
            shown = message(name, mark=mark)
            candidates.append(_Candidate(shown, lambda c, f=form: _parse(c, f), first, short))
    elif (match := _YEAR_MONTH_DAY.fullmatch(cell)) and not candidates:
        mark, clock = match[1], _clock_format(match, 2)
        form = f"%Y{mark}%m{mark}%d{clock}"
        shown = message("reading.year_first", mark=mark)
        candidates.append(_Candidate(shown, lambda c: _parse(c, form)))
    elif match := re.fullmatch(r"\d{1,2}([-./])\d{4}", cell):
        month_year = f"%m{match[1]}%Y"
        shown = message("reading.month_year", mark=match[1])
        candidates.append(_Candidate(shown, lambda c: _parse(c, month_year)))
    elif match := re.fullmatch(r"\d{4}([./])\d{1,2}", cell):
        year_month = f"%Y{match[1]}%m"
        shown = message("reading.year_month", mark=match[1])
        candidates.append(_Candidate(shown, lambda c: _parse(c, year_month)))
    elif re.fullmatch(r"\d{4}M\d{1,2}", cell):
        shown = message("reading.year_month", mark="M")
        candidates.append(_Candidate(shown, lambda c: _parse(c, "%YM%m")))
    for key, reader, begin in _READERS:
        if re.match(begin, cell) and (key != "reading.named_months" or HAS_MONTH_NAME.search(cell)):
            candidates.append(_Candidate(message(key), reader, notation=_NOTATIONS.get(key, "")))
    return [one for one in candidates if not np.isnat(one.parse([cell])).any()]


def _read_decimal_cells(cells: list[str]) -> np.ndarray:
    return read_decimal_years(_floats(cells))


#: Formats by how a cell of them begins.
_READERS = (
    ("reading.fiscal_format", read_fiscal_years, r"\d{4}\s?[-/]\s?(?:\d{4}|\d\d)|FY"),
    ("reading.years_and_months", read_year_months, r"\d{1,4}[-/]\d{1,2}$"),
    ("reading.quarters", read_quarters, r"(?i).*(?:q|trimestre|kv|季)"),
    ("reading.weeks", read_weeks, r"(?i).*(?:w|s|周|週)"),
    ("reading.east_asian", read_east_asian, r"\d{4}\s*[年년]"),
    ("reading.named_months", read_named_months, r"(?=.*[^\W\d_]{3})"),
    ("reading.decimal_years", _read_decimal_cells, r"\d{4}\.\d+$"),
)
#: What a schema calls the formats whose times have a meaning of their own.
_NOTATIONS = {
    "reading.fiscal_format": "fiscal years",
    "reading.quarters": "quarters",
    "reading.weeks": "weeks",
    "reading.decimal_years": "years with decimals",
}


def _floats(cells: list[str]) -> np.ndarray:
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return np.full(len(cells), np.nan)


def _clock_format(match: re.Match[str], first: int) -> str:
    gap, seconds, fraction, half = match.group(first, first + 1, first + 2, first + 3)
    if gap is None:
        return ""
    hours = "%I:%M" if half else "%H:%M"
    half_format = "" if not half else " %p" if half.startswith(" ") else "%p"
    return f"{gap}{hours}{':%S' if seconds else ''}{'.%f' if fraction else ''}{half_format}"


def _is_integer(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d+", cell) is not None


def could_be_times(cells: list[str], name: str) -> bool:
    """Tell whether most of some cells are dates (step numbers do not count).

    Parameters
    ----------
    cells : list of str
        The first cells of a column.
    name : str
        Of the column.

    Returns
    -------
    bool
    """
    present = [cell for cell in dict.fromkeys(cells) if not is_blank(cell)]
    if not present:
        return False
    whole = [cell for cell in present if re.fullmatch(r"\d{1,18}", cell)]
    if _is_integer(present[0]):
        return dates_of_numbers(np.array([int(cell) for cell in whole]), name) is not None
    if re.fullmatch(r"\d+\.\d+", present[0]) and not _names_time(name):
        dotted = message("reading.year_month", mark=".")
        return any(
            one.name == dotted and _mostly(one, present) and len(set(map(len, present))) == 1
            and len(present[0]) == 7
            for one in _candidates(present[0])
        )  # fmt: skip
    standard, _ = _standard_clock(present)
    return any(_mostly(one, standard) for one in _candidates(standard[0]))


def _mostly(candidate: _Candidate, cells: list[str]) -> bool:
    return bool((~np.isnat(np.atleast_2d(candidate.parse(cells))[0])).sum() * 2 > len(cells))


_TIME_WORDS = (
    "time", "date", "year", "ds", "zeit", "datum", "jahr", "fecha", "日期", "时间", "epoch", "unix",
    "stamp", "ts",
)  # fmt: skip
_WEEK_WORDS = ("week", "woche", "kw", "semaine", "semana", "周", "週")


def _names_time(name: str) -> bool:
    return any(word in name.lower() for word in _TIME_WORDS)


def dates_of_numbers(
    values: np.ndarray, name: str, notation: str | None = None
) -> tuple[np.ndarray, str, Message] | None:
    """Read whole numbers as dates: 20240131, 202401, weeks, seconds since 1970.

    Parameters
    ----------
    values : ndarray of int64
        All of a column.
    name : str
        That of the column: "week" makes 202401 a week.
    notation : str, optional
        What the history settled.

    Returns
    -------
    times : ndarray of datetime64[us]
    notation : str
    note : Message
        What was detected. None in place of the three if the numbers are no dates.
    """
    if not len(values):
        return None
    example = int(values[0])
    named_weeks = any(word in name.lower() for word in _WEEK_WORDS)
    months = read_integer_dates(values) if notation in (None, "") else None
    weeks = None
    if notation == "weeks" or (notation is None and (months is None or named_weeks)):
        weeks = weeks_of_integers(values)
    if weeks is not None:
        monday = np.datetime_as_string(weeks[0], unit="D")
        return weeks, "weeks", message("reading.week_numbers", example=example, monday=monday)
    if months is not None:
        unit = "m" if example > 99_999_999 else "D"
        shown = np.datetime_as_string(months[0], unit=unit)
        return months, "", message("reading.date_numbers", example=example, shown=shown)
    epoch = read_epoch(values) if notation in (None, "since 1970") else None
    if epoch is not None and (notation or _names_time(name) or _on_the_minute(epoch)):
        shown = np.datetime_as_string(epoch[0], unit="s").replace("T", " ")
        return epoch, "since 1970", message("reading.since_1970", example=example, shown=shown)
    return None


def _on_the_minute(times: np.ndarray) -> bool:
    clock = times.astype(np.int64)
    return bool((clock % 60_000_000 == 0).all() and (np.diff(clock) >= 0).all() and len(times) > 1)


def read_times(
    text: TextColumn,
    place: Place,
    codes: np.ndarray,
    *,
    day_first: bool = False,
    settled: Schema | None = None,
) -> Times:
    """Read a column of times: dates as people write them, or step numbers.

    Parameters
    ----------
    text : TextColumn
        The cells.
    place : Place
        Names the column and its rows in sentences.
    codes : ndarray of shape [rows]
        Which series each row belongs to; a format under which every series is regular is the
        better one.
    day_first : bool
        Where nothing else tells days from months: take the first number for the day.
    settled : Schema, optional
        What the history settled; the order of day and month is that.

    Returns
    -------
    Times
        The times [N], datetime64 or int64, and how they were written.

    Raises
    ------
    DataError
        If a cell is empty, or is not a time like those before it.
    """
    blank = np.array([is_blank(cell) for cell in text.cells], dtype=bool)
    if blank.any():
        refuse_missing_time(place, text.first(blank))
    if _is_integer(text.cells[0]):
        return _read_integers(text, place, settled)
    cells, days = _standard_clock(text.cells)
    matches = []
    for one in _candidates(cells[0]):
        times = one.parse(cells) + days
        missed = np.asarray(np.isnat(np.atleast_2d(times)).any(axis=0))
        matches.append(_Match(one, times, missed))
    if not matches:
        _refuse(text, place, 0, None)
    held = [match for match in matches if not match.missed.any()]
    if not held:
        firsts = [text.first(match.missed) for match in matches]
        last = max(range(len(matches)), key=firsts.__getitem__)
        _refuse(text, place, firsts[last], matches[last].candidate.name)
    chosen, notes = _choose(text, place, matches, held, codes, day_first, settled)
    if chosen.candidate.offsets:
        return _from_offsets(text.codes, chosen.times)
    values = text.expand(chosen.times)
    if chosen.candidate.notation == "two-digit years":
        first, last_year = np.datetime_as_string([values.min(), values.max()], unit="Y")
        notes.append(message("reading.short_years", first=str(first), last=str(last_year)))
    if days.any():
        notes.append(message("reading.midnight"))
    notation = chosen.candidate.notation.replace("two-digit years", "")
    if notation == "fiscal years":
        notes.append(message("reading.fiscal_years", example=text.cells[0]))
    elif notation in ("weeks", "years with decimals"):
        shown = np.datetime_as_string(values[0], unit="D")
        example = text.cells[text.codes[0]]
        named = "reading.weeks_example" if notation == "weeks" else "reading.decimal_years_example"
        notes.append(message(named, example=example, shown=shown))
    return Times(values, None, notes, chosen.candidate.day_first, notation)


def _read_integers(text: TextColumn, place: Place, settled: Schema | None) -> Times:
    for bad in (
        np.array([not _is_integer(cell) for cell in text.cells]),
        np.array(
            [_is_integer(c) and (len(c) > 20 or abs(int(c)) >= STEP_LIMIT) for c in text.cells]
        ),
    ):
        if bad.any():
            _refuse(text, place, text.first(bad), message("reading.whole_numbers"))
    numbers = np.array([int(cell) for cell in text.cells], dtype=np.int64)
    notation = None if settled is None or not settled.time_cols else settled.time_notation
    dates = dates_of_numbers(numbers, place.column, notation)
    if dates is None:
        return Times(text.expand(numbers))
    return Times(text.expand(dates[0]), None, [dates[2]], None, dates[1])


def _refuse(text: TextColumn, place: Place, at: int, form: Message | None) -> None:
    cell, column, has = text.cells[text.codes[at]], place.name, place.has(text, at)
    reason = limit_passed(cell)
    if reason is not None:
        raise DataError(message("table.bad_time", column=column, has=has, reason=reason))
    if form is None:
        expected = message("table.expected_times")
        raise DataError(message("table.no_times", column=column, has=has, expected=expected))
    first = text.cells[text.codes[0]]
    raise DataError(message("table.other_times", column=column, first=first, form=form, has=has))


def _choose(
    text: TextColumn,
    place: Place,
    matches: list[_Match],
    held: list[_Match],
    codes: np.ndarray,
    day_first: bool,
    settled: Schema | None,
) -> tuple[_Match, list[Message]]:
    ordered = [match for match in matches if match.candidate.day_first is not None]
    settled_order = None if settled is None else settled.day_first
    if len(ordered) == 1 and settled_order not in (None, ordered[0].candidate.day_first):
        refused = "table.days_first" if settled_order else "table.months_first"
        raise DataError(message(refused, column=place.name, has=place.has(text, 0)))
    if len(ordered) < 2:
        return _most_regular(text, held, codes, settled), []
    if settled is not None and settled.day_first is not None:
        wanted = next(m for m in ordered if m.candidate.day_first is settled.day_first)
        if wanted.missed.any():
            has = place.has(text, text.first(wanted.missed))
            form = wanted.candidate.name
            raise DataError(message("table.other_dates", column=place.name, form=form, has=has))
        return wanted, [message("reading.dates_of_history", form=wanted.candidate.name)]
    if len(held) == 1:
        chosen = held[0]
        other = next(match for match in ordered if match.missed.any())
        has = place.has(text, text.first(other.missed))
        return chosen, [message("reading.dates_by_cell", form=chosen.candidate.name, has=has)]
    regular = [match for match in held if is_regular(text.expand(match.times), codes)]
    if len(regular) == 1:
        name = regular[0].candidate.name
        return regular[0], [message("reading.dates_by_order", form=name)]
    first = day_first or "." in text.cells[0]
    chosen = next(match for match in held if match.candidate.day_first is first)
    return chosen, [message("reading.dates_assumed", form=chosen.candidate.name)]


def _most_regular(
    text: TextColumn, held: list[_Match], codes: np.ndarray, settled: Schema | None
) -> _Match:
    if len(held) == 1:
        return held[0]
    if settled is not None and settled.time_cols:
        same = [m for m in held if m.candidate.notation == settled.time_notation]
        return (same or held)[0]
    fiscal = [match for match in held if match.candidate.notation == "fiscal years"]
    if fiscal and len(text.cells) > 1:
        return fiscal[0]  # as months, all of them would be thirteen months apart
    others = [match for match in held if match not in fiscal]
    regular = (
        m for m in others if not m.candidate.offsets and is_regular(text.expand(m.times), codes)
    )
    return next(regular, (others or held)[0])


def _from_offsets(codes: np.ndarray, both: np.ndarray) -> Times:
    """Choose between UTC and the wall clock for times written with their distance from UTC."""
    utc, wall = both
    offsets = np.unique(wall - utc)
    if len(offsets) == 1:
        minutes = int(offsets[0].astype("timedelta64[m]").astype(np.int64))
        sign = "-" if minutes < 0 else "+"
        zone = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}" if minutes else "UTC"
        return Times(utc[codes], zone)
    if (wall == wall.astype("datetime64[D]")).all():
        note = message("reading.local_days")
        return Times(wall[codes], None, [note])
    note = message("reading.daylight_saving")
    return Times(utc[codes], "UTC", [note])
