"""Search for settings on past origins, and judge what was found on origins nobody looked at."""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

import joblib
import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.errors import (
    DataError,
    GatecastError,
    MissingExtraError,
    TrainingError,
    UsageError,
)
from gatecast.evaluation.results import Backtest
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.seasons import as_seasons
from gatecast.tuning import storage as kept
from gatecast.tuning.origins import Plan, score
from gatecast.tuning.space import (
    Entry,
    draw,
    setting_of,
    settings_from,
    space_for,
    stand_ins,
)
from gatecast.tuning.verdict import Verdict, compare, sentences

__all__ = ["Status", "Tuning", "tune"]

Sampler = Literal["tpe", "gp"]
#: Trials that are drawn at random before the sampler has something to learn from.
_RANDOM_TRIALS = 10
#: Finished trials before others are held against them.
_BEFORE_PRUNING = 5
#: Per cent of the trials, the best after the first part, that are scored to the end.
_GO_ON = 100.0 / 3.0


class Status(NamedTuple):
    """How far a search is."""

    done: int
    total: int
    best: float
    defaults: float


@dataclass(frozen=True, eq=False)
class Tuning:
    """Hold what a search has found.

    Attributes
    ----------
    forecaster : LSTMForecaster
        Fitted on all the data, with the settings found; with the defaults where these were no
        worse on the unseen origins.
    settings : dict
        What the search found, by name, whether it was kept or not.
    trials : DataFrame
        A row for each trial: ``number``, ``state`` ("finished", "pruned", "diverged", "failed",
        "running"), ``value`` (mean loss over its origins), ``seconds``, a column for each setting
        of the space, ``note``. The first finished one has the defaults.
    origins : DataFrame
        A row for each trial and origin that it was scored on: ``number``, ``origin`` (0 is the
        earliest), ``loss``.
    importance : dict of str to float
        Share of each setting in what made trials good, largest first; empty before there are
        enough trials.
    verdict : Verdict
        The settings found against the defaults on the unseen origins.
    judgement : Backtest or None
        Forecasts of both from there; None where the search found the defaults themselves.
    sentences : list of str
        What was learnt.
    loss : {"absolute", "squared"}
        What was minimised.
    interrupted : bool
        Whether Ctrl-C ended the search.
    study : optuna.Study
        Optuna's own object.
    """

    forecaster: LSTMForecaster
    settings: dict[str, Any]
    trials: pd.DataFrame
    origins: pd.DataFrame
    importance: dict[str, float]
    verdict: Verdict
    judgement: Backtest | None
    sentences: list[str]
    loss: str
    interrupted: bool
    study: Any


class _Work(NamedTuple):
    """All that a worker needs, wherever it runs."""

    url: str | None
    name: str
    panel: Panel
    plan: Plan
    base: dict[str, Any]
    space: dict[str, Entry]
    loss: str
    sampler: Sampler
    random_state: int
    total: int
    deadline: float


