"""The forecast in each series' own unit: of networks, or of counts where a series has these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatecast.forecaster.fitted import FittedForecaster

__all__ = ["own_forecast"]


def own_forecast(
    fitted: FittedForecaster, future: Sequence[np.ndarray], level: Sequence[float] = ()
) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
    """Forecast the steps after the end of each series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    future : sequence of ndarray of shape [K, F]
        Future covariates, as for :meth:`FittedForecaster.forecast`.
    level : sequence of float, default ()
        Per cent of the intervals, of those that were trained.

    Returns
    -------
    forecast : ndarray of shape [N, K]
        In each series' own unit.
    ends : dict of float to (ndarray, ndarray)
        Lower and upper ends for each level.
    """
    median, intervals = fitted.forecast(future)
    rows = [median, *(end for share in level for end in intervals[share])]
    forecast, *both = fitted.restore(np.stack(rows), fitted.added_ahead(future))
    ends = dict(zip(level, zip(both[::2], both[1::2], strict=True), strict=True))
    if fitted.counts is not None:
        which = fitted.counts.which
        forecast[which], of_counts = fitted.counts.forecast(level)
        for share, (low, high) in of_counts.items():
            ends[share][0][which], ends[share][1][which] = low, high
    return forecast, ends
