"""Forecasts as tables with the user's own column names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.errors import UsageError
from gatecast.forecaster.columns import add_forecast
from gatecast.forecaster.fitted import FittedForecaster, SeriesInputs
from gatecast.forecaster.forecasting.own_forecast import own_forecast
from gatecast.messages import message

__all__ = ["forecast_frame", "insample_frame", "insample_one_step", "paths_frame"]

#: Rows of sample paths that are brought back to the series' own unit at once.
_ROWS_AT_ONCE = 4096


def forecast_frame(
    fitted: FittedForecaster,
    future: Sequence[np.ndarray],
    name: str,
    level: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Forecast the steps after the end of each series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    future : sequence of ndarray of shape [K, F]
        Future covariates, as for :meth:`FittedForecaster.forecast`.
    name : str
        Column of the forecast.
    level : sequence of float, optional
        Per cent of the intervals in the frame; all that were trained if not given.

    Returns
    -------
    DataFrame
        As of :meth:`gatecast.LSTMForecaster.predict`.

    Raises
    ------
    UsageError
        If no interval of a level was trained.
    """
    requested = fitted.level if level is None else tuple(level)
    untrained = [share for share in requested if share not in fitted.level]
    if untrained:
        raise UsageError(
            message("level.not_fitted", level=list(requested), fitted=list(fitted.level))
        )
    forecast, ends = own_forecast(fitted, future, requested)
    return add_forecast(fitted.ends.future_frame(fitted.h), name, forecast, ends)


def paths_frame(
    fitted: FittedForecaster,
    future: Sequence[np.ndarray],
    name: str,
    n_paths: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw sample paths of the steps after the end of each series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster; with the errors of whole forecasts of a hold-out.
    future : sequence of ndarray of shape [K, F]
        Future covariates, as for :meth:`FittedForecaster.forecast`.
    name : str
        Column of the paths.
    n_paths : int
        Paths of each series.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    DataFrame
        As of :meth:`gatecast.LSTMForecaster.simulate`.
    """
    assert fitted.calibration is not None
    median, _ = fitted.forecast(future)
    errors = fitted.calibration.paths
    paths = median + errors[rng.integers(0, len(errors), (n_paths, len(median)))]
    ahead = fitted.ends.future_frame(fitted.h)
    frame = ahead.take(np.tile(np.arange(len(ahead)), n_paths)).reset_index(drop=True)
    frame["path"] = np.repeat(np.arange(n_paths), median.size)
    added = fitted.added_ahead(future)
    restored = _restored(fitted, paths, added)
    if fitted.counts is not None:
        restored[:, fitted.counts.which] = fitted.counts.draw(n_paths, rng)
    frame[name] = restored.ravel()
    return frame


def _restored(fitted: FittedForecaster, paths: np.ndarray, added: np.ndarray | None) -> np.ndarray:
    """Bring paths [P, N, K] back to each series' own unit; of few series many paths at once."""
    at_once = max(1, _ROWS_AT_ONCE // paths.shape[1])
    parts = (paths[begin : begin + at_once] for begin in range(0, len(paths), at_once))
    return np.concatenate([fitted.restore(some, added) for some in parts])


def insample_frame(
    fitted: FittedForecaster, panel: Panel, name: str, step_size: int
) -> pd.DataFrame:
    """Forecast from origins within the series of a panel.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    panel : Panel
        The data that it was fitted on.
    name : str
        Column of the forecasts.
    step_size : int
        Steps between origins; the last one is a horizon before the end.

    Returns
    -------
    DataFrame
        As of :meth:`gatecast.LSTMForecaster.predict_insample`.
    """
    h, ends, parts = fitted.h, fitted.ends, []
    for series, inputs in zip(panel, fitted.inputs(panel), strict=True):
        origins = np.arange(len(series.values) - h - 1, -1, -step_size)[::-1]
        if fitted.counts is not None and inputs.place in fitted.counts.which:
            restored = fitted.counts.from_origins(series.values, origins)
        else:
            median, _ = fitted.run_insample(inputs, origins)
            restored = [
                inputs.in_own_unit(row, int(origin) + 1)
                for row, origin in zip(median, origins, strict=True)
            ]
        ahead = (origins[:, np.newaxis] + np.arange(1, h + 1)).ravel()
        part = {} if ends.id_col is None else {ends.id_col: series.id}
        part |= {
            ends.time_col: series.times[ahead],
            "cutoff": np.repeat(series.times[origins], h),
            ends.target_col: series.values[ahead],
            name: np.concatenate([np.zeros(0), *restored]),
        }
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def insample_one_step(fitted: FittedForecaster, series: SeriesInputs) -> np.ndarray:
    """Forecast each value of a series one step ahead.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    series : SeriesInputs
        What its networks are given of the series, [n].

    Returns
    -------
    ndarray of shape [n - 1]
        Of the values from the second on, in the series' own unit; NaN at the end, where columns
        that are known in advance reach beyond the table.
    """
    ahead = fitted.run_insample(series).median[:-1, 0]
    forecasts = series.in_own_unit(ahead, 1)
    missing = max(0, fitted.covariates.lead - 1)
    forecasts[len(forecasts) - missing :] = np.nan
    return forecasts
