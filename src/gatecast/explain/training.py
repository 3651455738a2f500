"""How a model was trained, and what its in-sample errors one step ahead show."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast.diagnostics.fit import loss_settled
from gatecast.diagnostics.persistence import insample_persistence
from gatecast.diagnostics.residuals import heteroscedasticity, ljung_box, mean_error
from gatecast.explain.inputs import ModelInputs
from gatecast.forecaster.benchmarks.benchmark import SIMPLEST
from gatecast.forecaster.fitting.preparation import EPOCH, SHORT_EPOCH
from gatecast.forecaster.forecasting.frames import insample_one_step
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.messages import Message, message

__all__ = ["TrainingSummary", "answers_about_errors", "training_summary"]

#: Of fewer errors nothing is tested.
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class TrainingSummary:
    """Result of :func:`training_summary`.

    Attributes
    ----------
    verdict : Message
        How good the forecast was on the hold-out.
    losses : tuple of tuple of float
        Training loss by epoch, of each network whose median is the forecast.
    fitted : ndarray of shape [n]
        In-sample forecast of each value one step ahead, in the series' own unit; NaN where there is
        none.
    training, errors : dict of Message to Message
        Questions about the training, and about the errors one step ahead, and answers.
    """

    verdict: Message
    losses: tuple[tuple[float, ...], ...]
    fitted: np.ndarray
    training: dict[Message, Message]
    errors: dict[Message, Message]

    @property
    def said(self) -> np.ndarray:
        """Deprecated name of ``fitted``."""
        warnings.warn("TrainingSummary.said is now .fitted", DeprecationWarning, stacklevel=2)
        return self.fitted


def training_summary(model: LSTMForecaster, inputs: ModelInputs) -> TrainingSummary:
    """Summarise the training of a model and its errors along one series.

    Most of these values were used in training: the errors show how it fits, not how good it is.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    inputs : ModelInputs
        Of one series.

    Returns
    -------
    TrainingSummary
        Losses, in-sample forecasts one step ahead, and answers with the number behind each.
    """
    losses = tuple(tuple(loss) for loss in model.losses_[: model.fitted_.n_networks])
    if not model.max_steps_:  # trained elsewhere
        losses = ()
    fitted = np.concatenate([[np.nan], insample_one_step(model.fitted_, inputs.series)])
    return TrainingSummary(
        _holdout(model),
        losses,
        fitted,
        _about_training(model),
        answers_about_errors(inputs.observed, fitted),
    )


def _holdout(model: LSTMForecaster) -> Message:
    """Compare the hold-out error with that of the simplest forecast."""
    scored = model.calibration_
    if scored is None:
        return message("holdout.none" if model.max_steps_ else "holdout.elsewhere")
    reference = scored.reference or SIMPLEST[model.fitted_.difference]
    gain = 1.0 - scored.error / scored.naive_error if scored.naive_error else 0.0
    if gain < 0.01:
        return message("holdout.no_better", reference=reference)
    return message("holdout.better", gain=gain, reference=reference)


def _about_training(model: LSTMForecaster) -> dict[Message, Message]:
    if not model.max_steps_:
        return {message("question.training_steps"): message("training.elsewhere")}
    losses = model.losses_[: model.fitted_.n_networks]
    last = min(map(len, losses))
    loss = np.mean([one[len(one) - last :] for one in losses], axis=0)
    chosen = model.max_steps is None and model.calibration_ is not None
    name = "training.steps_chosen" if chosen else "training.steps_requested"
    trained = message(name, steps=model.max_steps_)
    return {
        message("question.loss_settled"): loss_settled(loss.tolist()).sentence,
        message("question.training_steps"): _with_epochs(trained, model.max_steps_, losses),
    }


def _with_epochs(text: Message, steps: int, losses: Sequence[Sequence[float]]) -> Message:
    """Add how many steps an epoch has, and which network has more of them than the others."""
    fewest, most = min(map(len, losses)), max(map(len, losses))
    epoch = SHORT_EPOCH if -(-steps // SHORT_EPOCH) <= fewest else min(EPOCH, steps)
    if -(-steps // epoch) > fewest:
        return text
    text = message("training.epoch", text=text, epoch=epoch)
    if most > -(-steps // epoch):
        text = message("training.went_on", text=text, most=most)
    return text


def answers_about_errors(actual: np.ndarray, fitted: np.ndarray) -> dict[Message, Message]:
    """Test the errors of forecasts one step ahead.

    Parameters
    ----------
    actual, fitted : ndarray of shape [n]
        Values and their forecasts; pairs with a NaN are left out, and so is the first fifth.

    Returns
    -------
    dict of Message to Message
        Questions and answers; none of fewer than 20 errors.
    """
    copies = insample_persistence([(actual, fitted)])
    copied = {} if copies is None else {message("question.persistence"): copies}
    rows = np.isfinite(actual) & np.isfinite(fitted)
    actual, fitted = actual[rows], fitted[rows]
    first = len(actual) // 5  # before it, forecasts start from an empty state
    actual, errors = actual[first:], actual[first:] - fitted[first:]
    if len(errors) < _FEWEST:
        return {}
    if not np.std(errors) > 1e-12 * np.abs(actual).max():
        return copied  # every forecast is exact
    return {
        message("question.autocorrelation"): ljung_box(errors).sentence,
        message("question.bias"): mean_error(errors).sentence,
        message("question.variance"): heteroscedasticity(errors).sentence,
        **copied,
    }
