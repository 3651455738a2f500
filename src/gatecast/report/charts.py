"""Charts as plain plotly figures: what is drawn, not how the page colours its background."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["COLOURS", "MODELS", "band", "epochs", "line", "series"]

#: Seen alike by colour-blind readers, on light and on dark (Okabe and Ito 2008).
COLOURS = {
    "series": "#8a919c",
    "tutorial": "#d55e00",
    "sequences": "#0072b2",
    "naive": "#999999",
    "sarima": "#009e73",
    "floor": "#cc79a7",
    "LSTM": "#0072b2",
}


#: For any number of models, in turn; the first is the LSTM's.
MODELS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")


def line(
    name: str, x: np.ndarray, y: np.ndarray, colour: str, *, width: float = 1.5, **more: Any
) -> dict[str, Any]:
    """Draw values over time; NaN is a gap."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width},
        **more,
    }


def band(
    name: str, x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, opacity: float
) -> list[dict[str, Any]]:
    """Draw the area between two lines."""
    edge = {"legendgroup": name, "mode": "lines", "line": {"width": 0}}
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return [
        {**line(f"{name}, lower end", x, low, colour), **edge, "showlegend": False},
        {
            **line(name, x, high, colour),
            **edge,
            "fill": "tonexty",
            "fillcolor": f"rgba({red}, {green}, {blue}, {opacity:.2f})",
        },
    ]


def series(
    traces: list[dict[str, Any]],
    *,
    time_title: str,
    value_title: str,
    view: tuple[Any, Any] | None = None,
    boundary: Any = None,
    boundary_label: str = "",
) -> dict[str, Any]:
    """Make a chart over time.

    Parameters
    ----------
    traces : list of dict
        From :func:`line`.
    time_title, value_title : str
        Titles of the axes.
    view : tuple, optional
        First and last time shown at the start; everything if not given.
    boundary : optional
        Time of a dashed vertical line.
    boundary_label : str
        What stands beside it.
    """
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": time_title}},
        "yaxis": {"title": {"text": value_title, "standoff": 12}, "automargin": True},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 20, "r": 16, "t": 40, "b": 50},
        "hovermode": "x unified",
        "dragmode": "zoom",
    }
    if view is not None:
        layout["xaxis"]["range"] = list(view)
    if boundary is not None:
        layout["shapes"] = [
            {
                "type": "line",
                "x0": boundary,
                "x1": boundary,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dash", "width": 1.5, "color": COLOURS["floor"]},
            }
        ]
        layout["annotations"] = [
            {
                "x": boundary,
                "yref": "paper",
                "y": 1,
                "yanchor": "top",
                "xanchor": "left",
                "xshift": 4,
                "text": boundary_label,
                "showarrow": False,
            }
        ]
    return {"data": traces, "layout": layout}


def epochs(name: str, loss: tuple[float, ...], colour: str, *, title: str) -> dict[str, Any]:
    """Make a chart of the loss of each epoch."""
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": list(range(1, len(loss) + 1)),
                "y": list(loss),
                "line": {"color": colour, "width": 2},
            }
        ],
        "layout": {
            "title": {"text": name, "font": {"size": 14}},
            "xaxis": {"title": {"text": "epoch"}, "tickformat": "d"},
            "yaxis": {"title": {"text": title, "standoff": 12}, "automargin": True},
            "margin": {"l": 20, "r": 12, "t": 44, "b": 46},
            "showlegend": False,
        },
    }
