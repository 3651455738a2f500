"""What pages write in their tables, and how they part a table into series."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from gatecast.messages import message
from gatecast.report.sentences import Pair, words_pair

__all__ = [
    "by_series",
    "cell",
    "decimals",
    "most_values",
    "number",
    "share",
    "time_form",
    "with_interval",
]

#: Values of history that all charts of a page hold together.
MOST_VALUES = 50_000


def by_series(frame: pd.DataFrame, id_col: str | None) -> dict[Any, pd.DataFrame]:
    """Part a table into its series.

    Parameters
    ----------
    frame : DataFrame
        Of one series or many.
    id_col : str or None
        The column of names.

    Returns
    -------
    dict of name to DataFrame
        In the order of the table; a single series without a name has an empty one.
    """
    if id_col is None:
        return {"": frame}
    return dict(list(frame.groupby(id_col, sort=False, observed=True)))


def most_values(count: int, ahead: int) -> int:
    """Say how many last values of history each chart of a page may hold.

    Parameters
    ----------
    count : int
        Charts.
    ahead : int
        Steps of the forecast, beside which some history must be seen.

    Returns
    -------
    int
        Values a chart.
    """
    return max(MOST_VALUES // max(1, count), 5 * ahead, 60)


def time_form(times: Any) -> str:
    """Choose how all times of a column are written.

    Parameters
    ----------
    times : Series of times or step numbers
        A column.

    Returns
    -------
    str
        For :func:`cell`: dates where all are at midnight, else hours and minutes too, and seconds
        where there are some; after times with a zone their distance from UTC.
    """
    if not pd.api.types.is_datetime64_any_dtype(times.dtype):
        return ""
    times, zone = times.dropna(), "%z" if times.dt.tz is not None else ""
    if not zone and (times == times.dt.normalize()).all():
        return "%Y-%m-%d"
    whole = (times == times.dt.floor("min")).all()
    return ("%Y-%m-%d %H:%M" if whole else "%Y-%m-%d %H:%M:%S") + zone


def cell(value: Any, form: str = "") -> str:
    """Write a value of a table.

    Parameters
    ----------
    value : object
        A time, a number, or a text.
    form : str
        How times are written; see :func:`time_form`.

    Returns
    -------
    str
        A number to six digits.
    """
    if isinstance(value, pd.Timestamp) and form:
        return value.strftime(form)
    if isinstance(value, float):
        return f"{value:,.6g}"
    return str(value)


def decimals(values: np.ndarray) -> int:
    """Say how many decimals show five digits of the largest of some values; none of whole ones.

    Parameters
    ----------
    values : ndarray
        Numbers; those that are not finite do not count.

    Returns
    -------
    int
        From 0 to 12.
    """
    sizes = np.abs(values[np.isfinite(values)])
    if (sizes == np.rint(sizes)).all():
        return 0
    largest = float(sizes.max()) if len(sizes) else 0.0
    return int(np.clip(4 - math.floor(math.log10(largest)), 0, 12)) if largest else 0


def number(value: Any) -> str:
    """Write a score to four digits.

    Parameters
    ----------
    value : float or None
        What is missing is left empty.

    Returns
    -------
    str
        For a table.
    """
    if value is None or not math.isfinite(value):
        return ""
    return f"{float(f'{value:.4g}'):,.6g}"


def share(value: float) -> Pair:
    """Write a share of 1 as per cent, with as many digits as sentences have.

    Parameters
    ----------
    value : float
        0.5 is 50 %.

    Returns
    -------
    (str, str)
        English, with a space before the sign, and Chinese, without one.
    """
    return words_pair(message("pages.share", share=value))


def with_interval(value: float, low: float, high: float) -> Pair:
    """Write a share and the ends of its interval.

    Parameters
    ----------
    value, low, high : float
        Shares of 1.

    Returns
    -------
    (str, str)
        English and Chinese.
    """
    (en, zh), (low_en, low_zh), (high_en, high_zh) = map(share, (value, low, high))
    return f"{en} ({low_en} to {high_en})", f"{zh}（{low_zh} 到 {high_zh}）"