def tune(
    source: Any,
    h: int,
    n_trials: int = 50,
    timeout: float | None = None,
    *,
    space: Mapping[str, Any] | None = None,
    forecaster: LSTMForecaster | None = None,
    loss: Literal["absolute", "squared"] = "absolute",
    n_windows: int | None = None,
    n_unseen: int | None = None,
    step_size: int | None = None,
    sampler: Sampler = "tpe",
    random_state: int = 0,
    storage: str | os.PathLike[str] | None = None,
    study_name: str = "gatecast",
    resume: bool = False,
    n_jobs: int | None = None,
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
    progress: Callable[[Status], None] | None = None,
) -> Tuning:
    """Search for the settings of :class:`gatecast.LSTMForecaster` that forecast some data best.

    Every trial is scored on many past origins, with nothing of what came after them; the last
    origins are kept from the search. There the settings found are held against the defaults, and
    only if they are better are they kept. The first trial has the defaults. A trial trains one
    network (``seeds=1``), where the forecaster returned trains as many as it would otherwise; with
    ``seeds`` in ``space`` it trains as many as are tried.

    Parameters
    ----------
    source : path, DataFrame, Series or Panel
        See :func:`gatecast.data.reading.read_panel`.
    h : int
        Steps to forecast.
    n_trials : int, default 50
        Trials of the study in all, those of earlier runs included.
    timeout : float, optional
        Seconds after which no further trial begins; judging and fitting come after.
    space : mapping, optional
        Narrows or widens the space; see :func:`gatecast.tuning.space.space_for`.
    forecaster : LSTMForecaster, optional
        The defaults, with level, frequency, season or further columns; ``LSTMForecaster(h)`` if not
        given. What its columns known in advance are at the origins is known to every trial.
    loss : {"absolute", "squared"}
        What is minimised: the mean over steps and series, each first divided by its scale where
        there are many, and over origins.
    n_windows, n_unseen, step_size : int, optional
        Origins of the search, those kept from it, and steps between them; chosen from the lengths
        of the series if not given.
    sampler : {"tpe", "gp"}
        Tree-structured Parzen estimator, or Gaussian process, which needs PyTorch and SciPy, and
        scores every trial to the end.
    random_state : int, default 0
        Seed. The same seed gives the same study, interrupted and resumed or not, as long as
        trials run one after another and none is cut off by the clock.
    storage : path or URL, optional
        SQLite file, or the URL of any database that Optuna takes, which several machines can
        share. In memory if not given.
    study_name : str, default "gatecast"
        Name in the storage.
    resume : bool, default False
        Whether to go on with a study of that name, if it is there.
    n_jobs : int, optional
        Trials at the same time, through joblib, whose settings (``joblib.parallel_config``) choose
        the backend. One after another if not given and not set there.
    id_col, time_col, target_col : str, optional
        Columns; found out if not given.
    progress : callable, optional
        Told after each trial how far the search is.

    Returns
    -------
    Tuning
        The fitted forecaster and what was learnt. After Ctrl-C it holds the best so far.

    Raises
    ------
    UsageError
        If an argument cannot work, or a study that is resumed was of something else.
    MissingExtraError
        Without Optuna.
    NotFoundError, DataError
        If the data cannot be read or used, or are too short.
    TrainingError
        If no trial could be scored.

    References
    ----------
    Bergstra, J., Bardenet, R., Bengio, Y. and Kégl, B. (2011). Algorithms for hyper-parameter
    optimization. *Advances in Neural Information Processing Systems* 24.
    Akiba, T., Sano, S., Yanase, T., Ohta, T. and Koyama, M. (2019). Optuna: a next-generation
    hyperparameter optimization framework. *KDD '19*.
    """
    began = time.time()
    base = LSTMForecaster(h) if forecaster is None else forecaster
    settings = base.get_params() | {"h": h}
    _check(n_trials, timeout, loss, sampler)
    kept.optuna()
    panel = source
    columns = base._columns()
    if not isinstance(panel, Panel):
        panel = read_panel(
            source, id_col=id_col, time_col=time_col, target_col=target_col, freq=base.freq,
            extra_cols=columns,
        )  # fmt: skip
    panel.require(columns)
    asked = None if base.season_length is None else as_seasons(base.season_length)[0]
    plan = Plan.make(panel, h, n_windows, n_unseen, step_size)
    learnt = plan.scored(panel)
    searched = space_for(panel, space, asked, int(plan.known_first(learnt).min()))
    jobs = joblib.effective_n_jobs(n_jobs or 1) if n_jobs else _jobs_of_the_context()
    url = kept.url_of(storage)
    with tempfile.TemporaryDirectory() as folder:
        if url is None and jobs > 1:  # processes meet in a file
            url = kept.url_of(Path(folder) / "study.db")
        work = _Work(
            url, study_name, learnt, plan, settings, searched, loss, sampler,
            random_state, n_trials, math.inf if timeout is None else began + timeout,
        )  # fmt: skip
        study = kept.open_study(url, study_name, resume=resume)
        _check_task(study, work)
        kept.bury(study)
        interrupted = _search(study, work, jobs, progress)
        if storage is None and url is not None:
            study = kept.into_memory(study, url)  # its file goes away with the folder
        return _learn(study, work, panel, interrupted, n_jobs)


