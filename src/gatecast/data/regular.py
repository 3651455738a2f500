"""Bring rows as they were read onto a regular calendar, and say what had to be done.

What happens to what:

- rows out of order are sorted, and it is said
- rows of events are first brought to one row for each period, where that is requested; see
  :mod:`gatecast.data.aggregation`
- else a time that a series has twice is an error, with one exception: an hour on the clock that is
  there twice because daylight saving ended (a Sunday in spring or autumn, before 4 o'clock, steps
  of an hour or less, no time zone given) is averaged, and it is said
- times with a zone are put on the local calendar for days and longer steps, and in UTC for shorter
  ones, so that a change of the clock is neither a gap nor a double
- a missing value and a missing row are the same: a gap. Gaps are filled by straight lines, up to a
  fifth of the series, and it is said. Missing values before the first and after the last value are
  left out
- of a series with more gaps than are filled, what comes before a long gap is not used if half of
  its values or more come after it, and it is said
- a series without any value, or else with more gaps than are filled, is left out, and it is said;
  where all are so, it is an error
- times off the grid, infinite values and those beyond ±1e150 are errors
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gatecast.data.aggregation import aggregate_rows, aggregated_frequency
from gatecast.data.calendar import (
    add_steps,
    begin_of_periods,
    count_steps,
    describe_frequency,
    is_daily_or_longer,
    local_times,
    normalise_frequency,
    periods_of,
)
from gatecast.data.frequency import parse_frequency
from gatecast.data.gaps import MAX_FILLED, draw_lines, whole_part
from gatecast.data.inference import infer_frequency, infer_unusual_frequency, on_day_of_month
from gatecast.data.left_out import warn_left_out
from gatecast.data.panel import Panel
from gatecast.data.rows import Rows, lay_extra, show_time
from gatecast.data.sentinels import note_sentinels
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = [
    "MAX_FILLED", "DoubledTimesError", "NothingUsableError", "Rows", "regularise", "show_time",
]  # fmt: skip


_MOVING_DAYS = {
    "D": "reading.one_a_day",
    "W": "reading.one_a_week",
    "M": "reading.one_a_month",
    "Q": "reading.one_a_quarter",
    "Y": "reading.one_a_year",
}


class DoubledTimesError(DataError):
    """Say that a series has a time twice; perhaps it is several series."""


class NothingUsableError(DataError):
    """Say that no series of a table can be used; ``note`` lists them."""

    note: Message


def regularise(
    rows: Rows, freq: object = None, *, strict: bool = False, aggregate: str | None = None
) -> Panel:
    """Bring rows onto a regular calendar.

    Parameters
    ----------
    rows : Rows
        At least one.
    freq : str, int or pandas offset, optional
        Distance from each time to the next; found from the times when not given.
    strict : bool, default False
        Whether a missing value or a gap is an error, and not filled.
    aggregate : {"sum", "mean", "last", "count"}, optional
        What becomes of several rows of a period; see :mod:`gatecast.data.aggregation`.

    Returns
    -------
    Panel
        Each series in order, without gaps; its notes say what was done.

    Raises
    ------
    UsageError
        If ``freq`` is not a frequency.
    DataError
        If a series has a time twice or times off the grid, or if all have no value, or more gaps
        than are filled.
    """
    if aggregate is None:
        rows = _average_repeated_hours(_sort(rows))
        _refuse_doubles(rows)
        rows = _set_clock(rows, freq)
    else:
        freq = aggregated_frequency(rows, freq)
        rows = aggregate_rows(_set_clock(rows, freq), aggregate, freq)
    label, moving = _choose_frequency(rows, freq)
    if freq is not None and not strict:
        label = on_day_of_month(label, rows.times, rows.offsets())
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
    return moved.note(message(_MOVING_DAYS[freq.lstrip("B0123456789")[0]]))


def _refuse_gaps(rows: Rows, steps: np.ndarray, freq: str | int) -> None:
    blank = np.isnan(rows.values)
    if blank.any():
        at = int(np.argmax(blank))
        raise DataError(
            message(
                "table.no_new_value", column=rows.target_col, of=rows.of(rows.codes[at]),
                row=rows.row(at), time=show_time(rows.times[at]),
            )
        )  # fmt: skip
    gap = (np.diff(steps) > 1) & (np.diff(rows.codes) == 0)
    if gap.any():
        at = int(np.argmax(gap))
        missing = add_steps(rows.times[at : at + 1], np.ones(1, np.int64), freq)[0]
        raise DataError(
            message(
                "table.no_new_row", of=rows.of(rows.codes[at]), time=show_time(missing),
                before=rows.row(at), after=rows.row(at + 1),
            )
        )  # fmt: skip
    for name, cells in rows.extra.items():
        blank = np.asarray(pd.isna(cells))
        if blank.any():
            at = int(np.argmax(blank))
            raise DataError(
                message(
                    "table.no_new_cell", column=name, of=rows.of(rows.codes[at]), row=rows.row(at)
                )
            )


def _sort(rows: Rows) -> Rows:
    if np.any(rows.codes[1:] < rows.codes[:-1]):
        rows = rows.take(np.argsort(rows.codes, kind="stable"))
    backwards = (rows.times[1:] < rows.times[:-1]) & (rows.codes[1:] == rows.codes[:-1])
    if not backwards.any():
        return rows
    first = int(np.argmax(backwards)) + 1
    note = message("reading.sorted", row=rows.row(first))
    return rows.take(np.lexsort((rows.times, rows.codes))).note(note)


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
    time, number = show_time(rows.times[at[0]]), len(np.unique(days["day"]))
    note = message("reading.averaged_hour", time=time)
    if number > 1:
        note = message("reading.averaged_hours", time=time, more=number - 1)
    return replace(rows, values=values).take(keep).note(note)


def _repeats(rows: Rows) -> np.ndarray:
    """Where a row has the time of the row before it, in the same series; shape [total - 1]."""
    return (rows.times[1:] == rows.times[:-1]) & (rows.codes[1:] == rows.codes[:-1])


def _refuse_doubles(rows: Rows) -> None:
    same = _repeats(rows)
    if not same.any():
        return
    at = int(np.argmax(same))
    first, second = sorted((at, at + 1), key=rows.row_numbers.__getitem__)
    more = int(same.sum()) - 1
    raise DoubledTimesError(
        message(
            "table.doubled_time" if rows.id_col is not None else "table.doubled_time_no_ids",
            time=show_time(rows.times[at]),
            of=rows.of(rows.codes[at]),
            first=rows.row(first),
            second=rows.row(second),
            more=message("table.more_like_it", n=more) if more else "",
        )
    )


def _set_clock(rows: Rows, freq: object) -> Rows:
    """Put times with a zone on the local calendar if they are whole days apart there."""
    if rows.time_zone is None:
        return rows
    local = local_times(rows.times, rows.time_zone)
    detected = infer_frequency(local, rows.offsets()) if freq is None else normalise_frequency(freq)
    daily = detected is not None and is_daily_or_longer(detected)
    if daily:
        rows = replace(rows, times=local)
    if rows.time_zone == "UTC":
        return rows
    zone = rows.time_zone
    counted = "reading.zone_of_days" if daily else "reading.zone_of_steps"
    return rows.note(message(counted, zone=zone))


def _choose_frequency(rows: Rows, freq: object) -> tuple[str | int, bool]:
    """Give the frequency, and whether a row may be anywhere in its month, week or day."""
    if freq is not None:
        label = normalise_frequency(freq)
        if isinstance(label, int) is (rows.times.dtype.kind == "M"):
            dates = rows.times.dtype.kind == "M"
            refused = "table.freq_of_dates" if dates else "table.freq_of_steps"
            raise DataError(message(refused, freq=label))
        return label, True
    detected = infer_frequency(rows.times, rows.offsets())
    if detected is None:
        raise DataError(message("table.one_row", of=rows.of(0)))
    if _explains(rows, detected):
        return detected, False
    unusual = infer_unusual_frequency(rows.times, rows.offsets())
    if unusual is None or ("@" in unusual and not _explains(rows, unusual)):
        return detected, False
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
    # a sparse series among others is left out, and says nothing of the frequency
    return bool(np.mean(spans - counts[counts > 0] <= MAX_FILLED * spans) >= 0.5)


def _steps_on_grid(rows: Rows, freq: str | int, *, given: bool) -> np.ndarray:
    """Count the steps of each row from the first of its series, or name the first off the grid."""
    offsets = rows.offsets()
    origin = np.repeat(rows.times[offsets[:-1]], np.diff(offsets))
    steps = count_steps(origin, rows.times, freq)
    off = add_steps(origin, steps, freq) != rows.times
    if not off.any():
        return steps
    at = int(np.argmax(off))
    fields = {
        "freq": _in_words(freq), "row": rows.row(at), "time": show_time(rows.times[at]),
        "begin": show_time(origin[at]), "of": rows.of(rows.codes[at]),
    }  # fmt: skip
    detected = infer_frequency(rows.times, offsets) if given else None
    if given and rows.times[at] == origin[at]:
        fields = {name: fields[name] for name in ("freq", "row", "time", "of")}
        look = _in_words(freq if detected is None else detected)
        raise DataError(message("table.off_period", **fields, period=_period(freq), detected=look))
    if detected is not None and detected != freq:
        raise DataError(message("table.other_freq", detected=_in_words(detected), **fields))
    raise DataError(message("table.irregular", **fields))


def _period(freq: str | int) -> Message:
    """Name the times that a frequency is of, as far as a first time can be none of them."""
    one = parse_frequency(freq)
    if one.kind not in ("S", "E", "BS", "BE"):
        return message("table.step_of", freq=str(freq))
    units = {1: "table.month", 3: "table.quarter", 12: "table.year"}
    unit = message(units.get(one.count, "table.month"))
    return message("table.start_of" if one.kind[-1] == "S" else "table.end_of", unit=unit)


def _fill(rows: Rows, steps: np.ndarray, freq: str | int) -> Panel:
    rows, dropped = _drop_before_gaps(rows, steps)
    rows, steps = _leave_out(rows, steps, freq)
    kept, counts, first, last = _extent(rows, steps)
    codes = rows.codes[kept]
    lengths = last - first + 1
    rows = _note_edges(rows, steps, first, last, dropped)
    rows = rows.note(_summary(rows, freq, lengths))

    missing = lengths - counts
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    at = offsets[codes] + steps[kept] - first[codes]
    filled = np.ones(offsets[-1], dtype=bool)
    filled[at] = False
    values, times = np.empty(offsets[-1]), rows.times[kept]
    values[at] = rows.values[kept]
    if missing.any():
        values = draw_lines(values, filled)
        origin = np.repeat(rows.times[rows.offsets()[:-1]], lengths)
        from_origin = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, lengths)
        times = add_steps(origin, from_origin, freq)
        rows = rows.note(_gap_note(rows, kept, steps, missing))
    extra, notes = lay_extra(rows, steps, first, last, offsets)
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
        notes=(*rows.notes, *notes),
        extra=extra,
        schema=rows.schema,
    )


def _extent(rows: Rows, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give which rows have a value, how many of each series, and the steps of the ends of each."""
    kept = np.flatnonzero(~np.isnan(rows.values))
    counts = np.bincount(rows.codes[kept], minlength=len(rows.ids))
    ends = np.cumsum(counts)
    return kept, counts, steps[kept[ends - counts]], steps[kept[ends - 1]]


