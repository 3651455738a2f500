"""Prediction intervals of models that have none of their own, from errors at earlier origins.

Split conformal prediction (Vovk, Gammerman and Shafer 2005, section 4.1; Lei et al. 2018,
*Journal of the American Statistical Association* 113): the interval around a forecast is as wide
as the absolute errors of the same model at earlier origins, of which ``level`` per cent lie
within, with room for one more. A series with too few origins for that takes the errors of all
series, each over its mean absolute change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gatecast.data.panel import Panel
from gatecast.errors import DataError
from gatecast.messages import message

__all__ = ["Ends", "conformal_ends", "first_origins"]

#: By level, the lower and the upper ends of intervals, each [N, K].
Ends = dict[float, tuple[np.ndarray, np.ndarray]]

_MOST_ORIGINS = 100
_MOST_FORECASTS = 20_000


def first_origins(panel: Panel, h: int, least: int) -> np.ndarray:
    """Give for each series the earliest origin whose errors are measured; all later ones are too.

    Parameters
    ----------
    panel : Panel
        N series.
    h : int
        Steps of a forecast; the last origin has one actual after it.
    least : int
        Values that a forecast needs.

    Returns
    -------
    ndarray of shape [N], int
        Values before the origin.
    """
    most = max(10, min(_MOST_ORIGINS, _MOST_FORECASTS // len(panel))) + h - 1
    return np.maximum(least, panel.lengths - most)


def conformal_ends(
    panel: Panel,
    forecasts: np.ndarray,
    level: Sequence[float],
    first: np.ndarray,
    forecast: Callable[[np.ndarray], np.ndarray],
) -> Ends:
    """Give the ends of intervals by the errors at earlier origins.

    Parameters
    ----------
    panel : Panel
        N series.
    forecasts : ndarray of shape [N, K]
        What the intervals are around.
    level : sequence of float
        Per cent that each interval should hold.
    first : ndarray of shape [N], int
        Values before the earliest origin of each series.
    forecast : callable
        From the values of a series up to an origin to K values ahead; it may have been fitted on
        none of the values after the origins.

    Returns
    -------
    dict of float to (ndarray, ndarray)
        Lower and upper ends, each [N, K], by level.

    Raises
    ------
    DataError
        If no series is long enough for an error.
    """
    h = forecasts.shape[1]
    errors = [_errors(one.values, h, int(o), forecast) for one, o in zip(panel, first, strict=True)]
    scales = np.array([_scale(series.values) for series in panel])
    pooled = np.concatenate([e / s for e, s in zip(errors, scales, strict=True)])
    if not np.isfinite(pooled).any():
        raise DataError(message("baseline.no_interval", n=int(first.min())))
    ends: Ends = {}
    for share in level:
        of_all = _margins(pooled, share)
        enough = int(np.ceil(share / (100 - share)))
        margins = np.stack(
            [
                _margins(own, share)
                if np.isfinite(own).sum(axis=0).min() >= enough
                else of_all * scale
                for own, scale in zip(errors, scales, strict=True)
            ]
        )
        ends[share] = forecasts - margins, forecasts + margins
    return ends


def _errors(
    values: np.ndarray, h: int, first: int, forecast: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Give the absolute errors of one series, [origins, K]; NaN beyond its end."""
    origins = range(first, len(values))
    errors = np.full((len(origins), h), np.nan)
    for row, origin in zip(errors, origins, strict=True):
        actual = values[origin : origin + h]
        row[: len(actual)] = np.abs(actual - forecast(values[:origin])[: len(actual)])
    return errors


def _scale(values: np.ndarray) -> float:
    """Give the mean absolute change of a series; 1 where it does not change."""
    return float(np.abs(np.diff(values)).mean()) or 1.0 if len(values) > 1 else 1.0


def _margins(errors: np.ndarray, share: float) -> np.ndarray:
    """Give for each step the error that ``share`` per cent lie within, with room for one more.

    No step has a narrower interval than the one before. A step that no origin reaches takes the
    margin of the last one that is reached, grown as the error of a random walk grows.
    """
    margins, last = np.zeros(errors.shape[1]), 0
    for k, column in enumerate(errors.T):
        past = np.sort(column[np.isfinite(column)])
        if len(past):
            place = min(len(past), int(np.ceil((len(past) + 1) * share / 100)))
            margins[k], last = past[place - 1], k
        else:
            margins[k] = margins[last] * np.sqrt((k + 1) / (last + 1))
    return np.maximum.accumulate(margins)
