"""Forecast combination: the network's forecast and a benchmark's, weighted by a hold-out.

A benchmark is a linear map of a series' last values: none of them, which is the naive forecast or
the mean; one of the last season; or as many as a linear autoregression can be fitted to. Or it is
the pretrained network (:mod:`gatecast.forecaster.pretrained_benchmark`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.data.least_squares import ridge
from gatecast.forecaster.records import Past, SeriesInputs
from gatecast.forecaster.training_data import SequenceDataset
from gatecast.messages import message

if TYPE_CHECKING:
    from gatecast.forecaster.preparation import Preparation

__all__ = [
    "NETWORK_ALONE", "SIMPLEST", "WEIGHTS", "Benchmark", "BenchmarkKind", "Combination", "Outlook",
    "choose_combination", "clearly_less", "combine",
]  # fmt: skip

#: What an output of zero is: on levels, and on differences.
SIMPLEST = {False: message("reference.mean"), True: message("reference.naive")}
#: Weights of the network's forecast that are tried; the rest is a benchmark's.
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)

#: Steps that a linear map is fitted at, evenly over all series.
_MOST_STEPS = 65536
_AT_ONCE = 4096
#: Of the mean square of the inputs; keeps a map finite where two of its values are alike.
_RIDGE = 1e-3
#: With fewer independent forecasts, no difference is clear.
_FEWEST = 4.0


class Combination(NamedTuple):
    """Say which benchmark a network is combined with, and the network's weight beside it."""

    benchmark: int
    weight: float


NETWORK_ALONE = Combination(0, 1.0)


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


@dataclass(frozen=True, eq=False)
class Benchmark:
    """A benchmark forecast: a linear map of a series' last values to those to come.

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

    @property
    def sees_values(self) -> bool:
        """Whether its forecast depends on the values."""
        return self.reach > 0

    @classmethod
    def zero(cls, difference: bool, h: int) -> Benchmark:
        """Forecast zero: the mean of levels, or the naive forecast.

        Parameters
        ----------
        difference : bool
            Whether networks are trained on differences.
        h : int
            Steps to forecast, K.

        Returns
        -------
        Benchmark
            It uses no values.
        """
        return cls(SIMPLEST[difference], np.zeros((0, h)))

    @classmethod
    def seasonal_naive(cls, difference: bool, h: int, season_length: int) -> Benchmark:
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
        Benchmark
            It uses m values.
        """
        ahead = np.arange(h)
        weights = np.zeros((season_length, h))
        weights[season_length - 1 - ahead % season_length, ahead] = 1.0
        name = message("benchmark.seasonal", season=season_length)
        return cls(name, weights - _present(difference, weights))

    @classmethod
    def linear(cls, dataset: SequenceDataset, reach: int) -> Benchmark:
        """Fit a map by least squares, one for all series.

        Parameters
        ----------
        dataset : SequenceDataset
            The series; each step counts divided by its local scale.
        reach : int
            Last values that it uses, R.

        Returns
        -------
        Benchmark
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

    def at_end(self, past: Past) -> Outlook:
        """Forecast the steps after the end of each series, [N, K].

        Parameters
        ----------
        past : Past
            Of N series.

        Returns
        -------
        Outlook
            Without quantiles.
        """
        return Outlook(self.forecast(past.state.back(self.reach)))

    def at_origins(self, preparation: Preparation, held_out: int) -> Outlook:
        """Forecast from the last origins of each series, one series after another, [n, K].

        Parameters
        ----------
        preparation : Preparation
            The series with the hold-out.
        held_out : int
            Origins of each series; the last one is a step before its end.

        Returns
        -------
        Outlook
            Without quantiles.
        """
        data = preparation.dataset
        windows = data.back(data.last(held_out), self.reach)
        return Outlook(self.forecast(windows).reshape(-1, data.h))

    def along(self, series: SeriesInputs, at: np.ndarray) -> Outlook:
        """Forecast from steps within a series, [n, K].

        Parameters
        ----------
        series : SeriesInputs
            As the networks see it.
        at : ndarray of shape [n]
            The steps.

        Returns
        -------
        Outlook
            Without quantiles.
        """
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
            Zero: a linear map has no other part.
        """
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
    kind : {"zero", "seasonal naive", "linear", "pretrained"}
        The mean or the naive forecast; the last season again; a linear autoregression; the
        pretrained network.
    reach : int
        How many last values it uses, R; those of a season for the seasonal naive forecast.
    """

    kind: Literal["zero", "seasonal naive", "linear", "pretrained"]
    reach: int = 0

    def fit(self, dataset: SequenceDataset) -> Benchmark:
        """Make the linear benchmark of a dataset.

        Parameters
        ----------
        dataset : SequenceDataset
            The series.

        Returns
        -------
        Benchmark
            Fitted.
        """
        if self.kind == "linear":
            return Benchmark.linear(dataset, self.reach)
        if self.kind == "zero":
            return Benchmark.zero(dataset.difference, dataset.h)
        return Benchmark.seasonal_naive(dataset.difference, dataset.h, self.reach)


def combine(network: np.ndarray, benchmark: np.ndarray, weight: float) -> np.ndarray:
    """Combine two forecasts; ``weight`` is that of the network's.

    Parameters
    ----------
    network, benchmark : ndarray of one shape
        Forecasts.
    weight : float
        Of the network, 0 to 1.

    Returns
    -------
    ndarray
        The combined forecast.
    """
    return weight * network + (1.0 - weight) * benchmark


def clearly_less(errors: np.ndarray, others: np.ndarray, independent: float) -> bool:
    """Test whether errors are smaller than others by more than the standard error of that.

    Parameters
    ----------
    errors, others : ndarray of shape [n]
        Errors from the same origins.
    independent : float
        How many of the n forecasts do not overlap; with fewer than four, nothing is clear.

    Returns
    -------
    bool
        False where too few forecasts are independent.
    """
    gain = others - errors
    if independent < _FEWEST or not gain.any():
        return False
    return bool(gain.mean() > gain.std() / np.sqrt(independent))


def choose_combination(
    *scores: tuple[dict[Combination, np.ndarray], float], prior: Combination = NETWORK_ALONE
) -> Combination:
    """Choose a benchmark and the network's weight: the prior ones, unless others clearly win.

    Of those that are better at every hold-out, the benchmark is that of the best one, and the
    weight the largest that is not clearly worse.

    Parameters
    ----------
    *scores : tuple of dict and float
        For each hold-out the errors of every combination, and how many forecasts are independent.
    prior : Combination, default the network alone
        What is chosen where nothing is clear.

    Returns
    -------
    Combination
        The choice.
    """

    def clearly(one: Combination, other: Combination) -> bool:
        return all(clearly_less(errors[one], errors[other], n) for errors, n in scores)

    def error(one: Combination) -> float:
        # what errs most at one hold-out must not outweigh the others
        means = [errors[one].mean() / errors[prior].mean() for errors, _ in scores]
        return float(np.prod(means))

    better = [one for one in scores[0][0] if clearly(one, prior)]
    if not better:
        return prior
    best = min(better, key=error)
    close = (one for one in better if one.benchmark == best.benchmark and not clearly(best, one))
    return max(close, key=lambda one: one.weight)
