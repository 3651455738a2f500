"""The transforms of a panel: decided and fitted series by series, held as one array a parameter.

Each series is made comparable: logarithms where its spread grows with its level, a season taken out
where a test detects one, then divided by its mean absolute change. All work is done on batches of
series of equal length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from gatecast.data.panel import equal_lengths
from gatecast.data.transforms.base import SeriesTransforms, Transform, take
from gatecast.data.transforms.boxcox import BoxCox, Log, spread_grows_with_level
from gatecast.data.transforms.level_shift import LevelShift, find_level_shift
from gatecast.data.transforms.outliers import OutlierClip, hampel_clip
from gatecast.data.transforms.scalers import (
    MeanAbsoluteChangeScaler,
    MinMaxScaler,
    NonNegative,
    RobustScaler,
    StandardScaler,
)
from gatecast.data.transforms.seasonal import (
    WEEKS,
    FourierSeason,
    SeasonalAdjustment,
    fit_season,
    is_seasonal,
)
from gatecast.errors import DataError
from gatecast.messages import Message, message

__all__ = [
    "KINDS", "SCALES", "Choice", "Scale", "SeriesTransforms", "Step", "TransformPipeline",
    "Treatment",
]  # fmt: skip

Choice: TypeAlias = Literal["auto", True, False]
Scale: TypeAlias = Literal["auto", "min-max", "standard", "robust"]
#: The scalers that can be requested by name.
SCALES: dict[str, Any] = {
    "min-max": MinMaxScaler,
    "standard": StandardScaler,
    "robust": RobustScaler,
}

#: All kinds of transform, in the order in which they are applied; one scaler comes last.
KINDS: tuple[type, ...] = (
    NonNegative, BoxCox, Log, LevelShift, SeasonalAdjustment, FourierSeason,
    OutlierClip, MeanAbsoluteChangeScaler, *SCALES.values(),
)  # fmt: skip

#: Logarithms of a panel's series are taken up to this ratio of the largest value to the smallest.
_WIDEST = 1000.0


@dataclass(frozen=True)
class Treatment:
    """Say what is done to each series, and what is left to tests.

    Parameters
    ----------
    h : int
        Steps to forecast.
    seasons : tuple of int, default (1,)
        Steps in each season, from short to long; ``(1,)`` for none. One is taken out only where a
        series passes :func:`gatecast.data.transforms.is_seasonal`.
    log : {"auto", True, False, "box-cox"}, default "auto"
        Whether logarithms are taken; decided from the values if "auto". ``"box-cox"`` takes a power
        that is chosen from the values.
    adjust_season : {"auto", True, False}, default "auto"
        Whether seasons are taken out; decided from the values if "auto".
    related : bool, default False
        Whether series belong to a panel of related ones. Logarithms are then taken of all that is
        above zero: a test of a single short series errs too often. Where the season is a day and is
        the only one, that of the week is taken out too, if a test detects it. Of others, a lasting
        shift of the level near the end is taken out, if a test detects it.
    scale : {"auto", "min-max", "standard", "robust"}, default "auto"
        What values are divided by: their mean absolute change within the horizon; their range;
        deviation; or the spread of their middle half.
    clip_outliers : bool, default False
        Whether values beyond the outer fences are clipped, once seasons are taken out.
    """

    h: int
    seasons: tuple[int, ...] = (1,)
    log: Choice | Literal["box-cox"] = "auto"
    adjust_season: Choice = "auto"
    related: bool = False
    scale: Scale = "auto"
    clip_outliers: bool = False

    def choices(self) -> list[tuple[int, Choice]]:
        """List the seasons that may be taken out, each with whether it is.

        Returns
        -------
        list of (int, choice)
            From short to long.
        """
        result: list[tuple[int, Choice]] = [(m, self.adjust_season) for m in self.seasons]
        if self.related and len(self.seasons) == 1 and self.adjust_season is not False:
            result.append((WEEKS.get(self.seasons[0], 1), "auto"))
        return result


@dataclass(frozen=True, eq=False)
class Step:
    """One transform of a pipeline, and the series that it applies to.

    Parameters
    ----------
    transform : Transform
        With an array of shape [R, ...] for each parameter.
    rows : ndarray of shape [N], int64
        Row of each series in the parameters; -1 where the transform is left out.
    """

    transform: Transform
    rows: np.ndarray

    def of(self, which: np.ndarray) -> Step:
        """Give the step for some of the series, in their order.

        Parameters
        ----------
        which : ndarray of shape [B]
            Positions of the series.

        Returns
        -------
        Step
            Of B series.
        """
        return Step(self.transform, self.rows[which])

    def transformed(
        self, values: np.ndarray, start: int | np.ndarray, *, inverse: bool = False
    ) -> np.ndarray:
        """Apply or undo it; values [..., N, n], the first of each at position ``start``.

        Parameters
        ----------
        values : ndarray of shape [..., N, n]
            Of all series.
        start : int or ndarray of shape [N]
            Position of the first value.
        inverse : bool, default False
            Whether it is undone.

        Returns
        -------
        ndarray of shape [..., N, n]
            Values where it does not apply are as they were.
        """
        there = self.rows >= 0
        of_all = there.all()
        if not of_all and not there.any():
            return values
        fitted: Any = take(self.transform, self.rows if of_all else self.rows[there])
        step = fitted.inverse_transform if inverse else fitted.transform
        if of_all:
            return step(values, start)
        values = np.array(values, np.float64)
        some = start if np.ndim(start) == 0 else start[there]  # pyright: ignore[reportIndexIssue]
        values[..., there, :] = step(values[..., there, :], some)
        return values


@dataclass(frozen=True, eq=False)
class TransformPipeline:
    """Hold what was decided and fitted for each series of a panel.

    Parameters
    ----------
    steps : tuple of Step
        In the order in which they are applied.
    count : int
        How many series, N.
    treatment : Treatment
        By which they were decided on.
    """

    steps: tuple[Step, ...]
    count: int
    treatment: Treatment

    @classmethod
    def fit(
        cls, values: np.ndarray, offsets: np.ndarray, treatment: Treatment, names: Any = None
    ) -> TransformPipeline:
        """Decide on the transforms of each series from its own values.

        Parameters
        ----------
        values : ndarray of shape [total], float64
            Training parts, one after another, in the series' own unit.
        offsets : ndarray of shape [N + 1]
            Series ``i`` is ``values[offsets[i] : offsets[i + 1]]``.
        treatment : Treatment
            What is requested.
        names : callable, optional
            From the position of a series to what an error calls it.

        Returns
        -------
        TransformPipeline
            Of N series.

        Raises
        ------
        DataError
            If what is requested cannot be done with the values of a series.
        """
        values = np.asarray(values, np.float64)
        lengths = np.diff(offsets)
        parts: dict[Any, list[tuple[np.ndarray, Transform]]] = {}
        for which, n in equal_lengths(lengths):
            batch = values[offsets[which][:, np.newaxis] + np.arange(n)]
            try:
                result = _fit_batch(batch, treatment)
            except DataError:
                _name_the_series(values, offsets, treatment, names)
                raise
            for slot, there, transform in result:
                parts.setdefault(slot, []).append((which[there], transform))
        order = sorted(parts)
        steps = tuple(_joined(parts[slot], len(lengths)) for slot in order)
        return cls(steps, len(lengths), treatment)

    @classmethod
    def fit_one(cls, values: np.ndarray, treatment: Treatment) -> SeriesTransforms:
        """Decide on the transforms of one series; as :meth:`fit`.

        Parameters
        ----------
        values : ndarray of shape [n]
            The training part.
        treatment : Treatment
            What is requested.

        Returns
        -------
        SeriesTransforms
            Of one series.
        """
        return cls.fit(values, np.array([0, len(values)]), treatment)[0]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> SeriesTransforms:
        steps = (step for step in self.steps if step.rows[i] >= 0)
        return SeriesTransforms(tuple(take(step.transform, int(step.rows[i])) for step in steps))

    def of(self, which: np.ndarray) -> TransformPipeline:
        """Give the transforms of some of the series, in their order.

        Parameters
        ----------
        which : ndarray of shape [B]
            Positions of the series.

        Returns
        -------
        TransformPipeline
            Of B series.
        """
        steps = tuple(step.of(which) for step in self.steps)
        return TransformPipeline(steps, len(which), self.treatment)

    def transform(self, values: np.ndarray, start: int | np.ndarray = 0) -> np.ndarray:
        """Scale the values of all series for the network.

        Parameters
        ----------
        values : ndarray of shape [N, n]
            In each series' own unit.
        start : int or ndarray of shape [N], default 0
            Position of the first value, counted from that of the training part.

        Returns
        -------
        ndarray of shape [N, n]
            Scaled values.
        """
        for step in self.steps:
            values = step.transformed(values, start)
        return values

    def inverse_transform(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        """Bring scaled values back to each series' own unit; as :meth:`transform`.

        Parameters
        ----------
        values : ndarray of shape [..., N, n]
            Transformed values; of several forecasts, one after another.
        start : int or ndarray of shape [N]
            Position of the first value.

        Returns
        -------
        ndarray of shape [..., N, n]
            In the series' own unit.
        """
        for step in reversed(self.steps):
            values = step.transformed(values, start, inverse=True)
        return values

    def transform_flat(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Scale series of any lengths, one after another from their first values on.

        Parameters
        ----------
        values : ndarray of shape [total]
            In each series' own unit.
        offsets : ndarray of shape [N + 1]
            Series ``i`` is ``values[offsets[i] : offsets[i + 1]]``.

        Returns
        -------
        ndarray of shape [total]
            Scaled values.
        """
        scaled = np.empty(len(values))
        for which, n in equal_lengths(np.diff(offsets)):
            at = offsets[which][:, np.newaxis] + np.arange(n)
            scaled[at] = self.of(which).transform(np.asarray(values[at], np.float64))
        return scaled

    def decisions(self, names: Sequence[Any] | np.ndarray) -> list[Message]:
        """Describe what is done to the series, a sentence for each transform.

        Parameters
        ----------
        names : sequence of length N
            Of the series.

        Returns
        -------
        list of Message
            In the order in which transforms are applied; of several series which they are, and the
            ranges of what differs: of logarithms and of other values apart.
        """
        if self.count == 1:
            return self[0].decisions()
        sentences, in_logarithms = [], np.zeros(self.count, bool)
        for step in self.steps:
            which = step.rows >= 0
            for part in (which & ~in_logarithms, which & in_logarithms):
                if part.any():
                    decision = take(step.transform, step.rows[part]).describe()
                    sentences.append(self._of_which(part, decision, names))
            if isinstance(step.transform, Log):
                in_logarithms |= which
        return sentences

    def _of_which(
        self, which: np.ndarray, decision: Message, names: Sequence[Any] | np.ndarray
    ) -> Message:
        """Say of which series a decision is."""
        if which.all():
            fields = {"n": self.count} if self.count > 2 else {}
            return message(
                "transform.of_all" if fields else "transform.of_both", decision=decision, **fields
            )
        shown = [str(names[int(i)]) for i in np.flatnonzero(which)]
        return message(
            "transform.of_some", k=len(shown), n=self.count, names=shown, decision=decision
        )


