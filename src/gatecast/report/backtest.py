"""The page of a backtest: the verdict first, then the figures that it stands on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gatecast import __version__, storage
from gatecast.report import charts
from gatecast.report.forecast import by_series, cell, clock
from gatecast.report.page import render

__all__ = ["backtest_page", "leaderboard_cells"]

MOST_SERIES = 20
_HEADINGS = {
    "mae": "MAE", "rmse": "RMSE", "mase": "MASE", "smape": "sMAPE", "owa": "OWA", "bias": "bias",
}  # fmt: skip


def backtest_page(
    path: str | os.PathLike[str],
    *,
    title: str,
    verdict: Sequence[str],
    leaderboard: pd.DataFrame,
    significance: pd.DataFrame | None,
    steps: pd.DataFrame,
    cutoffs: pd.DataFrame,
    history: pd.DataFrame,
    forecasts: pd.DataFrame,
    models: Sequence[str],
    columns: tuple[str | None, str, str],
    diagnosis: Mapping[Any, str],
    notes: Sequence[str],
    glass: str | None = None,
) -> None:
    """Write the page of a backtest.

    Parameters
    ----------
    path : str or path
        The HTML file.
    title : str
        Its headline.
    verdict : sequence of str
        The sentences of the verdict; none where one model stands alone.
    leaderboard, significance : DataFrame
        As :class:`gatecast.evaluation.backtest.Backtest` gives them; no significance of one model.
    steps, cutoffs : DataFrame
        Mean losses by step of the horizon and by cutoff, a column for each model.
    history, forecasts : DataFrame
        The values, and what every model said of them.
    models : sequence of str
        Their columns.
    columns : tuple of str
        Names of the columns of ids (None for a single series), times and values.
    diagnosis : dict of str to str
        Questions and answers about the first model.
    notes : sequence of str
        What was found out about the data and the models.
    glass : str, optional
        File name of the glass box, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    id_col, time_col, target_col = columns
    colours = dict(zip(models, _colours(models), strict=True))
    figures: dict[str, dict[str, Any]] = {
        "steps": _lines(steps, colours, "step of the horizon", "mean absolute error"),
        "cutoffs": _lines(cutoffs, colours, "cutoff", "mean absolute error"),
    }
    shown = []
    parts, said = by_series(history, id_col), by_series(forecasts, id_col)
    for i, name in enumerate(list(said)[:MOST_SERIES]):
        figures[f"series-{i}"] = _series(parts[name], said[name], colours, time_col, target_col)
        shown.append((f"series-{i}", name))
    board = leaderboard_cells(leaderboard)
    page = render(
        "backtest.html",
        figures,
        title=title,
        verdict=verdict,
        headings=board["headings"],
        rows=[(name, colours[name], cells) for name, cells in board["rows"]],
        significance=None if significance is None else _significance(significance),
        against="" if significance is None else significance["against"].iloc[0],
        shown=shown,
        hidden=len(said) - len(shown),
        model=models[0],
        diagnosis=diagnosis,
        notes=notes,
        glass=glass,
        version=__version__,
    )  # fmt: skip
    storage.write_text(path, page)


def leaderboard_cells(leaderboard: pd.DataFrame) -> dict[str, list[Any]]:
    """Write a leaderboard for a page: ``headings``, and ``rows`` of a model and its cells."""
    metrics = [name for name in _HEADINGS if name in leaderboard]
    covered = [name for name in leaderboard.columns if str(name).startswith("coverage-")]
    return {
        "headings": [_HEADINGS[name] for name in metrics]
        + [f"{str(name).split('-')[1]} % covered" for name in covered],
        "rows": [
            (
                str(row["model"]),
                [_number(row[name]) for name in metrics] + [_share(row[name]) for name in covered],
            )
            for _, row in leaderboard.iterrows()
        ],
    }


def _significance(table: pd.DataFrame) -> list[list[str]]:
    rows = []
    for row in table.to_dict("records"):
        if not np.isfinite(row["p"]):
            rows.append([row["model"], "too few to test", "", str(int(row["n"]))])
            continue
        p = "below 0.001" if row["p"] < 0.001 else f"{row['p']:.3f}"
        gain = f"{row['skill']:.1%} ({row['low']:.1%} to {row['high']:.1%})"
        rows.append([row["model"], gain, p, str(int(row["n"]))])
    return rows


def _colours(models: Sequence[str]) -> list[str]:
    free = [c for c in charts.MODELS if c != charts.COLOURS["LSTM"]]
    rest = iter(free * (1 + len(models) // len(free)))
    return [charts.COLOURS["LSTM"] if name == "LSTM" else next(rest) for name in models]


def _lines(
    table: pd.DataFrame, colours: dict[str, str], time_title: str, value_title: str
) -> dict[str, Any]:
    index = pd.Series(table.index)
    x = clock(index)
    mode: dict[str, Any] = {"mode": "lines+markers"} if len(x) < 30 else {}
    traces = [
        charts.line(name, x, table[name].to_numpy(float), colour, **mode)
        for name, colour in colours.items()
    ]
    return charts.series(traces, time_title=time_title, value_title=value_title)


def _series(
    past: pd.DataFrame,
    said: pd.DataFrame,
    colours: dict[str, str],
    time_col: str,
    target_col: str,
) -> dict[str, Any]:
    """Draw the values and what was said of them, each window a line of its own."""
    times = clock(past[time_col])
    traces = [charts.line(target_col, times, past[target_col].to_numpy(float),
                          charts.COLOURS["series"])]  # fmt: skip
    ordered = said.sort_values(["cutoff", "step"], kind="stable")
    x = clock(ordered[time_col])
    apart = np.flatnonzero(np.diff(ordered["cutoff"].factorize()[0])) + 1
    single = len(apart) + 1 == len(ordered)  # one step from each cutoff: one line
    for name, colour in colours.items():
        values = ordered[name].to_numpy(float)
        if single:
            traces.append(charts.line(name, x, values, colour))
            continue
        # a gap between two windows, so that no line joins them
        traces.append(
            charts.line(name, np.insert(x, apart, x[apart]), np.insert(values, apart, np.nan),
                        colour)
        )  # fmt: skip
    first = max(0, int(np.searchsorted(times, x.min())) - max(10, len(x) // 2))
    ends = times[[first, -1]]
    view = tuple(ends.astype(str) if times.dtype.kind == "M" else ends.tolist())
    return charts.series(traces, time_title=time_col, value_title=target_col, view=view)


def _number(value: Any) -> str:
    return "" if value is None or not np.isfinite(value) else cell(float(f"{value:.4g}"))


def _share(value: Any) -> str:
    return "" if not np.isfinite(value) else f"{value:.1f}%"
