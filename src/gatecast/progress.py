"""Floor 0: how far work is, by wall clock: on stderr of a terminal, and in notebooks.

Functions that take long have an argument ``progress``: a callable takes what they report; True
shows bars; None, the default, shows them in notebooks alone; False never. Bars within bars are not
shown: a backtest has one bar, and not one for each of its fits.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import IO, Any, Protocol, TypeVar

__all__ = [
    "could_be_terminal", "counted", "reporting", "training_bar", "training_bars", "trials",
    "working",
]  # fmt: skip


class Training(Protocol):
    """How far a training is; see :class:`gatecast.network.Progress`."""

    @property
    def epoch(self) -> int: ...
    @property
    def epochs(self) -> int: ...
    @property
    def share(self) -> float: ...
    @property
    def loss(self) -> float | None: ...


class Search(Protocol):
    """How far a search is; see :class:`gatecast.tuning.study.Status`."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def best(self) -> float: ...
    @property
    def defaults(self) -> float: ...


Report = TypeVar("Report", bound=Callable[..., Any])


@contextmanager
def reporting(
    progress: Report | bool | None, bars: Callable[[], AbstractContextManager[Report]]
) -> Iterator[Report | None]:
    """Give what a function reports its progress to, as its caller wants it.

    Parameters
    ----------
    progress : callable, bool or None
        The argument of that name.
    bars : callable
        Makes the bars where they are wanted: one of the functions below.

    Yields
    ------
    callable or None
        Takes what is reported; None where nobody wants to know.
    """
    if not isinstance(progress, bool) and progress is not None:
        yield progress
    elif progress or (progress is None and _in_notebook()):
        with bars() as report:
            yield report
    else:
        yield None


@contextmanager
def training_bars(
    labels: dict[str, str], unit: str = "epochs"
) -> Iterator[Callable[[str, Training], None]]:
    """Show a bar for each training that reports, with its last loss.

    Parameters
    ----------
    labels : dict of str to str
        What to call each training, by its key.
    unit : str, default "epochs"
        What is counted.

    Yields
    ------
    callable
        Takes a key and a :class:`gatecast.network.Progress`.
    """
    with _bars() as bars:
        tasks: dict[str, Any] = {}

        def report(key: str, training: Training) -> None:
            if key not in tasks:
                tasks[key] = bars.add_task(labels[key], total=None, unit=unit, loss="")
            loss = "" if training.loss is None else f"loss {training.loss:.4f}"
            bars.update(
                tasks[key],
                total=training.epochs,
                completed=training.epoch + training.share,
                count=min(training.epochs, training.epoch + (training.share > 0)),
                loss=loss,
            )

        yield report


@contextmanager
def training_bar() -> Iterator[Callable[[Training], None]]:
    """Show one bar for a fit, in training steps.

    Yields
    ------
    callable
        Takes a :class:`gatecast.network.Progress`.
    """
    with training_bars({"": "training"}, unit="steps") as report:
        yield lambda training: report("", training)


@contextmanager
def counted(label: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar for work whose parts are counted.

    Parameters
    ----------
    label : str
        What is done.
    unit : str
        What is counted.

    Yields
    ------
    callable
        Takes how many parts of how many are done.
    """
    with _bars() as bars:
        task = bars.add_task(label, total=None, unit=unit, loss="")
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def trials() -> Iterator[Callable[[Search], None]]:
    """Show how far a search is, and its best loss so far.

    Yields
    ------
    callable
        Takes a :class:`gatecast.tuning.study.Status`.
    """
    with _bars() as bars:
        task = bars.add_task("search", total=None, unit="trials", loss="")

        def report(status: Search) -> None:
            losses = {"loss": status.best, "defaults": status.defaults}
            loss = ", ".join(f"{k} {v:.4g}" for k, v in losses.items() if math.isfinite(v))
            bars.update(task, completed=status.done, total=status.total, loss=loss)

        yield report


@contextmanager
def working(label: str) -> Iterator[Callable[[], None]]:
    """Show that work is going on whose parts cannot be counted, until it is done.

    Parameters
    ----------
    label : str
        What is done.

    Yields
    ------
    callable
        Does nothing: there is nothing to report.
    """
    with _bars(passing=True) as bars:
        bars.add_task(label, total=None, unit="", loss="")
        yield lambda: None


_showing = False


class _Hidden:
    """Bars that nobody sees."""

    disable = True

    def add_task(self, *_: Any, **__: Any) -> int:
        return 0

    def update(self, *_: Any, **__: Any) -> None:
        pass


@contextmanager
def _bars(*, passing: bool = False) -> Iterator[Any]:
    """Make the bars of all, unless they are within others or nobody would see them."""
    global _showing
    notebook = _in_notebook()
    if _showing or not (notebook or could_be_terminal(sys.stderr)):
        yield _Hidden()
        return
    from gatecast.bars import make_bars  # imports Rich

    bars = make_bars(notebook=notebook, passing=passing)
    # a bar that is not shown ends with an empty line in Rich before 14.3
    hidden = not notebook and bars.disable
    _showing = True
    try:
        with nullcontext() if hidden else bars:
            yield bars
    finally:
        _showing = False


def could_be_terminal(stream: IO[str] | None) -> bool:
    """Tell whether Rich might take a stream for a terminal.

    Parameters
    ----------
    stream : file or None
        Where is written to; None where Python has none.

    Returns
    -------
    bool
        Whether it is one, or the environment says what it is.
    """
    if any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE")):
        return True
    return stream is not None and not stream.closed and stream.isatty()


def _in_notebook() -> bool:
    """Say whether a notebook's kernel runs this."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
