"""Explain the forecast of one series: all that the glass box shows, in one place."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Panel
from gatecast.data.rows import show_time
from gatecast.data.transforms.present_level import at_present_level
from gatecast.explain.attribution import TOLERANCE, attribution
from gatecast.explain.gates import gates
from gatecast.explain.inputs import model_inputs, read_series
from gatecast.explain.memory import memory, spread
from gatecast.explain.pretrained import as_pretrained, explain_pretrained, look_into
from gatecast.explain.result import (
    MOST_STEPS,
    Explanation,
    Run,
    about_choice,
    choose_series,
    relative_errors,
)
from gatecast.explain.training import training_summary
from gatecast.forecaster.benchmarks.average import AverageBenchmark
from gatecast.forecaster.benchmarks.benchmark import Benchmark
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.records import SeriesInputs
from gatecast.messages import Message, message
from gatecast.pretrained.forecaster import PretrainedLSTM
from gatecast.progress import reporting, working

__all__ = ["Explanation", "explain"]


def explain(
    model: LSTMForecaster | PretrainedLSTM,
    source: Any = None,
    series: str | None = None,
    network: int | None = None,
    futr_df: Any = None,
    progress: bool | None = None,
) -> Explanation:
    """Explain the forecast of one series: gates, memory, attribution and training.

    With rows after the end of the model's data a copy of the model is updated first, so that the
    forecast begins where the table ends.

    Parameters
    ----------
    model : LSTMForecaster or PretrainedLSTM
        Fitted; it is not changed. Of a pretrained one what reaches the forecast through the LSTM's
        state is attributed to the past, and nothing was trained.
    source : path, DataFrame, Series or Panel, optional
        Series that the model was fitted on; the data that it was fitted on if not given.
    series : str, optional
        Which of them, by its name; the first if not given.
    network : int, optional
        Which of ``model.networks_`` gates and memory are of. If not given they are of the first, or
        of the pretrained network where that alone makes the forecast.
    futr_df : path or DataFrame, optional
        As for ``model.predict``.
    progress : bool, optional
        Whether it is shown that work goes on; in notebooks if not given.

    Returns
    -------
    Explanation
        Of one series.

    Raises
    ------
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is no such series, or the model does not know it.
    UsageError, DataError
        If a number is out of its range, or the table cannot be used.
    """
    with reporting(progress, lambda: working("explaining the forecast")):
        if isinstance(model, PretrainedLSTM):
            return explain_pretrained(model, source, series)
        return _explain(model, source, series, network, futr_df)


def _explain(
    model: LSTMForecaster, source: Any, series: str | None, network: int | None, futr_df: Any
) -> Explanation:
    whole = read_series(model, source, "explain")
    one, place = choose_series(whole, series)
    _, (inputs,) = model_inputs(model, one, "explain")
    shares = _attribution(model, one)
    notes = [
        *about_choice(whole, one, series), *_about_combination(model, network),
        *_about_error(model, shares),
    ]  # fmt: skip
    if model.look_back is not None:
        notes.append(message("explain.windows", look_back=model.look_back))
    ahead, note = _up_to_date(model, one)
    if note is not None:
        notes.append(note)
    forecast = ahead.predict(futr_df=futr_df)
    if model.ends_.id_col is not None:
        of_it = forecast[model.ends_.id_col] == one.ids[0]
        forecast = forecast.loc[of_it].reset_index(drop=True)
    training = training_summary(model, inputs)
    counts = model.fitted_.counts
    if counts is not None and inputs.series.place in counts.which:
        training = replace(training, verdict=message("explain.counts"))  # no error of its networks
    if network is None and (pretrained := _alone(model, one, inputs.series)) is not None:
        run = look_into(pretrained)
        training = replace(training, losses=(), training={})  # of networks without a part
    else:
        run = Run(
            gates(model, one, network or 0), memory(model, one, network or 0),
            model.networks_[network or 0].layout.cell,
        )  # fmt: skip
    return Explanation(
        whole.ids[place], len(whole), one.id_col, one.time_col, one.target_col, one.to_frame(),
        forecast, run.gates, run.cell, run.memory, shares, training,
        model.look_back, tuple(model.decisions()), tuple(notes),
    )  # fmt: skip


def _alone(model: LSTMForecaster, one: Panel, series: SeriesInputs) -> PretrainedLSTM | None:
    """Give the pretrained network where it forecasts and the networks do not."""
    benchmark = _pretrained_part(model.fitted_.benchmark)
    if model.fitted_.weight or benchmark is None:
        return None
    values = at_present_level(series.transforms, series.own, series.start)
    return as_pretrained(benchmark, replace(one, values=values), model.alias)


def _pretrained_part(benchmark: Benchmark) -> PretrainedBenchmark | None:
    """Give the pretrained network of a benchmark that has it."""
    if isinstance(benchmark, AverageBenchmark):
        return benchmark.pretrained
    return benchmark if isinstance(benchmark, PretrainedBenchmark) else None


def _attribution(model: LSTMForecaster, one: Panel) -> pd.DataFrame:
    """Attribute the forecast, of a long horizon some of its steps."""
    return attribution(model, one, step=(spread(model.h, MOST_STEPS) + 1).tolist())


def _about_combination(model: LSTMForecaster, network: int | None) -> list[Message]:
    """Say what has a part in the forecast besides the networks that are looked into."""
    reasons = [
        decision
        for decision in model.decisions()
        if isinstance(decision, Message) and decision.id.startswith("combination.")
    ]
    if model.fitted_.weight:
        return reasons
    shown = network is None and _pretrained_part(model.fitted_.benchmark) is not None
    return [*reasons, message("explain.of_pretrained" if shown else "explain.no_part")]


def _about_error(model: LSTMForecaster, shares: pd.DataFrame) -> list[Message]:
    """Say how far the attribution is from exact, where it is."""
    steps, left, share = relative_errors(shares)
    usual = model.scale_[steps - 1] * model.fitted_.weight
    share[~(left > TOLERANCE * usual)] = 0.0
    worst = int(np.argmax(share))
    if not share[worst] > 0.01:
        return []
    return [message("explain.inexact", error=share[worst], step=steps[worst])]


def _up_to_date(model: LSTMForecaster, one: Panel) -> tuple[LSTMForecaster, Message | None]:
    """Update a copy of the model with the rows after the end of its data."""
    ends = model.ends_
    which = int(model.fitted_.find(one)[0])
    last = ends.times[which : which + 1]
    new = int(count_steps(last, one.times[-1:], ends.freq)[0])
    if new == 0:
        return model, None
    if new < 0:
        last_time, end = show_time(last[0]), show_time(one.times[-1])
        return model, message("explain.older_table", last=last_time, end=end)
    rows = one.tail(new)
    ahead = copy.deepcopy(model)
    ahead.update(rows)
    return ahead, message("explain.new_values", n=new)
