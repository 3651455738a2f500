"""What a frequency is: name it, count its steps, go on into the future.

A frequency is written as pandas writes it (``"h"``, ``"15min"``, ``"D"``, ``"B"``, ``"W-MON"``,
``"MS"``, ``"QE"``, ``"YS"``, ...), or as an integer for times that are step numbers or years. A
week of other working days than Monday to Friday is ``"C-1111110"``, NumPy's week mask from Monday
on. Sessions of a market and accounting periods are in :mod:`gatecast.data.frequency`.

Times are NumPy arrays, ``datetime64[us]`` or ``int64``, without a time zone. Steps are counted from
an origin, the first time of the series, which gives them their time of day and day of the month;
anchors such as the ``MON`` of ``W-MON`` are part of the name only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatecast.data.frequency import (
    DAY,
    HOUR,
    SECOND,
    WEEK,
    parse_frequency,
)
from gatecast.errors import UsageError, too_small
from gatecast.messages import Message, message

__all__ = [
    "add_steps",
    "begin_of_periods",
    "candidate_seasons",
    "count_steps",
    "day_of_week",
    "default_season_length",
    "describe_frequency",
    "future_times",
    "is_daily_or_longer",
    "normalise_frequency",
    "periods_of",
    "steps_of_day",
    "time_of_day",
]

_YEAR = 365 * DAY + DAY // 4
# NumPy 2.5 wants the unit of a step said: a bare 1 warns, and will be an error
_ONE_DAY, _ONE_MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")


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
    return parse_frequency(freq).label


_REGULAR = {HOUR: "frequency.hourly", DAY: "frequency.daily", WEEK: "frequency.weekly"}
_EVERY = {
    WEEK: "frequency.weeks",
    DAY: "frequency.days",
    HOUR: "frequency.hours",
    60 * SECOND: "frequency.minutes",
    SECOND: "frequency.seconds",
    1_000: "frequency.milliseconds",
    1: "frequency.microseconds",
}
_EACH = {
    60 * SECOND: "frequency.minute",
    SECOND: "frequency.second",
    1_000: "frequency.millisecond",
    1: "frequency.microsecond",
}
_MONTHS = {1: "frequency.monthly", 3: "frequency.quarterly", 12: "frequency.yearly"}
_NTH = (
    "frequency.last_day",
    "frequency.first_day",
    "frequency.second_day",
    "frequency.third_day",
    "frequency.fourth_day",
)
_WITHIN = {
    "E": "frequency.at_the_end",
    "BS": "frequency.first_business_day",
    "BE": "frequency.last_business_day",
}


def describe_frequency(freq: str | int) -> Message:
    """Describe a frequency in words, such as "daily" or "every 15 minutes".

    Parameters
    ----------
    freq : str or int
        The frequency.

    Returns
    -------
    Message
    """
    one = parse_frequency(freq)
    if one.kind == "integer":
        return message("frequency.steps", n=one.count)
    if one.kind == "weekdays":
        days = [day for day, is_open in enumerate(one.week) if is_open == "1"]
        if len(days) > 2 and "1" * len(days) in one.week:
            return message("frequency.week", first=[days[0]], last=[days[-1]])
        return message("frequency.on_days", days=days)
    if one.kind == "slots" and one.period != WEEK:
        return message("frequency.periods", weeks=str(one.label).partition("W")[0])
    if one.kind == "slots":
        step = describe_frequency(str(one.label).partition("@")[0])
        return message("frequency.sessions", step=step)
    if one.kind == "fixed":
        if one.count in _REGULAR:
            return message(_REGULAR[one.count])
        unit = next(unit for unit in _EVERY if one.count % unit == 0)
        if one.count == unit:
            return message(_EACH[unit])
        return message(_EVERY[unit], n=one.count // unit)
    if one.kind == "nth":
        order, day = one.slots
        return message(_NTH[order], day=[day])
    is_named = one.count in _MONTHS
    step = message(_MONTHS[one.count]) if is_named else message("frequency.months", n=one.count)
    return step if one.kind == "S" else message(_WITHIN[one.kind], step=step)


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
    one = parse_frequency(freq)
    if one.kind == "integer":
        return 1
    if one.kind == "weekdays":
        return one.week.count("1")
    if one.kind == "slots":
        if one.period != WEEK:
            return len(one.slots) * 4  # thirteen weeks are a quarter
        days = np.bincount(np.array(one.slots) // DAY)
        return int(np.bincount(days[days > 0]).argmax())
    if one.kind != "fixed":
        return _whole(12, one.count)
    if one.count % WEEK == 0:
        return _whole(52, one.count // WEEK)
    if one.count % DAY == 0:
        return _whole(7, one.count // DAY)
    return _whole(HOUR if one.count < 60 * SECOND else DAY, one.count)


def candidate_seasons(freq: str | int) -> tuple[int, ...]:
    """Give the number of steps of each season that a series of this frequency may have.

    Parameters
    ----------
    freq : str or int
        A frequency.

    Returns
    -------
    tuple of int
        From short to long: a day, a week and a year for times of a minute to less than a day, a
        week and a year for days, else the usual season alone; 365 days and a quarter are a year.
    """
    usual = default_season_length(freq)
    one = parse_frequency(freq)
    if one.kind != "fixed" or not 60 * SECOND <= one.count <= DAY or usual == 1:
        return (usual,)
    week = _whole(WEEK, one.count)
    return (usual, *(m for m in (week, _YEAR // one.count) if m > usual))


def steps_of_day(freq: str | int) -> int:
    """Give how many steps a day has.

    Parameters
    ----------
    freq : str or int
        A frequency.

    Returns
    -------
    int
        1 for days; 0 for longer steps, step numbers, and where it is no whole number.
    """
    one = parse_frequency(freq)
    if one.kind == "weekdays":
        return 1
    return DAY // one.count if one.kind == "fixed" and DAY % one.count == 0 else 0


def day_of_week(times: np.ndarray) -> np.ndarray:
    """Give the day of the week of times; 1970-01-01 was a Thursday.

    Parameters
    ----------
    times : ndarray of datetime64
        Of any shape and unit.

    Returns
    -------
    ndarray of int64
        0 for Monday to 6 for Sunday.
    """
    return (times.astype("datetime64[D]").astype(np.int64) + 3) % 7


def local_times(times: np.ndarray, time_zone: str) -> np.ndarray:
    """Give what clocks of a time zone show.

    Parameters
    ----------
    times : ndarray of shape [n], datetime64
        In UTC.
    time_zone : str
        Of the clocks.

    Returns
    -------
    ndarray of shape [n], datetime64[us]
        Without a zone.
    """
    index = pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(time_zone)
    return index.tz_localize(None).to_numpy().astype("datetime64[us]")


def time_of_day(times: np.ndarray) -> np.ndarray:
    """Give the share of their day that is over at times.

    Parameters
    ----------
    times : ndarray of datetime64
        Of any shape and unit.

    Returns
    -------
    ndarray of float64
        0 at midnight, below 1.
    """
    return (times - times.astype("datetime64[D]")) / _ONE_DAY


def _whole(season: int, step: int) -> int:
    return season // step if season % step == 0 else 1


def is_daily_or_longer(freq: str | int) -> bool:
    """Tell frequencies that live on calendar days from those that live on the clock.

    Times with a zone are counted on the local calendar in the first case and in UTC in the second,
    so that neither has a gap or a double where daylight saving begins or ends.

    Parameters
    ----------
    freq : str or int
        As of a :class:`~gatecast.data.panel.Panel`.

    Returns
    -------
    bool
        True for days, weeks, months, quarters and years.
    """
    one = parse_frequency(freq)
    return one.kind not in ("fixed", "integer") or (one.kind == "fixed" and one.count % DAY == 0)


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
    one = parse_frequency(freq)
    if one.kind == "integer":
        return (times - origin) // one.count
    if one.kind == "fixed":
        return (times - origin).astype("timedelta64[us]").astype(np.int64) // one.count
    if one.kind == "weekdays":
        days, first = times.astype("datetime64[D]"), origin.astype("datetime64[D]")
        return np.busday_count(first, days, weekmask=one.week)
    if one.kind == "slots":
        return one.number(times) - one.number(origin)
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
        for it; ``"MS@30"`` goes on with the 30th after a February.

    Returns
    -------
    ndarray
        Times, of the origin's dtype.
    """
    one = parse_frequency(freq)
    if one.kind == "integer":
        return origin + steps * one.count
    if one.kind == "fixed":
        return origin + (steps * one.count).astype("timedelta64[us]")
    if one.kind == "slots":
        return one.time(one.number(origin) + steps)
    days = origin.astype("datetime64[D]")
    time_of_day = origin - days
    if one.kind == "weekdays":
        moved = np.busday_offset(days, steps, roll="forward", weekmask=one.week)
        return moved + time_of_day
    month = origin.astype("datetime64[M]")
    target = month + (steps * one.count).astype("timedelta64[M]")
    first = target.astype("datetime64[D]")
    last = (target + _ONE_MONTH).astype("datetime64[D]") - _ONE_DAY
    if one.kind == "nth":
        which, day = one.slots
        begin = first if which else last - np.timedelta64(6, "D")
        ahead = (day - (begin.astype(np.int64) + 3)) % 7 + 7 * max(which - 1, 0)
        moved = begin + ahead.astype("timedelta64[D]")
    elif one.kind == "S":
        moved = np.minimum(first + _day_of_month(days, month, one.day), last)
    elif one.kind == "E":
        moved = last
    elif one.kind == "BS":
        moved = np.busday_offset(first, 0, roll="forward")
    else:
        moved = np.busday_offset(last, 0, roll="backward")
    return moved + time_of_day


