"""Ctrl-C in a search, deferred where it would leave the database half written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Interrupts"]


class Interrupts:
    """Defer Ctrl-C, but where it is allowed.

    An exception in the middle of a commit leaves a session of the database that can be neither
    closed nor used, so every later call fails as well. A second Ctrl-C is not deferred: the
    database may be waiting for another process.
    """

    def __init__(self) -> None:
        self.pending = False
        self._allowed = False
        self._before: Callable[[int, FrameType | None], Any] | None = None

    def __enter__(self) -> Interrupts:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._defer)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _defer(self, number: int, frame: FrameType | None) -> None:
        impatient, self.pending = self.pending, True
        if (self._allowed or impatient) and self._before is not None:
            self._allowed = False  # what handles it is not interrupted
            self._before(number, frame)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Let Ctrl-C through, one that is pending first of all.

        Yields
        ------
        None
            While it comes through at once.

        Raises
        ------
        KeyboardInterrupt
            If one came while it was deferred.
        """
        if self.pending:
            raise KeyboardInterrupt
        self._allowed = True
        try:
            yield
        finally:
            self._allowed = False
