"""Backtest: forecast from past cutoffs, with nothing of what came after them."""

from __future__ import annotations

import json
import os
import signal
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from multiprocessing import current_process
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from gatecast import __version__, storage
from gatecast.data.calendar import default_season_length
from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.data.rows import show_time
from gatecast.errors import (
    DataError,
    GatecastError,
    ModelFileError,
    NotFoundError,
    UsageError,
    too_small,
)
from gatecast.evaluation.cutoffs import Window, between, never_forecast, windows_at
from gatecast.evaluation.metrics import naive_scale
from gatecast.evaluation.results import Backtest
from gatecast.forecaster.settings.kinds import as_seasons
from gatecast.messages import message
from gatecast.network.processors import available_threads
from gatecast.progress import counted, reporting

__all__ = ["backtest"]

_FORMAT = 1  # of the files that a backtest resumes from


class _Task(NamedTuple):
    """One fit of one model, and the windows that live from it."""

    name: str
    model: Any
    windows: list[Window]
    keys: list[str]
    folder: str | None


def backtest(
    models: Any,
    source: Any,
    h: int | None = None,
    *,
    n_windows: int = 5,
    step_size: int | None = None,
    gap: int = 0,
    window: int | None = None,
    refit: bool | int = True,
    level: Sequence[float] = (),
    season_length: int | Sequence[int] | None = None,
    freq: str | int | None = None,
    aggregate: str | None = None,
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
    n_jobs: int | None = None,
    resume: str | os.PathLike[str] | None = None,
    leave_out: bool = False,
    progress: Callable[[int, int], None] | bool | None = None,
) -> Backtest:
    """Forecast from several cutoffs with nothing of what came after them, and score it.

    At every cutoff each model is copied and fitted on the values up to it; future covariates are
    given over the steps ahead. Cutoffs are points in time, the same for all series: the training
    part of a panel must not have a later year of one series than of another. Where times are step
    numbers they are counted from each series' own end.

    Parameters
    ----------
    models : model, sequence of models, or dict of str to model
        With ``fit``, ``predict`` and ``get_params``; settings are kept, but for ``h`` and
        ``level``. They are named by their ``alias``, in a dict by its keys.
    source : path, DataFrame, Series or Panel
        See :func:`gatecast.data.reading.read_panel`.
    h : int, optional
        Steps to forecast; that of the models if not given.
    n_windows : int, default 5
        Cutoffs.
    step_size : int, optional
        Steps between cutoffs; ``h`` if not given.
    gap : int, default 0
        Steps after the cutoff that are not scored, as where data arrive late.
    window : int, optional
        Length of the training part, its last values (sliding); all if not given (expanding).
    refit : bool or int, default True
        Whether models are fitted at every cutoff, at the first only, or at every so many. In
        between they are updated; those without ``update`` are always fitted.
    level : sequence of float, default ()
        Per cent of the intervals of every model.
    season_length : int or sequence of int, optional
        Lag of the naive forecast in the scale of MASE, the shortest of several; that of the
        frequency if not given.
    freq, aggregate, id_col, time_col, target_col
        As for :func:`gatecast.data.reading.read_panel`.
    n_jobs : int, optional
        Fits at the same time, through joblib, whose settings (``joblib.parallel_config``) choose
        between loky, threads, Dask or Ray. One after another if not given and not set there.
    resume : path, optional
        Folder where each finished model and cutoff is kept, made if it is not there. With the same
        data and settings, what is there is not computed again.
    leave_out : bool, default False
        Whether a model that cannot forecast these data is left out, with a note, and does not end
        the backtest.
    progress : callable or bool, optional
        A bar if True, and in notebooks if not given; see :mod:`gatecast.progress`. A callable is
        called with the number of forecasts done and their total.

    Returns
    -------
    Backtest
        The same numbers whatever the order, ``n_jobs`` and interruptions were.

    Raises
    ------
    UsageError
        If an argument is out of its range, or two models have one name.
    NotFoundError, DataError
        If the data cannot be read or used, or are too short for the windows.

    Notes
    -----
    A value that the table does not have is interpolated on a straight line to the next one.
    Where such a gap reaches beyond a cutoff, the last value before it is repeated instead.

    References
    ----------
    Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy: an analysis and review.
    *International Journal of Forecasting* 16, 437-450.
    """
    named = _name(models)
    h = _horizon(named, h)
    step = h if step_size is None else step_size
    sizes = {"h": h, "n_windows": n_windows, "step_size": step, "gap": gap, "window": window}
    for name, value in sizes.items():
        least = 0 if name == "gap" else 1
        if value is not None and value < least:
            raise too_small(name, value, least)
    if n_jobs == 0:
        raise too_small("n_jobs", 0, 1)
    every = (1 if refit else n_windows) if isinstance(refit, bool) else refit
    if every < 1:
        raise UsageError(message("backtest.refit", refit=refit))
    panel = read_panel(
        source, id_col=id_col, time_col=time_col, target_col=target_col, freq=freq,
        aggregate=aggregate, extra_cols=_columns_of(named, "hist", "futr", "stat"),
    )  # fmt: skip
    _check_names(named, panel)
    future_columns = _columns_of(named, "futr")
    windows = windows_at(panel, h + gap, n_windows, step, window, future_columns)
    copies = {name: _copy(model, h + gap, level) for name, model in named.items()}
    tasks = _tasks(copies, windows, every, _folder(resume))
    with reporting(progress, lambda: counted("backtest", "fits")) as report:
        outcomes = _run(tasks, n_jobs, report, leave_out)
    of_panel = (*panel.notes, *never_forecast(panel, windows))
    forecasts, notes, decisions = _gathered(tasks, outcomes, of_panel)
    given = default_season_length(panel.freq) if season_length is None else season_length
    season = as_seasons(given)[0]
    table, scales = _assemble(panel, windows, forecasts, h, gap, season)
    reference = next((n for n in ("SeasonalNaive", "Naive") if n in forecasts), None)
    return Backtest(
        table, tuple(forecasts), scales, panel.id_col, panel.target_col, -(-(h + gap) // step),
        reference, panel, season, step, notes, decisions,
    )  # fmt: skip


def _folder(resume: str | os.PathLike[str] | None) -> str | None:
    """Make the folder that results are kept in, if one was given."""
    if resume is None:
        return None
    try:
        Path(resume).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            message("backtest.no_folder", path=str(resume), reason=str(error.strerror or error))
        ) from error
    return os.fspath(resume)


