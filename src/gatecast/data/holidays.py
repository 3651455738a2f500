"""Holidays of countries as columns: by name, with the days before and after each, or as counts.

The days come from the package ``holidays``, moving feasts and lunar ones too, and are kept as a
table over twenty years before and after the history, so that a forecaster that was saved forecasts
the same without the package. A day off that is moved to another day belongs to its holiday.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from gatecast.data.calendar import (
    add_steps,
    day_of_week,
    future_times,
    is_daily_or_longer,
    local_times,
    periods_of,
    steps_of_day,
)
from gatecast.data.frequency import WEEK, parse_frequency
from gatecast.data.panel import Panel
from gatecast.errors import DataError, UsageError, require_extra
from gatecast.messages import Message, message

__all__ = ["ON_A_WEEKEND", "WORKDAY", "HolidayCalendar"]

#: Names of the columns that are no single holiday.
ON_A_WEEKEND, WORKDAY = "holiday on a weekend", "weekend workday"
#: Years before and after the history that the table covers, and the last one of the package.
_MARGIN, _LAST_YEAR = 20, 2099
#: Days before and after a holiday that are tried, of days and of shorter steps.
_MOST_BEFORE, _MOST_OF_HOURS = 3, 1
#: Days of history for each column, and cells of all columns at most.
_DAYS_PER_COLUMN, _MOST_CELLS = 10, 100_000_000
#: What a name says of a day that is not that of the holiday itself.
_MOVED = re.compile(r" \((?:observed|estimated|substitute|in lieu)[^()]*\)")
_DAY_OFF, _NEIGHBOUR = "Day off", re.compile(r" [+-](\d)$")


class _Country(NamedTuple):
    """Hold the days of a country, counted from 1970-01-01."""

    holidays: dict[str, frozenset[int]]
    on_weekends: frozenset[int]
    workdays: frozenset[int]


@dataclass(frozen=True, eq=False)
class HolidayCalendar:
    """Hold holidays as columns.

    Parameters
    ----------
    countries : tuple of str
        Whose holidays these are.
    names : tuple of str
        Of H columns; ``"Good Friday -1"`` is the day before.
    days, columns : ndarray of shape [M], int64
        Days, counted from 1970-01-01, and the column that each belongs to.
    first, last : int
        Days that the table covers.
    freq : str or int
        Of the series.
    time_zone : str or None
        Of times that are shorter than a day, and held in UTC.
    """

    countries: tuple[str, ...]
    names: tuple[str, ...]
    days: np.ndarray
    columns: np.ndarray
    first: int
    last: int
    freq: str | int
    time_zone: str | None

    @classmethod
    def of(cls, countries: Sequence[str], panel: Panel, h: int) -> HolidayCalendar:
        """Make the columns that matter to the series of a panel.

        Parameters
        ----------
        countries : sequence of str
            Such as ``"DE"``, or ``"DE-BY"`` with a subdivision.
        panel : Panel
            The series.
        h : int
            Steps to forecast.

        Returns
        -------
        HolidayCalendar
            With the holidays within the history and the horizon. With enough history each has
            columns of up to three days before and after; of steps longer than a day a column counts
            the days of a holiday in the period.

        Raises
        ------
        UsageError
            If times are step numbers, or a country or its subdivision is not known.
        MissingExtraError
            Without the package holidays.
        """
        if panel.times.dtype.kind != "M":
            raise UsageError(message("holidays.no_dates", countries=list(countries)))
        empty = cls((), (), np.zeros(0, np.int64), np.zeros(0, np.int64), 0, 0, panel.freq,
                    panel.time_zone)  # fmt: skip
        ends = panel.times[panel.offsets[1:] - 1]
        begin, _ = empty.spans(panel.times.min()[np.newaxis])
        _, end = empty.spans(future_times(ends.max(), panel.freq, h)[-1:])
        first, last = (_date(int(day[0])).astype(object).year for day in (begin, end))
        first_year, last_year = first - _MARGIN, max(last, min(last + _MARGIN, _LAST_YEAR))
        by_code = {code: _days_of(code, first_year, last_year) for code in countries}
        history = range(int(begin[0]), int(end[0]))
        merged = _merged({code: one.holidays for code, one in by_code.items()}, history)
        table = _in_order(merged, history.start)
        around = 0 if empty.counts else _days_around(panel, len(table))
        near = _neighbours(table, around)
        table |= {name: days for name, days in near.items() if not days.isdisjoint(history)}
        for name in (ON_A_WEEKEND, WORKDAY):
            part = "on_weekends" if name == ON_A_WEEKEND else "workdays"
            days = frozenset[int]().union(*(getattr(one, part) for one in by_code.values()))
            if not days.isdisjoint(history):
                table[name] = days
        return cls(
            tuple(countries), tuple(table),
            np.array([day for days in table.values() for day in sorted(days)], np.int64),
            np.repeat(np.arange(len(table)), [len(days) for days in table.values()]),
            _day_number(first_year, 1, 1), _day_number(last_year, 12, 31),
            panel.freq, panel.time_zone,
        )  # fmt: skip

    @cached_property
    def counts(self) -> bool:
        """Whether steps are longer than a day, so that columns count days."""
        return not steps_of_day(self.freq) and is_daily_or_longer(self.freq)

    def describe(self) -> Message:
        """Name the holidays.

        Returns
        -------
        Message
            What columns there are, or that there are none.
        """
        if not self.names:
            return message("holidays.none", countries=list(self.countries))
        own = [holiday_name(name) for name in self.names if not _NEIGHBOUR.search(name)]
        around = max((int(m[1]) for m in map(_NEIGHBOUR.search, self.names) if m), default=0)
        kind = "holidays.counted" if self.counts else "holidays.days" if around else "holidays.own"
        more = {"around": around} if around else {}
        return message(kind, countries=list(self.countries), names=own, **more)

    @cached_property
    def _before(self) -> np.ndarray:
        """Days of each column before each day of the table, [days + 1, H]."""
        at = np.zeros((self.last - self.first + 2, len(self.names)), np.int16)
        within = (self.days >= self.first) & (self.days <= self.last)
        at[self.days[within] - self.first + 1, self.columns[within]] = 1
        return at.cumsum(axis=0, dtype=np.int16)

    def at(self, times: np.ndarray) -> np.ndarray:
        """Give the columns at times.

        Parameters
        ----------
        times : ndarray of shape [n], datetime64[us]
            As of a panel.

        Returns
        -------
        ndarray of shape [n, H]
            0 or 1, or how many days of the period.

        Raises
        ------
        DataError
            If times are beyond the table.
        """
        begin, end = self.spans(times)
        if len(times) and (begin.min() < self.first or end.max() > self.last + 1):
            raise DataError(
                message("holidays.beyond", first=str(_date(self.first)), last=str(_date(self.last)))
            )
        before = self._before
        return (before[end - self.first] - before[begin - self.first]).astype(np.float64)

    def spans(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the days that steps lie in.

        Parameters
        ----------
        times : ndarray of shape [n], datetime64[us]
            As of a panel.

        Returns
        -------
        begin, end : ndarray of shape [n], int64
            First day, counted from 1970-01-01, and the day after the last one. Of days and shorter
            steps the day, of weeks that of Monday to Sunday, of months the calendar month.
        """
        if self.time_zone is not None and not is_daily_or_longer(self.freq):
            times = local_times(times, self.time_zone)
        day = times.astype("datetime64[D]").astype(np.int64)
        if not self.counts:
            return day, day + 1
        periods, one = periods_of(times, self.freq), parse_frequency(self.freq)
        if periods is None:
            after = add_steps(times, np.ones(len(times), np.int64), self.freq)
            return day, np.maximum(after.astype("datetime64[D]").astype(np.int64), day + 1)
        if one.kind == "fixed" and one.count == WEEK:
            return periods * 7 - 3, periods * 7 + 4
        begin, end = (
            ((periods + more) * one.count).astype("datetime64[M]").astype("datetime64[D]")
            for more in (0, 1)
        )
        return begin.astype(np.int64), end.astype(np.int64)


