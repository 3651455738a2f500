"""A trial of the hold-out: networks trained up to an origin, scored on what came after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gatecast.data.panel import RELATED, equal_lengths
from gatecast.data.transforms import (
    FourierSeason,
    MeanAbsoluteChangeScaler,
    SeasonalAdjustment,
)
from gatecast.forecaster.benchmarks.average import AverageBenchmark, weights_of
from gatecast.forecaster.benchmarks.benchmark import SIMPLEST, Benchmark, BenchmarkKind, Outlook
from gatecast.forecaster.benchmarks.combination import NETWORK_ALONE, WEIGHTS, Combination, combine
from gatecast.forecaster.fitting.ensemble import Ensemble, TrainedNetwork, TrainingRun
from gatecast.forecaster.fitting.preparation import Preparation, SeasonalTreatment
from gatecast.forecaster.intervals import Calibration, spread_of
from gatecast.messages import message
from gatecast.network import Network

__all__ = ["Choices", "HoldoutScore", "HoldoutTrial", "train_trials", "usual_errors"]

#: No series' error counts as more than so many times the median one.
_FAR = 5.0
#: A season of more steps than this is not repeated as a forecast to be held against.
_LONGEST_REPEATED = 1000
#: Series whose forecasts are scored at the most: enough to choose by, and to calibrate.
_MOST_SCORED = 2000


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
    weights : tuple of float, default ()
        Of the members of an average benchmark.
    """

    treatment: SeasonalTreatment
    max_steps: int
    combination: Combination = NETWORK_ALONE
    weights: tuple[float, ...] = ()

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
        return self.combination.weight > 0.5 or not kind.pretrained


@dataclass(eq=False)
class HoldoutScore:
    """Hold how one network has forecast a hold-out.

    Parameters
    ----------
    trained : TrainedNetwork
        The network.
    median : ndarray of shape [n, K]
        Its forecasts, transformed.
    errors : ndarray of shape [n]
        Mean absolute error from each origin, transformed.
    scaled_errors : ndarray of shape [N]
        Mean absolute error of each series in its own unit over its mean absolute change: the same
        for every treatment of the season. None is more than five times the median.
    """

    trained: TrainedNetwork
    median: np.ndarray
    errors: np.ndarray
    scaled_errors: np.ndarray


