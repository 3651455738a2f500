"""What all transforms share: parameters of one series or of many, and what they are fitted on.

A transform is a frozen record of what was fitted. ``fit`` takes the training part of one series [n]
or of several of equal length [B, n], and its parameters are numbers, or arrays with one entry a
series. Time runs along the last axis of every array.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from gatecast.errors import DataError
from gatecast.messages import Message, Range, message

__all__ = [
    "Parameter", "SeriesTransforms", "Transform",
    "column", "names_of", "number", "require_above_zero", "require_finite", "span", "take",
]  # fmt: skip

#: A number, or an array with one for each series.
Parameter = Any
_T = TypeVar("_T")


class Transform:
    """Stand at the root of all transforms.

    A subclass is a frozen dataclass of what was fitted, and has ``_apply``, ``_undo`` and
    ``_describe``. ``start`` is the position of the first value, counted from the first value of the
    training part; it puts seasonal phases in their place in the future. It is one number, or one
    for each series [B]. Transforms without a season take it and do not need it.
    """

    def transform(self, values: np.ndarray, start: int | np.ndarray = 0) -> np.ndarray:
        """Apply to values whose first stands at position ``start``.

        Parameters
        ----------
        values : ndarray of shape [..., n]
            In the series' own unit.
        start : int or ndarray of shape [B], default 0
            Position of the first value.

        Returns
        -------
        ndarray of shape [..., n]
            Transformed values.
        """
        return self._apply(values, start)

    def inverse_transform(self, values: np.ndarray, start: int | np.ndarray = 0) -> np.ndarray:
        """Undo :meth:`transform`.

        Parameters
        ----------
        values : ndarray of shape [..., n]
            Transformed values.
        start : int or ndarray of shape [B], default 0
            Position of the first value.

        Returns
        -------
        ndarray of shape [..., n]
            In the series' own unit.
        """
        return self._undo(values, start)

    def describe(self) -> Message:
        """Describe what is done to the data.

        Returns
        -------
        Message
            Of one series, or of several with the range of what differs.
        """
        return self._describe()

    def _apply(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _undo(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _describe(self) -> Message:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class SeriesTransforms:
    """Hold the transforms of one series, in the order in which they are applied.

    Parameters
    ----------
    transforms : tuple of Transform
        With a number for each parameter.
    """

    transforms: tuple[Transform, ...]

    def transform(self, values: np.ndarray, start: int | np.ndarray = 0) -> np.ndarray:
        """Scale values [..., n], the first at position ``start``, for the network.

        Parameters
        ----------
        values : ndarray of shape [..., n]
            In the series' own unit.
        start : int or ndarray of shape [B], default 0
            Position of the first value.

        Returns
        -------
        ndarray of shape [..., n]
            Transformed values.
        """
        values = np.asarray(values, np.float64)
        for transform in self.transforms:
            values = transform.transform(values, start)
        return values

    def inverse_transform(self, values: np.ndarray, start: int | np.ndarray) -> np.ndarray:
        """Bring scaled values [..., n], the first at ``start``, back to the series' own unit.

        Parameters
        ----------
        values : ndarray of shape [..., n]
            Transformed values.
        start : int or ndarray of shape [B], default 0
            Position of the first value.

        Returns
        -------
        ndarray of shape [..., n]
            In the series' own unit.
        """
        for transform in reversed(self.transforms):
            values = transform.inverse_transform(values, start)
        return values

    def decisions(self) -> list[Message]:
        """Describe what is done, a sentence for each transform.

        Returns
        -------
        list of Message
            In the order in which transforms are applied.
        """
        return [transform.describe() for transform in self.transforms]


def take(transform: _T, which: np.ndarray | int) -> _T:
    """Give a transform of many series for some of them, or for one.

    Parameters
    ----------
    transform : Transform
        With an array for each parameter.
    which : ndarray of shape [B], or int
        Positions of the series.

    Returns
    -------
    Transform
        With numbers for one series, arrays for several.
    """
    values = (getattr(transform, name) for name in names_of(type(transform)))
    return type(transform)(*(number(v[which]) if isinstance(v, np.ndarray) else v for v in values))


@lru_cache
def names_of(kind: type) -> tuple[str, ...]:
    """Name the parameters of a kind of transform.

    Parameters
    ----------
    kind : type
        A dataclass.

    Returns
    -------
    tuple of str
        Its fields, in the order in which it takes them.
    """
    return tuple(field.name for field in fields(kind))


def number(parameter: Any) -> Any:
    """Give a parameter of one series as a plain number, and of many as it is.

    Parameters
    ----------
    parameter : scalar or ndarray
        Of one series, or of several.

    Returns
    -------
    float, int, bool or ndarray
        A number for one series.
    """
    return parameter.item() if np.ndim(parameter) == 0 else parameter


def span(parameter: Parameter) -> Any:
    """Give a parameter for a sentence: a number, or of several series the range of theirs.

    Parameters
    ----------
    parameter : number or ndarray of shape [B]
        Of one series, or of several.

    Returns
    -------
    number or Range
        A number where all are the same.
    """
    if np.ndim(parameter) == 0:
        return parameter
    low, high = number(np.min(parameter)), number(np.max(parameter))
    return low if low == high else Range(low, high)


def column(parameter: Parameter) -> Any:
    """Shape a parameter so that it meets values of shape [..., n].

    Parameters
    ----------
    parameter : number or ndarray of shape [B]
        Of one series, or of several.

    Returns
    -------
    number or ndarray of shape [B, 1]
        For arithmetic with values.
    """
    return parameter if np.ndim(parameter) == 0 else parameter[:, np.newaxis]


def require_finite(values: np.ndarray) -> None:
    """Refuse a training part that is empty, or has NaN or an infinite value.

    Parameters
    ----------
    values : ndarray of shape [n] or [B, n]
        The training part.

    Raises
    ------
    DataError
        Naming the first such value and its position.
    """
    if np.shape(values)[-1] == 0:
        raise DataError(message("transform.no_values"))
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        value = str(values[tuple(bad[0])])
        raise DataError(message("transform.not_finite", value=value, position=bad[0][-1]))


def require_above_zero(values: np.ndarray, purpose: Message) -> None:
    """Refuse a training part with a value of zero or below.

    Parameters
    ----------
    values : ndarray of shape [n] or [B, n]
        The training part.
    purpose : Message
        What needs such values; begins the error.

    Raises
    ------
    DataError
        Naming the first such value, its position, and what needs values above zero.
    """
    bad = np.argwhere(np.asarray(values) <= 0)
    if len(bad):
        value = values[tuple(bad[0])]
        raise DataError(
            message("transform.not_positive", purpose=purpose, value=value, position=bad[0][-1])
        )
