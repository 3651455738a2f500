"""Bring rows of events, such as sales or calls, to one value for each period of each series.

What happens to what:

- rows of a series within one period become one: the sum, the mean or the last of their values, or
  their number. Blank values count as none; numeric further columns are averaged, others keep the
  last cell
- a period is a day, month, hour, ... of the calendar and has the time at which it begins, or ends
  where the frequency says so (``"ME"``). Weeks begin on Monday, those of ``"W-SUN"`` on Sunday
- sums and numbers of periods without a row are 0, from the first row of a series to the last period
  of the table; means and last values are missing there, which is a gap
- the last period of a table is not finished, and its rows are not used, where its last row comes
  earlier within it than in 95 % of the periods before, by more than a twentieth of a period, and it
  has fewer rows than the median one. It is said. Means and last values are kept
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gatecast.data.calendar import add_steps, count_steps, describe_frequency, local_times
from gatecast.data.cells import LARGEST
from gatecast.data.frequency import DAY, DAY_NAMES, MONTH_NAMES, WEEK, Frequency, parse_frequency
from gatecast.data.inference import infer_frequency
from gatecast.data.panel import Ends, offsets_of, positions
from gatecast.data.rows import Rows, show_time
from gatecast.data.schema import AGGREGATES, Aggregation
from gatecast.errors import DataError, UsageError, wrong_choice
from gatecast.messages import Message, message

__all__ = ["aggregate_rows", "aggregated_frequency", "check_aggregate"]

#: Where no row means that nothing happened.
_ZERO = ("sum", "count")
#: What each way of it is said with.
_SENTENCES = {
    "sum": "aggregate.sum", "count": "aggregate.count", "mean": "aggregate.mean",
    "last": "aggregate.last",
}  # fmt: skip
#: A period is unfinished where this share of those before go on longer, by more than the margin.
_USUAL, _MARGIN, _FEWEST_PERIODS = 0.05, 0.05, 3
_MOST_ROWS = 2**26
_ONE_MONTH = np.timedelta64(1, "M")


def check_aggregate(aggregate: object) -> None:
    """Refuse what is no way to aggregate.

    Parameters
    ----------
    aggregate : {"sum", "mean", "last", "count"} or None
        What was given.

    Raises
    ------
    UsageError
        If it is something else.
    """
    if aggregate is not None and aggregate not in AGGREGATES:
        raise wrong_choice("aggregate", aggregate, AGGREGATES)


@dataclass(frozen=True)
class _Periods:
    """Number the periods of a frequency.

    Parameters
    ----------
    freq : Frequency
        Of the periods.
    epoch : int
        Where period 0 begins: in steps, microseconds, or months from January on.
    """

    freq: Frequency
    epoch: int

    @classmethod
    def of(cls, label: str | int, origin: np.generic) -> _Periods:
        """Give the periods of a frequency, one of which holds or begins at an origin."""
        freq = parse_frequency(label)
        if freq.kind == "slots":
            raise UsageError(message("aggregate.no_periods", freq=describe_frequency(label)))
        if freq.kind == "integer":
            return cls(freq, int(origin))
        if freq.kind == "fixed" and freq.count % DAY == 0:
            day = int(origin.astype("datetime64[D]").astype(np.int64))
            if freq.count % WEEK == 0:  # 1970-01-01 was a Thursday
                day -= (day + 3 - DAY_NAMES.index(str(label)[-3:])) % 7
            return cls(freq, day * DAY)
        if freq.kind == "fixed":
            midnight = int(origin.astype("datetime64[D]").astype(np.int64)) * DAY
            whole = DAY % freq.count == 0
            return cls(freq, midnight if whole else int(origin.astype(np.int64)))
        suffix = str(label)[-3:]
        month = MONTH_NAMES.index(suffix) if suffix in MONTH_NAMES else 0
        if freq.kind in ("E", "BE") and suffix in MONTH_NAMES:
            month += 1
        return cls(freq, month % freq.count)

    def number(self, times: np.ndarray) -> np.ndarray:
        """Give the number of the period that each time is in."""
        freq = self.freq
        if freq.kind == "integer":
            return (times - self.epoch) // freq.count
        if freq.kind == "fixed":
            return (times.astype(np.int64) - self.epoch) // freq.count
        if freq.kind == "weekdays":
            days = times.astype("datetime64[D]")
            days = np.busday_offset(days, 0, roll="forward", weekmask=freq.week)
            return np.busday_count(np.datetime64("1970-01-01"), days, weekmask=freq.week)
        return (times.astype("datetime64[M]").astype(np.int64) - self.epoch) // freq.count

    def begin(self, numbers: np.ndarray) -> np.ndarray:
        """Give when periods begin."""
        freq = self.freq
        if freq.kind == "integer":
            return numbers * freq.count + self.epoch
        if freq.kind == "fixed":
            return (numbers * freq.count + self.epoch).astype("datetime64[us]")
        if freq.kind == "weekdays":
            first = np.datetime64("1970-01-01")
            days = np.busday_offset(first, numbers, roll="forward", weekmask=freq.week)
            return days.astype("datetime64[us]")
        months = numbers * freq.count + self.epoch
        return months.astype("datetime64[M]").astype("datetime64[us]")

    def time(self, numbers: np.ndarray) -> np.ndarray:
        """Give the time that stands for periods: when they begin, or end where freq says so."""
        begin = self.begin(numbers)
        if self.freq.kind in ("integer", "fixed", "weekdays"):
            return begin
        if self.freq.kind in ("E", "BE"):
            months = begin.astype("datetime64[M]") + (self.freq.count - 1) * _ONE_MONTH
            begin = months.astype("datetime64[us]")
        return add_steps(begin, np.zeros(len(begin), np.int64), self.freq.label)

    def share(self, times: np.ndarray) -> np.ndarray:
        """Give the share of its period that is over at each time; 0 to 1."""
        numbers = self.number(times)
        begin, end = (self.begin(n).astype(np.int64) for n in (numbers, numbers + 1))
        return np.clip((times.astype(np.int64) - begin) / (end - begin), 0.0, 1.0)


def aggregated_frequency(rows: Rows, freq: object) -> str | int:
    """Give the frequency that rows are brought to.

    Parameters
    ----------
    rows : Rows
        Of events.
    freq : str, int, pandas offset or None
        As requested. If not given, that of the distinct dates, or days where these are not regular
        weeks, months or years; of step numbers their most common distance.

    Returns
    -------
    str or int
        Weeks with the day on which they begin.

    Raises
    ------
    UsageError
        If it is no frequency, or not given where times have a clock.
    DataError
        If there is one date only.
    """
    if freq is not None:
        label = parse_frequency(freq).label
        weeks = isinstance(label, str) and label.endswith("W")
        return f"{label}-MON" if weeks else label
    times = rows.times
    if rows.time_zone is not None:
        times = local_times(times, rows.time_zone)
    distinct = np.unique(times)
    if times.dtype.kind == "M" and (distinct != distinct.astype("datetime64[D]")).any():
        raise UsageError(message("aggregate.no_freq", time=show_time(times[0])))
    label = infer_frequency(distinct, np.array([0, len(distinct)]))
    if label is None:
        raise DataError(message("table.one_row", of=""))
    steps = count_steps(distinct[0], distinct, label)
    regular = (add_steps(np.repeat(distinct[:1], len(steps)), steps, label) == distinct).all()
    one = parse_frequency(label)
    several_days = one.kind == "fixed" and one.count % WEEK != 0
    return "D" if times.dtype.kind == "M" and (several_days or not regular) else label


def aggregate_rows(
    rows: Rows,
    how: str,
    label: str | int,
    *,
    origin: np.generic | None = None,
    ends: Ends | None = None,
    settled: Aggregation | None = None,
) -> Rows:
    """Bring rows of events to one row for each period of each series.

    Parameters
    ----------
    rows : Rows
        At least one, in any order, on the clock of the frequency.
    how : {"sum", "mean", "last", "count"}
        What becomes of the values of a period.
    label : str or int
        What :func:`aggregated_frequency` gave, or the frequency of a model.
    origin : datetime64 or int, optional
        Where a period begins, or in one; the earliest row if not given.
    ends : Ends, optional
        Where the series of a model end: sums and numbers of all of these go on, with 0 where there
        is no row.
    settled : Aggregation, optional
        What the history of a model settled; found in these rows if not given.

    Returns
    -------
    Rows
        Sorted; the schema holds what was settled.

    Raises
    ------
    UsageError, DataError
        If the frequency is none of periods, does not fit the times, or there are far too many.
    """
    if isinstance(label, int) is (rows.times.dtype.kind == "M"):
        dates = rows.times.dtype.kind == "M"
        refused = "table.freq_of_dates" if dates else "table.freq_of_steps"
        raise DataError(message(refused, freq=label))
    rows = rows.take(np.lexsort((rows.times, rows.codes)))
    periods = _Periods.of(label, rows.times.min() if origin is None else origin)
    numbers = periods.number(rows.times)
    words = {"freq": describe_frequency(label), "n": len(rows.times)}
    finished = message("aggregate.finished", time=show_time(rows.times.max()))
    settled, unfinished = _last_period(rows, numbers, periods, how, settled)
    if unfinished is not None:
        kept = numbers < numbers.max()
        if not kept.any():
            raise DataError(unfinished)
        rows, numbers = rows.take(kept), numbers[kept]
    made, at = _one_each(rows, numbers, how)
    if how in _ZERO:
        made, at = _with_zeros(made, at, periods, int(numbers.max()), ends)
    schema = None if rows.schema is None else replace(rows.schema, aggregation=settled)
    made = replace(made, times=periods.time(at), schema=schema)
    if ends is None:
        made = made.note(message(_SENTENCES[how], periods=len(made.times), **words))
        return made.note(unfinished or finished)
    return made if unfinished is None else made.note(unfinished)


def _last_period(
    rows: Rows, numbers: np.ndarray, periods: _Periods, how: str, settled: Aggregation | None
) -> tuple[Aggregation, Message | None]:
    """Give how far the rows of a period usually go, and say where the last one is unfinished."""
    distinct, place = np.unique(numbers, return_inverse=True)
    ends = np.zeros(len(distinct))
    np.maximum.at(ends, place, periods.share(rows.times))
    counts = np.bincount(place)
    if settled is None:
        enough = len(distinct) > _FEWEST_PERIODS
        usual = float(np.quantile(ends[:-1], _USUAL)) if enough else 0.0
        settled = Aggregation(how, usual, float(np.median(counts[:-1])) if enough else 0.0)
    early = ends[-1] < settled.usual_end - _MARGIN and counts[-1] < settled.usual_rows
    if how not in _ZERO or not early:
        return settled, None
    begin, time = (show_time(t) for t in (periods.begin(distinct[-1:])[0], rows.times.max()))
    return settled, message("aggregate.unfinished", begin=begin, time=time, n=int(counts[-1]))


def _one_each(rows: Rows, numbers: np.ndarray, how: str) -> tuple[Rows, np.ndarray]:
    """Make one row of those of each series and period, which stand together."""
    new = (np.diff(rows.codes, prepend=-1) != 0) | (np.diff(numbers, prepend=-1) != 0)
    new[0] = True
    starts = np.flatnonzero(new)
    values = rows.values
    there = ~np.isnan(values)
    counts = np.add.reduceat(there, starts, dtype=np.int64)
    if how == "count":
        made = counts.astype(np.float64)
    elif how == "last":
        made = values[_last_of(there, starts)]
    else:
        made = np.add.reduceat(np.where(there, values, 0.0), starts)
        made = np.where(counts > 0, made / (counts if how == "mean" else 1), np.nan)
        _refuse_too_large(rows, made, starts)
    last = np.append(starts[1:], len(values)) - 1
    extra = {name: _cells_of(cells, starts) for name, cells in rows.extra.items()}
    return replace(rows.take(last), values=made, extra=extra), numbers[last]


def _refuse_too_large(rows: Rows, made: np.ndarray, starts: np.ndarray) -> None:
    too_large = np.abs(made) > LARGEST
    if too_large.any():
        i = int(np.argmax(too_large))
        at = int(starts[i])
        raise DataError(
            message(
                "table.large_sum", column=rows.target_col, of=rows.of(int(rows.codes[at])),
                time=show_time(rows.times[at]), value=made[i], most=LARGEST,
            )
        )  # fmt: skip


def _last_of(there: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Give the last row of each group that has something; the first of a group that has not."""
    rows = np.where(there, np.arange(len(there)), -1)
    return np.maximum.reduceat(rows, starts).clip(starts)


