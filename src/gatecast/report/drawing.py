"""Charts through Plotly and matplotlib, for notebooks and papers (extra ``[plot]``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.errors import require_extra
from gatecast.messages import message
from gatecast.report.charts import COLOURS, Chart, Trace, english

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from plotly.graph_objects import Figure

__all__ = ["draw_on_axes", "require_plotly", "to_plotly"]

_SYMBOLS = {"dots": "circle", "crosses": "x-thin-open", "marked": "circle"}


def require_plotly() -> Any:
    """Import Plotly's figures.

    Returns
    -------
    module
        ``plotly.graph_objects``.

    Raises
    ------
    MissingExtraError
        Without plotly; the message is the pip line.
    """
    return require_extra("plotly.graph_objects", "plot", message("extra.figure"))


def to_plotly(chart: Chart) -> Figure:
    """Draw a chart as a Plotly figure.

    Parameters
    ----------
    chart : Chart
        What is drawn.

    Returns
    -------
    plotly Figure
        To be shown, changed or written.

    Raises
    ------
    MissingExtraError
        Without plotly.
    """
    traces = [part for trace in chart.traces for part in _plotly_traces(trace)]
    x_axis: dict[str, Any] = {"title": {"text": english(chart.x_title)}}
    y_axis: dict[str, Any] = {"title": {"text": english(chart.y_title)}, "automargin": True}
    if chart.view is not None:
        x_axis["range"] = [str(x) if chart.is_dated else x for x in chart.view]
    x_axis |= {"type": "log"} if chart.log_x else {"type": "category"} if chart.is_named else {}
    y_axis |= {"type": "log"} if chart.log_y else {}
    layout: dict[str, Any] = {
        "xaxis": x_axis,
        "yaxis": y_axis,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 20, "r": 16, "t": 40, "b": 50},
        "hovermode": "closest" if any(t.style in _SYMBOLS for t in chart.traces) else "x unified",
        "template": "plotly_white",
    }
    figure = require_plotly().Figure({"data": traces, "layout": layout})
    if chart.mark is not None:
        where = str(chart.mark[0]) if chart.is_dated else chart.mark[0]
        figure.add_shape(
            type="line", x0=where, x1=where, yref="paper", y0=0, y1=1,
            line={"dash": "dash", "width": 1.5, "color": COLOURS["pink"]},
        )  # fmt: skip
    return figure


def _plotly_traces(trace: Trace) -> list[dict[str, Any]]:
    colour, name = COLOURS[trace.colour], english(trace.name)
    common: dict[str, Any] = {"name": name, "x": trace.x, "y": trace.y}
    if not trace.shown:
        common["visible"] = "legendonly"
    if trace.style == "bars":
        # bars of several traces stand in one place
        return [{**common, "type": "bar", "marker": {"color": colour}, "offsetgroup": "0"}]
    common |= {"type": "scatter", "mode": "lines", "line": {"color": colour, "width": trace.width}}
    if trace.style == "band":
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        edge = {"legendgroup": name, "line": {"width": 0}}
        filled = f"rgba({red}, {green}, {blue}, {trace.opacity:.2f})"
        below = {**common, **edge, "name": f"{name}, lower end", "y": trace.low}
        return [
            {**below, "showlegend": False},
            {**common, **edge, "fill": "tonexty", "fillcolor": filled},
        ]
    if trace.style == "dashed":
        common["line"]["dash"] = "dash"
    if trace.style == "step":
        common["line"]["shape"] = "hv"
    if trace.style in _SYMBOLS:
        common["mode"] = "lines+markers" if trace.style == "marked" else "markers"
        common["marker"] = {"color": colour, "size": 8, "symbol": _SYMBOLS[trace.style]}
    if trace.labels:
        common["text"] = list(trace.labels)
    return [common]


def draw_on_axes(chart: Chart, ax: Axes) -> Axes:
    """Draw a chart on axes of matplotlib.

    Parameters
    ----------
    chart : Chart
        What is drawn; what a page shows only when asked for is left out.
    ax : matplotlib Axes
        Where.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    for trace in chart.traces:
        if trace.shown:
            _on_axes(trace, ax)
    ax.set_xlabel(_plain(english(chart.x_title)))
    ax.set_ylabel(_plain(english(chart.y_title)))
    if chart.log_x:
        ax.set_xscale("log")
    if chart.log_y:
        ax.set_yscale("log")
    if chart.mark is not None:
        ax.axvline(chart.mark[0], color=COLOURS["pink"], ls="--", label=english(chart.mark[1]))
    if chart.view is not None:
        ax.set_xlim(*chart.view)
        _fit_values(chart, ax)
    ax.grid(alpha=0.25)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False)
    return ax


def _on_axes(trace: Trace, ax: Axes) -> None:
    colour, name = COLOURS[trace.colour], _plain(english(trace.name))
    if trace.style == "band":
        assert trace.low is not None
        ax.fill_between(
            trace.x, trace.low, trace.y, color=colour, alpha=trace.opacity, lw=0, label=name
        )
    elif trace.style == "bars":
        ax.bar(trace.x, trace.y, color=colour, width=0.8, label=name)
    elif trace.style in ("dots", "crosses"):
        mark = "o" if trace.style == "dots" else "x"
        ax.plot(trace.x, trace.y, mark, color=colour, ms=4, label=name)
    else:
        more: dict[str, Any] = {"ls": "--"} if trace.style == "dashed" else {}
        more |= {"drawstyle": "steps-post"} if trace.style == "step" else {}
        more |= {"marker": "o", "ms": 4} if trace.style == "marked" else {}
        ax.plot(trace.x, trace.y, color=colour, lw=trace.width, label=name, **more)


def _fit_values(chart: Chart, ax: Axes) -> None:
    """Let the y axis span what lies within the view."""
    assert chart.view is not None
    first, last = (np.asarray(x, chart.traces[0].x.dtype) for x in chart.view)
    shown = []
    for trace in chart.traces:
        visible = (trace.x >= first) & (trace.x <= last)
        ends = [trace.y] if trace.low is None else [trace.low, trace.y]
        shown += [values[visible] for values in ends if trace.shown]
    values = np.concatenate(shown).astype(np.float64)
    values = values[np.isfinite(values)]
    if len(values):
        room = 0.06 * (np.ptp(values) or 1.0)
        ax.set_ylim(values.min() - room, values.max() + room)


def _plain(text: str) -> str:
    """Keep matplotlib from reading a formula."""
    return text.replace("$", r"\$")
