"""Charts as data: lines, dots, bands and bars, which a page, Plotly and matplotlib can all draw.

A text is a string that is shown as it is, such as a user's column, or a pair of English and
Chinese. Colours are names; each way of drawing knows them on light and on dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

__all__ = [
    "COLOURS", "MODELS", "Chart", "Style", "Text", "Trace", "as_data", "clock", "colour_of",
    "english",
]  # fmt: skip

Text = str | tuple[str, str]
Style = Literal["line", "dashed", "step", "dots", "crosses", "marked", "band", "bars"]

#: Told apart by colour-blind readers too (Okabe and Ito 2008); pages have a pair for dark screens.
COLOURS = {
    "ink": "#1c2128",
    "grey": "#8a919c",
    "blue": "#0072b2",
    "orange": "#d55e00",
    "green": "#009e73",
    "pink": "#cc79a7",
    "yellow": "#e69f00",
    "sky": "#56b4e9",
    "silver": "#999999",
}
#: For any number of models, in turn; the first is the LSTM's.
MODELS = ("blue", "orange", "green", "pink", "yellow", "sky", "silver")


@dataclass(frozen=True, eq=False)
class Trace:
    """Hold what is drawn of one thing.

    Parameters
    ----------
    name : text
        Its name in the legend.
    x : ndarray of shape [n]
        Times, numbers, or texts for categories.
    y : ndarray of shape [n]
        Values; NaN is a gap. Of a band the upper end.
    colour : str
        One of :data:`COLOURS`.
    style : str, default "line"
        How it is drawn.
    low : ndarray of shape [n], optional
        Lower end of a band.
    width : float, default 1.5
        Of a line, in pixels.
    opacity : float, default 1.0
        Of a band.
    shown : bool, default True
        Whether it is drawn before a reader asks for it in the legend.
    labels : sequence of str, default ()
        What each point is, for who points at it.
    """

    name: Text
    x: np.ndarray
    y: np.ndarray
    colour: str
    style: Style = "line"
    low: np.ndarray | None = None
    width: float = 1.5
    opacity: float = 1.0
    shown: bool = True
    labels: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Chart:
    """Hold a chart.

    Parameters
    ----------
    traces : list of Trace
        In the order of drawing.
    x_title, y_title : text
        Titles of the axes.
    view : tuple, optional
        First and last x at the start; all if not given.
    mark : tuple, optional
        An x with a dashed line, and the text beside it.
    log_x, log_y : bool, default False
        Whether an axis is logarithmic.
    """

    traces: list[Trace]
    x_title: Text = ""
    y_title: Text = ""
    view: tuple[Any, Any] | None = None
    mark: tuple[Any, Text] | None = None
    log_x: bool = False
    log_y: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether the x are times of a calendar."""
        return self.traces[0].x.dtype.kind == "M"

    @property
    def is_named(self) -> bool:
        """Whether the x are categories."""
        return self.traces[0].x.dtype.kind in "OU"


def english(text: Text) -> str:
    """Give a text in English.

    Parameters
    ----------
    text : text
        A string, or English and Chinese.

    Returns
    -------
    str
        English.
    """
    return text if isinstance(text, str) else text[0]


def colour_of(i: int, name: str) -> str:
    """Give the colour of a model: blue for the LSTM, the others in turn.

    Parameters
    ----------
    i : int
        Its place among the others.
    name : str
        Its name.

    Returns
    -------
    str
        One of :data:`COLOURS`.
    """
    if name == "LSTM":
        return MODELS[0]
    return MODELS[1:][i % (len(MODELS) - 1)]


def clock(times: Any) -> np.ndarray:
    """Give times as the user's clock shows them.

    Parameters
    ----------
    times : Series or array
        Times, with a zone or without, or step numbers.

    Returns
    -------
    ndarray of shape [n]
        ``datetime64[s]`` without a zone; step numbers as they are.
    """
    column = pd.Series(times)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    values = column.to_numpy()
    return values.astype("datetime64[s]") if values.dtype.kind == "M" else values


# ------------------------------------------------------------------------------------ for a page


def as_data(chart: Chart) -> dict[str, Any]:
    """Give a chart as the page's script reads it.

    Parameters
    ----------
    chart : Chart
        What is drawn.

    Returns
    -------
    dict
        For :func:`gatecast.report.page.render`; times are seconds of the user's clock.
    """
    names = None
    if chart.is_named:
        names = list(dict.fromkeys(x for trace in chart.traces for x in trace.x))
    kind = "time" if chart.is_dated else "name" if chart.is_named else "number"
    data: dict[str, Any] = {
        "kind": kind,
        "traces": [_trace(trace, names) for trace in chart.traces],
        "x": _text(chart.x_title),
        "y": _text(chart.y_title),
    }
    if names is not None:
        data["names"] = [_text(name) for name in names]
    if chart.view is not None:
        data["view"] = [_place(x) for x in chart.view]
    if chart.mark is not None:
        data["mark"] = [_place(chart.mark[0]), _text(chart.mark[1])]
    for axis, is_log in (("log_x", chart.log_x), ("log_y", chart.log_y)):
        if is_log:
            data[axis] = True
    return data


def _trace(trace: Trace, names: list[Text] | None) -> dict[str, Any]:
    x = trace.x if names is None else np.array([names.index(name) for name in trace.x])
    data: dict[str, Any] = {
        "name": _text(trace.name), "x": _places(x), "y": trace.y, "colour": trace.colour,
        "style": trace.style,
    }  # fmt: skip
    if trace.low is not None:
        data |= {"low": trace.low, "opacity": trace.opacity}
    if trace.width != 1.5:
        data["width"] = trace.width
    if not trace.shown:
        data["shown"] = False
    if trace.labels:
        data["labels"] = list(trace.labels)
    return data


def _text(text: Text) -> Any:
    return text if isinstance(text, str) else {"en": text[0], "zh": text[1]}


def _place(x: Any) -> Any:
    if isinstance(x, (np.datetime64, pd.Timestamp)):
        return int(np.asarray(x, "datetime64[s]").astype(np.int64))
    return x.item() if isinstance(x, np.generic) else x


def _places(x: np.ndarray) -> Any:
    """Give places along x, evenly spaced ones by the first, their distance and their number."""
    if x.dtype.kind == "M":
        x = x.astype("datetime64[s]").astype(np.int64)
    steps = np.diff(x)
    if len(x) > 3 and x.dtype.kind in "iu" and (steps == steps[0]).all():
        return {"from": int(x[0]), "by": int(steps[0]), "n": len(x)}
    if len(x) > 3 and x.dtype.kind in "iu" and not (x % 86400).any():
        return {"days": (x // 86400).tolist()}
    return x if x.dtype.kind == "f" else x.tolist()
