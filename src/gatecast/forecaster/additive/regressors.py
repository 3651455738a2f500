"""Regressors of the additive part: what a column known in advance becomes, and its interactions.

A column enters as it is. A number is also a curve (hinges at its quartiles), so that heating and
cooling can both need power. Of steps shorter than a day, a column acts by the time of day
(harmonics of the day) and a number by its mean over the last day; of days, it acts once more a step
later and by the weekend. Holidays have columns for the days around them, and act by the time of day
alone. What does not help is shrunk to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from gatecast.data.calendar import day_of_week, time_of_day

__all__ = ["Regressors", "Term"]

#: Harmonics of the day that a column is multiplied by.
_HARMONICS = 2
#: A column of so many different values or more is a curve.
_FEWEST_DISTINCT = 10
_QUARTILES = (0.25, 0.5, 0.75)
#: Values of a series for each regressor; with fewer, columns enter as they are.
_PER_REGRESSOR = 10


class Term(NamedTuple):
    """Say what some regressors are made of, which are kept or shrunk together.

    Attributes
    ----------
    column : int
        Position of the encoded column.
    kind : {"linear", "curve", "later", "weekend", "day", "day's mean"}
        The column; hinges at its quartiles; a step later; at the weekend; by the time of day; its
        mean over the last day.
    start, stop : int
        Positions of the regressors.
    """

    column: int
    kind: str
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Regressors:
    """Make regressors of encoded columns.

    Parameters
    ----------
    day : int
        Steps of a day; 1 for days, 0 for longer steps and step numbers.
    rich : bool
        Whether columns are more than what they are.
    knots : ndarray of shape [F, 3]
        Quartiles of each column; NaN where it is no curve.
    holidays : int, default 0
        How many of the columns, the last ones, are holidays.
    """

    day: int
    rich: bool
    knots: np.ndarray
    holidays: int = 0

    @classmethod
    def fit(cls, encoded: Sequence[np.ndarray], day: int, holidays: int = 0) -> Regressors:
        """Choose the regressors from the training part.

        Parameters
        ----------
        encoded : sequence of ndarray of shape [n, F]
            Columns of each series.
        day, holidays : int
            As for the class.

        Returns
        -------
        Regressors
            The same for all series.
        """
        width = encoded[0].shape[1]
        own = width - holidays
        rows = np.concatenate([part[:, :own] for part in encoded])
        knots = np.full((width, len(_QUARTILES)), np.nan)
        for j, column in enumerate(rows.T):
            if len(np.unique(column)) >= _FEWEST_DISTINCT:
                knots[j] = np.quantile(column, _QUARTILES)
        usual = int(np.median([len(part) for part in encoded]))
        # there are no more columns of holidays than the history allows
        if usual >= _PER_REGRESSOR * cls(day, True, knots[:own]).count:
            return cls(day, True, knots, holidays)
        return cls(day, False, np.full_like(knots, np.nan), holidays)

    @cached_property
    def terms(self) -> list[Term]:
        """What the regressors are, in their order."""
        result: list[Term] = []
        for j, knots in enumerate(self.knots):
            curve = bool(np.isfinite(knots[0]))
            widths = {"linear": 1, "curve": len(knots) * curve}
            if self.is_holiday(j):
                widths["day"] = 2 * _HARMONICS * (self.day > 1)
            elif self.rich and self.day > 1:
                widths |= {"day": 2 * _HARMONICS * (1 + curve), "day's mean": int(curve)}
            elif self.rich:
                widths |= {"later": 1, "weekend": int(self.day == 1)}
            for kind, width in widths.items():
                if width:
                    start = result[-1].stop if result else 0
                    result.append(Term(j, kind, start, start + width))
        return result

    @property
    def count(self) -> int:
        """How many regressors, P."""
        return self.terms[-1].stop if self.terms else 0

    def is_holiday(self, column: int) -> bool:
        """Tell holidays from other columns.

        Parameters
        ----------
        column : int
            Position of the encoded column.

        Returns
        -------
        bool
            Whether it is one of the last ones.
        """
        return column >= len(self.knots) - self.holidays

    @property
    def lead(self) -> int:
        """Steps before the first one that the regressors look back to."""
        return max(1, self.day - 1)

    def make(self, encoded: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Make the regressors of steps.

        Parameters
        ----------
        encoded : ndarray of shape [lead + n, F]
            Columns, from ``lead`` steps before the first one on.
        times : ndarray of shape [n]
            Times of the n steps.

        Returns
        -------
        ndarray of shape [n, P]
            In the order of :attr:`terms`.
        """
        n, lead = len(times), self.lead
        now = encoded[lead:]
        parts = []
        for column, kind, _, _ in self.terms:
            x = now[:, column : column + 1]
            if kind == "linear":
                parts.append(x)
            elif kind == "curve":
                parts.append(np.maximum(x - self.knots[column], 0.0))
            elif kind == "later":
                parts.append(encoded[lead - 1 : lead - 1 + n, column : column + 1])
            elif kind == "weekend":
                parts.append(x * (day_of_week(times) >= 5)[:, np.newaxis])
            elif kind == "day's mean":
                total = np.cumsum(np.concatenate([[0.0], encoded[:, column]]))
                parts.append(((total[lead + 1 :] - total[:n]) / (lead + 1))[:, np.newaxis])
            else:
                knot = self.knots[column, 1:2]
                both = np.hstack([x, np.maximum(x - knot, 0.0)]) if np.isfinite(knot) else x
                waves = _day_harmonics(times)
                parts.append((both[:, :, np.newaxis] * waves[:, np.newaxis]).reshape(n, -1))
        return np.hstack(parts)


def _day_harmonics(times: np.ndarray) -> np.ndarray:
    """Give sines and cosines of the time of day, [n, 2 J]."""
    angles = 2 * np.pi * time_of_day(times)[:, np.newaxis] * np.arange(1, _HARMONICS + 1)
    return np.hstack([np.sin(angles), np.cos(angles)])
