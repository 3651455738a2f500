"""Find the frequency of times."""

from __future__ import annotations

import numpy as np

from gatecast.data.calendar import (
    add_steps,
    begin_of_periods,
    count_steps,
    day_of_week,
    periods_of,
)
from gatecast.data.frequency import (
    DAY,
    DAY_NAMES,
    FIXED,
    HOUR,
    MONTH_NAMES,
    SECOND,
    WEEK,
    parse_frequency,
)

__all__ = ["infer_frequency", "infer_unusual_frequency", "is_regular", "on_day_of_month"]

#: Not every month has this day.
_LATE = 29
_ONE_DAY, _ONE_MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")


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
    if same_time_of_day and typical >= 28 * DAY:
        month_label = _infer_months(days, within)
        if month_label is not None:
            return month_label
    if typical % WEEK == 0:
        return f"{_number(typical // WEEK)}W-{DAY_NAMES[day_of_week(days[:1])[0]]}"
    if same_time_of_day and typical < WEEK:
        week = np.bincount(day_of_week(days), minlength=7) > 0
        three_weeks = np.timedelta64(21, "D")
        spans = days[np.maximum(offsets[1:] - 1, 0)] - days[np.minimum(offsets[:-1], len(days) - 1)]
        if len(days) >= 3 * week.sum() and (spans >= three_weeks).any() and not week.all():
            mask = "".join("1" if open_ else "0" for open_ in week)
            return "B" if mask == "1111100" else f"C-{mask}"
    unit = next(name for name, size in FIXED.items() if name != "W" and typical % size == 0)
    return f"{_number(typical // FIXED[unit])}{unit}"


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


def on_day_of_month(freq: str | int, times: np.ndarray, offsets: np.ndarray) -> str | int:
    """Add the day of the month to a frequency of months, where February may be too short for it.

    Parameters
    ----------
    freq : str or int
        The frequency.
    times, offsets
        As of :func:`infer_frequency`.

    Returns
    -------
    str or int
        Such as ``"MS@30"``; the same where times are on no such day.
    """
    one = parse_frequency(freq)
    if one.kind != "S" or one.day or times.dtype.kind != "M":
        return freq
    days = times.astype("datetime64[D]")
    latest = int((days - days.astype("datetime64[M]").astype("datetime64[D]")).max() / _ONE_DAY) + 1
    if latest < _LATE:
        return freq
    dated = f"{freq}@{latest}"
    origin = np.repeat(times[offsets[:-1]], np.diff(offsets))
    on_grid = add_steps(origin, count_steps(origin, times, dated), dated) == times
    return dated if on_grid.all() else freq


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
    elif (days == np.minimum(first + (days - first).max(), last)).all():
        kind = "S"
    elif (days == np.busday_offset(first, 0, roll="forward")).all():
        kind = "BS"
    elif (days == np.busday_offset(last, 0, roll="backward")).all():
        kind = "BE"
    else:
        return None
    count = int(_most_common(distances))
    business, edge = kind[:-1], kind[-1]
    latest = int((days - first).max() / _ONE_DAY) + 1
    suffix = f"@{latest}" if kind == "S" and latest >= _LATE else ""
    month = int(months[0].astype(np.int64)) % 12
    if count % 12 == 0:
        plain = "JAN" if edge == "S" else "DEC"
        name, start, number = "Y", MONTH_NAMES[month], count // 12
    elif count == 3:
        # Quarters are named by the month the first begins in, or the last ends in.
        plain = "JAN" if edge == "S" else "DEC"
        names = ("JAN", "FEB", "MAR") if edge == "S" else ("JAN", "FEB", "DEC")
        start = names[month % 3]
        name, number = "Q", 1
    else:
        return f"{_number(count)}{business}M{edge}{suffix}"
    suffix = suffix if start == plain else f"-{start}{suffix}"
    return f"{_number(number)}{business}{name}{edge}{suffix}"


