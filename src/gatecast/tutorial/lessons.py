"""Small networks on the tutorial's series, for the page that teaches what an LSTM's memory is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatecast.baselines.naive import naive_one_step
from gatecast.data.sequences import sequences, tutorial_windows
from gatecast.data.transforms import StandardScaler
from gatecast.datasets import noisy_sine, noisy_sine_signal
from gatecast.evaluation.metrics import rmse
from gatecast.explain.gates import trace_names
from gatecast.explain.memory import half_life
from gatecast.network import Network, Trainer
from gatecast.tutorial.experiment import SPLIT

__all__ = ["Lesson", "Lessons", "make_lessons"]

#: Last steps of the series that are looked at.
_SHOWN = 500


@dataclass(frozen=True, eq=False)
class Lesson:
    """Hold one network and what it did.

    Parameters
    ----------
    gates : DataFrame
        ``ds``, ``layer``, ``unit`` and the columns of :func:`gatecast.gates`, of the steps shown.
    units : DataFrame
        ``layer``, ``unit`` and ``half_life`` in steps, as of :func:`gatecast.memory`.
    prediction : ndarray of shape [n]
        Row i is what the network said of row i, one step before; of the steps shown.
    test_rmse : float
        One step ahead on the test part, in the series' own unit.
    carried : bool
        Whether its memory is carried along the series; else it is emptied before every step.
    """

    gates: pd.DataFrame
    units: pd.DataFrame
    prediction: np.ndarray
    test_rmse: float
    carried: bool


@dataclass(frozen=True, eq=False)
class Lessons:
    """Hold the networks of the guided page.

    Parameters
    ----------
    history : DataFrame
        ``ds`` and ``y`` of the last steps of the series, those that are shown.
    signal : ndarray of shape [n]
        The wave under the noise, at the same steps.
    untrained, emptied, pair, trained : Lesson
        Two units before any training; two units trained with ``look_back`` 1; two units, and fifty,
        trained on sequences with their memory carried.
    naive_rmse, noise_floor : float
        RMSE on the test part of the last value, and of the wave itself.
    """

    history: pd.DataFrame
    signal: np.ndarray
    untrained: Lesson
    emptied: Lesson
    pair: Lesson
    trained: Lesson
    naive_rmse: float
    noise_floor: float


def make_lessons(
    *, random_state: int = 0, threads: int | None = None, fifty: Network | None = None
) -> Lessons:
    """Train the networks of the guided page, on the first 8,000 values of the tutorial's series.

    Parameters
    ----------
    random_state : int, default 0
        Seed of initial weights and shuffling.
    threads : int, optional
        Threads; one for each processor if not given. The numbers do not depend on it.
    fifty : Network, optional
        The one of fifty units, where :func:`gatecast.tutorial.experiment.run_tutorial` has trained
        it already, from the same seed.

    Returns
    -------
    Lessons
        In a few seconds.
    """
    frame, signal = noisy_sine(), noisy_sine_signal()
    y = frame["y"].to_numpy()
    scaler = StandardScaler.fit(y[:SPLIT])
    scaled = scaler.transform(y).astype(np.float32)

    def network(units: int) -> Network:
        return Network.create(1, units, 1, rng=np.random.default_rng(random_state))

    def trained(units: int) -> Network:
        x, targets = sequences(scaled[:SPLIT], length=200, step=25)
        made = network(units)
        Trainer(
            epochs=25,
            batch_size=16,
            learning_rate=5e-3,
            schedule="cosine",
            random_state=random_state,
            threads=threads,
        ).fit(made, x, targets[:, 50:])  # the first 50 steps of a stretch fill the memory
        return made

    def emptied() -> Network:
        made = network(2)
        x, targets = tutorial_windows(scaled[:SPLIT])
        Trainer(epochs=5, batch_size=1, random_state=random_state, threads=threads).fit(
            made, x, targets
        )
        return made

    def lesson(made: Network, carried: bool = True) -> Lesson:
        # emptied before every step, a series is as many series of one step
        x = scaled[np.newaxis, :, np.newaxis] if carried else scaled[:, np.newaxis, np.newaxis]
        outputs = made.run(x)[0].reshape(-1)
        read = np.concatenate([[np.nan], scaler.inverse_transform(outputs[:-1].astype(np.float64))])
        trace = made.trace(x).reshape(len(y), 6, made.layout.hidden)
        kept = np.median(trace[:, trace_names("lstm")["forget"]], axis=0)
        units = pd.DataFrame(
            {"layer": 0, "unit": np.arange(len(kept)), "half_life": half_life(kept)}
        )
        return Lesson(
            _gates(trace[-_SHOWN:], made, frame["ds"].to_numpy()[-_SHOWN:]),
            units,
            read[-_SHOWN:],
            rmse(y[SPLIT:], read[SPLIT:]),
            carried,
        )

    return Lessons(
        frame[["ds", "y"]].iloc[-_SHOWN:].reset_index(drop=True),
        signal[-_SHOWN:],
        lesson(network(2)),
        lesson(emptied(), carried=False),
        lesson(trained(2)),
        lesson(trained(50) if fifty is None else fifty),
        rmse(y[SPLIT:], naive_one_step(y)[SPLIT:]),
        rmse(y[SPLIT:], signal[SPLIT:]),
    )


def _gates(trace: np.ndarray, network: Network, times: np.ndarray) -> pd.DataFrame:
    """Lay a trace [n, 6, H] of one layer out as :func:`gatecast.gates` does."""
    hidden = network.layout.hidden
    frame = pd.DataFrame({"ds": np.repeat(times, hidden), "layer": 0})
    frame["unit"] = np.tile(np.arange(hidden), len(times))
    for name, place in trace_names(network.layout.cell).items():
        frame[name] = trace[:, place].ravel()
    return frame
