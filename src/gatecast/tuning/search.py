"""Running the trials of a search, one after another or side by side."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Literal, NamedTuple

import joblib
import numpy as np

from gatecast.data.panel import Panel
from gatecast.errors import GatecastError, TrainingError, UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.network.processors import available_threads
from gatecast.tuning import storage as studies
from gatecast.tuning.interrupts import Interrupts
from gatecast.tuning.origins import Plan, score
from gatecast.tuning.space import Distribution, draw, nearest_point

__all__ = [
    "Sampler", "Status", "Work", "finished_trials", "make_model", "run_trials", "trials_in",
]  # fmt: skip

Sampler = Literal["tpe", "gp"]
#: Trials that are drawn at random before the sampler has something to learn from.
_RANDOM_TRIALS = 10
#: Finished trials before others are compared with them.
_BEFORE_PRUNING = 5
#: Per cent of the trials, the best after the first part, that are scored to the end.
_GO_ON = 100.0 / 3.0


class Status(NamedTuple):
    """How far a search is."""

    done: int
    total: int
    best: float
    defaults: float


class Work(NamedTuple):
    """All that a worker needs, wherever it runs."""

    url: str | None
    name: str
    panel: Panel
    plan: Plan
    base: dict[str, Any]
    space: dict[str, Distribution]
    loss: str
    sampler: Sampler
    random_state: int
    total: int
    deadline: float

    @property
    def alone(self) -> dict[str, bool]:
        """The setting by which a trial's networks forecast without the pretrained one."""
        return {"pretrained": False} if self.base["pretrained"] else {}


def run_trials(
    study: Any, work: Work, jobs: int, progress: Callable[[Status], None] | None
) -> bool:
    """Run the remaining trials.

    Parameters
    ----------
    study : optuna.Study
        The study.
    work : Work
        What each trial needs.
    jobs : int
        Trials at the same time.
    progress : callable or None
        Called after each trial.

    Returns
    -------
    bool
        Whether Ctrl-C ended the search.
    """

    def tell() -> None:
        if progress is not None:
            progress(_status(study, work.total))

    with Interrupts() as interrupts:
        try:
            tell()
            # first, so that data that cannot be used raise once and are not tried fifty times
            while not _defaults(study) and _work(study, work, interrupts):
                tell()
            if jobs == 1:
                while _work(study, work, interrupts):
                    tell()
            else:
                _side_by_side(study, work, jobs, tell, interrupts)
        except KeyboardInterrupt:
            interrupts.pending = True
            if not finished_trials(study):
                raise
        finally:
            studies.fail_stale_trials(study, stopped=interrupts.pending)
    return interrupts.pending


def _side_by_side(
    study: Any, work: Work, jobs: int, tell: Callable[[], None], interrupts: Interrupts
) -> None:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    threads = work.base["threads"] or max(1, available_threads() // jobs)
    shared = work._replace(base=work.base | {"threads": threads})
    broken = 0
    while (left := work.total - _counted(study)) > 0 and time.time() < work.deadline:
        before = len(finished_trials(study))
        try:
            options: dict[str, Any] = {"n_jobs": jobs, "max_nbytes": None, "pre_dispatch": jobs}
            runner: Any = joblib.Parallel(return_as="generator_unordered", **options)
            outcomes = runner(joblib.delayed(_work_alone)(shared) for _ in range(left))
            while (began := _next(outcomes, interrupts)) is not None:
                tell()
                if not began:
                    return
        except TerminatedWorkerError:
            # a worker was killed, and took the others with it: what they had finished is kept
            broken = 0 if len(finished_trials(study)) > before else broken + 1
            if broken == 3:
                raise
        finally:
            studies.fail_stale_trials(study, stopped=interrupts.pending)


def _next(outcomes: Iterator[bool], interrupts: Interrupts) -> bool | None:
    with interrupts.allowed():
        return next(outcomes, None)


def _work_alone(work: Work) -> bool:
    """Run one trial in a process of its own."""
    with Interrupts() as interrupts:
        study = studies.open_study(work.url, work.name, resume=True)
        return _work(study, work, interrupts)


def _work(study: Any, work: Work, interrupts: Interrupts) -> bool:
    """Run one trial; False if there is none left to run, or no time."""
    if time.time() >= work.deadline or _counted(study) >= work.total:
        return False
    optuna = studies.optuna()
    state = optuna.trial.TrialState
    first = not _defaults(study)
    trial_id = studies.start(study, nearest_point(work.space, work.base) if first else None)
    number = study._storage.get_trial(trial_id).number
    try:
        with studies.heartbeat(study, trial_id):
            study.sampler, study.pruner = _sampler(work, study, number), _pruner(work.sampler)
            trial = optuna.trial.Trial(study, trial_id)
            _try(trial, work, first, study, interrupts)
    except BaseException as error:
        with suppress(Exception):
            if isinstance(error, KeyboardInterrupt):
                studies.mark_stopped(study, trial_id)
            study.tell(number, state=state.FAIL, skip_if_finished=True)
        raise
    return True


def _sampler(work: Work, study: Any, number: int) -> Any:
    """Make the sampler of one trial.

    Its seed counts the trials that came before and were not cut off: so a study that was killed
    and resumed draws what it would have drawn.
    """
    optuna = studies.optuna()
    failed = optuna.trial.TrialState.FAIL
    before = sum(t.number < number and t.state != failed for t in study.get_trials(deepcopy=False))
    seed = int(np.random.SeedSequence((work.random_state, before)).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # called experimental since 2020
        if work.sampler == "gp":
            # the process is over what all trials have; what depends on something is left to TPE
            rest = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_RANDOM_TRIALS)
            return optuna.samplers.GPSampler(
                seed=seed, n_startup_trials=_RANDOM_TRIALS, independent_sampler=rest,
                warn_independent_sampling=False,
            )  # fmt: skip
        return optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=_RANDOM_TRIALS, multivariate=True, group=True,
            constant_liar=True,
        )  # fmt: skip