def _most_common(values: np.ndarray) -> np.generic:
    """The value that occurs most often; the smallest of several."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct[np.argmax(counts)]


def _number(count: int) -> str:
    return "" if count == 1 else str(count)


# ------------------------------------------------------------- times that no one distance explains


def infer_unusual_frequency(times: np.ndarray, offsets: np.ndarray) -> str | None:
    """Find sessions, accounting periods, or one row in each period, where no distance fits.

    Parameters
    ----------
    times, offsets
        As of :func:`infer_frequency`.

    Returns
    -------
    str or None
        The frequency. All times are on its grid, or, of one row in each month, week or day, would
        be if each period had its own.
    """
    if times.dtype.kind != "M" or len(times) < 3:
        return None
    within = np.ones(len(times) - 1, dtype=bool)
    joints = offsets[1:-1]
    within[joints[(joints > 0) & (joints < len(times))] - 1] = False
    distances = np.diff(times)[within].astype(np.int64)
    if not len(distances):
        return None
    return (
        _infer_cycle(times, distances)
        or _infer_sessions(times, distances)
        or _infer_weekday_of_month(times, distances)
        or _infer_periods(times, offsets, distances)
    )


def _infer_cycle(times: np.ndarray, distances: np.ndarray) -> str | None:
    """Find periods of 4, 4 and 5 weeks."""
    if not np.isin(distances, (4 * WEEK, 5 * WEEK)).all() or len(distances) < 5:
        return None
    for start in times[:3]:
        away = (times - start).astype(np.int64) % (13 * WEEK)
        if np.isin(away, (0, 4 * WEEK, 8 * WEEK)).all():
            return f"4-4-5W@{np.datetime_as_string(start, unit='D')}"
    return None


def _infer_weekday_of_month(times: np.ndarray, distances: np.ndarray) -> str | None:
    """Find the same weekday of each month, such as the third Friday."""
    if not (distances >= 4 * WEEK).all() or len(distances) < 2:
        return None
    days = times.astype("datetime64[D]")
    weekdays, months = day_of_week(days), days.astype("datetime64[M]")
    if len(np.unique(weekdays)) > 1:
        return None
    name = DAY_NAMES[int(weekdays[0])]
    which = np.unique((days - months.astype("datetime64[D]")).astype(np.int64) // 7)
    if len(which) == 1 and which[0] < 4:
        return f"WOM-{which[0] + 1}{name}"
    last = (months + np.timedelta64(1, "M")).astype("datetime64[D]") - days
    return f"LWOM-{name}" if (last.astype(np.int64) <= 7).all() else None


def _infer_sessions(times: np.ndarray, distances: np.ndarray) -> str | None:
    """Find the steps within a market's or a shop's hours."""
    step = int(_most_common(distances).astype(np.int64))
    if step % (60 * SECOND) or step >= DAY or DAY % step:
        return None
    days = times.astype("datetime64[D]")
    clock = (times - days).astype(np.int64)
    first = int(clock.min())
    if ((clock - first) % step).any():
        return None
    weekdays = day_of_week(days)
    counts = {day: len(np.unique(days[weekdays == day])) for day in np.unique(weekdays)}
    groups: dict[str, list[int]] = {}
    for day, count in counts.items():
        slots, counts_of = np.unique(clock[weekdays == day], return_counts=True)
        usual = slots[counts_of * 2 > count]  # a day that closes early does not have them all
        if len(usual):
            groups.setdefault(_ranges(usual, step), []).append(int(day))
    weeks = len(np.unique((days.astype(np.int64) + 3) // 7))
    if weeks < 3 and len(groups) == 1 and max(counts) < 5:
        groups = {next(iter(groups)): [0, 1, 2, 3, 4]}  # a holiday does not make a week shorter
    slots = sum(
        len(open_) * sum(_steps_in(part, step) for part in ranges.split("+"))
        for ranges, open_ in groups.items()
    )
    if slots in (0, WEEK // step):
        return None
    written = ";".join(
        "".join("1" if day in open_ else "0" for day in range(7)) + ":" + ranges
        for ranges, open_ in groups.items()
    )
    minutes = step // (60 * SECOND)
    unit = f"{_number(minutes // 60)}h" if minutes % 60 == 0 else f"{_number(minutes)}min"
    return f"{unit}@{written}"


def _ranges(slots: np.ndarray, step: int) -> str:
    """Write times of day as "0930-1545", with "+" between sessions."""
    breaks = np.flatnonzero(np.diff(slots) != step) + 1
    parts = np.split(slots, breaks)
    return "+".join(f"{_clock(int(part[0]))}-{_clock(int(part[-1]))}" for part in parts)


def _steps_in(part: str, step: int) -> int:
    """Count the steps of a range such as "0930-1545"."""
    begin, end = (int(text[:2]) * HOUR + int(text[2:]) * 60 * SECOND for text in part.split("-"))
    return (end - begin) // step + 1


def _clock(time: int) -> str:
    return f"{time // HOUR:02d}{time % HOUR // (60 * SECOND):02d}"


def _infer_periods(times: np.ndarray, offsets: np.ndarray, distances: np.ndarray) -> str | None:
    """Find one row in each day, week, month, quarter or year, on moving days."""
    typical = int(np.median(distances))
    late = np.median((times - times.astype("datetime64[M]")).astype(np.int64)) > 20 * DAY
    edge = "E" if late else "S"
    choices = (
        (0.5 * DAY, 1.6 * DAY, "D"),
        (4 * DAY, 10 * DAY, "W-MON"),
        (25 * DAY, 37 * DAY, f"M{edge}"),
        (80 * DAY, 102 * DAY, f"Q{edge}"),
        (330 * DAY, 400 * DAY, f"Y{edge}"),
    )
    label = next((name for low, high, name in choices if low <= typical <= high), None)
    periods = None if label is None else periods_of(times, label)
    if label is None or periods is None:
        return None
    codes = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    within = np.diff(codes) == 0
    steps = np.diff(periods)[within]
    if (steps < 1).any() or (steps > 1).mean() > 0.1:
        return None
    # where most rows are in one place of their period, those that are not are errors
    within_period = (times - begin_of_periods(periods, label)).astype(np.int64)
    _, counts = np.unique(within_period, return_counts=True)
    return None if counts.max() >= 0.8 * len(times) else label
