"""What a saved file may hold: the type, range and shape of every field, declared and checked.

A file with a right checksum can still lie. A kind of file declares its document as a
:class:`Record` and its arrays as :class:`Array`; what :func:`check` lets through has the types,
ranges and shapes that were declared, and every number in it is finite.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from gatecast.errors import ModelFileError
from gatecast.messages import message
from gatecast.storage import DAMAGE

__all__ = [
    "TIMES", "Anything", "Array", "Each", "Field", "Flag", "Items", "Maybe", "Name", "OneOf",
    "Real", "Record", "Sizes", "Text", "Whole", "check", "require_readable",
]  # fmt: skip

#: The years 1 to 9999 in microseconds, and step numbers.
TIMES = {True: (-62135596800000000, 253402300799999999), False: (-(2**53), 2**53)}
#: Sizes by name: the first array or list of a size sets it, all others must agree.
Sizes: TypeAlias = dict[str, int]


class Field(Protocol):
    """Declare one value."""

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Raise ValueError if the value is not what is declared.

        Parameters
        ----------
        value : object
            As JSON has it, or an array.
        name : str
            What to call it in a sentence.
        sizes : dict of str to int
            Sizes so far; new ones are added.
        """
        ...


@dataclass(frozen=True)
class Whole:
    """Declare a whole number of a range, both ends included."""

    low: int = 0
    high: int = 2**53

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:  # noqa: ARG002
        """Check the value."""
        if type(value) is not int or not self.low <= value <= self.high:
            _refuse(name, value, f"a whole number from {self.low} to {self.high}")


@dataclass(frozen=True)
class Real:
    """Declare a finite number of a range, both ends included; ``above`` leaves the low end out."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:  # noqa: ARG002
        """Check the value."""
        plain = type(value) is float or (type(value) is int and abs(value) < 2**63)
        number = value if plain else math.nan
        low = self.low < number if self.above else self.low <= number
        if not (low and number <= self.high and abs(number) < 2.0**1023):
            _refuse(name, value, f"a finite number from {self.low:g} to {self.high:g}")


@dataclass(frozen=True)
class Text:
    """Declare a text."""

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:  # noqa: ARG002
        """Check the value."""
        if not isinstance(value, str):
            _refuse(name, value, "a text")


@dataclass(frozen=True)
class Name:
    """Declare what names a series: a text, a number, true or false; null where there is none."""

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:  # noqa: ARG002
        """Check the value."""
        plain = value is None or isinstance(value, (str, int, float))
        if not plain or (isinstance(value, float) and not math.isfinite(value)):
            _refuse(name, value, "a text or a number")


@dataclass(frozen=True)
class Flag:
    """Declare true or false."""

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:  # noqa: ARG002
        """Check the value."""
        if not isinstance(value, bool):
            _refuse(name, value, "true or false")


@dataclass(frozen=True)
class OneOf:
    """Declare one of a few values; 1 is not true."""

    values: tuple[Any, ...]

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:  # noqa: ARG002
        """Check the value."""
        if not any(type(value) is type(v) and value == v for v in self.values):
            _refuse(name, value, f"one of {', '.join(map(repr, self.values))}")


@dataclass(frozen=True)
class Anything:
    """Declare a value that something else checks."""

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Let the value pass."""


@dataclass(frozen=True)
class Maybe:
    """Declare a value that may be missing."""

    field: Field

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Check the value."""
        if value is not None:
            self.field(value, name, sizes)


@dataclass(frozen=True)
class Items:
    """Declare a list of so many values, or of a named size."""

    field: Field
    size: int | str | None = None

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Check the value."""
        if not isinstance(value, list):
            _refuse(name, value, "a list")
        _agree(name, (len(value),), (self.size,), sizes)
        for i, item in enumerate(value):
            self.field(item, f"{name}[{i}]", sizes)


