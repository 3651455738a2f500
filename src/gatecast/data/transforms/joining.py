"""Two transform pipelines become one, of the series of both."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from gatecast.data.transforms.base import Transform
from gatecast.data.transforms.pipeline import KINDS, Step, TransformPipeline
from gatecast.data.transforms.seasonal import SeasonalAdjustment

__all__ = ["join_pipelines"]


def join_pipelines(one: TransformPipeline, other: TransformPipeline) -> TransformPipeline:
    """Put the series of one pipeline after those of another.

    Parameters
    ----------
    one, other : TransformPipeline
        Fitted by the same treatment, of N and M series.

    Returns
    -------
    TransformPipeline
        Of N + M series; what is done to each of them is what was done before.
    """
    steps = {_slot(step.transform): step for step in one.steps}
    others = {_slot(step.transform): step for step in other.steps}
    joined = tuple(
        _join_steps(steps.get(slot), others.get(slot), one.count, other.count)
        for slot in sorted({*steps, *others})
    )
    return TransformPipeline(joined, one.count + other.count, one.treatment)


def _slot(transform: Transform) -> tuple[int, int]:
    """Give a transform's place: its kind, and the steps of a season."""
    season = transform.indices.shape[-1] if isinstance(transform, SeasonalAdjustment) else 0
    return KINDS.index(type(transform)), season


def _join_steps(one: Step | None, other: Step | None, count: int, other_count: int) -> Step:
    """Join a step that one of two pipelines may lack."""
    rows = np.full(count, -1, np.int64) if one is None else one.rows
    other_rows = np.full(other_count, -1, np.int64) if other is None else other.rows
    if one is None or other is None:
        present = one or other
        assert present is not None
        return replace(present, rows=np.concatenate([rows, other_rows]))
    names = [f.name for f in fields(one.transform)]  # pyright: ignore[reportArgumentType]
    arrays: dict[str, Any] = {
        name: np.concatenate([value, getattr(other.transform, name)])
        for name in names
        if isinstance(value := getattr(one.transform, name), np.ndarray)
    }
    other_rows = np.where(other_rows >= 0, other_rows + rows.max() + 1, -1)
    transform = replace(one.transform, **arrays)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return Step(transform, np.concatenate([rows, other_rows]))