def _pruner(sampler: Sampler) -> Any:
    if sampler == "gp":
        return studies.optuna().pruners.NopPruner()  # it learns from whole scores alone
    return studies.optuna().pruners.PercentilePruner(_GO_ON, n_startup_trials=_BEFORE_PRUNING)


def _try(trial: Any, work: Work, first: bool, study: Any, interrupts: Interrupts) -> None:
    """Score one trial, part by part, and give it up where it diverges or is behind the others."""
    state = studies.optuna().trial.TrialState
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an infinite score, which is meant
        drawn = draw(trial, work.space)
    # one network tells settings apart as well as several, where their number is not among these
    few = {} if "n_networks" in work.space else {"n_networks": 1}
    model = make_model(work.base, {"level": ()} | few, {} if first else drawn | work.alone)
    scores: list[float] = []
    reason, pruned = "", False
    for part, size in work.plan.searched_parts(work.panel):
        try:
            with interrupts.allowed():
                scores += score(model, part, size, work.plan, work.loss)
        except (UsageError, MemoryError):
            raise
        except (GatecastError, ArithmeticError) as error:
            if first and not isinstance(error, TrainingError):
                raise  # the data themselves cannot be used
            reason = str(error)
            break
        if not math.isfinite(_mean(scores)):
            reason = "its forecasts are not finite"
            break
        trial.report(_mean(scores), len(scores))
        if len(scores) < work.plan.searched and not first and trial.should_prune():
            pruned = True
            break
    trial.set_user_attr("scores", [None if math.isnan(v) else v for v in scores])
    if reason:
        trial.set_user_attr("diverged", reason)
    # not FAIL, so that the sampler learns to stay away
    if reason and work.sampler == "gp":
        study.tell(trial, math.inf)
    elif reason or pruned:
        study.tell(trial, state=state.PRUNED)
    else:
        study.tell(trial, _mean(scores))


def _mean(scores: list[float]) -> float:
    """Give the mean over the origins that could be scored; NaN if there is none."""
    there = [loss for loss in scores if not math.isnan(loss)]
    return float(np.mean(there)) if there else math.nan


def trials_in(study: Any, *states: str) -> list[Any]:
    """List the trials of a study in some states.

    Parameters
    ----------
    study : optuna.Study
        The study.
    *states : str
        Optuna's names, "COMPLETE" for example.

    Returns
    -------
    list of optuna.trial.FrozenTrial
        In the order of their numbers.
    """
    kinds = studies.optuna().trial.TrialState
    return study.get_trials(deepcopy=False, states=[kinds[name] for name in states])


def finished_trials(study: Any) -> list[Any]:
    """List the trials with a finite loss.

    Parameters
    ----------
    study : optuna.Study
        The study.

    Returns
    -------
    list of optuna.trial.FrozenTrial
        In the order of their numbers.
    """
    return [
        t for t in trials_in(study, "COMPLETE") if t.value is not None and math.isfinite(t.value)
    ]


def _counted(study: Any) -> int:
    return len(trials_in(study, "COMPLETE", "PRUNED", "RUNNING"))


def _defaults(study: Any) -> list[Any]:
    """Give the trials of the defaults that came to an end."""
    return [t for t in trials_in(study, "COMPLETE", "PRUNED") if t.user_attrs.get("defaults")]


def _status(study: Any, total: int) -> Status:
    values = [t.value for t in finished_trials(study)]
    defaults = [t.value for t in finished_trials(study) if t.user_attrs.get("defaults")]
    done = len(trials_in(study, "COMPLETE", "PRUNED"))
    return Status(done, total, min(values, default=math.nan), defaults[0] if defaults else math.nan)


def make_model(*settings: dict[str, Any]) -> LSTMForecaster:
    """Make a forecaster.

    Parameters
    ----------
    *settings : dict
        Later ones replace earlier ones.

    Returns
    -------
    LSTMForecaster
        Not fitted.
    """
    return LSTMForecaster(**{name: value for part in settings for name, value in part.items()})
