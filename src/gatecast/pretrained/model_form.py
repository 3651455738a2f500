"""What the file of a pretrained forecaster may hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatecast.validation import (
    TIMES,
    Anything,
    Array,
    Field,
    Flag,
    Items,
    Maybe,
    Name,
    Real,
    Record,
    Text,
    Whole,
    check,
)

__all__ = ["check_form"]

_MOST = 2**31
#: Forecasts of as many steps may be requested of any file, and further ones for each value in it.
_STEPS, _STEPS_PER_VALUE = 20_000, 30
#: Two seasons of as many steps are laid out for each series, however few values it has.
_SEASONS = 1_000_000
#: Beyond what training can lead to, and small enough that float32 does not overflow.
_WEIGHT = 1e6
#: Squares of such values, and sums over a series, are finite.
_VALUE = 1e150
_SETTINGS: dict[str, Field] = {
    "h": Whole(1, _MOST), "level": Maybe(Items(Real(0, 100))), "weights": Text(),
    "n_jobs": Whole(1, 4096), "alias": Text(),
}  # fmt: skip


def check_form(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Check types, ranges and shapes of what a file holds.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The file's arrays.
    document : dict
        The file's document.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is not as it must be.
    """
    settings = document["settings"]
    others: dict[str, Field] = {name: Anything() for name in settings if name not in _SETTINGS}
    record = Record(
        {
            "kind": Text(), "version": Whole(), "settings": Record({**_SETTINGS, **others}),
            "dates": Flag(), "ids": Items(Name(), "N"), "freq": Anything(),
            "columns": Items(Maybe(Text()), 3), "time_zone": Maybe(Text()),
            "seasons": Items(Whole(1, _MOST)), "schema": Anything(),
        }
    )  # fmt: skip
    low, high = TIMES[document["dates"]]
    forms = {
        "offsets": Array(np.int64, (None,), 0), "times": Array(np.int64, ("rows",), low, high),
        "values": Array(np.float64, ("rows",), -_VALUE, _VALUE),
        "filled": Array(np.int64, ("rows",), 0, 1),
    }  # fmt: skip
    for name, array in arrays.items():
        if name.startswith("weights."):
            kind = np.int64 if name == "weights.hidden" else np.floating
            forms[name] = Array(kind, (None,) * array.ndim, -_WEIGHT, _WEIGHT)
    sizes = check(arrays, document, record, forms)
    if sizes["N"] * max(document["seasons"], default=1) > _SEASONS + sizes["rows"]:
        raise ValueError(f"seasons of {document['seasons']} steps are more than its values bear")
    if sizes["N"] * settings["h"] > _STEPS + _STEPS_PER_VALUE * sizes["rows"]:
        raise ValueError(
            f"h={settings['h']} steps of {sizes['N']} series are more than their values bear"
        )
