"""Whether forecasts only repeat the last value: the persistence check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError, UsageError
from gatecast.evaluation.metrics import rmse
from gatecast.messages import Message, message

__all__ = [
    "HorizonPersistence",
    "Persistence",
    "horizon_persistence",
    "insample_persistence",
    "persistence",
]

#: Skill over the naive forecast from which on a forecast is no copy.
_BETTER = 0.1


@dataclass(frozen=True)
class Persistence:
    """Result of the persistence check: whether forecasts lag behind the series.

    Parameters
    ----------
    lag : int
        Steps by which the actual values have to be moved back to look most like the forecasts;
        0 for a forecast in its place, 1 for a copy of the last value.
    skill : float
        Share of the naive forecast's mean squared error that is gone.
    """

    lag: int
    skill: float

    @property
    def copied(self) -> bool:
        """Whether forecasts are delayed, and hardly better than the naive forecast.

        An average of the last values looks most like one of them, too, but copies none where it
        takes a tenth or more off the naive forecast's mean squared error.
        """
        return self.lag > 0 and not self.skill >= _BETTER

    @property
    def sentence(self) -> Message:
        """The result in words."""
        if self.lag == 0:
            return message("persistence.no", skill=self.skill)
        name = "persistence.yes" if self.copied else "persistence.better"
        return message(name, lag=self.lag, skill=self.skill)


def persistence(actual: np.ndarray, forecast: np.ndarray, longest: int = 10) -> Persistence:
    """Test whether one-step forecasts only repeat the last value.

    Parameters
    ----------
    actual, forecast : ndarray of shape [n]
        Values, and the forecasts for them; rows without a forecast (NaN) are left out.
    longest : int, default 10
        Largest lag tested.

    Returns
    -------
    Persistence
        The lag at which both are most alike, and the skill.

    Raises
    ------
    UsageError
        If there are not as many forecasts as values.
    DataError
        If fewer than four rows have a forecast, or either side never changes.
    """
    actual, forecast = np.asarray(actual, np.float64), np.asarray(forecast, np.float64)
    if len(actual) != len(forecast):
        raise UsageError(message("persistence.lengths", actual=len(actual), forecast=len(forecast)))
    # sides are compared at one lag only in rows that have both, so gaps do not shift the rest
    both_there = np.isfinite(actual) & np.isfinite(forecast)
    if both_there.sum() < 4 or not np.ptp(actual[both_there]) or not np.ptp(forecast[both_there]):
        raise DataError(message("persistence.few", n=int(both_there.sum())))
    correlation = []
    for lag in range(min(longest, len(actual) - 3) + 1):
        left, right = actual[: len(actual) - lag], forecast[lag:]
        both = np.isfinite(left) & np.isfinite(right)
        varied = both.sum() > 2 and np.ptp(left[both]) > 0 and np.ptp(right[both]) > 0
        correlation.append(np.corrcoef(left[both], right[both])[0, 1] if varied else -np.inf)
    scored = both_there[1:] & np.isfinite(actual[:-1])
    value, before = actual[1:][scored], actual[:-1][scored]
    naive = rmse(value, before) ** 2 if len(value) else 0.0
    skill = 1.0 - rmse(value, forecast[1:][scored]) ** 2 / naive if naive else float("nan")
    return Persistence(int(np.argmax(correlation)), skill)


@dataclass(frozen=True)
class HorizonPersistence:
    """Result of the persistence check of forecasts several steps ahead.

    Parameters
    ----------
    share : float
        How far forecasts are from the last value, over how far the series moved from it; 0 for a
        copy of the last value.
    skill : float
        Share of the naive forecast's mean squared error that is gone.
    """

    share: float
    skill: float

    @property
    def copied(self) -> bool:
        """Whether forecasts move less than a tenth as far as the series does."""
        return self.share < 0.1

    @property
    def sentence(self) -> Message:
        """The result in words."""
        if not self.share > 1e-9:
            return message("persistence.copy")
        name = "persistence.still" if self.copied else "persistence.moves"
        return message(name, share=self.share, skill=self.skill)


def horizon_persistence(
    actual: np.ndarray, forecast: np.ndarray, last: np.ndarray
) -> HorizonPersistence:
    """Test whether forecasts of any horizon only repeat the last value before each cutoff.

    Parameters
    ----------
    actual, forecast, last : ndarray of shape [n]
        Values, their forecasts, and the last value that was known at the cutoff of each.

    Returns
    -------
    HorizonPersistence
        How far forecasts move, and their skill over the naive forecast.

    Raises
    ------
    DataError
        If no value differs from the last one before its cutoff.
    """
    actual, forecast, last = (np.asarray(x, np.float64) for x in (actual, forecast, last))
    moved, naive = np.abs(actual - last).sum(), np.mean((actual - last) ** 2)
    if not moved > 0:
        raise DataError(message("persistence.no_change"))
    share = float(np.abs(forecast - last).sum() / moved)
    return HorizonPersistence(share, 1.0 - float(np.mean((actual - forecast) ** 2) / naive))


def insample_persistence(
    pairs: Iterable[tuple[np.ndarray, np.ndarray]], longest: int = 1_000
) -> Message | None:
    """Answer whether in-sample forecasts one step ahead only repeat the last value.

    Parameters
    ----------
    pairs : iterable of (ndarray of shape [n], ndarray of shape [n])
        Of each series its values and the forecasts for them; NaN where there is none. The first
        fifth is left out, where forecasts start from an empty state.
    longest : int, default 1,000
        The last so many values of a series count.

    Returns
    -------
    Message or None
        None where no value differs from the one before.
    """
    rows = []
    for actual, fitted in pairs:
        first = max(len(actual) // 5, len(actual) - longest, 1)
        value, ahead, last = actual[first:], fitted[first:], actual[first - 1 : -1]
        there = np.isfinite(value) & np.isfinite(ahead) & np.isfinite(last)
        row = np.stack([value, ahead, last])[:, there]
        change = np.abs(row[0] - row[2])
        if change.sum() > 0:
            rows.append(row / change.mean())  # so that no series outweighs the others
    if not rows:
        return None
    answer = horizon_persistence(*np.concatenate(rows, axis=1)).sentence
    return message("persistence.insample", answer=answer)
