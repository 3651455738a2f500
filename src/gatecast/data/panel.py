"""The series of one table, one after another, on a regular calendar."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gatecast.data.calendar import add_steps, future_times, is_daily_or_longer
from gatecast.data.gaps import draw_lines
from gatecast.data.schema import Schema
from gatecast.errors import NotFoundError
from gatecast.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["RELATED", "Ends", "Panel", "Series", "equal_lengths", "offsets_of", "positions"]

#: From so many series on, a panel is treated as one of related series.
RELATED = 20

#: Values of a batch, so that it stays a small part of the memory.
_BATCH_VALUES = 2**20


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
        ``float64``, finite, at most 1e150 in size, in the user's own unit.
    filled : ndarray of shape [total]
        True where the table had no value and the gap was filled. Such a value knows the first one
        after the gap: do not score it, nor let it end a training part.
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
    bridged : bool
        Whether some gaps are filled by the pretrained network, and not by lines. Such values may
        know all later ones.
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
    bridged: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, i: int) -> Series:
        part = slice(self.offsets[i], self.offsets[i + 1])
        return Series(self.ids[i], self.times[part], self.values[part])

    def __iter__(self) -> Iterator[Series]:
        return (self[i] for i in range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """Values of each series, [n]."""
        return np.diff(self.offsets)

    def take(self, which: Sequence[int] | np.ndarray) -> Panel:
        """Give some of the series, in the order asked for.

        Parameters
        ----------
        which : sequence of int
            Their positions.

        Returns
        -------
        Panel
            With their own values, times and further columns.
        """
        which = np.asarray(which, np.int64)
        return self._part(which, self.offsets[which], self.lengths[which])

    def one(self, i: int) -> Panel:
        """Give the panel of series ``i`` alone.

        Parameters
        ----------
        i : int
            Which series.

        Returns
        -------
        Panel
            Of one series.
        """
        return self.take([i])

    def head(self, lengths: int | np.ndarray) -> Panel:
        """Give the first values of each series.

        Parameters
        ----------
        lengths : int or ndarray of shape [n]
            How many of each; of a shorter series all.

        Returns
        -------
        Panel
            Series in the same order.
        """
        kept = np.minimum(lengths, self.lengths)
        return self._part(np.arange(len(self)), self.offsets[:-1], kept)

    def tail(self, lengths: int | np.ndarray) -> Panel:
        """Give the last values of each series; as :meth:`head`.

        Parameters
        ----------
        lengths : int or ndarray of shape [n]
            How many of each; of a shorter series all.

        Returns
        -------
        Panel
            Series in the same order.
        """
        kept = np.minimum(lengths, self.lengths)
        return self._part(np.arange(len(self)), self.offsets[1:] - kept, kept)

    def cut(self, which: np.ndarray, lengths: np.ndarray) -> Panel:
        """Give some series as they were known after so many values of each.

        The line through a gap that is still open then leads to a value that was not known: the last
        value before the gap is repeated instead.

        Parameters
        ----------
        which : ndarray of shape [S]
            Positions of the series.
        lengths : ndarray of shape [S]
            Values of each that are known.

        Returns
        -------
        Panel
            Without notes, which are of all values.
        """
        part = self.take(which).head(lengths).on_lines()
        return replace(part, values=part._values_repeated(), notes=())

    def on_lines(self) -> Panel:
        """Give the series with all gaps filled by straight lines.

        Returns
        -------
        Panel
            The same object where they are.
        """
        if not self.bridged:
            return self
        return replace(self, values=draw_lines(self.values, self.filled), bridged=False)

    def _values_repeated(self) -> np.ndarray:
        """Give the values, but in a gap at the end of a series the last one before it."""
        rows = np.arange(len(self.values))
        last = np.maximum.reduceat(np.where(self.filled, -1, rows), self.offsets[:-1])
        return self.values[np.minimum(rows, np.repeat(last, self.lengths))]

    def repeat_in_open_gaps(self, lengths: np.ndarray) -> Panel:
        """Give all values, but in a gap that is open after so many of each the last one before it.

        Parameters
        ----------
        lengths : ndarray of shape [n]
            Values of each series that are known.

        Returns
        -------
        Panel
            The same object where no gap is open.
        """
        if not self.filled[self.offsets[:-1] + lengths - 1].any():
            return self
        values = self.values.copy()
        values[positions(self.offsets[:-1], lengths)] = self.head(lengths)._values_repeated()
        return replace(self, values=values)

    def _part(self, which: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Panel:
        """Give some series, from a row of the table on, as many rows each."""
        rows = positions(starts, lengths)
        return replace(
            self, ids=self.ids[which], offsets=offsets_of(lengths), times=self.times[rows],
            values=self.values[rows], filled=self.filled[rows],
            extra={name: column[rows] for name, column in self.extra.items()},
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Make a table with the user's own column names.

        Returns
        -------
        DataFrame
            The id column, if there is one, times (in the user's time zone) and values; gaps are
            filled.
        """
        table = self._keys(self.lengths, self.times)
        table[self.target_col] = self.values
        return table

    def require(self, columns: Iterable[str]) -> None:
        """Refuse to go on without some further columns.

        Parameters
        ----------
        columns : iterable of str
            Their names.

        Raises
        ------
        NotFoundError
            If one is not there.
        """
        for name in columns:
            if name not in self.extra:
                raise NotFoundError(message("panel.no_column", column=name))

    def ends(self) -> Ends:
        """Say where each series ends, which is all that a forecast needs of the calendar.

        Returns
        -------
        Ends
            Of all series.
        """
        return Ends(
            self.ids, self.times[self.offsets[1:] - 1], self.lengths, self.freq,
            self.id_col, self.time_col, self.target_col, self.time_zone,
        )  # fmt: skip

    def future_frame(self, h: int) -> pd.DataFrame:
        """Make the left side of a forecast; see :meth:`Ends.future_frame`.

        Parameters
        ----------
        h : int
            Steps to go on.

        Returns
        -------
        DataFrame
            The id column, if there is one, and times.
        """
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
        """Move the ends of some series on by so many steps each.

        Parameters
        ----------
        which : ndarray of shape [S]
            Positions of the series.
        steps : ndarray of shape [S]
            How far each ends later.

        Returns
        -------
        Ends
            Of all series.
        """
        times, lengths = self.times.copy(), self.lengths.copy()
        times[which] = add_steps(times[which], steps, self.freq)
        lengths[which] += steps
        return replace(self, times=times, lengths=lengths)

    def keys(self, lengths: np.ndarray, times: np.ndarray) -> pd.DataFrame:
        """Make a table of ids, each as often as its length, and times, in the user's time zone.

        Parameters
        ----------
        lengths : ndarray of shape [n]
            Rows of each series.
        times : ndarray of shape [total]
            Their times.

        Returns
        -------
        DataFrame
            The id column, if there is one, and times.
        """
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


