"""Kinds of settings: what a value may be, and the sentence where it is something else.

No arrays are needed here, so that the command line reads the settings quickly.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from gatecast.errors import UsageError, wrong_choice
from gatecast.messages import Argument, message

__all__ = [
    "Columns", "Countries", "Flag", "Frequency", "Kind", "Levels", "Name", "Number", "OneOf",
    "Seasons", "Whole", "as_countries", "as_seasons", "check_level", "first_season",
    "requested_season",
]  # fmt: skip

_MOST = 2**31
#: Two letters, and a subdivision after a hyphen.
_COUNTRY = re.compile(r"[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?").fullmatch


class Kind(ABC):
    """Say what a setting may be."""

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is something else.

        Parameters
        ----------
        name : str
            Of the setting.
        value : object
            What was given.

        Raises
        ------
        UsageError
            What was given, and what may be.
        """
        self._check(name, value)

    @abstractmethod
    def _check(self, name: str, value: Any) -> None:
        """Refuse a value that is something else."""


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number of ``least`` or more; or None, where it can be left out."""

    optional: bool = False
    least: int = 1
    most: int = _MOST

    def _check(self, name: str, value: Any) -> None:
        if value is None and self.optional:
            return
        if isinstance(value, bool) or not isinstance(value, Integral):
            fields: dict[str, Any] = {"argument": Argument(name), "value": repr(value)}
            if isinstance(value, float) and value.is_integer():
                raise UsageError(message("setting.whole_float", **fields, whole=int(value)))
            raise UsageError(message("setting.not_whole", **fields))
        number: Any = value
        if number < self.least:
            kind = "setting.too_small" if self.optional else "argument.too_small"
            raise UsageError(message(kind, argument=Argument(name), value=value, least=self.least))
        if number > self.most:
            raise UsageError(
                message("argument.too_large", argument=Argument(name), value=value, most=self.most)
            )


@dataclass(frozen=True)
class Number(Kind):
    """A number above or from ``low`` on, and below ``high``."""

    low: float
    high: float = float("inf")
    low_included: bool = True

    def _check(self, name: str, value: Any) -> None:
        given: Any = value
        number = isinstance(value, Real) and not isinstance(value, bool)
        above = number and (given >= self.low if self.low_included else given > self.low)
        if not (above and given < self.high):
            fields: dict[str, Any] = {"argument": Argument(name), "value": value, "low": self.low}
            if self.high == float("inf"):
                kind = "argument.below" if self.low_included else "argument.not_above"
                raise UsageError(message(kind, **fields))
            kind = "argument.outside" if self.low_included else "argument.not_inside"
            raise UsageError(message(kind, **fields, high=self.high))


@dataclass(frozen=True)
class OneOf(Kind):
    """One of a few values; 1 is not True."""

    values: tuple[Any, ...]

    def _check(self, name: str, value: Any) -> None:
        if not any(type(value) is type(one) and value == one for one in self.values):
            raise wrong_choice(name, value, self.values)


class Flag(OneOf):
    """True or False."""

    def __init__(self) -> None:
        super().__init__((True, False))


@dataclass(frozen=True)
class Levels(Kind):
    """Per cents, each once."""

    def _check(self, name: str, value: Any) -> None:  # noqa: ARG002 - it is always the level
        check_level(value)


@dataclass(frozen=True)
class Frequency(Kind):
    """A name of a frequency, or a number of steps."""

    def _check(self, name: str, value: Any) -> None:
        pass  # the data decide whether it fits


@dataclass(frozen=True)
class Seasons(Kind):
    """Steps in a season, or in several; or None or "auto"."""

    def _check(self, name: str, value: Any) -> None:  # noqa: ARG002 - it is always the season
        requested = requested_season(value)
        if requested is not None:
            as_seasons(requested)


@dataclass(frozen=True)
class Columns(Kind):
    """Names of columns."""

    def _check(self, name: str, value: Any) -> None:
        if isinstance(value, str):
            raise UsageError(message("setting.no_list", argument=Argument(name), value=value))
        if not all(isinstance(column, str) for column in value):
            raise UsageError(message("config.no_texts", name=Argument(name), value=repr(value)))


@dataclass(frozen=True)
class Countries(Kind):
    """Codes of countries, or of their subdivisions; one alone may be a text."""

    def _check(self, name: str, value: Any) -> None:
        given = value.split(",") if isinstance(value, str) else value
        listed = isinstance(given, Sequence) and all(isinstance(code, str) for code in given)
        wrong = None if not listed else next((c for c in given if not _COUNTRY(c.strip())), None)
        if not listed or wrong is not None:
            fields = {"argument": Argument(name), "value": repr(value)}
            raise UsageError(message("setting.no_countries", **fields))


@dataclass(frozen=True)
class Name(Kind):
    """A text that is not empty."""

    def _check(self, name: str, value: Any) -> None:
        if not isinstance(value, str) or not value:
            raise UsageError(message("setting.no_text", argument=Argument(name), value=repr(value)))


def check_level(level: Any) -> None:
    """Refuse levels that are no per cents.

    Parameters
    ----------
    level : sequence of float or None
        Per cent of each interval.

    Raises
    ------
    UsageError
        If one is no number, not between 0 and 100, or there twice.
    """
    if level is None:
        return
    if isinstance(level, (int, float)):
        raise UsageError(message("level.no_list", level=repr(level)))
    for share in level:
        if isinstance(share, bool) or not isinstance(share, Real):
            raise UsageError(message("level.no_list", level=repr(level)))
        if 0.0 < float(share) < 1.0:
            raise UsageError(
                message(
                    "level.share",
                    level=list(level),
                    share=float(share),
                    percent=float(share) * 100,
                )
            )
    if not all(0 < share < 100 for share in level):
        raise UsageError(message("level.outside", level=list(level), example=(80, 95)))
    if len(set(level)) < len(level):
        raise UsageError(message("level.twice", level=list(level)))


def requested_season(season_length: Any) -> Any:
    """Give the season that was requested.

    Parameters
    ----------
    season_length : int, sequence of int, "auto" or None
        The setting.

    Returns
    -------
    int, sequence of int or None
        None where seasons are to be detected.
    """
    automatic = isinstance(season_length, str) and season_length == "auto"
    return None if automatic else season_length


def as_countries(holidays: str | Sequence[str]) -> tuple[str, ...]:
    """Bring codes of countries into a common form.

    Parameters
    ----------
    holidays : str or sequence of str
        ``"DE"``, ``"de-by,AT"``, or several in a list.

    Returns
    -------
    tuple of str
        Each code once, in capitals.
    """
    codes = holidays.split(",") if isinstance(holidays, str) else holidays
    return tuple(dict.fromkeys(code.strip().upper() for code in codes))


def first_season(season_length: Any) -> int | None:
    """Give the shortest season that was requested.

    Parameters
    ----------
    season_length : int, sequence of int, "auto" or None
        The setting.

    Returns
    -------
    int or None
        None where seasons are to be detected.
    """
    requested = requested_season(season_length)
    return None if requested is None else as_seasons(requested)[0]


def as_seasons(season_length: int | Sequence[int]) -> tuple[int, ...]:
    """Bring one season length or several into a common form.

    Parameters
    ----------
    season_length : int or sequence of int
        Steps in a season, or in each of several, for example ``(24, 168)``.

    Returns
    -------
    tuple of int
        Each length once, from short to long; ``(1,)`` for no season.

    Raises
    ------
    UsageError
        If there is none, or one is no whole number of 1 or more.
    """
    lengths: list[Any] = (
        list(season_length) if isinstance(season_length, (list, tuple)) else [season_length]
    )
    for length in lengths:
        number: Any = length
        whole = isinstance(length, Integral) and not isinstance(length, bool)
        if not (whole and 1 <= number < _MOST):
            raise UsageError(
                message(
                    "setting.too_small",
                    argument=Argument("season_length"),
                    value=str(season_length),
                    least=1,
                )
            )
    if not lengths:
        raise UsageError(message("season.no_length", season_length=str(season_length)))
    result = tuple(sorted({int(length) for length in lengths}))
    return result[1:] if len(result) > 1 and result[0] == 1 else result
