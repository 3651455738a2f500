"""Benchmark forecasts: what the networks' forecast is combined with.

A benchmark is a linear map of a series' last values: none of them, which is the naive forecast or
the mean; one of the last season; or as many as a linear autoregression can be fitted to. Or it is
the pretrained network (:mod:`gatecast.forecaster.benchmarks.pretrained`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.data.least_squares import ridge
from gatecast.forecaster.inputs.training_data import SequenceDataset
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.messages import message

if TYPE_CHECKING:
    from gatecast.forecaster.fitting.preparation import Preparation

__all__ = ["SIMPLEST", "Benchmark", "BenchmarkKind", "LinearBenchmark", "Outlook"]

#: What an output of zero is: on levels, and on differences.
SIMPLEST = {False: message("reference.mean"), True: message("reference.naive")}

#: Steps that a linear map is fitted at, evenly over all series.
_MOST_STEPS = 65536
_AT_ONCE = 4096
#: Of the mean square of the inputs; keeps a map finite where two of its values are alike.
_RIDGE = 1e-3


class Outlook(NamedTuple):
    """Hold what a benchmark forecasts, transformed.

    Attributes
    ----------
    median : ndarray of shape [..., K]
        Less the present value where networks are trained on differences.
    spread : ndarray of shape [..., K, Q] or None
        Quantiles less their median, of a benchmark that has some.
    """

    median: np.ndarray
    spread: np.ndarray | None = None

    def changed(self, change: Callable[[np.ndarray], np.ndarray]) -> Outlook:
        """Give both arrays changed.

        Parameters
        ----------
        change : callable
            From an array to another.

        Returns
        -------
        Outlook
            Without quantiles where there were none.
        """
        return Outlook(change(self.median), None if self.spread is None else change(self.spread))


class Benchmark(ABC):
    """What the networks' forecast may be combined with, on the networks' own scale."""

    #: What a sentence calls it.
    name: str

    @property
    def reach(self) -> int:
        """How many last transformed values it uses, R."""
        return 0

    @property
    def memory(self) -> int:
        """How many last values in their own unit it uses."""
        return 0

    @property
    def sees_values(self) -> bool:
        """Whether its forecast depends on the values."""
        return self.reach + self.memory > 0

    @property
    def has_quantiles(self) -> bool:
        """Whether it forecasts quantiles besides the median."""
        return False

    def at_end(self, past: Past) -> Outlook:
        """Forecast the steps after the end of each series, [N, K].

        Parameters
        ----------
        past : Past
            Of N series.

        Returns
        -------
        Outlook
            With the quantiles of the intervals, where it has some.
        """
        return self._at_end(past)

    def at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        """Forecast from the last origins of each series, one series after another, [n, K].

        Parameters
        ----------
        preparation : Preparation
            The series with the hold-out.
        held_out : int
            Origins of each series; the last one is a step before its end.
        which : ndarray of int
            Positions of the series.

        Returns
        -------
        Outlook
            With the quantiles of the intervals, where it has some.
        """
        return self._at_origins(preparation, held_out, which)

    def along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        """Forecast from steps within a series, [n, K].

        Parameters
        ----------
        series : SeriesInputs
            As the networks see it.
        at : ndarray of shape [n]
            The steps, rising.

        Returns
        -------
        Outlook
            With the quantiles of the intervals, where it has some.
        """
        return self._along(series, at)

    def share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        """Share the forecast after a series among its values.

        Parameters
        ----------
        series : SeriesInputs
            As the networks see it, of n values.
        present : float
            The transformed value that deviations are taken from.

        Returns
        -------
        shares : ndarray of shape [n, K]
            Of each value.
        rest : ndarray of shape [K]
            What the forecast is besides; zero for a linear map.
        """
        return self._share_out(series, present)

    @abstractmethod
    def _at_end(self, past: Past) -> Outlook: ...

    @abstractmethod
    def _at_origins(
        self, preparation: Preparation, held_out: int, which: np.ndarray
    ) -> Outlook: ...

    @abstractmethod
    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook: ...

    @abstractmethod
    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]: ...


@dataclass(frozen=True, eq=False)
class LinearBenchmark(Benchmark):
    """A linear map of a series' last values to those to come.

    Parameters
    ----------
    name : str
        What to call it in a sentence.
    weights : ndarray of shape [R, K]
        Of the last R values, the newest first, for each step to come. Where the network is trained
        on differences, they give differences from the newest value too.
    """

    name: str
    weights: np.ndarray

    @property
    def reach(self) -> int:
        """How many last values it uses, R."""
        return len(self.weights)

    @classmethod
    def zero(cls, difference: bool, h: int) -> LinearBenchmark:
        """Forecast zero: the mean of levels, or the naive forecast.

        Parameters
        ----------
        difference : bool
            Whether networks are trained on differences.
        h : int
            Steps to forecast, K.

        Returns
        -------
        LinearBenchmark
            It uses no values.
        """
        return cls(SIMPLEST[difference], np.zeros((0, h)))

    @classmethod
    def seasonal_naive(cls, difference: bool, h: int, season_length: int) -> LinearBenchmark:
        """Repeat the last season: the seasonal naive forecast.

        Parameters
        ----------
        difference : bool
            Whether networks are trained on differences.
        h : int
            Steps to forecast, K.
        season_length : int
            Steps in a season, m.

        Returns
        -------
        LinearBenchmark
            It uses m values.
        """
        ahead = np.arange(h)
        weights = np.zeros((season_length, h))
        weights[season_length - 1 - ahead % season_length, ahead] = 1.0
        name = message("benchmark.seasonal", season=season_length)
        return cls(name, weights - _present(difference, weights))

    @classmethod
    def linear(cls, dataset: SequenceDataset, reach: int) -> LinearBenchmark:
        """Fit a map by least squares, one for all series.

        Parameters
        ----------
        dataset : SequenceDataset
            The series; each step counts divided by its local scale.
        reach : int
            Last values that it uses, R.

        Returns
        -------
        LinearBenchmark
            It uses R values.

        Notes
        -----
        A direct forecast by ridge regression (Hoerl and Kennard 1970), with a penalty of a
        thousandth of the mean square of its inputs.
        """
        h, difference = dataset.h, dataset.difference
        # whole windows, with all the values to come
        counts = np.maximum(dataset.lengths - reach - h + 1, 0)
        ends = np.cumsum(counts)
        nth = np.arange(0, ends[-1], max(1, ends[-1] // _MOST_STEPS))
        which = np.searchsorted(ends, nth, side="right")
        at = dataset.starts[which] + reach - 1 + nth - (ends - counts)[which]

        def block(now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            scale = dataset.local_scales[now, np.newaxis].astype(np.float64)
            inputs = dataset.back(now, reach)
            if difference:
                inputs = inputs - inputs[:, :1]
            return inputs / scale, dataset.targets(now) / scale

        blocks = (block(at[begin : begin + _AT_ONCE]) for begin in range(0, len(at), _AT_ONCE))
        weights = ridge(blocks, reach, h, _RIDGE)
        name = message("benchmark.linear", n=reach)
        return cls(name, weights - _present(difference, weights))

    def _at_end(self, past: Past) -> Outlook:
        return Outlook(self.forecast(past.state.back(self.reach)))

    def _at_origins(self, preparation: Preparation, held_out: int, which: np.ndarray) -> Outlook:
        data = preparation.dataset
        windows = data.back(data.last(held_out)[which], self.reach)
        return Outlook(self.forecast(windows).reshape(-1, data.h))

    def _along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        return Outlook(self.forecast_all(series.values)[at])

    def forecast(self, windows: np.ndarray) -> np.ndarray:
        """Forecast from the last values [..., R], the newest first: [..., K].

        Parameters
        ----------
        windows : ndarray of shape [..., R]
            The last values, the newest first.

        Returns
        -------
        ndarray of shape [..., K]
            The forecast.
        """
        return windows @ self.weights

    def shares(self, values: np.ndarray) -> np.ndarray:
        """Share the forecast after a series [n] among its values, in their order: [n, K].

        Parameters
        ----------
        values : ndarray of shape [n]
            A series.

        Returns
        -------
        ndarray of shape [n, K]
            Their sum over n is the forecast.
        """
        n = len(values)
        weights = np.zeros((n, self.weights.shape[1]))
        weights[: self.reach] = self.weights[:n]
        weights[-1] += self.weights[n:].sum(axis=0)  # before its first value it stood there
        return weights[::-1] * values[:, np.newaxis]

    def _share_out(self, series: SeriesInputs, present: float) -> tuple[np.ndarray, np.ndarray]:
        shares = self.shares(series.values - present)
        return shares, np.zeros(shares.shape[1])

    def forecast_all(self, values: np.ndarray) -> np.ndarray:
        """Forecast at each step of a series [n]; before its first value it stood there: [n, K].

        Parameters
        ----------
        values : ndarray of shape [n]
            A series.

        Returns
        -------
        ndarray of shape [n, K]
            The forecast from each step.
        """
        if not self.reach:
            return np.zeros((len(values), self.weights.shape[1]))
        padded = np.concatenate([np.repeat(values[:1], self.reach - 1), values])
        return self.forecast(sliding_window_view(padded, self.reach)[:, ::-1])


def _present(difference: bool, weights: np.ndarray) -> np.ndarray:
    """Give what to take off the weights, so that they weigh changes from the newest value."""
    off = np.zeros_like(weights)
    if difference:
        off[0] = weights.sum(axis=0)
    return off


@dataclass(frozen=True)
class BenchmarkKind:
    """Say which benchmark is fitted, before there is anything to fit it to.

    Parameters
    ----------
    kind : {"zero", "seasonal naive", "linear", "pretrained", "average"}
        The mean or the naive forecast; the last season again; a linear autoregression; the
        pretrained network; the weighted average of both.
    reach : int
        How many last values it uses, R; those of a season for the seasonal naive forecast.
    weights : tuple of float, default ()
        Of the members of an average; equal ones if there are none.
    """

    kind: Literal["zero", "seasonal naive", "linear", "pretrained", "average"]
    reach: int = 0
    weights: tuple[float, ...] = ()

    @property
    def pretrained(self) -> bool:
        """Whether the pretrained network has a part in it."""
        return self.kind in ("pretrained", "average")

    def fit(self, dataset: SequenceDataset) -> LinearBenchmark:
        """Make the linear benchmark of a dataset, or the linear part of an average.

        Parameters
        ----------
        dataset : SequenceDataset
            The series.

        Returns
        -------
        LinearBenchmark
            Fitted.
        """
        if self.kind in ("linear", "average"):
            return LinearBenchmark.linear(dataset, self.reach)
        if self.kind == "zero":
            return LinearBenchmark.zero(dataset.difference, dataset.h)
        return LinearBenchmark.seasonal_naive(dataset.difference, dataset.h, self.reach)
