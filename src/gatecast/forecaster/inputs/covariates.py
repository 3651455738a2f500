"""Covariates: what the network sees besides the series, further columns and the calendar.

A historic covariate (``hist_exog_list``) is seen at its own step. A future one, known in advance
(``futr_exog_list``), is seen at each step for that step and the whole horizon after it, so
that the direct forecast of every step knows what will hold there. A static one
(``stat_exog_list``) is seen at every step. Numbers are brought to mean 0 and deviation 1 within
their series (static ones among all series), columns of 0 and 1 stay as they are, and names become
a 0 or 1 for each name known from training; a new name is none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import day_of_week, is_daily_or_longer, time_of_day
from gatecast.data.holidays import HolidayCalendar
from gatecast.data.panel import Panel, positions
from gatecast.errors import DataError, UsageError
from gatecast.forecaster.inputs.training_data import SequenceDataset
from gatecast.messages import Message, message

__all__ = ["COVARIATE_ROWS", "Covariates", "PendingInputs", "pending_inputs"]

#: Arrays with a row for each series.
COVARIATE_ROWS = ("means", "deviations", "fixed")

_LIMIT = 8.0
_MOST_NAMES = 100


@dataclass(eq=False)
class Covariates:
    """Hold which further columns a network sees, and how they become its inputs.

    Parameters
    ----------
    hist, futr, stat : tuple of str
        Historic, future and static covariates.
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
    holidays : HolidayCalendar or None
        Holidays; they act through the additive part, and are no inputs.
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
    holidays: HolidayCalendar | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, each once."""
        return (*self.hist, *self.futr, *self.stat)

    @property
    def lead(self) -> int:
        """Steps at the end of a series whose inputs wait for what is known in advance."""
        return self.h if self.futr else 0

    @property
    def future_width(self) -> int:
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
    ) -> Covariates:
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

        Returns
        -------
        Covariates
            Of the N series.

        Raises
        ------
        UsageError
            If the calendar is requested and times are step numbers.
        DataError
            If a static column changes within a series, or a column has too many names.
        """
        result = cls(tuple(hist), tuple(futr), tuple(stat), calendar, h)
        if calendar and panel.times.dtype.kind != "M":
            raise UsageError(message("covariates.no_calendar"))
        past = positions(panel.offsets[:-1], lengths)
        for name in result.columns:
            cells = panel.extra[name][past]
            if cells.dtype == object:
                result.names[name] = sorted({str(cell) for cell in cells} - {""})
                if len(result.names[name]) > _MOST_NAMES:
                    raise DataError(
                        message(
                            "covariates.many_names",
                            column=name,
                            n=len(result.names[name]),
                            first=result.names[name][0],
                            most=_MOST_NAMES,
                        )
                    )
        result._fit_scales(panel, lengths)
        result._fix(panel)
        return result

    def _fit_scales(self, panel: Panel, lengths: np.ndarray) -> None:
        """Find mean and deviation of each column of numbers; of 0 and 1 they are 0 and 1."""
        past = positions(panel.offsets[:-1], lengths)
        owner = np.repeat(np.arange(len(panel)), lengths)
        self.means = np.zeros((len(panel), len(self.columns)))
        self.deviations = np.ones_like(self.means)
        for i, name in enumerate(self.columns):
            cells = panel.extra[name][past]
            if cells.dtype != object and not np.isin(cells, (0.0, 1.0)).all():
                groups = pd.Series(cells).groupby(owner if name not in self.stat else owner * 0)
                mean, deviation = np.asarray(groups.mean()), np.asarray(groups.std(ddof=0))
                self.means[:, i] = mean
                self.deviations[:, i] = np.where(
                    deviation > 1e-12 * np.abs(mean) + 1e-300, deviation, 1.0
                )

    def _fix(self, panel: Panel) -> None:
        for name in self.stat:
            cells = pd.Series(panel.extra[name])
            owner = np.repeat(np.arange(len(panel)), np.diff(panel.offsets))
            changing = np.flatnonzero(np.asarray(cells.groupby(owner).nunique()) > 1)
            if len(changing):
                raise DataError(
                    message(
                        "covariates.not_static", column=name, series=str(panel.ids[changing[0]])
                    )
                )
        first = {name: panel.extra[name][panel.offsets[:-1]] for name in self.stat}
        self.fixed = self._encode(np.arange(len(panel)), self.stat, first).astype(np.float32)

    def fit_others(self, panel: Panel, lengths: np.ndarray) -> Covariates:
        """Find the scales of series that were not in the fit, for the same inputs.

        Static numbers and columns of 0 and 1 are scaled as in the fit. A static name that is new
        goes to the slot of all others: the share of each name among the series of the fit, since an
        input of zeros never occurred in training.

        Parameters
        ----------
        panel : Panel
            With the columns in ``extra``.
        lengths : ndarray of shape [N]
            Values of each series that belong to the training part.

        Returns
        -------
        Covariates
            Of the N series.

        Raises
        ------
        DataError
            If a static column changes within a series, or a column of numbers holds names.
        """
        others = replace(self)
        others._fit_scales(panel, lengths)
        for i, name in enumerate(self.columns):
            as_is = not self.means[:, i].any() and (self.deviations[:, i] == 1.0).all()
            if as_is or name in self.stat:
                others.means[:, i] = self.means[0, i]
                others.deviations[:, i] = self.deviations[0, i]
        others._fix(panel)
        end = 0
        for name in self.stat:
            part = slice(end, end := end + self._width([name]))
            if name in self.names:
                new = ~others.fixed[:, part].any(axis=1)
                others.fixed[new, part] = self.fixed[:, part].mean(axis=0)
        return others

    def present(
        self, owner: np.ndarray, cells: dict[str, np.ndarray], times: np.ndarray
    ) -> np.ndarray:
        """Give what is seen of steps that needs no future.

        Parameters
        ----------
        owner : ndarray of shape [n], int64
            The series from training that each step belongs to.
        cells : dict of str to ndarray of shape [n]
            The columns at these steps.
        times : ndarray of shape [n]
            Their times.

        Returns
        -------
        ndarray of shape [n, P], float32
        """
        parts = [self._encode(owner, self.hist, cells), self.fixed[owner]]
        if self.calendar:
            parts.append(_calendar(times))
        return np.concatenate(parts, axis=1).astype(np.float32)

    def future(self, owner: np.ndarray, cells: dict[str, np.ndarray]) -> np.ndarray:
        """Give the future covariates of steps, [n, F], float32; as :meth:`present`.

        Parameters
        ----------
        owner : ndarray of int64 [n]
            Series of each step.
        cells : mapping of str to ndarray [n]
            The columns at these steps.

        Returns
        -------
        ndarray [n, F]
            Scaled.
        """
        return self._encode(owner, self.futr, cells).astype(np.float32)

    def inputs(self, panel: Panel, which: np.ndarray | None = None) -> np.ndarray:
        """Give what is seen of each step of a panel besides its values.

        Parameters
        ----------
        panel : Panel
            With the columns; future covariates beyond its ends are zero.
        which : ndarray of shape [N], optional
            Which of the series from training each one is; in the same order if not given.

        Returns
        -------
        ndarray of shape [total, P + F (K + 1)], float32
        """
        which = np.arange(len(panel)) if which is None else np.asarray(which)
        owner = np.repeat(which, panel.lengths)
        present = self.present(owner, panel.extra, panel.times)
        if not self.futr:
            return present
        padded = np.zeros((len(owner) + self.lead * len(panel), self.future_width), np.float32)
        starts = panel.offsets[:-1] + self.lead * np.arange(len(panel))
        at = positions(starts, panel.lengths)
        padded[at] = self.future(owner, panel.extra)
        ahead = padded[at[:, np.newaxis] + np.arange(self.lead + 1)]
        return np.hstack([present, ahead.reshape(len(owner), -1)])

    def input_names(self) -> tuple[str, ...]:
        """Name what is seen of a step, in the order of :meth:`inputs`.

        Returns
        -------
        tuple of str
            One for each input of :meth:`inputs`.
        """

        def of(columns: Sequence[str]) -> list[str]:
            return [
                f"{name} = {value}" if value else name
                for name in columns
                for value in self.names.get(name, [""])
            ]

        turns = ("day", "week", "year") if self.calendar else ()
        clock = [f"{turn} of {span}" for turn in ("sine", "cosine") for span in turns]
        ahead = range(self.lead + 1) if self.futr else ()
        future = [name + (f", {k} ahead" if k else "") for k in ahead for name in of(self.futr)]
        return (*of(self.hist), *of(self.stat), *clock, *future)

    def describe(self, freq: str | int) -> list[Message]:
        """Name the inputs of the network besides the series.

        Parameters
        ----------
        freq : str or int
            Of the panel.

        Returns
        -------
        list of Message
            Historic, future and static covariates, and calendar features.
        """
        kinds = (
            ("covariates.historic", self.hist),
            ("covariates.future", self.futr),
            ("covariates.static", self.stat),
        )
        sentences = [message(kind, names=list(names)) for kind, names in kinds if names]
        if self.holidays is not None:
            sentences.append(self.holidays.describe())
        if self.calendar:
            daily = is_daily_or_longer(freq)
            sentences.append(message("covariates.week" if daily else "covariates.day"))
        return sentences

    def _width(self, columns: Sequence[str]) -> int:
        return sum(len(self.names.get(name, "1")) for name in columns)

    def _encode(
        self, owner: np.ndarray, columns: Sequence[str], cells: dict[str, Any]
    ) -> np.ndarray:
        """Scale numbers, and give names a 0 or 1 each; [n, inputs], float64."""
        parts = []
        for name in columns:
            column = np.asarray(cells[name])
            if name in self.names:
                texts = np.array([str(cell) for cell in column], dtype=object)
                parts.append((texts[:, np.newaxis] == np.array(self.names[name], object)) * 1.0)
                continue
            if column.dtype == object:
                raise DataError(message("covariates.not_numbers", column=name, cell=str(column[0])))
            at = self.columns.index(name)
            scaled = (column - self.means[owner, at]) / self.deviations[owner, at]
            parts.append(np.clip(scaled, -_LIMIT, _LIMIT)[:, np.newaxis])
        return np.concatenate(parts, axis=1) if parts else np.zeros((len(owner), 0))


