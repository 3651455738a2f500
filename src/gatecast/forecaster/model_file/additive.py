"""The additive part in the file of a forecaster: its arrays, and what a document says of them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from gatecast.forecaster.additive.part import ADDITIVE_ROWS, AdditivePart, Effects
from gatecast.forecaster.additive.regressors import Regressors
from gatecast.validation import Array, Flag, Maybe, Record, Whole

__all__ = ["ADDITIVE", "additive_fits", "additive_forms", "read_additive", "write_additive"]

#: What the document says of it; no day has more steps than seconds.
ADDITIVE = Maybe(Record({"day": Whole(0, 86_400), "rich": Flag(), "multiplicative": Flag()}))
_EFFECTS = tuple(one.name for one in fields(Effects))


def write_additive(
    part: AdditivePart | None, arrays: dict[str, np.ndarray]
) -> dict[str, Any] | None:
    """Put the arrays of an additive part among those of a file.

    Parameters
    ----------
    part : AdditivePart or None
        Of a fitted forecaster.
    arrays : dict of str to ndarray
        Changed in place.

    Returns
    -------
    dict or None
        For the document.
    """
    if part is None:
        return None
    arrays |= {f"additive.{name}": getattr(part, name) for name in ADDITIVE_ROWS}
    arrays |= {f"additive.effects.{name}": getattr(part.effects, name) for name in _EFFECTS}
    arrays["additive.knots"] = part.regressors.knots
    return {
        "day": part.regressors.day, "rich": part.regressors.rich,
        "multiplicative": part.multiplicative,
    }  # fmt: skip


def read_additive(
    arrays: dict[str, np.ndarray], document: dict[str, Any] | None, holidays: int
) -> AdditivePart | None:
    """Read what :func:`write_additive` wrote.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Of the file.
    document : dict or None
        What it says of the part.
    holidays : int
        How many of the columns, the last ones, are holidays.

    Returns
    -------
    AdditivePart or None
        None where the forecaster has none.
    """
    if document is None:
        return None
    own = {name: arrays[f"additive.{name}"] for name in ADDITIVE_ROWS}
    effects = Effects(**{name: arrays[f"additive.effects.{name}"] for name in _EFFECTS})
    knots = arrays["additive.knots"]
    regressors = Regressors(document["day"], document["rich"], knots, holidays)
    return AdditivePart(regressors, document["multiplicative"], effects=effects, **own)


def additive_forms(document: dict[str, Any] | None) -> dict[str, Array]:
    """Declare the arrays that a document speaks of.

    Parameters
    ----------
    document : dict or None
        What the document says of the part.

    Returns
    -------
    dict of str to Array
        By their names; none where there is no such part.
    """
    if document is None:
        return {}
    number = np.floating
    shapes: dict[str, Any] = {
        "coefficients": ("N", None), "tail": ("N", None, "F"), "last": ("N",), "size": ("N",),
        **{f"effects.{name}": ("N", "F") for name in _EFFECTS}, "effects.span": ("F", None),
    }  # fmt: skip
    forms = {f"additive.{name}": Array(number, shape) for name, shape in shapes.items()}
    forms["additive.effects.events"] = Array(np.integer, ("N", "F"), 0, 2**53)
    forms["additive.knots"] = Array(number, ("F", None), missing=True)
    return forms


def additive_fits(part: AdditivePart | None, count: int, width: int) -> bool:
    """Tell whether the parts fit together.

    Parameters
    ----------
    part : AdditivePart or None
        As read.
    count, width : int
        Series, and encoded columns known in advance.

    Returns
    -------
    bool
        True where there is none.
    """
    if part is None:
        return True
    regressors = part.regressors
    if regressors.knots.shape != (width, 3) or not width:
        return False
    return (
        part.coefficients.shape == (count, regressors.count)
        and part.tail.shape == (count, regressors.lead, width)
        and part.effects.span.shape == (width, 2)
    )