class HoldoutTrial:
    """Train on what is known at an origin, and score the forecasts of the hold-out.

    Networks are trained on all series; of more than 2,000 a sample of 2,000 is scored, drawn with a
    fixed seed.

    Parameters
    ----------
    preparation : Preparation
        The series.
    held_out : int
        Values after the origin.
    ensemble : Ensemble
        Trains networks.

    Attributes
    ----------
    which : ndarray of shape [N], int64
        Positions of the series that are scored.
    panel : Panel
        These series in their own unit less the additive part, the hold-out included.
    independent : float
        How many of their forecasts do not overlap.
    """

    def __init__(self, preparation: Preparation, held_out: int, ensemble: Ensemble) -> None:
        self.preparation, self.held_out, self.ensemble = preparation, held_out, ensemble
        data, count = preparation.dataset, len(preparation.panel)
        self.which, self.panel = np.arange(count), preparation.panel
        if count > _MOST_SCORED:
            self.which = np.sort(np.random.default_rng(0).permutation(count)[:_MOST_SCORED])
            self.panel = preparation.panel.take(self.which)
        self.positions = data.last(held_out)[self.which]
        self.targets = data.targets(self.positions).reshape(-1, data.h)
        self.independent = len(self.which) * max(1.0, held_out / data.h)
        self._scores: dict[int, HoldoutScore] = {}
        self._outlooks: dict[int, Outlook] = {}
        self._combinations: dict[int, dict[Combination, np.ndarray]] = {}
        self._of_quantiles: TrainedNetwork | None = None

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
        fewer = [score.trained for steps, score in self._scores.items() if steps < max_steps]
        begin = max(fewer, key=lambda one: one.max_steps, default=None)
        return TrainingRun(self.preparation, max_steps, begin=begin)

    def take(self, trained: TrainedNetwork) -> None:
        """Score a network that has been trained.

        Parameters
        ----------
        trained : TrainedNetwork
            The network.
        """
        median = self.forecast(trained.network)[..., 0].astype(np.float64)
        errors, scaled = _errors(self.targets, median), usual_errors(self.own_errors(median, [0]))
        self._scores[trained.max_steps] = HoldoutScore(trained, median, errors, scaled)

    def trained(self, max_steps: int, *, quantiles: bool) -> TrainedNetwork | None:
        """Give the first network that was trained up to the origin.

        Parameters
        ----------
        max_steps : int
            Its training steps.
        quantiles : bool
            Whether it is to have learnt the quantiles of all levels.

        Returns
        -------
        TrainedNetwork or None
            None if no such network was needed.
        """
        return self._of_quantiles if quantiles else self._scores[max_steps].trained

    def combinations(self, max_steps: int) -> tuple[dict[Combination, np.ndarray], float]:
        """Score the network with each benchmark and weight; once for each number of steps.

        Parameters
        ----------
        max_steps : int
            Training steps.

        Returns
        -------
        errors : dict of Combination to ndarray of shape [n]
            Mean absolute error from each origin, transformed.
        independent : float
            How many of these forecasts do not overlap.
        """
        if max_steps not in self._combinations:
            targets, median = self.targets, self.score(max_steps).median
            errors = {NETWORK_ALONE: _errors(targets, median)}
            many = len(self.preparation.panel) >= RELATED
            for i, kind in enumerate(self.preparation.kinds):
                benchmark = self.outlook(i).median
                # networks that a whole panel was trained on keep half of the weight at least
                least = 0.5 if kind.pretrained and many else 0.0
                errors |= {
                    Combination(i, w): _errors(targets, combine(median, benchmark, w))
                    for w in WEIGHTS
                    if least <= w < 1.0
                }
            self._combinations[max_steps] = errors
        return self._combinations[max_steps], self.independent

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
        runs = [TrainingRun(self.preparation, choices.max_steps, seed) for seed in random_states]
        if s.level and learns:
            runs.append(TrainingRun(self.preparation, choices.max_steps, quantiles=True))
        trained = self.ensemble.train(runs)
        self._of_quantiles = trained[-1] if s.level and learns else None
        outputs = [self.forecast(one.network) for one in trained]
        others = [output[..., 0] for output in outputs[: len(random_states)]]
        median = np.median([median, *others], axis=0) if others else median
        combined = combine(median, outlook.median, weight)
        if not learns:
            measured = Calibration.measure(
                combined, outlook.spread, self.targets, s.level, self.independent
            )
        else:
            spread = spread_of(outputs[-1], s.level) if s.level else None
            measured = Calibration.measure(combined, spread, self.targets, s.level)
        return self._beside_simple(measured)

    def _beside_simple(self, measured: Calibration) -> Calibration:
        """Hold errors against the best simple forecast where there is a season."""
        data, shortest = self.preparation.dataset, int(self.panel.lengths.min())
        seasons = [
            m for m in self.ensemble.settings.seasons
            if 1 < m <= min(shortest - self.held_out, _LONGEST_REPEATED)
        ]  # fmt: skip
        if not seasons:
            return measured
        errors: dict[str, np.ndarray] = {
            message("benchmark.seasonal", season=m): self._last_season(m) for m in seasons
        }
        for i, kind in enumerate(self.preparation.kinds):
            if kind.kind == "linear":
                errors[self.preparation.benchmark(i).name] = self.outlook(i).median
        if data.difference:
            adjusted = any(
                isinstance(step.transform, (SeasonalAdjustment, FourierSeason))
                for step in self.preparation.transforms.steps
            )
            name = message("reference.adjusted_naive") if adjusted else SIMPLEST[True]
            errors[name] = np.zeros(self.targets.shape)
        means = {name: _errors(self.targets, made).mean() for name, made in errors.items()}
        best = min(means, key=lambda name: means[name])
        return replace(measured, naive_error=float(means[best]), reference=best)

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
        outputs, _ = data.run(
            network, s.threads, self.which, back=self.held_out + 1, look_back=s.look_back
        )
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
            if isinstance(benchmark, AverageBenchmark):
                weighted = replace(benchmark, weights=self.weights)
                pretrained = self.outlook(self._kinds.index("pretrained"))
                self._outlooks[which] = weighted.average(self._members, pretrained)
            else:
                self._outlooks[which] = self._at_origins(benchmark)
        return self._outlooks[which]

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """Weights of the members of the average benchmark; empty without one."""
        return weights_of(self.targets, self._members) if self._members else ()

    @cached_property
    def _members(self) -> list[Outlook]:
        """Forecasts of the members of the average benchmark."""
        if "average" not in self._kinds:
            return []
        average = self.preparation.benchmark(self._kinds.index("average"))
        assert isinstance(average, AverageBenchmark)
        # the last is a benchmark of its own
        first = map(self._at_origins, average.members[:-1])
        return [*first, self.outlook(self._kinds.index("linear"))]

    @property
    def _kinds(self) -> list[str]:
        return [kind.kind for kind in self.preparation.kinds]

    def _at_origins(self, benchmark: Benchmark) -> Outlook:
        return benchmark.at_origins(self.preparation, self.held_out, self.which)

    def own_errors(self, forecast: np.ndarray, origins: Sequence[int]) -> np.ndarray:
        """Score forecasts in each series' own unit, over its mean absolute change.

        Parameters
        ----------
        forecast : ndarray of shape [n, K]
            From each origin, transformed.
        origins : sequence of int
            Which origins of each series count, from 0.

        Returns
        -------
        ndarray of shape [N]
            Mean absolute errors, the same for every treatment of the season.
        """
        panel, transforms = self.panel, self.preparation.transforms
        ahead = forecast.reshape(len(panel), self.held_out, -1).astype(np.float64)
        errors = np.empty(len(panel))
        for which, n in equal_lengths(panel.lengths):
            values = panel.values[panel.offsets[which][:, np.newaxis] + np.arange(n)]
            fitted, first = transforms.of(self.which[which]), n - self.held_out
            total = np.zeros(len(which))
            for j in origins:
                end, median = first + j, ahead[which, j]
                if self.preparation.dataset.difference:
                    median = median + fitted.transform(values[:, end - 1 : end], end - 1)
                actual = values[:, end : end + median.shape[1]]
                restored = fitted.inverse_transform(median, end)[:, : actual.shape[1]]
                total += np.abs(restored - actual).mean(axis=1)
            change = MeanAbsoluteChangeScaler.fit(values[:, :first], ahead.shape[2]).change
            errors[which] = total / len(origins) / change
        return errors

    def _last_season(self, season_length: int) -> np.ndarray:
        """Repeat the last season in each series' own unit, and transform that, [n, K]."""
        panel, data = self.panel, self.preparation.dataset
        result = np.empty((len(panel), self.held_out, data.h))
        back = np.arange(data.h) % season_length - season_length
        for which, n in equal_lengths(panel.lengths):
            values = panel.values[panel.offsets[which][:, np.newaxis] + np.arange(n)]
            ends = np.arange(n - self.held_out, n)
            fitted = self.preparation.transforms.of(np.repeat(self.which[which], self.held_out))
            rows = values[:, ends[:, np.newaxis] + back].reshape(-1, data.h)
            made = fitted.transform(rows, np.tile(ends, len(which)))
            result[which] = made.reshape(len(which), self.held_out, data.h)
            if data.difference:
                scaled = self.preparation.transforms.of(self.which[which]).transform(values)
                result[which] -= scaled[:, ends - 1, np.newaxis]
        return result.reshape(-1, data.h)


def usual_errors(errors: np.ndarray) -> np.ndarray:
    """Limit errors to five times the median: a series far from what is usual outweighs no others.

    Parameters
    ----------
    errors : ndarray of shape [N]
        Of each series.

    Returns
    -------
    ndarray of shape [N]
        As they are where the median is zero.
    """
    usual = np.median(errors)
    return np.minimum(errors, _FAR * usual) if usual else errors


def _errors(targets: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """Give the mean absolute error from each origin, [n]."""
    return np.nanmean(np.abs(targets - forecast), axis=1)


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
        networks = trials[0].ensemble.train([run for _, run in runs])
        for (trial, _), trained in zip(runs, networks, strict=True):
            trial.take(trained)
