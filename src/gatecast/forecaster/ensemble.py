"""The ensemble: networks from different seeds, trained on the same data."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from gatecast.forecaster.config import Settings, TrainingLoss
from gatecast.forecaster.intervals import quantile_levels
from gatecast.forecaster.preparation import Preparation
from gatecast.forecaster.progress import ProgressAggregator
from gatecast.kernel import Loss
from gatecast.network import History, Network, Trainer

__all__ = ["Ensemble", "TrainingRun"]

#: Samples of a batch that are one thread's work.
_SMALL_BATCH = 64


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """Say what a network is trained on, and for how long.

    Parameters
    ----------
    preparation : Preparation
        Whose training part the subsequences are drawn from.
    max_steps : int
        Training steps.
    seed : int, default 0
        Seed of initial weights and draws.
    quantiles : bool, default False
        Whether the quantiles of all levels are learnt; else the median or the mean.
    begin : Network, optional
        Goes on from this one's weights, which stay as they are; else from initial ones.
    done : int, default 0
        Steps for which ``begin`` was trained; they count among ``max_steps``.
    """

    preparation: Preparation
    max_steps: int
    seed: int = 0
    quantiles: bool = False
    begin: Network | None = None
    done: int = 0


class Ensemble:
    """Train networks as the settings say.

    Parameters
    ----------
    settings : Settings
        Resolved settings of the fit.
    aggregator : ProgressAggregator
        Told of the training steps made.
    """

    def __init__(self, settings: Settings, aggregator: ProgressAggregator) -> None:
        self.settings, self.aggregator = settings, aggregator

    def train(self, runs: Sequence[TrainingRun]) -> tuple[list[Network], list[History]]:
        """Train a network for each run; side by side where a batch feeds one thread.

        Parameters
        ----------
        runs : sequence of TrainingRun
            What is trained.

        Returns
        -------
        networks : list of Network
            In the order of the runs.
        histories : list of History
            Their losses by epoch.
        """
        threads = self.settings.threads
        small = all(run.preparation.sampler.batch <= _SMALL_BATCH for run in runs)
        at_once = min(len(runs), threads) if small else 1
        self.aggregator.begin()

        def fit(part: int) -> tuple[Network, History]:
            return self._train(runs[part], part, 1 if at_once > 1 else threads)

        if at_once < 2:
            trained = [fit(part) for part in range(len(runs))]
        else:
            with ThreadPoolExecutor(at_once) as pool:
                jobs = [pool.submit(fit, part) for part in range(len(runs))]
                try:
                    trained = [job.result() for job in jobs]
                except BaseException:
                    self.aggregator.stop.set()
                    raise
        return [network for network, _ in trained], [history for _, history in trained]

    def _train(self, run: TrainingRun, part: int, threads: int) -> tuple[Network, History]:
        s, sampler = self.settings, run.preparation.sampler
        levels = quantile_levels(s.level if run.quantiles else ())
        loss = self._loss(run.preparation.dataset.difference)
        if run.quantiles or loss == "absolute":
            minimised = Loss("pinball", levels=levels)
        else:
            minimised = Loss("huber", delta=1.0) if loss == "huber" else Loss("mse")
        if run.begin is None:
            network = self._create(run.preparation, run.seed, len(levels))
        else:
            network = Network(run.begin.layout, run.begin.theta.copy())
        trainer = Trainer(
            epochs=-(-(run.max_steps - run.done) // sampler.epoch),
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
        return network, history

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
