"""Explain the forecast of one series: all that the glass box shows, in one place."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Panel
from gatecast.data.rows import show_time
from gatecast.errors import NotFoundError
from gatecast.evaluation.plottable import Plottable
from gatecast.explain.attribution import attribution
from gatecast.explain.gates import gates
from gatecast.explain.memory import MemoryFindings, memory
from gatecast.explain.training import TrainingSummary, training_summary
from gatecast.explain.walk import panel_of, tracks_of
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.messages import Message, message
from gatecast.progress import reporting, working

__all__ = ["Explanation", "explain"]

#: Of a longer horizon so many steps are attributed to the past.
_MOST_STEPS = 12


@dataclass(frozen=True, eq=False)
class Explanation(Plottable):
    """Explanation of the forecast of one series; see :func:`explain`.

    Attributes
    ----------
    series : str or int
        Its name; that of the target column if the table has no ids.
    series_count : int
        Series in the table that it was chosen from.
    id_col : str or None
        The user's name for the column of ids.
    time_col, target_col : str
        The user's names for the other columns.
    history : DataFrame
        Id (where there is one), time and value of every step of the series.
    forecast : DataFrame
        The output of ``model.predict`` for the series.
    gates : DataFrame
        See :func:`gatecast.gates`.
    cell : {"lstm", "gru"}
        Kind of network.
    memory : MemoryFindings
        See :func:`gatecast.memory`.
    attribution : DataFrame
        See :func:`gatecast.attribution`; of up to twelve steps of the forecast.
    training : TrainingSummary
        Losses, in-sample forecasts one step ahead, and tests of their errors.
    look_back : int or None
        Steps of a window, before which the state is zero; None where it is carried along.
    decisions : tuple of str
        What was detected in the data and done to them.
    notes : tuple of Message
        What a reader should know about the choice of the series and where its forecast begins.
    """

    series: object
    series_count: int
    id_col: str | None
    time_col: str
    target_col: str
    history: pd.DataFrame
    forecast: pd.DataFrame
    gates: pd.DataFrame
    cell: str
    memory: MemoryFindings
    attribution: pd.DataFrame
    training: TrainingSummary
    look_back: int | None
    decisions: tuple[str, ...]
    notes: tuple[Message, ...]

    @property
    def learnt(self) -> TrainingSummary:
        """Deprecated name of ``training``."""
        warnings.warn("Explanation.learnt is now .training", DeprecationWarning, stacklevel=2)
        return self.training

    def _repr_html_(self) -> str:
        """Show the page of the glass box in a notebook."""
        # pages are above what they show, and imported only when one is shown
        from gatecast.report.notebook import show

        return show(self)._repr_html_()


def explain(
    model: LSTMForecaster,
    source: Any = None,
    series: str | None = None,
    network: int = 0,
    futr_df: Any = None,
    progress: bool | None = None,
) -> Explanation:
    """Explain the forecast of one series: gates, memory, attribution and training.

    With rows after the end of the model's data a copy of the model is updated first, so that the
    forecast begins where the table ends.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted; it is not changed.
    source : path, DataFrame, Series or Panel, optional
        Series that the model was fitted on; the data that it was fitted on if not given.
    series : str, optional
        Which of them, by its name; the first if not given.
    network : int, default 0
        Which of ``model.networks_`` the gates are of.
    futr_df : path or DataFrame, optional
        As for ``model.predict``.
    progress : bool, optional
        Whether it is shown that work goes on; in notebooks if not given.

    Returns
    -------
    Explanation
        Of one series.

    Raises
    ------
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is no such series, or the model does not know it.
    UsageError, DataError
        If a number is out of its range, or the table cannot be used.
    """
    with reporting(progress, lambda: working("explaining the forecast")):
        return _explain(model, source, series, network, futr_df)


def _explain(
    model: LSTMForecaster, source: Any, series: str | None, network: int, futr_df: Any
) -> Explanation:
    whole = panel_of(model, source, "explain")
    one, place = _chosen(whole, series)
    _, (track,) = tracks_of(model, one, "explain")
    frame = gates(model, one, network)
    remembered = memory(model, one, network)
    steps = np.unique(np.linspace(1, model.h, min(model.h, _MOST_STEPS)).round().astype(int))
    if len(steps) == model.h:
        shares = attribution(model, one)
    else:
        parts = [attribution(model, one, step=int(step)) for step in steps]
        shares = pd.concat(parts, ignore_index=True)
    notes = []
    if len(whole) > 1 and series is None:
        notes.append(message("explain.first_series", n=len(whole), series=str(one.ids[0])))
    if model.look_back is not None:
        notes.append(message("explain.windows", look_back=model.look_back))
    ahead, note = _up_to_date(model, one)
    if note is not None:
        notes.append(note)
    forecast = ahead.predict(futr_df)
    if model.ends_.id_col is not None:
        of_it = forecast[model.ends_.id_col] == one.ids[0]
        forecast = forecast.loc[of_it].reset_index(drop=True)
    return Explanation(
        whole.ids[place], len(whole), one.id_col, one.time_col, one.target_col, one.to_frame(),
        forecast, frame, model.networks_[network].layout.cell, remembered, shares,
        training_summary(model, track), model.look_back, tuple(model.decisions()), tuple(notes),
    )  # fmt: skip


def _chosen(panel: Panel, series: str | None) -> tuple[Panel, int]:
    """Give a panel of one series alone, and its place among all."""
    place = 0
    if series is not None:
        places = {str(name): i for i, name in enumerate(panel.ids)}
        if series not in places:
            some = ", ".join(f'"{name}"' for name in list(places)[:5])
            raise NotFoundError(
                f'there is no series "{series}" among the {len(panel):,} of the table; the first '
                f"are {some}: give one of its names"
            )
        place = places[series]
    return panel.one(place), place


def _up_to_date(model: LSTMForecaster, one: Panel) -> tuple[LSTMForecaster, Message | None]:
    """Update a copy of the model with the rows after the end of its data."""
    ends = model.ends_
    which = int(model.fitted_.find(one)[0])
    last = ends.times[which : which + 1]
    new = int(count_steps(last, one.times[-1:], ends.freq)[0])
    if new == 0:
        return model, None
    if new < 0:
        last_time, end = show_time(last[0]), show_time(one.times[-1])
        return model, message("explain.older_table", last=last_time, end=end)
    rows = one.tail(new)
    ahead = copy.deepcopy(model)
    ahead.update(rows)
    return ahead, message("explain.new_values", n=new)
