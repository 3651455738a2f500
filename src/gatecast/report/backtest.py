"""The page of a backtest: the verdict first, then the figures that it stands on."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gatecast import storage
from gatecast.diagnostics.examination import diagnose
from gatecast.diagnostics.recommendation import verdict
from gatecast.report.charts import Chart, Text, Trace, as_data, clock, colour_of
from gatecast.report.page import render
from gatecast.report.sentences import Pair, left_out_pairs, question_pairs, sentence_pairs
from gatecast.report.tables import by_series, cell, most_values, number, time_form, with_interval

if TYPE_CHECKING:
    from gatecast.diagnostics.recommendation import Verdict
    from gatecast.evaluation.backtest import Backtest

__all__ = ["backtest_chart", "backtest_page", "leaderboard_cells", "model_colours"]

MOST_SERIES = 50
#: Forecasts that all charts of a page hold together.
_MOST_FORECASTS = 50_000
_HEADINGS: dict[str, Pair] = {
    name: (name.upper(), name.upper()) for name in ("mae", "rmse", "mase", "owa")
} | {"smape": ("sMAPE", "sMAPE"), "bias": ("bias", "偏差")}
_ERROR: Text = ("mean absolute error", "平均绝对误差")
_SCALED: Text = ("mean absolute scaled error", "平均绝对缩放误差")


def backtest_page(
    result: Backtest,
    path: str | os.PathLike[str],
    *,
    subject: str | None = None,
    lang: str = "en",
    answers: Mapping[Any, str] | None = None,
    glass: str | None = None,
) -> None:
    """Write the page of a backtest.

    Parameters
    ----------
    result : Backtest
        What :func:`gatecast.backtest` returned.
    path : str or path
        The HTML file.
    subject : str, optional
        What was forecast, for the headline; the name of the target column if not given.
    lang : {"en", "zh"}, default "en"
        Language that the page opens in; a button on it changes it.
    answers : mapping of str to str, optional
        Questions about the errors of the recommended model, and answers; those of
        :func:`gatecast.diagnose` if not given.
    glass : str, optional
        File name of the glass box, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written, or there is no such language.
    """
    choice = verdict(result) if len(result.models) > 1 else None
    colours = model_colours(result)
    shown, charts = _series_charts(result, choice, colours)
    charts["steps"] = as_data(_losses(result, colours, "steps", ("step", "步")))
    charts["cutoffs"] = as_data(_losses(result, colours, "cutoffs", ("cutoff", "截断点")))
    board = leaderboard_cells(result.leaderboard())
    model = choice.use if choice else next(iter(result.models))
    if answers is None:
        answers = diagnose(result, model)
    count = len(by_series(result.forecasts, result.id_col))
    page = render(
        "backtest.html",
        charts,
        lang=lang,
        subject=result.target_col if subject is None else subject,
        verdict=sentence_pairs(choice.sentences if choice else ()),
        headings=board["headings"],
        rows=[(name, colours[name], cells) for name, cells in board["rows"]],
        about_owa=sentence_pairs(filter(None, [result.about_owa])),
        significance=_significance(result, choice),
        against=choice.best if choice else "",
        shown=shown,
        hidden=count - len(shown),
        single="frames" not in charts["series-0"],
        frames=len(charts["series-0"].get("frames", ())),
        model=model,
        diagnosis=question_pairs(answers),
        left_out=left_out_pairs(result.notes),
        decisions=sentence_pairs(n for n in result.notes if n not in result.left_out.values()),
        glass=glass,
    )
    storage.write_text(path, page)


def model_colours(result: Backtest) -> dict[str, str]:
    """Give each model its colour; the LSTM's is blue.

    Parameters
    ----------
    result : Backtest
        Of these models.

    Returns
    -------
    dict of str to str
        One of :data:`gatecast.report.charts.COLOURS` by model, in the order of the leaderboard.
    """
    others = [name for name in result.models if name != "LSTM"]
    return {name: colour_of(others.index(name) if name in others else 0, name)
            for name in result.leaderboard()["model"]}  # fmt: skip


def leaderboard_cells(leaderboard: pd.DataFrame) -> dict[str, list[Any]]:
    """Write a leaderboard for a page.

    Parameters
    ----------
    leaderboard : DataFrame
        As a backtest gives it.

    Returns
    -------
    dict
        ``headings`` in both languages, and ``rows``, each a model and its cells.
    """
    metrics = [name for name in _HEADINGS if name in leaderboard]
    covered = [str(name) for name in leaderboard.columns if str(name).startswith("coverage-")]
    levels = [name.removeprefix("coverage-") for name in covered]
    return {
        "headings": [_HEADINGS[name] for name in metrics]
        + [(f"{level} % covered", f"{level}% 覆盖") for level in levels],
        "rows": [
            (
                str(row["model"]),
                [number(row[name]) for name in metrics] + [_covered(row[name]) for name in covered],
            )
            for _, row in leaderboard.iterrows()
        ],
    }


def _covered(level: Any) -> str | Pair:
    return (f"{level:.1f} %", f"{level:.1f}%") if np.isfinite(level) else ""


def _significance(result: Backtest, choice: Verdict | None) -> list[tuple[str, Pair, str, str]]:
    if choice is None:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what cannot be tested is said in the table
        table = result.significance(choice.best, over=choice.over)
    rows = []
    ranked = table.set_index("model", drop=False).reindex(result.leaderboard()["model"])
    for row in ranked.dropna(subset="model").to_dict("records"):
        pairs = str(int(row["n"]))
        if not np.isfinite(row["p"]):
            rows.append((row["model"], ("too few to test", "太少，无法检验"), "", pairs))
            continue
        p = "< 0.001" if row["p"] < 0.001 else f"{row['p']:.3f}"
        gain = with_interval(row["skill"], row["low"], row["high"])
        rows.append((row["model"], gain, p, pairs))
    return rows


def _losses(result: Backtest, colours: dict[str, str], over: str, title: Text) -> Chart:
    table = result.losses(over=over)
    x = clock(pd.Series(table.index))
    traces = [
        Trace(name, x, table[name].to_numpy(np.float64), colour, "marked")
        for name, colour in colours.items()
    ]
    return Chart(traces, title, _SCALED if result.several else _ERROR)


# ---------------------------------------------------------------------- forecasts and actual values


def backtest_chart(result: Backtest, series: Any = None) -> Chart:
    """Draw the actual values of a series and the best model's forecasts, with its intervals.

    Parameters
    ----------
    result : Backtest
        What was forecast.
    series : optional
        Name of the series; the first if not given.

    Returns
    -------
    Chart
        Where windows overlap, the latest forecast of each value.
    """
    past, forecasts = _parts(result)
    name = next(iter(forecasts)) if series is None else series
    best = str(result.leaderboard()["model"].iloc[0])
    rows = forecasts[name].sort_values(["cutoff", "step"], kind="stable")
    latest = rows.drop_duplicates(result.panel.time_col, keep="last")  # where windows overlap
    latest = latest.sort_values(result.panel.time_col, kind="stable")
    x = clock(latest[result.panel.time_col])
    traces = [*_bands(latest, best, x, model_colours(result)[best]), _actual(result, past[name]),
              Trace(best, x, latest[best].to_numpy(np.float64), model_colours(result)[best],
                    width=2)]  # fmt: skip
    return Chart(
        traces, result.panel.time_col, result.target_col, view=_around(traces[-2].x, x[0], x[-1])
    )


def _series_charts(
    result: Backtest, choice: Verdict | None, colours: dict[str, str]
) -> tuple[list[tuple[str, Any]], dict[str, dict[str, Any]]]:
    """Draw each series with a frame for each cutoff, as far as a page holds them."""
    past, forecasts = _parts(result)
    cells = max(1, max(len(rows) for rows in forecasts.values()) * len(result.models))
    names = list(forecasts)[: int(np.clip(_MOST_FORECASTS // cells, 1, MOST_SERIES))]
    most = most_values(len(names), int(result.forecasts["step"].max()))
    shown, charts = [], {}
    in_view = {choice.use, choice.best} if choice else {next(iter(result.models))}
    for i, name in enumerate(names):
        rows = forecasts[name].sort_values(["cutoff", "step"], kind="stable")
        actual = _actual(result, past[name].iloc[-most:])
        charts[f"series-{i}"] = _framed(result, actual, rows, in_view, colours)
        shown.append((f"series-{i}", name))
    return shown, charts


def _parts(result: Backtest) -> tuple[dict[Any, pd.DataFrame], dict[Any, pd.DataFrame]]:
    past = by_series(result.panel.to_frame(), result.id_col)
    return past, by_series(result.forecasts, result.id_col)


def _actual(result: Backtest, past: pd.DataFrame) -> Trace:
    values = past[result.target_col].to_numpy(np.float64)
    return Trace(result.target_col, clock(past[result.panel.time_col]), values, "ink")


def _framed(
    result: Backtest,
    actual: Trace,
    rows: pd.DataFrame,
    in_view: set[str],
    colours: dict[str, str],
) -> dict[str, Any]:
    """Give the chart of one series; of one step from each cutoff all forecasts are one line."""
    time_col = result.panel.time_col
    if rows["step"].nunique() == 1:
        x = clock(rows[time_col])
        traces = [actual, *_forecasts(rows, x, colours, in_view)]
        view = _around(actual.x, x.min(), x.max())
        return as_data(Chart(traces, time_col, result.target_col, view=view))
    frames = []
    form = time_form(rows["cutoff"])
    for cutoff, window in rows.groupby("cutoff", sort=True):
        x = clock(window[time_col])
        traces = _forecasts(window, x, colours, in_view)
        view = _around(actual.x, x[0], x[-1])
        mark = (clock(pd.Series([cutoff]))[0], ("cutoff", "截断点"))
        frame = as_data(Chart(traces, view=view, mark=mark))
        truth = window[result.target_col].to_numpy(np.float64)
        errors = [
            (name, colours[name], float(f"{np.abs(window[name].to_numpy() - truth).mean():.4g}"))
            for name in colours
        ]
        frames.append({key: frame[key] for key in ("traces", "view", "mark")}
                      | {"label": cell(cutoff, form), "errors": errors})  # fmt: skip
    return as_data(Chart([actual], time_col, result.target_col)) | {"frames": frames}


def _forecasts(
    rows: pd.DataFrame, x: np.ndarray, colours: dict[str, str], in_view: set[str]
) -> list[Trace]:
    """Draw what the models forecast; those that are not in view wait in the legend."""
    traces = []
    for name, colour in colours.items():
        if name in in_view:
            traces += _bands(rows, name, x, colour)
    return traces + [
        Trace(name, x, rows[name].to_numpy(np.float64), colour, width=2, shown=name in in_view)
        for name, colour in colours.items()
    ]


def _bands(rows: pd.DataFrame, model: str, x: np.ndarray, colour: str) -> list[Trace]:
    start = f"{model}-lo-"
    levels = [str(n).removeprefix(start) for n in rows.columns if str(n).startswith(start)]
    return [
        Trace(
            (f"{model}, {level} % interval", f"{model}，{level}% 区间"), x,
            rows[f"{model}-hi-{level}"].to_numpy(np.float64), colour, "band",
            rows[f"{model}-lo-{level}"].to_numpy(np.float64), opacity=0.15 + 0.15 * i,
        )
        for i, level in enumerate(sorted(levels, key=float, reverse=True))
    ]  # fmt: skip


def _around(times: np.ndarray, first: Any, last: Any) -> tuple[Any, Any]:
    """Choose what is in view: the forecasts, and before them at least four times as much."""
    start, end = (int(np.searchsorted(times, t)) for t in (first, last))
    return times[max(0, start - max(4 * (end - start + 1), 20))], last