def _fit_batch(
    values: np.ndarray, treatment: Treatment
) -> list[tuple[tuple[int, int], np.ndarray, Transform]]:
    """Decide on the transforms of series of equal length [B, n].

    Returns
    -------
    list of (slot, which, transform)
        The transform's place in the pipeline, the series that it applies to, and its parameters.
    """
    t = treatment
    result: list[tuple[tuple[int, int], np.ndarray, Transform]] = []
    values = values.copy()
    every = np.arange(len(values))
    # a single zero may be the lower end of a scale; two are what is counted
    counted = (np.count_nonzero(values == 0, axis=-1) >= 2) & (values >= 0).all(axis=-1)
    counted = np.flatnonzero(counted & values.any(axis=-1))
    if len(counted):
        result.append(((0, 0), counted, NonNegative.fit(values[counted])))
    if t.log == "box-cox":
        block = t.seasons[0] if values.shape[-1] >= 4 * t.seasons[0] else 2
        power = BoxCox.fit(values, block)
        result.append(((1, 0), every, power))
        values = power.transform(values)
    else:
        grows = _grows(values, t) if t.log == "auto" else np.full(len(values), bool(t.log))
        if grows.any():
            log = Log.fit(values[grows])
            result.append(((2, 0), np.flatnonzero(grows), log))
            values[grows] = log.transform(values[grows])
    if not t.related:
        shifted = find_level_shift(values)
        there = np.flatnonzero(shifted)
        if len(there):
            shift = LevelShift.fit(values[there], shifted[there])
            result.append(((2, 1), there, shift))
            values[there] = shift.transform(values[there])
    # what is far outside would bend the seasons too
    choices = t.choices()
    clipped = hampel_clip(values, [m for m, _ in choices]) if t.clip_outliers else values
    for nth, (season, choice) in enumerate(choices):
        there = is_seasonal(clipped, season) if choice == "auto" else np.full(len(values), choice)
        if there.any():
            adjustment = fit_season(clipped[there], season)
            result.append(((3, nth), np.flatnonzero(there), adjustment))
            # without outliers to clip the two are one array
            for array in {id(values): values, id(clipped): clipped}.values():
                array[there] = adjustment.transform(array[there])
    if t.clip_outliers:
        clip = OutlierClip.fit(values)
        result.append(((4, 0), every, clip))
        values = clip.transform(values)
    auto = t.scale == "auto"
    scaler = MeanAbsoluteChangeScaler.fit(values, t.h) if auto else SCALES[t.scale].fit(values)
    return [*result, ((5, 0), every, scaler)]


