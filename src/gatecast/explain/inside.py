"""One series of a fitted model, seen from inside: all that the glass box shows, in one place."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Panel
from gatecast.data.regular import show_time
from gatecast.errors import NotFoundError
from gatecast.explain.attribution import attribution
from gatecast.explain.gates import gates
from gatecast.explain.memory import MemoryFindings, memory
from gatecast.explain.training import Learnt, how_it_learnt
from gatecast.explain.walk import panel_of, tracks_of
from gatecast.forecaster.lstm import LSTMForecaster

__all__ = ["Inside", "look_inside"]

#: Of a longer horizon so many steps are shared among the past.
_MOST_STEPS = 12


@dataclass(frozen=True, eq=False)
class Inside:
    """Hold what :func:`look_inside` found of one series.

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
        What ``model.predict`` says of the series.
    gates : DataFrame
        See :func:`gatecast.gates`.
    cell : {"lstm", "gru"}
        Kind of network.
    memory : MemoryFindings
        See :func:`gatecast.memory`.
    attribution : DataFrame
        See :func:`gatecast.attribution`; of up to twelve steps of the forecast.
    learnt : Learnt
        How the training went, what was said of each value one step before, and what the errors
        still hold.
    look_back : int or None
        Steps of a window, before which the memory is empty; None where it is carried along.
    decisions : tuple of str
        What was found out about the data and done to them.
    notes : tuple of str
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
    learnt: Learnt
    look_back: int | None
    decisions: tuple[str, ...]
    notes: tuple[str, ...]

    def _repr_html_(self) -> str:
        """Show the page of the glass box in a notebook."""
        # pictures stand above what they show, and are asked for only when it is shown
        from gatecast.report.notebook import show

        return show(self)._repr_html_()


def look_inside(
    model: LSTMForecaster,
    source: Any = None,
    series: str | None = None,
    network: int = 0,
    futr_df: Any = None,
) -> Inside:
    """Find what the memory of a fitted network did along one series, and why it says what it says.

    Rows that follow those the model has seen are taken in first, in a copy of the model, so that
    the forecast begins where the table ends.

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

    Returns
    -------
    Inside
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
    whole = panel_of(model, source, "look_inside")
    one, place = _chosen(whole, series)
    _, (track,) = tracks_of(model, one, "look_inside")
    frame = gates(model, one, network)
    found = memory(model, one, network)
    steps = np.unique(np.linspace(1, model.h, min(model.h, _MOST_STEPS)).round().astype(int))
    if len(steps) == model.h:
        shares = attribution(model, one)
    else:
        parts = [attribution(model, one, step=int(step)) for step in steps]
        shares = pd.concat(parts, ignore_index=True)
    notes = []
    if len(whole) > 1 and series is None:
        notes.append(
            f'the table has {len(whole):,} series, and this is the first, "{one.ids[0]}": '
            "another one is chosen by its name"
        )
    if model.look_back is not None:
        notes.append(
            f"the memory starts empty in each window of look_back={model.look_back}; here windows "
            "stand end to end, and the last one is that of the forecast"
        )
    ahead, note = _up_to_date(model, one)
    if note:
        notes.append(note)
    forecast = ahead.predict(futr_df)
    if model.ends_.id_col is not None:
        of_it = forecast[model.ends_.id_col] == one.ids[0]
        forecast = forecast.loc[of_it].reset_index(drop=True)
    return Inside(
        whole.ids[place], len(whole), one.id_col, one.time_col, one.target_col, one.to_frame(),
        forecast, frame, model.networks_[network].layout.cell, found, shares,
        how_it_learnt(model, track), model.look_back, tuple(model.decisions()), tuple(notes),
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
    part = slice(panel.offsets[place], panel.offsets[place + 1])
    one = replace(
        panel,
        ids=panel.ids[place : place + 1],
        offsets=np.array([0, part.stop - part.start], panel.offsets.dtype),
        times=panel.times[part],
        values=panel.values[part],
        filled=panel.filled[part],
        extra={name: column[part] for name, column in panel.extra.items()},
    )
    return one, place


def _up_to_date(model: LSTMForecaster, one: Panel) -> tuple[LSTMForecaster, str]:
    """Take rows that the model has not seen into a copy of it."""
    ends = model.ends_
    which = int(model._find(one)[0])
    last = ends.times[which : which + 1]
    new = int(count_steps(last, one.times[-1:], ends.freq)[0])
    if new == 0:
        return model, ""
    if new < 0:
        return model, (
            f"the model has seen values up to {show_time(last[0])}, after the table's end at "
            f"{show_time(one.times[-1])}: the forecast begins after the former, and what made it "
            "is told of a forecast after the latter"
        )
    rows = one if new >= len(one.times) else _last(one, new)
    ahead = copy.deepcopy(model)
    ahead.update(rows)
    return ahead, f"the last {new:,} values are new to the model, and were taken in first"


def _last(one: Panel, count: int) -> Panel:
    return replace(
        one,
        offsets=np.array([0, count], one.offsets.dtype),
        times=one.times[-count:],
        values=one.values[-count:],
        filled=one.filled[-count:],
        extra={name: column[-count:] for name, column in one.extra.items()},
    )
