"""What verbs say: sentences in lines as wide as the terminal, and how far their work is."""

from __future__ import annotations

import sys

from gatecast.cli.spelling import as_option
from gatecast.messages import Message
from gatecast.progress import could_be_terminal, counted, training_bars, trials, working

__all__ = ["counted", "say", "training_bars", "trials", "working"]


def say(text: str, *, error: bool = True) -> None:
    """Write a sentence, in lines as wide as the terminal; in one line where there is none.

    Parameters
    ----------
    text : str or Message
        For people; a message's arguments are spelt as options.
    error : bool, default True
        Whether it goes to stderr, as all but results do.
    """
    if isinstance(text, Message):
        text = text.text(spelling=as_option)
    stream = sys.stderr if error else sys.stdout
    if not could_be_terminal(stream):
        print(text, file=stream)
        return
    from rich.console import Console

    console = Console(stderr=error, highlight=False)
    console.print(text, markup=False, emoji=False, soft_wrap=not console.is_terminal)
