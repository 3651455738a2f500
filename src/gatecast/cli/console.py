"""What verbs say: sentences in lines as wide as the terminal, and how far their work is."""

from __future__ import annotations

import io
import sys
from typing import Any

from gatecast.cli.outputs import emit
from gatecast.cli.spelling import as_option
from gatecast.messages import Message
from gatecast.progress import could_be_terminal, counted, training_bars, trials, working

__all__ = ["answer", "counted", "say", "training_bars", "trials", "working"]


def say(text: str) -> None:
    """Write a sentence to stderr, in lines as wide as the terminal; in one line if there is none.

    Parameters
    ----------
    text : str or Message
        For people; a message's arguments are spelt as options.
    """
    text = _spelt(text)
    if not could_be_terminal(sys.stderr):
        print(text, file=sys.stderr)
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    console.print(text, markup=False, emoji=False, soft_wrap=not console.is_terminal)


def answer(*parts: Any) -> None:
    """Give a result to stdout all at once, so that a reader of its first lines ends nothing.

    Parameters
    ----------
    *parts : str, Message or renderable of Rich
        One below another; texts as :func:`say` writes them.

    Raises
    ------
    UsageError
        As of :func:`gatecast.cli.outputs.emit`.
    """
    texts = [_spelt(part) for part in parts]
    if all(isinstance(text, str) for text in texts) and not could_be_terminal(sys.stdout):
        emit("".join(f"{text}\n" for text in texts))
        return
    from rich.console import Console

    there, written = Console(), io.StringIO()
    is_terminal = there.is_terminal
    console = Console(file=written, force_terminal=is_terminal, width=there.width, highlight=False)
    for text in texts:
        flowing = isinstance(text, str) and not is_terminal
        console.print(text, markup=False, emoji=False, soft_wrap=flowing)
    emit(written.getvalue())


def _spelt(text: Any) -> Any:
    return text.text(spelling=as_option) if isinstance(text, Message) else text
