"""The tutorial's experiment: as it was written, then as it should have been, on its own series.

A noisy sine of 10,000 points, the first 8,000 to learn from, the others to be forecast one step
ahead. Four models stand beside the noise floor: the tutorial's LSTM, the same LSTM trained on
sequences with its state carried, the last value (naive), and an ARIMA where the extra is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from gatecast.baselines.naive import naive_one_step
from gatecast.baselines.statistical import arima_one_step
from gatecast.data.sequences import sequences, tutorial_windows
from gatecast.data.transforms import MinMaxScaler, StandardScaler, find_season_length
from gatecast.datasets import noisy_sine, noisy_sine_signal
from gatecast.diagnostics.fit import fit_quality, loss_settled, noise_floor_gap, prediction_speed
from gatecast.errors import MissingExtraError
from gatecast.evaluation.metrics import rmse
from gatecast.evaluation.significance import diebold_mariano
from gatecast.messages import Message, message
from gatecast.network import History, Network, Progress, Trainer
from gatecast.pretrained.features import step_inputs
from gatecast.pretrained.network import MEDIAN, load_weights

__all__ = ["ModelRun", "Observation", "TutorialResult", "run_tutorial"]

SPLIT = 8000
HIDDEN = 50
ARIMA_ORDER = (2, 0, 2)


@dataclass(frozen=True, eq=False)
class ModelRun:
    """Result of one model.

    Parameters
    ----------
    key : str
        ``"tutorial"``, ``"sequences"``, ``"pretrained"``, ``"naive"`` or ``"sarima"``.
    label : Message
        Its name for people.
    train_rmse, test_rmse : float
        One step ahead, in the series' own unit.
    fit_seconds, predict_seconds : float or None
        Wall-clock time of fitting, and of predicting the whole series; None where nothing is
        fitted, or where both happen at once.
    loss : tuple of float
        Training loss by epoch, on the model's own scale; empty where there are no epochs.
    prediction : ndarray of shape [n]
        Row i is the forecast for row i, made one step before; NaN where there is none.
    network : Network or None
        What was trained; None where nothing was, or no network.
    """

    key: str
    label: Message
    train_rmse: float
    test_rmse: float
    fit_seconds: float | None
    predict_seconds: float | None
    loss: tuple[float, ...]
    prediction: np.ndarray
    network: Network | None = None


@dataclass(frozen=True)
class Observation:
    """One of the tutorial's questions, and its answer from the numbers."""

    question: Message
    answer: Message


@dataclass(frozen=True, eq=False)
class TutorialResult:
    """Series, models and conclusions of the experiment.

    Parameters
    ----------
    frame : DataFrame
        Columns unique_id, ds, y.
    split : int
        Row at which the test part begins.
    runs : tuple of ModelRun
        In the order of the table.
    noise_floor : float
        RMSE on the test part of the signal itself, which no forecast can be relied on to beat.
    observations : tuple of Observation
        The tutorial's questions answered.
    notes : tuple of Message
        What a reader of the numbers should know.
    verdict : Message
        The experiment in one sentence.
    """

    frame: pd.DataFrame
    split: int
    runs: tuple[ModelRun, ...]
    noise_floor: float
    observations: tuple[Observation, ...]
    notes: tuple[Message, ...]
    verdict: Message

    def run(self, key: str) -> ModelRun | None:
        """Find a model by its key; None if it did not run.

        Parameters
        ----------
        key : str
            Of the model.

        Returns
        -------
        ModelRun or None
            Its scores.
        """
        return next((run for run in self.runs if run.key == key), None)


