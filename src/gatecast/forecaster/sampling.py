"""The series of a panel as the network meets them: whole, for forecasts; in stretches, to learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.forecaster.recipe import Memory, Target, limited
from gatecast.kernel import State
from gatecast.network import Network, Samples

__all__ = ["Stretches", "Tracks", "over_windows"]

_WINDOWS_AT_ONCE = 4096


@dataclass
class Tracks:
    """Hold all series in the network's unit, one after another, with the inputs of every step.

    Parameters
    ----------
    target : {"values", "changes"}
        What the network sees and says.
    h : int
        Steps to forecast, K.
    lengths : ndarray of shape [N]
        Values of each series.
    starts : ndarray of shape [N]
        Position of each series' first value.
    values : ndarray of shape [total], float32
        The series, each followed by NaN, so that no forecast of one has its target in the next, and
        preceded by its first value as far as is looked back.
    inputs : ndarray of shape [total, I - lags], float32
        What the network sees at each step but the lags, which are looked up; zero after the end of
        a series.
    strides : ndarray of shape [total], float32
        In which inputs and answers of each step are measured.
    memory : Memory
        What a next step would need of each series' past.
    """

    target: Target
    h: int
    lengths: np.ndarray
    starts: np.ndarray
    values: np.ndarray
    inputs: np.ndarray
    strides: np.ndarray
    memory: Memory

    @classmethod
    def lay(
        cls,
        series: Sequence[np.ndarray],
        target: Target,
        span: int,
        h: int,
        seen: Sequence[np.ndarray] | None = None,
        lags: tuple[int, ...] = (),
        usual: float | None = None,
        reach: int = 0,
    ) -> Tracks:
        """Put series [n], in the network's unit, one after another.

        ``seen`` [n, E] is what the network sees of each series' steps besides its values; ``usual``
        and ``reach`` are as in :class:`gatecast.forecaster.recipe.Memory`.
        """
        memory = Memory.start(target, span, len(series), lags, usual, reach)
        longest = memory.recent.shape[1]
        lengths = np.array([len(values) for values in series])
        ends = np.cumsum(longest + lengths + h + 1)
        values = np.full(ends[-1], np.nan, np.float32)
        own = Memory.features(target)
        besides = seen[0].shape[1] if seen is not None else 0
        inputs = np.zeros((ends[-1], own + besides), np.float32)
        tracks = cls(
            target, h, lengths, ends - h - 1 - lengths, values, inputs,
            np.ones(ends[-1], np.float32), memory,
        )  # fmt: skip
        for group, length in tracks.groups():
            memory = tracks.memory.anew(len(group))
            stacked = np.stack([series[i] for i in group])
            first = tracks.starts[group][:, np.newaxis]
            at = first + np.arange(length)
            seen_then, tracks.strides[at] = memory.walk(stacked)
            values[at], inputs[at, :own] = stacked, seen_then[:, :, :own]
            values[first - np.arange(1, longest + 1)] = stacked[:, :1]
            if seen is not None:
                inputs[at, own:] = np.stack([seen[i] for i in group])
            tracks.memory.put(group, memory)
        return tracks

    @property
    def width(self) -> int:
        """Inputs of a step, I."""
        return self.inputs.shape[1] + len(self.memory.lags)

    def seen(self, at: np.ndarray) -> np.ndarray:
        """Give what the network sees at positions of any shape.

        Returns
        -------
        ndarray of shape [..., I], float32
            Zero after the end of a series.
        """
        lags = self.memory.lags
        if not lags:
            return self.inputs[at]
        own = Memory.features(self.target)
        found = np.empty((*at.shape, self.width), np.float32)
        narrow = self.inputs[at]
        found[..., :own], found[..., own + len(lags) :] = narrow[..., :own], narrow[..., own:]
        present, stride = self.values[at], self.strides[at]
        for i, lag in enumerate(lags, own):
            found[..., i] = np.nan_to_num(limited((self.values[at - lag] - present) / stride))
        return found

    def groups(self, most: int = 1024) -> Iterator[tuple[np.ndarray, int]]:
        """Give the series of equal length together, at most so many at once."""
        order = np.argsort(self.lengths, kind="stable")
        borders = np.flatnonzero(np.diff(self.lengths[order])) + 1
        for same in np.split(order, borders):
            for begin in range(0, len(same), most):
                yield same[begin : begin + most], int(self.lengths[same[0]])

    def run(
        self,
        network: Network,
        threads: int,
        *,
        back: int = 1,
        lead: int = 0,
        look_back: int | None = None,
    ) -> tuple[np.ndarray, State]:
        """Walk a network along every series.

        Parameters
        ----------
        network : Network
            Its memory starts empty.
        threads : int
            Threads among which series are shared.
        back : int, default 1
            How many last steps' outputs are wanted; no series is shorter.
        lead : int, default 0
            Steps at the end that are not walked; of a shorter series none is, and its outputs are
            zero.
        look_back : int, optional
            Steps of a window before each output; else the memory is carried along the series.

        Returns
        -------
        outputs : ndarray of shape [N, back, K * Q], float32
            What it says at the last steps.
        state : State
            Its memory of each series.
        """
        count = len(self.lengths)
        outputs = np.zeros((count, back, network.layout.outputs), np.float32)
        state = State.zeros(network.layout, count, np.float32)
        # so many at once that what they see stays a small part of the memory
        most = int(np.clip(2**24 // (self.lengths.max() * self.width), 16, 1024))
        for group, whole in self.groups(most):
            length = whole - lead
            if length < 1:
                continue
            at = self.starts[group][:, np.newaxis] + np.arange(length)
            if look_back is not None:
                outputs[group] = over_windows(network, self.seen(at), look_back, back, threads)
                continue
            outputs[group], memory = network.run(
                self.seen(at), warmup=length - back, threads=threads
            )
            state.hidden[:, group], state.cell[:, group] = memory
        return outputs, state

    def last(self, count: int) -> np.ndarray:
        """Give the positions of so many values before the last one of each series, [N, count]."""
        return (self.starts + self.lengths)[:, np.newaxis] + np.arange(-count - 1, -1)

    def back(self, at: np.ndarray, count: int) -> np.ndarray:
        """Give so many last values at positions of any shape, the newest first, [..., count]."""
        return self.values[at[..., np.newaxis] - np.arange(count)].astype(np.float64)

    def targets(self, at: np.ndarray) -> np.ndarray:
        """Give what the network should say at positions of any shape, in its unit.

        Returns
        -------
        ndarray of shape [..., K], float32
            The next K values, less the present one where the target is changes; NaN where a
            series has ended.
        """
        ahead = sliding_window_view(self.values[1:], self.h)[at]
        if self.target == "values":
            return ahead
        return ahead - self.values[at][..., np.newaxis]


def over_windows(
    network: Network, x: np.ndarray, look_back: int, back: int, threads: int
) -> np.ndarray:
    """Give what a network says at the last steps of series, each from a window of its own.

    Parameters
    ----------
    network : Network
        Its memory starts empty in each window.
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
        for series, found in zip(windows, outputs[:, whole - length :], strict=True):
            for begin in range(0, len(series), _WINDOWS_AT_ONCE):
                part = slice(begin, begin + _WINDOWS_AT_ONCE)
                found[part] = network.predict(np.moveaxis(series[part], -1, 1), threads=threads)
    return outputs


