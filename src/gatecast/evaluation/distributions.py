"""The few distributions that the tests need, exactly, without SciPy."""

from __future__ import annotations

import functools
import math

import numpy as np

__all__ = [
    "chi_squared_tail",
    "f_tail",
    "incomplete_beta",
    "normal_two_sided",
    "studentised_range",
    "t_quantile",
    "t_two_sided",
]


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Compute the regularised incomplete beta function I_x(a, b).

    Parameters
    ----------
    a, b : float
        Above 0.
    x : float
        From 0 to 1.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.22 (the continued fraction), evaluated
    by Lentz's method; 8.17.4 (the symmetry, so that it converges fast).
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    logarithm = a * math.log(x) + b * math.log1p(-x) - math.log(a)
    front = math.exp(logarithm + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    tiny = 1e-300
    fraction, c, d = 1.0, 1.0, 0.0
    for i in range(10_000):
        m = i // 2
        if i == 0:
            term = 1.0
        elif i % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / ((1.0 + term * d) or tiny)
        c = (1.0 + term / c) or tiny
        fraction *= c * d
        if abs(c * d - 1.0) < 4e-16:
            break
    return front * (fraction - 1.0)


def t_two_sided(statistic: float, freedom: float) -> float:
    """Give the probability that Student's t is at least so far from zero, on either side.

    Parameters
    ----------
    statistic : float
        Any.
    freedom : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        The two-sided p.
    """
    if math.isnan(statistic):
        return math.nan
    if math.isinf(statistic):
        return 0.0
    return _tail(statistic**2 / freedom, 0.5, freedom / 2.0)


def t_quantile(share: float, freedom: float) -> float:
    """Give how far from zero Student's t is at the most with a probability, on either side.

    Parameters
    ----------
    share : float
        Probability, above 0 and below 1, for example 0.95.
    freedom : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        Where :func:`t_two_sided` is ``1 - share``.
    """
    low, high = 0.0, 1.0
    while t_two_sided(high, freedom) > 1.0 - share:
        low, high = high, 2.0 * high
    for _ in range(60):  # which halves the interval down to rounding
        middle = 0.5 * (low + high)
        low, high = (middle, high) if t_two_sided(middle, freedom) > 1.0 - share else (low, middle)
    return 0.5 * (low + high)


def f_tail(statistic: float, upper: float, lower: float) -> float:
    """Give the probability that F is at least so large, with so many degrees of freedom.

    Parameters
    ----------
    statistic : float
        0 or more.
    upper, lower : float
        Degrees of freedom of numerator and denominator.

    Returns
    -------
    float
        The p of the upper tail.
    """
    if math.isnan(statistic):
        return math.nan
    if math.isinf(statistic):
        return 0.0
    return _tail(upper * statistic / lower, upper / 2.0, lower / 2.0)


def normal_two_sided(statistic: float) -> float:
    """Give the probability that a standard normal variable is at least so far from zero.

    Parameters
    ----------
    statistic : float
        Any.

    Returns
    -------
    float
        The two-sided p.
    """
    return math.erfc(abs(statistic) / math.sqrt(2.0))


def chi_squared_tail(statistic: float, freedom: float) -> float:
    """Give the probability that chi-squared is at least so large.

    Parameters
    ----------
    statistic : float
        0 or more.
    freedom : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        The p of the upper tail.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.11.4 (the series, below the middle) and 8.9.2
    (the continued fraction, above it) of the incomplete gamma function.
    """
    if math.isnan(statistic):
        return math.nan
    a, x = freedom / 2.0, statistic / 2.0
    if x <= 0.0 or math.isinf(x):
        return float(x <= 0.0)
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        term = total = 1.0 / a
        for i in range(1, 10_000):
            term *= x / (a + i)
            total += term
            if term < total * 1e-17:
                break
        return 1.0 - front * total
    # Lentz's method
    b = x + 1.0 - a
    c, d = math.inf, 1.0 / b
    fraction = d
    for i in range(1, 10_000):
        an = -i * (i - a)
        b += 2.0
        d = 1.0 / (an * d + b)
        c = b + an / c if not math.isinf(c) else b
        fraction *= c * d
        if abs(c * d - 1.0) < 4e-16:
            break
    return front * fraction


def _tail(ratio: float, a: float, b: float) -> float:
    """Give 1 - I_x(a, b) where x / (1 - x) is the ratio, without losing the digits of a small x."""
    if ratio < 1.0:
        return 1.0 - incomplete_beta(a, b, ratio / (1.0 + ratio))
    return incomplete_beta(b, a, 1.0 / (1.0 + ratio))


@functools.lru_cache(maxsize=64)
def studentised_range(share: float, k: int) -> float:
    """Give the quantile of the range of k standard normal variables.

    Parameters
    ----------
    share : float
        Probability that the range is below, for example 0.95.
    k : int
        Variables, 2 or more.

    Returns
    -------
    float
        With infinitely many degrees of freedom.

    Notes
    -----
    P(range < q) = k ∫ φ(z) (Φ(z) - Φ(z - q))^(k - 1) dz, by the trapezoidal rule, which is exact
    to rounding for such integrands, and solved for q by bisection.
    """
    z = np.linspace(-9.0, 9.0, 721)
    density = np.exp(-(z**2) / 2.0) / math.sqrt(2.0 * math.pi)

    def below(values: np.ndarray) -> np.ndarray:
        return np.array([0.5 * math.erfc(-v / math.sqrt(2.0)) for v in values])

    at_z = below(z)
    low, high = 0.0, 20.0
    for _ in range(60):
        q = 0.5 * (low + high)
        mass = k * float((density * (at_z - below(z - q)) ** (k - 1)).sum()) * (z[1] - z[0])
        low, high = (q, high) if mass < share else (low, q)
    return 0.5 * (low + high)
