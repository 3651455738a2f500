"""The page of a forecast: how good it may be first, then the forecast over its history."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gatecast import storage
from gatecast.data.holidays import holiday_name
from gatecast.messages import Message, from_document, message
from gatecast.report.charts import MODELS, Chart, Trace, as_data, clock
from gatecast.report.components import components_charts
from gatecast.report.page import render
from gatecast.report.plans import forecast_lines, plans_table
from gatecast.report.sentences import (
    Pair,
    left_out_pairs,
    question_pairs,
    sentence_pair,
    sentence_pairs,
    words_pair,
)
from gatecast.report.tables import by_series, cell, decimals, most_values, number, share, time_form

if TYPE_CHECKING:
    from gatecast.evaluation.forecast import ForecastResult

__all__ = ["forecast_chart", "forecast_page", "series_charts"]

MOST_SERIES = 200
#: Decisions that a reader must know before using the forecast or its intervals.
_WARNINGS = (
    "combination.benchmark_only", "combination.prior", "combination.untested", "holdout.interval",
    "holdout.no_test", "effects.few", "effects.beyond", "counts.median",
)  # fmt: skip
MOST_ROWS = 2000
#: Effects of which those of 0 are shown too.
_MOST_WITHOUT = 20


def forecast_page(
    result: ForecastResult,
    path: str | os.PathLike[str],
    *,
    subject: str | None = None,
    lang: str = "en",
    glass: str | None = None,
) -> None:
    """Write the page of a forecast.

    Parameters
    ----------
    result : ForecastResult
        What :func:`gatecast.forecast` returned.
    path : str or path
        The HTML file.
    subject : str, optional
        What is forecast, for the headline; the name of the target column if not given.
    lang : {"en", "zh"}, default "en"
        Language that the page opens in; a button on it changes it.
    glass : str, optional
        File name of the glass box, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written, or there is no such language.
    """
    shown, charts, cut = series_charts(result)
    count = len(by_series(result.frame, result.id_col))
    parts = components_charts(result, len(shown))
    charts |= {f"parts-{i}": as_data(chart) for i, chart in enumerate(parts.values())}
    effects, left = _shown_effects(result)
    warnings, form = _warnings(result), time_form(result.frame[result.time_col])
    above = {*warnings, *result.left_out.values()}
    page = render(
        "forecast.html",
        charts,
        lang=lang,
        subject=result.target_col if subject is None else subject,
        summary=sentence_pair(_summary(result, count, form)),
        verdict=sentence_pairs(result.verdict),
        facts=_facts(result, count, form),
        left_out=left_out_pairs(result.decisions),
        warnings=sentence_pairs(warnings),
        shown=shown,
        hidden=count - len(shown),
        cut=cut,
        **_table(result, count, form),
        rows_left=max(0, len(result.frame) - MOST_ROWS),
        answers=question_pairs(result.answers),
        effects=_effect_rows(effects),
        effects_left=left,
        **plans_table(result),
        components=[(f"parts-{i}", name) for i, name in enumerate(parts)],
        decisions=sentence_pairs(text for text in result.decisions if text not in above),
        settings=result.settings,
        glass=glass,
    )
    storage.write_text(path, page)


def series_charts(
    result: ForecastResult,
) -> tuple[list[tuple[str, Any]], dict[str, dict[str, Any]], int]:
    """Draw the forecast of each series, as far as a page holds them.

    Parameters
    ----------
    result : ForecastResult
        The forecast.

    Returns
    -------
    shown : list of (str, name)
        Name of the chart, and of the series, in the order of the table.
    charts : dict of str to dict
        The charts, for :func:`gatecast.report.page.render`.
    cut : int
        Values that are left of each history; 0 where nothing was cut off.
    """
    past, future = (by_series(frame, result.id_col) for frame in (result.history, result.frame))
    names = list(future)[:MOST_SERIES]
    most = most_values(len(names), len(result.frame) // len(future))
    shown, charts = [], {}
    for i, name in enumerate(names):
        chart = forecast_chart(result, past[name].iloc[-most:], future[name])
        charts[f"series-{i}"] = as_data(chart)
        shown.append((f"series-{i}", name))
    return shown, charts, most if any(len(past[name]) > most for name in names) else 0


def forecast_chart(result: ForecastResult, past: pd.DataFrame, future: pd.DataFrame) -> Chart:
    """Draw the forecast of one series over its history, intervals as bands.

    Parameters
    ----------
    result : ForecastResult
        The forecast.
    past, future : DataFrame
        Rows of the series in ``result.history`` and ``result.frame``.

    Returns
    -------
    Chart
        The end of the history is in view.
    """
    times, values = clock(past[result.time_col]), past[result.target_col].to_numpy(np.float64)
    ahead = clock(future[result.time_col])
    # joined to the last observation, so that the eye can follow
    follows = len(times) > 0 and ahead[0] > times[-1]
    joint = values[-1:] if follows else values[:0]
    x = np.concatenate([times[-1:], ahead]) if follows else ahead

    def joined(column: str) -> np.ndarray:
        return np.concatenate([joint, future[column].to_numpy(np.float64)])

    traces = [
        Trace(
            (f"{level} % interval", f"{level}% 区间"), x, joined(f"{result.model}-hi-{level}"),
            "blue", "band", joined(f"{result.model}-lo-{level}"), opacity=0.15 + 0.15 * i,
        )
        for i, level in enumerate(result.levels)
    ]  # fmt: skip
    traces.append(Trace(result.target_col, times, values, "grey"))
    traces += [
        Trace(name, x, np.concatenate([joint, y]), MODELS[i % len(MODELS)], width=2.5)
        for i, (name, y) in enumerate(forecast_lines(result, future).items())
    ]
    first = max(0, len(times) - max(5 * len(ahead), 60))
    view = (times[first], ahead[-1]) if follows else None
    return Chart(traces, result.time_col, result.target_col, view=view)


def _table(result: ForecastResult, count: int, form: str) -> dict[str, Any]:
    """Write the forecast as a table: its times, the forecast, and each interval in one cell."""
    frame = result.frame.head(MOST_ROWS)
    keys = (
        [result.time_col]
        if count == 1 or result.id_col is None
        else [result.id_col, result.time_col]
    )
    ends = [[f"{result.model}-{end}-{level}" for end in ("lo", "hi")] for level in result.levels]
    places = decimals(
        frame[[result.model, *(name for pair in ends for name in pair)]].to_numpy(np.float64)
    )
    cells = [[cell(value, form) for value in frame[key]] for key in keys]
    cells.append([f"{value:,.{places}f}" for value in frame[result.model]])
    cells += [
        [f"{a:,.{places}f} – {b:,.{places}f}" for a, b in zip(frame[low], frame[high], strict=True)]
        for low, high in ends
    ]
    return {
        "columns": [(key, key) for key in keys]
        + [_model_name(result)]
        + [(f"{level} % interval", f"{level}% 区间") for level in result.levels],
        "keys": len(keys),
        "rows": list(zip(*cells, strict=True)),
    }


def _shown_effects(result: ForecastResult) -> tuple[Any, int]:
    """Give the effects that a page shows: of many only those that are not 0; and how many not."""
    table: Any = result.effects
    if table is None or len(table) <= _MOST_WITHOUT:
        return table, 0
    acting = table[(table["effect"] != 0.0) | (table["later"] != 0.0)]
    return acting, len(table) - len(acting)


def _effect_rows(table: Any) -> list[tuple[str | Pair, ...]]:
    """Write the effect of each column: from, to, size, interval, share and events."""
    if table is None:
        return []
    ids = [name for name in table.columns[:1] if name != "column"]
    return [
        (
            *(str(row[name]) for name in ids),
            _column(str(row["column"])),
            f"{number(row['low'])} → {number(row['high'])}",
            number(row["effect"]),
            f"[{number(row['effect-lo-95'])}, {number(row['effect-hi-95'])}]",
            share(row["relative"]), f"{row['events']:,}",
        )
        for row in table.head(MOST_ROWS).to_dict("records")
    ]  # fmt: skip


def _column(name: str) -> str | Pair:
    """Name a column, in both languages where it is one of ours."""
    words = holiday_name(name)
    return words_pair(words) if isinstance(words, Message) else words


def _model_name(result: ForecastResult) -> Pair:
    """Name the column of the forecast; where a benchmark alone makes it, name that too."""
    for decision in map(from_document, result.decisions):
        if decision.id == "combination.benchmark_only":
            benchmark = from_document(decision.fields["benchmark"])
            english, chinese = words_pair(benchmark)
            return f"{result.model} ({english})", f"{result.model}（{chinese}）"
    return result.model, result.model


def _summary(result: ForecastResult, count: int, form: str) -> str:
    times = pd.Series(result.frame[result.time_col])
    return message(
        "pages.horizon", count=count, steps=len(result.frame) // count, model=result.model,
        first=cell(times.iloc[0], form), last=cell(times.iloc[-1], form),
    )  # fmt: skip


def _facts(result: ForecastResult, count: int, form: str) -> list[tuple[Pair, Pair, Pair | None]]:
    """Give what a reader asks first, each with its name and a note."""
    facts: list[tuple[Pair, Pair, Pair | None]] = []
    first = result.frame.iloc[0]
    if count == 1:  # of many there is no first
        ends = None
        if result.levels:
            level = result.levels[0]
            low, high = (number(float(first[f"{result.model}-{e}-{level}"])) for e in ("lo", "hi"))
            ends = (
                f"{low} to {high} ({level} % interval)",
                f"{low} 到 {high}（{level}% 区间）",
            )
        value, when = number(float(first[result.model])), cell(first[result.time_col], form)
        facts.append(((f"forecast for {when}", f"{when} 的预测"), (value, value), ends))
    if result.expected_error is not None:
        facts.append(_expected(result, count))
    if result.skill is not None:
        reference = from_document(result.reference)
        below = abs(result.skill) >= 0.005
        size = share(abs(result.skill))
        words = ("lower", "低") if result.skill > 0 else ("higher", "高")
        value = (
            (f"{size[0]} {words[0]}", f"{words[1]} {size[1]}") if below else ("the same", "相同")
        )
        facts.append(
            (
                (
                    f"error against {reference.text('en')}",
                    f"与{reference.text('zh')}相比的误差",
                ),
                value,
                ("on values held out from training", "在训练时留出的数值上"),
            )
        )
    return facts


def _expected(result: ForecastResult, count: int) -> tuple[Pair, Pair, Pair]:
    assert result.expected_error is not None
    name = ("expected error (MAE)", "预期误差（MAE）")
    if count == 1:
        value = f"± {float(f'{result.expected_error[0]:.3g}'):,g}"
        note = ("mean over the horizon, from held-out values", "预测范围内的平均，依据留出的数值")
        return name, (value, value), note
    sizes = result.history[result.target_col].abs()
    if result.id_col is not None:
        sizes = sizes.groupby(result.history[result.id_col], sort=False, observed=True).mean()
    usual = float(np.median(result.expected_error / np.maximum(sizes.to_numpy(), 1e-300)))
    note = (
        "of a series' mean size, median over all series; from held-out values",
        "相对序列平均大小，取各序列的中位数；依据留出的数值",
    )
    english, chinese = share(usual)
    return name, (f"± {english}", f"± {chinese}"), note


def _warnings(result: ForecastResult) -> list[str]:
    """Pick what a reader must know before using the intervals."""
    warnings = [text for text in result.decisions if _id(text) in _WARNINGS]
    if result.expected_error is None and result.skill is None and not result.verdict:
        warnings.append(message("pages.not_measured"))
    return warnings


def _id(text: str) -> str:
    """Give the id of a decision; of a note of one of several plans that of the note."""
    decision = from_document(text)
    if decision.id == "plans.note":
        decision = from_document(decision.fields["note"])
    return decision.id
