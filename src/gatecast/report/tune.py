"""The page of a search: what it tried, what mattered, and what came of it."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast import __version__, storage
from gatecast.report import charts
from gatecast.report.page import render

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.tuning import Tuning

__all__ = ["tune_page"]

MOST_ROWS = 1000
_COLOURS = {"finished": "#0072b2", "pruned": "#999999", "best": "#d55e00", "defaults": "#009e73"}


def tune_page(
    found: Tuning, path: str | os.PathLike[str], *, title: str, glass: str | None = None
) -> None:
    """Write the page of a search.

    Parameters
    ----------
    found : Tuning
        What :func:`gatecast.tune` returned.
    path : str or path
        The HTML file.
    title : str
        Its headline.
    glass : str, optional
        File name of the glass box, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    trials = found.trials.reset_index(drop=True)
    loss = f"mean {found.loss} error"
    # what mattered most is shown first; what was fixed has no slice
    searched = [name for name in found.settings if trials[name].astype(str).nunique() > 1]
    searched.sort(key=lambda name: -found.importance.get(name, 0.0))
    figures = {"history": _history(trials, loss)}
    figures |= {f"slice-{name}": _slice(trials, name, loss) for name in searched}
    if found.importance:
        figures["importance"] = _importance(found.importance)
    order = trials.sort_values("value", kind="stable", na_position="last")
    columns = ["number", "state", "value", "seconds", *found.settings, "note"]
    verdict = found.verdict
    page = render(
        "tune.html",
        figures,
        title=title,
        summary=_sentence(found.sentences[0]),
        sentences=[_sentence(s) for s in found.sentences[1:]],
        slices=[(f"slice-{name}", name) for name in searched],
        settings={name: _setting(value) for name, value in found.settings.items()},
        figure_names=list(figures),
        verdict=None
        if not verdict.n
        else [
            ("the defaults", f"{verdict.defaults:.6g}", ""),
            (
                "the settings found", f"{verdict.found:.6g}",
                f"{verdict.skill:+.1%} ({verdict.low:+.1%} to {verdict.high:+.1%})",
            ),
        ],
        loss=loss,
        kept="the settings found" if verdict.kept else "the defaults",
        columns=columns,
        rows=[
            [_cell(name, value) for name, value in zip(columns, row, strict=True)]
            for row in order[columns].head(MOST_ROWS).itertuples(index=False, name=None)
        ],
        rows_left=max(0, len(order) - MOST_ROWS),
        glass=glass,
        version=__version__,
    )  # fmt: skip
    storage.write_text(path, page)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _setting(value: Any) -> str:
    if value is None:
        return "found from the data, or none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cell(name: str, value: Any) -> str:
    if name in ("value", "seconds") and math.isnan(value):
        return ""
    if name == "seconds":
        return f"{value:.2f}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return "-" if value is None else str(value)


def _dots(
    trials: pd.DataFrame, state: str, x: np.ndarray, colour: str, symbol: str
) -> dict[str, Any]:
    y = trials["value"].to_numpy(np.float64)
    chosen = (trials["state"] == state).to_numpy() & np.isfinite(y)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": state,
        "x": x[chosen],
        "y": y[chosen],
        "text": [f"trial {number}" for number in trials["number"][chosen]],
        "marker": {"color": colour, "size": 8, "symbol": symbol},
    }


def _traces(trials: pd.DataFrame, x: np.ndarray) -> list[dict[str, Any]]:
    return [
        _dots(trials, "finished", x, _COLOURS["finished"], "circle"),
        _dots(trials, "pruned", x, _COLOURS["pruned"], "x-thin-open"),
    ]


def _history(trials: pd.DataFrame, loss: str) -> dict[str, Any]:
    """Draw every trial, and the best so far."""
    number = trials["number"].to_numpy()
    y = trials["value"].to_numpy(np.float64)
    finished = (trials["state"] == "finished").to_numpy() & np.isfinite(y)
    best = np.minimum.accumulate(np.where(finished, y, np.inf))
    best[~np.isfinite(best)] = np.nan
    traces = _traces(trials, number)
    line = charts.line("best so far", number, best, _COLOURS["best"], width=2)
    traces.append({**line, "line": {**line["line"], "shape": "hv"}})
    defaults = trials.loc[finished & (trials["note"] == "the defaults").to_numpy(), "value"]
    if len(defaults):
        level = np.full(2, float(defaults.iloc[0]))
        ends = np.array([number.min(), number.max()])
        dashed = charts.line("defaults", ends, level, _COLOURS["defaults"])
        traces.append({**dashed, "line": {**dashed["line"], "dash": "dash"}})
    return _chart(traces, "trial", loss, y, log_x=False)


def _slice(trials: pd.DataFrame, name: str, loss: str) -> dict[str, Any]:
    """Draw the loss of every trial over one setting."""
    values = trials[name]
    given = [value for value in values if value is not None]
    # a number or none at all is a choice of two
    numbers = len({str(value) for value in given}) > 1 and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in given
    )
    y = trials["value"].to_numpy(np.float64)
    if not numbers:
        x = values.astype(str).to_numpy(dtype=object)
        figure = _chart(_traces(trials, x), name, loss, y, log_x=False)
        figure["layout"]["xaxis"]["type"] = "category"
        return figure
    x = np.array([math.nan if value is None else float(value) for value in values])
    wide = min(given) > 0 and max(given) >= 5 * min(given)
    return _chart(_traces(trials, x), name, loss, y, log_x=wide)


def _chart(
    traces: list[dict[str, Any]], x_title: str, y_title: str, y: np.ndarray, *, log_x: bool
) -> dict[str, Any]:
    figure = charts.series(traces, time_title=x_title, value_title=y_title)
    figure["layout"]["hovermode"] = "closest"
    y = y[np.isfinite(y)]
    # a hopeless trial would press all the others together
    if len(y) and y.min() > 0 and y.max() > 3 * y.min():
        figure["layout"]["yaxis"] |= {"type": "log", **_ticks(y)}
    if log_x:
        x = np.concatenate([np.asarray(trace["x"], np.float64) for trace in traces])
        figure["layout"]["xaxis"] |= {"type": "log", **_ticks(x[np.isfinite(x)])}
    return figure


def _ticks(values: np.ndarray) -> dict[str, Any]:
    """Write out 1, 2 and 5 of each power; plotly leaves the power out."""
    powers = range(math.floor(np.log10(values.min())), math.ceil(np.log10(values.max())) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    return {"tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def _importance(shares: dict[str, float]) -> dict[str, Any]:
    """Draw the share of each setting, the largest on top."""
    names = list(shares)[::-1]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": [shares[name] for name in names],
                "y": names,
                "marker": {"color": _COLOURS["finished"]},
                "text": [f"{shares[name]:.0%}" for name in names],
                "textposition": "outside",
                "cliponaxis": False,
                "hoverinfo": "skip",
            }
        ],
        "layout": {
            "xaxis": {"title": {"text": "share"}, "tickformat": ".0%", "rangemode": "tozero"},
            "yaxis": {"automargin": True},
            "margin": {"l": 20, "r": 50, "t": 36, "b": 50},
            "showlegend": False,
        },
    }
