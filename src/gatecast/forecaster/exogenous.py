"""What the network sees besides the series: further columns, and the calendar.

A column known up to the present (``hist_exog_list``) is seen at its own step. One that is known in
advance (``futr_exog_list``) is seen at each step for that step and the whole horizon after it, so
that the direct forecast of every step knows what will hold there. One that does not change
(``stat_exog_list``) is seen at every step. Numbers are brought to mean 0 and deviation 1 within
their series (static ones among all series), columns of 0 and 1 stay as they are, and names become
a 0 or 1 for each name known from training; a new name is none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import is_daily_or_longer
from gatecast.data.panel import Panel
from gatecast.errors import DataError, UsageError

__all__ = ["Exogenous", "Tail"]

_LIMIT = 8.0
_MOST_NAMES = 100


@dataclass(eq=False)
class Exogenous:
    """Hold which further columns a network sees, and how they become its inputs.

    Parameters
    ----------
    hist, futr, stat : tuple of str
        Columns known up to the present, in advance, and not changing.
    calendar : bool
        Whether the time of day, week and year are seen.
    h : int
        Steps of the horizon, K.
    names : dict of str to list of str
        Names known from training, of each column of names.
    means, deviations : ndarray of shape [N, columns]
        Of each series' numbers, columns in the order hist, futr, stat.
    fixed : ndarray of shape [N, S]
        What the static columns become.
    """

    hist: tuple[str, ...] = ()
    futr: tuple[str, ...] = ()
    stat: tuple[str, ...] = ()
    calendar: bool = False
    h: int = 1
    names: dict[str, list[str]] = field(default_factory=dict)
    means: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    deviations: np.ndarray = field(default_factory=lambda: np.ones((0, 0)))
    fixed: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, each once."""
        return (*self.hist, *self.futr, *self.stat)

    @property
    def lead(self) -> int:
        """Steps at the end of a series whose inputs wait for what is known in advance."""
        return self.h if self.futr else 0

    @property
    def known_width(self) -> int:
        """Inputs that the columns known in advance become, F."""
        return self._width(self.futr)

    @property
    def fixed_width(self) -> int:
        """Inputs that the static columns become, S."""
        return self._width(self.stat)

    @classmethod
    def fit(
        cls,
        panel: Panel,
        lengths: np.ndarray,
        h: int,
        hist: Sequence[str] = (),
        futr: Sequence[str] = (),
        stat: Sequence[str] = (),
        calendar: bool = False,
    ) -> Exogenous:
        """Find scales and names from the training part of each series.

        Parameters
        ----------
        panel : Panel
            With the columns in ``extra``.
        lengths : ndarray of shape [N]
            Values of each series that belong to the training part.
        h : int
            Steps to forecast.
        hist, futr, stat, calendar
            As for the class.

        Raises
        ------
        UsageError
            If the calendar is asked for and times are step numbers.
        DataError
            If a static column changes within a series, or a column has too many names.
        """
        found = cls(tuple(hist), tuple(futr), tuple(stat), calendar, h)
        if calendar and panel.times.dtype.kind != "M":
            raise UsageError(
                "calendar=True was asked for, and the times are step numbers: give dates, or "
                "leave it out"
            )
        known = np.concatenate(
            [start + np.arange(n) for start, n in zip(panel.offsets[:-1], lengths, strict=True)]
        )
        owner = np.repeat(np.arange(len(panel)), lengths)
        found.means = np.zeros((len(panel), len(found.columns)))
        found.deviations = np.ones_like(found.means)
        for i, name in enumerate(found.columns):
            cells = panel.extra[name][known]
            if cells.dtype == object:
                found.names[name] = sorted({str(cell) for cell in cells} - {""})
                if len(found.names[name]) > _MOST_NAMES:
                    raise DataError(
                        f'column "{name}" has {len(found.names[name])} names, like '
                        f'"{found.names[name][0]}", and the network sees each as an input of its '
                        f"own: use a column with {_MOST_NAMES} or fewer"
                    )
            elif not np.isin(cells, (0.0, 1.0)).all():
                groups = pd.Series(cells).groupby(owner if name not in stat else owner * 0)
                mean, deviation = np.asarray(groups.mean()), np.asarray(groups.std(ddof=0))
                found.means[:, i] = mean
                found.deviations[:, i] = np.where(
                    deviation > 1e-12 * np.abs(mean) + 1e-300, deviation, 1.0
                )
        found.fixed = np.zeros((len(panel), found.fixed_width), np.float32)
        if stat:
            found._fix(panel)
        return found

    def _fix(self, panel: Panel) -> None:
        for name in self.stat:
            cells = pd.Series(panel.extra[name])
            owner = np.repeat(np.arange(len(panel)), np.diff(panel.offsets))
            changing = np.flatnonzero(np.asarray(cells.groupby(owner).nunique()) > 1)
            if len(changing):
                raise DataError(
                    f'column "{name}" of series "{panel.ids[changing[0]]}" changes, and stat_exog_'
                    "list is for columns that do not: name it in hist_exog_list or futr_exog_list"
                )
        first = {name: panel.extra[name][panel.offsets[:-1]] for name in self.stat}
        for i in range(len(panel)):
            row = {name: cells[i : i + 1] for name, cells in first.items()}
            self.fixed[i] = self._encode(i, self.stat, row, 1)[0]

    def present(self, i: int, cells: dict[str, np.ndarray], times: np.ndarray) -> np.ndarray:
        """Give what is seen of each step of series ``i`` that needs no future; [n, P], float32."""
        n = len(times)
        parts = [self._encode(i, self.hist, cells, n), np.repeat(self.fixed[i : i + 1], n, axis=0)]
        if self.calendar:
            parts.append(_calendar(times))
        return np.hstack(parts).astype(np.float32)

    def known(self, i: int, cells: dict[str, np.ndarray], n: int) -> np.ndarray:
        """Give what is known in advance of each step of series ``i``; [n, F], float32."""
        return self._encode(i, self.futr, cells, n).astype(np.float32)

    def inputs(
        self, panel: Panel, lengths: np.ndarray, which: Sequence[int] | None = None
    ) -> list[np.ndarray]:
        """Give what is seen of each step besides the series, [n, P + F (K + 1)] for each of them.

        Parameters
        ----------
        panel : Panel
            With the columns.
        lengths : ndarray of shape [N]
            Values of each series that are looked at; what is known in advance beyond them is zero.
        which : sequence of int, optional
            Which of the series from training each one is; in the same order if not given.
        """
        made = []
        for at, n in enumerate(lengths):
            part = slice(panel.offsets[at], panel.offsets[at] + n)
            cells = {name: column[part] for name, column in panel.extra.items()}
            i = at if which is None else int(which[at])
            known = self.known(i, cells, int(n))
            ahead = np.vstack([known, np.zeros((self.lead, known.shape[1]), np.float32)])
            made.append(Tail(self.present(i, cells, panel.times[part]), ahead).split(self.lead)[0])
        return made

    def input_names(self) -> tuple[str, ...]:
        """Name what is seen of a step, in the order of :meth:`inputs`."""

        def of(columns: Sequence[str]) -> list[str]:
            return [
                f"{name} = {value}" if value else name
                for name in columns
                for value in self.names.get(name, [""])
            ]

        turns = ("day", "week", "year") if self.calendar else ()
        clock = [f"{turn} of {span}" for turn in ("sine", "cosine") for span in turns]
        ahead = range(self.lead + 1) if self.futr else ()
        known = [name + (f", {k} ahead" if k else "") for k in ahead for name in of(self.futr)]
        return (*of(self.hist), *of(self.stat), *clock, *known)

    def describe(self, freq: str | int) -> list[str]:
        """Say what the network sees besides the series, a sentence each."""
        told = []
        for names, how in (
            (self.hist, "up to the present"),
            (self.futr, "up to the end of the horizon"),
            (self.stat, "as they belong to each series"),
        ):
            if names:
                told.append(f"the network sees {', '.join(names)} {how}")
        if self.calendar:
            clock = "week and year" if is_daily_or_longer(freq) else "day, week and year"
            told.append(f"the network sees where in the {clock} it is")
        return told

    def _width(self, columns: Sequence[str]) -> int:
        return sum(len(self.names.get(name, "1")) for name in columns)

    def _encode(self, i: int, columns: Sequence[str], cells: dict[str, Any], n: int) -> np.ndarray:
        parts = [np.zeros((n, 0))]
        for name in columns:
            column = np.asarray(cells[name])
            if name in self.names:
                texts = np.array([str(cell) for cell in column], dtype=object)
                parts.append((texts[:, np.newaxis] == np.array(self.names[name], object)) * 1.0)
                continue
            if column.dtype == object:
                raise DataError(
                    f'column "{name}" held numbers in training and has "{column[0]}" now: '
                    "give numbers"
                )
            at = self.columns.index(name)
            scaled = (column - self.means[i, at]) / self.deviations[i, at]
            parts.append(np.clip(scaled, -_LIMIT, _LIMIT)[:, np.newaxis])
        return np.hstack(parts)