def _days_around(panel: Panel, holidays: int) -> int:
    """Say how many days before and after each holiday have columns of their own."""
    day = max(1, steps_of_day(panel.freq))
    days = int(np.median(panel.lengths)) // day
    for around in range(_MOST_BEFORE if day == 1 else _MOST_OF_HOURS, 0, -1):
        columns = holidays * (2 * around + 1)
        if _DAYS_PER_COLUMN * columns <= days and columns * len(panel.values) <= _MOST_CELLS:
            return around
    return 0


def _neighbours(table: Mapping[str, frozenset[int]], around: int) -> dict[str, frozenset[int]]:
    """Give the days before and after holidays; each belongs to the nearest, or the next one."""
    if not around or not table:
        return {}
    first: dict[int, str] = {}
    for name, days in table.items():
        for day in days:
            first.setdefault(day, name)
    holidays = np.array(sorted(first))
    near: dict[str, set[int]] = {}
    for k in range(-around, around + 1):
        for name in table if k else ():
            near[f"{name} {k:+d}"] = set()
    days = np.unique(holidays[:, np.newaxis] + np.arange(-around, around + 1))
    after = np.minimum(np.searchsorted(holidays, days), len(holidays) - 1)
    before = np.maximum(np.searchsorted(holidays, days) - 1, 0)
    for day, following, previous in zip(days, holidays[after], holidays[before], strict=True):
        ahead = following - day if following >= day else around + 1
        behind = day - previous if previous < day else around + 1
        if ahead == 0:
            continue
        if ahead <= min(behind, around):
            near[f"{first[int(following)]} {-ahead:+d}"].add(int(day))
        elif behind <= around:
            near[f"{first[int(previous)]} {behind:+d}"].add(int(day))
    return {name: frozenset(days) for name, days in near.items() if days}


