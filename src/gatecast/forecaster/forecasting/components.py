"""The components of a forecast: level and trend, seasons, columns, holidays, the network's rest.

What columns and holidays add is that of the additive part. Seasons are the means of their phases in
the history less that part. Level and trend are the straight line, by least squares, through the
forecast less all of these, and what is left is the network's. Where parts multiply, because the
model took logarithms or the additive part multiplies, the change that they make together is shared
out in proportion to their logarithms (logarithmic mean Divisia index, Ang 2004), so that all
components are in the unit of the series and add up to the forecast.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.data.transforms import Log, fit_season, is_seasonal
from gatecast.errors import DataError, UsageError
from gatecast.forecaster.additive.columns import additive_labels, ahead_rows
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.own_forecast import own_forecast
from gatecast.forecaster.records import SeriesInputs
from gatecast.messages import message

__all__ = ["HOLIDAYS", "LEVEL", "NETWORK", "TREND", "components_frame", "season_column"]

#: Columns of the table.
LEVEL, TREND, HOLIDAYS, NETWORK = "level", "trend", "holidays", "network"


def season_column(season_length: int) -> str:
    """Name the column of a season.

    Parameters
    ----------
    season_length : int
        Steps in the season.

    Returns
    -------
    str
        For example ``"season 7"``.
    """
    return f"season {season_length}"


def components_frame(
    fitted: FittedForecaster, future: Sequence[np.ndarray], panel: Panel, name: str
) -> pd.DataFrame:
    """Split the forecast of each series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    future : sequence of ndarray of shape [K, F]
        Future covariates, as for :meth:`FittedForecaster.forecast`.
    panel : Panel
        The history of its series.
    name : str
        Column of the forecast.

    Returns
    -------
    DataFrame
        As of :meth:`gatecast.LSTMForecaster.components`.

    Raises
    ------
    DataError
        If the history is not that of the model's series, up to where they end.
    UsageError
        If a column of the table is called as the forecast is.
    """
    places = _places(fitted, panel)
    if fitted.additive is None:
        base = forecast = own_forecast(fitted, future)[0]
    else:
        median = fitted.forecast(future).median
        base, forecast = (fitted.restore(median, a) for a in (None, fitted.added_ahead(future)))
    added = _added(fitted, future, base)
    seasons = [m for m in fitted.transforms.treatment.seasons if m > 1]
    own = np.zeros((3 + len(seasons), *base.shape))
    inputs = fitted.inputs(panel)
    for i, place in enumerate(places):
        own[:, i] = _structure(inputs[place], base[i], seasons)
    frame = fitted.ends.future_frame(fitted.h)
    parts = {name: forecast, LEVEL: own[0], TREND: own[1]}
    parts |= {season_column(m): own[3 + j] for j, m in enumerate(seasons)}
    names = {*frame.columns, *parts, HOLIDAYS, NETWORK}
    holidays = added.pop("", None)
    parts |= {f"{column} (column)" if column in names else column: made
              for column, made in added.items()}  # fmt: skip
    parts |= ({} if holidays is None else {HOLIDAYS: holidays}) | {NETWORK: own[2]}
    if name in frame.columns or name in (LEVEL, TREND, HOLIDAYS, NETWORK):
        raise UsageError(message("alias.taken", column=name))
    for column, made in parts.items():
        frame[column] = made.ravel()
    return frame


def _places(fitted: FittedForecaster, panel: Panel) -> np.ndarray:
    """Find the history of each series of a forecaster."""
    which, ends = fitted.find(panel), panel.ends()
    places = np.full(len(fitted.ends.ids), -1)
    places[which] = np.arange(len(panel))
    for i, place in enumerate(places):
        if place < 0 or ends.times[place] != fitted.ends.times[i]:
            raise DataError(message("components.other_history", series=str(fitted.ends.ids[i])))
    return places


def _added(
    fitted: FittedForecaster, future: Sequence[np.ndarray], base: np.ndarray
) -> dict[str, np.ndarray]:
    """Give what each column adds to the forecast, [N, K], and all holidays as the column ""."""
    part = fitted.additive
    if part is None:
        return {}
    rows, times = ahead_rows(fitted.covariates, fitted.ends, fitted.h, future)
    made = np.stack(
        [part.contributions(i, rows[i], times[i], follows=True) for i in range(len(rows))]
    )
    if part.multiplicative:
        made = made * (base * _growth(made.sum(axis=-1)))[..., np.newaxis]
    result: dict[str, np.ndarray] = {}
    for j, (column, _) in enumerate(additive_labels(fitted.covariates)):
        result[column] = result.get(column, 0.0) + made[..., j]
    return result


def _structure(series: SeriesInputs, base: np.ndarray, seasons: Sequence[int]) -> np.ndarray:
    """Split the forecast less columns into level, trend, the network's rest and seasons, [., K]."""
    logs = any(isinstance(one, Log) for one in series.transforms.transforms)
    logs = logs and bool(base.min() > 0 and series.own.min() > 0)
    history, forecast = (np.log(y) if logs else y for y in (series.own, base))
    n, h = len(history), len(base)
    made = np.zeros((3 + len(seasons), h))
    for j, m in enumerate(seasons):
        if is_seasonal(history, m):
            season = fit_season(history, m)
            made[3 + j] = season.at(n, h)
            history = season.transform(history)
    left = forecast - made[3:].sum(axis=0)
    steps = np.arange(1.0, h + 1.0)
    slope = np.polyfit(steps, left, 1)[0] if h > 1 else 0.0
    made[0] = left.mean() - slope * steps.mean()
    made[1] = slope * steps
    made[2] = left - made[0] - made[1]
    if not logs:
        return made
    level = np.exp(made[0])
    made *= level * _growth(forecast - made[0])
    made[0] = level
    return made


def _growth(logarithm: np.ndarray) -> np.ndarray:
    """Give the change that a factor makes, for each unit of its logarithm: (exp(x) - 1) / x."""
    small = np.abs(logarithm) < 1e-12
    safe = np.where(small, 1.0, logarithm)
    return np.where(small, 1.0, np.expm1(safe) / safe)