def _drop_before_gaps(rows: Rows, steps: np.ndarray) -> tuple[Rows, int]:
    """Use of a series only what comes after long gaps, where that is half or more."""
    values, names, dropped = rows.values.copy(), [], 0
    kept = np.flatnonzero(~np.isnan(values))
    begins = np.searchsorted(rows.codes[kept], np.arange(len(rows.ids) + 1))
    some = np.flatnonzero(np.diff(begins))
    first, last = kept[begins[some]], kept[begins[some + 1] - 1]
    spans = steps[last] - steps[first] + 1
    for i in some[spans - np.diff(begins)[some] > MAX_FILLED * spans]:
        at = kept[begins[i] : begins[i + 1]]
        place = whole_part(steps[at])
        if place > 0:
            values[at[:place]] = np.nan
            dropped += place
            names.append(str(rows.ids[i]))
    if not names:
        return rows, 0
    note = message("reading.before_gap", most=MAX_FILLED)
    if rows.id_col is not None:
        note = message(
            "reading.before_gaps", names=names, n=len(names), all=len(rows.ids), most=MAX_FILLED
        )
    return replace(rows, values=values).note(note), dropped


def _leave_out(rows: Rows, steps: np.ndarray, freq: str | int) -> tuple[Rows, np.ndarray]:
    """Leave out series without a value, and those with more gaps than are filled; not all."""
    present = ~np.isnan(rows.values)
    empty = np.bincount(rows.codes[present], minlength=len(rows.ids)) == 0
    if empty.all():
        error = NothingUsableError(message("table.no_value", column=rows.target_col, of=rows.of(0)))
        error.note = _note(rows, empty, "left_out.no_value")
        raise error
    rows, steps = _without(rows, steps, empty, "left_out.no_value")
    kept, counts, first, last = _extent(rows, steps)
    lengths = last - first + 1
    wide = lengths - counts > MAX_FILLED * lengths
    if wide.all():
        error = _too_many_gaps(rows, kept, steps, freq, lengths - counts, lengths)
        error.note = _note(rows, wide, "left_out.gaps", most=MAX_FILLED)
        raise error
    return _without(rows, steps, wide, "left_out.gaps", most=MAX_FILLED)


