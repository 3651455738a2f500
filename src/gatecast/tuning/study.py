"""Search for settings on past origins, and evaluate them on test origins."""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import joblib
import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.errors import (
    DataError,
    MissingExtraError,
    TrainingError,
    UsageError,
    too_small,
    wrong_choice,
)
from gatecast.evaluation.plottable import Plottable
from gatecast.evaluation.results import Backtest
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.settings.kinds import first_season
from gatecast.messages import Message, message
from gatecast.progress import reporting, trials
from gatecast.tuning import storage as studies
from gatecast.tuning.origins import Plan
from gatecast.tuning.search import (
    Sampler,
    Status,
    Work,
    finished_trials,
    make_model,
    run_trials,
    trials_in,
)
from gatecast.tuning.space import (
    parameter_setting,
    settings_from,
    space_for,
)
from gatecast.tuning.verdict import Verdict, compare, sentences

__all__ = ["Status", "Tuning", "tune"]


#: With fewer finished trials it is not known which settings mattered.
_FEWEST = 10


@dataclass(frozen=True, eq=False)
class Tuning(Plottable):
    """Result of :func:`tune`.

    Attributes
    ----------
    forecaster : LSTMForecaster
        Fitted on all the data, with the settings found where they are better than the defaults on
        the test origins by more than noise; with the defaults otherwise.
    settings : dict
        Settings found, by name, whether they are kept or not.
    trials : DataFrame
        A row for each trial: ``number``, ``state`` ("finished", "pruned", "diverged", "stopped" by
        Ctrl-C, "failed", "running"), ``value`` (mean loss over its origins), ``seconds``, a column
        for each setting of the space, ``note``. The first finished one has the defaults.
    origins : DataFrame
        A row for each trial and origin that it was scored on: ``number``, ``origin`` (0 is the
        earliest), ``loss``.
    importance : dict of str to float
        Share of each setting in what made trials good, largest first; empty before there are
        enough trials.
    verdict : Verdict
        The settings found against the defaults on the test origins.
    evaluation : Backtest or None
        Backtest of both from there; None where the search found the defaults themselves.
    sentences : list of Message
        The search and its result in words.
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
    evaluation: Backtest | None
    sentences: list[Message]
    loss: str
    interrupted: bool
    study: Any

    @property
    def settings_table(self) -> pd.DataFrame:
        """A row for each setting: as found, and the default unless the one found is kept.

        The heads of the columns tell which are kept.
        """
        columns: dict[Message, dict[str, Any]] = {}
        if self.verdict.kept:
            columns[message("tuning.settings_kept")] = self.settings
        else:
            if self.verdict.n:  # else the defaults are what was found
                columns[message("tuning.settings_found")] = self.settings
            used = self.forecaster.get_params()
            columns[message("tuning.defaults_kept")] = {name: used[name] for name in self.settings}
        rows = [[_shown(column[name]) for column in columns.values()] for name in self.settings]
        names, heads = pd.Index(list(self.settings)), pd.Index(list(columns), dtype=object)
        return pd.DataFrame(rows, names, heads, dtype=object)

    @property
    def judgement(self) -> Backtest | None:
        """Deprecated name of ``evaluation``."""
        warnings.warn("Tuning.judgement is now .evaluation", DeprecationWarning, stacklevel=2)
        return self.evaluation


def _shown(value: Any) -> Any:
    """Give the value of a setting as a table has it."""
    if value is None:
        return message("tuning.unset")
    return f"{value:.4g}" if isinstance(value, float) else value


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
    n_test: int | None = None,
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
    progress: Callable[[Status], None] | bool | None = None,
    n_unseen: int | None = None,
) -> Tuning:
    """Search for the settings of :class:`gatecast.LSTMForecaster` that forecast some data best.

    Every trial is scored on many past origins, with nothing of what came after them; the last
    origins are test origins, which the search does not use. There the settings found are compared
    with the defaults, and they are kept only if they are better by more than noise
    (Diebold-Mariano p < 0.05). The first trial has the defaults. A trial trains one
    network (``n_networks=1``), where the forecaster returned trains as many as it would otherwise;
    with ``n_networks`` in ``space`` it trains as many as are tried.

    Parameters
    ----------
    source : path, DataFrame, Series or Panel
        See :func:`gatecast.data.reading.read_panel`.
    h : int
        Steps to forecast.
    n_trials : int, default 50
        Trials of the study in all, those of earlier runs included.
    timeout : float, optional
        Seconds after which no further trial begins; evaluation and fitting come after.
    space : mapping, optional
        Narrows or widens the space; see :func:`gatecast.tuning.space.space_for`.
    forecaster : LSTMForecaster, optional
        The defaults, with level, frequency, season or further columns; ``LSTMForecaster(h)`` if not
        given. Future covariates at the origins are given to every trial. In all trials but that of
        the defaults the pretrained network has no part: it would make the same forecast in each.
    loss : {"absolute", "squared"}
        What is minimised: the mean over steps and series, each first divided by its scale where
        there are many, and over origins.
    n_windows, n_test, step_size : int, optional
        Origins of the search, test origins, and steps between them; chosen from the lengths of the
        series if not given.
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
        Columns; detected if not given.
    progress : callable or bool, optional
        A bar if True, and in notebooks if not given; see :mod:`gatecast.progress`. A callable is
        called after each trial with the state of the search.
    n_unseen : int, optional
        Deprecated name of ``n_test``.

    Returns
    -------
    Tuning
        The fitted forecaster and the trials. After Ctrl-C it holds the best so far.

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
    _check(n_trials, timeout, loss, sampler, n_jobs)
    studies.optuna()
    panel = read_panel(
        source, id_col=id_col, time_col=time_col, target_col=target_col, freq=base.freq,
        extra_cols=base.covariates, aggregate=base.aggregate,
    )  # fmt: skip
    season = first_season(base.season_length)
    if n_unseen is not None:
        warnings.warn("n_unseen is now called n_test", DeprecationWarning, stacklevel=2)
        n_test = n_unseen
    plan = Plan.make(panel, h, n_windows, n_test, step_size)
    scored = plan.scored(panel)
    searched = space_for(panel, space, season, int(plan.known_first(scored).min()))
    jobs = joblib.effective_n_jobs(n_jobs) if n_jobs else _jobs_of_the_context()
    url = studies.url_of(storage)
    with tempfile.TemporaryDirectory() as folder:
        if url is None and jobs > 1:  # processes meet in a file
            url = studies.url_of(Path(folder) / "study.db")
        work = Work(
            url, study_name, scored, plan, settings, searched, loss, sampler,
            random_state, n_trials, math.inf if timeout is None else began + timeout,
        )  # fmt: skip
        study = studies.open_study(url, study_name, resume=resume)
        _check_task(study, work)
        studies.fail_stale_trials(study)
        with reporting(progress, trials) as report:
            interrupted = run_trials(study, work, jobs, report)
        if storage is None and url is not None:
            study = studies.into_memory(study, url)  # its file goes away with the folder
        return _result(study, work, panel, interrupted, n_jobs)