def _day_of_month(days: np.ndarray, month: np.ndarray, day: int) -> np.ndarray:
    """Count the days from the first of each month; of a shorter month's last day, to ``day``."""
    begin = month.astype("datetime64[D]")
    after = days - begin
    cut = (days + _ONE_DAY).astype("datetime64[M]") > month
    wanted = np.timedelta64(day - 1, "D")
    return np.where(cut & (after < wanted), wanted, after) if day else after


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
        raise too_small("h", h, 1)
    origin = np.asarray(last)
    dates = origin.dtype.kind == "M"
    if dates is (parse_frequency(freq).kind == "integer"):
        raise UsageError(
            message("table.freq_of_dates" if dates else "table.freq_of_steps", freq=freq)
        )
    origin = origin.astype("datetime64[us]" if dates else np.int64)
    return add_steps(origin[..., np.newaxis], np.arange(1, h + 1), freq)


def periods_of(times: np.ndarray, freq: str | int) -> np.ndarray | None:
    """Number the month, quarter, year, week or day that each time is in; None below a day.

    Parameters
    ----------
    times : ndarray of datetime64[us]
    freq : str or int
        A frequency of one such period or several.

    Returns
    -------
    ndarray of int64, shape as of times, or None
        Consecutive numbers.
    """
    one = parse_frequency(freq)
    if one.kind in ("S", "E", "BS", "BE", "nth"):
        return times.astype("datetime64[M]").astype(np.int64) // one.count
    if one.kind == "fixed" and one.count in (DAY, WEEK):
        days = times.astype("datetime64[D]").astype(np.int64)
        return days if one.count == DAY else (days + 3) // 7
    return None


def begin_of_periods(periods: np.ndarray, freq: str | int) -> np.ndarray:
    """Give the first or last day of periods, as the frequency has it.

    Parameters
    ----------
    periods : ndarray of int64
        What :func:`periods_of` gave.
    freq : str or int
        The frequency.

    Returns
    -------
    ndarray of datetime64, shape as of periods
        A day each.
    """
    one = parse_frequency(freq)
    if one.kind == "fixed":
        length = one.count // DAY
        days = periods * length - (3 if length == 7 else 0)
        return days.astype("datetime64[D]").astype("datetime64[us]")
    first = (periods * one.count).astype("datetime64[M]").astype("datetime64[us]")
    return add_steps(first, np.zeros_like(periods), freq)
