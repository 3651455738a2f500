"""A forecast with all that a reader needs beside it: history, decisions, and how good it may be."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gatecast.data.left_out import left_out
from gatecast.data.panel import Panel
from gatecast.errors import DataError, NotFittedError
from gatecast.evaluation.plottable import Plottable
from gatecast.forecaster.forecasting.plans import PLAN
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from gatecast.evaluation.results import Backtest

__all__ = ["ForecastResult", "forecast"]

#: Of a larger forecast the expected error is not simulated.
_MOST_ROWS = 20_000
_MOST_SIMULATED = 100_000
#: Of more series the forecast is not split into components.
_MOST_SPLIT = 1000
#: Series, and last values of each, whose in-sample forecasts are held against the last value.
_SAMPLED, _LAST = 16, 10_000


@dataclass(frozen=True, eq=False)
class ForecastResult(Plottable):
    """Hold a forecast and what belongs to it.

    Attributes
    ----------
    model : str
        Name of the column with the forecast.
    frame : DataFrame
        What ``model.predict`` gives: the user's id and time columns, the forecast, and the ends of
        its intervals.
    history : DataFrame
        Id (where there is one), time and value of every step of every series.
    id_col : str or None
        The user's name for the column of ids.
    time_col, target_col : str
        The user's names for the other columns.
    decisions : tuple of str
        What was detected in the data and done to them.
    settings : dict
        Of the model, by name.
    expected_error : ndarray of shape [series] or None
        Mean absolute error to expect over the horizon, in the unit of each series; None where
        nothing was held out to measure it on.
    skill : float or None
        Share of the reference's error that is gone on the hold-out; None as above.
    reference : str
        The simple forecast that the skill is over: of series with a season the best of the last
        one repeated, a linear map and the naive forecast; else "the naive forecast" or "the mean".
    verdict : tuple of str
        What a backtest says of the choice of the model; empty without one.
    answers : mapping of Message to Message
        Questions about the forecast, and answers.
    effects : DataFrame or None
        What columns known in advance add, as of ``model.effects()``; None where there are none.
    components : DataFrame or None
        Parts that add up to the forecast, as of ``model.components()``; None of a model that has
        none, and of very many series.
    plans : DataFrame or None
        Where several plans were given, the forecasts of all, as ``model.predict`` gives them; all
        else is that of the first one.
    """

    model: str
    frame: pd.DataFrame
    history: pd.DataFrame
    id_col: str | None
    time_col: str
    target_col: str
    decisions: tuple[str, ...]
    settings: dict[str, Any]
    expected_error: np.ndarray | None = None
    skill: float | None = None
    reference: str = "the naive forecast"
    verdict: tuple[str, ...] = ()
    answers: Mapping[Message, Message] = field(default_factory=dict)
    effects: pd.DataFrame | None = None
    components: pd.DataFrame | None = None
    plans: pd.DataFrame | None = None

    @property
    def left_out(self) -> dict[str, Message]:
        """Why each series that cannot be used is left out, by its name."""
        return left_out(self.decisions)

    def plot_components(self, ax: Any = None) -> Any:
        """Draw the parts that the forecast is made of: of many series the first one.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; a Plotly figure is made if not given.

        Returns
        -------
        plotly Figure or matplotlib Axes
            What was drawn.

        Raises
        ------
        DataError
            If the model has no components.
        MissingExtraError
            Without plotly, where no axes are given.
        """
        return importlib.import_module("gatecast.report.plot").plot_components(self, ax)

    @property
    def levels(self) -> list[str]:
        """Levels of the intervals, the widest first, as the columns spell them."""
        start = f"{self.model}-lo-"
        levels = [str(n)[len(start) :] for n in self.frame.columns if str(n).startswith(start)]
        return sorted(levels, key=float, reverse=True)


def forecast(
    model: Any, futr_df: Any = None, *, source: Any = None, backtest: Backtest | None = None
) -> ForecastResult:
    """Forecast with a fitted model, and say how good the forecast may be.

    Parameters
    ----------
    model : forecaster
        Fitted: an ``LSTMForecaster`` or a baseline.
    futr_df : path or DataFrame, or dict of str to these, optional
        As for ``model.predict``; of several plans the first is the forecast, and the others stand
        beside it.
    source : path, DataFrame, Series or Panel, optional
        The history that the forecast follows; needed for a model that was loaded or updated, which
        does not hold its data.
    backtest : Backtest, optional
        One that this model took part in; its verdict and its error are then those of the forecast.

    Returns
    -------
    ForecastResult
        To be read, plotted, or given to :func:`gatecast.report`.

    Raises
    ------
    NotFittedError
        Before ``fit``, or if the model does not hold its data and ``source`` is not given.
    UsageError, DataError
        If ``futr_df`` is needed and not given, or does not fit.
    """
    frame = model.predict() if futr_df is None else model.predict(futr_df=futr_df)
    decisions, plans = tuple(model.decisions()), None
    if isinstance(futr_df, Mapping):
        plans, (first, futr_df) = frame, next(iter(futr_df.items()))
        frame = plans[plans[PLAN] == first].iloc[:, 1:-1]
    panel = _history(model, source)
    keys = (panel.id_col, panel.time_col)
    name = next(str(column) for column in frame.columns if column not in keys)
    sentences: tuple[str, ...] = ()
    error = None
    if backtest is not None:
        error = _backtest_error(backtest, name, panel)
        from gatecast.diagnostics.recommendation import verdict  # with all tests of a backtest

        sentences = verdict(backtest).sentences if len(backtest.models) > 1 else ()
    if error is None:
        error = _expected_error(model, frame, futr_df, name)
    settings = {"model": name, **model.get_params()}
    if "models" in settings:
        members = settings["models"]
        settings["models"] = [m if isinstance(m, str) else type(m).__name__ for m in members]
    return ForecastResult(
        name, frame, panel.to_frame(), panel.id_col, panel.time_col, panel.target_col,
        decisions, settings, error, _skill(model),
        _reference(model), sentences, _answers(model, panel), _effects(model),
        _components(model, futr_df, panel), plans,
    )  # fmt: skip


def _backtest_error(backtest: Backtest, name: str, panel: Panel) -> np.ndarray | None:
    """Give the model's mean absolute error in a backtest; None unless it has one of each series."""
    scores: Any = backtest.scores
    scores = scores[scores["model"] == name]
    if panel.id_col is not None:
        scores = scores.set_index(panel.id_col).reindex(panel.ids)
    errors = scores["mae"].to_numpy(np.float64)
    return errors if len(errors) == len(panel) and np.isfinite(errors).all() else None


