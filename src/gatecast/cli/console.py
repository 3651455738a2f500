"""What verbs say while they work: to stderr, by wall clock, and only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gatecast.network import Progress as Training

__all__ = ["counted", "training_bars"]


@contextmanager
def training_bars(
    labels: dict[str, str], unit: str = "epoch"
) -> Iterator[Callable[[str, Training], None]]:
    """Show a bar for each training that reports, and a line for the loss of each epoch.

    Parameters
    ----------
    labels : dict of str to str
        What to call each training, by its key.
    unit : str, default "epoch"
        What is counted; of anything but epochs there are too many for a line each.

    Yields
    ------
    callable
        Takes a key and a :class:`gatecast.network.Progress`.
    """
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn(unit + " {task.fields[epoch]}/{task.total:.0f}"),
        TextColumn("{task.fields[loss]}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        refresh_per_second=10,
    )
    tasks = {}
    told: dict[str, int] = {}

    def tell(key: str, training: Training) -> None:
        if key not in tasks:
            tasks[key] = bars.add_task(labels[key], total=training.epochs, epoch=0, loss="")
        loss = "" if training.loss is None else f"loss {training.loss:.4f}"
        if unit == "epoch" and training.epoch > told.get(key, 0) and console.is_terminal:
            told[key] = training.epoch
            bars.console.print(
                f"{labels[key]}: epoch {training.epoch}/{training.epochs}, {loss}",
                highlight=False,
            )
        bars.update(
            tasks[key],
            total=training.epochs,
            completed=training.epoch + training.share,
            epoch=min(training.epochs, training.epoch + (training.share > 0)),
            loss=loss,
        )

    with bars:
        yield tell


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
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:.0f}/{task.total:.0f} " + unit),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        refresh_per_second=10,
    )
    with bars:
        task = bars.add_task(label, total=1)
        yield lambda done, total: bars.update(task, completed=done, total=total)
