"""How coefficients of several series are drawn together, and which are shrunk to nothing.

Coefficients are drawn to their mean as far as they are like each other. Where they depend on static
columns clearly (as a promotion does more in large shops), the mean is a regression on these, as in
small area estimation (Fay and Herriot 1979).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatecast.forecaster.additive.partial_regression import PartialFit
from gatecast.forecaster.additive.regressors import Regressors

__all__ = ["draw_together", "kept_shares", "static_means"]

#: Standard deviations above what noise gives, from which on regressors that belong together count.
_CLEAR = 1.64
#: The same of holidays, which have many columns: 1 in 100 of noise is kept; and of static columns.
_CLEAR_HOLIDAY = _CLEAR_STATIC = 4.0


def draw_together(
    fits: Sequence[PartialFit], unit: np.ndarray, fixed: np.ndarray | None = None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Draw coefficients over the unit of each series to their mean, by empirical Bayes.

    Parameters
    ----------
    fits : sequence of PartialFit
        Of each series.
    unit : ndarray of shape [N]
        What coefficients are divided by to be alike.
    fixed : ndarray of shape [N, S], optional
        Static columns that the mean may depend on.

    Returns
    -------
    coefficients : ndarray of shape [N, P]
        In each series' own unit.
    covariances : list of ndarray of shape [P, P]
        Of these.
    """
    if len(fits) == 1:
        return fits[0].coefficients[np.newaxis], [np.linalg.pinv(fits[0].precision)]
    own = np.stack([fit.coefficients / u for fit, u in zip(fits, unit, strict=True)])
    precisions = np.stack([fit.precision * u**2 for fit, u in zip(fits, unit, strict=True)])
    common = np.linalg.pinv(precisions.sum(axis=0)) @ np.einsum("npq,nq->p", precisions, own)
    noise = np.stack([np.diag(np.linalg.pinv(one)) for one in precisions])
    there = np.einsum("npp->np", precisions) > 0

    def spread_around(mean: np.ndarray) -> np.ndarray:
        squares = np.where(there, np.square(own - mean) - noise, 0.0).sum(axis=0)
        squares /= np.maximum(there.sum(axis=0), 1)
        return np.maximum(squares, 1e-6 * np.square(common) + 1e-12)

    mean = np.broadcast_to(common, own.shape)
    if fixed is not None and fixed.shape[1]:
        variance = np.where(there, noise + spread_around(common), np.inf)
        mean = static_means(own, variance, fixed, fixed, common)
    prior = np.diag(1.0 / spread_around(mean))
    covariances = np.linalg.inv(precisions + prior)
    right = np.einsum("npq,nq->np", precisions, own) + mean @ prior
    drawn = np.einsum("npq,nq->np", covariances, right)
    # the mean is estimated too (Morris 1983): else what all share would look certain
    of_mean = np.linalg.pinv((prior - prior @ covariances @ prior).sum(axis=0), hermitian=True)
    pulled = covariances @ prior
    covariances = covariances + pulled @ of_mean @ pulled.transpose(0, 2, 1)
    return drawn * unit[:, np.newaxis], [c * u**2 for c, u in zip(covariances, unit, strict=True)]


def static_means(
    own: np.ndarray,
    variance: np.ndarray,
    fixed: np.ndarray,
    wanted: np.ndarray,
    common: np.ndarray | None = None,
) -> np.ndarray:
    """Give the mean of each coefficient for static columns, where it clearly depends on them.

    Parameters
    ----------
    own, variance : ndarray of shape [N, P]
        Coefficients of some series, and their variances; infinite ones do not count. Only the
        ratios of variances matter.
    fixed : ndarray of shape [N, S]
        Static columns of these series.
    wanted : ndarray of shape [M, S]
        Those of the series whose means are wanted.
    common : ndarray of shape [P], optional
        The mean of all; the weighted mean if not given.

    Returns
    -------
    ndarray of shape [M, P]
        The common mean where they do not help.
    """
    weights = 1.0 / variance
    total = np.maximum(weights.sum(axis=0), 1e-300)
    usual = (weights * own).sum(axis=0) / total if common is None else common
    result = np.tile(usual, (len(wanted), 1))
    for p in range(own.shape[1] if fixed.shape[1] else 0):
        w = weights[:, p] / total[p]
        centre, middle = w @ own[:, p], w @ fixed
        z, y = fixed - middle, own[:, p] - centre
        gram = (z.T * w) @ z
        slopes = np.linalg.pinv(gram, rcond=1e-9, hermitian=True) @ (z.T @ (w * y))
        rank = int(np.linalg.matrix_rank(gram, tol=1e-9 * max(np.trace(gram), 1e-300)))
        explained, whole = slopes @ gram @ slopes, w @ np.square(y)
        freedom = np.count_nonzero(w) - 1 - rank
        if not rank or freedom < 1 or whole <= 0.0:
            continue
        # the F statistic times its first degrees of freedom, about chi-square of that many
        strength = explained * freedom / max(whole - explained, 1e-12 * whole)
        if strength > rank + _CLEAR_STATIC * np.sqrt(2.0 * rank):
            share = 1.0 - rank / strength
            result[:, p] = usual[p] + share * (centre - usual[p] + (wanted - middle) @ slopes)
    return result


def kept_shares(
    fits: Sequence[PartialFit],
    coefficients: np.ndarray,
    covariances: Sequence[np.ndarray],
    regressors: Regressors,
) -> np.ndarray:
    """Give the share of each coefficient that is kept: none where noise would give as much.

    Parameters
    ----------
    fits : sequence of PartialFit
        Of each series.
    coefficients : ndarray of shape [N, P]
        Drawn together.
    covariances : sequence of ndarray of shape [P, P]
        Of these.
    regressors : Regressors
        Which regressors belong together.

    Returns
    -------
    ndarray of shape [P]
        0 to 1 (the nonnegative garrote, Breiman 1995).
    """
    kept = np.zeros(coefficients.shape[1])
    whole = np.linalg.pinv(sum(fit.precision for fit in fits) / len(fits)) / len(fits)
    mean = coefficients.mean(axis=0)
    for term in regressors.terms:
        part = slice(term.start, term.stop)
        width = term.stop - term.start
        each = [
            b[part] @ np.linalg.pinv(v[part, part]) @ b[part]
            for b, v in zip(coefficients, covariances, strict=True)
        ]
        together = mean[part] @ np.linalg.pinv(whole[part, part]) @ mean[part]
        strengths = [np.mean(each)] if len(fits) == 1 else [np.mean(each), together]
        strongest = max(float(s) for s in strengths)
        clear = _CLEAR_HOLIDAY if regressors.is_holiday(term.column) else _CLEAR
        if strongest > width + clear * np.sqrt(2.0 * width):
            kept[part] = 1.0 - width / strongest
    return kept
