"""The holidays in the file of a forecaster: the table of their days, which needs no package."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatecast.data.holidays import HolidayCalendar
from gatecast.data.panel import Ends
from gatecast.validation import Array, Items, Maybe, Record, Text, Whole

__all__ = ["HOLIDAYS", "holiday_forms", "holidays_fit", "read_holidays", "write_holidays"]

#: Days, counted from 1970-01-01, that dates of microseconds reach.
_MOST = 100_000_000
#: No table is longer than a thousand years.
_MOST_DAYS = 366_000
HOLIDAYS = Maybe(
    Record({
        "countries": Items(Text()), "names": Items(Text()), "first": Whole(-_MOST, _MOST),
        "last": Whole(-_MOST, _MOST),
    })
)  # fmt: skip


def write_holidays(
    calendar: HolidayCalendar | None, arrays: dict[str, np.ndarray]
) -> dict[str, Any] | None:
    """Put the days of holidays among the arrays of a file.

    Parameters
    ----------
    calendar : HolidayCalendar or None
        Of a fitted forecaster.
    arrays : dict of str to ndarray
        Changed in place.

    Returns
    -------
    dict or None
        For the document.
    """
    if calendar is None:
        return None
    arrays["holidays.days"], arrays["holidays.columns"] = calendar.days, calendar.columns
    return {
        "countries": list(calendar.countries), "names": list(calendar.names),
        "first": calendar.first, "last": calendar.last,
    }  # fmt: skip


def read_holidays(
    arrays: dict[str, np.ndarray], document: dict[str, Any] | None, ends: Ends
) -> HolidayCalendar | None:
    """Read what :func:`write_holidays` wrote.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Of the file.
    document : dict or None
        What it says of the holidays.
    ends : Ends
        Of the series.

    Returns
    -------
    HolidayCalendar or None
        None where the forecaster has none.
    """
    if document is None:
        return None
    return HolidayCalendar(
        tuple(document["countries"]), tuple(document["names"]), arrays["holidays.days"],
        arrays["holidays.columns"], document["first"], document["last"], ends.freq, ends.time_zone,
    )  # fmt: skip


def holiday_forms(document: dict[str, Any] | None) -> dict[str, Array]:
    """Declare the arrays that a document speaks of.

    Parameters
    ----------
    document : dict or None
        What the document says of the holidays.

    Returns
    -------
    dict of str to Array
        By their names; none where there are no holidays.
    """
    if document is None:
        return {}
    return {
        "holidays.days": Array(np.int64, ("days",), -_MOST, _MOST),
        "holidays.columns": Array(np.int64, ("days",), 0, max(0, len(document["names"]) - 1)),
    }


def holidays_fit(calendar: HolidayCalendar | None, ends: Ends) -> bool:
    """Tell whether a table has dates to look up, and covers the ends of the series.

    Parameters
    ----------
    calendar : HolidayCalendar or None
        As read.
    ends : Ends
        Of the series.

    Returns
    -------
    bool
        True where there are no holidays.
    """
    if calendar is None:
        return True
    if ends.times.dtype.kind != "M" or not 0 <= calendar.last - calendar.first < _MOST_DAYS:
        return False
    begin, end = calendar.spans(ends.times)
    return bool(begin.min() >= calendar.first and end.max() <= calendar.last + 1)