def _jobs_of_the_context() -> int:
    asked: Any = None
    return joblib.effective_n_jobs(asked)


def _check(n_trials: int, timeout: float | None, loss: str, sampler: str) -> None:
    if n_trials < 1:
        raise UsageError(f"n_trials={n_trials} was asked for; use 1 or more")
    if timeout is not None and not timeout > 0:
        raise UsageError(f"timeout={timeout} was asked for; give seconds above 0, or leave it out")
    if loss not in ("absolute", "squared"):
        raise UsageError(f'loss="{loss}" was asked for; use "absolute" or "squared"')
    if sampler not in ("tpe", "gp"):
        raise UsageError(f'sampler="{sampler}" was asked for; use "tpe" or "gp"')
    if sampler == "gp":
        missing = [name for name in ("scipy", "torch") if find_spec(name) is None]
        if missing:
            raise MissingExtraError(
                f'sampler="gp" needs {" and ".join(missing)}, not installed here: pip install '
                + " ".join(missing)
            )


def _check_task(study: Any, work: _Work) -> None:
    """Refuse to go on with a study of something else: its scores could not be compared."""
    digest = hashlib.sha256()
    for array in (work.panel.offsets, work.panel.times, work.panel.values):
        digest.update(np.ascontiguousarray(array).tobytes())
    for name, cells in work.panel.extra.items():
        digest.update(f"{name} {cells.tolist()!r}".encode())
    base = {name: value for name, value in work.base.items() if name not in ("threads", "level")}
    task = {
        "data": digest.hexdigest(),
        "origins": repr(work.plan),
        "space": repr(work.space),
        "defaults": repr(sorted(base.items())),
        "loss": work.loss,
    }
    before = study.user_attrs.get("task")
    if before is None:
        study.set_user_attr("task", task)
        return
    changed = [name for name, value in task.items() if before.get(name) != value]
    if changed:
        raise UsageError(
            f'the study "{work.name}" was begun with other {" and ".join(changed)}: its scores '
            "cannot be compared with new ones. Give what it was begun with, or another study_name "
            "or storage"
        )


# --------------------------------------------------------------------------------------- searching


def _search(study: Any, work: _Work, jobs: int, progress: Callable[[Status], None] | None) -> bool:
    """Run what is left of the trials, and say whether Ctrl-C ended it."""

    def tell() -> None:
        if progress is not None:
            progress(_status(study, work.total))

    interrupted = False
    try:
        tell()
        # first of all, so that data that cannot be used are said and not tried fifty times
        while not _defaults(study) and _work(work, study):
            tell()
        if jobs == 1:
            while _work(work, study):
                tell()
        else:
            _side_by_side(study, work, jobs, tell)
    except KeyboardInterrupt:
        interrupted = True
        if not _finished(study):
            raise
    finally:
        kept.bury(study)
    return interrupted


