"""The series of one table, one after another, on a regular calendar."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.calendar import add_steps, future_times, is_daily_or_longer
from gatecast.data.schema import Schema
from gatecast.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Ends", "Panel", "Series"]


class Series(NamedTuple):
    """One series of a panel.

    Attributes
    ----------
    id : str or int
        Its name; that of the target column if the table has no column of ids.
    times : ndarray of shape [n]
        ``datetime64[us]`` or ``int64``.
    values : ndarray of shape [n]
        ``float64``, in the user's own unit.
    """

    id: object
    times: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Panel:
    """Hold one series or thousands, each without a gap, in the columns of the user.

    Attributes
    ----------
    ids : ndarray of shape [n]
        Name of each series, in the order of the table.
    offsets : ndarray of shape [n + 1]
        Series ``i`` is ``values[offsets[i] : offsets[i + 1]]``.
    times : ndarray of shape [total]
        ``datetime64[us]`` or ``int64``. Where the table has a time zone: the local calendar for
        days and longer steps, UTC for shorter ones.
    values : ndarray of shape [total]
        ``float64``, finite, in the user's own unit.
    filled : ndarray of shape [total]
        True where the table had no value and a straight line was drawn through the gap. Such a
        value knows the first one after the gap: do not score it, nor let it end a training part.
    freq : str or int
        Distance from each time to the next, as in :mod:`gatecast.data.calendar`.
    id_col : str or None
        The user's name for the column of ids; None if there is none.
    time_col, target_col : str
        The user's names for the columns of times and values.
    time_zone : str or None
        Name of the zone the table's times were in.
    notes : tuple of str
        What was found out, assumed or repaired, a sentence each.
    extra : dict of str to ndarray of shape [total]
        Further columns by name, ``float64`` or ``object``, without a gap.
    schema : Schema or None
        What reading has settled about how the table is written; a plan and new rows are read by it.
    """

    ids: np.ndarray
    offsets: np.ndarray
    times: np.ndarray
    values: np.ndarray
    filled: np.ndarray
    freq: str | int
    id_col: str | None
    time_col: str
    target_col: str
    time_zone: str | None = None
    notes: tuple[str, ...] = ()
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    schema: Schema | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, i: int) -> Series:
        part = slice(self.offsets[i], self.offsets[i + 1])
        return Series(self.ids[i], self.times[part], self.values[part])

    def __iter__(self) -> Iterator[Series]:
        return (self[i] for i in range(len(self)))

    def to_frame(self) -> pd.DataFrame:
        """Make a table with the user's own column names.

        Returns
        -------
        DataFrame
            The id column, if there is one, times (in the user's time zone) and values; gaps are
            filled.
        """
        table = self._keys(np.diff(self.offsets), self.times)
        table[self.target_col] = self.values
        return table

    def require(self, columns: Iterable[str]) -> None:
        """Refuse to go on without some further columns.

        Raises
        ------
        NotFoundError
            If one is not there.
        """
        for name in columns:
            if name not in self.extra:
                raise NotFoundError(
                    f'the panel has no column "{name}" besides its values: read it with '
                    f'extra_cols=["{name}"]'
                )

    def ends(self) -> Ends:
        """Say where each series ends, which is all that a forecast needs of the calendar."""
        return Ends(
            self.ids, self.times[self.offsets[1:] - 1], np.diff(self.offsets), self.freq,
            self.id_col, self.time_col, self.target_col, self.time_zone,
        )  # fmt: skip

    def future_frame(self, h: int) -> pd.DataFrame:
        """Make the left side of a forecast; see :meth:`Ends.future_frame`."""
        return self.ends().future_frame(h)

    def _keys(self, lengths: np.ndarray, times: np.ndarray) -> pd.DataFrame:
        return self.ends().keys(lengths, times)


@dataclass(frozen=True, eq=False)
class Ends:
    """Hold where the series of a panel end.

    Attributes
    ----------
    ids : ndarray of shape [n]
        Name of each series.
    times : ndarray of shape [n]
        Last time of each series.
    lengths : ndarray of shape [n]
        Values of each series.
    freq, id_col, time_col, target_col, time_zone
        As of the :class:`Panel`.
    """

    ids: np.ndarray
    times: np.ndarray
    lengths: np.ndarray
    freq: str | int
    id_col: str | None
    time_col: str
    target_col: str
    time_zone: str | None = None

    def future_frame(self, h: int) -> pd.DataFrame:
        """Make the left side of a forecast: the ``h`` times after the end of each series.

        Parameters
        ----------
        h : int
            Steps to go on.

        Returns
        -------
        DataFrame
            The id column, if there is one, and times; ``h`` rows a series, in the order of ``ids``.
        """
        times = future_times(self.times, self.freq, h)
        return self.keys(np.full(len(self.ids), h), times.ravel())

    def later(self, which: np.ndarray, steps: np.ndarray) -> Ends:
        """Move the ends of some series on by so many steps each."""
        times, lengths = self.times.copy(), self.lengths.copy()
        times[which] = add_steps(times[which], steps, self.freq)
        lengths[which] += steps
        return replace(self, times=times, lengths=lengths)

    def keys(self, lengths: np.ndarray, times: np.ndarray) -> pd.DataFrame:
        """Make a table of ids, each as often as its length, and times, in the user's time zone."""
        table = {} if self.id_col is None else {self.id_col: np.repeat(self.ids, lengths)}
        table[self.time_col] = times
        frame = pd.DataFrame(table)
        if self.time_zone is not None:
            column = frame[self.time_col]
            if is_daily_or_longer(self.freq):
                # A midnight that daylight saving skips or doubles is the next or the first one.
                column = column.dt.tz_localize(
                    self.time_zone,
                    nonexistent="shift_forward",
                    ambiguous=np.ones(len(column), dtype=bool),
                )
            else:
                column = column.dt.tz_localize("UTC").dt.tz_convert(self.time_zone)
            frame[self.time_col] = column
        return frame
