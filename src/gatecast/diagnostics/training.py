"""Whether a forecaster was trained long enough, and whether it learnt too much or too little."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.diagnostics.fit import FitQuality, fit_quality
from gatecast.diagnostics.residuals import estimated_floor
from gatecast.errors import DataError, UsageError
from gatecast.evaluation.backtest import backtest
from gatecast.evaluation.distributions import written
from gatecast.forecaster import LSTMForecaster

__all__ = ["LongerTraining", "TrainingFindings", "examine_training"]

_LONGER = 3


@dataclass(frozen=True)
class LongerTraining:
    """Hold what three times as many updates do to the error on values not trained on.

    Parameters
    ----------
    updates : int
        Updates of the training that was asked about.
    gain : float
        Share of the error that is gone after three times as many; below zero if it grew.
    p : float
        Of the Diebold-Mariano test that both trainings are as good.
    """

    updates: int
    gain: float
    p: float

    @property
    def helps(self) -> bool:
        """Whether longer training lowers the error by more than chance."""
        return self.gain > 0 and self.p < 0.05

    @property
    def sentence(self) -> str:
        """Say it."""
        told = (
            f"after {_LONGER * self.updates} updates in the place of {self.updates} the error on "
            f"later values is {abs(self.gain):.1%} {'lower' if self.gain > 0 else 'higher'}, "
            f"p {written(self.p)}"
        )
        if self.helps:
            return f"yes: {told}"
        if self.gain < 0 and self.p < 0.05:
            return f"no, it would do harm: {told}"
        return f"no: {told}"


@dataclass(frozen=True)
class TrainingFindings:
    """Hold both answers.

    Parameters
    ----------
    longer : LongerTraining
        Whether more training would help.
    fit : FitQuality
        Training error beside the error one step after it, and the estimated noise floor.
    """

    longer: LongerTraining
    fit: FitQuality

    @property
    def answers(self) -> dict[str, str]:
        """Questions and answers."""
        return {
            "Would more training help?": self.longer.sentence,
            "Is it over- or underfitted?": self.fit.sentence.removesuffix("."),
        }


def examine_training(
    model: LSTMForecaster, source: Any, *, n_windows: int = 60
) -> TrainingFindings:
    """Train a forecaster as it is and for longer on the first part of a series, and compare.

    Both trainings end before the last ``n_windows`` values; along these the networks are walked
    one step at a time, without learning.

    Parameters
    ----------
    model : LSTMForecaster
        Its settings are used; it may be fitted or not, and stays as it is.
    source : path, DataFrame, Series or Panel
        One series; see :func:`gatecast.data.reading.read_panel`.
    n_windows : int, default 60
        Last values that are forecast one step ahead; at most a third of the series.

    Returns
    -------
    TrainingFindings
        Whether more training would help, and whether it is over- or underfitted.

    Raises
    ------
    DataError
        If there are many series, or too few values.
    UsageError
        If the model is no LSTMForecaster.
    """
    if not isinstance(model, LSTMForecaster):
        raise UsageError(f"a training is that of an LSTMForecaster; found {type(model).__name__}")
    settings: dict[str, Any] = {**model.get_params(), "h": 1, "level": ()}
    known = source
    if not isinstance(known, Panel):
        columns = [c for kind in ("hist", "futr", "stat") for c in settings[f"{kind}_exog_list"]]
        known = read_panel(source, freq=model.freq, extra_cols=columns)
    if len(known) > 1:
        raise DataError(f"{len(known)} series were given; a training is examined on one")
    n = len(known[0].values)
    count = min(n_windows, n // 3)
    if count < 10:
        raise DataError(f"the series has {n} values, and 30 are needed: supply more history")
    trained = LSTMForecaster(**settings).fit(_first(known, n - count))
    updates = trained.updates_
    models = {
        "as it is": LSTMForecaster(**{**settings, "updates": updates}),
        "longer": LSTMForecaster(**{**settings, "updates": _LONGER * updates}),
    }
    found = backtest(models, known, h=1, n_windows=count, step_size=1, refit=False)
    losses = found.losses("squared")
    gain = 1.0 - float(np.sqrt(losses["longer"].mean() / losses["as it is"].mean()))
    row = found.significance("longer", loss="squared").iloc[0]
    inside = trained.predict_insample()
    before = _errors(inside, found.target_col, "LSTM")
    after = _errors(found.forecasts, found.target_col, "as it is")
    floor = estimated_floor(known[0].values) if n >= 300 else 0.0
    return TrainingFindings(
        LongerTraining(updates, gain, float(row["p"])),
        # the first values are forecast from an empty memory
        fit_quality(before[len(before) // 5 :], after, floor if floor > 0 else None),
    )


def _first(panel: Panel, count: int) -> Panel:
    """Give the first values of a panel of one series."""
    return replace(
        panel, offsets=np.array([0, count]), times=panel.times[:count],
        values=panel.values[:count], filled=panel.filled[:count],
        extra={name: cells[:count] for name, cells in panel.extra.items()},
    )  # fmt: skip


def _errors(table: Any, target: str, model: str) -> np.ndarray:
    return table[target].to_numpy(np.float64) - table[model].to_numpy(np.float64)
