"""Questions about the errors of one model in a backtest, and answers with their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatecast.diagnostics.fit import noise_floor_gap
from gatecast.diagnostics.persistence import horizon_persistence, persistence
from gatecast.diagnostics.residuals import (
    drift,
    heteroscedasticity,
    horizon_skill,
    ljung_box,
    mean_error,
    noise_floor,
)
from gatecast.errors import UsageError, unknown_model
from gatecast.evaluation.results import Backtest
from gatecast.messages import Message, message

__all__ = ["diagnose", "one_step_errors"]

#: Of fewer errors in the order of time no autocorrelation is tested.
_FEWEST = 20


def diagnose(backtest: Backtest, model: str = "LSTM") -> dict[Message, Message]:
    """Examine the errors of a model.

    Parameters
    ----------
    backtest : Backtest
        Of one series or many; tests that need the order of time are made for a single one.
    model : str, default "LSTM"
        Which model.

    Returns
    -------
    dict of Message to Message
        Questions and answers; those that the data cannot answer are left out.

    Raises
    ------
    UsageError
        If there is no such model.
    """
    if model not in backtest.models:
        raise UsageError(unknown_model(model, backtest.models))
    answers: dict[Message, Message] = {}
    steps = backtest.losses("absolute", "steps")
    reference = backtest.reference if backtest.reference not in (None, model) else None
    if reference is not None and len(steps) > 1:
        answers[message("question.horizon")] = horizon_skill(
            steps[model].to_numpy(), steps[reference].to_numpy(), reference
        ).sentence
    cutoffs = backtest.losses("absolute", "cutoffs")[model].to_numpy()
    if len(cutoffs) >= 10:
        answers[message("question.drift")] = drift(cutoffs).sentence
    if len(backtest.panel) == 1:
        answers |= _about_errors(backtest, model, overlap=len(steps) if len(cutoffs) > 1 else 1)
    answers |= _about_persistence(backtest, model)
    if len(backtest.panel) == 1:
        answers |= _about_noise_floor(backtest, model)
    return answers


def one_step_errors(backtest: Backtest, model: str) -> np.ndarray:
    """Give actual less forecast one step ahead, in the order of time; of the first series.

    Parameters
    ----------
    backtest : Backtest
        Of one series or more.
    model : str
        Its name there.

    Returns
    -------
    ndarray [cutoffs]
        In the series' own unit.
    """
    table: Any = backtest.scored[backtest.scored["step"] == 1]
    if backtest.id_col is not None:
        table = table[table[backtest.id_col] == table[backtest.id_col].iloc[0]]
    table = table.sort_values("cutoff", kind="stable")
    actual, forecast = table[backtest.target_col], table[model]
    return actual.to_numpy(np.float64) - forecast.to_numpy(np.float64)


def _about_errors(backtest: Backtest, model: str, overlap: int) -> dict[Message, Message]:
    every = backtest.scored.sort_values(["cutoff", "step"], kind="stable")
    errors = every[backtest.target_col].to_numpy(float) - every[model].to_numpy(float)
    answers = {}
    if len(errors) >= 10:
        answers[message("question.bias")] = mean_error(errors, overlap).sentence
    one_step = one_step_errors(backtest, model)
    if len(one_step) >= _FEWEST and np.ptp(one_step) > 0:
        answers[message("question.autocorrelation")] = ljung_box(one_step).sentence
        answers[message("question.variance")] = heteroscedasticity(one_step).sentence
    return answers


def _about_persistence(backtest: Backtest, model: str) -> dict[Message, Message]:
    """Test whether forecasts copy the last value: by lag step by step, by distance otherwise."""
    question = message("question.persistence")
    table = backtest.scored
    if _step_by_step(backtest) and np.ptp(table[model]) > 0:
        one_step: Any = table[table["step"] == 1]
        one_step = one_step.sort_values("cutoff", kind="stable")
        actual, forecast = one_step[backtest.target_col], one_step[model]
        return {question: persistence(actual.to_numpy(float), forecast.to_numpy(float)).sentence}
    rows = np.stack([table[backtest.target_col], table[model], backtest.last_values()])
    rows = rows.astype(np.float64)
    if len(backtest.panel) > 1:  # in one unit, so that no series outweighs the others
        rows = rows / backtest.scales["absolute"].to_numpy()
    actual, forecast, last = rows[:, np.isfinite(rows).all(axis=0)]
    if not np.abs(actual - last).sum() > 0:
        return {}
    return {question: horizon_persistence(actual, forecast, last).sentence}


def _step_by_step(backtest: Backtest) -> bool:
    """Whether there is a one-step forecast of every value of a long enough part of one series."""
    one_step = int((backtest.forecasts["step"] == 1).sum())
    return len(backtest.panel) == 1 and backtest.step_size == 1 and one_step >= _FEWEST


def _about_noise_floor(backtest: Backtest, model: str) -> dict[Message, Message]:
    values = backtest.panel[0].values
    errors = one_step_errors(backtest, model)
    if not _step_by_step(backtest) or len(values) < 300:
        return {}
    floor = noise_floor(values)
    if not floor > 0:
        return {}
    gap = noise_floor_gap(float(np.sqrt(np.mean(errors**2))), floor).sentence
    return {message("question.noise_floor"): message("floor.estimated", gap=gap)}
