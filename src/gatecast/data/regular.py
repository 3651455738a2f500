"""Bring rows as they were read onto a regular calendar, and say what had to be done.

What happens to what:

- rows out of order are sorted, and it is said
- a time that a series has twice is an error, with one exception: an hour on the clock that is there
  twice because daylight saving ended (a Sunday in spring or autumn, before 4 o'clock, steps of an
  hour or less, no time zone given) is averaged, and it is said
- times with a zone are put on the local calendar for days and longer steps, and in UTC for shorter
  ones, so that a change of the clock is neither a gap nor a double
- a missing value and a missing row are the same: a gap. Gaps are filled by straight lines, up to a
  fifth of the series, and it is said; more is an error. Missing values before the first and after
  the last value are left out
- times off the grid, a series without any value, and infinite values are errors
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gatecast.data.calendar import (
    add_steps,
    begin_of_periods,
    count_steps,
    describe_frequency,
    is_daily_or_longer,
    normalise_frequency,
    periods_of,
)
from gatecast.data.inference import infer_frequency, infer_unusual_frequency
from gatecast.data.panel import Panel
from gatecast.data.rows import MAX_FILLED, Rows, lay_extra, show_time
from gatecast.data.sentinels import note_sentinels
from gatecast.errors import DataError

__all__ = ["MAX_FILLED", "DoubledTimesError", "Rows", "regularise", "show_time"]


class DoubledTimesError(DataError):
    """Say that a series has a time twice; perhaps it is several series."""


def regularise(rows: Rows, freq: object = None, *, strict: bool = False) -> Panel:
    """Bring rows onto a regular calendar.

    Parameters
    ----------
    rows : Rows
        At least one.
    freq : str, int or pandas offset, optional
        Distance from each time to the next; found from the times when not given.
    strict : bool, default False
        Whether a missing value or a gap is an error, and not filled.

    Returns
    -------
    Panel
        Each series in order, without gaps; its notes say what was done.

    Raises
    ------
    UsageError
        If ``freq`` is not a frequency.
    DataError
        If a series has a time twice, times off the grid, no value, or more gaps than are filled.
    """
    rows = _average_repeated_hours(_sort(rows))
    _refuse_doubles(rows)
    rows = _set_clock(rows, freq)
    label, moving = _choose_frequency(rows, freq)
    if moving and not strict:
        rows = _snap(rows, label)
    steps = _steps_on_grid(rows, label, given=freq is not None)
    if strict:
        _refuse_gaps(rows, steps, label)
    return _fill(rows if strict else note_sentinels(rows), steps, label)


def _snap(rows: Rows, freq: str | int) -> Rows:
    """Move times to the grid where each series has one row in each month, week or day.

    A month whose row is of its last trading day, or its third Friday, is that month.
    """
    if rows.times.dtype.kind != "M" or isinstance(freq, int):
        return rows
    periods = periods_of(rows.times, freq)
    offsets = rows.offsets()
    origin = np.repeat(rows.times[offsets[:-1]], np.diff(offsets))
    on_grid = add_steps(origin, count_steps(origin, rows.times, freq), freq) == rows.times
    if periods is None or on_grid.all():
        return rows
    if ((np.diff(periods) == 0) & (np.diff(rows.codes) == 0)).any():
        return rows
    schema = None if rows.schema is None else replace(rows.schema, moving_days=True)
    moved = replace(rows, times=begin_of_periods(periods, freq), schema=schema)
    unit = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}[
        freq.lstrip("B0123456789")[0]
    ]
    return moved.note(f"there is one row in each {unit}, on moving days: it stands for the {unit}")


def _refuse_gaps(rows: Rows, steps: np.ndarray, freq: str | int) -> None:
    blank = np.isnan(rows.values)
    if blank.any():
        at = int(np.argmax(blank))
        raise DataError(
            f'column "{rows.target_col}"{rows.of(rows.codes[at])} has no value in {rows.row_label} '
            f"{rows.row_numbers[at]}, {show_time(rows.times[at])}; nothing was changed: supply it"
        )
    gap = (np.diff(steps) > 1) & (np.diff(rows.codes) == 0)
    if gap.any():
        at = int(np.argmax(gap))
        missing = add_steps(rows.times[at : at + 1], np.ones(1, np.int64), freq)[0]
        raise DataError(
            f"there is no row{rows.of(rows.codes[at])} for {show_time(missing)}, between "
            f"{rows.row_label}s {rows.row_numbers[at]} and {rows.row_numbers[at + 1]}; nothing was "
            "changed: supply it"
        )
    for name, cells in rows.extra.items():
        blank = np.asarray(pd.isna(cells))
        if blank.any():
            at = int(np.argmax(blank))
            raise DataError(
                f'column "{name}"{rows.of(rows.codes[at])} has nothing in {rows.row_label} '
                f"{rows.row_numbers[at]}; nothing was changed: supply it"
            )


def _sort(rows: Rows) -> Rows:
    if np.any(rows.codes[1:] < rows.codes[:-1]):
        rows = rows.take(np.argsort(rows.codes, kind="stable"))
    backwards = (rows.times[1:] < rows.times[:-1]) & (rows.codes[1:] == rows.codes[:-1])
    if not backwards.any():
        return rows
    first = int(np.argmax(backwards)) + 1
    sentence = (
        f"rows were not in the order of time ({rows.row_label} {rows.row_numbers[first]} is the "
        "first) and have been sorted"
    )
    return rows.take(np.lexsort((rows.times, rows.codes))).note(sentence)


def _average_repeated_hours(rows: Rows) -> Rows:
    """Average an hour that the clock showed twice, where nothing else explains the doubles."""
    if rows.times.dtype.kind != "M" or rows.time_zone is not None:
        return rows
    same = _repeats(rows)
    if not same.any():
        return rows
    doubled = pd.Series(rows.times[1:][same]).dt
    changes_clock = (
        (doubled.day_of_week == 6) & (doubled.hour < 4) & doubled.month.isin([3, 4, 9, 10, 11])
    )
    days = pd.DataFrame(
        {"code": rows.codes[1:][same], "day": doubled.normalize(), "hour": doubled.floor("h")}
    )
    one_hour = (days.groupby(["code", "day"])["hour"].nunique() == 1).all()
    thrice = (same[1:] & same[:-1]).any()
    distances = np.diff(rows.times)[~same & (rows.codes[1:] == rows.codes[:-1])]
    hourly = len(distances) > 0 and np.median(distances.astype(np.int64)) <= 3_600_000_000
    if not (changes_clock.all() and one_hour and hourly) or thrice:
        return rows

    values = rows.values.copy()
    at = np.flatnonzero(same)
    values[at] = values[at] / 2 + values[at + 1] / 2  # the sum could overflow
    keep = np.ones(len(values), dtype=bool)
    keep[at + 1] = False
    number = len(np.unique(days["day"]))
    sentence = (
        f"the hour that is there twice where daylight saving ends ({show_time(rows.times[at[0]])}"
        + (f" and {number - 1} more" if number > 1 else "")
        + ") has been averaged; times with their zone (+02:00) would keep both"
    )
    return replace(rows, values=values).take(keep).note(sentence)


def _repeats(rows: Rows) -> np.ndarray:
    """Where a row has the time of the row before it, in the same series; shape [total - 1]."""
    return (rows.times[1:] == rows.times[:-1]) & (rows.codes[1:] == rows.codes[:-1])


def _refuse_doubles(rows: Rows) -> None:
    same = _repeats(rows)
    if not same.any():
        return
    at = int(np.argmax(same))
    first, second = sorted(rows.row_numbers[at : at + 2])
    more = int(same.sum()) - 1
    advice = "keep one row for each time"
    if rows.id_col is None:
        advice += ", or name the column that tells series apart with id_col"
    raise DoubledTimesError(
        f"the time {show_time(rows.times[at])}{rows.of(rows.codes[at])} is there twice, in "
        f"{rows.row_label}s {first} and {second}"
        + (f" ({more} more like it)" if more else "")
        + f": {advice}"
    )


def _set_clock(rows: Rows, freq: object) -> Rows:
    """Put times with a zone on the local calendar if they are whole days apart there."""
    if rows.time_zone is None:
        return rows
    index = pd.DatetimeIndex(rows.times).tz_localize("UTC").tz_convert(rows.time_zone)
    local = index.tz_localize(None).to_numpy().astype("datetime64[us]")
    found = infer_frequency(local, rows.offsets()) if freq is None else normalise_frequency(freq)
    counted = "steps are counted in UTC"
    if found is not None and is_daily_or_longer(found):
        rows, counted = replace(rows, times=local), "days are those of its calendar"
    if rows.time_zone == "UTC":
        return rows
    return rows.note(f"times are in the zone {rows.time_zone}; {counted}")


def _choose_frequency(rows: Rows, freq: object) -> tuple[str | int, bool]:
    """Give the frequency, and whether a row may be anywhere in its month, week or day."""
    if freq is not None:
        label = normalise_frequency(freq)
        if isinstance(label, int) is (rows.times.dtype.kind == "M"):
            kind = "dates" if rows.times.dtype.kind == "M" else "step numbers"
            raise DataError(
                f'freq={label!r} was asked for, but the times in column "{rows.time_col}" are '
                f"{kind}: leave freq out or give one that fits"
            )
        return label, True
    found = infer_frequency(rows.times, rows.offsets())
    if found is None:
        raise DataError(
            f"there is one row{rows.of(0)}, which leaves the distance between times unknown: "
            "supply more history, or say it with freq"
        )
    if _explains(rows, found):
        return found, False
    unusual = infer_unusual_frequency(rows.times, rows.offsets())
    if unusual is None or ("@" in unusual and not _explains(rows, unusual)):
        return found, False
    return unusual, True


def _explains(rows: Rows, freq: str | int) -> bool:
    """Whether times are on the grid of a frequency, without more gaps than are filled."""
    offsets = rows.offsets()
    origin = np.repeat(rows.times[offsets[:-1]], np.diff(offsets))
    steps = count_steps(origin, rows.times, freq)
    if (add_steps(origin, steps, freq) != rows.times).any():
        return False
    counts = np.diff(offsets)
    spans = steps[offsets[1:][counts > 0] - 1] + 1
    return bool((spans - counts[counts > 0] <= MAX_FILLED * spans).all())


def _steps_on_grid(rows: Rows, freq: str | int, *, given: bool) -> np.ndarray:
    """Count the steps of each row from the first of its series, or name the first off the grid."""
    offsets = rows.offsets()
    origin = np.repeat(rows.times[offsets[:-1]], np.diff(offsets))
    steps = count_steps(origin, rows.times, freq)
    off = add_steps(origin, steps, freq) != rows.times
    if not off.any():
        return steps
    at = int(np.argmax(off))
    words = _in_words(freq)
    begins = f"{show_time(origin[at])}{rows.of(rows.codes[at])}"
    found = infer_frequency(rows.times, offsets) if given else None
    if found is not None and found != freq:
        raise DataError(
            f"{words} was asked for, but {rows.row_label} {rows.row_numbers[at]} has the time "
            f"{show_time(rows.times[at])}, which is no whole number of steps after {begins}: the "
            f"times look {_in_words(found)}"
        )
    raise DataError(
        f"times are irregular: they look {words}, but {rows.row_label} {rows.row_numbers[at]} has "
        f"{show_time(rows.times[at])}, which is no whole number of steps after {begins}: correct "
        "it, or bring the rows to regular times first"
    )


def _fill(rows: Rows, steps: np.ndarray, freq: str | int) -> Panel:
    present = ~np.isnan(rows.values)
    kept = np.flatnonzero(present)
    codes = rows.codes[kept]
    counts = np.bincount(codes, minlength=len(rows.ids))
    if (counts == 0).any():
        code = int(np.argmax(counts == 0))
        raise DataError(
            f'column "{rows.target_col}"{rows.of(code)} has no value at all: supply values or '
            "leave the series out"
        )
    ends = np.cumsum(counts)
    first, last = steps[kept[ends - counts]], steps[kept[ends - 1]]
    lengths = last - first + 1
    rows = _note_edges(rows, steps, first, last)
    rows = rows.note(_summary(rows, freq, lengths))

    missing = lengths - counts
    if (missing > MAX_FILLED * lengths).any():
        code = int(np.argmax(missing / lengths))
        part = slice(ends[code] - counts[code], ends[code])
        widest = int(np.argmax(np.diff(steps[kept[part]]))) + part.start
        raise DataError(
            f"{missing[code]} of {lengths[code]} steps{rows.of(code)} have no value (times "
            f"{describe_frequency(freq)}; the longest gap is after {rows.row_label} "
            f"{rows.row_numbers[kept[widest]]}, {show_time(rows.times[kept[widest]])}), and "
            f"no more than {MAX_FILLED:.0%} are filled in: supply them, or say the right distance "
            "with freq"
        )

    offsets = np.concatenate([[0], np.cumsum(lengths)])
    if missing.any():
        at = offsets[codes] + steps[kept] - first[codes]
        filled = np.ones(offsets[-1], dtype=bool)
        filled[at] = False
        # Every series begins and ends with a value, so no line runs from one into the next.
        # Four times smaller, the distance between two of the largest numbers does not overflow.
        known = rows.values[kept] / 4
        values = np.interp(np.arange(offsets[-1]), at, known) * 4
        values[at] = rows.values[kept]
        origin = np.repeat(rows.times[rows.offsets()[:-1]], lengths)
        from_origin = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, lengths)
        times = add_steps(origin, from_origin, freq)
        rows = rows.note(_gap_sentence(rows, kept, steps, missing))
    else:
        filled = np.zeros(len(kept), dtype=bool)
        values, times = rows.values[kept], rows.times[kept]
    extra, sentences = lay_extra(rows, steps, first, last, offsets)
    return Panel(
        ids=rows.ids,
        offsets=offsets,
        times=times,
        values=values,
        filled=filled,
        freq=freq,
        id_col=rows.id_col,
        time_col=rows.time_col,
        target_col=rows.target_col,
        time_zone=rows.time_zone,
        notes=(*rows.notes, *sentences),
        extra=extra,
        schema=rows.schema,
    )


def _note_edges(rows: Rows, steps: np.ndarray, first: np.ndarray, last: np.ndarray) -> Rows:
    before = int((steps < first[rows.codes]).sum())
    after = int((steps > last[rows.codes]).sum())
    for number, where in ((before, "before the first value"), (after, "after the last value")):
        if number:
            rows = rows.note(
                f"{number} {'row' if number == 1 else 'rows'} without a value {where}"
                + (" of a series" if len(rows.ids) > 1 else "")
                + (" has" if number == 1 else " have")
                + " been left out"
            )
    return rows


def _summary(rows: Rows, freq: str | int, lengths: np.ndarray) -> str:
    begin, end = show_time(rows.times.min()), show_time(rows.times.max())
    shortest, longest = int(lengths.min()), int(lengths.max())
    size = f"{longest} step{'' if longest == 1 else 's'}"
    if len(rows.ids) > 1:
        size = (
            f"{len(rows.ids)} series of "
            + ("" if shortest == longest else f"{shortest} to ")
            + size
        )
    return f"times are {_in_words(freq)}, from {begin} to {end}: {size}"


def _in_words(freq: str | int) -> str:
    option = freq if isinstance(freq, int) else f'"{freq}"'
    return f"{describe_frequency(freq)} (freq={option})"


def _gap_sentence(rows: Rows, kept: np.ndarray, steps: np.ndarray, missing: np.ndarray) -> str:
    jumps = np.where(np.diff(rows.codes[kept]) == 0, np.diff(steps[kept]) - 1, 0)
    gaps, longest = int((jumps > 0).sum()), int(np.argmax(jumps))
    total, touched = int(missing.sum()), int((missing > 0).sum())
    row = kept[longest]
    where = f"after {show_time(rows.times[row])}{rows.of(int(rows.codes[row]))}"
    steps_word = "step" if jumps[longest] == 1 else "steps"
    if gaps == 1:
        sentence = f"a gap of {total} {steps_word} {where} has been filled by a straight line"
    else:
        among = f" in {touched} of {len(rows.ids)} series" if len(rows.ids) > 1 else ""
        sentence = (
            f"{gaps} gaps{among} have been filled by straight lines, {total} steps in all; "
            f"the longest has {jumps[longest]} {steps_word}, {where}"
        )
    return sentence + ". Where no row means zero, write the zeros into the data"