class Stretches:
    """Draw stretches of the series at random, with a target after each of their steps.

    Long series are drawn more often than short ones, by the square root of the places where a
    stretch can begin: none is forgotten, and none rules.

    Parameters
    ----------
    tracks : Tracks
        The series.
    length, warmup : int
        Steps of a stretch, T, and those at its start that have no target.
    batch : int
        Stretches of an update, B.
    epoch : int, default 1
        Updates for which stretches are drawn at once.
    least : int, optional
        Steps of a series that a stretch holds; the steps that it lacks at its end have no targets.
        If not given a stretch is whole, and only a shorter series is drawn with fewer steps.
    """

    def __init__(
        self,
        tracks: Tracks,
        length: int,
        warmup: int,
        batch: int,
        epoch: int = 1,
        least: int | None = None,
    ) -> None:
        self.tracks, self.length, self.warmup = tracks, length, warmup
        self.batch, self.epoch = batch, epoch
        self.places = np.maximum(tracks.lengths - (least or length), 0) + 1
        share = np.sqrt(self.places)
        self.share = share / share.sum()
        # targets of a common size at every step of the horizon, so that one learning rate does
        self.scale = np.ones(tracks.h, np.float32)
        seen = self.draw(np.random.default_rng(0))
        assert seen.weights is not None
        weight = seen.weights.sum(axis=(0, 1), dtype=np.float64)
        squares = (seen.weights * np.square(seen.y, dtype=np.float64)).sum(axis=(0, 1))
        root = np.sqrt(squares / np.maximum(weight, 1.0))
        self.scale = np.where(root > 1e-6, root, 1.0).astype(np.float32)

    def draw(self, rng: np.random.Generator) -> Samples:
        """Draw the samples of one epoch.

        Their y [epoch * B, T - warmup, K] are in strides of their steps, in units of ``scale``.
        """
        tracks = self.tracks
        chosen = rng.choice(len(self.share), self.epoch * self.batch, p=self.share)
        begin = tracks.starts[chosen] + rng.integers(0, self.places[chosen])
        end = tracks.starts[chosen] + tracks.lengths[chosen]
        at = np.minimum(begin[:, np.newaxis] + np.arange(self.length), end[:, np.newaxis])
        now = at[:, self.warmup :]
        y = tracks.targets(now) / (tracks.strides[now][..., np.newaxis] * self.scale)
        there = np.isfinite(y)
        return Samples(tracks.seen(at), np.where(there, y, 0.0), there.astype(np.float32))
