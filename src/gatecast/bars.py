"""Floor 0: bars as Rich draws them, on a terminal or in the output of a notebook's cell."""

from __future__ import annotations

import io
import math
import time
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

__all__ = ["make_bars"]


def make_bars(*, notebook: bool, passing: bool) -> Progress:
    """Make bars; a line is as wide as the terminal and no wider.

    Parameters
    ----------
    notebook : bool
        Whether they are drawn in the output of a notebook's cell; else on stderr.
    passing : bool
        Whether nothing is left of them in the end.

    Returns
    -------
    Progress
        Of Rich; ``disable`` is set where stderr is no terminal.
    """
    console = (
        Console(file=io.StringIO(), width=80, force_jupyter=False)
        if notebook
        else Console(stderr=True, highlight=False)
    )
    kind = _InNotebook if notebook else Progress
    return kind(
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


class _Count(ProgressColumn):
    """How many of how many are done; nothing until the total is known."""

    def render(self, task: Task) -> Text:
        """Write the count of a task whose total may not be known yet."""
        if task.total is None:
            return Text("")
        done = task.fields.get("count", task.completed)
        return Text(f"{done:.0f}/{task.total:.0f} {task.fields['unit']}")


class _InNotebook(Progress):
    """Bars as the text of one output of a notebook's cell, drawn anew ten times a second."""

    _drawn = -math.inf

    def start(self) -> None:
        """Make the output."""
        from IPython.display import display  # pyright: ignore[reportMissingImports]

        self._output = display({"text/plain": ""}, raw=True, display_id=True)

    def update(self, task_id: TaskID, **fields: Any) -> None:
        """Take what is new, and show it if the last time is long enough ago."""
        super().update(task_id, **fields)
        if time.monotonic() - self._drawn >= 0.1:
            self._draw()

    def stop(self) -> None:
        """Show the end."""
        self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        with self.console.capture() as text:
            self.console.print(self.get_renderable())
        self._output.update({"text/plain": text.get()}, raw=True)
