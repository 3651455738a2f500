"""A panel as arrays and a document, for the files of models that hold their series."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatecast.data.panel import Panel
from gatecast.data.schema import Schema
from gatecast.validation import (
    TIMES,
    Anything,
    Array,
    Field,
    Flag,
    Items,
    Maybe,
    Name,
    Record,
    Text,
    check,
)

__all__ = ["PANEL_FIELDS", "id_array", "panel_forms", "panel_to_arrays", "stored_panel"]

#: What the document of a file may hold of a panel.
PANEL_FIELDS: dict[str, Field] = {
    "dates": Flag(), "ids": Items(Name(), "N"), "freq": Anything(),
    "columns": Items(Maybe(Text()), 3), "time_zone": Maybe(Text()), "schema": Anything(),
}  # fmt: skip


def panel_forms(dates: bool) -> dict[str, Array]:
    """Say what the arrays of a panel may be in a file.

    Parameters
    ----------
    dates : bool
        Whether times are dates, or whole numbers.

    Returns
    -------
    dict of str to Array
        By name; their common size is called ``rows``.
    """
    low, high = TIMES[dates]
    return {
        "offsets": Array(np.int64, (None,), 0), "times": Array(np.int64, ("rows",), low, high),
        "values": Array(np.float64, ("rows",)), "filled": Array(np.int64, ("rows",), 0, 1),
    }  # fmt: skip


def panel_to_arrays(panel: Panel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Give what a file has to hold of a panel, without its further columns.

    Parameters
    ----------
    panel : Panel
        The series.

    Returns
    -------
    arrays : dict of str to ndarray
        ``offsets``, ``times``, ``values`` and ``filled``.
    document : dict
        The rest, as JSON has it.
    """
    arrays = {
        "offsets": panel.offsets.astype(np.int64),
        "times": panel.times.astype(np.int64),
        "values": panel.values,
        "filled": panel.filled.astype(np.int64),
    }
    document = {
        "dates": panel.times.dtype.kind == "M",
        "ids": [i.item() if isinstance(i, np.generic) else i for i in panel.ids],
        "freq": panel.freq,
        "columns": [panel.id_col, panel.time_col, panel.target_col],
        "time_zone": panel.time_zone,
        "schema": None if panel.schema is None else panel.schema.to_json(),
    }
    return arrays, document


def stored_panel(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> Panel:
    """Make the panel again.

    Parameters
    ----------
    arrays, document
        What :func:`panel_to_arrays` gave; more is left alone.

    Returns
    -------
    Panel
        The same series.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError, IndexError
        If they are not whole.
    """
    document = {name: document[name] for name in PANEL_FIELDS}
    forms = panel_forms(document["dates"])
    check({name: arrays[name] for name in forms}, document, Record(PANEL_FIELDS), forms)
    times, offsets, schema = arrays["times"], arrays["offsets"], document["schema"]
    if len(offsets) != len(document["ids"]) + 1 or offsets[-1] != len(arrays["values"]):
        raise ValueError("the lengths of the series do not fit their values")
    if (np.diff(offsets) < 1).any() or offsets[0] != 0:
        raise ValueError("a series is empty")
    if len(set(document["ids"])) < len(document["ids"]):
        raise ValueError("a series is there twice")
    if document["dates"] != isinstance(document["freq"], str) or None in document["columns"][1:]:
        raise ValueError("the frequency does not fit the times, or a column has no name")
    return Panel(
        ids=id_array(document["ids"]),
        offsets=offsets,
        times=times.view("datetime64[us]") if document["dates"] else times,
        values=arrays["values"],
        filled=arrays["filled"].astype(bool),
        freq=document["freq"],
        id_col=document["columns"][0],
        time_col=document["columns"][1],
        target_col=document["columns"][2],
        time_zone=document["time_zone"],
        schema=None if schema is None else Schema.from_json(schema),
    )


def id_array(names: list[str | int | float]) -> np.ndarray:
    """Give the names of series the type that reading a table gives them.

    Parameters
    ----------
    names : list of str, int or float
        As a file holds them.

    Returns
    -------
    ndarray of shape [n]
        Whole numbers as ``int64``, others as ``object``.
    """
    if names and all(type(name) is int and abs(name) < 2**63 for name in names):
        return np.array(names, dtype=np.int64)
    ids = np.empty(len(names), dtype=object)
    ids[:] = names
    return ids