def _history(model: Any, source: Any) -> Panel:
    if isinstance(source, Panel):
        return source
    panel = getattr(model, "panel_", None)
    if source is not None and hasattr(model, "fitted_"):
        from gatecast.forecaster.forecasting.tables import read_histories

        return read_histories(model.fitted_, source, {})[0]
    if source is not None and panel is not None:
        from gatecast.pretrained.history import read_others

        return read_others(panel, source)[0]
    if panel is None:
        raise NotFittedError(message("forecast.no_history"))
    return panel


def _answers(model: Any, panel: Panel) -> dict[Message, Message]:
    """Answer whether an LSTM's forecasts one step ahead only copy the last value, in-sample."""
    if not hasattr(model, "fitted_") or _only_counts(model):
        return {}
    from gatecast.diagnostics.persistence import insample_persistence
    from gatecast.forecaster.forecasting.frames import insample_one_step

    some = panel.take(np.unique(np.linspace(0, len(panel) - 1, _SAMPLED).astype(int))).tail(_LAST)
    inputs = model.fitted_.inputs(some)
    ahead = (np.append(np.nan, insample_one_step(model.fitted_, one)) for one in inputs)
    answer = insample_persistence(zip((one.values for one in some), ahead, strict=True))
    return {} if answer is None else {message("question.persistence"): answer}


def _effects(model: Any) -> pd.DataFrame | None:
    """Give what columns known in advance add, of a model that has estimated it."""
    additive = getattr(getattr(model, "fitted_", None), "additive", None)
    return None if additive is None else model.effects()


def _components(model: Any, futr_df: Any, panel: Panel) -> pd.DataFrame | None:
    """Split the forecast, of a model that can and of not too many series."""
    if not hasattr(model, "components") or len(panel) > _MOST_SPLIT or _only_counts(model):
        return None
    try:
        return model.components(futr_df, source=panel)
    except DataError:  # the history that was given ends elsewhere
        return None


def _reference(model: Any) -> str:
    """Name the simple forecast that the hold-out error is held against."""
    calibration = getattr(model, "calibration_", None)
    if calibration is not None and calibration.reference is not None:
        return calibration.reference
    return message("reference.naive" if getattr(model, "difference_", True) else "reference.mean")


def _only_counts(model: Any) -> bool:
    """Tell whether all series are intermittent, so that the networks forecast none."""
    counts = getattr(getattr(model, "fitted_", None), "counts", None)
    return counts is not None and counts.is_of_all(len(model.fitted_.ends.ids))


def _skill(model: Any) -> float | None:
    calibration = getattr(model, "calibration_", None)
    if calibration is None or not calibration.naive_error or _only_counts(model):
        return None
    return 1.0 - calibration.error / calibration.naive_error


def _expected_error(model: Any, frame: pd.DataFrame, futr_df: Any, name: str) -> np.ndarray | None:
    """Give the mean distance of sample paths, which carry the hold-out errors, from the forecast.

    In the series' own unit, and so comparable with the values; [series].
    """
    if not hasattr(model, "simulate") or len(frame) > _MOST_ROWS:
        return None
    paths = int(np.clip(_MOST_SIMULATED // len(frame), 5, 200))
    try:
        drawn = model.simulate(paths, futr_df=futr_df)[name].to_numpy(np.float64)
    except DataError:  # too short for a whole forecast on the hold-out
        return None
    errors = np.abs(drawn.reshape(paths, len(frame)) - frame[name].to_numpy(np.float64))
    return errors.mean(axis=0).reshape(-1, model.h).mean(axis=1)