def _cells_of(cells: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Average numbers, of which equal ones stay what they are; keep the last of other cells."""
    there = ~np.asarray(pd.isna(cells))
    if cells.dtype == object:
        return cells[_last_of(there, starts)]
    low, high = np.fmin.reduceat(cells, starts), np.fmax.reduceat(cells, starts)
    total, counts = (np.add.reduceat(x, starts) for x in (np.where(there, cells, 0.0), 1.0 * there))
    return np.where(low == high, low, total / np.where(counts, counts, np.nan))


def _with_zeros(
    rows: Rows, numbers: np.ndarray, periods: _Periods, last: int, ends: Ends | None
) -> tuple[Rows, np.ndarray]:
    """Add rows of 0 where a series has none, up to the last period of the table."""
    first = np.full(len(rows.ids), last + 1, np.int64)
    np.minimum.at(first, rows.codes, numbers)
    if ends is not None:
        rows, first = _from_ends(rows, first, periods.number(ends.times) + 1, ends)
    lengths = np.maximum(last + 1 - first, 0)
    if lengths.sum() > _MOST_ROWS:
        begin, end = (show_time(t) for t in periods.begin(np.array([first.min(), last])))
        raise DataError(message("aggregate.too_many", n=int(lengths.sum()), first=begin, last=end))
    offsets, codes = offsets_of(lengths), np.repeat(np.arange(len(lengths)), lengths)
    at = offsets[rows.codes] + numbers - first[rows.codes]
    values = np.zeros(offsets[-1])
    values[at] = rows.values
    # an empty period has the further cells of the one before it
    source = np.full(len(values), -1, np.int64)
    source[at] = np.arange(len(at))
    source = np.maximum.accumulate(source)
    nothing = (source < 0) | (rows.codes[source] != codes)
    filled = rows.take(source)
    extra = {name: _without(cells, nothing) for name, cells in filled.extra.items()}
    made = replace(filled, codes=codes, values=values, extra=extra)
    return made, positions(first, lengths)


def _without(cells: np.ndarray, which: np.ndarray) -> np.ndarray:
    cells[which] = None if cells.dtype == object else np.nan
    return cells


def _from_ends(
    rows: Rows, first: np.ndarray, following: np.ndarray, ends: Ends
) -> tuple[Rows, np.ndarray]:
    """Let all series of a model go on after their ends, those without a row too."""
    if rows.id_col is None:
        return rows, np.minimum(first, following)
    places = pd.Index(rows.ids.astype(object)).get_indexer(pd.Index(ends.ids.astype(object)))
    there = places >= 0
    first[places[there]] = np.minimum(first[places[there]], following[there])
    ids = np.concatenate([rows.ids, ends.ids[~there].astype(object)])
    return replace(rows, ids=ids), np.concatenate([first, following[~there]])
