"""Whether a series keeps returning to one level."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_stationary"]

_CRITICAL = 0.463  # 5 % of the level-stationary distribution, table 1 of the paper


def is_stationary(values: np.ndarray) -> Any:
    """Test whether series wander away from their mean; False where one does, at the 5 % level.

    The sums of the deviations from the mean are held against the long-run variance, with Bartlett
    weights over the square root of n lags.

    Parameters
    ----------
    values : ndarray of shape [n] or [B, n]
        The training part of one series, or of several, without its season.

    Returns
    -------
    bool, or ndarray of bool of shape [B]
        True if no wandering was found, and for a constant series. A short series has to wander far
        to be found out.

    References
    ----------
    Kwiatkowski, D., Phillips, P. C. B., Schmidt, P. and Shin, Y. (1992). Testing the null
    hypothesis of stationarity against the alternative of a unit root. *Journal of Econometrics*
    54, 159-178. Equations 10 to 13.
    """
    # Scaled first, so that squares neither overflow nor vanish.
    values = np.asarray(values, np.float64)
    largest = np.max(np.abs(values), axis=-1, keepdims=True)
    errors = values / np.where(largest == 0, 1.0, largest)
    errors = errors - errors.mean(axis=-1, keepdims=True)
    n = values.shape[-1]
    lags = int(np.sqrt(n))
    variance = np.square(errors).sum(axis=-1)
    constant = variance <= 1e-28 * n
    for lag in range(1, lags + 1):
        weight = 2.0 * (1.0 - lag / (lags + 1))
        variance = variance + weight * (errors[..., lag:] * errors[..., :-lag]).sum(axis=-1)
    sums = np.cumsum(errors, axis=-1)
    stationary = constant | (np.square(sums).sum(axis=-1) < _CRITICAL * n * variance)
    return stationary if stationary.ndim else bool(stationary)
