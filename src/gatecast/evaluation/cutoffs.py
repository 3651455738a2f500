"""Cutoffs: the training part at each, with nothing of what came after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Panel
from gatecast.errors import DataError
from gatecast.evaluation.results import MANY_SERIES
from gatecast.forecaster.forecasting.tables import FEWEST_VALUES
from gatecast.messages import Message, message

__all__ = ["Window", "between", "default_windows", "never_forecast", "windows_at"]


class Window(NamedTuple):
    """Training part at one cutoff."""

    train: Panel
    which: np.ndarray  # places in the panel of the series trained on
    cuts: np.ndarray  # values of every series that are known, whatever the window's length
    ahead: pd.DataFrame | None  # columns that are known in advance, over the steps ahead


def default_windows(panel: Panel, h: int) -> tuple[int, int]:
    """Choose how many cutoffs to use, and how far apart, where they are not given.

    Parameters
    ----------
    panel : Panel
        The data.
    h : int
        Steps to forecast.

    Returns
    -------
    n_windows, step_size : int
        Of few series 20 cutoffs a quarter of the horizon apart, because only cutoffs can tell
        models apart; of 20 series or more 3 a whole horizon apart. As many as leave half of the
        longest series before the first.
    """
    many = len(panel) >= MANY_SERIES
    wanted, step = (3, h) if many else (20, max(1, h // 4))
    room = int(np.diff(panel.offsets).max()) // 2 - h
    return int(np.clip(1 + room // step, 1, wanted)), step


def windows_at(
    panel: Panel,
    reach: int,
    n_windows: int,
    step: int,
    length: int | None,
    known: Sequence[str],
) -> list[Window]:
    """Cut the panel at every cutoff, the first one first.

    Parameters
    ----------
    panel : Panel
        All values.
    reach : int
        Steps from the cutoff to the last one forecast.
    n_windows, step : int
        How many cutoffs, and steps between them.
    length : int, optional
        Most values of a series before a cutoff.
    known : sequence of str
        Columns whose future values a model may see.

    Returns
    -------
    list of Window
        One for each cutoff, with the series of which 4 values or more are known there.

    Raises
    ------
    DataError
        If no series is long enough.
    """
    sizes = np.diff(panel.offsets)
    ends = panel.times[panel.offsets[1:] - 1]
    late = np.zeros(len(panel), np.int64)  # steps from each series' end to the last one of all
    if ends.dtype.kind == "M":
        late = count_steps(ends, np.full(len(ends), ends.max()), panel.freq)
    windows = []
    for back in range(n_windows - 1, -1, -1):
        cuts = np.minimum(sizes + late - reach - back * step, sizes)
        enough = cuts >= FEWEST_VALUES
        which = np.flatnonzero(enough if enough.any() else cuts > 0)
        if not (cuts[which] < sizes[which]).any():
            needed = reach + (n_windows - 1) * step + 1
            raise DataError(
                message(
                    "backtest.too_short",
                    longest=sizes.max(),
                    n_windows=n_windows,
                    step=step,
                    reach=reach,
                    needed=needed,
                )
            )
        train = panel.cut(which, cuts[which])
        train = train if length is None else train.tail(length)
        ahead = _ahead(panel, train, which, cuts[which], reach, known) if known else None
        windows.append(Window(train, which, cuts, ahead))
    return windows


def never_forecast(panel: Panel, windows: Sequence[Window]) -> list[Message]:
    """Say which series have too few values before every cutoff.

    Parameters
    ----------
    panel : Panel
        All values.
    windows : sequence of Window
        The cutoffs.

    Returns
    -------
    list of Message
        One or none.
    """
    forecast = np.unique(np.concatenate([window.which for window in windows]))
    names = [str(name) for name in np.delete(panel.ids, forecast)]
    if not names:
        return []
    fields = {"names": names, "n": len(names), "all": len(panel), "least": FEWEST_VALUES}
    return [message("left_out.late", **fields)]


def _ahead(
    panel: Panel,
    train: Panel,
    which: np.ndarray,
    cuts: np.ndarray,
    reach: int,
    known: Sequence[str],
) -> pd.DataFrame:
    """Give what is known in advance over the steps after a cutoff.

    Where a series has ended its last cells are repeated; such steps are not scored.
    """
    frame = train.future_frame(reach)
    last = panel.offsets[which + 1] - 1
    rows = (panel.offsets[which] + cuts)[:, np.newaxis] + np.arange(reach)
    rows = np.minimum(rows, last[:, np.newaxis]).ravel()
    for name in known:
        frame[name] = panel.extra[name][rows]
    return frame


def between(before: Window, after: Window) -> Panel | None:
    """Give the values that became known from one cutoff to the next; None where a fit is due.

    Parameters
    ----------
    before, after : Window
        Neighbours, the earlier one first.

    Returns
    -------
    Panel or None
        The values after the first cutoff, up to the second.
    """
    if not np.array_equal(before.which, after.which):
        return None
    new: Any = (after.cuts - before.cuts)[after.which]
    train = after.train
    if (new > train.lengths).any():
        return None
    some = np.flatnonzero(new > 0)
    return train.take(some).tail(new[some])