def _jobs_of_the_context() -> int:
    unset: Any = None
    return joblib.effective_n_jobs(unset)


def _check(
    n_trials: int, timeout: float | None, loss: str, sampler: str, n_jobs: int | None
) -> None:
    if n_trials < 1:
        raise too_small("n_trials", n_trials, 1)
    if n_jobs == 0:
        raise too_small("n_jobs", n_jobs, 1)
    if timeout is not None and not timeout > 0:
        raise UsageError(message("tuning.timeout", timeout=timeout))
    if loss not in ("absolute", "squared"):
        raise wrong_choice("loss", loss, ("absolute", "squared"))
    if sampler not in ("tpe", "gp"):
        raise wrong_choice("sampler", sampler, ("tpe", "gp"))
    if sampler == "gp":
        missing = [name for name in ("scipy", "torch") if find_spec(name) is None]
        if missing:
            raise MissingExtraError(
                message("tuning.no_sampler", names=missing, packages=" ".join(missing))
            )


def _check_task(study: Any, work: Work) -> None:
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
        raise UsageError(message("study.other", name=work.name, changed=changed))


# -------------------------------------------------------------------------------------- the result


def _result(study: Any, work: Work, panel: Panel, interrupted: bool, n_jobs: int | None) -> Tuning:
    finished = finished_trials(study)
    if not finished:
        reasons = [t.user_attrs["diverged"] for t in trials_in(study, "PRUNED", "COMPLETE")
                   if "diverged" in t.user_attrs]  # fmt: skip
        if reasons:
            raise TrainingError(message("tuning.none_scored", n=len(reasons), reason=reasons[-1]))
        raise DataError(message("tuning.none_finished"))
    best = min(finished, key=lambda t: (t.value, t.number))
    settings = _settings(best, work)
    evaluation = None
    base = make_model(work.base)
    verdict = Verdict.same()
    if not best.user_attrs.get("defaults"):
        models = {
            "defaults": make_model(work.base, {"level": ()}),
            "found": make_model(work.base, settings, {"level": ()}),
        }
        evaluation = work.plan.evaluate(models, work.panel, n_jobs)
        verdict = compare(evaluation, work.loss)
    chosen = make_model(work.base, settings) if verdict.kept else base
    chosen.fit(panel)
    table = _table(study, work)
    origins = pd.DataFrame(
        [
            (t.number, i, math.nan if loss is None else loss)
            for t in trials_in(study, "COMPLETE", "PRUNED")
            for i, loss in enumerate(t.user_attrs.get("scores", ()))
        ],
        columns=pd.Index(["number", "origin", "loss"]),
    )
    described = sentences(table, origins, verdict, settings, work.space, work.plan, len(work.panel))
    short = len(panel) - len(work.panel)
    if short:
        described.append(message("tuning.short_series", short=short, n=len(panel)))
    described += dict.fromkeys(chosen.left_out_.values())
    if interrupted:
        described.insert(0, message("tuning.stopped"))
    return Tuning(
        chosen, settings, table, origins, _importance(study), verdict, evaluation, described,
        work.loss,
        interrupted, study,
    )  # fmt: skip


