"""Whether a series keeps returning to one level."""

from __future__ import annotations

import numpy as np

__all__ = ["is_stationary"]

_CRITICAL = 0.463  # 5 % of the level-stationary distribution, table 1 of the paper


def is_stationary(values: np.ndarray) -> bool:
    """Test whether a series wanders away from its mean; False if it does, at the 5 % level.

    The sums of the deviations from the mean are held against the long-run variance, with Bartlett
    weights over the square root of n lags.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part, without its season.

    Returns
    -------
    bool
        True if no wandering was found, and for a constant series. A short series has to wander far
        to be found out.

    References
    ----------
    Kwiatkowski, D., Phillips, P. C. B., Schmidt, P. and Shin, Y. (1992). Testing the null
    hypothesis of stationarity against the alternative of a unit root. *Journal of Econometrics*
    54, 159-178. Equations 10 to 13.
    """
    # Scaled first, so that squares neither overflow nor vanish.
    errors = np.asarray(values, np.float64) / (np.max(np.abs(values)) or 1.0)
    errors = errors - errors.mean()
    n = len(errors)
    lags = int(np.sqrt(n))
    variance = errors @ errors
    if variance <= 1e-28 * n:
        return True
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1)) * (errors[lag:] @ errors[:-lag])
    sums = np.cumsum(errors)
    return bool(sums @ sums < _CRITICAL * n * variance)
