"""The additive part: what columns known in advance add to a series, or by what they multiply it.

It is estimated beside level and seasons (:mod:`gatecast.forecaster.additive.partial_regression`)
and taken off each series before anything else; the networks learn what is left, and it is put back
onto their forecast. So a rare event moves the forecast by what it moved the past, and in that
direction.
Columns that do not help are shrunk to nothing (the nonnegative garrote, Breiman 1995). The
coefficients of several series are drawn to their common mean, as far as they are like each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gatecast.data.panel import Panel
from gatecast.forecaster.additive.partial_regression import partial_regression
from gatecast.forecaster.additive.regressors import Regressors
from gatecast.forecaster.additive.shrinkage import draw_together, kept_shares, static_means

__all__ = ["ADDITIVE_ROWS", "EFFECT_ROWS", "AdditivePart", "Effects"]

#: Arrays with a row for each series, of the part and of its effects.
ADDITIVE_ROWS = ("coefficients", "tail", "last", "size")
EFFECT_ROWS = ("size", "error", "later", "events", "lowest", "highest")

#: By how much logarithms have to be likelier, in logarithms of the likelihood.
_EVIDENCE = 10.0
#: How far other series' coefficients may be from those of the fit, as a share, at the least.
_ALIKE, _TINY = 0.25, 1e-12
#: Quantiles between which the effect of a number is given.
_SPAN = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class Effects:
    """Hold the effect of each encoded column on each series.

    Parameters
    ----------
    size, error : ndarray of shape [N, F]
        Change of the series, in its own unit or logarithms, from the lower to the higher value of
        the column, and its standard error.
    later : ndarray of shape [N, F]
        The same a step later.
    events : ndarray of shape [N, F]
        How often the column was not at its most frequent value.
    span : ndarray of shape [F, 2]
        Lower and higher value, encoded: 0 and 1, or the 10 % and 90 % quantiles.
    lowest, highest : ndarray of shape [N, F]
        Range that was observed, encoded.
    """

    size: np.ndarray
    error: np.ndarray
    later: np.ndarray
    events: np.ndarray
    span: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


@dataclass(frozen=True, eq=False)
class AdditivePart:
    """Hold the coefficients of each series, and what the next step needs.

    Parameters
    ----------
    regressors : Regressors
        What columns become.
    multiplicative : bool
        Whether contributions are logarithms of factors; else they are added.
    coefficients : ndarray of shape [N, P]
        Of each series.
    tail : ndarray of shape [N, lead, F]
        Encoded columns of the last steps.
    last : ndarray of shape [N]
        Contribution at the last step.
    size : ndarray of shape [N]
        Mean absolute value of each series.
    effects : Effects
        For a reader.
    """

    regressors: Regressors
    multiplicative: bool
    coefficients: np.ndarray
    tail: np.ndarray
    last: np.ndarray
    size: np.ndarray
    effects: Effects

    @classmethod
    def fit(
        cls, panel: Panel, encoded: Sequence[np.ndarray], seasons: Sequence[int], day: int,
        multiplicative: bool | None, holidays: int = 0, fixed: np.ndarray | None = None,
    ) -> AdditivePart:  # fmt: skip
        """Estimate the coefficients from the training part.

        Parameters
        ----------
        panel : Panel
            Training parts.
        encoded : sequence of ndarray of shape [n, F]
            Columns of each series at the same steps.
        seasons : sequence of int
            Steps in each season.
        day : int
            Steps of a day; 1 for days, 0 for longer steps and step numbers.
        multiplicative : bool or None
            Whether the part multiplies; the likelihood decides if None (Box and Cox 1964).
        holidays : int, default 0
            How many of the columns, the last ones, are holidays.
        fixed : ndarray of shape [N, S], optional
            Static columns, encoded; coefficients may depend on them.

        Returns
        -------
        AdditivePart
            At the ends of the training parts.
        """
        regressors = Regressors.fit(encoded, day, holidays)
        designs, size = _designs(regressors, panel, encoded)
        series = [one.values for one in panel]
        logs = _multiplies(series, designs, seasons, multiplicative)
        targets = [np.log(y) for y in series] if logs else series
        unit = np.ones_like(size) if logs else size

        def estimated(kept: np.ndarray) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
            fits = [
                partial_regression(y, x * (kept > 0), seasons)
                for y, x in zip(targets, designs, strict=True)
            ]
            own, errors = draw_together(fits, unit, fixed)
            return own, errors, kept_shares(fits, own, errors, regressors) * (kept > 0)

        # what remains is estimated again without what does not help
        own, errors, kept = estimated(estimated(np.ones(regressors.count))[2])
        coefficients = own * kept
        effects = _effects(regressors, coefficients, errors, kept, encoded)
        return _at_ends(regressors, logs, coefficients, designs, encoded, size, effects)

    def fit_others(
        self,
        panel: Panel,
        encoded: Sequence[np.ndarray],
        seasons: Sequence[int],
        same: np.ndarray,
        fixed: tuple[np.ndarray, np.ndarray],
    ) -> AdditivePart:
        """Estimate the coefficients of series that were not in the fit, drawn to those that were.

        Parameters
        ----------
        panel : Panel
            Other series.
        encoded : sequence of ndarray of shape [n, F]
            Their columns.
        seasons : sequence of int
            Steps in each season.
        same : ndarray of shape [N]
            Which series of the fit each one is, with the same history; -1 for others.
        fixed : tuple of ndarray of shape [., S]
            Static columns, encoded, of the series of the fit and of the others.

        Returns
        -------
        AdditivePart
            Of the panel's series, with the same regressors.
        """
        designs, size = _designs(self.regressors, panel, encoded)
        unit = np.ones_like(size) if self.multiplicative else size
        learned = self.coefficients / (1.0 if self.multiplicative else self.size[:, np.newaxis])
        there = np.asarray(learned.any(axis=0))
        usual = static_means(learned, np.ones_like(learned), *fixed)
        around = learned - static_means(learned, np.ones_like(learned), fixed[0], fixed[0])
        spread = np.square(around).mean(axis=0) + np.square(_ALIKE * usual).mean(axis=0)
        prior = np.diag(1.0 / np.maximum(spread, _TINY))
        coefficients, covariances = [], []
        for one, x, u, mean in zip(panel, designs, unit, usual, strict=True):
            y = np.log(np.maximum(one.values, _TINY)) if self.multiplicative else one.values
            fit = partial_regression(y, x * there, seasons)
            covariance = np.linalg.inv(fit.precision * u**2 + prior)
            right = fit.precision @ fit.coefficients * u + prior @ mean
            coefficients.append(covariance @ right * u)
            covariances.append(covariance * u**2)
        drawn = np.stack(coefficients) * there
        drawn[same >= 0] = self.coefficients[same[same >= 0]]
        effects = _effects(self.regressors, drawn, covariances, there, encoded)
        return _at_ends(
            self.regressors, self.multiplicative, drawn, designs, encoded, size, effects
        )

    def contributions(
        self, i: int, encoded: np.ndarray, times: np.ndarray, *, follows: bool
    ) -> np.ndarray:
        """Give what each column contributes to steps of a series.

        Parameters
        ----------
        i : int
            Which series.
        encoded : ndarray of shape [n, F]
            Its columns at these steps.
        times : ndarray of shape [n]
            Their times.
        follows : bool
            Whether the steps follow the last one; else the first begins the series.

        Returns
        -------
        ndarray of shape [n, F]
            Their sum over F is the contribution.
        """
        lead = self.regressors.lead
        rows = np.concatenate([self.tail[i], encoded]) if follows else _with_lead(encoded, lead)
        parts = self.regressors.make(rows, times) * self.coefficients[i]
        result = np.zeros((len(times), encoded.shape[1]))
        for term in self.regressors.terms:
            result[:, term.column] += parts[:, term.start : term.stop].sum(axis=1)
        return result

    def along(
        self, panel: Panel, encoded: Sequence[np.ndarray], which: np.ndarray | None = None
    ) -> np.ndarray:
        """Give the contribution to every step of a panel, from the first on, [total].

        Parameters
        ----------
        panel : Panel
            Series from their first values on.
        encoded : sequence of ndarray of shape [n, F]
            Their columns.
        which : ndarray of shape [N], optional
            Which series of this part each one is; in the same order if not given.

        Returns
        -------
        ndarray of shape [total]
            One series after another.
        """
        places = np.arange(len(panel)) if which is None else which
        parts = [
            self.contributions(int(i), rows, one.times, follows=False).sum(axis=1)
            for i, rows, one in zip(places, encoded, panel, strict=True)
        ]
        return np.concatenate(parts)

    def off_panel(self, panel: Panel, encoded: Sequence[np.ndarray]) -> np.ndarray:
        """Give the values of a panel less this part.

        Parameters
        ----------
        panel, encoded
            As for :meth:`along`.

        Returns
        -------
        ndarray of shape [total]
            One series after another.
        """
        return self.take_off(panel.values, self.along(panel, encoded))

    def ahead(self, encoded: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Give the contribution to the steps after the last one.

        Parameters
        ----------
        encoded : ndarray of shape [N, K, F]
            Of each series.
        times : ndarray of shape [N, K]
            Their times.

        Returns
        -------
        ndarray of shape [N, K]
            Of each series.
        """
        parts = [
            self.contributions(i, rows, ahead, follows=True).sum(axis=1)
            for i, (rows, ahead) in enumerate(zip(encoded, times, strict=True))
        ]
        return np.stack(parts)

    def take_off(self, values: np.ndarray, contribution: np.ndarray) -> np.ndarray:
        """Take a contribution off values.

        Parameters
        ----------
        values, contribution : ndarray of one shape
            In the series' own unit; and of the part.

        Returns
        -------
        ndarray of the same shape
            In the series' own unit.
        """
        return values / np.exp(contribution) if self.multiplicative else values - contribution

    def put_back(self, values: np.ndarray, contribution: np.ndarray) -> np.ndarray:
        """Put a contribution back onto values.

        Parameters
        ----------
        values, contribution : ndarray of one shape
            In the series' own unit; and of the part.

        Returns
        -------
        ndarray of the same shape
            In the series' own unit.
        """
        return values * np.exp(contribution) if self.multiplicative else values + contribution

    def advance(
        self, which: np.ndarray, counts: np.ndarray, encoded: np.ndarray, times: np.ndarray
    ) -> tuple[AdditivePart, np.ndarray]:
        """Go on along new steps of some series.

        Parameters
        ----------
        which, counts : ndarray of shape [S]
            The series, and the new steps of each.
        encoded : ndarray of shape [total, F]
            Columns at these steps, one series after another.
        times : ndarray of shape [total]
            Their times.

        Returns
        -------
        part : AdditivePart
            At the new ends.
        contribution : ndarray of shape [total]
            To the new steps.
        """
        tail, last = self.tail.copy(), self.last.copy()
        parts, end = [np.zeros(0)], 0
        for i, count in zip(which, counts, strict=True):
            rows = slice(end, end := end + int(count))
            made = self.contributions(int(i), encoded[rows], times[rows], follows=True).sum(axis=1)
            parts.append(made)
            if len(made):
                last[i] = made[-1]
                tail[i] = np.concatenate([tail[i], encoded[rows]])[-self.regressors.lead :]
        return replace(self, tail=tail, last=last), np.concatenate(parts)


