"""How a series becomes something an LSTM can learn, and how its answer becomes a forecast.

Each series is made comparable: logarithms where its spread grows with its level, a season taken out
where a test finds one, then divided by how far it usually moves within the horizon. Every decision
is fitted on the series as given, recorded in a sentence, and undone exactly.

What the network sees and says is one of two things, decided once for all series. Of series that
keep returning to their level it sees the values and says the values to come. Of series that
wander it sees the distance from a recent level and the last change, and says by how much the
values to come will differ from the present one, so that an answer of zero is the naive forecast.
In a set of related series all of these are in strides of that step: how far the series had moved
from one value to the next so far, the recent ones foremost. A unit from the whole series would know
what is still to come: where a series had moved less than that, a network would learn that it must
move more. Of long series the unit is that of the whole, which a part of it hardly changes.

Of a set of related series with a season the network sees a window of values from the seasons before
as well, and a straight path leads from there to its answer. Whether the season stays in the series
then, or is taken out first, is what values held back decide: what many series say of how a season
moves on is more than a short one's own average, and less than that of a long one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from gatecast.data.outliers import OutlierClip, tame
from gatecast.data.power import BoxCox
from gatecast.data.stationarity import is_stationary
from gatecast.data.transforms import (
    AtLeastZero,
    Log,
    MinMaxScaler,
    RobustScaler,
    SeasonalAdjustment,
    StandardScaler,
    Transform,
    is_seasonal,
)

__all__ = [
    "SCALES",
    "ChangeScaler", "Choice", "Memory", "Prepared", "Scale", "Target", "choose_target",
    "lags_of", "limited", "prepare", "seasons_of", "usual_stride",
]  # fmt: skip

Target = Literal["values", "changes"]
Choice = Literal["auto", True, False]
Scale = Literal["auto", "min-max", "standard", "robust"]
#: What can be asked for by name.
SCALES: dict[str, Any] = {
    "min-max": MinMaxScaler,
    "standard": StandardScaler,
    "robust": RobustScaler,
}

#: No stride is a smaller share of the usual one.
_LEAST_STRIDE = 0.25
#: Nothing that the network sees is further from zero: what it never saw must not carry it away.
_LIMIT = 8.0
#: Seasons that a window of lags reaches back.
_SEASONS_BACK = 4
_MOST_LAGS = 100
#: A day's steps and those of the week that may be a season too.
_WEEKS = {24: 168, 48: 336, 96: 672}
#: Logarithms of related series are taken up to this ratio of the largest value to the smallest.
_WIDEST = 1000.0


@dataclass(frozen=True)
class ChangeScaler:
    """Shift a series by its mean, and divide it by how far it usually moves.

    Attributes
    ----------
    mean : float
        Of the training part.
    change : float
        Mean absolute change over one step and over the horizon, in equal parts.
    """

    mean: float
    change: float

    @classmethod
    def fit(cls, values: np.ndarray, h: int) -> ChangeScaler:
        """Find mean and usual change of the training part.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part; finite.
        h : int
            The horizon; at most a third of the series is looked ahead.
        """
        ahead = max(1, min(h, len(values) // 3))
        changes = [np.mean(np.abs(values[k:] - values[:-k])) for k in (1, ahead) if k < len(values)]
        change = float(np.mean(changes)) if changes else 0.0
        if not change > 1e-12 * np.max(np.abs(values)):  # constant, but for rounding
            change = 1.0
        return cls(float(np.mean(values)), change)

    def transform(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Scale values of any shape."""
        return (values - self.mean) / self.change

    def inverse(self, values: np.ndarray, start: int = 0) -> np.ndarray:  # noqa: ARG002
        """Undo :meth:`transform`."""
        return values * self.change + self.mean

    def describe(self) -> str:
        """Say in one sentence what is done to the data."""
        return (
            f"values are shifted by their mean, {self.mean:.6g}, and divided by how far they "
            f"usually move within the horizon, {self.change:.6g}"
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """Hold what was decided and fitted for one series.

    Parameters
    ----------
    transforms : tuple of Transform
        In the order in which they are applied.
    """

    transforms: tuple[Transform, ...]

    def apply(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Bring values [n], the first at position ``start``, into the network's unit."""
        values = np.asarray(values, np.float64)
        for transform in self.transforms:
            values = transform.transform(values, start)
        return values

    def restore(self, values: np.ndarray, start: int) -> np.ndarray:
        """Bring values [..., n], the first at position ``start``, back to the series' own unit."""
        for transform in reversed(self.transforms):
            values = transform.inverse(values, start)
        return values

    def decisions(self) -> list[str]:
        """Say what was done, a sentence for each step."""
        return [transform.describe() for transform in self.transforms]


def prepare(
    values: np.ndarray,
    h: int,
    season_length: int,
    log: Choice | Literal["box-cox"] = "auto",
    adjust_season: Choice = "auto",
    *,
    related: bool = False,
    longer_seasons: Sequence[int] = (),
    scale: Scale = "auto",
    clip_outliers: bool = False,
) -> Prepared:
    """Decide on the transforms of one series from its own values.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part, in the series' own unit.
    h : int
        Steps to forecast.
    season_length : int
        Steps in a season, m; 1 for none. It is taken out only where the series passes
        :func:`gatecast.data.transforms.is_seasonal`.
    log, adjust_season : {"auto", True, False}, default "auto"
        Whether logarithms are taken, and the season is taken out; decided from the values if
        "auto". ``log="box-cox"`` takes a power that is chosen from the values.
    related : bool, default False
        Whether it is one of a set of related series. Logarithms are then taken of all that is above
        zero: a test of a single short series errs too often. Where the season is taken out and is a
        day, that of the week is too, if a test finds it.
    longer_seasons : sequence of int, default ()
        Further seasons, taken out after the first in the same way.
    scale : {"auto", "min-max", "standard", "robust"}, default "auto"
        What values are divided by: how far they usually move within the horizon; their range;
        deviation; or the spread of their middle half.
    clip_outliers : bool, default False
        Whether values beyond the outer fences are drawn there, once seasons are taken out.

    Raises
    ------
    DataError
        If what is asked for cannot be done with these values.
    """
    values = np.asarray(values, np.float64)
    transforms: list[Transform] = []
    # a single zero may be the lower end of a scale; two are what is counted
    if np.count_nonzero(values == 0) >= 2 and (values >= 0).all() and values.any():
        transforms.append(AtLeastZero.fit(values))
    if related:
        grows = bool((values > 0).all() and values.max() < _WIDEST * values.min())
    else:
        grows = _spread_grows_with_level(values, max(season_length, 4))
    if log == "box-cox":
        block = season_length if len(values) >= 4 * season_length else 2
        transforms.append(BoxCox.fit(values, block))
        values = transforms[-1].transform(values)
    elif grows if log == "auto" else log:
        transforms.append(Log.fit(values))
        values = transforms[-1].transform(values)
    seasons = [(season, adjust_season) for season in (season_length, *longer_seasons)]
    if related and not longer_seasons and adjust_season is not False:
        seasons.append((_WEEKS.get(season_length, 1), "auto"))
    # what is far outside would bend the seasons too
    tamed = tame(values, [season for season, _ in seasons]) if clip_outliers else values
    for season, choice in seasons:
        if is_seasonal(tamed, season) if choice == "auto" else choice:
            transforms.append(SeasonalAdjustment.fit(tamed, season, "additive"))
            values, tamed = (transforms[-1].transform(v) for v in (values, tamed))
    if clip_outliers:
        transforms.append(OutlierClip.fit(values))
        values = transforms[-1].transform(values)
    transforms.append(ChangeScaler.fit(values, h) if scale == "auto" else SCALES[scale].fit(values))
    return Prepared(tuple(transforms))


def _spread_grows_with_level(values: np.ndarray, block: int) -> bool:
    """Hold the logarithms of blocks' deviations against those of their means: slope above 1/2.

    A slope of 1 is a spread in proportion to the level, which logarithms make even (Box and Cox
    1964); 0 is an even spread already.
    """
    count = len(values) // block
    if count < 3 or not (values > 0).all():
        return False
    # relative to the largest value, so that no square overflows
    blocks = (values / values.max())[len(values) - count * block :].reshape(count, block)
    mean, deviation = np.log(blocks.mean(axis=1)), blocks.std(axis=1)
    if not (deviation > 0).all() or np.ptp(mean) < 0.05:
        return False
    x, y = mean - mean.mean(), np.log(deviation)
    slope = (x @ y) / (x @ x)
    correlation = (x @ y) / np.sqrt((x @ x) * ((y - y.mean()) @ (y - y.mean())) or 1.0)
    return bool(slope > 0.5 and correlation > 0.3)


def choose_target(series: Sequence[np.ndarray]) -> Target:
    """Decide what the network sees and says, for all series at once.

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Training parts in the network's unit.

    Returns
    -------
    {"values", "changes"}
        ``"values"`` if two series in three, or more, keep returning to their level
        (:func:`gatecast.data.stationarity.is_stationary`); of many series a thousand are asked.
        A constant series does not return: it stays where it is.
    """
    some = series[:: max(1, len(series) // 1000)]
    returning = sum(is_stationary(values) and np.ptp(values) > 0 for values in some)
    return "values" if 3 * returning >= 2 * len(some) else "changes"


def usual_stride(series: Sequence[np.ndarray]) -> float:
    """Say where a stride begins that has seen nothing yet.

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Training parts in the network's unit.

    Returns
    -------
    float
        The median series' mean absolute change over one step, of those that change.
    """
    moves = [np.abs(np.diff(values)).mean() for values in series if np.ptp(values) > 0]
    return float(np.median(moves)) if moves else 1.0


def seasons_of(series: Sequence[np.ndarray], season_length: int) -> tuple[int, ...]:
    """Find the seasons of a set of related series.

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Training parts; of many a hundred are asked.
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
    week = _WEEKS.get(season_length)
    some = series[:: max(1, len(series) // 100)]
    if week is None:
        return (season_length,)
    weekly = 0
    for values in some:
        if len(values) >= 3 * week:
            rest = SeasonalAdjustment.fit(values, season_length, "additive").transform(values)
            weekly += is_seasonal(rest, week)
    return (season_length, week) if 2 * weekly >= len(some) else (season_length,)


def lags_of(seasons: Sequence[int], h: int, usual: int) -> tuple[int, ...]:
    """Choose the window of earlier values that a network sees beside a season that stays.

    Parameters
    ----------
    seasons : sequence of int
        Steps in each season, the shortest first.
    h : int
        Steps to forecast.
    usual : int
        Values of a usual series; no more than three quarters of it are reached back.

    Returns
    -------
    tuple of int
        Steps back, rising: those of the last season or the last ``h``, the fewer of both, and those
        whose phases lie ahead in the last season of each length and in the three before of the
        shortest; of these the nearest, a hundred steps or fewer.
    """
    if not seasons:
        return ()
    reached = [*seasons, *(j * seasons[0] for j in range(2, _SEASONS_BACK + 1))]
    found = set(range(1, min(seasons[0], h) + 1))
    for back in reached:
        phases = set(range(max(1, back - h), back + 1))
        if back == seasons[0] or (4 * back <= 3 * usual and len(found | phases) <= _MOST_LAGS):
            found |= phases
    return tuple(sorted(found))


@dataclass
class Memory:
    """Walk along series of equal length and make the network's inputs, step by step.

    What it holds is all that the next step needs of the past: a new value costs one step.

    Parameters
    ----------
    target : {"values", "changes"}
        See the top of this module.
    span : int
        The recent level forgets so that the last ``span`` values have most of the weight (an
        exponential average, with 2 / (span + 1) for the newest value).
    usual : float or None
        Where a stride begins that has seen nothing yet; None if it is 1 throughout.
    last, level : ndarray of shape [B]
        Last value and recent level of each series; NaN before the first value.
    moved, weight : ndarray of shape [B]
        Sums of absolute changes and of their weights; their quotient is the stride. A change weighs
        1 when it is new, and 1 - 1 / (4 span) of that with every further one.
    lags : tuple of int, default ()
        Steps back of the window of earlier values that the network sees besides, less the present
        one; before its first value a series stood there.
    recent : ndarray of shape [B, R], optional
        The values before the last one, at least as far back as the longest lag, the newest at the
        end.
    """

    target: Target
    span: int
    usual: float | None
    last: np.ndarray
    level: np.ndarray
    moved: np.ndarray
    weight: np.ndarray
    lags: tuple[int, ...] = ()
    recent: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def start(
        cls,
        target: Target,
        span: int,
        series: int,
        lags: tuple[int, ...] = (),
        usual: float | None = None,
        reach: int = 0,
    ) -> Memory:
        """Begin without a past; ``reach`` earlier values are kept, or more for the lags."""
        nothing = np.full(series, np.nan)
        recent = np.full((series, max(*lags, reach, 0)), np.nan)
        moved = np.full(series, 1.0 if usual is None else usual)
        return cls(
            target, span, usual, nothing, nothing.copy(), moved, np.zeros(series), lags, recent
        )

    def anew(self, series: int) -> Memory:
        """Begin with as many other series without a past."""
        return Memory.start(
            self.target, self.span, series, self.lags, self.usual, self.recent.shape[1]
        )

    def of(self, which: np.ndarray) -> Memory:
        """Give the memory of some of the series, in their order."""
        return Memory(
            self.target, self.span, self.usual, self.last[which], self.level[which],
            self.moved[which], self.weight[which], self.lags,
            self.recent[which],
        )  # fmt: skip

    def put(self, which: np.ndarray, memory: Memory) -> None:
        """Take over the memory of some of the series."""
        self.last[which], self.level[which] = memory.last, memory.level
        self.moved[which], self.weight[which] = memory.moved, memory.weight
        self.recent[which] = memory.recent

    @staticmethod
    def features(target: Target) -> int:
        """Count the inputs of a step that are no lags."""
        return 1 if target == "values" else 2

    @property
    def stride(self) -> np.ndarray:
        """How far each series usually moves in a step, as of its last value, [B]."""
        if self.usual is None:
            return np.ones(len(self.last))
        return np.maximum(self.moved / self.weight, _LEAST_STRIDE * self.usual)

    def back(self, count: int) -> np.ndarray:
        """Give so many last values of each series, the newest first, [B, count]."""
        return np.column_stack([self.recent, self.last])[:, ::-1][:, :count]

    def walk(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Go on along new values.

        Parameters
        ----------
        values : ndarray of shape [B, n]
            In the network's unit.

        Returns
        -------
        inputs : ndarray of shape [B, n, I], float32
            Of each step; they know values up to that step and none after it.
        strides : ndarray of shape [B, n]
            In which inputs and answers of each step are measured; they know as much.
        """
        before = np.column_stack([np.where(np.isnan(self.last), values[:, 0], self.last), values])
        window = self._window(before)
        self.last = values[:, -1].copy()
        changes = values - before[:, :-1]
        if self.target == "values":
            own = values[:, :, np.newaxis]
        else:
            own = np.stack([values - self._levels(values), changes], axis=-1)
        inputs = np.concatenate([own, window], axis=-1)
        strides = self._strides(np.abs(changes))
        return limited(inputs / strides[..., np.newaxis]), strides

    def _strides(self, moves: np.ndarray) -> np.ndarray:
        """Go on with the stride, and give it at each of the new values."""
        strides = np.ones(moves.shape)
        if self.usual is not None:
            keep = 1.0 - 1.0 / (4 * self.span)
            for t in range(moves.shape[1]):
                self.moved = keep * self.moved + moves[:, t]
                self.weight = keep * self.weight + 1.0
                strides[:, t] = self.stride
        return strides

    def _levels(self, values: np.ndarray) -> np.ndarray:
        """Go on with the recent level, and give it at each of the new values."""
        share = 2.0 / (self.span + 1)
        level = np.where(np.isnan(self.level), values[:, 0], self.level)
        levels = np.empty(values.shape)
        for t in range(values.shape[1]):
            level = level + share * (values[:, t] - level)
            levels[:, t] = level
        self.level = level
        return levels

    def _window(self, before: np.ndarray) -> np.ndarray:
        """Give the lags of new values, [B, n, lags], which follow a last one: [B, 1 + n]."""
        longest = self.recent.shape[1]
        if not longest:
            return np.zeros((*before[:, 1:].shape, 0))
        first = np.isnan(self.recent)
        past = np.where(first, before[:, :1], self.recent)
        # the last value was not among its own earlier ones; of a new series it stands in for them
        whole = np.concatenate([past, before], axis=1)
        self.recent = whole[:, -longest - 1 : -1].copy()
        at = np.arange(longest + 1, whole.shape[1])
        back = whole[:, at[:, np.newaxis] - np.array(self.lags, np.int64)]
        return back - before[:, 1:, np.newaxis]


def limited(values: np.ndarray) -> np.ndarray:
    """Keep inputs from carrying a network away, in float32."""
    return np.clip(values, -_LIMIT, _LIMIT).astype(np.float32)
