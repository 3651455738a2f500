"""Forecast combination: the network's forecast and a benchmark's, weighted by a hold-out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = [
    "NETWORK_ALONE", "WEIGHTS", "Combination", "can_be_clear", "choose_combination",
    "clearly_less", "combine", "median_of",
]  # fmt: skip

#: Weights of the network's forecast that are tried; the rest is a benchmark's.
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)

#: With fewer independent forecasts, no difference is clear.
_FEWEST = 4.0


class Combination(NamedTuple):
    """Say which benchmark a network is combined with, and the network's weight beside it."""

    benchmark: int
    weight: float


NETWORK_ALONE = Combination(0, 1.0)


def combine(network: np.ndarray, benchmark: np.ndarray, weight: float) -> np.ndarray:
    """Combine two forecasts; ``weight`` is that of the network's.

    Parameters
    ----------
    network, benchmark : ndarray of one shape
        Forecasts.
    weight : float
        Of the network, 0 to 1.

    Returns
    -------
    ndarray
        The combined forecast.
    """
    return weight * network + (1.0 - weight) * benchmark


def median_of(outputs: Sequence[np.ndarray]) -> np.ndarray:
    """Give the median of a few networks' outputs, as np.median does, which takes six times as long.

    Parameters
    ----------
    outputs : sequence of ndarray of one shape
        Of each network; finite.

    Returns
    -------
    ndarray of that shape
        Of an even number, the mean of the two in the middle.
    """
    middle, ordered = len(outputs) // 2, np.sort(outputs, axis=0)
    if len(outputs) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def can_be_clear(independent: float) -> bool:
    """Tell whether there are enough forecasts for a difference of their errors to be clear.

    Parameters
    ----------
    independent : float
        How many of them do not overlap.

    Returns
    -------
    bool
        False with fewer than four.
    """
    return independent >= _FEWEST


def clearly_less(errors: np.ndarray, others: np.ndarray, independent: float) -> bool:
    """Test whether errors are smaller than others by more than the standard error of that.

    Parameters
    ----------
    errors, others : ndarray of shape [n]
        Errors from the same origins.
    independent : float
        How many of the n forecasts do not overlap; with fewer than four, nothing is clear.

    Returns
    -------
    bool
        False where too few forecasts are independent.
    """
    gain = others - errors
    if not can_be_clear(independent) or not gain.any():
        return False
    return bool(gain.mean() > gain.std() / np.sqrt(independent))


def choose_combination(
    *scores: tuple[dict[Combination, np.ndarray], float], prior: Combination = NETWORK_ALONE
) -> Combination:
    """Choose a benchmark and the network's weight: the prior ones, unless others clearly win.

    Of those that are better at every hold-out, the benchmark is that of the best one, and the
    weight the largest that is not clearly worse.

    Parameters
    ----------
    *scores : tuple of dict and float
        For each hold-out the errors of every combination, and how many forecasts are independent.
    prior : Combination, default the network alone
        What is chosen where nothing is clear.

    Returns
    -------
    Combination
        The choice.
    """

    def clearly(one: Combination, other: Combination) -> bool:
        return all(clearly_less(errors[one], errors[other], n) for errors, n in scores)

    def error(one: Combination) -> float:
        # what errs most at one hold-out must not outweigh the others
        means = [errors[one].mean() / errors[prior].mean() for errors, _ in scores]
        return float(np.prod(means))

    better = [one for one in scores[0][0] if clearly(one, prior)]
    if not better:
        return prior
    best = min(better, key=error)
    close = (one for one in better if one.benchmark == best.benchmark and not clearly(best, one))
    return max(close, key=lambda one: one.weight)