def _in_order(table: Mapping[str, frozenset[int]], begin: int) -> dict[str, frozenset[int]]:
    """Sort holidays by their first day from a day on."""
    later = {name: min(day for day in days if day >= begin) for name, days in table.items()}
    return {name: table[name] for name in sorted(table, key=later.__getitem__)}


def _merged(
    by_code: Mapping[str, Mapping[str, frozenset[int]]], history: range
) -> dict[str, frozenset[int]]:
    """Give each holiday within the history once; equal names of other days have their codes."""
    groups: dict[frozenset[int], dict[str, list[str]]] = {}
    for code, holidays in by_code.items():
        for name, days in holidays.items():
            within = frozenset(day for day in days if day in history)
            if within:
                groups.setdefault(within, {}).setdefault(name, []).append(code)
    result = {}
    for named in groups.values():
        labels = [
            name if len(codes) == len(by_code) else f"{name} ({', '.join(codes)})"
            for name, codes in named.items()
        ]
        days = (by_code[code][name] for name, codes in named.items() for code in codes)
        result[" / ".join(labels)] = frozenset[int]().union(*days)
    return result


@lru_cache(maxsize=64)
def _days_of(code: str, first: int, last: int) -> _Country:
    """Read the holidays of a country, or a subdivision, in some years."""
    package: Any = require_extra("holidays", "holidays", message("extra.holidays"))
    country, _, part = code.partition("-")
    supported = package.list_supported_countries(include_aliases=False)
    if country not in supported:
        raise UsageError(
            message("holidays.no_country", code=code, country=country, n=len(supported))
        )
    try:
        languages = package.country_holidays(country, subdiv=part or None).supported_languages
    except NotImplementedError as error:
        parts = list(supported[country])
        kind = "holidays.no_subdivision" if parts else "holidays.no_subdivisions"
        more = {"names": parts} if parts else {}
        raise UsageError(message(kind, code=code, country=country, **more)) from error
    calendar = package.country_holidays(
        country, subdiv=part or None, years=range(first, last + 1),
        language="en_US" if "en_US" in languages else None,
    )  # fmt: skip
    holidays: dict[str, set[int]] = {}
    off = set()
    for date, text in sorted(calendar.items()):
        day = _day_number(date.year, date.month, date.day)
        for name in str(text).split("; "):
            if name.startswith(_DAY_OFF):
                off.add(day)
            else:
                holidays.setdefault(_MOVED.sub("", name), set()).add(day)
    own = sorted((day, name) for name, days in holidays.items() for day in days)
    for day in off if own else ():  # a moved day off belongs to the nearest holiday
        nearest = min(own, key=lambda one, day=day: abs(one[0] - day))
        holidays[nearest[1]].add(day)
    weekend = set(calendar.weekend)
    everything = {day for days in holidays.values() for day in days}
    return _Country(
        {name: frozenset(days) for name, days in holidays.items()},
        frozenset(day for day in everything if int(day_of_week(np.array(_date(day)))) in weekend),
        frozenset(_day_number(d.year, d.month, d.day)
                  for d in getattr(calendar, "weekend_workdays", ())),
    )  # fmt: skip


def holiday_name(column: str) -> str:
    """Name a column of holidays in a sentence.

    Parameters
    ----------
    column : str
        One of :attr:`HolidayCalendar.names`.

    Returns
    -------
    str
        The name that the package holidays gives; a message where it is a word of ours.
    """
    words = {ON_A_WEEKEND: "holidays.on_weekend", WORKDAY: "holidays.workday"}
    return message(words[column]) if column in words else column


def _day_number(year: int, month: int, day: int) -> int:
    """Count days from 1970-01-01."""
    return int(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}").astype(np.int64))


def _date(day: int) -> np.datetime64:
    """Give the date of a day's number."""
    return np.datetime64(day, "D")
