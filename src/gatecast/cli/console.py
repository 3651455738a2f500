"""What verbs say: sentences in lines as wide as the terminal; on a terminal, their progress."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

if TYPE_CHECKING:
    from gatecast.network import Progress as Training
    from gatecast.tuning.study import Status

__all__ = ["counted", "say", "training_bars", "trials", "working"]


def say(text: str, *, error: bool = True) -> None:
    """Write a sentence, in lines as wide as the terminal; in one line where there is none.

    Parameters
    ----------
    text : str
        For people.
    error : bool, default True
        Whether it goes to stderr, as all but results do.
    """
    console = Console(stderr=error, highlight=False)
    console.print(text, markup=False, emoji=False, soft_wrap=not console.is_terminal)


class _Count(ProgressColumn):
    """How many of how many are done; nothing until the total is known."""

    def render(self, task: Task) -> Text:
        """Write the count of a task whose total may not be known yet."""
        if task.total is None:
            return Text("")
        done = task.fields.get("count", task.completed)
        return Text(f"{done:.0f}/{task.total:.0f} {task.fields['unit']}")


def _bars(*, passing: bool = False) -> Progress:
    """Make the bars that every verb shows; a line is as wide as the terminal and no wider."""
    console = Console(stderr=True, highlight=False)
    return Progress(
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=20),
        _Count(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[loss]}", markup=False, table_column=Column(no_wrap=True)),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        refresh_per_second=10,
        transient=passing,
    )


@contextmanager
def working(label: str) -> Iterator[None]:
    """Show that work is going on whose parts cannot be counted, until it is done.

    Parameters
    ----------
    label : str
        What is done.
    """
    bars = _bars(passing=True)
    with bars:
        bars.add_task(label, total=None, loss="")
        yield


@contextmanager
def training_bars(
    labels: dict[str, str], unit: str = "epochs"
) -> Iterator[Callable[[str, Training], None]]:
    """Show a bar for each training that reports, and a line for the loss of each epoch.

    Parameters
    ----------
    labels : dict of str to str
        What to call each training, by its key.
    unit : str, default "epochs"
        What is counted; of anything but epochs there are too many for a line each.

    Yields
    ------
    callable
        Takes a key and a :class:`gatecast.network.Progress`.
    """
    bars = _bars()
    tasks = {}
    last: dict[str, int] = {}

    def report(key: str, training: Training) -> None:
        if key not in tasks:
            tasks[key] = bars.add_task(labels[key], total=None, unit=unit, loss="")
        loss = "" if training.loss is None else f"loss {training.loss:.4f}"
        if unit == "epochs" and training.epoch > last.get(key, 0) and not bars.disable:
            last[key] = training.epoch
            bars.console.print(f"{labels[key]}: epoch {training.epoch}/{training.epochs}, {loss}")
        bars.update(
            tasks[key],
            total=training.epochs,
            completed=training.epoch + training.share,
            count=min(training.epochs, training.epoch + (training.share > 0)),
            loss=loss,
        )

    with bars:
        yield report


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
    bars = _bars()
    with bars:
        task = bars.add_task(label, total=None, unit=unit, loss="")
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def trials() -> Iterator[Callable[[Status], None]]:
    """Show how far a search is, and its best loss so far.

    Yields
    ------
    callable
        Takes a :class:`gatecast.tuning.study.Status`.
    """
    bars = _bars()
    with bars:
        task = bars.add_task("search", total=None, unit="trials", loss="")

        def report(status: Status) -> None:
            losses = {"loss": status.best, "defaults": status.defaults}
            loss = ", ".join(f"{k} {v:.4g}" for k, v in losses.items() if math.isfinite(v))
            bars.update(task, completed=status.done, total=status.total, loss=loss)

        yield report