def _settings(trial: Any, work: Work) -> dict[str, Any]:
    """Give the settings of a trial by the forecaster's names."""
    if trial.user_attrs.get("defaults"):
        return {name: work.base[name] for name in work.space}
    return settings_from(trial.params, work.space) | work.alone


def _table(study: Any, work: Work) -> pd.DataFrame:
    names = {"COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed", "RUNNING": "running"}
    rows = []
    for trial in trials_in(study, *names):
        reason = trial.user_attrs.get("diverged", "")
        defaults = trial.user_attrs.get("defaults", False)
        scores = [v for v in trial.user_attrs.get("scores", ()) if v is not None]
        stopped = trial.state.name == "FAIL" and trial.user_attrs.get("stopped", False)
        spent = trial.duration
        row: dict[str, Any] = {
            "number": trial.number,
            "state": "diverged" if reason else "stopped" if stopped else names[trial.state.name],
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
    """Say which settings mattered; of few trials the best tenth is one, which says nothing."""
    if len(finished_trials(study)) < _FEWEST:
        return {}
    optuna = studies.optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            importances = optuna.importance.get_param_importances(
                study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
            )
        except (ValueError, RuntimeError):
            return {}  # too few trials, or all alike
    shares: dict[str, float] = {}
    for parameter, share in importances.items():
        name = parameter_setting(parameter)
        shares[name] = shares.get(name, 0.0) + (float(share) if math.isfinite(share) else 0.0)
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
