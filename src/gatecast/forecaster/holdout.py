"""The hold-out: the last values of each series decide what the final networks are trained to do.

Three things are chosen by forecasts of values that were not trained on: how the season is treated,
for how many steps networks are trained, and whether a benchmark forecast is combined with theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from gatecast.data.panel import equal_lengths
from gatecast.data.transforms import MeanAbsoluteChangeScaler
from gatecast.forecaster.benchmarks import BenchmarkKind, Outlook
from gatecast.forecaster.combination import (
    NETWORK_ALONE,
    WEIGHTS,
    Combination,
    choose_combination,
    clearly_less,
    combine,
)
from gatecast.forecaster.ensemble import Ensemble, TrainingRun
from gatecast.forecaster.features import lags_of, seasons_of
from gatecast.forecaster.intervals import Calibration, spread_of
from gatecast.forecaster.preparation import (
    MANY_SERIES,
    Origin,
    Preparation,
    Preparer,
    SeasonalTreatment,
)
from gatecast.messages import Message, message
from gatecast.network import Network

__all__ = ["Choices", "Holdout", "HoldoutScore", "HoldoutTrial"]

#: Lags that are seen at the most where the season is taken out.
_SHORT = 24
_MOST_HELD_OUT = 2000
#: No series' error counts as more than so many times the median one.
_FAR = 5.0


@dataclass(frozen=True)
class Choices:
    """Hold what the hold-out has decided.

    Parameters
    ----------
    treatment : SeasonalTreatment
        How the season is treated.
    max_steps : int
        Training steps of each network.
    combination : Combination
        Which benchmark the networks are combined with, and their weight.
    """

    treatment: SeasonalTreatment
    max_steps: int
    combination: Combination = NETWORK_ALONE

    def learns_quantiles(self, kind: BenchmarkKind) -> bool:
        """Tell whether a network learns quantiles, or the benchmark brings them.

        Parameters
        ----------
        kind : BenchmarkKind
            Of the combination's benchmark.

        Returns
        -------
        bool
            False where half of the forecast or more is the pretrained network's.
        """
        return self.combination.weight > 0.5 or kind.kind != "pretrained"


@dataclass(eq=False)
class HoldoutScore:
    """Hold how one network has forecast a hold-out.

    Parameters
    ----------
    max_steps : int
        How long it was trained.
    network : Network
        The network.
    median : ndarray of shape [n, K]
        Its forecasts, transformed.
    combinations : dict of Combination to ndarray of shape [n]
        Mean absolute error from each origin, transformed, for each benchmark and weight.
    independent : float
        How many of the forecasts do not overlap.
    scaled_errors : ndarray of shape [N]
        Mean absolute error of each series in its own unit over its mean absolute change: the same
        for every treatment of the season. None is more than five times the median.
    """

    max_steps: int
    network: Network
    median: np.ndarray
    combinations: dict[Combination, np.ndarray]
    independent: float
    scaled_errors: np.ndarray


class HoldoutTrial:
    """Train on what is known at an origin, and score the forecasts of the hold-out.

    Parameters
    ----------
    preparation : Preparation
        The series.
    held_out : int
        Values after the origin.
    ensemble : Ensemble
        Trains networks.
    """

    def __init__(self, preparation: Preparation, held_out: int, ensemble: Ensemble) -> None:
        self.preparation, self.held_out, self.ensemble = preparation, held_out, ensemble
        data = preparation.dataset
        self.positions = data.last(held_out)
        self.targets = data.targets(self.positions).reshape(-1, data.h)
        self.independent = len(data.lengths) * max(1.0, held_out / data.h)
        self._scores: dict[int, HoldoutScore] = {}
        self._outlooks: dict[int, Outlook] = {}

    def score(self, max_steps: int) -> HoldoutScore:
        """Train a network, and score what it forecasts; once for each number of steps.

        A network that was trained for fewer steps is trained on.

        Parameters
        ----------
        max_steps : int
            Training steps.

        Returns
        -------
        HoldoutScore
            The same object for the same number.
        """
        train_trials([self], max_steps)
        return self._scores[max_steps]

    def run(self, max_steps: int) -> TrainingRun | None:
        """Say what has to be trained before so many steps can be scored.

        Parameters
        ----------
        max_steps : int
            Training steps.

        Returns
        -------
        TrainingRun or None
            None where they have been scored.
        """
        if max_steps in self._scores:
            return None
        done = max((steps for steps in self._scores if steps < max_steps), default=0)
        begin = self._scores[done].network if done else None
        return TrainingRun(self.preparation, max_steps, begin=begin, done=done)

    def take(self, max_steps: int, network: Network) -> None:
        """Score a network that has been trained.

        Parameters
        ----------
        max_steps : int
            Its training steps.
        network : Network
            The network.
        """
        median = self.forecast(network)[..., 0].astype(np.float64)
        errors = {NETWORK_ALONE: self._errors(median)}
        for i, kind in enumerate(self.preparation.kinds):
            benchmark = self.outlook(i).median
            # networks that a whole panel was trained on keep half of the weight at least
            many = len(self.preparation.panel) >= MANY_SERIES
            least = 0.5 if kind.kind == "pretrained" and many else 0.0
            errors |= {
                Combination(i, w): self._errors(combine(median, benchmark, w))
                for w in WEIGHTS
                if least <= w < 1.0
            }
        self._scores[max_steps] = HoldoutScore(
            max_steps, network, median, errors, self.independent, self._scaled_errors(median)
        )

    def calibrate(self, choices: Choices) -> Calibration:
        """Hold combined forecasts, with their spread, against the actuals.

        Parameters
        ----------
        choices : Choices
            What the final networks are trained to do.

        Returns
        -------
        Calibration
            Of the combined forecasts.
        """
        s = self.ensemble.settings
        median, (which, weight) = self.score(choices.max_steps).median, choices.combination
        outlook = self.outlook(which)
        learns = choices.learns_quantiles(self.preparation.kinds[which])
        # as many networks as make the forecast: the median of several errs less than one
        random_states = range(1, s.n_networks if s.level and weight else 1)
        made = partial(TrainingRun, self.preparation, choices.max_steps)
        runs = [made(seed) for seed in random_states]
        if s.level and learns:
            runs.append(made(quantiles=True))
        outputs = [self.forecast(network) for network in self.ensemble.train(runs)[0]]
        others = [output[..., 0] for output in outputs[: len(random_states)]]
        median = np.median([median, *others], axis=0) if others else median
        combined = combine(median, outlook.median, weight)
        if not learns:
            return Calibration.measure(
                combined, outlook.spread, self.targets, s.level, self.independent
            )
        spread = spread_of(outputs[-1], s.level) if s.level else None
        return Calibration.measure(combined, spread, self.targets, s.level)

    def forecast(self, network: Network) -> np.ndarray:
        """Give a network's outputs from each origin, [n, K, Q], transformed.

        Parameters
        ----------
        network : Network
            Trained at the origin.

        Returns
        -------
        ndarray of shape [n, K, Q]
            Transformed.
        """
        s, data = self.ensemble.settings, self.preparation.dataset
        outputs, _ = data.run(network, s.threads, back=self.held_out + 1, look_back=s.look_back)
        outputs = outputs[:, :-1].reshape(len(self.targets), data.h, -1)
        scales = data.local_scales[self.positions].reshape(-1, 1, 1)
        return outputs * self.preparation.sampler.scale[:, np.newaxis] * scales

    def outlook(self, which: int) -> Outlook:
        """Give a benchmark's forecasts from each origin, [n, K]; computed once.

        Parameters
        ----------
        which : int
            Position among the benchmarks.

        Returns
        -------
        Outlook
            Transformed.
        """
        if which not in self._outlooks:
            benchmark = self.preparation.benchmark(which)
            self._outlooks[which] = benchmark.at_origins(self.preparation, self.held_out)
        return self._outlooks[which]

    def _errors(self, forecast: np.ndarray) -> np.ndarray:
        """Give the mean absolute error from each origin, [n]."""
        return np.nanmean(np.abs(self.targets - forecast), axis=1)

    def _scaled_errors(self, forecast: np.ndarray) -> np.ndarray:
        """Score the forecasts from the first origin of each series in its own unit, [N]."""
        panel, transforms = self.preparation.panel, self.preparation.transforms
        first = forecast.reshape(len(panel), self.held_out, -1)[:, 0].astype(np.float64)
        steps = min(self.held_out, first.shape[1])
        errors = np.empty(len(panel))
        for which, n in equal_lengths(panel.lengths):
            values = panel.values[panel.offsets[which][:, np.newaxis] + np.arange(n)]
            past, actual = values[:, : -self.held_out], values[:, -self.held_out :][:, :steps]
            fitted, end, ahead = transforms.of(which), past.shape[1], first[which]
            if self.preparation.dataset.difference:
                ahead = ahead + fitted.transform(past[:, -1:], end - 1)
            restored = fitted.inverse_transform(ahead, end)[:, :steps]
            change = MeanAbsoluteChangeScaler.fit(past, first.shape[1]).change
            errors[which] = np.mean(np.abs(restored - actual), axis=1) / change
        # a series that leaves all that was usual must not outweigh the others
        usual = np.median(errors)
        return np.minimum(errors, _FAR * usual) if usual else errors


def train_trials(trials: Sequence[HoldoutTrial], max_steps: int) -> None:
    """Train the networks of trials side by side, and score them.

    Parameters
    ----------
    trials : sequence of HoldoutTrial
        Of one ensemble.
    max_steps : int
        Training steps; what was scored before is not trained again.
    """
    runs = [(trial, run) for trial in trials if (run := trial.run(max_steps))]
    if runs:
        networks, _ = trials[0].ensemble.train([run for _, run in runs])
        for (trial, _), network in zip(runs, networks, strict=True):
            trial.take(max_steps, network)


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
        self.earlier = earlier if len(earlier) >= MANY_SERIES else ()
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
        max_steps = self._choose_steps(treatment, candidates)
        return Choices(treatment, max_steps, self._choose_combination(treatment, max_steps))

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
        origins = (False, True) if self.earlier else (False,)
        self.ensemble.aggregator.more((2 * len(origins) - 1) * max_steps)
        trials = [[self.trial(one, earlier=e) for e in origins] for one in (stays, out)]
        train_trials([trial for both in trials for trial in both], max_steps)
        errors = [[trial.score(max_steps).scaled_errors for trial in both] for both in trials]
        taken_out = all(clearly_less(b, a, len(b)) for a, b in zip(*errors, strict=True))
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
        for max_steps in candidates[1:]:
            result = trial.score(max_steps)
            alone = result.combinations[NETWORK_ALONE], best.combinations[NETWORK_ALONE]
            helps = has_future and alone[0].mean() < alone[1].mean()
            if not (helps or clearly_less(*alone, trial.independent)):
                break
            best = result
        return best.max_steps

    def _choose_combination(self, treatment: SeasonalTreatment, max_steps: int) -> Combination:
        """Choose a benchmark to combine with, if that is clearly better than the network alone."""
        result, prior = self.trial(treatment).score(max_steps), self.preparer.prior(treatment)
        if prior != NETWORK_ALONE:
            # the best without the pretrained network has to beat it, alone or mixed
            errors, n = result.combinations, result.independent
            pretrained = {c: e for c, e in errors.items() if c.benchmark == prior.benchmark}
            others = {c: e for c, e in errors.items() if c.benchmark != prior.benchmark}
            rival = choose_combination((others, n))
            return choose_combination(({**pretrained, rival: others[rival]}, n), prior=prior)
        best = choose_combination((result.combinations, result.independent))
        if best == NETWORK_ALONE or not self.earlier:
            return best
        # what happens to all series at once at one origin must not decide
        self.ensemble.aggregator.more(max_steps)
        before = self.trial(treatment, earlier=True).score(max_steps)
        return choose_combination(
            (result.combinations, result.independent), (before.combinations, before.independent)
        )

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
    (left, removed), *before = [(a.mean(), b.mean()) for a, b in zip(*errors, strict=True)]
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
