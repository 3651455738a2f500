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
from gatecast.forecaster.fitted import FittedForecaster
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
    longer : LongerTraining or None
        Whether more training would help; None where networks have no weight in the forecast.
    fit : FitQuality or None
        Training error beside the error one step after it, and the estimated noise floor; None in
        the same case.
    not_examined : Message, optional
        Why there is neither.
    """

    longer: LongerTraining | None
    fit: FitQuality | None
    not_examined: Message | None = None

    @property
    def answers(self) -> dict[Message, Message]:
        """Questions and answers."""
        longer = self.longer.sentence if self.longer else self.not_examined
        fit = self.fit.sentence if self.fit else self.not_examined
        answers = {message("question.longer_training"): longer, message("question.fit"): fit}
        return {question: answer for question, answer in answers.items() if answer is not None}


def examine_training(
    model: LSTMForecaster, source: Any, *, n_windows: int = 60
) -> TrainingExamination:
    """Train a forecaster as it is and for longer on the first part of a series, and compare.

    Both trainings end before the last ``n_windows`` values; along these the networks run
    one step at a time, without learning. Where the networks have no weight in the forecast,
    nothing is compared: neither question applies to what was not trained on the series.

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
    first_part = panel.head(n - count)
    own = getattr(model, "fitted_", None)
    if own is None and model.h > 1:
        own = LSTMForecaster(**{**settings, "h": model.h}).fit(first_part).fitted_
    if own is not None and not _have_weight(own):
        return _not_examined("training.no_weight", own)
    trained = LSTMForecaster(**settings).fit(first_part)
    if not _have_weight(trained.fitted_):
        name = "training.no_weight" if model.h == 1 else "training.no_weight_one_step"
        return _not_examined(name, trained.fitted_)
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
    changes = np.diff(insample[result.target_col].to_numpy(np.float64), prepend=np.nan)
    ahead = result.forecasts[result.target_col].to_numpy(np.float64) - result.last_values()
    first = max(1, len(before) // 5)  # the first values are forecast from an empty state
    return TrainingExamination(
        LongerTraining(steps, gain, float(row["p"])),
        fit_quality(before[first:], after, floor if floor > 0 else None, (changes[first:], ahead)),
    )


def _have_weight(fitted: FittedForecaster) -> bool:
    """Whether the networks trained on the series have a part in its forecast."""
    return fitted.weight > 0 and (fitted.counts is None or not fitted.counts.is_of_all(1))


def _not_examined(name: str, fitted: FittedForecaster) -> TrainingExamination:
    """Say what makes the forecast in place of the networks."""
    maker = message("benchmark.counts") if fitted.counts else fitted.benchmark.name
    return TrainingExamination(None, None, message(name, benchmark=maker))


def _errors(table: Any, target: str, model: str) -> np.ndarray:
    return table[target].to_numpy(np.float64) - table[model].to_numpy(np.float64)
