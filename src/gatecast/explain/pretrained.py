"""Explain a forecast of the pretrained LSTM: its states, and what they add to the forecast."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.explain.gates import gates
from gatecast.explain.memory import (
    MemoryFindings,
    describe_memory,
    describe_units,
    effective_lags,
    series_features,
    spread,
)
from gatecast.explain.result import (
    MOST_STEPS,
    Explanation,
    Run,
    about_choice,
    choose_series,
    relative_errors,
)
from gatecast.explain.sensitivity import output_gradient, state_before
from gatecast.explain.training import TrainingSummary, answers_about_errors
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark
from gatecast.kernel import State
from gatecast.messages import Message, message
from gatecast.pretrained.features import CHANGES
from gatecast.pretrained.forecaster import PretrainedLSTM
from gatecast.pretrained.network import MEDIAN

__all__ = ["as_pretrained", "explain_pretrained", "look_into"]

#: Last steps that a forecast is attributed to.
_LOOK_BACK = 200
#: Points of the Gauss-Legendre quadrature; they are doubled as long as more is left over than
#: this, in local scales.
_POINTS, _MOST_POINTS, _TOLERANCE = 32, 256, 0.003
#: Of the differences that stand for the derivatives of the head.
_WIDTH = 1e-3
#: With fewer steps the accuracy of the forecast is not given.
_FEWEST = 8
_SHARE = 0.95


def as_pretrained(benchmark: PretrainedBenchmark, one: Panel, alias: str) -> PretrainedLSTM:
    """Make a pretrained LSTM of the one that a model combines its networks with.

    Parameters
    ----------
    benchmark : PretrainedBenchmark
        Of a fitted model.
    one : Panel
        One of its series.
    alias : str
        Name of the forecast's column.

    Returns
    -------
    PretrainedLSTM
        It makes the benchmark's forecast.
    """
    model = PretrainedLSTM(
        benchmark.h, freq=one.freq, season_length=benchmark.seasons, level=benchmark.level,
        alias=alias,
    ).fit(one)  # fmt: skip
    model.network_ = benchmark.network
    return model


def look_into(model: PretrainedLSTM) -> Run:
    """Look into the network along the one series of a model.

    Parameters
    ----------
    model : PretrainedLSTM
        Fitted to one series.

    Returns
    -------
    Run
        Its gates, and what it remembers.

    Raises
    ------
    NotFittedError
        Before ``fit``.
    """
    return _run(model, _Path(model))


def explain_pretrained(
    model: PretrainedLSTM, source: Any = None, series: str | None = None
) -> Explanation:
    """Explain the forecast of one series; see :func:`gatecast.explain.explain`.

    The attribution is by integrated gradients of what reaches the median through the LSTM's state,
    from the inputs of a series that stays as it was to what they are; the benchmark forecasts that
    the outputs weigh are held as they are. Amounts are in transformed values.

    Parameters
    ----------
    model : PretrainedLSTM
        Fitted; it is not changed.
    source : path, DataFrame, Series or Panel, optional
        Any series; those of the model if not given.
    series : str, optional
        Which of them, by its name; the first if not given.

    Returns
    -------
    Explanation
        Without training losses, as nothing was trained.

    Raises
    ------
    NotFittedError
        If no table was given, before ``fit``.
    NotFoundError
        If there is no such series.
    UsageError, DataError
        If the table cannot be used.
    """
    if source is not None:
        model = model.on(source)
    whole = model.require_fitted("explain")
    one, place = choose_series(whole, series)
    alone = model.on(one)
    path = _Path(alone)
    run, shares = _run(alone, path), _attribution(path, model.h)
    notes = about_choice(whole, one, series)
    if path.in_logarithms and model.seasons_[0] > 1:
        notes.append(message("explain.pretrained_view"))
    notes += [message("explain.pretrained_states"), *_about_error(shares)]
    steps = len(path.end)
    times = np.tile(one.times[-steps:], len(shares) // steps)
    keys = one.ends().keys(np.array([len(shares)]), times)
    return Explanation(
        whole.ids[place], len(whole), one.id_col, one.time_col, one.target_col, one.to_frame(),
        alone.predict(), run.gates, run.cell, run.memory, pd.concat([keys, shares], axis=1),
        _summary(alone), None, tuple(model.decisions()), tuple(notes),
    )  # fmt: skip


class _Path:
    """The way of the last inputs from those of a series that stays as it was to what they are."""

    def __init__(self, model: PretrainedLSTM) -> None:
        self.network = model.network_
        self.values, self.features, self.in_logarithms = model.view(0)
        self.trace = next(iter(model.traces()))
        inputs = self.features.inputs[0].astype(np.float64)
        begin = max(0, len(inputs) - _LOOK_BACK)
        self.end = inputs[begin:]
        self.start = self.end.copy()
        self.start[:, list(CHANGES)] = 0.0
        self.last = np.array([len(inputs) - 1])
        self.state = (
            state_before(self.network.lstm, self.trace, np.array([begin])) if begin else None
        )

    def median(self, x: np.ndarray, k: int) -> float:
        """Compute the median k steps ahead from inputs [T, I], in local scales."""
        outputs = self._outputs(x[None])
        made = self.network.head(self.features, outputs, self.last, _step(k))
        return float(made[0, 0, 0, MEDIAN])

    def shares(self, k: int) -> tuple[np.ndarray, float]:
        """Integrate the gradient of the median along the way, [T]; also give what is left over."""
        change, points = self.end - self.start, _POINTS
        whole = self.median(self.end, k) - self.median(self.start, k)
        while True:
            nodes, weights = np.polynomial.legendre.leggauss(points)
            along = self.start + (0.5 + 0.5 * nodes)[:, None, None] * change
            shares = (np.tensordot(0.5 * weights, self.slopes(along, k), axes=1) * change).sum(1)
            left = whole - shares.sum()
            if abs(left) <= _TOLERANCE or points >= _MOST_POINTS:
                return shares, left
            points *= 2

    def slopes(self, x: np.ndarray, k: int) -> np.ndarray:
        """Differentiate the median with respect to inputs [B, T, I]."""
        outputs = self._outputs(x)[:, 0].astype(np.float64)
        size = outputs.shape[-1]
        moves = _WIDTH * np.concatenate([np.eye(size), -np.eye(size)])
        at = np.repeat(self.last, len(moves))
        weights = []
        for one in outputs:  # the head has no backward pass of its own
            moved = self.network.head(self.features, (one + moves)[None], at, _step(k))
            medians = moved[0, :, 0, MEDIAN]
            weights.append((medians[:size] - medians[size:]) / (2 * _WIDTH))
        state = self._states(len(x))
        return output_gradient(self.network.lstm, x, np.array(weights), state=state)

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        state = self._states(len(x))
        return self.network.lstm.run(x.astype(np.float32), state=state, warmup=x.shape[1] - 1)[0]

    def _states(self, samples: int) -> State | None:
        if self.state is None:
            return None
        return State(*(np.repeat(part, samples, axis=1) for part in self.state))


def _step(k: int) -> np.ndarray:
    return np.array([k])


def _run(model: PretrainedLSTM, path: _Path) -> Run:
    """Describe the units, and how far back the gradient of the median reaches."""
    units = describe_units(
        path.network.lstm.layout, path.trace, series_features([(path.values, 0)], model.seasons_[0])
    )
    steps, curve = spread(model.h, MOST_STEPS) + 1, np.zeros(len(path.end))
    for k in steps:
        curve += np.abs(path.slopes(path.end[None], k)[0]).sum(axis=1)[::-1] / len(steps)
    effective = effective_lags(curve, _SHARE)
    reach = message("memory.nothing")
    if effective:
        reach = message("explain.within", share=_SHARE, steps=effective)
    gradient = pd.DataFrame({"step": 1, "lag": np.arange(len(curve)), "gradient": curve})
    remembered = MemoryFindings(
        units,
        gradient,
        effective,
        _SHARE,
        len(curve),
        (reach, *describe_memory(units, effective, _SHARE)),
    )
    return Run(gates(model), remembered, "lstm")


def _attribution(path: _Path, h: int) -> pd.DataFrame:
    """Attribute the median to past steps."""
    present = float(path.features.y[0, path.last[0]])
    scale = float(path.features.scale[0, path.last[0]])
    parts = []
    for k in spread(h, MOST_STEPS) + 1:
        shares, left = path.shares(k)
        amounts = shares * scale
        columns = {
            "step": k,
            "lag": np.arange(len(amounts))[::-1],
            "input": "value",
            "attribution": amounts,
            "effect": np.nan if path.in_logarithms else amounts,
            "baseline": present + path.median(path.start, k) * scale,
            "forecast": present + path.median(path.end, k) * scale,
            "error": left * scale,
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _about_error(shares: pd.DataFrame) -> list[Message]:
    steps, _, share = relative_errors(shares)
    worst = int(np.argmax(share))
    if not share[worst] > 0.05:
        return []
    return [message("explain.inexact", error=share[worst], step=int(steps[worst]))]


def _summary(model: PretrainedLSTM) -> TrainingSummary:
    """Summarise forecasts one step ahead, which are out of sample: nothing was trained here."""
    actual = model.panel_.values
    fitted = model.one_step_ahead()
    there = np.isfinite(fitted)
    verdict: Message = message("explain.short_series")
    if there.sum() >= _FEWEST:
        naive = np.abs(np.diff(actual, prepend=np.nan))[there].mean()
        gain = 1.0 - np.abs(actual - fitted)[there].mean() / naive if naive else 0.0
        n = int(there.sum())
        better = message("explain.no_training", n=n, gain=gain)
        verdict = better if gain >= 0.01 else message("explain.no_training_no_better", n=n)
    return TrainingSummary(verdict, (), fitted, {}, answers_about_errors(actual, fitted))
