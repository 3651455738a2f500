"""Ctrl-C: exit code 130 and one word, whatever the program is doing.

Imports nothing heavy, so that it is in place before what takes long to import.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

__all__ = ["EXIT_CODE", "Interrupted", "leave_at_once", "watch"]

#: What shells show for a program that Ctrl-C ended: 128 and the number of the signal.
EXIT_CODE = 130


class Interrupted(KeyboardInterrupt):
    """Say that Ctrl-C was pressed.

    A type of its own, because Python ends itself by the signal where a plain KeyboardInterrupt
    passed through an ``exec()``, caught or not.
    """


def watch(*, ending: bool = False) -> None:
    """Answer Ctrl-C from now on, unless the program was started so that it ignores it.

    Parameters
    ----------
    ending : bool, default False
        Whether the program is about to end, where nothing catches an exception any more.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return
    signal.signal(signal.SIGINT, _leave if ending else _interrupt)
    sys.unraisablehook = _not_raised


def _interrupt(_number: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            leave_at_once()  # half an import turns an exception into any other, or swallows it
        frame = frame.f_back
    raise Interrupted


def leave_at_once() -> None:
    """End the program here, without what Python does at its end."""
    cursor = b"\x1b[?25h\n" if os.isatty(2) else b""  # progress bars hide it
    os.write(2, cursor + b"gatecast: stopped\n")
    os._exit(EXIT_CODE)


def _leave(_number: int, _frame: FrameType | None) -> None:
    leave_at_once()


def _not_raised(unraisable: sys.UnraisableHookArgs) -> None:
    if isinstance(unraisable.exc_value, Interrupted):
        leave_at_once()  # it came up in a finalizer or a callback, where Python drops it
    sys.__unraisablehook__(unraisable)
