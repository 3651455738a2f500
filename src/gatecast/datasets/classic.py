"""Three classic series, kept as CSV files beside this module."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

__all__ = ["air_passengers", "lynx", "sunspots"]


def _read(name: str, *, dates: bool) -> pd.DataFrame:
    """Read ``<name>.csv`` of this package into unique_id, ds and y (float64)."""
    with files("gatecast.datasets").joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype={"y": "float64"}, parse_dates=["ds"] if dates else False)
    table.insert(0, "unique_id", name)
    return table


def air_passengers() -> pd.DataFrame:
    """Give the monthly totals of international airline passengers, in thousands, 1949 to 1960.

    Trend, and a season of 12 months whose swing grows with the level.

    Returns
    -------
    DataFrame
        ``unique_id`` ("air_passengers"), ``ds`` (first day of the month) and ``y``; 144 rows.

    References
    ----------
    Box, G. E. P. and Jenkins, G. M. (1976). *Time Series Analysis: Forecasting and Control*,
    revised edition. Holden-Day. Series G.
    """
    return _read("air_passengers", dates=True)


def sunspots() -> pd.DataFrame:
    """Give the monthly mean relative sunspot numbers, 1749 to 1983.

    A cycle of about 11 years, never quite the same; no values below zero. These are the
    original Zurich numbers, before the revision of the scale in 2015.

    Returns
    -------
    DataFrame
        ``unique_id`` ("sunspots"), ``ds`` (first day of the month) and ``y``; 2,820 rows.

    References
    ----------
    Andrews, D. F. and Herzberg, A. M. (1985). *Data: A Collection of Problems from Many Fields
    for the Student and Research Worker*. Springer. Collected by the Swiss Federal Observatory,
    Zurich, until 1960, then by the Tokyo Astronomical Observatory; continued by SILSO, Royal
    Observatory of Belgium.
    """
    return _read("sunspots", dates=True)


def lynx() -> pd.DataFrame:
    """Give the yearly numbers of Canadian lynx trapped in the Mackenzie River district.

    A cycle of about 10 years, steep up and steeper down.

    Returns
    -------
    DataFrame
        ``unique_id`` ("lynx"), ``ds`` (the year as an integer, 1821 to 1934) and ``y``;
        114 rows.

    References
    ----------
    Elton, C. and Nicholson, M. (1942). The ten-year cycle in numbers of the lynx in Canada.
    *Journal of Animal Ecology* 11, 215-244.
    Campbell, M. J. and Walker, A. M. (1977). A survey of statistical work on the Mackenzie River
    series of annual Canadian lynx trappings for the years 1821-1934 and a new analysis. *Journal
    of the Royal Statistical Society A* 140, 411-431.
    """
    return _read("lynx", dates=False)
