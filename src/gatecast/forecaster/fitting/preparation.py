"""Preparation: a panel as known at an origin becomes training data, once for each treatment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from gatecast.data.holidays import HolidayCalendar
from gatecast.data.panel import RELATED, Panel, positions
from gatecast.data.transforms.pipeline import TransformPipeline, Treatment
from gatecast.data.transforms.present_level import at_present_level
from gatecast.data.transforms.seasonal import WEEKS
from gatecast.forecaster.additive.part import AdditivePart
from gatecast.forecaster.additive.removal import without_additive
from gatecast.forecaster.benchmarks.average import AverageBenchmark
from gatecast.forecaster.benchmarks.benchmark import Benchmark, BenchmarkKind
from gatecast.forecaster.benchmarks.combination import NETWORK_ALONE, Combination
from gatecast.forecaster.benchmarks.local_seasons import choose_seasons
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark
from gatecast.forecaster.benchmarks.seasonal_linear import SeasonalLinear
from gatecast.forecaster.inputs.covariates import Covariates
from gatecast.forecaster.inputs.features import FeatureState, should_difference, typical_change
from gatecast.forecaster.inputs.sampler import SegmentSampler
from gatecast.forecaster.inputs.training_data import SequenceDataset
from gatecast.forecaster.settings.config import Settings
from gatecast.forecaster.settings.kinds import as_countries
from gatecast.pretrained.fine_tuning import FineTuned, fine_tune
from gatecast.pretrained.gaps import fill_gaps
from gatecast.pretrained.network import load_weights
from gatecast.pretrained.seasons import network_seasons

__all__ = ["EPOCH", "SHORT_EPOCH", "Origin", "Preparation", "Preparer", "SeasonalTreatment"]

#: From this length on, the hold-out hardly affects the full-sample scale, subsequences begin in
#: many places, and a linear map of many values can be fitted.
_LONG = 500
#: Values that a linear map uses at most: two weeks of hours, and a sixteenth of a median series.
_MOST_MAPPED = 336
_LEAST_PER_MAPPED = 16
#: Of a series with a week beside the day a map sees two weeks, or a quarter of it.
_WEEKS_MAPPED, _LEAST_PER_WEEKLY = 2, 4
#: Training steps of an epoch: after so many, new subsequences are drawn; fewer where horizons are
#: so long that targets would fill the memory.
EPOCH = 25
SHORT_EPOCH = 5
_MOST_TARGETS = 2**26
#: Steps of a training subsequence: a tenth of a series or three seasons, but within these bounds.
_SHORTEST = 32
_SHORTEST_RELATED = 48
_LONGEST_OF_ONE = 100
_LONGEST_SUBSEQUENCE = 200
#: Training subsequences of a step; larger batches cost more and forecast no better.
_SMALLEST_BATCH = 16
_LARGEST_BATCH = 64


@dataclass(frozen=True)
class SeasonalTreatment:
    """Say how the season is treated.

    Parameters
    ----------
    lags : tuple of int
        Lags that the network sees.
    adjust : bool
        Whether the season is taken out as the settings say; else it stays.
    """

    lags: tuple[int, ...] = ()
    adjust: bool = True


@dataclass(frozen=True)
class Origin:
    """Say what of each series is known.

    Parameters
    ----------
    which : tuple of int
        The series that are used.
    cut : int, default 0
        Last values of each that are not looked at.
    held_out : int, default 0
        Values before them that are not trained on.
    """

    which: tuple[int, ...]
    cut: int = 0
    held_out: int = 0


@dataclass(eq=False)
class Preparation:
    """Hold the series of an origin, transformed and laid out.

    Parameters
    ----------
    treatment : SeasonalTreatment
        How the season is treated.
    panel : Panel
        The series in their own unit less the additive part, the hold-out included.
    transforms : TransformPipeline
        Fitted on what is known at the origin.
    covariates : Covariates
        Likewise.
    dataset : SequenceDataset
        The series with the hold-out, for evaluation.
    training : SequenceDataset
        What is known at the origin.
    sampler : SegmentSampler
        Draws training subsequences from it.
    kinds : tuple of BenchmarkKind
        The benchmarks that a network may be combined with.
    settings : Settings
        Resolved settings of the fit.
    held_out : int, default 0
        Last values of each series that are not known at the origin.
    fine_tuning : bool, default False
        Whether the pretrained network is fine-tuned.
    additive : AdditivePart, optional
        What was taken off the panel, at the ends of what is known at the origin.
    """

    treatment: SeasonalTreatment
    panel: Panel
    transforms: TransformPipeline
    covariates: Covariates
    dataset: SequenceDataset
    training: SequenceDataset
    sampler: SegmentSampler
    kinds: tuple[BenchmarkKind, ...]
    settings: Settings
    held_out: int = 0
    fine_tuning: bool = False
    additive: AdditivePart | None = None
    _benchmarks: dict[int, Benchmark] = field(default_factory=dict)

    @cached_property
    def fine_tuned(self) -> FineTuned | None:
        """The pretrained network, fine-tuned on what is known at the origin; None if it is not."""
        if not self.fine_tuning:
            return None
        s, past = self.settings, self.panel.head(self.panel.lengths - self.held_out)
        return fine_tune(load_weights(), past, network_seasons(s.seasons), s.h, threads=s.threads)

    def benchmark(self, i: int) -> Benchmark:
        """Give one of the benchmarks, fitted on what is known at the origin.

        Parameters
        ----------
        i : int
            Position among ``kinds``.

        Returns
        -------
        Benchmark
            The same object for the same number.
        """
        if i not in self._benchmarks:
            kind = self.kinds[i]
            if kind.kind == "pretrained":
                self._benchmarks[i] = self._pretrained()
            elif kind.kind == "average":
                self._benchmarks[i] = self._average(kind)
            else:
                self._benchmarks[i] = kind.fit(self.training)
        return self._benchmarks[i]

    def _pretrained(self) -> PretrainedBenchmark:
        """Give the pretrained network as a benchmark."""
        s, tuned = self.settings, self.fine_tuned
        network = load_weights() if tuned is None else tuned.network
        return PretrainedBenchmark(
            s.h, self.training.difference, network, network_seasons(s.seasons), s.level, s.threads
        )

    def _average(self, kind: BenchmarkKind) -> AverageBenchmark:
        """Fit the members of an average to the series as far as they are known."""
        s, past = self.settings, self.panel.head(self.panel.lengths - self.held_out)
        series = [
            at_present_level(self.transforms.of(np.array([i])), one.values[np.newaxis], 0)[0]
            for i, one in enumerate(past)
        ]
        day, week, difference = s.seasons[0], WEEKS[s.seasons[0]], self.training.difference
        maps = (
            SeasonalLinear.fit(series, s.h, day, week, difference=difference),
            SeasonalLinear.from_last(series, s.h, 2 * week, difference=difference),
        )
        local = choose_seasons(series, day, week, s.h)
        return AverageBenchmark(
            self._pretrained(), kind.fit(self.training), maps, local, kind.weights
        )


class Preparer:
    """Prepare the series of a panel at any origin, each treatment and origin once.

    Parameters
    ----------
    settings : Settings
        Resolved settings of the fit.
    panel : Panel
        All known values of each series, in its own unit, with the covariates.
    name : callable
        From the position of a series to what an error calls it.
    weights : ndarray of shape [total], optional
        Of the values, as targets of the training loss.
    fine_tuning : bool, default False
        Whether the pretrained network is fine-tuned on what is known at each origin.
    """

    def __init__(
        self,
        settings: Settings,
        panel: Panel,
        name: Callable[[int], str],
        weights: np.ndarray | None = None,
        *,
        fine_tuning: bool = False,
    ) -> None:
        self.settings, self.panel, self.name, self.weights = settings, panel, name, weights
        self.fine_tuning = fine_tuning
        countries = as_countries(settings.holidays)
        self.holidays = HolidayCalendar.of(countries, panel, settings.h) if countries else None
        self.related = len(panel) >= RELATED
        self.median_length = int(np.median(panel.lengths))
        self.long = self.median_length >= _LONG
        self._prepared: dict[tuple[SeasonalTreatment, Origin], Preparation] = {}
        self._panels: dict[Origin, Panel] = {}

    def prepare(self, treatment: SeasonalTreatment, origin: Origin) -> Preparation:
        """Transform and lay out the series of an origin.

        Parameters
        ----------
        treatment : SeasonalTreatment
            How the season is treated.
        origin : Origin
            What is known.

        Returns
        -------
        Preparation
            The same object for the same arguments.

        Raises
        ------
        DataError
            If what is requested cannot be done with the values of a series.
        """
        key = treatment, origin
        if key not in self._prepared:
            self._prepared[key] = self._prepare(treatment, origin, self.benchmarks(treatment))
        return self._prepared[key]

    def prepare_all(
        self, treatment: SeasonalTreatment, benchmark: int, weights: tuple[float, ...] = ()
    ) -> Preparation:
        """Transform and lay out all values, for the final networks and one benchmark.

        Parameters
        ----------
        treatment : SeasonalTreatment
            How the season is treated.
        benchmark : int
            Which benchmark is combined with.
        weights : tuple of float, default ()
            Of the members of an average.

        Returns
        -------
        Preparation
            Of all series.
        """
        every = Origin(tuple(range(len(self.panel))))
        kind = replace(self.benchmarks(treatment)[benchmark], weights=weights)
        return self._prepare(treatment, every, (kind,))

    def keep_only(self, treatment: SeasonalTreatment) -> None:
        """Let go of what was prepared for other treatments.

        Parameters
        ----------
        treatment : SeasonalTreatment
            The one that was chosen.
        """
        self._prepared = {k: p for k, p in self._prepared.items() if k[0] == treatment}

    def benchmarks(self, treatment: SeasonalTreatment) -> tuple[BenchmarkKind, ...]:
        """List the benchmarks that a network may be combined with.

        Parameters
        ----------
        treatment : SeasonalTreatment
            How the season is treated.

        Returns
        -------
        tuple of BenchmarkKind
            The first forecasts zero.
        """
        s = self.settings
        most = s.look_back or self.median_length  # a look_back is all that is seen
        kinds = [BenchmarkKind("zero")]
        stays = not treatment.adjust or s.adjust_season is False
        if stays and 1 < s.seasons[0] <= most:
            kinds.append(BenchmarkKind("seasonal naive", s.seasons[0]))
        week = WEEKS.get(s.seasons[0], 0)
        weekly = not self.related and week in s.seasons
        if weekly and week <= most:
            kinds.append(BenchmarkKind("seasonal naive", week))
        reach = min(_MOST_MAPPED, self.median_length // _LEAST_PER_MAPPED, most)
        if self.long and weekly:
            reach = min(_WEEKS_MAPPED * week, self.median_length // _LEAST_PER_WEEKLY, most)
        if self.long:
            kinds.append(BenchmarkKind("linear", reach))
        # a look_back is all that is to be seen
        if s.pretrained and s.look_back is None:
            kinds.append(BenchmarkKind("pretrained"))
            if self.long and week and not self.related:
                kinds.append(BenchmarkKind("average", reach))
        return tuple(kinds)

    def prior(self, treatment: SeasonalTreatment) -> Combination:
        """Give the combination that is chosen where the hold-out shows nothing clearly.

        Parameters
        ----------
        treatment : SeasonalTreatment
            How the season is treated.

        Returns
        -------
        Combination
            Of few series the pretrained network alone, which has learnt from many others, or of
            hours and parts of an hour the average with linear maps. Else, or where historic or
            static covariates or weights are given, which it does not see, the network alone.
        """
        kinds, s = self.benchmarks(treatment), self.settings
        # what columns known in advance add has been taken off
        columns = s.hist_exog_list or s.stat_exog_list
        more = columns or self.weights is not None
        if self.related or more or not kinds[-1].pretrained:
            return NETWORK_ALONE
        return Combination(len(kinds) - 1, 0.0)

    def _prepare(
        self, treatment: SeasonalTreatment, origin: Origin, kinds: tuple[BenchmarkKind, ...]
    ) -> Preparation:
        s, which = self.settings, np.array(origin.which)
        lengths = self.panel.lengths
        lengths[which] -= origin.cut
        past_lengths = lengths.copy()
        past_lengths[which] -= origin.held_out
        if origin not in self._panels:
            self._panels[origin] = self._panel_at(which, lengths[which], past_lengths[which])
        panel = self._panels[origin]
        covariates = self.covariates(past_lengths)
        panel, additive = without_additive(panel, past_lengths[which], covariates, which, s)
        past = panel.head(past_lengths[which])
        transforms = TransformPipeline.fit(
            past.values, past.offsets, self.transforms(treatment),
            lambda i: self.name(int(which[i])),
        )  # fmt: skip
        values = transforms.transform_flat(panel.values, panel.offsets)
        scaled = values[positions(panel.offsets[:-1], past.lengths)]
        reach = max(kind.reach for kind in kinds)
        state = self.features(scaled, past.offsets, treatment, reach)
        wanted, weights = bool(covariates.columns) or s.calendar, self.weights
        if weights is not None:
            weights = weights[positions(self.panel.offsets[which], lengths[which])]
        dataset = SequenceDataset.from_series(
            values, panel.offsets, s.h, state, covariates.inputs(panel, which) if wanted else None,
            weights,
        )  # fmt: skip
        training = dataset
        if origin.held_out:
            # future covariates beyond the origin are not known in training
            ahead = covariates.inputs(past, which) if s.futr_exog_list else None
            training = dataset.before(origin.held_out, ahead)
        return Preparation(
            treatment, panel, transforms, covariates, dataset, training, self.sampler(training),
            kinds, s, origin.held_out, self.fine_tuning, additive,
        )  # fmt: skip

    def _panel_at(self, which: np.ndarray, lengths: np.ndarray, past_lengths: np.ndarray) -> Panel:
        """Give so many values of series, with gaps filled from what is known at an origin."""
        # a line through a gap that is open at the origin leads to a value that is not known there
        panel = self.panel.take(which).head(lengths).repeat_in_open_gaps(past_lengths)
        s = self.settings
        if s.pretrained and (lengths > past_lengths).any():
            panel, _ = fill_gaps(panel, s.seasons, past_lengths, threads=s.threads)
        return panel

    def transforms(self, treatment: SeasonalTreatment) -> Treatment:
        """Say by which treatment series are transformed.

        Parameters
        ----------
        treatment : SeasonalTreatment
            How the season is treated.

        Returns
        -------
        Treatment
            Of all series.
        """
        s = self.settings
        adjust = s.adjust_season if treatment.adjust else False
        return Treatment(s.h, s.seasons, s.log, adjust, self.related, s.scale, s.clip_outliers)

    def features(
        self, scaled: np.ndarray, offsets: np.ndarray, treatment: SeasonalTreatment, reach: int
    ) -> FeatureState:
        """Choose what a network sees of each series.

        Parameters
        ----------
        scaled : ndarray of shape [total]
            Transformed training parts, one after another.
        offsets : ndarray of shape [N + 1]
            Series ``i`` is ``scaled[offsets[i] : offsets[i + 1]]``.
        treatment : SeasonalTreatment
            How the season is treated.
        reach : int
            Last values that a benchmark uses.

        Returns
        -------
        FeatureState
            Of N series, without a past.
        """
        s = self.settings
        difference = should_difference(scaled, offsets) if s.difference == "auto" else s.difference
        # of a single series, and of long ones, the full-sample scale is used
        local = self.related and difference and not self.long
        return FeatureState.start(
            difference, max(s.seasons[0], 8), len(offsets) - 1, treatment.lags,
            typical_change(scaled, offsets) if local else None, reach,
        )  # fmt: skip

    def covariates(self, lengths: np.ndarray) -> Covariates:
        """Fit the scales and names of the covariates.

        Parameters
        ----------
        lengths : ndarray of shape [N]
            Values of each series that belong to the training part.

        Returns
        -------
        Covariates
            Of all series.
        """
        s = self.settings
        columns = s.hist_exog_list, s.futr_exog_list, s.stat_exog_list
        covariates = Covariates.fit(self.panel, lengths, s.h, *columns, s.calendar)
        return replace(covariates, holidays=self.holidays)

    def sampler(self, data: SequenceDataset) -> SegmentSampler:
        """Choose how long subsequences are, and how many are drawn.

        Parameters
        ----------
        data : SequenceDataset
            What they are drawn from.

        Returns
        -------
        SegmentSampler
            Of the training part.
        """
        s = self.settings
        longest, shortest = int(data.lengths.max()), int(data.lengths.min())
        fewest = _SHORTEST_RELATED if self.related else _SHORTEST
        most = _LONGEST_SUBSEQUENCE if self.related else _LONGEST_OF_ONE
        usual = max(min(longest // 10, most), 3 * s.seasons[0], fewest)
        length = max(2, min(usual, _LONGEST_SUBSEQUENCE, longest - 1))
        # where whole series are drawn, their first steps have to count too
        warmup = length // 4 if shortest >= length + s.h else min(4, length // 4)
        if s.look_back is not None:
            length = s.look_back
            warmup = length - 1
        most = _LARGEST_BATCH if self.related else _SMALLEST_BATCH
        several = int(data.lengths.sum() / length / 4)
        batch = s.batch_size or min(max(several, _SMALLEST_BATCH), most)
        # an epoch's targets lie in memory at once
        fits = EPOCH * batch * (length - warmup) * s.h <= _MOST_TARGETS
        epoch = EPOCH if fits else SHORT_EPOCH
        # short series of a panel begin together, and steps counted from there would tell the year:
        # what all of them did in it would be learnt by heart, so that subsequences begin anywhere
        anywhere = self.related and not self.long and s.look_back is None
        least = warmup + s.h + 2 if anywhere else length
        epoch = min(epoch, s.max_steps or epoch)
        return SegmentSampler(data, length, warmup, batch, epoch, min(least, length))