@dataclass(frozen=True, eq=False)
class PendingInputs:
    """Hold the last steps of a series, which the next forecast runs along again.

    Their inputs wait for what is known in advance, or a window begins with them.

    Parameters
    ----------
    inputs : ndarray of shape [n, I - F (K + 1)], float32
        What the network sees of each step already.
    future : ndarray of shape [n or more, F], float32
        What is known in advance of these steps, and of steps after them.
    """

    inputs: np.ndarray
    future: np.ndarray

    def extend(self, inputs: np.ndarray, future: np.ndarray) -> PendingInputs:
        """Add further steps.

        Parameters
        ----------
        inputs : ndarray of shape [n, I]
            Of further steps.
        future : ndarray of shape [n, F]
            Their future covariates.

        Returns
        -------
        PendingInputs
            With these at the end.
        """
        return PendingInputs(np.vstack([self.inputs, inputs]), np.vstack([self.future, future]))

    def last(self, count: int) -> PendingInputs:
        """Keep the last steps.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        PendingInputs
            Of these steps.
        """
        return PendingInputs(self.inputs[-count:], self.future[-count:])

    def split(self, lead: int) -> tuple[np.ndarray, PendingInputs]:
        """Give the inputs of the steps of which ``lead`` more are known, and the tail after them.

        Parameters
        ----------
        lead : int
            Steps ahead that a future covariate is seen.

        Returns
        -------
        inputs : ndarray of shape [n, I]
            What is known of each step, and of those after it, side by side.
        rest : PendingInputs
            The steps that go on waiting.
        """
        ready = max(0, min(len(self.inputs), len(self.future) - lead))
        at = np.arange(ready)[:, np.newaxis] + np.arange(lead + 1)
        width = self.future.shape[1] * (lead + 1)
        whole = np.hstack([self.inputs[:ready], self.future[at].reshape(ready, width)])
        return whole, PendingInputs(self.inputs[ready:], self.future[ready:])


