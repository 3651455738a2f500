"""What errors of forecasts show: autocorrelation, bias, heteroscedasticity, drift, the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError
from gatecast.evaluation.distributions import chi_squared_tail, t_two_sided
from gatecast.messages import Message, message

__all__ = [
    "Drift",
    "HorizonSkill",
    "LjungBox",
    "MeanError",
    "drift",
    "heteroscedasticity",
    "horizon_skill",
    "ljung_box",
    "mean_error",
    "noise_floor",
]


#: Sums of squares of larger errors may be infinite.
_HUGE = 1e140


@dataclass(frozen=True)
class LjungBox:
    """Result of a portmanteau test of errors or of their squares; reported at the 1 % level.

    Parameters
    ----------
    statistic, p : float
        Q, and the probability of one so large without autocorrelation.
    lags : int
        Lags tested.
    largest : float
        The autocorrelation furthest from zero, at ``largest_lag``.
    largest_lag : int
        Its lag.
    of_squares : bool
        Whether squared errors were tested, by McLeod and Li.
    """

    statistic: float
    p: float
    lags: int
    largest: float
    largest_lag: int
    of_squares: bool = False

    @property
    def sentence(self) -> Message:
        """The result in words, at the 1 % level."""
        numbers = {
            "p": self.p, "lags": self.lags, "largest": self.largest, "lag": self.largest_lag
        }  # fmt: skip
        if self.of_squares:
            if self.p < 0.01:
                return message("residuals.heteroscedastic", **numbers)
            return message("residuals.homoscedastic", **numbers)
        if self.p < 0.01:
            return message("residuals.autocorrelated", **numbers)
        return message("residuals.white", **numbers)


def ljung_box(errors: np.ndarray, lags: int | None = None) -> LjungBox:
    """Test whether one-step errors are uncorrelated.

    Parameters
    ----------
    errors : ndarray of shape [n]
        In the order of time.
    lags : int, optional
        Lags tested; 10, or a fifth of the errors, if not given.

    Returns
    -------
    LjungBox
        Statistic, p and autocorrelations [lags].

    Raises
    ------
    DataError
        If there are fewer than 10 errors, or they are all the same.

    References
    ----------
    Ljung, G. M. and Box, G. E. P. (1978). On a measure of lack of fit in time series models.
    *Biometrika* 65, 297-303, equation 1.4.
    """
    return _ljung_box(_checked(errors)[0], lags, of_squares=False)


def heteroscedasticity(errors: np.ndarray, lags: int | None = None) -> LjungBox:
    """Test whether the variance of errors changes in time: large errors follow large ones.

    Parameters
    ----------
    errors, lags
        As for :func:`ljung_box`, whose test is applied to squared errors.

    Returns
    -------
    LjungBox
        Of the squared errors (McLeod-Li).

    Raises
    ------
    DataError
        As for :func:`ljung_box`.

    References
    ----------
    McLeod, A. I. and Li, W. K. (1983). Diagnostic checking ARMA time series models using
    squared-residual autocorrelations. *Journal of Time Series Analysis* 4, 269-273.
    """
    errors, _ = _checked(errors)
    return _ljung_box((errors - errors.mean()) ** 2, lags, of_squares=True)


def _ljung_box(values: np.ndarray, lags: int | None, *, of_squares: bool) -> LjungBox:
    n = len(values)
    lags = min(10, n // 5) if lags is None else lags
    centred = values - values.mean()
    variance = float(centred @ centred)
    if variance <= 1e-28 * n * max(1.0, float(np.abs(values).max()) ** 2):
        raise DataError(message("residuals.constant"))
    r = np.array([float(centred[k:] @ centred[:-k]) / variance for k in range(1, lags + 1)])
    q = n * (n + 2) * float(np.sum(r**2 / (n - np.arange(1, lags + 1))))
    at = int(np.argmax(np.abs(r)))
    return LjungBox(q, chi_squared_tail(q, lags), lags, float(r[at]), at + 1, of_squares)


@dataclass(frozen=True)
class MeanError:
    """Result of the bias test: whether forecasts are too high or too low; at the 1 % level.

    Parameters
    ----------
    mean, error : float
        Mean of actual less forecast, and its standard error.
    p : float
        Probability of a mean so far from zero where there is no bias.
    """

    mean: float
    error: float
    p: float

    @property
    def sentence(self) -> Message:
        """The result in words, at the 1 % level."""
        # as in a leaderboard: forecast less actual
        numbers = {"bias": -self.mean, "error": self.error, "p": self.p}
        if self.p >= 0.01:
            return message("residuals.unbiased", **numbers)
        if self.mean > 0:
            return message("residuals.too_low", **numbers)
        return message("residuals.too_high", **numbers)


def mean_error(errors: np.ndarray, overlap: int = 1) -> MeanError:
    """Test whether errors are zero on the average.

    Parameters
    ----------
    errors : ndarray of shape [n]
        Actual less forecast, in the order of time.
    overlap : int, default 1
        Errors less than this apart may be correlated; their covariances are counted with
        Bartlett's weights (Newey and West 1987).

    Returns
    -------
    MeanError
        The mean, its standard error and p.

    Raises
    ------
    DataError
        If there are fewer than 10 errors.
    """
    errors, unit = _checked(errors)
    n = len(errors)
    centred = errors - errors.mean()
    variance = float(centred @ centred)
    for lag in range(1, min(overlap, n - 1)):
        variance += 2.0 * (1.0 - lag / overlap) * float(centred[lag:] @ centred[:-lag])
    error = float(np.sqrt(max(variance, 0.0))) / n
    mean = float(errors.mean())
    if error == 0.0:
        return MeanError(mean * unit, 0.0, float(mean == 0.0))
    return MeanError(mean * unit, error * unit, t_two_sided(mean / error, n - 1))


@dataclass(frozen=True)
class Drift:
    """Result of the drift test: whether errors grow or shrink from cutoff to cutoff.

    Drift is reported at the 1 % level, because it is one of many tests made at once.

    Parameters
    ----------
    change : float
        Relative change of the absolute error from the first to the last cutoff, along a line.
    p : float
        Probability of a slope so far from zero where there is none.
    """

    change: float
    p: float

    @property
    def sentence(self) -> Message:
        """The result in words, at the 1 % level."""
        if self.p >= 0.01:
            return message("residuals.no_drift", p=self.p)
        if self.change > 0:
            return message("residuals.grew", change=self.change, p=self.p)
        return message("residuals.shrank", change=-self.change, p=self.p)


def drift(losses: np.ndarray) -> Drift:
    """Test whether losses change along the cutoffs.

    Parameters
    ----------
    losses : ndarray of shape [n]
        Mean loss of each cutoff, in the order of time.

    Returns
    -------
    Drift
        Change from the first cutoff to the last, as a share, and p.

    Raises
    ------
    DataError
        If there are fewer than 10.
    """
    losses, _ = _checked(losses)
    n = len(losses)
    t = np.arange(n) - (n - 1) / 2
    slope = float(t @ losses) / float(t @ t)
    left = losses - losses.mean() - slope * t
    error = float(np.sqrt(left @ left / (n - 2) / (t @ t)))
    start = float(losses.mean()) + slope * float(t[0])
    if error == 0.0 or start <= 0.0:
        return Drift(0.0, 1.0)
    return Drift(slope * (n - 1) / start, t_two_sided(slope / error, n - 2))


@dataclass(frozen=True)
class HorizonSkill:
    """Skill over a reference at each step of the horizon.

    Parameters
    ----------
    skill : tuple of float
        1 less the ratio of mean losses, for each step of the horizon.
    useful : int
        Steps before the first at which the reference is not beaten; the horizon if it always is.
    reference : str
        The reference's name.
    exact : bool, default False
        Whether the model has no error at any step.
    """

    skill: tuple[float, ...]
    useful: int
    reference: str
    exact: bool = False

    @property
    def sentence(self) -> Message:
        """The result in words."""
        h = len(self.skill)
        if self.exact:
            return message("horizon.exact", h=h)
        first, last = self.skill[0], self.skill[-1]
        if self.useful == h:
            return message("horizon.all", reference=self.reference, h=h, first=first, last=last)
        if self.useful == 0:
            return message("horizon.none", reference=self.reference, skill=first)
        return message("horizon.some", reference=self.reference, h=h, useful=self.useful)


def horizon_skill(losses: np.ndarray, reference: np.ndarray, name: str) -> HorizonSkill:
    """Compute at which steps of the horizon a model beats a reference.

    Parameters
    ----------
    losses, reference : ndarray of shape [K]
        Mean loss at each step.
    name : str
        What the reference is called.

    Returns
    -------
    HorizonSkill
        Skill at each step [h].
    """
    own, other = np.asarray(losses, float), np.asarray(reference, float)
    skill = 1.0 - own / np.maximum(other, 1e-300)
    skill[own == other] = 0.0  # both may be exact
    lost = np.flatnonzero(~(skill > 0))
    useful = int(lost[0]) if len(lost) else len(skill)
    return HorizonSkill(tuple(map(float, skill)), useful, name, not own.any())


def noise_floor(values: np.ndarray, lags: int | None = None) -> float:
    """Estimate the RMSE of the best possible one-step forecast from the series itself.

    Where two subsequences are nearly the same, what came next differs only by the noise.
    Half the mean squared difference over the nearest neighbours is extrapolated along a line to
    subsequences at a distance of zero (the Gamma test).

    Parameters
    ----------
    values : ndarray of shape [n]
        The series; a few hundred values or more.
    lags : int, optional
        Length of a subsequence; of 1 to 4 the one with the smallest estimate if not given.

    Returns
    -------
    float
        In the unit of the values.

    Raises
    ------
    DataError
        If there are fewer than 100 values.

    References
    ----------
    Stefánsson, A., Končar, N. and Jones, A. J. (1997). A note on the Gamma test. *Neural Computing
    and Applications* 5, 131-133.
    """
    values = np.asarray(values, np.float64)
    if len(values) < 100:
        raise DataError(message("series.few_values", n=len(values), needed=100))
    if lags is None:
        return min(noise_floor(values, lags) for lags in range(1, 5))
    rows = np.lib.stride_tricks.sliding_window_view(values[-3000:], lags + 1)
    past, then = rows[:, :-1], rows[:, -1]
    count = min(10, len(rows) // 10)
    distance = np.zeros((len(rows), count))
    change = np.zeros_like(distance)
    for start in range(0, len(rows), 500):  # all pairs at once would not fit into memory
        part = past[start : start + 500]
        squares = ((part[:, np.newaxis] - past) ** 2).sum(axis=-1)
        squares[np.arange(len(part)), start + np.arange(len(part))] = np.inf
        near = np.argpartition(squares, count, axis=1)[:, :count]
        near = np.take_along_axis(near, np.argsort(np.take_along_axis(squares, near, 1), 1), 1)
        distance[start : start + 500] = np.take_along_axis(squares, near, 1)
        change[start : start + 500] = (then[near] - then[start : start + 500, np.newaxis]) ** 2
    x, y = distance.mean(axis=0), change.mean(axis=0) / 2
    slope = np.polyfit(x, y, 1)[0] if np.ptp(x) > 0 else 0.0
    return float(np.sqrt(max(0.0, y.mean() - max(slope, 0.0) * x.mean())))


def _checked(errors: np.ndarray) -> tuple[np.ndarray, float]:
    """Give errors in a unit in which their squares are finite, and the unit."""
    errors = np.asarray(errors, np.float64)
    if len(errors) < 10 or not np.isfinite(errors).all():
        raise DataError(
            message("residuals.few", n=len(errors), wrong=int((~np.isfinite(errors)).sum()))
        )
    largest = float(np.abs(errors).max())
    unit = largest if largest > _HUGE else 1.0
    return errors / unit, unit
