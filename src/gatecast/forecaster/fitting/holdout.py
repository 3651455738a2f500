"""The hold-out: the last values of each series decide what the final networks are trained to do.

Three things are chosen by forecasts of values that were not trained on: how the season is treated,
for how many steps networks are trained, and whether a benchmark forecast is combined with theirs.
"""

from __future__ import annotations

import numpy as np

from gatecast.data.panel import RELATED
from gatecast.forecaster.benchmarks.combination import (
    NETWORK_ALONE,
    Combination,
    can_be_clear,
    choose_combination,
    clearly_less,
)
from gatecast.forecaster.fitting.ensemble import Ensemble
from gatecast.forecaster.fitting.preparation import Origin, Preparer, SeasonalTreatment
from gatecast.forecaster.fitting.trial import Choices, HoldoutTrial, train_trials
from gatecast.forecaster.inputs.features import lags_of, seasons_of
from gatecast.forecaster.threads import beside
from gatecast.messages import Message, message

__all__ = ["Holdout"]

#: Lags that are seen at the most where the season is taken out.
_SHORT = 24
_MOST_HELD_OUT = 2000


class Holdout:
    """Choose the treatment of the season, the training steps and the combination.

    Parameters
    ----------
    preparer : Preparer
        Prepares the series at each origin.
    ensemble : Ensemble
        Trains networks.
    """

    def __init__(self, preparer: Preparer, ensemble: Ensemble) -> None:
        self.preparer, self.ensemble, self.settings = preparer, ensemble, preparer.settings
        self.held_out = self._length()
        lengths = preparer.panel.lengths
        self.which = tuple(np.flatnonzero(_leaves_enough(lengths, self.held_out)).tolist())
        earlier = tuple(
            i for i in self.which if _leaves_enough(lengths[i] - self.held_out, self.held_out)
        )
        self.earlier = earlier if len(earlier) >= RELATED else ()
        self.notes: list[Message] = []
        self._trials: dict[tuple[SeasonalTreatment, bool], HoldoutTrial] = {}

    @property
    def possible(self) -> bool:
        """Whether some series are long enough to hold values out."""
        return bool(self.held_out and self.which)

    def trial(self, treatment: SeasonalTreatment, *, earlier: bool = False) -> HoldoutTrial:
        """Give the trial at the last origin, or at the one a hold-out earlier.

        Parameters
        ----------
        treatment : SeasonalTreatment
            How the season is treated.
        earlier : bool, default False
            Whether the origin is that a hold-out earlier.

        Returns
        -------
        HoldoutTrial
            The same object for the same arguments.
        """
        key = treatment, earlier
        if key not in self._trials:
            back = self.held_out
            origin = Origin(self.earlier, back, back) if earlier else Origin(self.which, 0, back)
            preparation = self.preparer.prepare(treatment, origin)
            self._trials[key] = HoldoutTrial(preparation, back, self.ensemble)
        return self._trials[key]

    def choose(self, candidates: tuple[int, ...]) -> Choices:
        """Choose everything that a hold-out can decide.

        Parameters
        ----------
        candidates : tuple of int
            Training steps to try, the fewest first.

        Returns
        -------
        Choices
            What the final networks are trained to do.
        """
        treatment = self._choose_treatment(candidates[0])
        trial = self.trial(treatment)
        forecasts = map(trial.outlook, range(len(trial.preparation.kinds)))
        with beside(forecasts, self.settings.threads):
            max_steps = self._choose_steps(treatment, candidates)
        combination = self._choose_combination(treatment, max_steps)
        if trial.preparation.kinds[combination.benchmark].kind == "average":
            of = ("adjusted", "local", "last", "seasonal", "level", "linear")
            fields = dict(zip(of, trial.weights, strict=True))
            self.notes.append(message("holdout.weights", **fields))
        return Choices(treatment, max_steps, combination, trial.weights)

    def _choose_treatment(self, max_steps: int) -> SeasonalTreatment:
        """Choose whether the season stays in the series, and which lags the network sees."""
        s, panel = self.settings, self.preparer.panel
        seasons: tuple[int, ...] = ()
        lags: tuple[int, ...] = ()
        # a look_back is all that a network sees; seasons requested by name are taken out
        if self.preparer.related and s.look_back is None and len(s.seasons) == 1:
            past = panel.take(self.which)
            past = past.head(past.lengths - self.held_out)
            seasons = seasons_of(past, s.seasons[0])
            lags = lags_of(seasons, s.h, int(np.median(past.lengths)))
        if not lags:
            return SeasonalTreatment()
        # without its season, a series is known by its last values
        short = tuple(range(1, min(s.seasons[0], _SHORT) + 1))
        stays, out = SeasonalTreatment(lags, adjust=False), SeasonalTreatment(short)
        if s.adjust_season != "auto":
            return out
        # one origin says little: what happens to all series at once would decide
        errors: list[list[np.ndarray]] = []
        taken_out = True
        for earlier in (False, True) if self.earlier else (False,):
            self.ensemble.aggregator.more((2 if errors else 1) * max_steps)
            trials = [self.trial(one, earlier=earlier) for one in (stays, out)]
            train_trials(trials, max_steps)
            errors.append([trial.score(max_steps).scaled_errors for trial in trials])
            left, removed = errors[-1]
            if not clearly_less(removed, left, len(left)):
                taken_out = False
                break  # whatever the origin before shows
        chosen = out if taken_out else stays
        self._let_go_of_all_but(chosen)
        self.notes.append(_treatment_sentence(seasons, chosen, errors))
        return chosen

    def _choose_steps(self, treatment: SeasonalTreatment, candidates: tuple[int, ...]) -> int:
        """Choose how long to train: longer only as long as that clearly helps.

        With future covariates it is enough that it helps: a network that has yet to learn their
        effect makes forecasts that lie between those of all cells.
        """
        trial, has_future = self.trial(treatment), bool(self.settings.futr_exog_list)
        best = trial.score(candidates[0])
        if not (has_future or can_be_clear(trial.independent)):
            return candidates[0]  # nothing that longer training does could decide
        for max_steps in candidates[1:]:
            result = trial.score(max_steps)
            alone = result.errors, best.errors
            helps = has_future and alone[0].mean() < alone[1].mean()
            if not (helps or clearly_less(*alone, trial.independent)):
                break
            best = result
        return best.trained.max_steps

    def _choose_combination(self, treatment: SeasonalTreatment, max_steps: int) -> Combination:
        """Choose a benchmark to combine with, if that is clearly better than the network alone."""
        trial, prior = self.trial(treatment), self.preparer.prior(treatment)
        score = trial.combinations(max_steps)
        if prior != NETWORK_ALONE:
            # the best without the pretrained network has to beat it, alone or mixed
            errors, n = score
            with_it = [i for i, kind in enumerate(trial.preparation.kinds) if kind.pretrained]
            pretrained = {c: e for c, e in errors.items() if c.benchmark in with_it}
            others = {c: e for c, e in errors.items() if c.benchmark not in with_it}
            rival = choose_combination((others, n))
            return choose_combination(({**pretrained, rival: others[rival]}, n), prior=prior)
        best = choose_combination(score)
        if best == NETWORK_ALONE or not self.earlier:
            return best
        # what happens to all series at once at one origin must not decide
        self.ensemble.aggregator.more(max_steps)
        before = self.trial(treatment, earlier=True).combinations(max_steps)
        return choose_combination(score, before)

    def _let_go_of_all_but(self, treatment: SeasonalTreatment) -> None:
        self._trials = {key: t for key, t in self._trials.items() if key[0] == treatment}
        self.preparer.keep_only(treatment)

    def _length(self) -> int:
        """Give how many values are held out of each series that is long enough."""
        s, usual = self.settings, self.preparer.median_length
        if self.preparer.related and _leaves_enough(usual, s.h):
            return s.h
        back = min(max(s.h, usual // 5), _MOST_HELD_OUT)
        return back if _leaves_enough(usual, back) else usual // 4


def _leaves_enough(lengths: np.ndarray | int, held_out: int) -> np.ndarray:
    """Test whether enough is left to train on where so many values are held out."""
    return lengths - held_out >= np.maximum(8, np.asarray(lengths) / 2)


def _treatment_sentence(
    seasons: tuple[int, ...], chosen: SeasonalTreatment, errors: list[list[np.ndarray]]
) -> Message:
    (left, removed), *before = [(a.mean(), b.mean()) for a, b in errors]
    fields = {
        "seasons": [str(season) for season in seasons],
        "treatment": message("season.out") if chosen.adjust else message("season.in"),
        "left": left,
        "removed": removed,
        "lags": len(chosen.lags),
        "longest": max(chosen.lags),
    }
    if not before:
        return message("season.treatment", **fields)
    ((left_before, removed_before),) = before
    return message(
        "season.treatment_twice", left_before=left_before, removed_before=removed_before, **fields
    )