def _without(
    rows: Rows, steps: np.ndarray, unusable: np.ndarray, reason: str, **fields: float
) -> tuple[Rows, np.ndarray]:
    if not unusable.any():
        return rows, steps
    note = _note(rows, unusable, reason, **fields)
    warn_left_out(note)
    return rows.series(~unusable).note(note), steps[~unusable[rows.codes]]


def _note(rows: Rows, unusable: np.ndarray, reason: str, **fields: float) -> Message:
    names = [str(name) for name in rows.ids[unusable]]
    return message(reason, names=names, n=len(names), all=len(rows.ids), **fields)


def _too_many_gaps(
    rows: Rows,
    kept: np.ndarray,
    steps: np.ndarray,
    freq: str | int,
    missing: np.ndarray,
    lengths: np.ndarray,
) -> NothingUsableError:
    """Say of the series with the largest share of gaps that it is more than is filled in."""
    code = int(np.argmax(missing / lengths))
    part = np.flatnonzero(rows.codes[kept] == code)
    widest = int(kept[part[np.argmax(np.diff(steps[kept[part]]))]])
    return NothingUsableError(
        message(
            "table.wide_gaps",
            missing=missing[code],
            steps=lengths[code],
            of=rows.of(code),
            freq=describe_frequency(freq),
            row=rows.row(widest),
            time=show_time(rows.times[widest]),
            most=MAX_FILLED,
        )
    )