def pending_inputs(
    data: SequenceDataset, covariates: Covariates, look_back: int
) -> list[PendingInputs]:
    """Give the last steps of each series, which a forecast runs along again.

    Parameters
    ----------
    data : SequenceDataset
        All values of the series, with the inputs of every step.
    covariates : Covariates
        Of the same series.
    look_back : int
        Steps of a window; 0 where the state is carried along the series.

    Returns
    -------
    list of PendingInputs
        One for each series.
    """
    kept = covariates.lead + look_back
    width = data.width - covariates.future_width * (covariates.lead + 1)
    result = []
    for start, length in zip(data.starts, data.lengths, strict=True):
        rows = data.inputs_at(np.arange(start + max(0, length - kept), start + length))
        future = rows[:, width : width + covariates.future_width]
        result.append(PendingInputs(rows[:, :width].copy(), future.copy()))
    return result


def _calendar(times: np.ndarray) -> np.ndarray:
    """Give sine and cosine of where in the day, week and year times are; [n, 6]."""
    years, in_day = times.astype("datetime64[Y]"), time_of_day(times)
    in_week = (day_of_week(times) + in_day) / 7
    begin = years.astype("datetime64[us]")
    end = (years + np.timedelta64(1, "Y")).astype("datetime64[us]")
    in_year = (times - begin) / (end - begin)
    turns = 2 * np.pi * np.column_stack([in_day, in_week, in_year])
    return np.hstack([np.sin(turns), np.cos(turns)])
