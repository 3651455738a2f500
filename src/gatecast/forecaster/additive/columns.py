"""What the additive part sees: columns known in advance as numbers, and holidays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatecast.data.calendar import future_times
from gatecast.data.panel import Ends, Panel
from gatecast.forecaster.inputs.covariates import Covariates

__all__ = [
    "additive_labels",
    "additive_width",
    "ahead_rows",
    "encoded_columns",
    "holiday_count",
    "with_holidays",
]  # fmt: skip


def additive_width(covariates: Covariates) -> int:
    """Count the columns that the additive part sees.

    Parameters
    ----------
    covariates : Covariates
        Fitted.

    Returns
    -------
    int
        F, holidays among them.
    """
    return covariates.future_width + holiday_count(covariates)


def holiday_count(covariates: Covariates) -> int:
    """Count the columns of holidays.

    Parameters
    ----------
    covariates : Covariates
        Fitted.

    Returns
    -------
    int
        0 where there are none.
    """
    return 0 if covariates.holidays is None else len(covariates.holidays.names)


def additive_labels(covariates: Covariates) -> list[tuple[str, str]]:
    """Name the columns that the additive part sees.

    Parameters
    ----------
    covariates : Covariates
        Fitted.

    Returns
    -------
    list of (str, str)
        The user's column, empty for holidays, and a label.
    """
    labels = [
        (name, f"{name} = {value}" if value else name)
        for name in covariates.futr
        for value in covariates.names.get(name, [""])
    ]
    holidays = covariates.holidays
    return labels + [("", name) for name in (() if holidays is None else holidays.names)]


def encoded_columns(
    panel: Panel, covariates: Covariates, which: np.ndarray | None = None
) -> list[np.ndarray]:
    """Encode what is known in advance of each series of a panel.

    Parameters
    ----------
    panel : Panel
        With the columns.
    covariates : Covariates
        Fitted.
    which : ndarray of shape [N], optional
        Which of the series from training each one is; in the same order if not given.

    Returns
    -------
    list of ndarray of shape [n, F]
        Of each series, holidays last.
    """
    places = np.arange(len(panel)) if which is None else which
    rows = covariates.future(np.repeat(places, panel.lengths), panel.extra)
    return np.split(with_holidays(covariates, rows, panel.times), panel.offsets[1:-1])


def ahead_rows(
    covariates: Covariates, ends: Ends, h: int, future: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Encode what is known of the steps after the end of each series.

    Parameters
    ----------
    covariates : Covariates
        Fitted.
    ends : Ends
        Of the series.
    h : int
        Steps, K.
    future : sequence of ndarray of shape [K, .]
        Future covariates of each series, scaled; empty where there are no such columns.

    Returns
    -------
    rows : ndarray of shape [N, K, F]
        Holidays last.
    times : ndarray of shape [N, K]
        Of the steps.
    """
    times = future_times(ends.times, ends.freq, h)
    plan = np.stack(future) if len(future) else np.zeros((*times.shape, 0))
    rows = with_holidays(covariates, plan.reshape(times.size, -1), times.ravel())
    return rows.reshape(*times.shape, -1), times


def with_holidays(covariates: Covariates, rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Put holidays beside future covariates.

    Parameters
    ----------
    covariates : Covariates
        Fitted.
    rows : ndarray of shape [n, .]
        Future covariates, scaled.
    times : ndarray of shape [n]
        Of these steps.

    Returns
    -------
    ndarray of shape [n, F]
        Double precision.
    """
    own = rows.astype(np.float64)
    if covariates.holidays is None:
        return own
    return np.hstack([own, covariates.holidays.at(times)])
