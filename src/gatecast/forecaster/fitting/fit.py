"""A fit in words: prepare, hold out, choose, train, keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gatecast.data.panel import Panel
from gatecast.errors import DataError
from gatecast.forecaster.benchmarks.benchmark import SIMPLEST, Benchmark
from gatecast.forecaster.benchmarks.combination import NETWORK_ALONE
from gatecast.forecaster.counts.part import count_part
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.fitting.ensemble import Ensemble, TrainingRun
from gatecast.forecaster.fitting.holdout import Holdout
from gatecast.forecaster.fitting.preparation import Preparation, Preparer, SeasonalTreatment
from gatecast.forecaster.fitting.progress import ProgressAggregator
from gatecast.forecaster.fitting.starting import Start, as_it_is
from gatecast.forecaster.fitting.transfer import TransferHoldout
from gatecast.forecaster.fitting.trial import Choices, HoldoutTrial
from gatecast.forecaster.intervals import Calibration
from gatecast.forecaster.settings.config import Settings
from gatecast.forecaster.threads import beside
from gatecast.messages import Message, message
from gatecast.network import Progress

__all__ = ["Fit", "fit"]

#: Share of its steps that a network of the hold-out is trained on with all values.
_MORE = 1 / 3


@dataclass(frozen=True, eq=False)
class Fit:
    """Hold what a fit has made.

    Parameters
    ----------
    fitted : FittedForecaster
        What forecasts.
    max_steps : int
        Training steps of each network.
    losses : list of list of float
        Loss of each network by epoch.
    decisions : list of Message
        What was decided on the way, a sentence each.
    """

    fitted: FittedForecaster
    max_steps: int
    losses: list[list[float]]
    decisions: list[Message]


def fit(
    settings: Settings,
    panel: Panel,
    name: Callable[[int], str],
    progress: Callable[[Progress], None] | None = None,
    start: Start | None = None,
    weights: np.ndarray | None = None,
    *,
    fine_tuning: bool = False,
) -> Fit:
    """Fit a forecaster to the series of a panel.

    Parameters
    ----------
    settings : Settings
        Resolved settings.
    panel : Panel
        All known values of each series, in its own unit, with the covariates.
    name : callable
        From the position of a series to what an error calls it.
    progress : callable, optional
        Told how far all trainings are, as one; an epoch is then a training step.
    start : Start, optional
        A fitted model whose weights networks may start at; it fits the settings.
    weights : ndarray of shape [total], optional
        Of the values, as targets of the training loss.
    fine_tuning : bool, default False
        Whether the pretrained network is fine-tuned on the series.

    Returns
    -------
    Fit
        The fitted forecaster, and how it came about.

    Raises
    ------
    DataError
        If the series are too short for the intervals requested, or cannot be transformed as
        requested.
    """
    s = settings
    aggregator = ProgressAggregator(progress)
    ensemble = Ensemble(s, aggregator)
    preparer = Preparer(s, panel, name, weights, fine_tuning=fine_tuning)
    if start is None:
        holdout = Holdout(preparer, ensemble)
    else:
        holdout = TransferHoldout(preparer, ensemble, start.fitted)
        if not holdout.possible:
            others, losses = as_it_is(start, s, panel)
            return Fit(others, start.max_steps, losses, [message("transfer.as_it_is")])
    candidates = s.candidates if s.max_steps is None else (s.max_steps,)
    most = s.n_networks + bool(s.level) * (s.n_networks + 1)
    aggregator.expect((1 + most) * candidates[-1])

    calibration, untreated = None, SeasonalTreatment()
    choices = Choices(untreated, candidates[0], preparer.prior(untreated))
    if holdout.possible:
        choices = holdout.choose(candidates)
        calibration = holdout.trial(choices.treatment).calibrate(choices)
    elif s.level and choices.combination == NETWORK_ALONE:
        raise DataError(message("holdout.no_interval", level=list(s.level)))

    preparer, ensemble = holdout.preparer, holdout.ensemble
    final = preparer.prepare_all(choices.treatment, choices.combination.benchmark, choices.weights)
    # steps that are asked for are made on all values
    begun = calibration is not None and s.max_steps is None and ensemble.goes_on
    trial = holdout.trial(choices.treatment) if begun else None
    # where networks have no weight in the forecast, one is there to be looked at
    members = s.n_networks if choices.combination.weight else 1
    runs = _runs(final, choices, members, trial)
    aggregator.expect(aggregator.done + sum(run.steps for run in runs))
    with beside(map(final.benchmark, [0]), s.threads):
        trained = ensemble.train(runs)
    fitted = FittedForecaster.from_training(
        replace(s, n_networks=members), final, [one.network for one in trained], calibration,
        choices.combination.weight, panel,
    )  # fmt: skip
    held_out = holdout.trial(choices.treatment) if holdout.possible else None
    fitted.counts, of_counts = count_part(s, panel, held_out, choices)
    alone = fitted.counts is not None and fitted.counts.is_of_all(len(panel))
    of_networks = [] if alone else _holdout_sentences(holdout, choices, calibration, fitted)
    decisions = [
        *_learning(s, final, weights), *_fine_tuning(final), *holdout.notes, *of_networks,
        *of_counts,
    ]  # fmt: skip
    return Fit(fitted, choices.max_steps, [one.losses for one in trained], decisions)


def _runs(
    final: Preparation, choices: Choices, members: int, trial: HoldoutTrial | None
) -> list[TrainingRun]:
    """Say which final networks are trained."""
    steps = choices.max_steps
    runs = [_first_run(final, steps, trial)]
    runs += [TrainingRun(final, steps, seed) for seed in range(1, members)]
    if final.settings.level and choices.learns_quantiles(final.kinds[0]):
        # one more network learns the quantiles; the forecast does not depend on it
        runs.append(_first_run(final, steps, trial, quantiles=True))
    return runs


def _first_run(
    final: Preparation, steps: int, trial: HoldoutTrial | None, *, quantiles: bool = False
) -> TrainingRun:
    """Say how the first final network is trained: it goes on from that of the hold-out, if it can.

    That one has seen all but the last values, so that a part of its steps is enough for the rest.
    The other networks begin anew: where all go on, forecasts of short series are worse.
    """
    begin = trial.trained(steps, quantiles=quantiles) if trial else None
    # the whole of the series may be transformed by other decisions
    if begin is None or begin.network.layout.inputs != final.dataset.width:
        return TrainingRun(final, steps, quantiles=quantiles)
    return TrainingRun(final, steps + round(_MORE * steps), quantiles=quantiles, begin=begin)


def _learning(settings: Settings, final: Preparation, weights: np.ndarray | None) -> list[Message]:
    """Describe what the networks are trained on."""
    name = {
        (True, True): "learning.differences",
        (True, False): "learning.levels",
        (False, True): "learning.differences_requested",
        (False, False): "learning.levels_requested",
    }[settings.difference == "auto", bool(final.dataset.difference)]
    if settings.difference == "auto" and not any(np.ptp(one.values) for one in final.panel):
        name = "learning.constant"
    sentences = [message(name)]
    if final.dataset.state.initial_scale is not None:
        sentences.append(message("learning.local_scale"))
    if weights is not None:
        zero = int(np.count_nonzero(weights == 0.0))
        sentences.append(message("weights.used", zero=zero, n=len(weights)))
    return sentences


def _fine_tuning(final: Preparation) -> list[Message]:
    """Say whether fine-tuning the pretrained network has helped."""
    if not final.fine_tuning:
        return []
    if not final.kinds[0].pretrained or final.fine_tuned is None:
        return [message("pretrained.not_used")]
    return [final.fine_tuned.sentence]


def _holdout_sentences(
    holdout: Holdout,
    choices: Choices,
    calibration: Calibration | None,
    fitted: FittedForecaster,
) -> list[Message]:
    """Describe what the hold-out has shown."""
    prior = holdout.preparer.prior(choices.treatment)
    combined = combination_sentences(
        fitted.benchmark, fitted.weight, prior=choices.combination == prior,
        held_out=calibration is not None,
    )  # fmt: skip
    if calibration is None:
        sentences = [message("holdout.not_possible"), *combined]
        if fitted.level and fitted.benchmark.has_quantiles:
            sentences.append(message("holdout.no_test", benchmark=fitted.benchmark.name))
        return sentences
    trial = holdout.trial(choices.treatment)
    sentences = calibration_sentences(
        choices.max_steps, calibration, holdout.held_out, len(trial.which),
        trial.preparation.dataset.difference,
    )  # fmt: skip
    sentences += combined
    if fitted.benchmark.has_quantiles:
        return sentences  # its intervals need no hold-out
    return sentences + [
        message(
            "holdout.interval", level=level, needed=int(100 / (100 - level)),
            n=int(trial.independent),
        )
        for level in holdout.settings.level
        if trial.independent < int(100 / (100 - level))
    ]  # fmt: skip


def calibration_sentences(
    max_steps: int, calibration: Calibration, held_out: int, series: int, difference: bool
) -> list[Message]:
    """Compare the forecasts of the hold-out with the simplest ones.

    Parameters
    ----------
    max_steps : int
        Training steps.
    calibration : Calibration
        Errors of the hold-out, and the combination.
    held_out, series : int
        Values of each series in the hold-out, and how many series.
    difference : bool
        Whether networks are trained on differences.

    Returns
    -------
    list of Message
        The comparison.
    """
    gain = 1.0 - calibration.error / calibration.naive_error if calibration.naive_error else 0.0
    reference = calibration.reference or SIMPLEST[difference]
    numbers = {"n": held_out, "reference": reference, "steps": max_steps}
    if abs(gain) < 0.01:
        compared = message("holdout.about", **numbers)
    elif gain > 0:
        compared = message("holdout.below", gain=gain, **numbers)
    else:
        compared = message("holdout.above", gain=-gain, **numbers)
    if series > 1:
        compared = message("holdout.panel", told=compared, series=series)
    return [compared]


def combination_sentences(
    benchmark: Benchmark, weight: float, *, prior: bool, held_out: bool = True
) -> list[Message]:
    """Describe the forecast combination.

    Parameters
    ----------
    benchmark : Benchmark
        What the networks are combined with.
    weight : float
        Of the networks.
    prior : bool
        Whether it was chosen because the hold-out showed nothing clearly.
    held_out : bool, default True
        Whether there was a hold-out.

    Returns
    -------
    list of Message
        None where the networks forecast alone.
    """
    if weight == 1.0:
        return []
    untried = "combination.prior" if held_out else "combination.untested"
    if not weight:
        name = untried if prior else "combination.benchmark_only"
        return [message(name, benchmark=benchmark.name), message("combination.one_network")]
    if prior:
        return [message(untried, benchmark=benchmark.name)]
    return [message("combination.mixed", benchmark=benchmark.name, weight=weight)]
