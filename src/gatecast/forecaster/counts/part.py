"""Series of intermittent demand: forecast by probability and size, in place of the networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gatecast.data.intermittency import demand_of
from gatecast.data.panel import Panel, equal_lengths, offsets_of
from gatecast.data.transforms import MeanAbsoluteChangeScaler
from gatecast.forecaster.benchmarks.combination import clearly_less, combine
from gatecast.forecaster.counts.hurdle import Hurdle
from gatecast.forecaster.fitting.trial import Choices, HoldoutTrial
from gatecast.forecaster.intervals import quantile_levels
from gatecast.forecaster.records import NewRows
from gatecast.forecaster.settings.config import Settings
from gatecast.messages import Message, message

__all__ = ["CountPart", "count_part"]

#: Origins of a hold-out at which forecasts are compared, at most.
_MOST_ORIGINS = 4


@dataclass(frozen=True, eq=False)
class CountPart:
    """Forecast some series of a panel by a hurdle model, in their own unit.

    Parameters
    ----------
    which : ndarray of shape [M], int64
        Positions of these series, rising.
    recent : ndarray of shape [M, R]
        Their last values, the newest at the end; NaN before the first.
    model : Hurdle
        Of all of them.
    h : int
        Steps to forecast, K.
    mean : bool
        Whether the forecast is the mean demand; else the median.
    """

    which: np.ndarray
    recent: np.ndarray
    model: Hurdle
    h: int
    mean: bool

    @classmethod
    def of(cls, panel: Panel, which: np.ndarray, model: Hurdle, h: int, *, mean: bool) -> CountPart:
        """Stand at the ends of some series of a panel.

        Parameters
        ----------
        panel : Panel
            All series.
        which : ndarray of shape [M], int64
            Positions of those that are forecast.
        model : Hurdle
            Fitted.
        h : int
            Steps to forecast.
        mean : bool
            Whether the forecast is the mean demand.

        Returns
        -------
        CountPart
            At their ends.
        """
        last = panel.take(which).tail(model.reach)
        width = int(last.lengths.max(initial=1))
        recent = np.full((len(which), width), np.nan)
        for some, n in equal_lengths(last.lengths):
            at = last.offsets[some][:, np.newaxis] + np.arange(n)
            recent[some, width - n :] = last.values[at]
        return cls(which, recent, model, h, mean)

    def is_of_all(self, count: int) -> bool:
        """Tell whether the networks forecast no series.

        Parameters
        ----------
        count : int
            Series of the panel.

        Returns
        -------
        bool
            True if every series is intermittent.
        """
        return len(self.which) == count

    def quantiles(self, levels: Sequence[float]) -> np.ndarray:
        """Give quantiles of the demand at each of the next steps.

        Parameters
        ----------
        levels : sequence of float
            Of the quantiles, Q.

        Returns
        -------
        ndarray of shape [M, K, Q]
            Values that the series have had, or 0.
        """
        made = np.empty((len(self.which), self.h, len(levels)))
        for some, rows in self._windows():
            end = np.array([rows.shape[1] - 1])
            made[some] = self.model.quantiles(rows, end, self.h, levels)[:, 0]
        return made

    def forecast(self, level: Sequence[float]) -> tuple[np.ndarray, dict[float, tuple]]:
        """Forecast the demand at each of the next steps, and the ends of its intervals.

        Parameters
        ----------
        level : sequence of float
            Per cent that each interval should hold.

        Returns
        -------
        forecast : ndarray of shape [M, K]
            Medians, or means.
        ends : dict of float to (ndarray, ndarray)
            Lower and upper end for each level.
        """
        levels = quantile_levels(level)
        made = self.quantiles(levels)
        ends = {
            share: tuple(made[..., levels.index(0.5 + side * share / 200)] for side in (-1, 1))
            for share in level
        }
        return (self.means() if self.mean else made[..., levels.index(0.5)]), ends

    def means(self) -> np.ndarray:
        """Give the mean demand at each of the next steps.

        Returns
        -------
        ndarray of shape [M, K]
            Probability times mean size.
        """
        made = np.empty((len(self.which), self.h))
        for some, rows in self._windows():
            made[some] = self.model.means(rows, np.array([rows.shape[1] - 1]), self.h)[:, 0]
        return made

    def from_origins(self, values: np.ndarray, origins: np.ndarray) -> np.ndarray:
        """Forecast from steps within a series.

        Parameters
        ----------
        values : ndarray of shape [n]
            One of the series, from its first value on.
        origins : ndarray of shape [P]
            The last values that are known, rising.

        Returns
        -------
        ndarray of shape [P, K]
            Medians, or means.
        """
        one = values[np.newaxis]
        if self.mean:
            return self.model.means(one, origins, self.h)[0]
        return self.model.quantiles(one, origins, self.h, (0.5,))[0, ..., 0]

    def take(self, which: np.ndarray) -> CountPart | None:
        """Take some series of the panel.

        Parameters
        ----------
        which : ndarray of shape [S], int64
            Positions of the series, each once.

        Returns
        -------
        CountPart or None
            Of those among them that it forecasts; None if it forecasts none.
        """
        rows = np.full(max(self.which.max(), which.max(initial=0)) + 1, -1)
        rows[self.which] = np.arange(len(self.which))
        there = np.flatnonzero(rows[which] >= 0)
        if not len(there):
            return None
        return replace(self, which=there, recent=self.recent[rows[which[there]]])

    def draw(self, n_paths: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the demand at each of the next steps, each step by itself.

        Parameters
        ----------
        n_paths : int
            Draws.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        ndarray of shape [n_paths, M, K]
            Values that the series have had, or 0.
        """
        made = np.zeros((n_paths, len(self.which), self.h))
        for some, rows in self._windows():
            p = self.model.probabilities(rows, np.array([rows.shape[1] - 1]), self.h)[:, 0]
            sizes = np.sort(rows, axis=1)
            counts = np.count_nonzero(sizes > 0, axis=1)[:, np.newaxis]
            for path in made:
                place = sizes.shape[1] - 1 - (rng.random(p.shape) * counts).astype(np.int64)
                size = np.take_along_axis(sizes, place, axis=1)
                path[some] = np.where((rng.random(p.shape) < p) & (counts > 0), size, 0.0)
        return made

    def advance(self, rows: NewRows) -> CountPart:
        """Go on along new values.

        Parameters
        ----------
        rows : NewRows
            Of any series of the panel.

        Returns
        -------
        CountPart
            At the new ends; this one stays as it is.
        """
        place = np.full(max(self.which.max(), rows.which.max(initial=0)) + 1, -1)
        place[self.which] = np.arange(len(self.which))
        owner, begins = place[rows.which], offsets_of(rows.counts)
        ours = np.flatnonzero(owner >= 0)
        most = int(rows.counts[ours].max(initial=0))
        width = min(self.recent.shape[1] + most, self.model.reach)
        recent = np.full((len(self.which), self.recent.shape[1] + most), np.nan)
        recent[:, most:] = self.recent
        for j in ours:
            new = rows.values[begins[j] : begins[j + 1]]
            kept = np.concatenate([self.recent[owner[j]], new])[-recent.shape[1] :]
            recent[owner[j]] = np.nan
            recent[owner[j], -len(kept) :] = kept
        return replace(self, recent=recent[:, -width:])

    def of_others(self, panel: Panel) -> CountPart | None:
        """Stand at the ends of other series, those of them that are intermittent.

        Parameters
        ----------
        panel : Panel
            The other series.

        Returns
        -------
        CountPart or None
            None if none is intermittent.
        """
        which = np.flatnonzero(demand_of(panel).intermittent)
        if not len(which):
            return None
        return CountPart.of(panel, which, self.model, self.h, mean=self.mean)

    def join(self, other: CountPart | None, count: int) -> CountPart:
        """Put other series after these.

        Parameters
        ----------
        other : CountPart or None
            Of the same model.
        count : int
            Series of the panel before.

        Returns
        -------
        CountPart
            Of all of them.
        """
        if other is None:
            return self
        width = max(self.recent.shape[1], other.recent.shape[1])
        both = (
            np.pad(a, ((0, 0), (width - a.shape[1], 0)), constant_values=np.nan)
            for a in (self.recent, other.recent)
        )
        which = np.concatenate([self.which, other.which + count])
        return replace(self, which=which, recent=np.concatenate([*both]))

    def _windows(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Give series of as many values together, with these values [B, n]."""
        width = self.recent.shape[1]
        lengths = np.count_nonzero(~np.isnan(self.recent), axis=1)
        return [(some, self.recent[some, width - n :]) for some, n in equal_lengths(lengths)]


def count_part(
    settings: Settings, panel: Panel, trial: HoldoutTrial | None, choices: Choices
) -> tuple[CountPart | None, list[Message]]:
    """Forecast the intermittent series of a panel by probability and size, unless that is worse.

    Parameters
    ----------
    settings : Settings
        Of the fit.
    panel : Panel
        All values.
    trial : HoldoutTrial or None
        Of the networks; None where nothing could be held out.
    choices : Choices
        What the networks' forecasts are.

    Returns
    -------
    part : CountPart or None
        None if no series is intermittent, columns are known in advance, or the networks clearly
        forecast these series better on the hold-out.
    notes : list of Message
        What was decided.
    """
    demand = demand_of(panel)
    which = np.flatnonzero(demand.intermittent)
    s = settings
    if not len(which) or s.futr_exog_list or s.holidays or s.look_back is not None:
        return None, []
    usual = float(np.median(np.minimum(demand.interval[which], panel.lengths[which])))
    lumpy = int(demand.lumpy.sum())
    detected = message("counts.demand", n=len(which), all=len(panel), lumpy=lumpy, interval=usual)
    if trial is not None and _networks_win(settings, trial, choices):
        return None, [message("counts.not_used", demand=detected)]
    mean = s.loss == "squared"
    part = CountPart.of(panel, which, _fitted(panel.take(which), s), s.h, mean=mean)
    return part, [message("counts.mean" if mean else "counts.median", demand=detected)]


def _fitted(panel: Panel, settings: Settings) -> Hurdle:
    return Hurdle.fit(panel.values, panel.offsets, settings.seasons[0], settings.h)


def _networks_win(settings: Settings, trial: HoldoutTrial, choices: Choices) -> bool:
    """Test on the hold-out whether the networks clearly forecast intermittent series better."""
    panel = trial.panel
    past = panel.head(panel.lengths - trial.held_out)
    which = np.flatnonzero(demand_of(past).intermittent)
    if not len(which):
        return False
    outlook, weight = trial.outlook(choices.combination.benchmark), choices.combination.weight
    combined = combine(trial.score(choices.max_steps).median, outlook.median, weight)
    origins = np.unique(np.linspace(0, trial.held_out - 1, _MOST_ORIGINS).astype(int))
    theirs = trial.own_errors(combined, origins.tolist())[which]
    model, some = _fitted(past.take(which), settings), panel.take(which)
    ours = np.zeros(len(which))
    for rows, n in equal_lengths(some.lengths):
        values = some.values[some.offsets[rows][:, np.newaxis] + np.arange(n)]
        first = n - trial.held_out
        at = first - 1 + origins
        made = model.quantiles(values, at, settings.h, (0.5,))[..., 0]
        for j, end in enumerate(at + 1):
            actual = values[:, end : end + settings.h]
            ours[rows] += np.abs(made[:, j, : actual.shape[1]] - actual).mean(axis=1)
        change = MeanAbsoluteChangeScaler.fit(values[:, :first], settings.h).change
        ours[rows] /= len(origins) * change
    independent = len(which) * max(1.0, trial.held_out / settings.h)
    return clearly_less(theirs, ours, independent)
