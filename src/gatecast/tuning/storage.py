"""Where a study is stored, which workers run its trials, and which trials are stale."""

from __future__ import annotations

import datetime as dt
import functools
import os
import platform
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gatecast.errors import NotFoundError, UsageError, require_extra
from gatecast.messages import message

__all__ = [
    "fail_stale_trials",
    "heartbeat",
    "into_memory",
    "mark_stopped",
    "open_study",
    "optuna",
    "start",
    "url_of",
]

#: Seconds between heartbeats of a worker, and after which one on another machine is stale.
_BEAT, _GRACE = 10, 60
#: Kept out of every trial's way while another process writes.
_WAIT_FOR_LOCK = 120


def optuna() -> Any:
    """Import Optuna, quietly, or say how to install it.

    Returns
    -------
    module
        Optuna.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    module: Any = require_extra("optuna", "tune", message("extra.search"))
    module.logging.set_verbosity(module.logging.WARNING)
    return module


def url_of(storage: str | os.PathLike[str] | None) -> str | None:
    """Give the URL of a database; a path is that of an SQLite file.

    Parameters
    ----------
    storage : str, path or None
        A path or a URL.

    Returns
    -------
    str or None
        None for a study in memory.

    Raises
    ------
    NotFoundError
        If the file's folder is not there.
    UsageError
        If the path is a folder.
    """
    if storage is None or (isinstance(storage, str) and "://" in storage):
        return storage
    path = Path(storage)
    if not path.absolute().parent.is_dir():
        raise NotFoundError(message("file.no_folder", path=str(path), folder=str(path.parent)))
    if path.is_dir():
        raise UsageError(message("study.folder", path=str(path)))
    return f"sqlite:///{path.absolute()}"


@functools.lru_cache(maxsize=4)
def _database(url: str, process: int) -> Any:  # noqa: ARG001 - a fork opens its own connections
    module = optuna()
    options = {"connect_args": {"timeout": _WAIT_FOR_LOCK}} if url.startswith("sqlite") else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # heartbeats are called experimental since 2021
        try:
            return module.storages.RDBStorage(
                url, engine_kwargs=options, heartbeat_interval=_BEAT, grace_period=_GRACE
            )
        except Exception as error:  # SQLAlchemy's and each driver's own kinds
            raise UsageError(
                message("study.not_opened", url=url, reason=str(error).splitlines()[0])
            ) from error


def open_study(url: str | None, name: str, *, resume: bool) -> Any:
    """Begin a study, or go on with one.

    Parameters
    ----------
    url : str or None
        Of a database; in memory if None.
    name : str
        Of the study, of which a database can hold many.
    resume : bool
        Whether one of that name may be there.

    Returns
    -------
    optuna.Study
        New, or as far as it was.

    Raises
    ------
    UsageError
        If it is there and may not be, or the storage cannot be opened.
    """
    module = optuna()
    storage = module.storages.InMemoryStorage() if url is None else _database(url, os.getpid())
    try:
        return module.create_study(
            storage=storage, study_name=name, load_if_exists=resume, direction="minimize"
        )
    except module.exceptions.DuplicatedStudyError:
        raise UsageError(message("study.exists", name=name, url=str(url))) from None


def into_memory(study: Any, url: str) -> Any:
    """Copy a study out of a database, and let go of that.

    Parameters
    ----------
    study : optuna.Study
        In a database.
    url : str
        Of that database.

    Returns
    -------
    optuna.Study
        The same trials, in memory.
    """
    module = optuna()
    memory = module.storages.InMemoryStorage()
    module.copy_study(
        from_study_name=study.study_name, from_storage=_database(url, os.getpid()),
        to_storage=memory,
    )  # fmt: skip
    _database(url, os.getpid()).engine.dispose()
    return module.load_study(study_name=study.study_name, storage=memory)


def start(study: Any, fixed: Mapping[str, Any] | None) -> Any:
    """Begin a trial that names its worker from its first moment.

    ``Study.ask`` writes a trial first and lets its worker sign it later; a worker killed in
    between would leave a trial that looks like a running one.

    Parameters
    ----------
    study : optuna.Study
        The study.
    fixed : mapping or None
        The point of the space to try; None where the sampler is to choose. Such a trial is that
        of the defaults.

    Returns
    -------
    int
        Its id.
    """
    module = optuna()
    system = {} if fixed is None else {"fixed_params": dict(fixed)}  # as Study.enqueue_trial does
    template = module.trial.FrozenTrial(
        number=-1, trial_id=-1, state=module.trial.TrialState.RUNNING, value=None,
        datetime_start=dt.datetime.now(), datetime_complete=None, params={},
        distributions={}, intermediate_values={}, system_attrs=system,
        user_attrs={"worker": _worker(), "defaults": fixed is not None},
    )  # fmt: skip
    return study._storage.create_new_trial(study._study_id, template)


@contextmanager
def heartbeat(study: Any, trial_id: int) -> Iterator[None]:
    """Record every few seconds that the trial's worker is alive.

    Parameters
    ----------
    study : optuna.Study
        That the trial is of.
    trial_id : int
        Its number in the database.

    Returns
    -------
    context manager
        For as long as the trial runs.
    """
    storage = study._storage
    if not hasattr(storage, "record_heartbeat"):
        yield
        return
    storage.record_heartbeat(trial_id)
    done = threading.Event()

    def beat() -> None:
        while not done.wait(_BEAT):
            with suppress(Exception):  # a beat that is missed is no reason to lose the trial
                storage.record_heartbeat(trial_id)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def mark_stopped(study: Any, trial_id: int) -> None:
    """Record that Ctrl-C stopped a trial, which Optuna has no state for.

    Parameters
    ----------
    study : optuna.Study
        That the trial is of.
    trial_id : int
        Of a trial that still runs.
    """
    optuna().trial.Trial(study, trial_id).set_user_attr("stopped", True)


def fail_stale_trials(study: Any, *, stopped: bool = False) -> int:
    """Fail the trials whose workers are gone.

    Those of this machine by asking the system whether the process still runs, at once; those of
    others by the silence of their heartbeats.

    Parameters
    ----------
    study : optuna.Study
        In a database.
    stopped : bool, default False
        Whether they are gone because Ctrl-C stopped the search.

    Returns
    -------
    int
        Trials failed.
    """
    module = optuna()
    state = module.trial.TrialState
    failed = 0
    for trial in study.get_trials(deepcopy=False, states=(state.RUNNING,)):
        worker = trial.user_attrs.get("worker")
        if worker is not None and worker[:2] == _worker()[:2] and not _lives(*worker[2:]):
            trial_id = trial._trial_id
            with suppress(module.exceptions.UpdateFinishedTrialError):  # another was faster
                if stopped:
                    mark_stopped(study, trial_id)
                failed += study._storage.set_trial_state_values(trial_id, state.FAIL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module.storages.fail_stale_trials(study)
    return failed


def _worker() -> list[Any]:
    """Identify the worker: machine, its namespace of process numbers, process, and its start."""
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    pid = os.getpid()
    return [platform.node(), space, pid, _began(pid)]


def _lives(pid: int, began: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is another user's
    return _began(pid) == began


def _began(pid: int) -> str:
    """Give when a process began, as numbers are reused; empty where the system hides it."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state == "Z" else rest[18]  # a killed child that was not waited for yet is dead