def _side_by_side(study: Any, work: _Work, jobs: int, tell: Callable[[], None]) -> None:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    threads = work.base["threads"] or max(1, (os.cpu_count() or 1) // jobs)
    shared = work._replace(base=work.base | {"threads": threads})
    broken = 0
    while (left := work.total - _counted(study)) > 0 and time.time() < work.deadline:
        before = len(_finished(study))
        try:
            options: dict[str, Any] = {"n_jobs": jobs, "max_nbytes": None, "pre_dispatch": jobs}
            runner: Any = joblib.Parallel(return_as="generator_unordered", **options)
            for began in runner(joblib.delayed(_work)(shared) for _ in range(left)):
                tell()
                if not began:
                    return
        except TerminatedWorkerError:
            # a worker was killed, and took the others with it: what they had finished is kept
            broken = 0 if len(_finished(study)) > before else broken + 1
            if broken == 3:
                raise
        finally:
            kept.bury(study)


def _work(work: _Work, study: Any = None) -> bool:
    """Run one trial; False if there is none left to run, or no time."""
    if study is None:
        study = kept.open_study(work.url, work.name, resume=True)
    if time.time() >= work.deadline or _counted(study) >= work.total:
        return False
    optuna = kept.optuna()
    state = optuna.trial.TrialState
    first = not _defaults(study)
    trial_id = kept.start(study, stand_ins(work.space, work.base) if first else None)
    number = study._storage.get_trial(trial_id).number
    try:
        with kept.heartbeat(study, trial_id):
            study.sampler, study.pruner = _sampler(work, study, number), _pruner(work.sampler)
            trial = optuna.trial.Trial(study, trial_id)
            _try(trial, work, first, state, study)
    except BaseException:
        with suppress(Exception):
            study.tell(number, state=state.FAIL, skip_if_finished=True)
        raise
    return True


def _sampler(work: _Work, study: Any, number: int) -> Any:
    """Make the sampler of one trial.

    Its seed counts the trials that came before and were not cut off: so a study that was killed
    and resumed draws what it would have drawn.
    """
    optuna = kept.optuna()
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
        return kept.optuna().pruners.NopPruner()  # it learns from whole scores alone
    return kept.optuna().pruners.PercentilePruner(_GO_ON, n_startup_trials=_BEFORE_PRUNING)


def _try(trial: Any, work: _Work, first: bool, state: Any, study: Any) -> None:
    """Score one trial, part by part, and give it up where it diverges or is behind the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an infinite score, which is meant
        drawn = draw(trial, work.space)
    # one network tells settings apart as well as several, where their number is not among these
    few = {} if "seeds" in work.space else {"seeds": 1}
    model = _model(work.base, {"level": ()} | few, {} if first else drawn)
    scores: list[float] = []
    said, pruned = "", False
    for part, size in work.plan.searched_parts(work.panel):
        try:
            scores += score(model, part, size, work.plan, work.loss)
        except (UsageError, MemoryError):
            raise
        except (GatecastError, ArithmeticError) as error:
            if first and not isinstance(error, TrainingError):
                raise  # the data themselves cannot be used
            said = str(error)
            break
        if not math.isfinite(_mean(scores)):
            said = "its forecasts are no numbers"
            break
        trial.report(_mean(scores), len(scores))
        if len(scores) < work.plan.searched and not first and trial.should_prune():
            pruned = True
            break
    trial.set_user_attr("scores", [None if math.isnan(v) else v for v in scores])
    if said:
        trial.set_user_attr("diverged", said)
    # not FAIL, so that the sampler learns to stay away
    if said and work.sampler == "gp":
        study.tell(trial, math.inf)
    elif said or pruned:
        study.tell(trial, state=state.PRUNED)
    else:
        study.tell(trial, _mean(scores))


def _mean(scores: list[float]) -> float:
    """Give the mean over the origins that could be scored; NaN if there is none."""
    there = [loss for loss in scores if not math.isnan(loss)]
    return float(np.mean(there)) if there else math.nan


# ----------------------------------------------------------------------------------- what is known


def _trials(study: Any, *states: str) -> list[Any]:
    kinds = kept.optuna().trial.TrialState
    return study.get_trials(deepcopy=False, states=[kinds[name] for name in states])


def _finished(study: Any) -> list[Any]:
    return [t for t in _trials(study, "COMPLETE") if t.value is not None and math.isfinite(t.value)]


def _counted(study: Any) -> int:
    return len(_trials(study, "COMPLETE", "PRUNED", "RUNNING"))


def _defaults(study: Any) -> list[Any]:
    """Give the trials of the defaults that came to an end."""
    return [t for t in _trials(study, "COMPLETE", "PRUNED") if t.user_attrs.get("defaults")]


def _status(study: Any, total: int) -> Status:
    values = [t.value for t in _finished(study)]
    defaults = [t.value for t in _finished(study) if t.user_attrs.get("defaults")]
    done = len(_trials(study, "COMPLETE", "PRUNED"))
    return Status(done, total, min(values, default=math.nan), defaults[0] if defaults else math.nan)


# ---------------------------------------------------------------------------------------- learning


def _learn(study: Any, work: _Work, panel: Panel, interrupted: bool, n_jobs: int | None) -> Tuning:
    finished = _finished(study)
    if not finished:
        reasons = [t.user_attrs["diverged"] for t in _trials(study, "PRUNED", "COMPLETE")
                   if "diverged" in t.user_attrs]  # fmt: skip
        if reasons:
            raise TrainingError(
                f"none of {len(reasons)} trials could be scored; the last one: {reasons[-1]}"
            )
        raise DataError(
            "no trial was finished before the time was over: give a longer timeout, or resume"
        )
    best = min(finished, key=lambda t: (t.value, t.number))
    found = _settings(best, work)
    judgement = None
    base = _model(work.base)
    verdict = Verdict.same()
    if not best.user_attrs.get("defaults"):
        models = {
            "defaults": _model(work.base, {"level": ()}),
            "found": _model(work.base, found, {"level": ()}),
        }
        judgement = work.plan.judge(models, work.panel, n_jobs)
        verdict = compare(judgement, work.loss)
    chosen = base if not verdict.better else _model(work.base, found)
    chosen.fit(panel)
    table = _table(study, work)
    origins = pd.DataFrame(
        [
            (t.number, i, math.nan if loss is None else loss)
            for t in _trials(study, "COMPLETE", "PRUNED")
            for i, loss in enumerate(t.user_attrs.get("scores", ()))
        ],
        columns=pd.Index(["number", "origin", "loss"]),
    )
    told = sentences(table, origins, verdict, found, work.space, work.plan, len(work.panel))
    short = len(panel) - len(work.panel)
    if short:
        told.append(
            f"{short} of {len(panel)} series had hardly begun at the first origin: the search left "
            "them out, and the forecaster learnt from them in the end"
        )
    if interrupted:
        told.insert(0, "the search was stopped; what it had finished was kept")
    return Tuning(
        chosen, found, table, origins, _importance(study), verdict, judgement, told, work.loss,
        interrupted, study,
    )  # fmt: skip


def _model(*settings: dict[str, Any]) -> LSTMForecaster:
    """Make a forecaster; later settings go before earlier ones."""
    return LSTMForecaster(**{name: value for part in settings for name, value in part.items()})


def _settings(trial: Any, work: _Work) -> dict[str, Any]:
    """Give the settings of a trial by the forecaster's names."""
    if trial.user_attrs.get("defaults"):
        return {name: work.base[name] for name in work.space}
    return settings_from(trial.params, work.space)


def _table(study: Any, work: _Work) -> pd.DataFrame:
    names = {"COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed", "RUNNING": "running"}
    rows = []
    for trial in _trials(study, *names):
        reason = trial.user_attrs.get("diverged", "")
        defaults = trial.user_attrs.get("defaults", False)
        scores = [v for v in trial.user_attrs.get("scores", ()) if v is not None]
        spent = trial.duration
        row: dict[str, Any] = {
            "number": trial.number,
            "state": "diverged" if reason else names[trial.state.name],
            # Optuna keeps the last report of a pruned trial as its value
            "value": math.nan if reason or not scores else float(np.mean(scores)),
            "seconds": math.nan if spent is None else spent.total_seconds(),
        }  # fmt: skip
        row |= _settings(trial, work)
        row["note"] = "the defaults" if defaults and not reason else reason
        rows.append(row)
    columns = ["number", "state", "value", "seconds", *work.space, "note"]
    # as objects: None is a value of some settings, and 4 is not 4.0
    table = pd.DataFrame(rows, columns=pd.Index(columns), dtype=object)
    return table.astype({"number": int, "value": float, "seconds": float})


def _importance(study: Any) -> dict[str, float]:
    optuna = kept.optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = optuna.importance.get_param_importances(
                study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
            )
        except (ValueError, RuntimeError):
            return {}  # too few trials, or all alike
    shares: dict[str, float] = {}
    for parameter, share in found.items():
        name = setting_of(parameter)
        shares[name] = shares.get(name, 0.0) + (float(share) if math.isfinite(share) else 0.0)
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