def _at_ends(
    regressors: Regressors,
    multiplicative: bool,
    coefficients: np.ndarray,
    designs: Sequence[np.ndarray],
    encoded: Sequence[np.ndarray],
    size: np.ndarray,
    effects: Effects,
) -> AdditivePart:
    """Keep of the training parts what the next step needs."""
    last = np.array([x[-1] @ b for x, b in zip(designs, coefficients, strict=True)], np.float64)
    tail = np.stack([_with_lead(rows, regressors.lead)[-regressors.lead :] for rows in encoded])
    return AdditivePart(regressors, multiplicative, coefficients, tail, last, size, effects)


def _designs(
    regressors: Regressors, panel: Panel, encoded: Sequence[np.ndarray]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Give the regressors [n, P] of each series, and the mean absolute value of each, [N]."""
    designs = [
        regressors.make(_with_lead(rows, regressors.lead), one.times)
        for rows, one in zip(encoded, panel, strict=True)
    ]
    return designs, np.array([np.abs(one.values).mean() or 1.0 for one in panel])


def _with_lead(encoded: np.ndarray, lead: int) -> np.ndarray:
    """Put the first row of columns [n, F] before them, so many times."""
    return np.concatenate([np.repeat(encoded[:1], lead, axis=0), encoded])


def _multiplies(
    series: Sequence[np.ndarray],
    designs: Sequence[np.ndarray],
    seasons: Sequence[int],
    multiplicative: bool | None,
) -> bool:
    """Decide whether logarithms are likelier than the values as they are."""
    if multiplicative is False or any(y.min() <= 0 for y in series):
        return False
    if multiplicative:
        return True
    gain = 0.0
    for y, x in zip(series, designs, strict=True):
        plain = partial_regression(y, x, seasons)
        log = partial_regression(np.log(y), x, seasons)
        if plain.deviation > 0 and log.deviation > 0:
            jacobian = float(np.log(y).mean())
            gain += plain.used * (np.log(plain.deviation / log.deviation) - jacobian)
    return bool(gain > _EVIDENCE)


def _effects(
    regressors: Regressors,
    coefficients: np.ndarray,
    covariances: Sequence[np.ndarray],
    kept: np.ndarray,
    encoded: Sequence[np.ndarray],
) -> Effects:
    """Give the effect of each column between two of its values."""
    rows = np.concatenate(encoded)
    count = rows.shape[1]
    span = np.quantile(rows, _SPAN, axis=0).T
    for j in range(count):
        if len(np.unique(rows[:, j])) <= 2:
            span[j] = rows[:, j].min(), rows[:, j].max()
    now, later = np.zeros((count, regressors.count)), np.zeros((count, regressors.count))
    for term in regressors.terms:
        part, (low, high) = slice(term.start, term.stop), span[term.column]
        if term.kind in ("linear", "day's mean"):
            now[term.column, part] = high - low
        elif term.kind == "curve":
            knots = regressors.knots[term.column]
            now[term.column, part] = np.maximum(high - knots, 0) - np.maximum(low - knots, 0)
        elif term.kind == "weekend":
            now[term.column, part] = (high - low) * 2 / 7
        elif term.kind == "later":
            later[term.column, part] = high - low
    weighted = now * (kept > 0)
    error = np.stack([np.sqrt(np.einsum("fp,pq,fq->f", weighted, v, weighted))
                      for v in covariances])  # fmt: skip
    events = np.stack([_events(part) for part in encoded])
    # of a holiday days count, however short steps are
    events[:, count - regressors.holidays :] //= max(1, regressors.day)
    return Effects(
        coefficients @ now.T, error, coefficients @ later.T, events, span,
        np.stack([part.min(axis=0) for part in encoded]),
        np.stack([part.max(axis=0) for part in encoded]),
    )  # fmt: skip


def _events(encoded: np.ndarray) -> np.ndarray:
    """Count the steps at which each column is not at its most frequent value, [F]."""
    return np.array([
        len(column) - np.unique(column, return_counts=True)[1].max() for column in encoded.T
    ])  # fmt: skip
