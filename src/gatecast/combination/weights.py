"""Weights of a forecast combination, and the width of its intervals, from a hold-out.

Shape letters: N series, R hold-out forecasts (of each series from each origin), M members, K steps
ahead.

The rules were chosen on the origins before the official test parts of eight yearly, quarterly and
monthly sets. Weights fall with a power of the mean absolute error
(Bates and Granger 1969, *Operational Research Quarterly* 20, have the power 2), and the power grows
with the square root of the number of forecasts, as the certainty of a mean does: with few forecasts
weights are nearly equal, which is hard to beat then (Clemen 1989, *International Journal of
Forecasting* 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Intervals", "combined", "error_weights", "interval_factor", "relative_errors"]

#: By level, the distances of the lower and the upper end from the forecast, each [..., M, K]; NaN
#: of members that give no intervals.
Intervals = dict[float, np.ndarray]

_POWER, _MOST_POWER = 3.0, 16.0
#: Hold-out forecasts that the members' own intervals count as.
_PRIOR = 16.0
_SMALL = 1e-9


def relative_errors(errors: np.ndarray, series: np.ndarray) -> np.ndarray | None:
    """Average absolute errors over all series, each relative to its members' mean.

    Parameters
    ----------
    errors : ndarray of shape [R, M, K]
        Absolute; NaN where there is no actual.
    series : ndarray of shape [R], int
        Of which series a forecast is.

    Returns
    -------
    ndarray of shape [M] or None
        With a mean of 1; None if there is no error.
    """
    if not len(errors):
        return None
    of_forecasts = np.nanmean(errors, axis=2)
    count = np.bincount(series)
    means = np.stack([np.bincount(series, column) for column in of_forecasts.T], axis=1)
    means = means[count > 0] / count[count > 0, np.newaxis]
    size = means.mean(axis=1)
    if not (size > 0).any():
        return None
    return (means[size > 0] / size[size > 0, np.newaxis]).mean(axis=0)


def error_weights(errors: np.ndarray | None, count: int, members: int) -> np.ndarray:
    """Give each member its weight.

    Parameters
    ----------
    errors : ndarray of shape [M] or None
        From :func:`relative_errors`.
    count : int
        Hold-out forecasts that they are the mean of.
    members : int
        M.

    Returns
    -------
    ndarray of shape [M]
        Summing to 1; equal where there is no error.
    """
    if errors is None:
        return np.full(members, 1.0 / members)
    power = min(_POWER * np.sqrt(count), _MOST_POWER)
    weights = (np.maximum(errors, 1e-3) / errors.max()) ** -power
    return weights / weights.sum()


@dataclass(frozen=True, eq=False)
class Combined:
    """Hold combined forecasts.

    Parameters
    ----------
    forecast : ndarray of shape [R, K]
        Weighted mean.
    distances : dict of float to ndarray of shape [R, 2, K]
        By level, how far below and above the forecast the interval ends.
    own : bool
        Whether distances are the members', and not only the growth of a random walk's error.
    """

    forecast: np.ndarray
    distances: dict[float, np.ndarray]
    own: bool


def combined(forecasts: np.ndarray, intervals: Intervals, weights: np.ndarray) -> Combined:
    """Average forecasts, and take the widest distances of interval ends from them.

    Intervals of exponential smoothing and Theta know nothing of a wrong choice of the model, and
    are too narrow on short series: their mean with others would be too. So at each step the most
    cautious member counts, of those with at least half of an equal weight.

    Parameters
    ----------
    forecasts : ndarray of shape [R, M, K]
        Of the members.
    intervals : dict of float to ndarray of shape [R, 2, M, K]
        Distances of the ends; NaN of members without intervals.
    weights : ndarray of shape [M]
        Of the members.

    Returns
    -------
    Combined
        Where no member gives intervals, distances grow with the square root of the step.
    """
    forecast = np.einsum("m,rmk->rk", weights, forecasts)
    distances, own = {}, True
    for share, ends in intervals.items():
        there = np.isfinite(ends).all(axis=(0, 1, 3))
        heard = there & (weights >= 0.5 / len(weights))
        if there.any():
            distances[share] = ends[:, :, heard if heard.any() else there].max(axis=2)
        else:
            growth = np.sqrt(np.arange(1, forecast.shape[1] + 1))
            distances[share] = np.broadcast_to(growth, (len(forecast), 2, len(growth)))
            own = False
    return Combined(forecast, distances, own)


def interval_factor(made: Combined, actuals: np.ndarray, share: float) -> float | None:
    """Measure by which factor intervals have to be wider to hold their share of the hold-out.

    That is split conformal prediction with the members' intervals as the scale of an error. The
    factor is shrunk towards 1, as 16 hold-out forecasts would that found the members right: errors
    of a few forecasts of one series tell little about the tails.

    Parameters
    ----------
    made : Combined
        Of the hold-out, R forecasts.
    actuals : ndarray of shape [R, K]
        NaN where there is none.
    share : float
        Per cent that the interval should hold.

    Returns
    -------
    float or None
        None where there is no error to measure on.
    """
    errors = actuals - made.forecast
    # relative to the errors, whatever the unit
    least = _SMALL * (float(np.max(np.abs(errors), initial=0.0, where=np.isfinite(errors))) or 1.0)
    below, above = np.moveaxis(np.maximum(made.distances[share], least), 1, 0)
    scores = np.where(errors > 0, errors / above, -errors / below)
    scores = np.sort(scores[np.isfinite(scores)])
    if not len(scores):
        return None
    place = min(len(scores), int(np.ceil((len(scores) + 1) * share / 100)))
    factor = float(scores[place - 1])
    if not made.own:
        return max(factor, least)
    return float(np.clip(factor, 0.1, 10.0) ** (len(actuals) / (len(actuals) + _PRIOR)))
