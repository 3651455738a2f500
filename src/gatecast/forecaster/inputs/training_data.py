"""Training data: the inputs and targets of every step of a panel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.data.panel import equal_lengths, positions
from gatecast.forecaster.inputs.features import INPUT_LIMIT, FeatureState
from gatecast.kernel import State, native
from gatecast.network import Network

__all__ = ["FEWEST_SAMPLES", "SequenceDataset", "run_windows"]

#: From so many samples on, the kernel's sums have one order.
FEWEST_SAMPLES = 8
_WINDOWS_AT_ONCE = 4096
#: Series whose features are made at once.
_SERIES_AT_ONCE = 1024


@dataclass
class SequenceDataset:
    """Hold all series, transformed, one after another, with the inputs of every step.

    Parameters
    ----------
    difference : bool
        Whether the network is trained on differences; else on levels.
    h : int
        Steps to forecast, K.
    lengths : ndarray of shape [N]
        Values of each series.
    starts : ndarray of shape [N]
        Position of each series' first value.
    values : ndarray of shape [total], float32
        The series, each followed by NaN, so that no target of one lies in the next, and preceded by
        its first value as far as lags reach.
    inputs : ndarray of shape [total, I - lags], float32
        What the network sees at each step but the lags, which are looked up; zero after the end of
        a series.
    local_scales : ndarray of shape [total], float32
        By which inputs and targets of each step are divided.
    state : FeatureState
        What a next step would need of each series' past.
    weights : ndarray of shape [total], float32, optional
        Of each value as a target of the training loss; zero after the end of a series. All count
        the same if not given.
    """

    difference: bool
    h: int
    lengths: np.ndarray
    starts: np.ndarray
    values: np.ndarray
    inputs: np.ndarray
    local_scales: np.ndarray
    state: FeatureState
    weights: np.ndarray | None = None

    @classmethod
    def from_series(
        cls,
        values: np.ndarray,
        offsets: np.ndarray,
        h: int,
        state: FeatureState,
        covariates: np.ndarray | None = None,
        weights: np.ndarray | None = None,
    ) -> SequenceDataset:
        """Lay out a panel.

        Parameters
        ----------
        values : ndarray of shape [total]
            Transformed series, one after another.
        offsets : ndarray of shape [N + 1]
            Series ``i`` is ``values[offsets[i] : offsets[i + 1]]``.
        h : int
            Steps to forecast, K.
        state : FeatureState
            Without a past, of as many series; it goes on to their ends.
        covariates : ndarray of shape [total, E], float32, optional
            What the network sees of each step besides the values.
        weights : ndarray of shape [total], optional
            Of each value as a target.

        Returns
        -------
        SequenceDataset
            Of N series.
        """
        lengths, longest = np.diff(offsets), state.recent.shape[1]
        ends = np.cumsum(longest + lengths + h + 1)
        starts = ends - h - 1 - lengths
        own = FeatureState.features(state.difference)
        width = own + (0 if covariates is None else covariates.shape[1])
        laid = cls(
            state.difference, h, lengths, starts, np.full(ends[-1], np.nan, np.float32),
            np.zeros((ends[-1], width), np.float32), np.ones(ends[-1], np.float32), state,
        )  # fmt: skip
        for which, n in equal_lengths(lengths, _SERIES_AT_ONCE):
            part = state.anew(len(which))
            batch = values[offsets[which][:, np.newaxis] + np.arange(n)]
            first = starts[which][:, np.newaxis]
            at = first + np.arange(n)
            inputs, laid.local_scales[at] = part.advance(batch, lags=False)
            laid.values[at], laid.inputs[at, :own] = batch, inputs
            laid.values[first - np.arange(1, longest + 1)] = batch[:, :1]
            state.put(which, part)
        if covariates is not None:
            laid.inputs[positions(starts, lengths), own:] = covariates
        if weights is not None:
            laid.weights = every = np.zeros(ends[-1], np.float32)
            every[positions(starts, lengths)] = weights
        return laid

    def before(self, count: int, covariates: np.ndarray | None = None) -> SequenceDataset:
        """Give the dataset as it was so many steps before the end of each series.

        Parameters
        ----------
        count : int
            Steps that are left out; of their values, inputs and scales nothing is kept.
        covariates : ndarray of shape [total, E], float32, optional
            Covariates as they were known then, if they differ.

        Returns
        -------
        SequenceDataset
            For training; its ``state`` is that of the end.
        """
        lengths = self.lengths - count
        values, inputs, scales = self.values.copy(), self.inputs.copy(), self.local_scales.copy()
        later = (self.starts + lengths)[:, np.newaxis] + np.arange(count)
        values[later], inputs[later], scales[later] = np.nan, 0.0, 1.0
        if covariates is not None:
            own = FeatureState.features(self.difference)
            inputs[positions(self.starts, lengths), own:] = covariates
        weights = None if self.weights is None else self.weights.copy()
        if weights is not None:
            weights[later] = 0.0
        return replace(
            self, lengths=lengths, values=values, inputs=inputs, local_scales=scales,
            weights=weights,
        )  # fmt: skip

    @property
    def width(self) -> int:
        """Inputs of a step, I."""
        return self.inputs.shape[1] + len(self.state.lags)

    def inputs_at(self, at: np.ndarray) -> np.ndarray:
        """Give what the network sees at positions of any shape.

        Parameters
        ----------
        at : ndarray of int
            Positions.

        Returns
        -------
        ndarray of shape [..., I], float32
            Zero after the end of a series.
        """
        lags = self.state.lags
        if not lags:
            return self.inputs[at]
        result = native.lagged_inputs(
            self.inputs, self.values, self.local_scales, at.ravel(), lags,
            own=FeatureState.features(self.difference), limit=INPUT_LIMIT,
        )  # fmt: skip
        return result.reshape(*at.shape, self.width)

    def run(
        self,
        network: Network,
        threads: int,
        which: np.ndarray | None = None,
        *,
        back: int = 1,
        lead: int = 0,
        look_back: int | None = None,
        pad: bool = False,
    ) -> tuple[np.ndarray, State]:
        """Run a network along series.

        Parameters
        ----------
        network : Network
            Its state starts at zero.
        threads : int
            Threads among which series are shared.
        which : ndarray of shape [N], int64, optional
            Positions of the series; all if not given.
        back : int, default 1
            How many last steps' outputs are wanted; no series is shorter.
        lead : int, default 0
            Steps at the end that are left out; of a shorter series all are, and its outputs are
            zero.
        look_back : int, optional
            Steps of a window before each output; else the state is carried along the series.
        pad : bool, default False
            Whether few series of one length are filled up by repetition, so that no bit of an
            output depends on which other series there are.

        Returns
        -------
        outputs : ndarray of shape [N, back, K * Q], float32
            At the last steps.
        state : State
            The network's state after each series.
        """
        lengths, starts = self.lengths, self.starts
        if which is not None:
            lengths, starts = lengths[which], starts[which]
        count = len(lengths)
        outputs = np.zeros((count, back, network.layout.outputs), np.float32)
        state = State.zeros(network.layout, count, np.float32)
        # so many at once that their inputs stay a small part of the memory
        most = int(np.clip(2**24 // (lengths.max() * self.width), 16, 1024))
        for group, whole in equal_lengths(lengths, most):
            length = whole - lead
            if length < 1:
                continue
            if pad:
                group = np.resize(group, max(len(group), FEWEST_SAMPLES))
            at = starts[group][:, np.newaxis] + np.arange(length)
            if look_back is not None:
                outputs[group] = run_windows(network, self.inputs_at(at), look_back, back, threads)
                continue
            outputs[group], after = network.run(
                self.inputs_at(at), warmup=length - back, threads=threads
            )
            state.hidden[:, group], state.cell[:, group] = after
        return outputs, state

    def last(self, count: int) -> np.ndarray:
        """Give the positions of so many values before the last one of each series, [N, count].

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        ndarray of shape [N, count], int64
            Positions.
        """
        return (self.starts + self.lengths)[:, np.newaxis] + np.arange(-count - 1, -1)

    def back(self, at: np.ndarray, count: int) -> np.ndarray:
        """Give so many last values at positions of any shape, the newest first, [..., count].

        Parameters
        ----------
        at : ndarray of int
            Positions.
        count : int
            How many values.

        Returns
        -------
        ndarray of shape [..., count]
            Values.
        """
        return self.values[at[..., np.newaxis] - np.arange(count)].astype(np.float64)

    def targets(self, at: np.ndarray) -> np.ndarray:
        """Give the targets at positions of any shape, scaled.

        Parameters
        ----------
        at : ndarray of int
            Positions.

        Returns
        -------
        ndarray of shape [..., K], float32
            The next K values, less the present one where the network is trained on differences; NaN
            where a series has ended.
        """
        ahead = sliding_window_view(self.values[1:], self.h)[at]
        return ahead - self.values[at][..., np.newaxis] if self.difference else ahead


def run_windows(
    network: Network, x: np.ndarray, look_back: int, back: int, threads: int
) -> np.ndarray:
    """Run a network to the last steps of series, each from a window of its own.

    Parameters
    ----------
    network : Network
        Its state starts at zero in each window.
    x : ndarray of shape [B, T, I]
        Inputs of each step.
    look_back : int
        Steps of a window, the one of the output included; at the start of a series there are fewer.
    back : int
        How many last steps' outputs are wanted; at most T.
    threads : int
        Threads among which windows are shared.

    Returns
    -------
    ndarray of shape [B, back, K * Q], float32
        Outputs at steps T - back to T - 1.
    """
    length = x.shape[1]
    outputs = np.empty((len(x), back, network.layout.outputs), np.float32)
    whole = max(length - back, look_back - 1)  # the first step with a whole window
    if whole > length - back:
        first, _ = network.run(x[:, :whole], warmup=length - back, threads=threads)
        outputs[:, : first.shape[1]] = first
    if whole < length:
        windows = sliding_window_view(x, look_back, axis=1)[:, whole - look_back + 1 :]
        for series, result in zip(windows, outputs[:, whole - length :], strict=True):
            for begin in range(0, len(series), _WINDOWS_AT_ONCE):
                part = slice(begin, begin + _WINDOWS_AT_ONCE)
                result[part] = network.predict(np.moveaxis(series[part], -1, 1), threads=threads)
    return outputs
