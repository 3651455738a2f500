"""The progress of several trainings, told as that of one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gatecast.network import Progress

__all__ = ["ProgressAggregator"]


class _StoppedError(Exception):
    """Another thread was stopped."""


class ProgressAggregator:
    """Count the updates of several trainings as one, and report them in the thread of the fit."""

    def __init__(self, progress: Callable[[Progress], None] | None) -> None:
        self.progress, self.total, self.done = progress, 1, 0
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self._latest: Progress | None = None
        self._finished = 0
        self._parts: dict[int, int] = {}

    def expect(self, total: int) -> None:
        """Say how many updates there will be, as far as is known.

        Parameters
        ----------
        total : int
            Training steps.
        """
        self.total = total

    def more(self, steps: int) -> None:
        """Say that there will be so many more training steps than expected.

        Parameters
        ----------
        steps : int
            Training steps.
        """
        self.total += steps

    def begin(self) -> None:
        """Begin a round of trainings."""
        self._finished, self._parts = self.done, {}

    def of(self, part: int, epoch: int) -> Callable[[Progress], None]:
        """Give what one training of the round tells; its epochs are of so many updates.

        Parameters
        ----------
        part : int
            Which training of the round.
        epoch : int
            Updates of one of its epochs.

        Returns
        -------
        callable
            Takes a :class:`~gatecast.progress.Progress`.
        """

        def count(p: Progress) -> None:
            if self.stop.is_set():
                raise _StoppedError
            with self._lock:
                self._parts[part] = round((p.epoch + p.share) * epoch)
                self.done = self._finished + sum(self._parts.values())
                self._latest = Progress(self.done, max(self.total, self.done), 0.0, p.loss)
            if threading.get_ident() == self._thread:
                self.report()

        return count

    def report(self) -> None:
        """Report the latest progress, unless that was done."""
        with self._lock:
            latest, self._latest = self._latest, None
        if latest is not None and self.progress is not None:
            self.progress(latest)
