"""A fit in words: prepare, hold out, choose, train, keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatecast.data.panel import Panel
from gatecast.errors import DataError
from gatecast.forecaster.combination import SIMPLEST
from gatecast.forecaster.config import Settings
from gatecast.forecaster.ensemble import Ensemble
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.holdout import Choices, Holdout
from gatecast.forecaster.intervals import Calibration
from gatecast.forecaster.preparation import Preparation, Preparer, SeasonalTreatment
from gatecast.forecaster.progress import ProgressAggregator
from gatecast.network import Progress

__all__ = ["Fit", "fit"]


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
    decisions : list of str
        What was decided on the way, a sentence each.
    """

    fitted: FittedForecaster
    max_steps: int
    losses: list[list[float]]
    decisions: list[str]


def fit(
    settings: Settings,
    panel: Panel,
    name: Callable[[int], str],
    progress: Callable[[Progress], None] | None = None,
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
    ensemble, preparer = Ensemble(s, aggregator), Preparer(s, panel, name)
    holdout = Holdout(preparer, ensemble)
    candidates = s.candidates if s.max_steps is None else (s.max_steps,)
    trained = s.n_networks + bool(s.level) * (s.n_networks + 1)
    aggregator.expect(sum(candidates) + trained * candidates[-1])

    calibration, choices = None, Choices(SeasonalTreatment(), candidates[0])
    if holdout.possible:
        choices = holdout.choose(candidates)
        calibration = holdout.trial(choices.treatment).calibrate(choices)
        aggregator.expect(aggregator.done + (s.n_networks + bool(s.level)) * choices.max_steps)
    elif s.level:
        raise DataError(
            f"level={list(s.level)} was asked for, and intervals are measured on values held back; "
            "10 values of a series would be enough: supply more history or leave out level"
        )

    final = preparer.prepare_all(choices.treatment, choices.combination.benchmark)
    if calibration is not None:
        calibration.benchmark = final.benchmark(0)
    networks, histories = ensemble.train(final, choices.max_steps, range(s.n_networks))
    if s.level:
        # one more network learns the quantiles; the forecast does not depend on it
        network, history = ensemble.train(final, choices.max_steps, range(1), quantiles=True)
        networks, histories = networks + network, histories + history
    fitted = FittedForecaster.from_training(s, final, networks, calibration, panel)
    decisions = [
        *_learning(s, final), *holdout.notes, *_holdout_sentences(holdout, choices, calibration),
    ]  # fmt: skip
    return Fit(fitted, choices.max_steps, [history.loss for history in histories], decisions)


def _learning(settings: Settings, final: Preparation) -> list[str]:
    """Say what the networks learn."""
    difference = final.dataset.difference
    if settings.difference == "auto":
        sentences = [
            "the network learns changes, because the level wanders"
            if difference
            else "the network learns the values, which keep returning to their level"
        ]
    else:
        sentences = [f"the network learns {'changes' if difference else 'values'}, as asked for"]
    if final.dataset.state.initial_scale is not None:
        sentences.append(
            "inputs and answers are in strides: how far a series had moved from one value to "
            "the next, as was known at each step"
        )
    return sentences


def _holdout_sentences(
    holdout: Holdout, choices: Choices, calibration: Calibration | None
) -> list[str]:
    """Say what the hold-out has shown."""
    if calibration is None:
        return ["the series are too short to hold values back: nothing was measured"]
    trial = holdout.trial(choices.treatment)
    sentences = calibration_sentences(
        choices.max_steps, calibration, holdout.held_out, len(holdout.which),
        trial.preparation.dataset.difference,
    )  # fmt: skip
    return sentences + [
        f"an interval of {share:g} % would have to be measured on {int(100 / (100 - share))} "
        f"forecasts or more that do not overlap, and there were {int(trial.independent)}: it "
        "may be too narrow"
        for share in holdout.settings.level
        if trial.independent < int(100 / (100 - share))
    ]


def calibration_sentences(
    max_steps: int, calibration: Calibration, held_out: int, series: int, difference: bool
) -> list[str]:
    """Say how the forecasts of the hold-out compare with the simplest ones."""
    benchmark = calibration.benchmark.name
    gain = 1.0 - calibration.error / calibration.naive_error if calibration.naive_error else 0.0
    of = "" if series == 1 else f" of each of {series} series"
    than = f"{abs(gain):.0%} {'below' if gain > 0 else 'above'}" if abs(gain) >= 0.01 else "about"
    sentences = [
        f"on the last {held_out} values{of}, held back, its mean absolute error was {than} that of "
        f"{SIMPLEST[difference]}, after {max_steps} updates; so long it is trained",
    ]
    if not calibration.weight:
        sentences.append(
            f"there {benchmark} alone was better than any part of the network: it is the forecast"
        )
    elif calibration.weight < 1.0:
        sentences.append(
            f"there the network was better when mixed with {benchmark} than alone: so "
            f"{calibration.weight:.0%} of the forecast is its"
        )
    return sentences
