"""What the members of a combination forecast from earlier origins, and what came then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gatecast.baselines.protocol import Baseline
from gatecast.data.panel import Panel
from gatecast.errors import DataError
from gatecast.messages import message

__all__ = ["HoldOut", "Outputs", "copy_of", "outputs_of", "run_holdout"]

#: Origins, a quarter of the horizon apart; the last one is a quarter before the end. More of them
#: were no better.
ORIGINS = 4
_FEWEST_VALUES = 5
_SEASONLESS = 3  # values besides a season that a training part has at least


@dataclass(frozen=True, eq=False)
class Outputs:
    """Hold what one model forecasts of N series.

    Parameters
    ----------
    forecast : ndarray of shape [N, K]
        In the unit of the series.
    ends : dict of float to ndarray of shape [N, 2, K]
        By level, the distances of the interval's ends from the forecast; NaN without intervals.
    """

    forecast: np.ndarray
    ends: dict[float, np.ndarray]


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Hold R forecasts from earlier origins by M members; see :mod:`gatecast.combination.weights`.

    Parameters
    ----------
    forecasts : ndarray of shape [R, M, K]
        Of the members.
    ends : dict of float to ndarray of shape [R, 2, M, K]
        Distances of their intervals' ends.
    actuals : ndarray of shape [R, K]
        NaN beyond the end of a series, and where the table had no value.
    series : ndarray of shape [R], int
        Of which series a forecast is.
    """

    forecasts: np.ndarray
    ends: dict[float, np.ndarray]
    actuals: np.ndarray
    series: np.ndarray


def copy_of(model: Any) -> Any:
    """Give a model of the same settings that is not fitted.

    Parameters
    ----------
    model : model
        With ``get_params``.

    Returns
    -------
    model
        Another one.
    """
    return type(model)(**model.get_params())


def outputs_of(model: Any, panel: Panel, level: list[float]) -> Outputs:
    """Let a fitted model forecast.

    Parameters
    ----------
    model : fitted model
        On ``panel``.
    panel : Panel
        N series.
    level : list of float
        Levels to take, of models that give them.

    Returns
    -------
    Outputs
        Of all series.

    Raises
    ------
    DataError
        If a forecast is not finite, or of another number of rows.
    """
    frame = _frame(model, level)
    keys = (panel.id_col, panel.time_col)
    own = next(str(column) for column in frame.columns if column not in keys)
    if len(frame) != len(panel) * model.h:
        raise DataError(message("forecast.rows", model=own, rows=len(frame), n=len(panel)))

    def values(column: str) -> np.ndarray:
        return frame[column].to_numpy(np.float64).reshape(len(panel), -1)

    forecast = values(own)
    if not np.isfinite(forecast).all():
        raise DataError(message("forecast.not_finite", model=own, column=own))
    ends = {}
    for share in level:
        names = [f"{own}-{end}-{share:g}" for end in ("lo", "hi")]
        if all(name in frame.columns for name in names):
            below, above = forecast - values(names[0]), values(names[1]) - forecast
            ends[share] = np.maximum(np.stack([below, above], axis=1), 0.0)
        else:
            ends[share] = np.full((len(panel), 2, forecast.shape[1]), np.nan)
    return Outputs(forecast, ends)


def _frame(model: Any, level: list[float]) -> pd.DataFrame:
    """Let a model forecast, without intervals where it has too few values for them alone."""
    try:
        return model.predict()
    except DataError:
        if not level or not isinstance(model, Baseline):
            raise
        return model.predict(level=[])


def run_holdout(
    members: list[Any], panel: Panel, h: int, season: int, level: list[float]
) -> HoldOut | None:
    """Forecast with every member from earlier origins, on nothing of what came after them.

    At each origin members are fitted anew; one that can be updated goes on from its fit at the
    first origin. An origin that a member cannot forecast from is left out for all.

    Parameters
    ----------
    members : list of model
        Not fitted, or fitted on something else; copies are used.
    panel : Panel
        All values.
    h : int
        Steps to forecast.
    season : int
        Steps in a season; a training part has one and three values at least, and a third of the
        series.
    level : list of float
        Levels of the intervals.

    Returns
    -------
    HoldOut or None
        None if the series are too short.
    """
    step = max(1, -(-h // ORIGINS))
    least = max(_FEWEST_VALUES, season + _SEASONLESS)
    parts: list[HoldOut] = []
    running: list[Any] = [None] * len(members)
    before: np.ndarray | None = None
    for back in range(ORIGINS * step, 0, -step):
        cuts = panel.lengths - back
        which = np.flatnonzero((cuts >= least) & (3 * cuts >= panel.lengths))
        if not len(which):
            continue
        train = panel.cut(which, cuts[which])
        if before is None or not np.array_equal(which, before):
            running = [None] * len(members)
        before = which
        try:
            outputs = _forecast(members, running, train, step, level)
        except DataError:
            before = None
            continue
        parts.append(_scored(outputs, panel, which, cuts[which]))
    return _joined(parts) if parts else None


def _forecast(
    members: list[Any], running: list[Any], train: Panel, step: int, level: list[float]
) -> list[Outputs]:
    """Fit the members, or update those that are running, and let them forecast."""
    outputs = []
    for i, member in enumerate(members):
        if running[i] is not None and hasattr(member, "update"):
            running[i].update(train.tail(step))
        else:
            running[i] = copy_of(member)
            running[i].fit(train)
        outputs.append(outputs_of(running[i], train, level))
    return outputs


def _scored(outputs: list[Outputs], panel: Panel, which: np.ndarray, cuts: np.ndarray) -> HoldOut:
    """Put forecasts beside what came."""
    forecasts = np.stack([one.forecast for one in outputs], axis=1)
    steps = np.arange(forecasts.shape[2])
    there = cuts[:, np.newaxis] + steps < panel.lengths[which][:, np.newaxis]
    rows = panel.offsets[which][:, np.newaxis] + cuts[:, np.newaxis] + steps
    rows = np.minimum(rows, len(panel.values) - 1)
    actuals = np.where(there & ~panel.filled[rows], panel.values[rows], np.nan)
    some = np.isfinite(actuals).any(axis=1)
    ends = {
        share: np.stack([one.ends[share] for one in outputs], axis=2)[some]
        for share in outputs[0].ends
    }
    return HoldOut(forecasts[some], ends, actuals[some], which[some])


def _joined(parts: list[HoldOut]) -> HoldOut:
    return HoldOut(
        np.concatenate([part.forecasts for part in parts]),
        {s: np.concatenate([part.ends[s] for part in parts]) for s in parts[0].ends},
        np.concatenate([part.actuals for part in parts]),
        np.concatenate([part.series for part in parts]),
    )