@dataclass(frozen=True)
class Each:
    """Declare an object of any names, with one kind of value."""

    field: Field

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Check the value."""
        if not isinstance(value, dict):
            _refuse(name, value, "an object")
        for key, item in value.items():
            self.field(item, f"{name}.{key}", sizes)


@dataclass(frozen=True)
class Record:
    """Declare an object of these names, of which some may be left out."""

    fields: Mapping[str, Field]
    optional: frozenset[str] = frozenset()

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Check the value."""
        needed = self.fields.keys() - self.optional
        if not isinstance(value, dict) or not needed <= value.keys() <= self.fields.keys():
            _refuse(name, value, f"an object of {', '.join(sorted(self.fields))}")
        for key in value:
            self.fields[key](value[key], f"{name}.{key}" if name else key, sizes)


@dataclass(frozen=True)
class Array:
    """Declare an array of a type or a kind, a shape of numbers and named sizes, and a range.

    ``missing`` allows NaN, which is what stands for a value that is not there.
    """

    dtype: np.dtype | type
    shape: tuple[int | str | None, ...]
    low: float = -math.inf
    high: float = math.inf
    missing: bool = False

    def __call__(self, value: Any, name: str, sizes: Sizes) -> None:
        """Check the value."""
        if not np.issubdtype(value.dtype, self.dtype):
            raise ValueError(f"{name} has numbers of type {value.dtype}, not {self.dtype}")
        _agree(name, value.shape, self.shape, sizes)
        if not value.size:
            return
        low, high = (np.fmin, np.fmax) if self.missing else (np.minimum, np.maximum)
        ends = low.reduce(value, axis=None), high.reduce(value, axis=None)
        if self.missing and np.isnan(ends[0]):
            return  # all are missing
        if not (self.low <= ends[0] and ends[1] <= self.high and np.isfinite(ends).all()):
            raise ValueError(
                f"{name} has numbers from {ends[0]} to {ends[1]}; they must be finite and from "
                f"{self.low:g} to {self.high:g}"
            )


def check(
    arrays: Mapping[str, np.ndarray],
    document: Any,
    record: Record,
    forms: Mapping[str, Array],
    sizes: Sizes | None = None,
) -> Sizes:
    """Check what a file holds against what is declared of its kind.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        The file's arrays.
    document : object
        The file's document.
    record : Record
        What the document must be.
    forms : mapping of str to Array
        What the arrays must be; no other may be there.
    sizes : dict of str to int, optional
        Sizes that are settled beforehand.

    Returns
    -------
    dict of str to int
        All sizes.

    Raises
    ------
    ValueError
        If something is not as declared: which field, what it is, and what it must be.
    """
    bound = dict(sizes or {})
    record(document, "", bound)
    if arrays.keys() != forms.keys():
        differing = sorted(arrays.keys() ^ forms.keys())
        raise ValueError(f"these arrays are missing or too many: {', '.join(differing)}")
    for name, form in forms.items():
        form(arrays[name], name, bound)
    return bound


def require_readable(
    path: str | os.PathLike[str],
    arrays: dict[str, np.ndarray],
    document: dict[str, Any],
    read: Callable[[dict[str, np.ndarray], dict[str, Any]], object],
) -> None:
    """Make sure that what is to be written can be read again, before it replaces a file.

    Parameters
    ----------
    path : str or path
        The file.
    arrays, document
        What is to be written.
    read : callable
        Checks arrays and document, the latter as JSON gives it back.

    Raises
    ------
    ModelFileError
        If it cannot.
    """
    try:
        read(arrays, json.loads(json.dumps(document, allow_nan=False)))
    except DAMAGE as error:
        reason = f"{type(error).__name__}, {error}"
        raise ModelFileError(message("file.not_saved", path=str(path), reason=reason)) from error


def _agree(
    name: str, shape: tuple[int, ...], wanted: tuple[int | str | None, ...], sizes: Sizes
) -> None:
    if len(shape) == len(wanted):
        pairs = [
            (size, sizes.setdefault(want, size) if isinstance(want, str) else want)
            for size, want in zip(shape, wanted, strict=True)
        ]
        if all(want is None or size == want for size, want in pairs):
            return
    expected = [sizes.get(want, want) if isinstance(want, str) else want for want in wanted]
    raise ValueError(f"{name} has the sizes {list(shape)}, and {expected} are needed")


def _refuse(name: str, value: Any, expected: str) -> None:
    shown = repr(value)
    shown = shown if len(shown) <= 40 else f"{shown[:40]}..."
    raise ValueError(f"{name or 'the document'} is {shown}, and must be {expected}")
