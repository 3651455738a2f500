"""What explaining a forecast gives, and the choice of the series that it is about."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.errors import NotFoundError
from gatecast.evaluation.plottable import Plottable
from gatecast.explain.memory import MemoryFindings
from gatecast.explain.training import TrainingSummary
from gatecast.messages import Message, message

__all__ = ["MOST_STEPS", "Explanation", "Run", "about_choice", "choose_series", "relative_errors"]

#: Of a longer horizon so many steps are attributed to the past.
MOST_STEPS = 12


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
        return importlib.import_module("gatecast.report.notebook").show(self)._repr_html_()


class Run(NamedTuple):
    """What a network did along a series.

    Parameters
    ----------
    gates : DataFrame
        See :func:`gatecast.explain.gates`.
    memory : MemoryFindings
        What its units follow, and how far back they reach.
    cell : {"lstm", "gru"}
        Kind of network.
    """

    gates: pd.DataFrame
    memory: MemoryFindings
    cell: str


def about_choice(panel: Panel, one: Panel, series: str | None) -> list[Message]:
    """Say which of several series is explained where none was requested.

    Parameters
    ----------
    panel, one : Panel
        All series, and the one that is explained.
    series : str or None
        The name that was requested.

    Returns
    -------
    list of Message
        One, or none.
    """
    if len(panel) == 1 or series is not None:
        return []
    return [message("explain.first_series", n=len(panel), series=str(one.ids[0]))]


def relative_errors(shares: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hold what an attribution leaves over against the difference that it attributes.

    Parameters
    ----------
    shares : DataFrame
        Of an attribution.

    Returns
    -------
    steps : ndarray of shape [S], int64
        The steps of the forecast that are attributed.
    left : ndarray of shape [S]
        What is left over, in transformed values.
    share : ndarray of shape [S]
        The same over the difference between forecast and baseline, from 0 to 1.
    """
    first = shares.drop_duplicates("step").reset_index(drop=True)
    difference = (first["forecast"] - first["baseline"]).abs().to_numpy()
    left = first["error"].abs().to_numpy()
    share = left / np.maximum(np.maximum(difference, left), 1e-300)
    return first["step"].to_numpy(np.int64), left, share


def choose_series(panel: Panel, series: str | None) -> tuple[Panel, int]:
    """Give a panel of one series alone, and its place among all.

    Parameters
    ----------
    panel : Panel
        Of one series or many.
    series : str or None
        Name of the series; the first if None.

    Returns
    -------
    panel : Panel
        Of the series.
    place : int
        Its place among all.

    Raises
    ------
    NotFoundError
        If there is no such series.
    """
    place = 0
    if series is not None:
        places = {str(name): i for i, name in enumerate(panel.ids)}
        if series not in places:
            names = list(places)[:5]
            if len(panel) == 1:
                raise NotFoundError(message("explain.one_series", series=series, name=names[0]))
            raise NotFoundError(
                message("explain.no_series", series=series, n=len(panel), names=names)
            )
        place = places[series]
    return panel.one(place), place