def _gathered(
    tasks: list[_Task], outcomes: Sequence[Any], of_panel: Sequence[str]
) -> tuple[dict[str, list[dict[str, np.ndarray]]], tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Give forecasts by model, all notes, and the decisions of each model that forecast."""
    forecasts: dict[str, list[dict[str, np.ndarray]]] = {task.name: [] for task in tasks}
    notes: dict[str, None] = dict.fromkeys(of_panel)
    decisions: dict[str, tuple[str, ...]] = {}
    for task, (outputs, described) in zip(tasks, outcomes, strict=True):
        if described or task.name not in decisions:  # of the last fit
            decisions[task.name] = tuple(one for one in described if one not in notes)
        if isinstance(outputs, GatecastError):
            if forecasts.pop(task.name, None) is not None:
                left_out = message("backtest.left_out", model=task.name, reason=outputs.message)
                notes[left_out] = None
        elif task.name in forecasts:
            forecasts[task.name] += outputs
    if not forecasts:
        raise DataError(message("backtest.no_forecast", reason=list(notes)[-1]))
    kept = {name: made for name, made in decisions.items() if name in forecasts}
    return forecasts, tuple(notes), kept


# -------------------------------------------------------------------------------------- the models


def _name(models: Any) -> dict[str, Any]:
    if isinstance(models, Mapping):
        named = {str(name): model for name, model in models.items()}
    else:
        listed = list(models) if isinstance(models, Iterable) else [models]
        named = {}
        for model in listed:
            name = str(getattr(model, "alias", type(model).__name__))
            if name in named:
                raise UsageError(message("models.named_twice", model=name))
            named[name] = model
    if not named:
        raise UsageError(message("models.none"))
    for name, model in named.items():
        for method in ("fit", "predict", "get_params"):
            if not hasattr(model, method):
                raise UsageError(message("models.no_method", model=name, method=method))
    return named


def _columns_of(named: dict[str, Any], *kinds: str) -> list[str]:
    """List the further columns that models see."""
    columns = (
        column
        for model in named.values()
        for kind in kinds
        for column in model.get_params().get(f"{kind}_exog_list", ())
    )
    return list(dict.fromkeys(columns))


def _check_names(named: dict[str, Any], panel: Panel) -> None:
    """Refuse names that would fall together in the table of forecasts."""
    columns = [panel.id_col, panel.time_col, panel.target_col]
    for column in columns:
        if column in ("cutoff", "step"):
            raise UsageError(message("backtest.table_column", column=column))
    for name in named:
        if name in (*columns, "cutoff", "step", "row", "known", "absolute", "squared"):
            raise UsageError(message("backtest.model_column", model=name))


def _horizon(named: dict[str, Any], h: int | None) -> int:
    if h is not None:
        return h
    horizons = {model.get_params().get("h") for model in named.values()} - {None}
    if len(horizons) != 1:
        raise UsageError(message("backtest.no_horizon", horizons=str(sorted(horizons))))
    return int(horizons.pop())


def _copy(model: Any, h: int, level: Sequence[float]) -> Any:
    settings = model.get_params()
    if "h" in settings:
        settings["h"] = h
    if "level" in settings and len(level):
        settings["level"] = tuple(level)
    return type(model)(**settings)


# ----------------------------------------------------------------------------------------- the work


def _tasks(
    copies: dict[str, Any], windows: list[Window], every: int, folder: str | None
) -> list[_Task]:
    prints = [] if folder is None else [_fingerprint(w) for w in windows]
    tasks = []
    for name, model in copies.items():
        chain = every if hasattr(model, "update") else 1
        for start in range(0, len(windows), chain):
            part = windows[start : start + chain]
            keys = []
            if folder is not None:
                kind = type(model)
                what = f"{_FORMAT} {__version__} {kind.__module__}.{kind.__qualname__} "
                what += f"{sorted(_settings(model).items())!r}"
                digest = sha256(what.encode())
                for one in prints[start : start + chain]:
                    digest.update(one)  # all cutoffs since the fit lead to the forecast
                    keys.append(digest.hexdigest())
            tasks.append(_Task(name, model, part, keys, folder))
    return tasks


def _settings(model: Any) -> dict[str, Any]:
    # the forecast does not depend on threads
    return {k: v for k, v in model.get_params().items() if k != "threads"}


def _fingerprint(window: Window) -> bytes:
    panel = window.train
    digest = sha256(json.dumps([str(i) for i in panel.ids]).encode())
    for name, cells in panel.extra.items():
        digest.update(f"{name} {cells.tolist()!r}".encode())
    if window.ahead is not None:
        digest.update(window.ahead.to_csv().encode())
    for array in (panel.offsets, panel.times, panel.values, panel.filled):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(f"{panel.freq} {panel.target_col} {panel.time_zone} {panel.bridged}".encode())
    return digest.digest()


#: Forecasts of a task at each of its windows, or why it failed; and decisions of its last fit.
_Outcome: TypeAlias = tuple["list[dict[str, np.ndarray]] | GatecastError", list[str]]


def _run(
    tasks: list[_Task],
    n_jobs: int | None,
    progress: Callable[[int, int], None] | None,
    leave_out: bool,
) -> list[_Outcome]:
    total = sum(len(task.windows) for task in tasks)
    done, outcomes = 0, []
    for task, outcome in zip(tasks, _each(tasks, n_jobs), strict=True):
        if isinstance(outcome[0], GatecastError) and not leave_out:
            raise outcome[0]
        outcomes.append(outcome)
        done += len(task.windows)
        if progress is not None:
            progress(done, total)
    return outcomes


def _each(tasks: list[_Task], n_jobs: int | None) -> Iterable[_Outcome]:
    import joblib  # as long as NumPy to import, and a forecast needs none

    requested: Any = n_jobs
    jobs = joblib.effective_n_jobs(requested)
    if jobs == 1:
        return map(_work, tasks)
    shared = [_share_threads(task, jobs) for task in tasks]
    options: dict[str, Any] = {"n_jobs": n_jobs, "max_nbytes": None}  # arrays stay writable
    try:
        runner = joblib.Parallel(return_as="generator", **options)
    except ValueError:  # a backend that gives all results at the end
        runner = joblib.Parallel(**options)
    results: Any = runner(joblib.delayed(_work_apart)(task) for task in shared)
    return results


def _share_threads(task: _Task, jobs: int) -> _Task:
    """Give each of several fits its part of the processors; forecasts do not depend on it."""
    settings = task.model.get_params()
    if "threads" not in settings or settings["threads"] is not None:
        return task
    settings["threads"] = max(1, available_threads() // jobs)
    return task._replace(model=type(task.model)(**settings))


def _work_apart(task: _Task) -> _Outcome:
    """Work for another process, which answers Ctrl-C alone and ends this one."""
    if current_process().name.startswith("LokyProcess"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _work(task)


def _work(task: _Task) -> _Outcome:
    """Fit one model and forecast from its windows, or read what was kept.

    An error is returned and not raised: the caller decides whether it ends everything.
    """
    paths = [Path(task.folder or "", f"{key}.gatecast") for key in task.keys]
    kept = [_read(path) for path in paths]
    if kept and all(outputs is not None for outputs in kept):
        return [outputs for outputs in kept if outputs is not None], []
    decisions: list[str] = []
    forecasts: list[dict[str, np.ndarray]] = []
    fitted, before = None, None
    for i, window in enumerate(task.windows):
        try:
            new = None if before is None else between(before, window)
            if fitted is None or new is None:
                fitted = type(task.model)(**task.model.get_params())
                fitted.fit(window.train)
                decisions = fitted.decisions() if hasattr(fitted, "decisions") else []
            else:
                fitted.update(new)
            sees_ahead = task.model.get_params().get("futr_exog_list")
            forecast = fitted.predict(futr_df=window.ahead) if sees_ahead else fitted.predict()
            outputs = _columns(task.name, forecast, window.train)
        except GatecastError as error:
            when = show_time(window.train.times[window.train.offsets[1:] - 1].max())
            reason = message(
                "backtest.at_cutoff", model=task.name, cutoff=when, reason=error.message
            )
            return type(error)(reason), decisions
        if paths:
            storage.write_arrays(paths[i], outputs, {"columns": list(outputs)})
        forecasts.append(outputs)
        before = window
    return forecasts, decisions


def _read(path: Path) -> dict[str, np.ndarray] | None:
    try:
        arrays, document = storage.read_arrays(path)
        return {column: arrays[column] for column in document["columns"]}
    except (NotFoundError, ModelFileError, KeyError):
        return None  # not there, or damaged: it is computed again


def _columns(name: str, frame: pd.DataFrame, train: Panel) -> dict[str, np.ndarray]:
    """Take a model's columns out of its forecast, one row [reach] for each series."""
    keys = [c for c in (train.id_col, train.time_col) if c is not None]
    columns = [c for c in frame.columns if c not in keys]
    h = len(frame) // len(train)
    if not columns or h * len(train) != len(frame):
        raise DataError(message("forecast.rows", model=name, rows=len(frame), n=len(train)))
    expected = train.future_frame(h)
    for key in keys:
        if not np.array_equal(expected[key].to_numpy(), frame[key].to_numpy()):
            raise DataError(message("forecast.other_rows", model=name, column=key, h=h))
    own = str(columns[0])
    outputs = {}
    for column in map(str, columns):
        if column == own or column.startswith((f"{own}-lo-", f"{own}-hi-")):
            values = frame[column].to_numpy(np.float64).reshape(len(train), h)
            if not np.isfinite(values).all():
                raise DataError(message("forecast.not_finite", model=name, column=column))
            outputs[column.removeprefix(own)] = values.copy()
    return outputs


# --------------------------------------------------------------------------------------- the result


def _assemble(
    panel: Panel,
    windows: list[Window],
    forecasts: dict[str, list[dict[str, np.ndarray]]],
    h: int,
    gap: int,
    season: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sizes = np.diff(panel.offsets)
    ahead = np.arange(gap, gap + h)
    parts = []
    for w, window in enumerate(windows):
        cut = window.cuts[window.which][:, np.newaxis]
        first = panel.offsets[window.which][:, np.newaxis]
        there = cut + ahead < sizes[window.which][:, np.newaxis]
        rows = np.minimum(first + cut + ahead, len(panel.values) - 1)
        there &= ~panel.filled[rows]
        part = {"row": rows[there], "known": np.broadcast_to(first + cut - 1, rows.shape)[there]}
        part["step"] = np.broadcast_to(ahead - gap + 1, rows.shape)[there]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warned of once, below
            scale = np.array([naive_scale(series.values, season) for series in window.train])
        for k, name in enumerate(("absolute", "squared")):
            part[name] = np.broadcast_to(scale[:, k : k + 1], rows.shape)[there]
        for name, outputs in forecasts.items():
            for suffix, values in outputs[w].items():
                if values.shape[1] != gap + h:
                    raise DataError(
                        message("forecast.steps", model=name, steps=values.shape[1], needed=gap + h)
                    )
                part[name + suffix] = values[:, gap:][there]
        parts.append(pd.DataFrame(part))
    whole = pd.concat(parts, ignore_index=True)
    if not len(whole):
        raise DataError(message("backtest.no_actual"))
    undefined = whole["absolute"].isna().sum()
    if undefined:
        warnings.warn(
            f"MASE and RMSSE are undefined for {undefined} of {len(whole)} forecasts: the "
            f"training part does not change over {season} steps, or is no longer than that",
            stacklevel=3,
        )
    table = panel.to_frame()
    times = table[panel.time_col]
    result = table.iloc[whole["row"].to_numpy()].reset_index(drop=True)
    cutoff = times.iloc[whole["known"].to_numpy()].reset_index(drop=True)
    place = result.columns.get_loc(panel.target_col)
    assert isinstance(place, int)
    result.insert(place, "cutoff", cutoff)
    result.insert(place + 1, "step", whole["step"])
    rest = whole.drop(columns=["row", "known", "step", "absolute", "squared"])
    scales = pd.DataFrame({name: whole[name] for name in ("absolute", "squared")})
    return pd.concat([result, rest], axis=1), scales
