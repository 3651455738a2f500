"""Whether more training would help a forecaster, and whether it is over- or underfitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast.data.reading import read_panel
from gatecast.diagnostics.fit import FitQuality, fit_quality
from gatecast.diagnostics.residuals import noise_floor
from gatecast.errors import DataError, UsageError
from gatecast.evaluation.backtest import backtest
from gatecast.forecaster import LSTMForecaster
from gatecast.messages import Message, message

__all__ = ["LongerTraining", "TrainingExamination", "examine_training"]

_LONGER = 3


@dataclass(frozen=True)
class LongerTraining:
    """Effect of three times as many training steps on the error on values not trained on.

    Parameters
    ----------
    steps : int
        Training steps of the forecaster as it is.
    gain : float
        Share of the error that is gone after three times as many; below zero if it grew.
    p : float
        Of the Diebold-Mariano test that both trainings are as good.
    """

    steps: int
    gain: float
    p: float

    @property
    def helps(self) -> bool:
        """Whether longer training lowers the error by more than chance."""
        return self.gain > 0 and self.p < 0.05

    @property
    def sentence(self) -> Message:
        """The answer to "Would more training help?", at the 5 % level."""
        name = {
            (True, True): "training.helps",
            (True, False): "training.lower",
            (False, False): "training.higher",
            (False, True): "training.harms",
        }[self.gain > 0, self.p < 0.05]
        longer = _LONGER * self.steps
        return message(name, longer=longer, steps=self.steps, gain=abs(self.gain), p=self.p)


@dataclass(frozen=True)
class TrainingExamination:
    """Result of :func:`examine_training`.

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
    def answers(self) -> dict[Message, Message]:
        """Questions and answers."""
        return {
            message("question.longer_training"): self.longer.sentence,
            message("question.fit"): self.fit.sentence,
        }


def examine_training(
    model: LSTMForecaster, source: Any, *, n_windows: int = 60
) -> TrainingExamination:
    """Train a forecaster as it is and for longer on the first part of a series, and compare.

    Both trainings end before the last ``n_windows`` values; along these the networks run
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
    TrainingExamination
        Whether more training would help, and whether it is over- or underfitted.

    Raises
    ------
    DataError
        If there are many series, or too few values.
    UsageError
        If the model is no LSTMForecaster.
    """
    if not isinstance(model, LSTMForecaster):
        raise UsageError(message("training.no_lstm", type=type(model).__name__))
    settings: dict[str, Any] = {**model.get_params(), "h": 1, "level": ()}
    panel = read_panel(
        source, freq=model.freq, extra_cols=model.covariates, aggregate=model.aggregate
    )
    if len(panel) > 1:
        raise DataError(message("training.several_series", n=len(panel)))
    n = len(panel[0].values)
    count = min(n_windows, n // 3)
    if count < 10:
        raise DataError(message("series.few_values", n=n, needed=30))
    trained = LSTMForecaster(**settings).fit(panel.head(n - count))
    steps = trained.max_steps_
    models = {
        "as it is": LSTMForecaster(**{**settings, "max_steps": steps}),
        "longer": LSTMForecaster(**{**settings, "max_steps": _LONGER * steps}),
    }
    result = backtest(models, panel, h=1, n_windows=count, step_size=1, refit=False)
    losses = result.losses("squared")
    gain = 1.0 - float(np.sqrt(losses["longer"].mean() / losses["as it is"].mean()))
    row = result.significance("longer", loss="squared").iloc[0]
    insample = trained.predict_insample()
    before = _errors(insample, result.target_col, model.alias)
    after = _errors(result.forecasts, result.target_col, "as it is")
    floor = noise_floor(panel[0].values) if n >= 300 else 0.0
    return TrainingExamination(
        LongerTraining(steps, gain, float(row["p"])),
        # the first values are forecast from an empty state
        fit_quality(before[len(before) // 5 :], after, floor if floor > 0 else None),
    )


def _errors(table: Any, target: str, model: str) -> np.ndarray:
    return table[target].to_numpy(np.float64) - table[model].to_numpy(np.float64)
