"""What a network sees of each step: the value or its changes, divided by a local scale, and lags.

Either the network is trained on levels: it sees values and outputs the values to come. Or it is
trained on differences: it sees the distance from a local mean and the last change, and outputs by
how much the values to come will differ from the present one, so that an output of zero is the naive
forecast. This is decided once for all series.

In a panel of related series inputs and targets at each step are divided by a local scale: an
exponentially weighted mean of past absolute changes. A scale of the whole series would leak what is
still to come: where a series had moved less than its scale, a network would learn that it must move
more. Of long series the full-sample scale is used, which the hold-out hardly affects.

In a panel with a season the network sees seasonal lags as well, and a skip connection leads from
its inputs to its outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gatecast.data.panel import Panel, equal_lengths
from gatecast.data.stationarity import is_stationary
from gatecast.data.transforms import SeasonalAdjustment, is_seasonal
from gatecast.data.transforms.seasonal import WEEKS

__all__ = [
    "INPUT_LIMIT", "LEAST_SCALE", "FeatureState", "clip_inputs", "lags_of", "seasons_of",
    "should_difference", "typical_change",
]  # fmt: skip

#: No local scale is a smaller share of the initial one.
LEAST_SCALE = 0.25
#: No input is further from zero: what a network never saw must not carry it away.
INPUT_LIMIT = 8.0
#: Seasons that a window of lags reaches back.
_SEASONS_BACK = 4
_MOST_LAGS = 100


def should_difference(values: np.ndarray, offsets: np.ndarray) -> bool:
    """Decide whether the network is trained on differences, for all series at once.

    Parameters
    ----------
    values : ndarray of shape [total]
        Transformed training parts, one after another.
    offsets : ndarray of shape [N + 1]
        Series ``i`` is ``values[offsets[i] : offsets[i + 1]]``.

    Returns
    -------
    bool
        False if two series in three, or more, keep returning to their level
        (:func:`gatecast.data.stationarity.is_stationary`); of many series a thousand are tested.
        A constant series does not return: it stays where it is.
    """
    some = np.arange(0, len(offsets) - 1, max(1, (len(offsets) - 1) // 1000))
    returning = 0
    for which, n in equal_lengths(np.diff(offsets)[some]):
        batch = values[offsets[some[which]][:, np.newaxis] + np.arange(n)]
        returning += int((is_stationary(batch) & (np.ptp(batch, axis=-1) > 0)).sum())
    return 3 * returning < 2 * len(some)


def typical_change(values: np.ndarray, offsets: np.ndarray) -> float:
    """Give the local scale that a series without a past begins with.

    Parameters
    ----------
    values, offsets
        As for :func:`should_difference`.

    Returns
    -------
    float
        The median series' mean absolute change over one step, of those that change; 1 if none does.
    """
    moves = []
    for which, n in equal_lengths(np.diff(offsets)):
        batch = values[offsets[which][:, np.newaxis] + np.arange(n)]
        batch = batch[np.ptp(batch, axis=-1) > 0]
        if len(batch):
            moves.append(np.abs(np.diff(batch)).mean(axis=-1))
    return float(np.median(np.concatenate(moves))) if moves else 1.0


def seasons_of(panel: Panel, season_length: int) -> tuple[int, ...]:
    """Detect the seasons of a panel of related series.

    Parameters
    ----------
    panel : Panel
        Training parts; of many series a hundred are tested.
    season_length : int
        Steps in a season, m; 1 for none.

    Returns
    -------
    tuple of int
        m, unless it is 1; where that is a day, the week too if half of the series or more have one
        besides (:func:`gatecast.data.transforms.is_seasonal`, after the day was taken out).
    """
    if season_length < 2:
        return ()
    week = WEEKS.get(season_length)
    if week is None:
        return (season_length,)
    some = range(0, len(panel), max(1, len(panel) // 100))
    weekly = 0
    for i in some:
        values = panel[i].values
        if len(values) >= 3 * week:
            rest = SeasonalAdjustment.fit(values, season_length, "additive").transform(values)
            weekly += is_seasonal(rest, week)
    return (season_length, week) if 2 * weekly >= len(some) else (season_length,)


def lags_of(seasons: Sequence[int], h: int, length: int) -> tuple[int, ...]:
    """Choose the lags that a network sees where the season stays in the series.

    Parameters
    ----------
    seasons : sequence of int
        Steps in each season, the shortest first.
    h : int
        Steps to forecast.
    length : int
        Values of the median series; no lag is longer than three quarters of it.

    Returns
    -------
    tuple of int
        Lags, rising: those of the last season or the last ``h``, the fewer of both, and those
        whose phases lie ahead in the last season of each length and in the three before of the
        shortest; of these the nearest, a hundred steps or fewer.
    """
    if not seasons:
        return ()
    reached = [*seasons, *(j * seasons[0] for j in range(2, _SEASONS_BACK + 1))]
    lags = set(range(1, min(seasons[0], h) + 1))
    for back in reached:
        phases = set(range(max(1, back - h), back + 1))
        if back == seasons[0] or (4 * back <= 3 * length and len(lags | phases) <= _MOST_LAGS):
            lags |= phases
    return tuple(sorted(lags))


@dataclass
class FeatureState:
    """Make the network's inputs along series of equal length, step by step.

    It holds all that the next step needs of the past: a new value costs one step.

    Parameters
    ----------
    difference : bool
        Whether the network is trained on differences; else on levels.
    span : int
        The local mean is an exponential average with a weight of 2 / (span + 1) for the newest
        value.
    initial_scale : float or None
        Local scale of a series without a past; None where scales are 1 throughout.
    last, mean : ndarray of shape [B]
        Last value and local mean of each series; NaN before the first value.
    change_sum, weight_sum : ndarray of shape [B]
        Sums of absolute changes and of their weights; their quotient is the local scale. A change
        weighs 1 when it is new, and 1 - 1 / (4 span) of that with every further one.
    lags : tuple of int, default ()
        Lags of the earlier values that the network sees besides, less the present one; before its
        first value a series is taken to have stood there.
    recent : ndarray of shape [B, R], optional
        The values before the last one, at least as far back as the longest lag, the newest at the
        end.
    """

    difference: bool
    span: int
    initial_scale: float | None
    last: np.ndarray
    mean: np.ndarray
    change_sum: np.ndarray
    weight_sum: np.ndarray
    lags: tuple[int, ...] = ()
    recent: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def start(
        cls,
        difference: bool,
        span: int,
        series: int,
        lags: tuple[int, ...] = (),
        initial_scale: float | None = None,
        reach: int = 0,
    ) -> FeatureState:
        """Begin without a past; ``reach`` earlier values are kept, or more for the lags.

        Parameters
        ----------
        difference : bool
            Whether networks are trained on differences.
        span : int
            Of the local mean, in steps.
        series : int
            How many, B.
        lags : sequence of int
            Seasonal lags, in steps.
        initial_scale : float
            Local scale before the first change.
        reach : int
            Earlier values to keep.

        Returns
        -------
        FeatureState
            Of B series.
        """
        nothing = np.full(series, np.nan)
        recent = np.full((series, max(*lags, reach, 0)), np.nan)
        changes = np.full(series, 1.0 if initial_scale is None else initial_scale)
        return cls(
            difference, span, initial_scale, nothing, nothing.copy(), changes, np.zeros(series),
            lags, recent,
        )  # fmt: skip

    def anew(self, series: int) -> FeatureState:
        """Begin with as many other series without a past.

        Parameters
        ----------
        series : int
            How many, B.

        Returns
        -------
        FeatureState
            Of B series.
        """
        return FeatureState.start(
            self.difference, self.span, series, self.lags, self.initial_scale, self.recent.shape[1]
        )

    def of(self, which: np.ndarray) -> FeatureState:
        """Give the state of some of the series, in their order.

        Parameters
        ----------
        which : ndarray of int64 [n]
            Indices of series.

        Returns
        -------
        FeatureState
            Of n series.
        """
        return FeatureState(
            self.difference, self.span, self.initial_scale, self.last[which], self.mean[which],
            self.change_sum[which], self.weight_sum[which], self.lags, self.recent[which],
        )  # fmt: skip

    def put(self, which: np.ndarray, state: FeatureState) -> None:
        """Take over the state of some of the series.

        Parameters
        ----------
        which : ndarray of int64 [n]
            Indices of series.
        state : FeatureState
            Of n series.
        """
        self.last[which], self.mean[which] = state.last, state.mean
        self.change_sum[which], self.weight_sum[which] = state.change_sum, state.weight_sum
        self.recent[which] = state.recent

    @staticmethod
    def features(difference: bool) -> int:
        """Count the inputs of a step that are no lags.

        Parameters
        ----------
        difference : bool
            Whether networks are trained on differences.

        Returns
        -------
        int
            Inputs of a step.
        """
        return 2 if difference else 1

    @property
    def local_scale(self) -> np.ndarray:
        """Weighted mean absolute change of each series, as of its last value, [B]."""
        if self.initial_scale is None:
            return np.ones(len(self.last))
        return np.maximum(self.change_sum / self.weight_sum, LEAST_SCALE * self.initial_scale)

    def back(self, count: int) -> np.ndarray:
        """Give so many last values of each series, the newest first, [B, count].

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        ndarray [B, count]
            Transformed values.
        """
        return np.column_stack([self.recent, self.last])[:, ::-1][:, :count]

    def advance(self, values: np.ndarray, *, lags: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Go on along new values.

        Parameters
        ----------
        values : ndarray of shape [B, n]
            Transformed values.
        lags : bool, default True
            Whether the lags are wanted among the inputs.

        Returns
        -------
        inputs : ndarray of shape [B, n, I], float32
            Of each step; they depend on values up to that step and none after it.
        local_scales : ndarray of shape [B, n]
            By which inputs and targets of each step are divided; they depend on as much.
        """
        first = np.where(np.isnan(self.last), values[:, 0], self.last)
        before = np.concatenate([first[:, np.newaxis], values], axis=1)
        window = self._window(before, self.lags if lags else ())
        self.last = values[:, -1].copy()
        changes = values - before[:, :-1]
        if self.difference:
            own = np.stack([values - self._local_means(values), changes], axis=-1)
        else:
            own = values[:, :, np.newaxis]
        inputs = np.concatenate([own, window], axis=-1)
        scales = self._local_scales(np.abs(changes))
        return clip_inputs(inputs / scales[..., np.newaxis]), scales

    def _local_scales(self, changes: np.ndarray) -> np.ndarray:
        """Go on with the local scale, and give it at each of the new values."""
        scales = np.ones(changes.shape)
        if self.initial_scale is not None:
            keep = 1.0 - 1.0 / (4 * self.span)
            for t in range(changes.shape[1]):
                self.change_sum = keep * self.change_sum + changes[:, t]
                self.weight_sum = keep * self.weight_sum + 1.0
                scales[:, t] = self.local_scale
        return scales

    def _local_means(self, values: np.ndarray) -> np.ndarray:
        """Go on with the local mean, and give it at each of the new values."""
        share = 2.0 / (self.span + 1)
        mean = np.where(np.isnan(self.mean), values[:, 0], self.mean)
        means = np.empty(values.shape)
        for t in range(values.shape[1]):
            mean = mean + share * (values[:, t] - mean)
            means[:, t] = mean
        self.mean = mean
        return means

    def _window(self, before: np.ndarray, lags: tuple[int, ...]) -> np.ndarray:
        """Give the lags of new values, [B, n, lags], which follow a last one: [B, 1 + n]."""
        longest = self.recent.shape[1]
        if not longest:
            return np.zeros((*before[:, 1:].shape, 0))
        past = np.where(np.isnan(self.recent), before[:, :1], self.recent)
        # the last value was not among its own earlier ones; of a new series it stands in for them
        whole = np.concatenate([past, before], axis=1)
        self.recent = whole[:, -longest - 1 : -1].copy()
        at = np.arange(longest + 1, whole.shape[1])
        back = whole[:, at[:, np.newaxis] - np.array(lags, np.int64)]
        return back - before[:, 1:, np.newaxis]


def clip_inputs(values: np.ndarray) -> np.ndarray:
    """Keep inputs from carrying a network away, in float32.

    Parameters
    ----------
    values : ndarray
        Of any shape.

    Returns
    -------
    ndarray, float32
        Of the same shape.
    """
    return np.clip(values, -INPUT_LIMIT, INPUT_LIMIT).astype(np.float32)
