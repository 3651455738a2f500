"""How a fitted model learnt, and what its errors one step ahead still hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.diagnostics.fit import loss_settled
from gatecast.diagnostics.residuals import ljung_box, mean_error, uneven_spread
from gatecast.explain.walk import Track, said_of
from gatecast.forecaster.anchor import SIMPLEST
from gatecast.forecaster.lstm import LSTMForecaster

__all__ = ["Learnt", "how_it_learnt"]

#: Of fewer errors nothing is said.
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class Learnt:
    """Hold what :func:`how_it_learnt` found.

    Attributes
    ----------
    verdict : str
        How good the forecast was on the values that were held back from training.
    losses : tuple of tuple of float
        Training loss by epoch, of each network whose median is the forecast.
    said : ndarray of shape [n]
        What was said of each value one step before, in the series' own unit; NaN where nothing was.
    training, errors : dict of str to str
        Questions about the training, and about what was left over one step ahead, and answers.
    """

    verdict: str
    losses: tuple[tuple[float, ...], ...]
    said: np.ndarray
    training: dict[str, str]
    errors: dict[str, str]


def how_it_learnt(model: LSTMForecaster, track: Track) -> Learnt:
    """Find how the training of a model went, and what its errors along one series still hold.

    Most of these values were seen in training: the errors show how it fits, not how good it is.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    track : Track
        One series, as its networks meet it.

    Returns
    -------
    Learnt
        Losses, what was said one step ahead, and answers with the number behind each.
    """
    losses = tuple(tuple(loss) for loss in model.losses_[: model._points])
    said = np.concatenate([[np.nan], said_of(model, track)])
    return Learnt(
        _held_back(model), losses, said, _about_training(model), _about_errors(track.given - said)
    )


def _held_back(model: LSTMForecaster) -> str:
    """Say how the forecast stood on values held back, beside the simplest one."""
    what = SIMPLEST[model.target_]
    found = model.calibration_
    if found is None:
        return "the series are too short to hold values back: nothing says how good the forecast is"
    gain = 1.0 - found.error / found.naive_error if found.naive_error else 0.0
    if gain < 0.01:
        return (
            f"on values held back from training its error was no smaller than that of {what}: "
            "the simple forecast does as well here"
        )
    return f"on values held back from training its error was {gain:.0%} below that of {what}"


def _about_training(model: LSTMForecaster) -> dict[str, str]:
    loss = np.mean(model.losses_[: model._points], axis=0)
    chosen = "as was asked for"
    if model.updates is None and model.calibration_ is not None:
        chosen = "as many as did best on values held back"
    return {
        "Has the loss settled?": loss_settled(loss.tolist()).sentence.removesuffix("."),
        "Was it trained for long enough?": (
            f"each network was given {model.updates_} updates, {chosen}; the learning rate falls "
            "to zero at the last of them, so that the loss settles there"
        ),
    }


def _about_errors(errors: np.ndarray) -> dict[str, str]:
    errors = errors[np.isfinite(errors)]
    errors = errors[len(errors) // 5 :]  # the first ones come from an empty memory
    if len(errors) < _FEWEST or not np.ptp(errors) > 0:
        return {}
    return {
        "Is anything left in the errors?": ljung_box(errors).sentence,
        "Are forecasts biased?": mean_error(errors).sentence,
        "Do large errors come in spells?": uneven_spread(errors).sentence,
    }
