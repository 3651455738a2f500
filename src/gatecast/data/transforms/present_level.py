"""Series at their present level, for a network that knows no lasting shift of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np

from gatecast.data.panel import Panel
from gatecast.data.transforms.base import SeriesTransforms, column
from gatecast.data.transforms.level_shift import LevelShift, find_level_shift
from gatecast.data.transforms.pipeline import Step, TransformPipeline
from gatecast.messages import Message

__all__ = ["at_present_level", "panel_at_present_level", "without_level_shift"]


_Transforms = TypeVar("_Transforms", bound=TransformPipeline | SeriesTransforms)


def without_level_shift(transforms: _Transforms) -> _Transforms:
    """Leave out a shift of the level: for values that are at the present level already.

    Parameters
    ----------
    transforms : TransformPipeline or SeriesTransforms
        Of N series, or of one.

    Returns
    -------
    TransformPipeline or SeriesTransforms
        The same object where there is none.
    """
    name, steps, shifts = _find_level_shift(transforms)
    if not any(shifts):
        return transforms
    kept = tuple(step for step, shift in zip(steps, shifts, strict=True) if not shift)
    return replace(transforms, **{name: kept})


def at_present_level(
    transforms: TransformPipeline | SeriesTransforms, values: np.ndarray, start: int | np.ndarray
) -> np.ndarray:
    """Move values before a lasting shift of the level to the present level, in their own unit.

    Parameters
    ----------
    transforms : TransformPipeline or SeriesTransforms
        Of N series, or of one.
    values : ndarray of shape [N, n] or [..., n]
        In each series' own unit.
    start : int or ndarray of shape [N]
        Position of the first value.

    Returns
    -------
    ndarray of the same shape
        Values after a shift, and where there is none, are as they were.
    """
    name, steps, shifts = _find_level_shift(transforms)
    if not any(shifts):
        return values
    nth = shifts.index(True)
    until = replace(transforms, **{name: steps[: nth + 1]})
    moved = until.transform(values, start)
    step: Any = steps[nth]
    if isinstance(step, Step):
        there = step.rows >= 0
        position = np.where(there, cast("LevelShift", step.transform).position[step.rows], 0.0)
    else:
        position = step.position
    before = column(np.asarray(start)) + np.arange(values.shape[-1]) < column(position)
    return np.where(before, without_level_shift(until).inverse_transform(moved, start), values)


def panel_at_present_level(panel: Panel, memory: int) -> tuple[np.ndarray, list[Message]]:
    """Move values before a lasting shift of a series' level to the present level, in its own unit.

    Parameters
    ----------
    panel : Panel
        The series.
    memory : int
        Last values of each that the shift is looked for in.

    Returns
    -------
    values : ndarray of shape [total]
        The panel's own where no level has shifted.
    decisions : list of Message
        A sentence for each series whose level has.
    """
    values, decisions = panel.values, []
    for i, series in enumerate(panel):
        recent = series.values[-memory:]
        (position,) = find_level_shift(recent[np.newaxis])
        if position:
            shift = LevelShift.fit(recent, int(position))
            moved = shift.transform(series.values, len(recent) - len(series.values))
            values = values.copy()
            values[panel.offsets[i] : panel.offsets[i + 1]] = moved
            decisions.append(shift.describe())
    return values, decisions


def _find_level_shift(
    transforms: TransformPipeline | SeriesTransforms,
) -> tuple[str, tuple[Any, ...], list[bool]]:
    """Give the field of the steps, the steps, and of each whether it is a shift of the level."""
    name = "transforms" if isinstance(transforms, SeriesTransforms) else "steps"
    steps = getattr(transforms, name)
    kinds = (step.transform if isinstance(step, Step) else step for step in steps)
    return name, steps, [isinstance(kind, LevelShift) for kind in kinds]
