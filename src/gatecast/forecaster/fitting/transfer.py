"""Transfer: networks start at the weights of another model, and are pulled back towards them.

A network that is fine-tuned on a few new values forgets what it knew. So its weights are taken
from the straight line between the start and where training leads, at the share of the distance
whose forecasts of the hold-out are best: none of it, which is the start, is among those that are
tried (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", section 3). Whether the start
is used at all is decided against networks trained from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gatecast.data.holidays import HolidayCalendar
from gatecast.data.panel import Panel
from gatecast.data.rows import show_time
from gatecast.data.transforms.pipeline import Treatment
from gatecast.errors import DataError, series_name
from gatecast.forecaster.benchmarks.combination import NETWORK_ALONE, Combination, combine
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.fitting.ensemble import Ensemble, TrainedNetwork, TrainingRun
from gatecast.forecaster.fitting.holdout import Holdout
from gatecast.forecaster.fitting.preparation import Preparer, SeasonalTreatment
from gatecast.forecaster.fitting.progress import ProgressAggregator
from gatecast.forecaster.fitting.trial import Choices, HoldoutTrial, usual_errors
from gatecast.forecaster.forecasting.new_rows import require_frequency
from gatecast.forecaster.inputs.covariates import Covariates
from gatecast.forecaster.inputs.features import FeatureState
from gatecast.forecaster.inputs.sampler import SegmentSampler
from gatecast.forecaster.inputs.training_data import SequenceDataset
from gatecast.forecaster.settings.config import Settings
from gatecast.messages import message
from gatecast.network import Network
from gatecast.pretrained.fine_tuning import SHARES, beyond_chance

__all__ = ["FineTuning", "StartedPreparer", "TransferHoldout"]

#: Fine-tuning is slower than training from nothing, by this factor of the learning rate.
_SLOWER = 0.2
#: Origins of a hold-out that errors are compared at, in the series' own unit.
_MOST_ORIGINS = 24


class StartedPreparer(Preparer):
    """Prepare series as those of another model: the same treatment, features and inputs.

    Parameters
    ----------
    settings, panel, name, weights
        As for :class:`Preparer`.
    start : FittedForecaster
        The other model.
    """

    def __init__(
        self,
        settings: Settings,
        panel: Panel,
        name: Callable[[int], str],
        start: FittedForecaster,
        weights: np.ndarray | None = None,
    ) -> None:
        super().__init__(settings, panel, name, weights)
        self.start, holidays = start, start.covariates.holidays
        if holidays is not None:
            self.holidays = HolidayCalendar.of(holidays.countries, panel, settings.h)

    def transforms(self, treatment: SeasonalTreatment) -> Treatment:  # noqa: ARG002
        """Give the treatment of the start.

        Parameters
        ----------
        treatment : SeasonalTreatment
            Has no effect: the season is treated as in the start.

        Returns
        -------
        Treatment
            Of all series.
        """
        return self.start.transforms.treatment

    def features(
        self,
        scaled: np.ndarray,  # noqa: ARG002
        offsets: np.ndarray,
        treatment: SeasonalTreatment,  # noqa: ARG002
        reach: int,
    ) -> FeatureState:
        """Give what the networks of the start see; of the values only their number matters.

        Parameters
        ----------
        scaled, offsets, treatment, reach
            As for :meth:`Preparer.features`.

        Returns
        -------
        FeatureState
            Of N series, without a past.
        """
        state = self.start.state
        return FeatureState.start(
            state.difference, state.span, len(offsets) - 1, state.lags, state.initial_scale, reach
        )

    def prior(self, treatment: SeasonalTreatment) -> Combination:  # noqa: ARG002
        """Give the networks alone, which have learnt from many series too.

        Parameters
        ----------
        treatment : SeasonalTreatment
            Has no effect.

        Returns
        -------
        Combination
            What is chosen where the hold-out shows nothing clearly.
        """
        return NETWORK_ALONE

    def covariates(self, lengths: np.ndarray) -> Covariates:
        """Encode the covariates as the start does.

        Parameters
        ----------
        lengths : ndarray of shape [N]
            Values of each series that belong to the training part.

        Returns
        -------
        Covariates
            Of all series.
        """
        covariates = self.start.covariates.fit_others(self.panel, lengths)
        return replace(covariates, holidays=self.holidays)

    def sampler(self, data: SequenceDataset) -> SegmentSampler:
        """Draw subsequences, with targets scaled as those of the start were.

        Parameters
        ----------
        data : SequenceDataset
            What they are drawn from.

        Returns
        -------
        SegmentSampler
            Of the training part.
        """
        sampler = super().sampler(data)
        sampler.scale = self.start.scale
        return sampler


class FineTuning(Ensemble):
    """Train networks from the weights of another model, and pull them back.

    Parameters
    ----------
    settings, aggregator
        As for :class:`Ensemble`.
    start : FittedForecaster
        The other model; the networks start at its members by turns.

    Attributes
    ----------
    goes_on : bool
        False: all networks begin at the start.
    share : float
        Of the distance from the start to the trained weights, at which :meth:`train` leaves them.
    """

    goes_on = False

    def __init__(
        self, settings: Settings, aggregator: ProgressAggregator, start: FittedForecaster
    ) -> None:
        slower = replace(settings, learning_rate=_SLOWER * settings.learning_rate)
        super().__init__(slower, aggregator)
        self.start, self.share = start, 1.0
        self._trained: dict[tuple[Any, ...], TrainedNetwork] = {}

    def train(self, runs: Sequence[TrainingRun]) -> list[TrainedNetwork]:
        """Train as :meth:`Ensemble.train` does, each network once, and pull the weights back.

        Parameters
        ----------
        runs : sequence of TrainingRun
            What is trained; each begins at a network of the start.

        Returns
        -------
        list of TrainedNetwork
            Weights on the straight line from the start to the trained ones.
        """
        keys = [(run.preparation, run.max_steps, run.seed, run.quantiles) for run in runs]
        missing = [i for i, key in enumerate(keys) if key not in self._trained]
        if missing:
            begun = [replace(runs[i], begin=self._begin(runs[i])) for i in missing]
            self._trained |= dict(
                zip((keys[i] for i in missing), super().train(begun), strict=True)
            )
        return [
            self._interpolated(self._trained[key], self._begin(run))
            for run, key in zip(runs, keys, strict=True)
        ]

    def _interpolated(
        self, trained: TrainedNetwork, begin: TrainedNetwork | None
    ) -> TrainedNetwork:
        """Pull weights back to where the training began."""
        if begin is None:
            return trained
        first, last = begin.network.theta, trained.network.theta
        pulled = first + np.float32(self.share) * (last - first)
        return replace(trained, network=Network(trained.network.layout, pulled))

    def _begin(self, run: TrainingRun) -> TrainedNetwork | None:
        """Give the network of the start that a run begins at; None if the start has none."""
        members = self.start.members
        if run.quantiles:
            members = self.start.networks[len(members) :]
        if not members:
            return None
        return TrainedNetwork(members[run.seed % len(members)], 0, [])


class TransferHoldout(Holdout):
    """Choose as :class:`Holdout` does, and whether networks start at another model.

    Parameters
    ----------
    preparer, ensemble
        As for :class:`Holdout`; those of the start take their place where it helps.
    start : FittedForecaster
        The other model.

    Raises
    ------
    DataError
        If the start was fitted on the values of the hold-out.
    """

    def __init__(self, preparer: Preparer, ensemble: Ensemble, start: FittedForecaster) -> None:
        super().__init__(preparer, ensemble)
        self.start = start
        require_frequency(preparer.panel, start.ends.freq)
        self._places = {name: j for j, name in enumerate(start.ends.ids)}
        if self.possible:
            # a network's error on what it was trained on says nothing
            fresh = [i for i in self.which if not self._was_trained_on(i)]
            if not fresh:
                i = self.which[0]
                raise DataError(
                    message(
                        "start.in_its_fit",
                        series=series_name(preparer.panel.ids[i]),
                        last=show_time(start.ends.times[self._place(i)]),
                    )
                )
            kept = set(fresh)
            self.which = tuple(fresh)
            self.earlier = tuple(i for i in self.earlier if i in kept)

    def choose(self, candidates: tuple[int, ...]) -> Choices:
        """Choose everything that a hold-out can decide, from the start and from nothing.

        Parameters
        ----------
        candidates : tuple of int
            Training steps to try, the fewest first; those are made from the start.

        Returns
        -------
        Choices
            Those with the smaller error; ``preparer`` and ``ensemble`` are what they belong to.
        """
        choices = super().choose(candidates)
        error = self._error(choices)
        before = self.preparer, self.ensemble, self._trials
        settings = replace(self.settings, seasons=self.start.transforms.treatment.seasons)
        tuning = FineTuning(settings, self.ensemble.aggregator, self.start)
        self.preparer = StartedPreparer(
            settings, self.preparer.panel, self.preparer.name, self.start, self.preparer.weights
        )
        self.ensemble, self._trials = tuning, {}
        tuning.share = self._choose_share(tuning, candidates[0])
        treatment = self._treatment()
        combination = self._choose_combination(treatment, candidates[0])
        weights = self.trial(treatment).weights
        tuned = Choices(treatment, candidates[0], combination, weights)
        gain = 1.0 - self._error(tuned) / error if error else 0.0
        independent = self.trial(treatment).independent
        if not beyond_chance(gain, independent):
            self.preparer, self.ensemble, self._trials = before
            worse = message("transfer.not_used", change=-gain)
            unclear = message("transfer.not_clear", change=abs(gain), n=int(independent))
            self.notes.append(worse if gain <= 0 else unclear)
            return choices
        self.notes = [message("transfer.used", gain=gain, share=tuning.share, steps=candidates[0])]
        return tuned

    def _treatment(self) -> SeasonalTreatment:
        """Give the treatment of the season that the start has."""
        adjust = self.start.transforms.treatment.adjust_season is not False
        return SeasonalTreatment(self.start.state.lags, adjust)

    def _choose_share(self, tuning: FineTuning, max_steps: int) -> float:
        """Choose how far the weights go from the start, by the errors of the hold-out."""
        tuning.aggregator.more(max_steps)
        preparation = self.trial(self._treatment()).preparation
        errors = {}
        for share in SHARES:
            tuning.share = share
            trial = HoldoutTrial(preparation, self.held_out, tuning)
            errors[share] = float(trial.score(max_steps).errors.mean())
        return min(SHARES, key=lambda share: errors[share])

    def _error(self, choices: Choices) -> float:
        """Give the mean error of the combined forecasts in the series' own unit, scaled."""
        trial = self.trial(choices.treatment)
        which, weight = choices.combination
        median = trial.score(choices.max_steps).median
        combined = combine(median, trial.outlook(which).median, weight)
        origins = np.linspace(0, trial.held_out - 1, _MOST_ORIGINS).astype(int)
        return float(usual_errors(trial.own_errors(combined, np.unique(origins).tolist())).mean())

    def _place(self, i: int) -> int:
        """Give the place of a series in the start; -1 where it is not there."""
        ends, panel = self.start.ends, self.preparer.panel
        if ends.id_col is None or panel.id_col is None:
            return 0 if ends.id_col is None and panel.id_col is None else -1
        return self._places.get(panel.ids[i], -1)

    def _was_trained_on(self, i: int) -> bool:
        """Test whether the start was fitted on values of a series' hold-out."""
        place, series = self._place(i), self.preparer.panel[i]
        if place < 0 or self.start.ends.times.dtype.kind != series.times.dtype.kind:
            return False
        end, length = self.start.ends.times[place], int(self.start.ends.lengths[place])
        if end < series.times[-self.held_out]:
            return False
        there = np.flatnonzero(series.times == end)
        if not len(there):
            return self.start.ends.id_col is not None
        value = self.start.transforms[place].transform(series.values[there], length - 1)[0]
        return bool(np.isclose(value, self.start.state.last[place], 1e-6))
