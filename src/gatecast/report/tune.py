"""The page of a search: what came of it, what it tried, and what mattered."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast import storage
from gatecast.errors import GatecastError
from gatecast.evaluation.forecast import forecast
from gatecast.messages import message
from gatecast.report.charts import Chart, Style, Text, Trace, as_data
from gatecast.report.forecast import series_charts
from gatecast.report.page import render
from gatecast.report.sentences import Pair, sentence_pairs, words_pair
from gatecast.report.tables import share, with_interval

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.tuning import Tuning

__all__ = ["search_chart", "tune_page"]

MOST_ROWS = 1000
_LOSSES: dict[str, Pair] = {
    "absolute": ("mean absolute error", "平均绝对误差"),
    "squared": ("mean squared error", "均方误差"),
}
_STATES: dict[str, Pair] = {
    "finished": ("finished", "完成"),
    "pruned": ("pruned", "剪枝"),
    "diverged": ("diverged", "发散"),
    "stopped": ("stopped", "中止"),
    "failed": ("failed", "失败"),
    "running": ("running", "进行中"),
    "the defaults": ("the defaults", "默认设置"),
}
_COLUMNS: dict[str, Pair] = {
    "number": ("trial", "试验"),
    "state": ("state", "状态"),
    "value": ("loss", "损失"),
    "seconds": ("seconds", "秒"),
    "note": ("note", "备注"),
}
_NUMBERS = ("number", "value", "seconds")


def tune_page(
    result: Tuning,
    path: str | os.PathLike[str],
    *,
    subject: str | None = None,
    lang: str = "en",
    glass: str | None = None,
) -> None:
    """Write the page of a search.

    Parameters
    ----------
    result : Tuning
        What :func:`gatecast.tune` returned.
    path : str or path
        The HTML file.
    subject : str, optional
        What was searched for, for the headline; nothing if not given.
    lang : {"en", "zh"}, default "en"
        Language that the page opens in; a button on it changes it.
    glass : str, optional
        File name of the glass box, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written, or there is no such language.
    """
    trials = result.trials.reset_index(drop=True)
    # what was not searched has no column; what mattered most is shown first
    names = [name for name in result.settings if name in trials]
    searched = [name for name in names if len(set(map(str, trials[name]))) > 1]
    searched.sort(key=lambda name: -result.importance.get(name, 0.0))
    shown, charts = _forecast_charts(result)
    charts["history"] = as_data(search_chart(result))
    for name in searched:
        charts[f"slice-{name}"] = as_data(_slice(trials, name, _LOSSES[result.loss]))
    table = result.settings_table
    order = trials.sort_values("value", kind="stable", na_position="last")
    columns = ["number", "state", "value", "seconds", *names, "note"]
    page = render(
        "tune.html",
        charts,
        lang=lang,
        subject="" if subject is None else subject,
        sentences=sentence_pairs(result.sentences),
        verdict=_verdict(result),
        loss=_LOSSES[result.loss],
        shown=shown,
        hidden=0,
        slices=[(f"slice-{name}", name) for name in searched],
        importance=[(name, 100 * part) for name, part in result.importance.items()],
        heads=[words_pair(head) for head in table.columns],
        settings=[
            (name, [words_pair(value) for value in values])
            for name, *values in table.itertuples(name=None)
        ],
        columns=[(_COLUMNS.get(name, (name, name)), name in _NUMBERS) for name in columns],
        rows=[
            [_cell(name, value) for name, value in zip(columns, row, strict=True)]
            for row in order[columns].head(MOST_ROWS).itertuples(index=False, name=None)
        ],
        rows_left=max(0, len(order) - MOST_ROWS),
        glass=glass,
    )
    storage.write_text(path, page)


def _forecast_charts(result: Tuning) -> tuple[list[tuple[str, Any]], dict[str, dict[str, Any]]]:
    """Draw the forecast; without charts where it needs columns that only the user knows."""
    try:
        shown, charts, _ = series_charts(forecast(result.forecaster))
    except GatecastError:
        return [], {}
    return shown, charts


def _verdict(result: Tuning) -> list[tuple[Pair, str, Pair, bool]]:
    """Give the rows of the table: what, its loss, the gain, and whether it is kept."""
    verdict = result.verdict
    if not verdict.n:
        return []
    gain = share(verdict.skill)
    if verdict.p == verdict.p:
        gain = with_interval(verdict.skill, verdict.low, verdict.high)
    name = ("the settings found", "搜索到的设置")
    return [
        (_STATES["the defaults"], f"{verdict.defaults:.4g}", ("", ""), not verdict.kept),
        (name, f"{verdict.found:.4g}", gain, verdict.kept),
    ]


def _cell(name: str, value: Any) -> Pair:
    if name in ("state", "note"):
        return _STATES.get(value, (value, value))
    if name in ("value", "seconds") and math.isnan(value):
        text = ""
    elif name == "seconds":
        text = f"{value:.2f}"
    elif isinstance(value, float):
        text = f"{value:.4g}"
    else:
        text = "-" if value is None else str(value)
    return text, text


def search_chart(result: Tuning) -> Chart:
    """Draw every trial of a search, and the best so far.

    Parameters
    ----------
    result : Tuning
        The search.

    Returns
    -------
    Chart
        The loss over the trials.
    """
    trials = result.trials.reset_index(drop=True)
    number, y = trials["number"].to_numpy(), trials["value"].to_numpy(np.float64)
    finished = (trials["state"] == "finished").to_numpy() & np.isfinite(y)
    best = np.minimum.accumulate(np.where(finished, y, np.inf))
    best[~np.isfinite(best)] = np.nan
    traces = _dots(trials, number)
    traces.append(Trace(("best so far", "目前最好"), number, best, "orange", "step", width=2))
    defaults = trials.loc[finished & (trials["note"] == "the defaults").to_numpy(), "value"]
    if len(defaults):
        level = np.full(2, float(defaults.iloc[0]))
        ends = np.array([number.min(), number.max()])
        traces.append(Trace(_STATES["the defaults"], ends, level, "green", "dashed"))
    return Chart(traces, _COLUMNS["number"], _LOSSES[result.loss], log_y=_is_wide(y))


def _dots(trials: pd.DataFrame, x: np.ndarray) -> list[Trace]:
    y = trials["value"].to_numpy(np.float64)
    made = []
    styles: tuple[tuple[str, str, Style], ...] = (
        ("finished", "blue", "dots"), ("pruned", "silver", "crosses"),
    )  # fmt: skip
    for state, colour, style in styles:
        chosen = (trials["state"] == state).to_numpy() & np.isfinite(y)
        labels = [f"{state} {number}" for number in trials["number"][chosen]]
        made.append(Trace(_STATES[state], x[chosen], y[chosen], colour, style, labels=labels))
    return made


def _slice(trials: pd.DataFrame, name: str, loss: Text) -> Chart:
    """Draw the loss of every trial over one setting."""
    values = trials[name]
    given = [value for value in values if value is not None]
    # a number or none at all is a choice of two
    numbers = len({str(value) for value in given}) > 1 and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in given
    )
    wide = _is_wide(trials["value"].to_numpy(np.float64))
    if not numbers:
        x = np.empty(len(values), object)
        x[:] = [words_pair(message("tuning.unset")) if v is None else str(v) for v in values]
        return Chart(_dots(trials, x), name, loss, log_y=wide)
    x = np.array([math.nan if value is None else float(value) for value in values])
    log_x = min(given) > 0 and max(given) >= 5 * min(given)
    return Chart(_dots(trials, x), name, loss, log_x=log_x, log_y=wide)


def _is_wide(y: np.ndarray) -> bool:
    """Say whether a hopeless trial would press all the others together."""
    y = y[np.isfinite(y)]
    return bool(len(y) and y.min() > 0 and y.max() > 3 * y.min())
