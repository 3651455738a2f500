"""What a frequency is: name it, find it, count its steps, go on into the future.

A frequency is written as pandas writes it (``"h"``, ``"15min"``, ``"D"``, ``"B"``, ``"W-MON"``,
``"MS"``, ``"QE"``, ``"YS"``, ...), or as an integer for times that are step numbers or years. A
week of other working days than Monday to Friday is ``"C-1111110"``, NumPy's week mask from Monday
on.

Times are NumPy arrays, ``datetime64[us]`` or ``int64``, without a time zone. Steps are counted from
an origin, the first time of the series, which gives them their time of day and day of the month;
anchors such as the ``MON`` of ``W-MON`` are part of the name only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatecast.errors import UsageError

__all__ = [
    "add_steps",
    "count_steps",
    "default_season_length",
    "describe_frequency",
    "future_times",
    "infer_frequency",
    "is_daily_or_longer",
    "is_regular",
    "normalise_frequency",
]

_SECOND = 1_000_000
_HOUR = 3_600 * _SECOND
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY

# Spellings of pandas before 2.2 lead to the present ones.
_FIXED = {
    "W": _WEEK,
    "D": _DAY,
    "h": _HOUR,
    "min": 60 * _SECOND,
    "s": _SECOND,
    "ms": 1_000,
    "us": 1,
}
_OLD = {
    "H": "h",
    "T": "min",
    "S": "s",
    "L": "ms",
    "U": "us",
    "M": "ME",
    "Q": "QE",
    "A": "YE",
    "Y": "YE",
}
_OLD |= {"AS": "YS", "BM": "BME", "BQ": "BQE", "BA": "BYE", "BY": "BYE", "BAS": "BYS"}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}
# NumPy 2.5 wants the unit of a step said: a bare 1 warns, and will be an error
_ONE_DAY, _ONE_MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN")
_MONTH_NAMES += ("JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY_NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

# Longer or wider ones are not meant, and would not fit into 64 bits.
_LONGEST_NAME, _MOST_MONTHS = 30, 12_000

_Kind = Literal["integer", "fixed", "weekdays", "S", "E", "BS", "BE"]


@dataclass(frozen=True)
class _Frequency:
    """A frequency taken apart.

    ``count`` is in steps (integer), microseconds (fixed), 1 (weekdays) or months (the others: month
    start, month end, and the same on business days). ``week`` is NumPy's week mask, for weekdays.
    """

    label: str | int
    kind: _Kind
    count: int
    week: str = "1111100"


def normalise_frequency(freq: object) -> str | int:
    """Write a frequency the way gatecast does.

    Parameters
    ----------
    freq : str, int or pandas offset
        For example ``"D"``, ``"M"``, ``"30min"``, ``7`` or ``pandas.offsets.MonthBegin()``.

    Returns
    -------
    str or int
        The present pandas spelling (``"M"`` becomes ``"ME"``), or the integer.

    Raises
    ------
    UsageError
        If it is not a frequency gatecast knows.
    """
    return _parse(freq).label


def _parse(freq: object) -> _Frequency:
    text = str(getattr(freq, "freqstr", freq)).strip()
    if len(text) > _LONGEST_NAME:
        text = f"{text[: _LONGEST_NAME - 3]}..."
    elif text.isdecimal() and 0 < int(text) < 2**63:
        return _Frequency(int(text), "integer", int(text))
    elif week := re.fullmatch(r"C-([01]{7})", text):
        if "1" in week[1]:
            return _Frequency(text, "weekdays", 1, week[1])
    elif parts := re.fullmatch(r"(\d*)([A-Za-z]+)(-[A-Za-z]{3})?", text):
        count = int(parts[1] or 1)
        name = _OLD.get(parts[2], parts[2])
        label = f"{'' if count == 1 else count}{name}{(parts[3] or '').upper()}"
        months = re.fullmatch(r"(B?)([MQY])([SE])", name)
        if count > 0 and name in _FIXED and count * _FIXED[name] < 2**62:
            return _Frequency(label, "fixed", count * _FIXED[name])
        if 0 < count <= _MOST_MONTHS and months:
            kind: _Kind = "S" if months[3] == "S" else "E"
            if months[1]:
                kind = "BS" if months[3] == "S" else "BE"
            return _Frequency(label, kind, count * _MONTHS[months[2]])
        if count == 1 and name == "B":
            return _Frequency("B", "weekdays", 1)
    raise UsageError(
        f'freq="{text}" is not a frequency: give a pandas name such as "h", "D", "B", "W", "MS", '
        '"ME", "QS" or "YS", with a number before it if need be ("15min"), or an integer for step '
        "numbers"
    )


def describe_frequency(freq: str | int) -> str:
    """Say a frequency in words, such as "daily" or "every 15 minutes"."""
    one = _parse(freq)
    if one.kind == "integer":
        return "steps of 1" if one.count == 1 else f"steps of {one.count}"
    if one.kind == "weekdays":
        days = [
            name.title() for name, open_ in zip(_DAY_NAMES, one.week, strict=True) if open_ == "1"
        ]
        if len(days) > 2 and "1" * len(days) in one.week:
            return f"daily, {days[0]} to {days[-1]}"
        return f"every {' and '.join(days)}"
    if one.kind == "fixed":
        known = {_HOUR: "hourly", _DAY: "daily", _WEEK: "weekly"}
        units = [(_WEEK, "weeks"), (_DAY, "days"), (_HOUR, "hours"), (60 * _SECOND, "minutes")]
        units += [(_SECOND, "seconds"), (1_000, "milliseconds"), (1, "microseconds")]
        if one.count in known:
            return known[one.count]
        unit, name = next(pair for pair in units if one.count % pair[0] == 0)
        number = one.count // unit
        return f"every {name[:-1]}" if number == 1 else f"every {number} {name}"
    words = {1: "monthly", 3: "quarterly", 12: "yearly"}.get(one.count, f"every {one.count} months")
    where = {
        "S": "",
        "E": ", at the end",
        "BS": ", first business day",
        "BE": ", last business day",
    }
    return words + where[one.kind]


def default_season_length(freq: str | int) -> int:
    """Give the number of steps after which a series of this frequency usually repeats.

    A day for times finer than a day (an hour if finer than a minute), a week for days, a year for
    anything longer; 1 where there is no whole number of steps or no custom, as for years and step
    numbers.

    Parameters
    ----------
    freq : str or int
        A frequency.

    Returns
    -------
    int
        24 for hours, 48 for half hours, 7 for days, 5 for business days, 52 for weeks, 12 for
        months, 4 for quarters, 1 for years.
    """
    one = _parse(freq)
    if one.kind == "integer":
        return 1
    if one.kind == "weekdays":
        return one.week.count("1")
    if one.kind != "fixed":
        return _whole(12, one.count)
    if one.count % _WEEK == 0:
        return _whole(52, one.count // _WEEK)
    if one.count % _DAY == 0:
        return _whole(7, one.count // _DAY)
    return _whole(_HOUR if one.count < 60 * _SECOND else _DAY, one.count)


def _whole(season: int, step: int) -> int:
    return season // step if season % step == 0 else 1


def is_daily_or_longer(freq: str | int) -> bool:
    """Tell frequencies that live on calendar days from those that live on the clock.

    Times with a zone are counted on the local calendar in the first case and in UTC in the second,
    so that neither has a gap or a double where daylight saving begins or ends.
    """
    one = _parse(freq)
    return one.kind not in ("fixed", "integer") or (one.kind == "fixed" and one.count % _DAY == 0)


def count_steps(origin: np.ndarray, times: np.ndarray, freq: str | int) -> np.ndarray:
    """Count the steps from origins to times, rounded down.

    Parameters
    ----------
    origin : ndarray, broadcastable to ``times``
        Where counting begins; has to be a time of the series.
    times : ndarray
        ``datetime64[us]`` or ``int64``.
    freq : str or int
        The frequency.

    Returns
    -------
    ndarray of int64
        Steps. A time is on the grid where :func:`add_steps` leads back to it, and only there.
    """
    one = _parse(freq)
    if one.kind == "integer":
        return (times - origin) // one.count
    if one.kind == "fixed":
        return (times - origin).astype("timedelta64[us]").astype(np.int64) // one.count
    if one.kind == "weekdays":
        days, first = times.astype("datetime64[D]"), origin.astype("datetime64[D]")
        return np.busday_count(first, days, weekmask=one.week)
    months = times.astype("datetime64[M]") - origin.astype("datetime64[M]")
    return months.astype(np.int64) // one.count


def add_steps(origin: np.ndarray, steps: np.ndarray, freq: str | int) -> np.ndarray:
    """Go a number of steps from an origin.

    Parameters
    ----------
    origin : ndarray
        ``datetime64[us]`` or ``int64``; broadcast against ``steps``.
    steps : ndarray of int64
        How far to go.
    freq : str or int
        The frequency. Months keep the origin's day, or the last day of a month that is too short
        for it.

    Returns
    -------
    ndarray
        Times, of the origin's dtype.
    """
    one = _parse(freq)
    if one.kind == "integer":
        return origin + steps * one.count
    if one.kind == "fixed":
        return origin + (steps * one.count).astype("timedelta64[us]")
    days = origin.astype("datetime64[D]")
    time_of_day = origin - days
    if one.kind == "weekdays":
        moved = np.busday_offset(days, steps, roll="forward", weekmask=one.week)
        return moved + time_of_day
    month = origin.astype("datetime64[M]")
    target = month + (steps * one.count).astype("timedelta64[M]")
    first = target.astype("datetime64[D]")
    last = (target + _ONE_MONTH).astype("datetime64[D]") - _ONE_DAY
    if one.kind == "S":
        moved = np.minimum(first + (days - month.astype("datetime64[D]")), last)
    elif one.kind == "E":
        moved = last
    elif one.kind == "BS":
        moved = np.busday_offset(first, 0, roll="forward")
    else:
        moved = np.busday_offset(last, 0, roll="backward")
    return moved + time_of_day


def future_times(last: np.ndarray, freq: str | int, h: int) -> np.ndarray:
    """Give the ``h`` times after the last one of each series.

    Parameters
    ----------
    last : ndarray of shape [n], or a scalar
        Last time of each series, ``datetime64`` or integer.
    freq : str or int
        The frequency.
    h : int
        Steps to go on.

    Returns
    -------
    ndarray of shape [n, h], or [h] for a scalar
        The times, ``datetime64[us]`` or ``int64``.

    Raises
    ------
    UsageError
        If the frequency is unknown, ``h`` is below 1, or an integer frequency meets dates or the
        reverse.
    """
    if h < 1:
        raise UsageError(f"h={h} cannot work: it needs to be 1 or more")
    origin = np.asarray(last)
    dates = origin.dtype.kind == "M"
    if dates is (_parse(freq).kind == "integer"):
        kind = "dates" if dates else "step numbers"
        raise UsageError(f"freq={freq!r} does not go with times that are {kind}")
    origin = origin.astype("datetime64[us]" if dates else np.int64)
    return add_steps(origin[..., np.newaxis], np.arange(1, h + 1), freq)


def infer_frequency(times: np.ndarray, offsets: np.ndarray) -> str | int | None:
    """Find the frequency of series from their most common distance in time.

    Gaps do not disturb it. It is a proposal: times may lie off the grid, which is for the caller to
    check.

    Parameters
    ----------
    times : ndarray of shape [total]
        ``datetime64[us]`` or ``int64``, one series after another, each in order and without
        doubles.
    offsets : ndarray of shape [n + 1]
        Series ``i`` is ``times[offsets[i] : offsets[i + 1]]``.

    Returns
    -------
    str, int or None
        The frequency; None if no series has two times.
    """
    within = np.ones(max(len(times) - 1, 0), dtype=bool)
    joints = offsets[1:-1]
    within[joints[(joints > 0) & (joints < len(times))] - 1] = False
    distances = np.diff(times)[within]
    if len(distances) == 0:
        return None
    typical = int(_most_common(distances).astype(np.int64))
    if times.dtype.kind != "M":
        return typical

    days = times.astype("datetime64[D]")
    same_time_of_day = len(np.unique(times - days)) == 1
    if same_time_of_day and typical >= 28 * _DAY:
        month_label = _infer_months(days, within)
        if month_label is not None:
            return month_label
    if typical % _WEEK == 0:
        return f"{_number(typical // _WEEK)}W-{_DAY_NAMES[_weekday(days[:1])[0]]}"
    if same_time_of_day and typical < _WEEK:
        week = np.bincount(_weekday(days), minlength=7) > 0
        three_weeks = np.timedelta64(21, "D")
        spans = days[np.maximum(offsets[1:] - 1, 0)] - days[np.minimum(offsets[:-1], len(days) - 1)]
        if len(days) >= 3 * week.sum() and (spans >= three_weeks).any() and not week.all():
            mask = "".join("1" if open_ else "0" for open_ in week)
            return "B" if mask == "1111100" else f"C-{mask}"
    unit = next(name for name, size in _FIXED.items() if name != "W" and typical % size == 0)
    return f"{_number(typical // _FIXED[unit])}{unit}"


def is_regular(times: np.ndarray, codes: np.ndarray) -> bool:
    """Tell whether rows are on the grid of one frequency, with at least half of its times there.

    Parameters
    ----------
    times : ndarray of shape [rows]
        ``datetime64[us]`` or ``int64``, in any order.
    codes : ndarray of int of shape [rows]
        Which series each row belongs to, from 0 on.

    Returns
    -------
    bool
        False also if a series has a time twice, or none has two.
    """
    order = np.lexsort((times, codes))
    times, codes = times[order], codes[order]
    offsets = np.searchsorted(codes, np.arange(codes[-1] + 2))
    if ((np.diff(codes) == 0) & (times[1:] == times[:-1])).any():
        return False
    freq = infer_frequency(times, offsets)
    if freq is None:
        return False
    begins = offsets[codes]
    steps = count_steps(times[begins], times, freq)
    on_grid = bool((add_steps(times[begins], steps, freq) == times).all())
    ends = np.flatnonzero(np.diff(codes, append=codes[-1] + 1))
    return on_grid and len(times) >= 0.5 * float((steps[ends] + 1).sum())


def _infer_months(days: np.ndarray, within: np.ndarray) -> str | None:
    """Name a calendar of months, quarters or years, or None if the days are not one."""
    months = days.astype("datetime64[M]")
    distances = np.diff(months)[within].astype(np.int64)
    if distances.min() < 1:
        return None
    first = months.astype("datetime64[D]")
    last = (months + _ONE_MONTH).astype("datetime64[D]") - _ONE_DAY
    if (days == last).all():
        kind = "E"
    elif len(np.unique(days - first)) == 1:
        kind = "S"
    elif (days == np.busday_offset(first, 0, roll="forward")).all():
        kind = "BS"
    elif (days == np.busday_offset(last, 0, roll="backward")).all():
        kind = "BE"
    else:
        return None
    count = int(_most_common(distances))
    business, edge = kind[:-1], kind[-1]
    month = int(months[0].astype(np.int64)) % 12
    if count % 12 == 0:
        plain = "JAN" if edge == "S" else "DEC"
        name, anchor, number = "Y", _MONTH_NAMES[month], count // 12
    elif count == 3:
        # Quarters are named by the month the first begins in, or the last ends in.
        plain = "JAN" if edge == "S" else "DEC"
        names = ("JAN", "FEB", "MAR") if edge == "S" else ("JAN", "FEB", "DEC")
        anchor = names[month % 3]
        name, number = "Q", 1
    else:
        return f"{_number(count)}{business}M{edge}"
    return f"{_number(number)}{business}{name}{edge}" + ("" if anchor == plain else f"-{anchor}")


def _most_common(values: np.ndarray) -> np.generic:
    """The value that occurs most often; the smallest of several."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct[np.argmax(counts)]


def _weekday(days: np.ndarray) -> np.ndarray:
    """Monday is 0; 1970-01-01 was a Thursday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _number(count: int) -> str:
    return "" if count == 1 else str(count)
