"""The tutorial's experiment: as it was written, then as it should have been, on its own series.

A noisy sine of 10,000 points, the first 8,000 to learn from, the others to be forecast one step
ahead. Four models stand beside the noise floor: the tutorial's LSTM, the same LSTM trained on
sequences with its memory carried, the last value (naive), and an ARIMA where the extra is there.
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
from gatecast.data.transforms import MinMaxScaler, StandardScaler
from gatecast.datasets import noisy_sine, noisy_sine_signal
from gatecast.diagnostics.fit import fit_quality, floor_distance, loss_settled, prediction_speed
from gatecast.errors import MissingExtraError
from gatecast.evaluation.distributions import written
from gatecast.evaluation.metrics import rmse
from gatecast.evaluation.significance import diebold_mariano
from gatecast.network import History, Network, Progress, Trainer

__all__ = ["ModelRun", "Observation", "TutorialResult", "run_tutorial"]

SPLIT = 8000
HIDDEN = 50
ARIMA_ORDER = (2, 0, 2)


@dataclass(frozen=True, eq=False)
class ModelRun:
    """Hold what one model did.

    Parameters
    ----------
    key : str
        ``"tutorial"``, ``"sequences"``, ``"naive"`` or ``"sarima"``.
    label : str
        What it is, for people.
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
    label: str
    train_rmse: float
    test_rmse: float
    fit_seconds: float | None
    predict_seconds: float | None
    loss: tuple[float, ...]
    prediction: np.ndarray
    network: Network | None = None


@dataclass(frozen=True)
class Observation:
    """Hold one of the tutorial's questions and its answer from the numbers."""

    question: str
    answer: str


@dataclass(frozen=True, eq=False)
class TutorialResult:
    """Hold the experiment's series, models and findings.

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
    notes : tuple of str
        What a reader of the numbers should know.
    verdict : str
        The experiment in one sentence.
    """

    frame: pd.DataFrame
    split: int
    runs: tuple[ModelRun, ...]
    noise_floor: float
    observations: tuple[Observation, ...]
    notes: tuple[str, ...]
    verdict: str

    def run(self, key: str) -> ModelRun | None:
        """Find a model by its key; None if it did not run."""
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
        Told the key of the model under way and how far its training is.

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

    runs = [
        _as_written(y, random_state, threads, teller("tutorial")),
        _on_sequences(y, random_state, threads, teller("sequences")),
        _scored("naive", "last value (naive)", y, naive_one_step(y)),
    ]
    notes = [
        "The first row is the tutorial as it was written: its scaler has seen the test part, and "
        "its create_dataset loses the last usable pair of each part (7,998 and 1,998 pairs). All "
        "other rows are fitted on the first 8,000 values alone and scored on all 2,000 others.",
        "Losses are mean squared errors on each network's own scale: the tutorial's series lies "
        "between 0 and 1, the other has mean 0 and deviation 1.",
    ]
    try:
        prediction, seconds = arima_one_step(y, SPLIT, ARIMA_ORDER)
    except MissingExtraError as error:
        notes.append(f"There is no ARIMA row: {error}.")
    else:
        runs.append(
            _scored("sarima", f"ARIMA{ARIMA_ORDER}, maximum likelihood", y, prediction, seconds)
        )
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
        prediction[first : first + len(x)] = scaler.inverse(
            network.predict(x, threads=threads or 1)[:, 0].astype(np.float64)
        )
    seconds = time.perf_counter() - started
    return _scored(
        "tutorial", "LSTM(50) as the tutorial has it", y, prediction, history, seconds, network
    )


def _on_sequences(
    y: np.ndarray,
    random_state: int,
    threads: int | None,
    progress: Callable[[Progress], None] | None,
) -> ModelRun:
    """Train the same network on stretches of 200 steps, and walk it along the series once."""
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
    # the first 50 steps of a stretch fill the memory and are not scored
    history = trainer.fit(network, x, targets[:, 50:], progress=progress)
    prediction = np.full(len(y), np.nan)
    started = time.perf_counter()
    outputs, _ = network.run(scaled[np.newaxis, :-1, np.newaxis])
    prediction[1:] = scaler.inverse(outputs[0, :, 0].astype(np.float64))
    seconds = time.perf_counter() - started
    return _scored(
        "sequences", "LSTM(50) on sequences, memory carried", y, prediction, history, seconds,
        network,
    )  # fmt: skip


def _scored(
    key: str,
    label: str,
    y: np.ndarray,
    prediction: np.ndarray,
    fitted: History | float | None = None,
    predict_seconds: float | None = None,
    network: Network | None = None,
) -> ModelRun:
    known = ~np.isnan(prediction)
    train, test = known.copy(), known.copy()
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
    tutorial, carried, naive = runs[:3]

    def fit(run: ModelRun) -> str:
        error = y - run.prediction
        train, test = error[:SPLIT], error[SPLIT:]
        return fit_quality(train[~np.isnan(train)], test[~np.isnan(test)], floor).sentence

    def both(answer: Callable[[ModelRun], str]) -> str:
        return f"As written: {answer(tutorial)} On sequences: {answer(carried)}"

    return (
        Observation(
            "Has the loss settled?",
            both(lambda run: loss_settled(run.loss).sentence)
            + " Its learning rate falls to zero, so it had to settle; whether it settled low "
            "enough is what the distance from the noise floor says.",
        ),
        Observation(
            "Is it over- or underfitted?",
            f"As written: {fit(tutorial)} That something is memory: with look_back 1 it is "
            f"emptied after every single step. On sequences: {fit(carried)}",
        ),
        Observation(
            "How far is it from the noise floor?",
            both(lambda run: floor_distance(run.test_rmse, floor, naive.test_rmse).sentence),
        ),
        Observation(
            "How fast is prediction?",
            both(
                lambda run: (
                    prediction_speed(
                        int((~np.isnan(run.prediction)).sum()), run.predict_seconds or 0.0
                    ).sentence
                )
            ),
        ),
    )


def _verdict(runs: list[ModelRun], floor: float, y: np.ndarray) -> str:
    tutorial, carried = runs[0], runs[1]
    text = (
        "The same network, trained on sequences and with its memory carried, takes the test RMSE "
        f"from {tutorial.test_rmse:.3f} to {carried.test_rmse:.4f}; the noise floor is "
        f"{floor:.4f}"
    )
    arima = next((run for run in runs if run.key == "sarima"), None)
    if arima is None:
        return text + "."
    ours, theirs = ((y - run.prediction)[SPLIT:] ** 2 for run in (carried, arima))
    p = diebold_mariano(ours, theirs).p
    tie = "a tie" if p >= 0.05 else f"{'LSTM' if ours.mean() < theirs.mean() else 'ARIMA'} wins"
    return (
        f"{text}, and an ARIMA has {arima.test_rmse:.4f}: {tie} "
        f"(Diebold-Mariano over {len(ours):,} test values, p {written(p)})."
    )
