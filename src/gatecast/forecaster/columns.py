"""The columns of a forecast, which every model names alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gatecast.errors import UsageError
from gatecast.messages import message

__all__ = ["add_forecast"]


def add_forecast(
    frame: pd.DataFrame,
    name: str,
    forecast: np.ndarray,
    ends: Mapping[float, tuple[np.ndarray, np.ndarray]],
) -> pd.DataFrame:
    """Put a forecast and its intervals beside the keys of their rows.

    Parameters
    ----------
    frame : DataFrame
        Ids and times; it is changed.
    name : str
        Column of the forecast; those of intervals are ``name-lo-80`` and ``name-hi-80``.
    forecast : ndarray of shape [N, K]
        A row for each series.
    ends : mapping of float to (ndarray, ndarray)
        Lower and upper ends by level, each [N, K].

    Returns
    -------
    DataFrame
        The same frame: the forecast, lower ends from the widest on, upper ends from the narrowest.

    Raises
    ------
    UsageError
        If a column of the table has the name.
    """
    if name in frame:
        raise UsageError(message("alias.taken", column=name))
    frame[name] = forecast.ravel()
    for level in sorted(ends, reverse=True):
        frame[f"{name}-lo-{level:g}"] = ends[level][0].ravel()
    for level in sorted(ends):
        frame[f"{name}-hi-{level:g}"] = ends[level][1].ravel()
    return frame