def _note_edges(
    rows: Rows, steps: np.ndarray, first: np.ndarray, last: np.ndarray, dropped: int
) -> Rows:
    before = int((steps < first[rows.codes]).sum()) - dropped
    after = int((steps > last[rows.codes]).sum())
    if before:
        rows = rows.note(message("reading.rows_before", n=before))
    if after:
        rows = rows.note(message("reading.rows_after", n=after))
    return rows


def _summary(rows: Rows, freq: str | int, lengths: np.ndarray) -> Message:
    shortest, longest = int(lengths.min()), int(lengths.max())
    if len(rows.ids) == 1:
        size = message("reading.length", n=longest)
    elif shortest == longest:
        size = message("reading.lengths", series=len(rows.ids), n=longest)
    else:
        size = message("reading.length_range", series=len(rows.ids), low=shortest, high=longest)
    begin, end = show_time(rows.times.min()), show_time(rows.times.max())
    return message("reading.times", freq=_in_words(freq), first=begin, last=end, size=size)


def _in_words(freq: str | int) -> Message:
    option = freq if isinstance(freq, int) else f'"{freq}"'
    return message("reading.freq", words=describe_frequency(freq), freq=option)


def _gap_note(rows: Rows, kept: np.ndarray, steps: np.ndarray, missing: np.ndarray) -> Message:
    jumps = np.where(np.diff(rows.codes[kept]) == 0, np.diff(steps[kept]) - 1, 0)
    gaps, longest = int((jumps > 0).sum()), int(np.argmax(jumps))
    total, touched = int(missing.sum()), int((missing > 0).sum())
    row = kept[longest]
    time, of = show_time(rows.times[row]), rows.of(int(rows.codes[row]))
    if gaps == 1:
        return message("reading.gap", n=total, time=time, of=of)
    among = ""
    if len(rows.ids) > 1:
        among = message("reading.among_series", touched=touched, series=len(rows.ids))
    return message(
        "reading.gaps", gaps=gaps, among=among, total=total, n=jumps[longest], time=time, of=of
    )