def run_tutorial(
    *,
    random_state: int = 0,
    threads: int | None = None,
    progress: Callable[[str, Progress], None] | None = None,
) -> TutorialResult:
    """Run the tutorial's experiment.

    Parameters
    ----------
    random_state : int, default 0
        Seed of initial weights and shuffling.
    threads : int, optional
        Threads; one for each processor if not given. The numbers do not depend on it.
    progress : callable, optional
        Called with the key of the model under way and the progress of its training.

    Returns
    -------
    TutorialResult
        Everything that the page and the table show.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    frame = noisy_sine()
    y = frame["y"].to_numpy()

    def teller(key: str) -> Callable[[Progress], None] | None:
        return None if progress is None else partial(progress, key)

    cycle = find_season_length(y[:SPLIT])
    runs = [
        _as_written(y, random_state, threads, teller("tutorial")),
        _on_sequences(y, random_state, threads, teller("sequences")),
        _pretrained(y, cycle),
        _scored("naive", message("tutorial.label_naive"), y, naive_one_step(y)),
    ]
    notes = [
        message("tutorial.note_leak"),
        message("tutorial.note_losses"),
        message("tutorial.note_pretrained", cycle=cycle, n=SPLIT),
    ]
    try:
        prediction, seconds = arima_one_step(y, SPLIT, ARIMA_ORDER)
    except MissingExtraError as error:
        notes.append(message("tutorial.no_arima", reason=error.message))
    else:
        p, d, q = ARIMA_ORDER
        label = message("tutorial.label_arima", p=p, d=d, q=q)
        runs.append(_scored("sarima", label, y, prediction, seconds))
    floor = rmse(y[SPLIT:], noisy_sine_signal()[SPLIT:])
    return TutorialResult(
        frame,
        SPLIT,
        tuple(runs),
        floor,
        _observations(y, runs, floor),
        tuple(notes),
        _verdict(runs, floor, y),
    )


def _as_written(
    y: np.ndarray,
    random_state: int,
    threads: int | None,
    progress: Callable[[Progress], None] | None,
) -> ModelRun:
    """Train the tutorial's LSTM: scaled on all data, look_back 1, batch 1, five epochs."""
    scaler = MinMaxScaler.fit(y)
    scaled = scaler.transform(y).astype(np.float32)
    x_train, y_train = tutorial_windows(scaled[:SPLIT])
    x_test, _ = tutorial_windows(scaled[SPLIT:])
    network = Network.create(1, HIDDEN, 1, rng=np.random.default_rng(random_state))
    history = Trainer(epochs=5, batch_size=1, random_state=random_state, threads=threads).fit(
        network, x_train, y_train, progress=progress
    )
    prediction = np.full(len(y), np.nan)
    started = time.perf_counter()
    for x, first in ((x_train, 1), (x_test, SPLIT + 1)):
        prediction[first : first + len(x)] = scaler.inverse_transform(
            network.predict(x, threads=threads or 1)[:, 0].astype(np.float64)
        )
    seconds = time.perf_counter() - started
    return _scored(
        "tutorial", message("tutorial.label_written"), y, prediction, history, seconds, network
    )


def _on_sequences(
    y: np.ndarray,
    random_state: int,
    threads: int | None,
    progress: Callable[[Progress], None] | None,
) -> ModelRun:
    """Train the same network on subsequences of 200 steps, and run it along the series once."""
    scaler = StandardScaler.fit(y[:SPLIT])
    scaled = scaler.transform(y).astype(np.float32)
    x, targets = sequences(scaled[:SPLIT], length=200, step=25)
    network = Network.create(1, HIDDEN, 1, rng=np.random.default_rng(random_state))
    trainer = Trainer(
        epochs=25,
        batch_size=16,
        learning_rate=5e-3,
        schedule="cosine",
        random_state=random_state,
        threads=threads,
    )
    # the first 50 steps of a subsequence warm the state up and are not scored
    history = trainer.fit(network, x, targets[:, 50:], progress=progress)
    prediction = np.full(len(y), np.nan)
    started = time.perf_counter()
    outputs, _ = network.run(scaled[np.newaxis, :-1, np.newaxis])
    prediction[1:] = scaler.inverse_transform(outputs[0, :, 0].astype(np.float64))
    seconds = time.perf_counter() - started
    return _scored(
        "sequences", message("tutorial.label_sequences"), y, prediction, history, seconds,
        network,
    )  # fmt: skip


