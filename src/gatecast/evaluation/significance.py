"""Whether one model is better than another, or was only lucky."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError, UsageError, check_percent, too_small
from gatecast.evaluation.distributions import f_tail, studentised_range, t_quantile, t_two_sided
from gatecast.messages import message

__all__ = [
    "DieboldMariano",
    "Ranks",
    "Skill",
    "diebold_mariano",
    "friedman_nemenyi",
    "skill_interval",
]


@dataclass(frozen=True)
class DieboldMariano:
    """Hold a test of equal accuracy.

    Parameters
    ----------
    statistic : float
        Above zero where the second model has the smaller loss.
    p : float
        Two-sided probability of such a difference between equal forecasters.
    difference : float
        Mean loss of the first less that of the second.
    n : int
        Losses compared.
    variance : {"autocovariances", "Bartlett"}
        How the variance of the mean difference was estimated; see :func:`diebold_mariano`.
    error : float
        Standard error of the difference, with the small-sample correction: the statistic is the
        difference in these.
    reference : float
        Mean loss of the first.
    """

    statistic: float
    p: float
    difference: float
    n: int
    variance: str
    error: float
    reference: float

    def skill(self, level: float = 95.0) -> Skill:
        """Give the skill of the second model over the first, with the interval of the same test.

        The mean difference, as a share of the mean loss of the first, and Student's t times its
        standard error on either side: the interval leaves zero out where p is below
        ``1 - level / 100``, and nowhere else. No skill is above 1, which is where it ends.

        Parameters
        ----------
        level : float, default 95
            Per cent that the interval should hold.

        Returns
        -------
        Skill
            NaN where the first has no loss.

        Raises
        ------
        UsageError
            If ``level`` is out of its range.
        """
        check_percent(level)
        if not self.reference:
            return Skill(math.nan, math.nan, math.nan, level)
        margin = t_quantile(level / 100.0, self.n - 1) * self.error / self.reference
        skill = self.difference / self.reference
        return Skill(skill, skill - margin, min(skill + margin, 1.0), level)


def diebold_mariano(loss: np.ndarray, other: np.ndarray, h: int = 1) -> DieboldMariano:
    """Test whether two forecasters are equally accurate.

    Parameters
    ----------
    loss, other : ndarray of shape [n]
        Losses of both at the same times, in the order of time, for example squared errors.
    h : int, default 1
        Horizon in steps between losses: those less than ``h`` apart may be correlated.

    Returns
    -------
    DieboldMariano
        Statistic with the small-sample correction, and p from Student's t of n - 1 degrees. Where
        the difference is the same at every time, nothing is left to chance: p is 0, or 1 if there
        is no difference.

    Raises
    ------
    UsageError
        If the shapes differ, or ``h`` is below 1.
    DataError
        If there are not more losses than ``h``, or fewer than 2, or one is not finite.

    Notes
    -----
    The variance of the mean difference is (γ₀ + 2 Σ γₖ) / n over the lags below ``h``. Where that
    sum is zero or below, which it can be by chance, Bartlett's weights 1 - k / h are put before
    the γₖ (Newey and West 1987), with which it cannot be below zero.

    References
    ----------
    Diebold, F. X. and Mariano, R. S. (1995). Comparing predictive accuracy. *Journal of Business
    and Economic Statistics* 13, 253-263.
    Harvey, D., Leybourne, S. and Newbold, P. (1997). Testing the equality of prediction mean
    squared errors. *International Journal of Forecasting* 13, 281-291, equation 9.
    """
    first, second = _losses(loss, other)
    n = len(first)
    if h < 1:
        raise too_small("h", h, 1)
    if n <= h:
        raise DataError(message("significance.few", n=n, needed=h + 1))
    d = first - second
    mean = float(d.mean())
    # a difference that only rounding moves has no variance
    moves = float(np.ptp(d)) > 1e-13 * float(np.abs(np.concatenate([first, second])).max())
    if not moves:
        same = abs(mean) <= 1e-13 * float(np.abs(first).max())
        statistic, p = (0.0, 1.0) if same else (math.copysign(math.inf, mean), 0.0)
        return DieboldMariano(statistic, p, mean, n, "autocovariances", 0.0, float(first.mean()))
    centred = d - mean
    gamma = np.array([centred[k:] @ centred[: n - k] for k in range(h)]) / n
    variance, how = gamma[0] + 2.0 * gamma[1:].sum(), "autocovariances"
    if variance <= 0.0:
        weights = 1.0 - np.arange(1, h) / h
        variance, how = gamma[0] + 2.0 * (weights @ gamma[1:]), "Bartlett"
    correction = math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    error = math.sqrt(max(variance, 1e-300) / n) / correction
    p = t_two_sided(mean / error, n - 1)
    return DieboldMariano(mean / error, p, mean, n, how, error, float(first.mean()))


@dataclass(frozen=True)
class Skill:
    """Hold the skill of one model over another.

    Parameters
    ----------
    skill : float
        Share of the reference's loss that is gone; below zero where there is more.
    low, high : float
        Ends of the interval.
    level : float
        Per cent that the interval should hold.
    """

    skill: float
    low: float
    high: float
    level: float


def skill_interval(
    loss: np.ndarray,
    reference: np.ndarray,
    *,
    level: float = 95.0,
    block: float | None = None,
    n_draws: int = 2000,
    random_state: int = 0,
) -> Skill:
    """Estimate 1 - loss / reference, with an interval from blocks that are drawn again.

    It assumes no distribution, and neighbours may be alike. The interval of a verdict is that of
    its test: ``DieboldMariano.skill``.

    Parameters
    ----------
    loss, reference : ndarray of shape [n]
        Losses of the model and of the one to beat at the same times, in the order of time.
    level : float, default 95
        Per cent that the interval should hold.
    block : float, optional
        Mean length of the blocks drawn; the cube root of n, at least 1, if not given. Use the
        horizon at least where forecasts overlap.
    n_draws : int, default 2000
        Series of blocks drawn.
    random_state : int, default 0
        Seed of the draws.

    Returns
    -------
    Skill
        NaN with a warning where the reference has no loss.

    Raises
    ------
    UsageError
        If the shapes differ or an argument is out of its range.
    DataError
        If there are fewer than 2 losses, or one is not finite.

    References
    ----------
    Politis, D. N. and Romano, J. P. (1994). The stationary bootstrap. *Journal of the American
    Statistical Association* 89, 1303-1313. The ends are percentiles of the draws.
    """
    first, second = _losses(loss, reference)
    n = len(first)
    check_percent(level)
    length = max(1.0, n ** (1 / 3)) if block is None else block
    for name, value in (("block", length), ("n_draws", n_draws)):
        if value < 1:
            raise too_small(name, value, 1)
    if not second.mean():
        warnings.warn("skill is undefined: the reference has no loss", stacklevel=2)
        return Skill(math.nan, math.nan, math.nan, level)
    rng = np.random.default_rng(random_state)
    skills = np.empty(n_draws)
    for i in range(n_draws):
        starts = rng.random(n) < 1.0 / length
        starts[0] = True
        begin = np.flatnonzero(starts)
        at = rng.integers(0, n, len(begin))
        which = np.cumsum(starts) - 1
        rows = (at[which] + np.arange(n) - begin[which]) % n
        below = second[rows].mean()
        skills[i] = 1.0 - first[rows].mean() / below if below else np.nan
    tail = (100.0 - level) / 2.0
    low, high = np.nanpercentile(skills, [tail, 100.0 - tail])
    return Skill(1.0 - float(first.mean() / second.mean()), float(low), float(high), level)


@dataclass(frozen=True)
class Ranks:
    """Hold the average ranks of models over many series.

    Parameters
    ----------
    models : tuple of str
        Names, best first.
    ranks : tuple of float
        Average ranks in that order; 1 would be the best on every series.
    p : float
        Probability of such different ranks among equal models.
    critical_difference : float
        Models whose ranks differ by less cannot be told apart.
    n : int
        Series ranked.
    level : float
        Per cent of confidence.
    """

    models: tuple[str, ...]
    ranks: tuple[float, ...]
    p: float
    critical_difference: float
    n: int
    level: float


def friedman_nemenyi(losses: np.ndarray, models: Sequence[str], level: float = 95.0) -> Ranks:
    """Rank models on every series, and say how far apart average ranks have to be.

    Parameters
    ----------
    losses : ndarray of shape [n, k]
        Loss of each of k models on each of n series; ties share their ranks.
    models : sequence of str
        Names of the models.
    level : float, default 95
        Per cent of confidence.

    Returns
    -------
    Ranks
        The p is Iman and Davenport's, from F of k - 1 and (k - 1)(n - 1) degrees.

    Raises
    ------
    UsageError
        If names and columns do not fit, or ``level`` is out of its range.
    DataError
        If there are fewer than 2 series or models, or a loss is not finite.

    References
    ----------
    Demšar, J. (2006). Statistical comparisons of classifiers over multiple data sets. *Journal
    of Machine Learning Research* 7, 1-30, sections 3.2.2 and 3.2.3.
    """
    table = np.asarray(losses, np.float64)
    if table.ndim != 2 or table.shape[1] != len(models):
        raise UsageError(message("significance.shape", shape=str(table.shape), n=len(models)))
    check_percent(level)
    n, k = table.shape
    if n < 2 or k < 2:
        raise DataError(message("significance.ranks", models=k, series=n))
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise DataError(
            message(
                "significance.not_finite_loss",
                model=models[column],
                number=row + 1,
                loss=table[row, column],
            )
        )
    below = (table[:, np.newaxis, :] < table[:, :, np.newaxis]).sum(axis=2)
    same = (table[:, np.newaxis, :] == table[:, :, np.newaxis]).sum(axis=2)
    ranks = below + (same + 1) / 2.0
    average = ranks.mean(axis=0)
    # Friedman's statistic with ties allowed for: between over within sums of squares
    between = n * float(((average - (k + 1) / 2.0) ** 2).sum())
    total = float(((ranks - (k + 1) / 2.0) ** 2).sum())
    chi2 = n * (k - 1) * between / total if total else 0.0
    rest = n * (k - 1) - chi2
    f = (n - 1) * chi2 / rest if rest > 1e-12 * n * k else math.inf
    p = f_tail(f, k - 1, (k - 1) * (n - 1))
    difference = studentised_range(level / 100.0, k) * math.sqrt(k * (k + 1) / (12.0 * n))
    order = np.argsort(average, kind="stable")
    return Ranks(
        tuple(str(models[i]) for i in order), tuple(float(average[i]) for i in order), p,
        difference, n, level,
    )  # fmt: skip


def _losses(loss: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.asarray(loss, np.float64), np.asarray(other, np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise UsageError(
            message("significance.shapes", first=str(first.shape), second=str(second.shape))
        )
    if len(first) < 2:
        raise DataError(message("significance.few", n=len(first), needed=2))
    wrong = int((~np.isfinite(first) | ~np.isfinite(second)).sum())
    if wrong:
        raise DataError(message("significance.not_finite", wrong=wrong, n=len(first)))
    return first, second
