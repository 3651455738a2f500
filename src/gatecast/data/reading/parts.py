"""Times whose parts are in several columns: date and hour, year and month, year and quarter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.calendar import day_of_week
from gatecast.data.cells import Place, TextColumn, is_blank, refuse_missing_time
from gatecast.data.reading.notations import month_number
from gatecast.data.reading.times import Times
from gatecast.errors import DataError
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["find_parts", "is_part", "join_parts", "role_of"]

_WORDS = {
    "year": "year yr yyyy jahr año ano anno année annee 年 年份",
    "quarter": "quarter qtr q quartal trimestre trim kwartaal 季度",
    "month": "month mon mth mm monat mes mese mois maand 月 月份",
    "week": "week wk isoweek woche kw semaine semana settimana 周 週",
    "day": "day dd dom tag día dia jour giorno 日",
    "hour": "hour hours hr hrs hh he std stunde hora heure ora uur 小时 时 時",
    "minute": "minute minutes min mins minuto",
    "clock": "time clock uhrzeit zeit hora heure 时间 時間",
    "weekday": "weekday dayofweek dow wochentag dayofyear doy weekdayname dayname",
}
_PARTS = {
    "year": "table.year", "quarter": "table.quarter", "month": "table.month",
    "week": "table.week", "day": "table.day", "hour": "table.hour", "minute": "table.minute",
    "clock": "table.clock", "weekday": "table.weekday",
}  # fmt: skip
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words.split()}
#: What whole numbers may be.
_RANGES = {
    "year": (1000, 2999), "quarter": (1, 4), "month": (1, 12), "week": (1, 53), "day": (1, 31),
    "hour": (0, 24), "minute": (0, 59), "weekday": (0, 366),
}  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2})(\.\d{1,6})?)?)?\s*([AaPp])?\.?[Mm]?\.?")
#: What makes a time, the coarser part first.
_CHAINS = (("year", "quarter"), ("year", "week"), ("year", "month"))
_FINER = ("day", "hour", "clock", "minute")


def role_of(name: str) -> str | None:
    """Tell which part of a time a column's name says that it is.

    Parameters
    ----------
    name : str
        For example "Hour" or "month".

    Returns
    -------
    str or None
    """
    plain = re.sub(r"[\W_]", "", name.lower())
    if plain in _ROLE_OF:
        return _ROLE_OF[plain]
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    if {"day", "week"} <= set(words) or {"day", "year"} <= set(words):
        return "weekday"
    roles = [_ROLE_OF[word] for word in words if word in _ROLE_OF and len(word) > 2]
    if "of" in words:
        roles = roles[:1]
    return roles[0] if len(roles) == 1 and len(words) <= 3 else None


def is_part(name: str, cells: Sequence[str]) -> bool:
    """Tell whether a column is a clock hour, month, quarter, ... by its name and its cells.

    Parameters
    ----------
    name : str
        Of the column.
    cells : sequence of str
        Its first cells.

    Returns
    -------
    bool
    """
    return _fits(role_of(name), cells)


def _fits(role: str | None, cells: Sequence[str]) -> bool:
    present = [cell for cell in dict.fromkeys(cells) if not is_blank(cell)]
    if role is None or not present:
        return False
    if role == "weekday":
        return all(re.fullmatch(r"\d{1,3}|[^\W\d_]{2,10}\.?", cell) for cell in present)
    return all(_read_part(role, cell) is not None for cell in present)


def _read_part(role: str, cell: str) -> int | None:
    """Read a cell: a whole number; of a clock or an hour, microseconds."""
    if role in ("clock", "hour"):
        return _read_clock(cell, needs_minutes=role == "clock")
    if role == "month" and (month := month_number(cell)):
        return month
    text = re.sub(r"(?i)^(?:q|t|kw|w|week|wk)\.?\s*(?=\d)", "", cell)
    text = re.sub(r"\.0+$", "", text)
    if not text.isdecimal():
        return None
    low, high = _RANGES[role]
    return int(text) if low <= int(text) <= high else None


def _read_clock(cell: str, *, needs_minutes: bool) -> int | None:
    match = _CLOCK.fullmatch(re.sub(r"^(\d+)\.0+$", r"\1", cell))
    if match is None or (needs_minutes and not (match[2] or match[5])):
        return None
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[5]:
        hour = hour % 12 + (12 if match[5].lower() == "p" else 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    return (hour * 3600 + minute * 60 + second) * 1_000_000 + round(float(match[4] or 0) * 1e6)


def find_parts(
    samples: Mapping[str, Sequence[str]], dates: Sequence[str], taken: Sequence[str]
) -> tuple[str, ...] | None:
    """Find the columns whose parts make a time.

    Parameters
    ----------
    samples : mapping of str to sequence of str
        The first cells of each column.
    dates : sequence of str
        Columns of whole dates.
    taken : sequence of str
        Columns that are something else.

    Returns
    -------
    tuple of str, or None
        A date with its hour or clock, or a year with what is finer, the coarser first; None
        where joining tells no more times apart.
    """
    rows = len(next(iter(samples.values()), ()))
    of_role: dict[str, str] = {}
    for name, cells in samples.items():
        role = role_of(name)
        if role and name not in (*taken, *dates) and role not in of_role and _fits(role, cells):
            of_role[role] = name
    finer = [of_role[role] for role in ("hour", "clock", "minute") if role in of_role]
    if "hour" in of_role and "clock" in of_role:
        finer.remove(of_role["clock"])
    if len(dates) == 1:
        chains = [[dates[0], *finer]] if finer and not _has_clock(samples[dates[0]]) else []
    else:
        chains = [
            [of_role[role] for role in chain] + [of_role[r] for r in _FINER if r in of_role]
            for chain in _CHAINS
            if all(role in of_role for role in chain)
        ]
    best = None
    for chain in chains:
        first = len(set(samples[chain[0]]))
        whole = len(set(zip(*(samples[name] for name in chain), strict=True)))
        if whole > first and first < rows and (best is None or whole > best[0]):
            best = (whole, tuple(chain))
    return None if best is None else best[1]


def _has_clock(cells: Sequence[str]) -> bool:
    return any(
        re.search(r"\d:\d\d", cell) and not re.search(r"[T ]00:00(:00)?$", cell) for cell in cells
    )


def join_parts(
    columns: Sequence[str],
    texts: Mapping[str, TextColumn],
    places: Mapping[str, Place],
    date: Times | None,
    ends_of_hours: bool | None = None,
) -> tuple[Times, bool]:
    """Join the parts of times.

    Parameters
    ----------
    columns : sequence of str
        The parts, the coarsest first.
    texts, places : mapping of str to TextColumn and Place
        Their cells; not of a column of whole dates.
    date : Times, optional
        Of the first column, if it has whole dates.
    ends_of_hours : bool, optional
        Whether hours count from 1 to 24; found from the hours if not given.

    Returns
    -------
    times : Times
    ends_of_hours : bool

    Raises
    ------
    DataError
        If a cell is not such a part.
    """
    rest = list(columns)
    notes: list[Message] = [message("reading.time_parts", columns=list(columns))]
    zone = None
    part: dict[str, np.ndarray] = {}
    if date is not None:
        rest = rest[1:]
        notes, zone = [*date.notes, *notes], date.zone
    for name in rest:
        role = role_of(name) or "clock"
        part[role] = _read_column(role, texts[name], places[name])
    times = date.values.astype("datetime64[us]") if date is not None else _whole_days(part)
    if "hour" in part:
        hours = part["hour"]
        whole = (hours % 3_600_000_000 == 0).all()
        if ends_of_hours is None:
            ends_of_hours = bool(whole and hours.max() == 24 * 3_600_000_000 and hours.min() > 0)
        if ends_of_hours:
            hours = hours - 3_600_000_000
            notes.append(message("reading.end_hours"))
        times = times + hours.astype("timedelta64[us]")
    if "clock" in part:
        times = times + part["clock"].astype("timedelta64[us]")
    if "minute" in part:
        times = times + part["minute"].astype("timedelta64[m]")
    order = None if date is None else date.day_first
    return Times(times, zone, notes, order), bool(ends_of_hours)


def _read_column(role: str, text: TextColumn, place: Place) -> np.ndarray:
    values = [_read_part(role, cell) for cell in text.cells]
    bad = np.array([value is None for value in values])
    if bad.any():
        at = text.first(bad)
        if is_blank(text.cells[text.codes[at]]):
            refuse_missing_time(place, at)
        part = message(_PARTS[role])
        has = place.has(text, at)
        raise DataError(message("table.no_part", column=place.name, part=part, has=has))
    return text.expand(np.array(values, dtype=np.int64))


def _whole_days(part: Mapping[str, np.ndarray]) -> np.ndarray:
    year = part["year"]
    if "week" in part:
        fourth = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + np.int64(3)
        monday = fourth - day_of_week(fourth)
        return (monday + (part["week"] - 1) * 7).astype("datetime64[us]")
    month = part["quarter"] * 3 - 2 if "quarter" in part else part["month"]
    begin = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    return (begin + (part.get("day", np.ones_like(year)) - 1)).astype("datetime64[us]")