def _grows(values: np.ndarray, treatment: Treatment) -> np.ndarray:
    """Decide where logarithms are taken, [B]."""
    if treatment.related:
        low, high = values.min(axis=-1), values.max(axis=-1)
        return (low > 0) & (high < _WIDEST * low)
    return spread_grows_with_level(values, max(treatment.seasons[0], 4))


def _joined(parts: Iterable[tuple[np.ndarray, Transform]], count: int) -> Step:
    """Put the parameters of the batches one after another."""
    which, fitted = zip(*parts, strict=True)
    arrays = {
        f.name: np.concatenate([getattr(part, f.name) for part in fitted])
        for f in fields(fitted[0])
        if isinstance(getattr(fitted[0], f.name), np.ndarray)
    }
    rows = np.full(count, -1, np.int64)
    chosen = np.concatenate(which)
    rows[chosen] = np.arange(len(chosen))
    return Step(replace(fitted[0], **arrays), rows)


def _name_the_series(
    values: np.ndarray, offsets: np.ndarray, treatment: Treatment, names: Any
) -> None:
    """Find the first series that cannot be treated as requested, and say which it is.

    Raises
    ------
    DataError
        With the name of the series in front.
    """
    if names is None:
        return
    for i in range(len(offsets) - 1):
        _fit_named(values[np.newaxis, offsets[i] : offsets[i + 1]], treatment, names(i))


def _fit_named(values: np.ndarray, treatment: Treatment, name: str) -> None:
    try:
        _fit_batch(values, treatment)
    except DataError as error:
        raise DataError(message("series.reason", series=name, reason=error.message)) from error
