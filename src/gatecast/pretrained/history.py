"""Go on with a panel: new rows at the end of its series."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gatecast.data.calendar import add_steps
from gatecast.data.panel import Panel
from gatecast.data.reading import NewRows, assumed_schema, read_new_rows, refuse_other_value
from gatecast.errors import DataError, NotFoundError
from gatecast.forecaster.updating import require_rows_follow
from gatecast.messages import Message

__all__ = ["append"]


def append(panel: Panel, source: Any, **columns: Any) -> tuple[Panel, list[Message]]:
    """Put new rows after the last ones.

    Parameters
    ----------
    panel : Panel
        The series so far.
    source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
        Rows that follow without a gap, of some of the series or of all; or the next values of all.
    **columns
        Names of the source's columns; those of the panel if not given.

    Returns
    -------
    panel : Panel
        Without further columns.
    notes : list of str
        What was detected in reading.

    Raises
    ------
    NotFoundError
        If there is a series that the panel does not have.
    DataError
        If times do not follow, or numbers do not fit the number of series.
    """
    if isinstance(source, (np.ndarray, list, float, int)):
        fresh, notes = _rows_of_numbers(panel, source), []
    else:
        fresh, notes = _rows_of_table(panel, source, columns)
    values, times, filled = [], [], []
    for i, series in enumerate(panel):
        part = slice(*panel.offsets[i : i + 2])
        values.append(series.values)
        times.append(series.times)
        filled.append(panel.filled[part])
        if i in fresh:
            new, gaps = fresh[i]
            last = series.times[-1:]
            values.append(new)
            times.append(
                add_steps(np.repeat(last, len(new)), np.arange(1, len(new) + 1), panel.freq)
            )
            filled.append(gaps)
    grown = np.array([len(fresh[i][0]) if i in fresh else 0 for i in range(len(panel))])
    offsets = panel.offsets + np.concatenate([[0], np.cumsum(grown)])
    grown_panel = replace(
        panel, offsets=offsets, times=np.concatenate(times), values=np.concatenate(values),
        filled=np.concatenate(filled), extra={},
    )  # fmt: skip
    return grown_panel, notes


def _rows_of_numbers(panel: Panel, source: Any) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    values = np.atleast_1d(np.asarray(source, np.float64))
    if values.ndim == 1:
        values = values[None] if len(panel) == 1 else values[:, None]
    if values.ndim != 2 or len(values) != len(panel):
        raise DataError(
            f"update() needs the next values of all {len(panel)} series, an array of shape "
            f"[{len(panel)}, n]; found shape {np.shape(source)}"
        )
    if not np.isfinite(values).all():
        raise DataError("update() was given a value that is missing or infinite: give numbers")
    return {i: (row, np.zeros(len(row), bool)) for i, row in enumerate(values)}


def _rows_of_table(
    panel: Panel, source: Any, columns: dict[str, Any]
) -> tuple[dict[int, tuple[np.ndarray, np.ndarray]], list[Message]]:
    """Read rows by what the history settled, and refuse those that do not follow."""
    ends = panel.ends()
    if isinstance(source, Panel):
        number = {series_id: i for i, series_id in enumerate(panel.ids)}
        unknown = [name for name in source.ids if name not in number]
        if unknown:
            raise NotFoundError(
                f'series "{unknown[0]}" is not one of the {len(panel)} that the model remembers: '
                "fit again with it"
            )
        rows = NewRows(source, np.array([number[name] for name in source.ids]), {}, [])
    else:
        schema = panel.schema or assumed_schema(ends, {}, ())
        rows = read_new_rows(source, (), schema=schema, ends=ends, **columns)
    for i, value in rows.last.items():
        remembered = panel.values[panel.offsets[i + 1] - 1]
        same = np.isclose(value, remembered, rtol=1e-9, atol=1e-12)
        refuse_other_value(ends, i, value, same=bool(same))
    require_rows_follow(rows.panel, ends, rows.indices)
    fresh = {}
    for j, i in enumerate(rows.indices):
        part = slice(*rows.panel.offsets[j : j + 2])
        fresh[int(i)] = (rows.panel.values[part], rows.panel.filled[part])
    return fresh, rows.notes
