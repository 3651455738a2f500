"""From what a search draws a setting: one of a few values, or a number of a range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatecast.errors import UsageError
from gatecast.messages import message

if TYPE_CHECKING:
    import optuna

__all__ = ["Choice", "Distribution", "Floats", "Integers"]


@dataclass(frozen=True)
class Choice:
    """One of several values, without an order.

    Parameters
    ----------
    values : tuple
        Texts, numbers, True, False or None.
    unless : (str, value), optional
        Another setting, searched before this one, and a value of it with which this one has nothing
        to act on. There it is not searched, and has the default of the forecaster.
    """

    values: tuple[Any, ...]
    unless: tuple[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.values:
            raise UsageError(message("choice.empty"))
        for value in self.values:
            if not isinstance(value, (str, int, float, bool, type(None))):
                raise UsageError(message("choice.value", value=repr(value)))

    def draw(self, trial: optuna.Trial, name: str) -> Any:
        """Let a trial choose.

        Parameters
        ----------
        trial : optuna.Trial
            That chooses.
        name : str
            Of the setting.

        Returns
        -------
        str, float, bool or None
            One of the values.
        """
        return trial.suggest_categorical(name, self.values)

    def nearest(self, value: Any) -> Any:
        """Give the value itself where it is one of them, else the first.

        Parameters
        ----------
        value : object
            A setting's value.

        Returns
        -------
        str, float, bool or None
            One of the values.
        """
        return value if value in self.values else self.values[0]


@dataclass(frozen=True)
class _Range:
    low: float
    high: float
    log: bool = False
    or_none: bool = False
    unless: tuple[str, Any] | None = None

    def __post_init__(self) -> None:
        numbers = all(
            isinstance(end, (int, float)) and not isinstance(end, bool)
            for end in (self.low, self.high)
        )
        if not numbers or not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise UsageError(message("range.no_numbers", low=repr(self.low), high=repr(self.high)))
        if self.low > self.high or (self.log and self.low <= 0):
            raise UsageError(
                message(
                    "range.order_of_log" if self.log else "range.order",
                    low=self.low,
                    high=self.high,
                )
            )

    def nearest(self, value: Any) -> Any:
        """Give the value of the range that is nearest to a number; the middle one for None."""
        if value is None:
            middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2.0
            return self.nearest(middle)
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Floats(_Range):
    """Any number between two.

    Parameters
    ----------
    low, high : float
        Ends, both included.
    log : bool, default False
        Whether equal ratios count as equal distances.
    or_none : bool, default False
        Whether the setting may also be None. The search then first decides whether there is a
        number, and only where there is, which: the number depends on that decision.
    unless : (str, value), optional
        As of :class:`Choice`.
    """

    def draw(self, trial: optuna.Trial, name: str) -> float:
        """Let a trial choose.

        Parameters
        ----------
        trial : optuna.Trial
            That chooses.
        name : str
            Of the setting.

        Returns
        -------
        float
            Within the range.
        """
        return trial.suggest_float(name, self.low, self.high, log=self.log)


@dataclass(frozen=True)
class Integers(_Range):
    """Any whole number between two; parameters as of :class:`Floats`."""

    low: int
    high: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if int(self.low) != self.low or int(self.high) != self.high:
            raise UsageError(message("range.not_whole", low=self.low, high=self.high))

    def draw(self, trial: optuna.Trial, name: str) -> int:
        """Let a trial choose.

        Parameters
        ----------
        trial : optuna.Trial
            That chooses.
        name : str
            Of the setting.

        Returns
        -------
        int
            Within the range.
        """
        return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)

    def nearest(self, value: Any) -> Any:
        """Give the whole number of the range that is nearest; the middle one for None.

        Parameters
        ----------
        value : object
            A setting's value.

        Returns
        -------
        int
            Within the range.
        """
        return round(super().nearest(value))


Distribution = Choice | Floats | Integers
