"""What threads do within a fit, and may do with one model."""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Concatenate, ParamSpec, TypeVar

from gatecast.log import timed
from gatecast.storage import Origin

__all__ = ["Shared", "beside", "one_at_a_time"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_S = TypeVar("_S", bound="Shared")

#: Methods whose durations are logged.
_LOGGED = ("fit", "update", "save")
#: Attributes that an update changes in place.
_STATE = ("fitted_",)


class Shared:
    """Hold a model that several threads may use at once.

    The contract: ``fit``, ``update``, ``predict``, ``simulate``, ``predict_insample``, ``save``,
    copying and pickling take turns. Each sees the model before or after an update, never within
    one, and no update is lost. A forecast that belongs to an update is had by holding the model::

        with model:
            forecast = model.update(rows).predict()

    What reads attributes without a method (:mod:`gatecast.explain`) holds the model too, or works
    on a copy. Different models never wait for each other.
    """

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._origin: Origin | None = None  # the file that it was read from or saved in

    def __enter__(self: _S) -> _S:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            state = {k: copy.deepcopy(v) if k in _STATE else v for k, v in vars(self).items()}
        del state["_lock"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()

    def __copy__(self: _S) -> _S:
        return copy.deepcopy(self)


def one_at_a_time(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
    """Let a method of a :class:`Shared` model run when no other thread is in one.

    Parameters
    ----------
    method : callable
        Of a :class:`Shared` model.

    Returns
    -------
    callable
        With the same arguments and result.
    """
    logged = method.__name__ in _LOGGED

    @functools.wraps(method)
    def alone(self: _S, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self, timed(method.__name__) if logged else nullcontext():
            return method(self, *args, **kwargs)

    return alone


@contextmanager
def beside(work: Iterator[object], threads: int) -> Iterator[None]:
    """Do work in a thread of its own while networks train, and wait for its end.

    Parameters
    ----------
    work : iterator
        Whose steps can be done as well later. After an error, as of Ctrl-C, in what runs beside
        them there is no further one, and the one that has begun is not waited for until Python
        ends, which must not happen to a thread in native code.
    threads : int
        How many a fit may use; of one it has none to spare, and the work is left for later.

    Yields
    ------
    None
        Once the work has begun.
    """
    if threads < 2:
        yield
        return
    errors: list[BaseException] = []
    stopped = threading.Event()

    def run() -> None:
        try:
            while not stopped.is_set() and next(work, stopped) is not stopped:
                pass
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="gatecast-beside")
    thread.start()
    try:
        yield
        thread.join()
    finally:
        stopped.set()
    if errors:
        raise errors[0]
