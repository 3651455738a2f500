"""Characteristics of a series: nonlinearity, long memory, and whether it is a random walk.

They are tested on the series itself, before any forecast, and explain why one model may win.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError
from gatecast.evaluation.distributions import f_tail, normal_two_sided
from gatecast.messages import Message, message

__all__ = [
    "LongMemory",
    "Nonlinearity",
    "RandomWalk",
    "fitted_autoregression",
    "long_memory",
    "nonlinearity",
    "random_walk",
]

_LONGEST_ORDER = 12
_FEWEST = 40


@dataclass(frozen=True)
class Nonlinearity:
    """Result of the nonlinearity test: what squares and cubes add to a linear autoregression.

    Parameters
    ----------
    statistic, p : float
        F of the added terms, and the probability of one so large where the series is linear.
    order : int
        Lags of the autoregression, chosen by Akaike's criterion.
    explained : float
        Share of the linear model's squared error that the added terms explain.
    """

    statistic: float
    p: float
    order: int
    explained: float

    @property
    def sentence(self) -> Message:
        """The result in words, at the 5 % level."""
        if self.p < 0.05:
            return message("series.nonlinear", explained=self.explained, p=self.p)
        return message("series.linear", p=self.p)


def nonlinearity(values: np.ndarray) -> Nonlinearity:
    """Test whether a series is more than a linear function of its past.

    A linear autoregression is fitted; what it leaves is regressed on its lags together with their
    squares, products and cubes of the first two, which is the Taylor expansion of a neural network.

    Parameters
    ----------
    values : ndarray of shape [n]
        Without its season, and differenced or without a trend where its level is not stationary.

    Returns
    -------
    Nonlinearity
        p, and the share of variance that is explained.

    Raises
    ------
    DataError
        If there are fewer than 40 values, or they do not change.

    References
    ----------
    Teräsvirta, T., Lin, C.-F. and Granger, C. W. J. (1993). Power of the neural network linearity
    test. *Journal of Time Series Analysis* 14, 209-220, section 2.
    """
    x = _standardised(values)
    order, residuals, lags = fitted_autoregression(x)
    first = lags[:, : min(2, lags.shape[1] - 1)]  # the last column is the intercept
    terms = [first[:, i] * first[:, j] for i in range(first.shape[1]) for j in range(i + 1)]
    terms += [
        first[:, i] * first[:, j] * first[:, k]
        for i in range(first.shape[1])
        for j in range(i + 1)
        for k in range(j + 1)
    ]
    whole = np.column_stack([lags, *terms])
    left = residuals - whole @ np.linalg.lstsq(whole, residuals, rcond=None)[0]
    before, after = float(residuals @ residuals), float(left @ left)
    added, freedom = len(terms), len(x) - order - whole.shape[1]
    if freedom < 1 or after <= 1e-20 * len(x):
        return Nonlinearity(float("nan"), float("nan"), order, 0.0)
    statistic = (before - after) / added / (after / freedom)
    return Nonlinearity(statistic, f_tail(statistic, added, freedom), order, 1.0 - after / before)


@dataclass(frozen=True)
class LongMemory:
    """Estimate of fractional integration: how slowly autocorrelations decay.

    Parameters
    ----------
    d : float
        Order of fractional integration: 0 is a short memory, up to 0.5 a long stationary one, 1 a
        random walk.
    error : float
        Standard error of ``d``.
    """

    d: float
    error: float

    @property
    def p(self) -> float:
        """Probability of a ``d`` so far from zero where memory is short."""
        return normal_two_sided(self.d / self.error)

    @property
    def sentence(self) -> Message:
        """The result in words, at the 5 % level."""
        if self.d - 1.96 * self.error > 0.5:
            return message("series.not_stationary", d=self.d, error=self.error)
        if self.d - 1.96 * self.error > 0:
            return message("series.long_memory", d=self.d, error=self.error)
        return message("series.short_memory", d=self.d, error=self.error)


def long_memory(values: np.ndarray) -> LongMemory:
    """Estimate the order of fractional integration by the local Whittle method.

    Parameters
    ----------
    values : ndarray of shape [n]
        Without its season.

    Returns
    -------
    LongMemory
        The order d and its standard error.

    Raises
    ------
    DataError
        If there are fewer than 40 values, or they do not change.

    Notes
    -----
    The lowest ``n ** 0.65`` frequencies are used; the standard error is 1 / (2 sqrt(m)).

    References
    ----------
    Robinson, P. M. (1995). Gaussian semiparametric estimation of long range dependence. *Annals of
    Statistics* 23, 1630-1661.
    """
    x = _standardised(values)
    n = len(x)
    m = int(n**0.65)
    periodogram = np.abs(np.fft.rfft(x)[1 : m + 1]) ** 2 / n
    periodogram = np.maximum(periodogram, 1e-300)
    frequencies = np.log(2 * np.pi * np.arange(1, m + 1) / n)
    grid = np.linspace(-0.99, 1.49, 497)
    # R(d) = log mean(w^(2d) I) - 2 d mean(log w)
    weighted = np.exp(2 * grid[:, np.newaxis] * frequencies + np.log(periodogram))
    risk = np.log(weighted.mean(axis=1)) - 2 * grid * frequencies.mean()
    return LongMemory(float(grid[np.argmin(risk)]), 0.5 / float(np.sqrt(m)))


@dataclass(frozen=True)
class RandomWalk:
    """Result of the variance ratio test: whether changes are uncorrelated.

    Parameters
    ----------
    ratio : float
        Variance of changes over ``lag`` steps, over ``lag`` times that of single changes: 1 for a
        random walk, below it for a mean-reverting series, above it for a trending one.
    p : float
        Probability of a ratio so far from 1 where changes are uncorrelated.
    lag : int
        Steps.
    """

    ratio: float
    p: float
    lag: int

    @property
    def sentence(self) -> Message:
        """The result in words, at the 5 % level."""
        numbers = {"ratio": self.ratio, "lag": self.lag, "p": self.p}
        if self.p >= 0.05:
            return message("series.random_walk", **numbers)
        if self.ratio < 1:
            return message("series.mean_reverting", **numbers)
        return message("series.trending", **numbers)


def random_walk(values: np.ndarray) -> RandomWalk:
    """Test whether a series is a random walk, by the ratio of variances.

    Of the lags 2, 4, 8 and 16 the ratio furthest from 1 is returned; p is corrected for the choice
    and robust to heteroscedasticity.

    Parameters
    ----------
    values : ndarray of shape [n]
        The series.

    Returns
    -------
    RandomWalk
        Variance ratio, lag and p.

    Raises
    ------
    DataError
        If there are fewer than 40 values, or they do not change.

    References
    ----------
    Lo, A. W. and MacKinlay, A. C. (1988). Stock market prices do not follow random walks. *Review
    of Financial Studies* 1, 41-66, equations 12 to 14, 19 and 20. Chow, K. V. and Denning, K. C.
    (1993). A simple multiple variance ratio test. *Journal of Econometrics* 58, 385-401.
    """
    x = _standardised(values)
    changes = np.diff(x) - (x[-1] - x[0]) / (len(x) - 1)
    n = len(changes)
    squares = changes**2
    variance = squares.sum() / n
    tried = [q for q in (2, 4, 8, 16) if q <= n // 4]
    tests = []
    for q in tried:
        sums = np.convolve(changes, np.ones(q), mode="valid")
        ratio = float(sums @ sums) / (q * (n - q + 1) * (1 - q / n)) / variance
        spread = 0.0
        for j in range(1, q):
            delta = float(squares[j:] @ squares[:-j]) / squares.sum() ** 2
            spread += (2 * (q - j) / q) ** 2 * delta
        statistic = (ratio - 1.0) / np.sqrt(spread)
        tests.append((abs(statistic), ratio, q))
    largest, ratio, lag = max(tests)
    p = 1.0 - (1.0 - normal_two_sided(largest)) ** len(tried)
    return RandomWalk(ratio, p, lag)


def fitted_autoregression(values: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Fit a linear autoregression by least squares, its order by Akaike's criterion.

    Parameters
    ----------
    values : ndarray of shape [n]
        The series.

    Returns
    -------
    order : int
        Lags, 1 to 12.
    residuals : ndarray of shape [n - order]
        Of the chosen order.
    lags : ndarray of shape [n - order, order + 1]
        Its inputs, newest first, and a column of ones.
    """
    longest = min(_LONGEST_ORDER, len(values) // 10)
    best: tuple[float, int] | None = None
    fits = {}
    for order in range(1, longest + 1):
        rows = np.lib.stride_tricks.sliding_window_view(values, order + 1)
        lags = np.column_stack([rows[:, order - 1 :: -1][:, :order], np.ones(len(rows))])
        residuals = rows[:, -1] - lags @ np.linalg.lstsq(lags, rows[:, -1], rcond=None)[0]
        fits[order] = residuals, lags
        # every order is scored on the same values
        same = residuals[longest - order :]
        score = len(same) * np.log(max(float(same @ same) / len(same), 1e-300)) + 2 * order
        if best is None or score < best[0]:
            best = score, order
    assert best is not None
    return best[1], *fits[best[1]]


def _standardised(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, np.float64)
    if len(values) < _FEWEST:
        raise DataError(message("series.few_values", n=len(values), needed=_FEWEST))
    centred = values / (np.max(np.abs(values)) or 1.0)
    centred = centred - centred.mean()
    deviation = float(centred.std())
    if deviation < 1e-12:
        raise DataError(message("series.constant"))
    return centred / deviation
