"""The ensemble: networks from different seeds, trained on the same data."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from gatecast.forecaster.fitting.preparation import Preparation
from gatecast.forecaster.fitting.progress import ProgressAggregator
from gatecast.forecaster.intervals import quantile_levels
from gatecast.forecaster.settings.config import Settings, TrainingLoss
from gatecast.kernel import Loss
from gatecast.network import Network, Trainer

__all__ = ["Ensemble", "TrainedNetwork", "TrainingRun"]

#: Samples of a batch that are one thread's work.
_SMALL_BATCH = 64
#: Seconds between two reports of the progress of networks that are trained side by side.
_INTERVAL = 0.05


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """Hold a network, and how it was trained.

    Parameters
    ----------
    network : Network
        With the weights of the end of its training.
    max_steps : int
        Training steps in all; 0 where it was trained elsewhere.
    losses : list of float
        Training loss by epoch.
    """

    network: Network
    max_steps: int
    losses: list[float]


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """Say what a network is trained on, and for how long.

    Parameters
    ----------
    preparation : Preparation
        Whose training part the subsequences are drawn from.
    max_steps : int
        Training steps, those of ``begin`` included.
    seed : int, default 0
        Seed of initial weights and draws.
    quantiles : bool, default False
        Whether the quantiles of all levels are learnt; else the median or the mean.
    begin : TrainedNetwork, optional
        Goes on from this one's weights, which stay as they are; else from initial ones.
    """

    preparation: Preparation
    max_steps: int
    seed: int = 0
    quantiles: bool = False
    begin: TrainedNetwork | None = None

    @property
    def done(self) -> int:
        """Training steps that ``begin`` has made."""
        return self.begin.max_steps if self.begin else 0

    @property
    def steps(self) -> int:
        """Training steps that are left to make."""
        return self.max_steps - self.done


class Ensemble:
    """Train networks as the settings say.

    Parameters
    ----------
    settings : Settings
        Resolved settings of the fit.
    aggregator : ProgressAggregator
        Told of the training steps made.

    Attributes
    ----------
    goes_on : bool
        Whether final networks may go on from those of the hold-out.
    """

    goes_on = True

    def __init__(self, settings: Settings, aggregator: ProgressAggregator) -> None:
        self.settings, self.aggregator = settings, aggregator

    def train(self, runs: Sequence[TrainingRun]) -> list[TrainedNetwork]:
        """Train a network for each run; side by side where a batch feeds one thread.

        Parameters
        ----------
        runs : sequence of TrainingRun
            What is trained.

        Returns
        -------
        list of TrainedNetwork
            In the order of the runs.
        """
        threads = self.settings.threads
        small = all(run.preparation.sampler.batch <= _SMALL_BATCH for run in runs)
        at_once = min(len(runs), threads) if small else 1
        self.aggregator.begin()

        def fit(part: int) -> TrainedNetwork:
            return self._train(runs[part], part, 1 if at_once > 1 else threads)

        if at_once < 2:
            return [fit(part) for part in range(len(runs))]
        with ThreadPoolExecutor(at_once) as pool:
            jobs = [pool.submit(fit, part) for part in range(len(runs))]
            try:
                trained = []
                for job in jobs:
                    while not wait([job], _INTERVAL).done:
                        self.aggregator.report()
                    trained.append(job.result())
                self.aggregator.report()
                return trained
            except BaseException:
                self.aggregator.stop.set()
                raise

    def _train(self, run: TrainingRun, part: int, threads: int) -> TrainedNetwork:
        s, sampler = self.settings, run.preparation.sampler
        levels = quantile_levels(s.level if run.quantiles else ())
        loss = self._loss(run.preparation.dataset.difference)
        if run.quantiles or loss == "absolute":
            minimised = Loss("pinball", levels=levels)
        else:
            minimised = Loss("huber", delta=1.0) if loss == "huber" else Loss("mse")
        if run.begin is None:
            network, before = self._create(run.preparation, run.seed, len(levels)), []
        else:
            network, before = copy.deepcopy(run.begin.network), run.begin.losses
        trainer = Trainer(
            epochs=-(-run.steps // sampler.epoch),
            batch_size=sampler.batch,
            learning_rate=s.learning_rate,
            schedule=s.schedule,
            loss=minimised,
            dropout=s.dropout,
            clip_norm=1.0,
            # what goes on draws other subsequences than before
            random_state=s.random_state + run.seed + run.done,
            threads=threads,
        )
        history = trainer.fit_drawn(
            network, sampler.draw, count=sampler.epoch * sampler.batch,
            progress=self.aggregator.of(part, sampler.epoch),
        )  # fmt: skip
        return TrainedNetwork(network, run.max_steps, before + history.loss)

    def _create(self, preparation: Preparation, seed: int, quantiles: int) -> Network:
        s, width = self.settings, preparation.dataset.width
        return Network.create(
            width, s.hidden, s.h * quantiles, s.layers,
            rng=np.random.default_rng((s.random_state, seed)), cell=s.cell,
            residual=s.residual, zero_head=True,
            dilations=tuple(s.dilation**layer for layer in range(s.layers)),
            skip=np.zeros((width, s.h * quantiles)) if preparation.treatment.lags else None,
        )  # fmt: skip

    def _loss(self, difference: bool) -> TrainingLoss:
        """Give the loss that is requested, or the one that suits what the network learns."""
        if self.settings.loss != "auto":
            return self.settings.loss
        # values around a level scatter evenly, and the mean of what is known is closer than its
        # median; differences have heavy tails, and the median is what absolute errors are scored by
        return "absolute" if difference else "huber"
