"""The ensemble: networks from different seeds, trained on the same data."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gatecast.forecaster.config import Settings, TrainingLoss
from gatecast.forecaster.intervals import quantile_levels
from gatecast.forecaster.preparation import Preparation
from gatecast.forecaster.progress import ProgressAggregator
from gatecast.kernel import Loss
from gatecast.network import History, Network, Trainer

__all__ = ["Ensemble"]


class Ensemble:
    """Train networks as the settings say.

    Parameters
    ----------
    settings : Settings
        Resolved settings of the fit.
    aggregator : Ticker
        Told of the training steps made.
    """

    def __init__(self, settings: Settings, aggregator: ProgressAggregator) -> None:
        self.settings, self.aggregator = settings, aggregator

    def train(
        self,
        preparation: Preparation,
        max_steps: int,
        seeds: Sequence[int],
        *,
        quantiles: bool = False,
    ) -> tuple[list[Network], list[History]]:
        """Train a network from each seed; side by side where a batch feeds one thread.

        Parameters
        ----------
        preparation : Preparation
            Whose training part the subsequences are drawn from.
        max_steps : int
            Training steps of each network.
        seeds : sequence of int
            Seeds of initial weights and draws.
        quantiles : bool, default False
            Whether the quantiles of all levels are learnt; else the median or the mean.

        Returns
        -------
        networks : list of Network
            In the order of the seeds.
        histories : list of History
            Their losses by epoch.
        """
        s, sampler = self.settings, preparation.sampler
        side_by_side = len(seeds) > 1 and sampler.batch <= 32 and s.threads > 1
        levels = quantile_levels(s.level if quantiles else ())
        networks = [self._create(preparation, seed, len(levels)) for seed in seeds]
        loss = self._loss(preparation.dataset.difference)
        if quantiles or loss == "absolute":
            minimised = Loss("pinball", levels=levels)
        else:
            minimised = Loss("huber", delta=1.0) if loss == "huber" else Loss("mse")

        def fit(seed: int, network: Network) -> History:
            trainer = Trainer(
                epochs=-(-max_steps // sampler.epoch),
                batch_size=sampler.batch,
                learning_rate=s.learning_rate,
                schedule=s.schedule,
                loss=minimised,
                dropout=s.dropout,
                clip_norm=1.0,
                random_state=s.random_state + seed,
                threads=1 if side_by_side else s.threads,
            )
            return trainer.fit_drawn(
                network, sampler.draw, count=sampler.epoch * sampler.batch,
                progress=self.aggregator.of(seed, sampler.epoch),
            )  # fmt: skip

        self.aggregator.begin()
        if not side_by_side:
            return networks, [fit(*one) for one in zip(seeds, networks, strict=True)]
        with ThreadPoolExecutor(min(len(seeds), s.threads)) as pool:
            running = [pool.submit(fit, *one) for one in zip(seeds, networks, strict=True)]
            try:
                return networks, [job.result() for job in running]
            except BaseException:
                self.aggregator.stop.set()
                raise

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
