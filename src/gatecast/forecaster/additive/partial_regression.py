"""Regression of a series on columns, beside a level and seasons of any shape.

Level and seasons are taken off both sides first (Frisch and Waugh 1933; Lovell 1963): the means of
each phase of a season, and a centred moving average. What is left is autocorrelated, so that both
sides are filtered by an autoregression of the residuals (Cochrane and Orcutt 1949). The ridge
penalty is chosen by generalised cross-validation (Golub, Heath and Wahba 1979) on regressors of
length one, so that a rare event is shrunk no more than a frequent one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["PartialFit", "partial_regression"]

#: Candidates of the ridge penalty, as shares of the square of a regressor.
_PENALTIES = (1e-6, 1e-4, 1e-3, 1e-2, 1e-1)
#: Longest season whose phases are averaged, and order of the autoregression.
_LONGEST, _ORDER = 1000, 5
_SEASONS_AVERAGED, _SHORTEST_WINDOW = 4, 15
#: A regressor of which so small a share is left says what level and seasons say.
_NOTHING = 1e-6


class PartialFit(NamedTuple):
    """Hold the coefficients of one series.

    Attributes
    ----------
    coefficients : ndarray of shape [P]
        Zero for regressors that say what level and seasons say.
    precision : ndarray of shape [P, P]
        Inverse of their covariance; rows of zeros for such regressors.
    deviation : float
        Standard deviation of the residuals, white.
    used : int
        Values that were used.
    """

    coefficients: np.ndarray
    precision: np.ndarray
    deviation: float
    used: int


def partial_regression(
    values: np.ndarray, regressors: np.ndarray, seasons: Sequence[int]
) -> PartialFit:
    """Regress a series on columns beside its level and seasons.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part.
    regressors : ndarray of shape [n, P]
        At the same steps.
    seasons : sequence of int
        Steps in each season.

    Returns
    -------
    PartialFit
        Of one series.
    """
    both = np.column_stack([values, regressors]).astype(np.float64)
    before = np.square(both - both.mean(axis=0)).sum(axis=0)
    both = _without_level(both, seasons)
    left = np.square(both).sum(axis=0) > _NOTHING * before
    used = np.flatnonzero(left[1:] & (before[1:] > 0))
    size, n = regressors.shape[1], len(values)
    if not len(used) or n < len(used) + 3 * _ORDER:
        return PartialFit(np.zeros(size), np.zeros((size, size)), float(both[:, 0].std()), n)
    y, x = both[:, 0], both[:, 1 + used]
    first, _, _ = _ridge(y, x)
    y, x = _whitened(y - x @ first, y, x)
    coefficients, deviation, gram = _ridge(y, x)
    whole, precision = np.zeros(size), np.zeros((size, size))
    whole[used] = coefficients
    precision[np.ix_(used, used)] = gram / max(deviation, 1e-300) ** 2
    return PartialFit(whole, precision, deviation, len(y))


def _without_level(columns: np.ndarray, seasons: Sequence[int]) -> np.ndarray:
    """Take seasons and a moving average off columns [n, C]."""
    n = len(columns)
    columns = columns - columns.mean(axis=0)
    longest = 1
    for season in seasons:
        if 1 < season <= min(n // 2, _LONGEST):
            longest = season
            cycles = n // season
            mean = columns[: cycles * season].reshape(cycles, season, -1).mean(axis=0)
            columns = columns - np.tile(mean, (cycles + 1, 1))[:n]
    half = max(_SHORTEST_WINDOW, min(_SEASONS_AVERAGED * longest, n // 4)) // 2
    total = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    low = np.maximum(np.arange(n) - half, 0)
    high = np.minimum(np.arange(n) + half + 1, n)
    return columns - (total[high] - total[low]) / (high - low)[:, np.newaxis]


def _whitened(residuals: np.ndarray, y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Filter both sides by an autoregression of the residuals."""
    order = min(_ORDER, len(y) // 20)
    if order < 1:
        return y, x
    n = len(y)
    lags = np.column_stack([residuals[order - k : n - k] for k in range(1, order + 1)])
    weights = np.linalg.lstsq(lags, residuals[order:], rcond=None)[0]
    both = np.column_stack([y, x])
    filtered = both[order:].copy()
    for k, weight in enumerate(weights, start=1):
        filtered -= weight * both[order - k : n - k]
    return filtered[:, 0], filtered[:, 1:]


def _ridge(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Give coefficients, the deviation of the residuals, and the Gram matrix with the penalty."""
    lengths = np.sqrt(np.square(x).sum(axis=0))
    lengths[lengths == 0.0] = 1.0
    scaled = x / lengths
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    values = np.maximum(values, 0.0)
    cross, n = vectors.T @ (scaled.T @ y), len(y)
    best: tuple[float, float, float] | None = None
    for penalty in _PENALTIES:
        kept = values / (values + penalty)
        error = y @ y - ((2 - kept) * np.square(cross) / (values + penalty)).sum()
        freedom = max(n - kept.sum(), 1.0)
        score = max(error, 0.0) / freedom**2
        if best is None or score < best[0]:
            best = score, penalty, np.sqrt(max(error, 0.0) / freedom)
    assert best is not None
    _, penalty, deviation = best
    coefficients = vectors @ (cross / (values + penalty)) / lengths
    gram = (vectors * (values + penalty)) @ vectors.T * np.outer(lengths, lengths)
    return coefficients, float(deviation), gram
