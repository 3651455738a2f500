"""What an update must be: new rows that follow, taken in as a whole or not at all."""

from __future__ import annotations

import numpy as np

from gatecast.data.calendar import future_times
from gatecast.data.panel import Ends, Panel
from gatecast.data.rows import show_time
from gatecast.errors import DataError, series_name
from gatecast.forecaster.fitted import FittedForecaster, NewRows
from gatecast.kernel import State
from gatecast.messages import message

__all__ = ["advance", "require_rows_follow"]


def require_rows_follow(panel: Panel, ends: Ends, which: np.ndarray) -> None:
    """Refuse new rows that do not begin one step after the end of their series.

    Parameters
    ----------
    panel : Panel
        New rows of S series.
    ends : Ends
        Where each series of the model ends.
    which : ndarray of shape [S], int64
        Which series of the model each one is.

    Raises
    ------
    DataError
        Naming the first that does not.
    """
    due = future_times(ends.times[which], ends.freq, 1)[:, 0]
    late = np.flatnonzero(panel.times[panel.offsets[:-1]] != due)
    if len(late):
        j = int(late[0])
        raise DataError(
            message(
                "update.not_next",
                series=series_name(panel.ids[j]),
                last=show_time(ends.times[which[j]]),
                due=show_time(due[j]),
                first=show_time(panel.times[panel.offsets[j]]),
            )
        )


def advance(fitted: FittedForecaster, rows: NewRows) -> None:
    """Go on along new values, or stay where it was if that does not end, as after Ctrl-C.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster; changed in place.
    rows : NewRows
        Values that follow the last ones of their series.
    """
    which, ends, state = rows.which, fitted.ends, fitted.state.of(rows.which)
    pending = [fitted.pending[i] for i in which] if fitted.pending else []
    recent, values = fitted.recent, fitted.recent[which]
    outputs = [output[which] for output in fitted.outputs]
    states = [State(s.hidden[:, which], s.cell[:, which]) for s in fitted.states]
    try:
        fitted.advance(rows)
    except BaseException:
        fitted.ends = ends
        fitted.state.put(which, state)
        fitted.recent = recent
        recent[which] = values
        for i, waiting in zip(which, pending, strict=False):
            fitted.pending[i] = waiting
        for output, before in zip(fitted.outputs, outputs, strict=True):
            output[which] = before
        for s, before in zip(fitted.states, states, strict=True):
            s.hidden[:, which], s.cell[:, which] = before
        raise
