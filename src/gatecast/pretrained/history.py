"""Go on with a panel: new rows at the end of its series, and further series."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gatecast.data.calendar import add_steps
from gatecast.data.panel import Panel, offsets_of
from gatecast.data.reading import (
    assumed_schema,
    read_histories,
    read_new_rows,
    refuse_other_value,
    split_rows,
)
from gatecast.errors import DataError
from gatecast.forecaster.forecasting.new_rows import (
    NUMBERS,
    require_numbers,
    require_rows_follow,
    with_history,
)
from gatecast.messages import Message, message

__all__ = ["FEWEST_VALUES", "append", "read_others"]

#: Values that a series needs.
FEWEST_VALUES = 3


def read_others(panel: Panel, source: Any) -> tuple[Panel, list[Message]]:
    """Read whole histories of any series, written like the table of a panel.

    Parameters
    ----------
    panel : Panel
        What was read before.
    source : path, DataFrame, Series or Panel
        The table.

    Returns
    -------
    others : Panel
        Its series, with the frequency of the panel.
    notes : list of str
        What was detected in reading.

    Raises
    ------
    NotFoundError, UsageError, DataError
        If the table cannot be read like that of the panel, or a series is too short.
    """
    if isinstance(source, Panel):
        others, notes = source, []
    else:
        ends = panel.ends()
        schema = panel.schema or assumed_schema(ends, {}, ())
        others, notes = read_histories(source, (), schema=schema, ends=ends)
    usable, short = with_history(others, panel.freq, FEWEST_VALUES)
    return usable or others, [*notes, *short]


def _join(panel: Panel, others: Panel) -> Panel:
    """Put further series after those of a panel."""
    arrays = {
        name: np.concatenate([getattr(panel, name), getattr(others, name)])
        for name in ("ids", "times", "values", "filled")
    }
    offsets = offsets_of(np.concatenate([panel.lengths, others.lengths]))
    schema = None if panel.schema is None else panel.schema.extend(others.schema)
    return replace(panel, offsets=offsets, schema=schema, **arrays)


def append(panel: Panel, source: Any, **columns: Any) -> tuple[Panel, list[Message]]:
    """Put new rows after the last ones.

    Parameters
    ----------
    panel : Panel
        The series so far.
    source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
        Rows that follow without a gap, of some of the series or of all, and whole histories of
        series that the panel does not have; or the next values of all.
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
    NotFoundError, UsageError
        If the table cannot be read.
    DataError
        If times do not follow, numbers do not fit the number of series, or a new one is too short.
    """
    others = None
    if isinstance(source, NUMBERS):
        fresh, notes = _rows_of_numbers(panel, source), []
    else:
        fresh, others, notes = _rows_of_table(panel, source, columns)
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
    return grown_panel if others is None else _join(grown_panel, others), notes


def _rows_of_numbers(panel: Panel, source: Any) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    values = np.atleast_1d(np.asarray(source, np.float64))
    if values.ndim == 1:
        values = values[None] if len(panel) == 1 else values[:, None]
    if values.ndim != 2 or len(values) != len(panel):
        raise DataError(message("update.shape", n=len(panel), shape=str(np.shape(source))))
    require_numbers(values, panel.ends())
    return {i: (row, np.zeros(len(row), bool)) for i, row in enumerate(values)}


def _rows_of_table(
    panel: Panel, source: Any, columns: dict[str, Any]
) -> tuple[dict[int, tuple[np.ndarray, np.ndarray]], Panel | None, list[Message]]:
    """Read rows by what the history settled, and refuse those that do not follow."""
    ends = panel.ends()
    if isinstance(source, Panel):
        rows = split_rows(ends, source)
    else:
        schema = panel.schema or assumed_schema(ends, {}, ())
        rows = read_new_rows(source, (), schema=schema, ends=ends, **columns)
    for i, value in rows.last.items():
        own = panel.values[panel.offsets[i] : panel.offsets[i + 1]]
        same = np.isclose(value, own[-1], rtol=1e-9, atol=1e-12 * np.abs(own).max())
        refuse_other_value(ends, i, value, same=bool(same))
    others, notes = rows.others, rows.notes
    if others is not None:
        beside = rows.panel is not None
        others, short = with_history(others, panel.freq, FEWEST_VALUES, beside=beside)
        notes = [*notes, *short]
    if rows.panel is None:
        return {}, others, notes
    require_rows_follow(rows.panel, ends, rows.indices)
    fresh = {}
    for j, i in enumerate(rows.indices):
        part = slice(*rows.panel.offsets[j : j + 2])
        fresh[int(i)] = (rows.panel.values[part], rows.panel.filled[part])
    return fresh, others, notes
