"""A hurdle model of counts: whether there is demand, and how much where there is some.

The probability of demand is a logistic regression, one for all series, on what each has done: its
share of steps with demand over a long, a middle and a short memory, and at the same place of its
season. The size is that of its past demand. Both together give quantiles of a step's demand, which
are values that there have been, and so whole numbers where these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast.data.panel import equal_lengths

__all__ = ["Hurdle"]

#: Last values that are looked at, at most; a multiple of the season.
_REACH = 364
#: By which a value counts less for each step that it is older.
_FORGOTTEN = (0.01, 0.03, 0.1)
#: Steps of the average series that each share begins with, and seasons of the series' own share.
_STEPS, _SEASONS = 1.0, 8.0
_LEAST = 0.002
#: What the logistic regression is shrunk towards, and with how much weight.
_PRIOR = np.array([0.0, 0.3, 0.5, 0.1, 0.5])
_RIDGE, _ITERATIONS, _MOST_ROWS = 20.0, 12, 200_000


@dataclass(frozen=True, eq=False)
class Hurdle:
    """Forecast the demand of each series by its probability and its size.

    Parameters
    ----------
    season : int
        Steps in a season, m; 1 for none.
    share : float
        Of all steps of all series, those with demand.
    weights : ndarray of shape [4] or, with a season, [5]
        Of the logistic regression.

    References
    ----------
    Cragg, J. G. (1971). Some statistical models for limited dependent variables with application to
    the demand for durable goods. *Econometrica* 39, 829-844.
    Teunter, R. H., Syntetos, A. A. and Babai, M. Z. (2011). Intermittent demand: linking
    forecasting to inventory obsolescence. *European Journal of Operational Research* 214, 606-615.
    """

    season: int
    share: float
    weights: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, offsets: np.ndarray, season: int, h: int) -> Hurdle:
        """Estimate the probability from origins within the series.

        Parameters
        ----------
        values : ndarray of shape [total]
            Series one after another, not negative.
        offsets : ndarray of shape [N + 1]
            Series ``i`` is ``values[offsets[i] : offsets[i + 1]]``.
        season : int
            Steps in a season; 1 for none.
        h : int
            Steps that are forecast, K.

        Returns
        -------
        Hurdle
            Fitted; shrunk towards an average of the shares where there is little to fit it to.
        """
        season = season if season <= _REACH else 1
        share = float(np.mean(values > 0))
        prior = _PRIOR if season > 1 else _PRIOR[:-1]
        model = cls(season, share, prior)
        inputs, targets = [np.empty((0, len(prior)))], [np.empty(0)]
        room = _MOST_ROWS // h
        for which, n in equal_lengths(np.diff(offsets)):
            first, last = max(n // 3, 1), n - h - 1
            if last < first or room < 1:
                continue
            some = which[:: -(-len(which) // room)]
            origins = np.linspace(first, last, max(1, min(last - first + 1, room // len(some))))
            at = np.unique(origins.astype(np.int64))
            rows = values[offsets[some][:, np.newaxis] + np.arange(n)]
            demand = (rows > 0)[:, at[:, np.newaxis] + np.arange(1, h + 1)]
            inputs.append(model._inputs(rows, at, h).reshape(-1, len(prior)))
            targets.append(demand.ravel().astype(np.float64))
            room -= len(some) * len(at)
        return cls(season, share, _logistic(np.concatenate(inputs), np.concatenate(targets), prior))

    @property
    def reach(self) -> int:
        """How many last values are looked at, R."""
        return _REACH // self.season * self.season

    def probabilities(self, values: np.ndarray, at: np.ndarray, h: int) -> np.ndarray:
        """Give the probability of demand at each of the next steps.

        Parameters
        ----------
        values : ndarray of shape [B, n]
            Series of equal length.
        at : ndarray of shape [P]
            Origins, rising: the last value that is known.
        h : int
            Steps, K.

        Returns
        -------
        ndarray of shape [B, P, K]
            Within 0 and 1.
        """
        return _sigmoid(self._inputs(values, at, h) @ self.weights)

    def quantiles(
        self, values: np.ndarray, at: np.ndarray, h: int, levels: Sequence[float]
    ) -> np.ndarray:
        """Give quantiles of the demand at each of the next steps.

        Parameters
        ----------
        values, at, h
            As for :meth:`probabilities`.
        levels : sequence of float
            Of the quantiles, Q.

        Returns
        -------
        ndarray of shape [B, P, K, Q]
            0, or a size that the series has had.
        """
        p = self.probabilities(values, at, h)[..., np.newaxis]
        # the level within the sizes, where it is above the probability of none
        within = (np.asarray(levels) - (1.0 - p)) / p
        made = np.zeros(within.shape)
        for j, t in enumerate(at):
            sizes = np.sort(values[:, max(0, t + 1 - self.reach) : t + 1], axis=1)
            counts = np.count_nonzero(sizes > 0, axis=1)[:, np.newaxis, np.newaxis]
            place = np.ceil(within[:, j] * counts).astype(np.int64)
            place = sizes.shape[1] - counts + np.clip(place - 1, 0, np.maximum(counts - 1, 0))
            place = np.minimum(place, sizes.shape[1] - 1)
            flat = np.take_along_axis(sizes, place.reshape(len(sizes), -1), axis=1)
            made[:, j] = np.where(within[:, j] > 0, flat.reshape(place.shape), 0.0)
        return made

    def means(self, values: np.ndarray, at: np.ndarray, h: int) -> np.ndarray:
        """Give the mean demand at each of the next steps; as :meth:`probabilities`.

        Parameters
        ----------
        values, at, h
            As for :meth:`probabilities`.

        Returns
        -------
        ndarray of shape [B, P, K]
            Probability times mean size.
        """
        sizes = np.zeros((len(values), len(at), 1))
        for j, t in enumerate(at):
            past = values[:, max(0, t + 1 - self.reach) : t + 1]
            counts = np.maximum(np.count_nonzero(past > 0, axis=1), 1)
            sizes[:, j, 0] = past.sum(axis=1) / counts
        return self.probabilities(values, at, h) * sizes

    def _inputs(self, values: np.ndarray, at: np.ndarray, h: int) -> np.ndarray:
        """Give what the regression sees from origins ``at``, [B, P, K, F]."""
        demand = (values > 0).astype(np.float64)
        within = np.minimum(at + 1, self.reach)
        shares = []
        for forgotten in _FORGOTTEN:
            total = _remembered(demand, 1.0 - forgotten, self.reach)[:, at]
            weight = (1.0 - (1.0 - forgotten) ** within) / forgotten
            shares.append((total + _STEPS * self.share) / (weight + _STEPS))
        columns = [np.ones_like(shares[0]), *map(_logit, shares)]
        inputs = np.repeat(np.stack(columns, axis=-1)[:, :, np.newaxis], h, axis=2)
        if self.season == 1:
            return inputs
        count, total = self._of_season(demand, at, h)
        own = shares[0][:, :, np.newaxis]
        seasonal = (total + _SEASONS * own) / (count + _SEASONS)
        return np.concatenate([inputs, (_logit(seasonal) - _logit(own))[..., np.newaxis]], axis=-1)

    def _of_season(self, demand: np.ndarray, at: np.ndarray, h: int) -> tuple[np.ndarray, ...]:
        """Count the past steps at the same place of the season, [P, K], and demand in them."""
        m, steps = self.season, demand.shape[1]
        total, count = demand.copy(), np.ones(steps)
        for t in range(m, steps):
            total[:, t] += total[:, t - m]
            count[t] += count[t - m]
        last = at[:, np.newaxis] - (-np.arange(1, h + 1)) % m
        ends = (last, last - self.reach)
        counts, totals = (
            [np.where(end >= 0, one[..., np.maximum(end, 0)], 0.0) for end in ends]
            for one in (count, total)
        )
        return counts[0] - counts[1], totals[0] - totals[1]


def _remembered(demand: np.ndarray, kept: float, reach: int) -> np.ndarray:
    """Sum the last ``reach`` values at each step, each counting ``kept`` times the one after it."""
    sums, total = np.empty_like(demand), np.zeros(len(demand))
    for t in range(demand.shape[1]):
        total = kept * total + demand[:, t]
        if t >= reach:
            total = total - kept**reach * demand[:, t - reach]
        sums[:, t] = total
    return sums


def _logistic(inputs: np.ndarray, targets: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Fit a logistic regression by Newton's method, shrunk towards ``prior``."""
    weights, penalty = prior.copy(), _RIDGE * np.eye(len(prior))
    for _ in range(_ITERATIONS if len(targets) else 0):
        p = _sigmoid(inputs @ weights)
        slope = inputs.T @ (targets - p) - _RIDGE * (weights - prior)
        curvature = (inputs * (p * (1.0 - p))[:, np.newaxis]).T @ inputs + penalty
        weights = weights + np.linalg.solve(curvature, slope)
    return weights


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0)))


def _logit(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, _LEAST, 1.0 - _LEAST)
    return np.log(share / (1.0 - share))
