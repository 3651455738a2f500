"""Charts as plain plotly figures: what is drawn, not how the page colours its background."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["COLOURS", "bars", "epochs", "series"]

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
        "yaxis": {"title": {"text": value_title}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 60, "r": 16, "t": 70, "b": 50},
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
            "yaxis": {"title": {"text": title}},
            "margin": {"l": 64, "r": 12, "t": 44, "b": 46},
            "showlegend": False,
        },
    }


def bars(
    names: list[str], values: list[float], colours: list[str], *, floor: float, title: str
) -> dict[str, Any]:
    """Make a chart of one bar a model, the best on top, with a line at the noise floor."""
    order = sorted(range(len(names)), key=lambda i: -values[i])
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": [names[i] for i in order],
                "x": [values[i] for i in order],
                "text": [f"{values[i]:.4f}" for i in order],
                "textposition": "inside",
                "insidetextanchor": "end",
                "textfont": {"color": "white"},
                "marker": {"color": [colours[i] for i in order]},
                "hoverinfo": "skip",
            }
        ],
        "layout": {
            "xaxis": {"title": {"text": title}, "rangemode": "tozero"},
            "yaxis": {"automargin": True},
            "margin": {"l": 10, "r": 16, "t": 30, "b": 46},
            "showlegend": False,
            "shapes": [
                {
                    "type": "line",
                    "x0": floor,
                    "x1": floor,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"dash": "dash", "width": 2, "color": COLOURS["floor"]},
                }
            ],
            "annotations": [
                {
                    "x": floor,
                    "yref": "paper",
                    "y": 1,
                    "yanchor": "bottom",
                    "text": f"noise floor {floor:.4f}",
                    "showarrow": False,
                }
            ],
        },
    }
