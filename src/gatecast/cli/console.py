"""What verbs say: sentences in lines as wide as the terminal, and how far their work is."""

from __future__ import annotations

from rich.console import Console

from gatecast.progress import counted, training_bars, trials, working

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
