"""The page of a forecast."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd

from gatecast import __version__, storage
from gatecast.report import charts
from gatecast.report.page import render

__all__ = ["by_series", "cell", "clock", "forecast_page", "series_figure"]

MOST_SERIES = 50
MOST_ROWS = 2000


def forecast_page(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    title: str,
    id_col: str | None,
    time_col: str,
    target_col: str,
    decisions: list[str],
    settings: dict[str, Any],
    glass: str | None = None,
) -> None:
    """Write the page of a forecast.

    Parameters
    ----------
    history : DataFrame
        The user's columns: id (where there is one), time and target.
    forecast : DataFrame
        The same id and time columns, and one for each model.
    path : str or path
        The HTML file.
    title : str
        Its headline.
    id_col, time_col, target_col : str
        Names of the columns; no id for a single series.
    decisions : list of str
        What was found out about the data and done to them.
    settings : dict
        Of the model, by name; None was left to the model.
    glass : str, optional
        File name of the glass box, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    past = by_series(history, id_col)
    future = by_series(forecast, id_col)
    models = [name for name in forecast.columns if name not in (id_col, time_col)]
    bands = [(name, name.replace("-lo-", "-hi-")) for name in map(str, models) if "-lo-" in name]
    shown, figures = [], {}
    for i, (name, rows) in enumerate(list(future.items())[:MOST_SERIES]):
        figures[f"series-{i}"] = series_figure(
            past[name], rows, time_col, target_col, models, bands
        )
        shown.append((f"series-{i}", name))

    keys = len(forecast.columns) - len(models)
    horizon = len(forecast) // len(future)
    page = render(
        "forecast.html",
        figures,
        title=title,
        summary=_summary(len(future), horizon, forecast, time_col),
        shown=shown,
        hidden=len(future) - len(shown),
        columns=list(forecast.columns),
        keys=keys,
        rows=[
            [cell(value) for value in row]
            for row in forecast.head(MOST_ROWS).itertuples(index=False, name=None)
        ],
        rows_left=max(0, len(forecast) - MOST_ROWS),
        decisions=decisions,
        settings=settings,
        glass=glass,
        version=__version__,
    )
    storage.write_text(path, page)


def by_series(frame: pd.DataFrame, id_col: str | None) -> dict[Any, pd.DataFrame]:
    """Give the rows of each series by its name; of a single one under an empty name."""
    if id_col is None:
        return {"": frame}
    return dict(list(frame.groupby(id_col, sort=False, observed=True)))


def _summary(count: int, horizon: int, forecast: pd.DataFrame, time_col: str) -> str:
    which = "One series" if count == 1 else f"{count:,} series"
    steps = "1 step" if horizon == 1 else f"{horizon:,} steps"
    times = pd.Series(forecast[time_col])
    return f"{which}, {steps} ahead: {cell(times.iloc[0])} to {cell(times.iloc[-1])}."


def series_figure(
    past: pd.DataFrame,
    future: pd.DataFrame,
    time_col: str,
    target_col: str,
    models: list[str],
    bands: list[tuple[str, str]],
) -> dict[str, Any]:
    """Draw one series and what is said of its future, intervals as areas."""
    times, values = clock(past[time_col]), past[target_col].to_numpy(float)
    ahead = clock(future[time_col])
    # each forecast is joined to the last observation, so that the eye can follow
    joined = np.concatenate([times[-1:], ahead])
    traces = []
    for i, (low, high) in enumerate(bands):  # the widest first, the narrower ones darker on it
        lower, upper = (
            np.concatenate([values[-1:], future[name].to_numpy(float)]) for name in (low, high)
        )
        label = f"{low.rsplit('-', 1)[1]} % interval"
        traces += charts.band(label, joined, lower, upper, charts.COLOURS["LSTM"], 0.15 + 0.15 * i)
    traces.append(charts.line(target_col, times, values, charts.COLOURS["series"]))
    drawn = {name for band in bands for name in band}
    traces += [
        charts.line(
            str(name),
            joined,
            np.concatenate([values[-1:], future[name].to_numpy(float)]),
            charts.COLOURS["LSTM"],
            width=2.5,
        )
        for name in models
        if name not in drawn
    ]
    first = max(0, len(times) - max(5 * len(ahead), 60))
    view = tuple(np.asarray([times[first], ahead[-1]]).astype(str)) if _dates(times) else None
    if view is None:
        view = (times[first].item(), ahead[-1].item())
    return charts.series(traces, time_title=time_col, value_title=target_col, view=view)


def _dates(times: np.ndarray) -> bool:
    return times.dtype.kind == "M"


def clock(times: Any) -> np.ndarray:
    """See times as the user's clock shows them, seconds or step numbers."""
    column = pd.Series(times)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    found = column.to_numpy()
    return found.astype("datetime64[s]") if _dates(found) else found


def cell(value: Any) -> str:
    """Write a value for a table."""
    if isinstance(value, pd.Timestamp):
        plain = value.normalize() == value and value.tzinfo is None
        return str(value.date()) if plain else str(value)
    if isinstance(value, float):
        return f"{value:,.6g}"
    return str(value)
