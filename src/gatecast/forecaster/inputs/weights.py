"""Sample weights: what each value counts as a target of the training loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from gatecast.data.cells import name_row
from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel, sample_of
from gatecast.data.rows import show_time
from gatecast.errors import DataError, UsageError
from gatecast.messages import Message, message

__all__ = ["read_weighted"]


def read_weighted(
    source: Any, sample_weight: Any, extra_cols: Sequence[str] = (), **columns: Any
) -> tuple[Panel, np.ndarray | None]:
    """Read the data of a fit, and what each value weighs.

    Weights pass through reading as a further column, so that they stay with their rows where these
    are sorted, and a gap has the weight of the row before it.

    Parameters
    ----------
    source : path, DataFrame, Series or Panel
        See :func:`gatecast.data.reading.read_panel`.
    sample_weight : str, array of the number of rows, or None
        A column, or the weights of the rows.
    extra_cols : sequence of str
        Columns of the covariates.
    **columns
        Which columns are what, and the frequency.

    Returns
    -------
    panel : Panel
        The series.
    weights : ndarray of shape [total] or None
        From 0 to 1, the largest being 1; None if all are the same.

    Raises
    ------
    UsageError
        If the weights are an array and the data are in a file, there are not as many weights as
        rows, or the column is a covariate.
    DataError
        If a weight is no number, negative or not finite, or all are zero.
    NotFoundError
        If there is no such file or column.
    """
    source, notes = _sample(source, sample_weight, extra_cols, columns)
    panel, weights = _read(source, sample_weight, extra_cols, columns)
    return (replace(panel, notes=(*notes, *panel.notes)) if notes else panel), weights


def _sample(
    source: Any, sample_weight: Any, extra_cols: Sequence[str], columns: dict[str, Any]
) -> tuple[Any, list[Message]]:
    """Take a sample of the series of a folder."""
    if not (sample_weight is None or isinstance(sample_weight, str)):
        return source, []
    weight = [] if sample_weight is None else [sample_weight]
    which = {name: given for name, given in columns.items() if name.endswith("_col")}
    return sample_of(source, extra_cols=(*extra_cols, *weight), **which)


def _read(
    source: Any, sample_weight: Any, extra_cols: Sequence[str], columns: dict[str, Any]
) -> tuple[Panel, np.ndarray | None]:
    """Read series and weights of what is no folder."""
    if sample_weight is None:
        return read_panel(source, extra_cols=extra_cols, **columns), None
    if not isinstance(sample_weight, str):
        if isinstance(source, (str, PathLike)):
            raise UsageError(message("weights.of_file", source=str(source)))
        if isinstance(source, Panel):
            source.require(extra_cols)
            weights = _require_numbers(sample_weight, len(source.values))
            return source, _require_weights(source, weights)
        import narwhals as nw

        from gatecast.data.reading.frames import as_frame

        frame = as_frame(source)
        sample_weight, weights = _free_name(frame.columns), sample_weight
        weights = _require_numbers(weights, frame.shape[0])
        column = nw.new_series(sample_weight, weights, backend=frame.implementation)
        source = frame.with_columns(column).to_native()
    elif sample_weight in extra_cols:
        raise UsageError(message("weights.covariate", column=sample_weight))
    panel = read_panel(source, extra_cols=(*extra_cols, sample_weight), **columns)
    weights = panel.extra[sample_weight]
    if weights.dtype == object:
        raise DataError(message("weights.names", column=sample_weight, cell=str(weights[0])))
    return panel, _require_weights(panel, weights)


def _free_name(taken: Sequence[str]) -> str:
    name = "sample_weight"
    while name in taken:
        name += "_"
    return name


def _require_numbers(sample_weight: Any, rows: int) -> np.ndarray:
    """Refuse what is not a finite number for each row."""
    try:
        weights = np.asarray(sample_weight, np.float64)
    except (TypeError, ValueError) as error:
        kind = type(sample_weight).__name__
        raise UsageError(message("weights.no_array", kind=kind)) from error
    if weights.shape != (rows,):
        shape = " x ".join(map(str, weights.shape))
        raise UsageError(message("weights.shape", shape=shape, rows=rows))
    if not np.isfinite(weights).all():
        at = int(np.argmin(np.isfinite(weights)))
        row, weight = name_row("row", at), str(weights[at])
        raise DataError(message("weights.not_finite", row=row, weight=weight))
    return weights


def _require_weights(panel: Panel, weights: np.ndarray) -> np.ndarray | None:
    """Scale weights to a largest one of 1, and refuse what cannot be one."""
    if (weights < 0).any():
        at = int(np.argmax(weights < 0))
        i = int(np.searchsorted(panel.offsets, at, side="right")) - 1
        of = "" if panel.id_col is None else message("reading.of_series", name=str(panel.ids[i]))
        time, weight = show_time(panel.times[at]), float(weights[at])
        raise DataError(message("weights.negative", weight=weight, time=time, of=of))
    most = weights.max()
    if most == 0.0:
        raise DataError(message("weights.zero"))
    return None if (weights == most).all() else weights / most
