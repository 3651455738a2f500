"""What an update must be: rows that follow, and new series that fit and are long enough."""

from __future__ import annotations

import numpy as np

from gatecast.data.calendar import future_times
from gatecast.data.cells import LARGEST
from gatecast.data.frequency import parse_frequency
from gatecast.data.left_out import leave_out, short_note, warn_left_out
from gatecast.data.panel import Ends, Panel
from gatecast.data.rows import show_time
from gatecast.errors import DataError, series_name
from gatecast.messages import Message, message

__all__ = [
    "NUMBERS", "require_frequency", "require_numbers", "require_rows_follow", "with_history",
]  # fmt: skip

#: Types of what an update takes as the next values of every series.
NUMBERS = (np.ndarray, list, float, int, np.number)


def require_frequency(panel: Panel, freq: str | int) -> None:
    """Refuse series of another frequency.

    Parameters
    ----------
    panel : Panel
        The series.
    freq : str or int
        Of the series of the fit.

    Raises
    ------
    DataError
        If they have another frequency than those of the fit.
    """
    if _without_day(panel.freq) != _without_day(freq):
        raise DataError(message("series.other_freq", freq=repr(panel.freq), fitted=repr(freq)))


def _without_day(freq: str | int) -> str | int:
    """Give ``"MS"`` for ``"MS@30"``: series on other days of their months fit together."""
    day = parse_frequency(freq).day
    return str(freq).removesuffix(f"@{day}") if day else freq


def with_history(
    panel: Panel, freq: str | int, fewest: int, *, beside: bool = False
) -> tuple[Panel | None, list[Message]]:
    """Leave out the series that were not in the fit and have too few values to be forecast from.

    Parameters
    ----------
    panel : Panel
        The series.
    freq : str or int
        Of the series of the fit.
    fewest : int
        Values that are needed.
    beside : bool, default False
        Whether there are rows of other series, so that all of these may be left out.

    Returns
    -------
    panel : Panel or None
        Those that are long enough; None if none is.
    notes : list of Message
        Which are left out.

    Raises
    ------
    DataError
        If the frequency is another one; or naming the first series, if all are too short and there
        is nothing else.
    """
    require_frequency(panel, freq)
    short = panel.lengths < fewest
    if not short.any():
        return panel, []
    if not short.all():
        return leave_out(panel, short, fewest), [short_note(panel, short, fewest)]
    if beside:
        note = short_note(panel, short, fewest)
        warn_left_out(note)
        return None, [note]
    raise DataError(
        message(
            "new_series.too_short",
            series=series_name(panel.ids[0]),
            n=int(panel.lengths[0]),
            needed=fewest,
        )
    )


def require_numbers(values: np.ndarray, ends: Ends) -> None:
    """Refuse new values that are not finite, or too large.

    Parameters
    ----------
    values : ndarray of shape [N, n]
        The next values of all series.
    ends : Ends
        Names of the series.

    Raises
    ------
    DataError
        Naming the first.
    """
    bad = np.argwhere(~(np.abs(values) <= LARGEST))
    if not len(bad):
        return
    i, k = bad[0]
    if not np.isfinite(values[i, k]):
        raise DataError(message("update.not_finite"))
    series = series_name(None if ends.id_col is None else ends.ids[i])
    raise DataError(message("update.too_large", value=values[i, k], series=series, most=LARGEST))


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
