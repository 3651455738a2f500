"""The forecast of intermittent series in the file of a fitted forecaster."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatecast.forecaster.counts.hurdle import Hurdle
from gatecast.forecaster.counts.part import CountPart
from gatecast.validation import Array, Flag, Maybe, Real, Record, Whole

__all__ = ["COUNTS", "count_forms", "counts_fit", "read_counts", "write_counts"]

#: What the document of a file may hold of it.
COUNTS = Maybe(Record({"season": Whole(1, 364), "share": Real(0, 1), "mean": Flag()}))


def count_forms(document: dict[str, Any] | None) -> dict[str, Array]:
    """Say what its arrays may be in a file.

    Parameters
    ----------
    document : dict or None
        What the file says of it.

    Returns
    -------
    dict of str to Array
        By the array's name.
    """
    if document is None:
        return {}
    return {
        "counts.which": Array(np.int64, ("M",), 0),
        "counts.recent": Array(np.floating, ("M", None), 0, missing=True),
        "counts.weights": Array(np.floating, (None,), -100, 100),
    }


def write_counts(part: CountPart | None, arrays: dict[str, np.ndarray]) -> dict[str, Any] | None:
    """Put its arrays among those of a file.

    Parameters
    ----------
    part : CountPart or None
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
    arrays |= {
        "counts.which": part.which, "counts.recent": part.recent,
        "counts.weights": part.model.weights,
    }  # fmt: skip
    return {"season": part.model.season, "share": part.model.share, "mean": part.mean}


def read_counts(
    arrays: dict[str, np.ndarray], document: dict[str, Any] | None, h: int
) -> CountPart | None:
    """Read what :func:`write_counts` wrote.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Of the file.
    document : dict or None
        What it says of the part.
    h : int
        Steps to forecast.

    Returns
    -------
    CountPart or None
        None where there is none, as in files of before.
    """
    if document is None:
        return None
    model = Hurdle(document["season"], document["share"], arrays["counts.weights"])
    return CountPart(arrays["counts.which"], arrays["counts.recent"], model, h, document["mean"])


def counts_fit(part: CountPart | None, count: int) -> bool:
    """Tell whether its arrays fit together.

    Parameters
    ----------
    part : CountPart or None
        As it was read.
    count : int
        Series of the model.

    Returns
    -------
    bool
        False if one does not.
    """
    if part is None:
        return True
    rising = bool(len(part.which)) and (np.diff(part.which) > 0).all() and part.which[-1] < count
    width = part.recent.shape[1]
    lengths = np.count_nonzero(~np.isnan(part.recent), axis=1)
    whole = (~np.isnan(part.recent) == (np.arange(width) >= width - lengths[:, np.newaxis])).all()
    inputs = 4 if part.model.season == 1 else 5
    return bool(
        rising and whole and (lengths > 0).all() and width <= part.model.reach
        and len(part.model.weights) == inputs
    )  # fmt: skip
