"""The page of the tutorial's experiment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast import storage
from gatecast.report.charts import Chart, Text, Trace, as_data
from gatecast.report.page import render
from gatecast.report.sentences import question_pairs, sentence_pair, sentence_pairs

if TYPE_CHECKING:
    from gatecast.tutorial.experiment import TutorialResult

__all__ = ["demo_chart", "demo_page"]

NETWORKS = ("tutorial", "sequences")
_COLOURS = {
    "tutorial": "orange", "sequences": "blue", "pretrained": "sky", "naive": "silver",
    "sarima": "green",
}  # fmt: skip
_LABELS = {
    "tutorial": "教程原来的 LSTM",
    "sequences": "在序列上训练的 LSTM",
    "pretrained": "在其他序列上预训练的 LSTM，不训练",
    "naive": "朴素预测（重复上一个值）",
    "sarima": "ARIMA(2, 0, 2)，最大似然",
}


def demo_page(
    result: TutorialResult,
    path: str | os.PathLike[str],
    *,
    lang: str = "en",
    glass: str | None = None,
) -> None:
    """Write the page of the tutorial's experiment.

    Parameters
    ----------
    result : TutorialResult
        What :func:`gatecast.tutorial.experiment.run_tutorial` returned.
    path : str or path
        The HTML file.
    lang : {"en", "zh"}, default "en"
        Language that the page opens in; a button on it changes it.
    glass : str, optional
        File name of the guided page, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written, or there is no such language.
    """
    trained = [run for run in result.runs if run.loss]
    charts = {"series": as_data(demo_chart(result))}
    for run in trained:
        epochs, loss = np.arange(1, len(run.loss) + 1), np.array(run.loss)
        trace = Trace(_label(run), epochs, loss, _COLOURS[run.key], "marked", width=2)
        charts[f"loss-{run.key}"] = as_data(Chart([trace], ("epoch", "轮"), _label(run)))
    rows: list[tuple[Text, str, list[str]]] = [
        (
            _label(run), _COLOURS[run.key],
            [
                f"{run.train_rmse:.4f}", f"{run.test_rmse:.4f}",
                "" if run.fit_seconds is None else f"{run.fit_seconds:.2f}",
            ],
        )
        for run in result.runs
    ]  # fmt: skip
    floor = ("noise floor (the true signal is known)", "噪声下限（已知真实信号）")
    rows.append((floor, "pink", ["", f"{result.noise_floor:.4f}", ""]))
    page = render(
        "demo.html",
        charts,
        lang=lang,
        verdict=sentence_pair(result.verdict),
        rows=rows,
        losses=[f"loss-{run.key}" for run in trained],
        observations=question_pairs({o.question: o.answer for o in result.observations}),
        notes=sentence_pairs(result.notes),
        glass=glass,
    )
    storage.write_text(path, page)


def demo_chart(result: TutorialResult) -> Chart:
    """Draw the series and the forecasts of both networks, around the start of the test part.

    Parameters
    ----------
    result : TutorialResult
        The experiment.

    Returns
    -------
    Chart
        Each forecast at the time that it is for.
    """
    times = result.frame["ds"].to_numpy()
    traces = [Trace(("series", "序列"), times, result.frame["y"].to_numpy(), "grey", width=1)]
    for key in NETWORKS:
        run = result.run(key)
        if run is not None:
            traces.append(Trace(_label(run), times, run.prediction, _COLOURS[key], width=2))
    first, last = max(0, result.split - 100), min(len(times) - 1, result.split + 200)
    return Chart(
        traces, ("step", "步"), ("value", "值"), view=(times[first].item(), times[last].item()),
        mark=(times[result.split].item(), ("test part", "测试部分")),
    )  # fmt: skip


def _label(run: Any) -> Text:
    return str(run.label), _LABELS.get(run.key, str(run.label))