def _pretrained(y: np.ndarray, season: int) -> ModelRun:
    """Run an LSTM that was trained on other series along this one once."""
    network = load_weights()
    started = time.perf_counter()
    # as forecast_at, which fills a batch up, so that a forecast is the same among any others
    features = step_inputs(y[np.newaxis, :-1], season)
    states, _ = network.lstm.run(features.inputs)
    ahead = network.head(features, states, np.arange(len(y) - 1), np.array([1]))
    prediction = np.append(np.nan, y[:-1] + ahead[0, :, 0, MEDIAN] * features.scale[0])
    seconds = time.perf_counter() - started
    label = message("tutorial.label_pretrained")
    return _scored("pretrained", label, y, prediction, predict_seconds=seconds)


def _scored(
    key: str,
    label: Message,
    y: np.ndarray,
    prediction: np.ndarray,
    fitted: History | float | None = None,
    predict_seconds: float | None = None,
    network: Network | None = None,
) -> ModelRun:
    has_forecast = ~np.isnan(prediction)
    train, test = has_forecast.copy(), has_forecast.copy()
    train[SPLIT:] = False
    test[:SPLIT] = False
    return ModelRun(
        key,
        label,
        rmse(y[train], prediction[train]),
        rmse(y[test], prediction[test]),
        fitted.seconds if isinstance(fitted, History) else fitted,
        predict_seconds,
        tuple(fitted.loss) if isinstance(fitted, History) else (),
        prediction,
        network,
    )


def _observations(y: np.ndarray, runs: list[ModelRun], floor: float) -> tuple[Observation, ...]:
    """Answer the tutorial's closing questions for both networks."""
    tutorial, carried = runs[:2]
    naive = next(run for run in runs if run.key == "naive")

    def fit(run: ModelRun) -> Message:
        error = y - run.prediction
        train, test = error[:SPLIT], error[SPLIT:]
        return fit_quality(train[~np.isnan(train)], test[~np.isnan(test)], floor).sentence

    def speed(run: ModelRun) -> Message:
        count = int((~np.isnan(run.prediction)).sum())
        return prediction_speed(count, run.predict_seconds or 0.0).sentence

    def both(answer: Callable[[ModelRun], Message], name: str = "tutorial.both") -> Message:
        return message(name, written=answer(tutorial), sequences=answer(carried))

    losses = both(lambda run: loss_settled(run.loss).sentence)
    return (
        Observation(
            message("question.loss_settled"),
            message("tutorial.loss", both=losses),
        ),
        Observation(message("question.fit"), both(fit, "tutorial.fit")),
        Observation(
            message("question.noise_floor"),
            both(lambda run: noise_floor_gap(run.test_rmse, floor, naive.test_rmse).sentence),
        ),
        Observation(message("question.speed"), both(speed)),
    )


def _verdict(runs: list[ModelRun], floor: float, y: np.ndarray) -> Message:
    tutorial, carried = runs[0], runs[1]
    scores = {"written": tutorial.test_rmse, "sequences": carried.test_rmse, "floor": floor}
    arima = next((run for run in runs if run.key == "sarima"), None)
    if arima is None:
        return message("tutorial.verdict", **scores)
    ours, theirs = ((y - run.prediction)[SPLIT:] ** 2 for run in (carried, arima))
    p = diebold_mariano(ours, theirs).p
    outcome = message("tutorial.tie")
    if p < 0.05:
        better = ours.mean() < theirs.mean()
        outcome = message("tutorial.lstm_wins") if better else message("tutorial.arima_wins")
    return message(
        "tutorial.verdict_arima", arima=arima.test_rmse, outcome=outcome, p=p, n=len(ours), **scores
    )