@dataclass(frozen=True, eq=False)
class Tail:
    """Hold the last steps of a series, which the next forecast walks along again.

    Their inputs wait for what is known in advance, or a window begins with them.

    Parameters
    ----------
    inputs : ndarray of shape [n, I - F (K + 1)], float32
        What the network sees of each step already.
    known : ndarray of shape [n or more, F], float32
        What is known in advance of these steps, and of steps after them.
    """

    inputs: np.ndarray
    known: np.ndarray

    def extend(self, inputs: np.ndarray, known: np.ndarray) -> Tail:
        """Add further steps."""
        return Tail(np.vstack([self.inputs, inputs]), np.vstack([self.known, known]))

    def last(self, count: int) -> Tail:
        """Keep the last steps."""
        return Tail(self.inputs[-count:], self.known[-count:])

    def split(self, lead: int) -> tuple[np.ndarray, Tail]:
        """Give the inputs of the steps of which ``lead`` more are known, and the tail after them.

        Returns
        -------
        inputs : ndarray of shape [n, I]
            What is known of each step, and of those after it, side by side.
        rest : Tail
            The steps that go on waiting.
        """
        ready = max(0, min(len(self.inputs), len(self.known) - lead))
        at = np.arange(ready)[:, np.newaxis] + np.arange(lead + 1)
        width = self.known.shape[1] * (lead + 1)
        whole = np.hstack([self.inputs[:ready], self.known[at].reshape(ready, width)])
        return whole, Tail(self.inputs[ready:], self.known[ready:])


def _calendar(times: np.ndarray) -> np.ndarray:
    """Give sine and cosine of where in the day, week and year times are; [n, 6]."""
    days = times.astype("datetime64[D]")
    years = times.astype("datetime64[Y]")
    in_day = (times - days) / np.timedelta64(1, "D")
    in_week = ((days.astype(np.int64) + 3) % 7 + in_day) / 7
    begin = years.astype("datetime64[us]")
    in_year = (times - begin) / ((years + 1).astype("datetime64[us]") - begin)
    turns = 2 * np.pi * np.column_stack([in_day, in_week, in_year])
    return np.hstack([np.sin(turns), np.cos(turns)])