def offsets_of(lengths: np.ndarray) -> np.ndarray:
    """Give where each of several series begins in one array, and where the last one ends, [n + 1].

    Parameters
    ----------
    lengths : ndarray of shape [n]
        Values of each series.

    Returns
    -------
    ndarray of shape [n + 1], int64
        The first is 0.
    """
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def positions(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """List the positions of several runs of one array, one after another.

    Parameters
    ----------
    starts, lengths : ndarray of shape [n]
        Where each run begins, and how long it is.

    Returns
    -------
    ndarray of shape [sum of lengths]
        ``starts[0], starts[0] + 1, ...``.
    """
    before = offsets_of(lengths)
    return np.arange(before[-1]) + np.repeat(starts - before[:-1], lengths)


def _alike(lengths: np.ndarray) -> list[np.ndarray]:
    """Give the positions of equal lengths together, from the smallest length on."""
    if (lengths == lengths[0]).all():  # as most often
        return [np.arange(len(lengths))]
    order = np.argsort(lengths, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1)


def equal_lengths(lengths: np.ndarray, most: int | None = None) -> Iterator[tuple[np.ndarray, int]]:
    """Give the series of equal length together, for work on whole arrays.

    Parameters
    ----------
    lengths : ndarray of shape [n]
        Values of each series.
    most : int, optional
        Series of a batch; if not given, so many that a batch has a million values.

    Yields
    ------
    which : ndarray of shape [B]
        Positions of the series of a batch.
    length : int
        Values of each of them.
    """
    for same in _alike(lengths) if len(lengths) else ():
        length = int(lengths[same[0]])
        batch = most or max(1, _BATCH_VALUES // max(1, length))
        for begin in range(0, len(same), batch):
            yield same[begin : begin + batch], length
