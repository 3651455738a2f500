"""Rows of a later table as a model has them: the names of its series, its clock and periods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gatecast.data.aggregation import aggregate_rows
from gatecast.data.calendar import is_daily_or_longer, local_times
from gatecast.data.panel import Ends
from gatecast.data.rows import Rows
from gatecast.data.schema import Aggregation
from gatecast.errors import DataError
from gatecast.messages import message

__all__ = ["as_in_the_model"]


def as_in_the_model(
    rows: Rows, ends: Ends, made: Aggregation | None = None, *, following: bool = False
) -> Rows:
    """Bring names of series, the zone of times and periods to what they are in the model.

    Parameters
    ----------
    rows : Rows
        As they were read.
    ends : Ends
        Of the series of the model.
    made : Aggregation, optional
        How rows of events were brought to periods; each row is one if not given.
    following : bool, default False
        Whether all series of the model go on in these rows.

    Returns
    -------
    Rows
        Without a zone.

    Raises
    ------
    DataError
        If times have a zone and those of the model have none.
    """
    times = _same_clock(rows, ends)
    ids = rows.ids
    if rows.id_col is not None:
        integers = ends.ids.dtype != object or all(
            isinstance(one, (int, np.integer)) and not isinstance(one, bool) for one in ends.ids
        )
        ids = np.array([_same_name(name, integers) for name in ids], dtype=object)
    rows = replace(rows, times=times, time_zone=None, ids=ids)
    if made is None or not len(rows.times):
        return rows
    return aggregate_rows(
        rows, made.how, ends.freq, origin=ends.times[0], ends=ends if following else None,
        settled=made,
    )  # fmt: skip


def _same_name(name: object, integers: bool) -> object:
    """Let "1" be 1 where the history names series by whole numbers, and 1 be "1" where not."""
    if isinstance(name, (float, np.floating)) and float(name).is_integer():
        name = int(name)
    if integers:
        return int(name) if isinstance(name, str) and name.strip().isdecimal() else name
    return str(name) if isinstance(name, (int, np.integer)) else name


def _same_clock(rows: Rows, ends: Ends) -> np.ndarray:
    """Give times as the model has them: on the local calendar for days, in UTC below."""
    times, zone = rows.times, rows.time_zone
    if times.dtype.kind != "M" or zone == ends.time_zone is None:
        return times
    daily = is_daily_or_longer(ends.freq)
    if ends.time_zone is None:
        assert zone is not None
        wall = local_times(times, zone)
        if daily and (wall == wall.astype("datetime64[D]")).all():
            return wall
        raise DataError(message("table.new_zone", column=rows.time_col, zone=zone))
    if zone is None:
        if daily:
            return times
        index = pd.DatetimeIndex(times).tz_localize(
            ends.time_zone, nonexistent="shift_forward", ambiguous=np.ones(len(times), dtype=bool)
        )
        return index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
    if not daily:
        return times
    return local_times(times, ends.time_zone)
