"""The sampler: training subsequences drawn at random, and what their targets weigh."""

from __future__ import annotations

import numpy as np

from gatecast.data.panel import positions
from gatecast.errors import DataError
from gatecast.forecaster.inputs.training_data import SequenceDataset
from gatecast.messages import message
from gatecast.network import Samples

__all__ = ["SegmentSampler"]


class SegmentSampler:
    """Draw training subsequences of the series at random, with targets at each of their steps.

    Long series are drawn more often than short ones, by the square root of the places where a
    subsequence can begin: none is forgotten, and none rules. Where values have weights, a
    subsequence is drawn besides in proportion to what its targets weigh together, and within it
    they weigh in proportion: on average the loss is that of weighted targets, at any batch size,
    and none of the training is spent on what does not count.

    Parameters
    ----------
    dataset : SequenceDataset
        The series.
    length, warmup : int
        Steps of a subsequence, T, and those at its start that have no target.
    batch : int
        Subsequences of a training step, B.
    epoch : int, default 1
        Training steps for which subsequences are drawn at once.
    least : int, optional
        Steps of a series that a subsequence holds; the steps that it lacks at its end have no
        targets. If not given a subsequence is whole, and only a shorter series is drawn with fewer
        steps.

    Raises
    ------
    DataError
        If values have weights, and no target has one above zero.
    """

    def __init__(
        self,
        dataset: SequenceDataset,
        length: int,
        warmup: int,
        batch: int,
        epoch: int = 1,
        least: int | None = None,
    ) -> None:
        self.dataset, self.length, self.warmup = dataset, length, warmup
        self.batch, self.epoch = batch, epoch
        self.places = np.maximum(dataset.lengths - (least or length), 0) + 1
        share = np.sqrt(self.places)
        self.share = share / share.sum()
        self._weighted = None if dataset.weights is None else self._weigh_places(dataset.weights)
        # targets of a common size at every step of the horizon, so that one learning rate does
        self.scale = np.ones(dataset.h, np.float32)
        y, weights = self._targets(self._positions(np.random.default_rng(0)))
        weight = weights.sum(axis=(0, 1), dtype=np.float64)
        squares = (weights * np.square(y, dtype=np.float64)).sum(axis=(0, 1))
        root = np.sqrt(squares / np.maximum(weight, 1.0))
        self.scale = np.where(root > 1e-6, root, 1.0).astype(np.float32)

    def draw(self, rng: np.random.Generator) -> Samples:
        """Draw the samples of one epoch.

        Their y [epoch * B, T - warmup, K] are divided by the local scale of their steps and by
        ``scale``.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        Samples
            Inputs, targets and weights.
        """
        at = self._positions(rng)
        return Samples(self.dataset.inputs_at(at), *self._targets(at))

    def _positions(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the positions of an epoch's steps, [epoch * B, T]."""
        data, count = self.dataset, self.epoch * self.batch
        if self._weighted is None:
            chosen = rng.choice(len(self.share), count, p=self.share)
            begin = data.starts[chosen] + rng.integers(0, self.places[chosen])
        else:
            begins, cumulative = self._weighted
            place = np.searchsorted(cumulative, rng.random(count), side="right")
            begin = begins[place]
            chosen = np.searchsorted(data.starts, begin, side="right") - 1
        end = data.starts[chosen] + data.lengths[chosen]
        return np.minimum(begin[:, np.newaxis] + np.arange(self.length), end[:, np.newaxis])

    def _weigh_places(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """List where a subsequence can begin, and the cumulative probability of each place."""
        data = self.dataset
        begins = positions(data.starts, self.places)
        ends = np.repeat(data.starts + data.lengths, self.places)
        # what the targets of a step weigh, and those of a subsequence: differences of sums
        total = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])
        steps = np.arange(1, len(total))
        ahead = total[np.minimum(steps + data.h, len(weights))] - total[steps]
        total = np.concatenate([[0.0], np.cumsum(ahead)])
        first, last = begins + self.warmup, begins + self.length
        weight = total[np.minimum(last, ends)] - total[np.minimum(first, ends)]
        cumulative = np.cumsum(weight * np.repeat(self.share / self.places, self.places))
        if cumulative[-1] <= 0.0:
            raise DataError(message("weights.no_target"))
        return begins, cumulative / cumulative[-1]

    def _targets(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give targets and their weights at the steps after the warm-up."""
        now, data = at[:, self.warmup :], self.dataset
        scales = data.local_scales[now][..., np.newaxis]
        y = data.targets(now) / (scales * self.scale)
        there = np.isfinite(y)
        weights = there.astype(np.float32)
        if data.weights is not None:
            weights *= data.weights[now[..., np.newaxis] + np.arange(1, data.h + 1)]
            weights /= weights.mean(axis=(1, 2), keepdims=True)  # of what is drawn it is above zero
        return np.where(there, y, 0.0), weights
