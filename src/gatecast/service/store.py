"""The served model: one at a time changes it, a journal keeps its updates, the file is rewritten.

What is done in a moment is done where it is requested; a thread of its own does what takes longer.

An update is answered once it is in the journal beside the file (``.name.journal``), so that the end
of the process, however it comes, loses none that was answered. The file is written again every few
minutes and at the end, whole or not at all, and the journal is then emptied; at the start its
records are taken in. Where somebody else has changed the file, it is read again, and the records
of the journal follow.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from gatecast.errors import UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.journal import Journal
from gatecast.messages import message
from gatecast.replay import Replay
from gatecast.saved import read_model
from gatecast.service.requests import forecast_together, outcome
from gatecast.storage import locked

__all__ = ["Job", "Store"]

_log = logging.getLogger("gatecast")
#: Seconds, and updates, after which the file is written again.
_SAVE_SECONDS, _SAVE_UPDATES = 300.0, 100_000
_SYNC_SECONDS = 1.0
#: Rows and series that are done where they are requested: some milliseconds.
_FEW = 64
_MISSING = (0, 0, 0)
_ENCODER = json.JSONEncoder(separators=(",", ":"))


class Job:
    """What a request wants, and its answer once there is one.

    Parameters
    ----------
    document : dict
        Of a forecast, see :func:`gatecast.service.requests.forecast_together`; or with ``rows``,
        columns and cells, of an update.
    update : bool
        Whether it is one.

    Attributes
    ----------
    answer : dict, Exception or None
        Rows, as ``forecast``, or how many rows and series were taken in; or why there is none.
    given_up : bool
        Whether nobody waits for it; it is not done then, unless it has been begun.
    """

    def __init__(self, document: dict[str, Any], *, update: bool) -> None:
        self.document, self.update = document, update
        self.answer: dict[str, Any] | Exception | None = None
        self.given_up = False


class Store:
    """Keep a model that is served.

    Parameters
    ----------
    path : path
        What :meth:`gatecast.LSTMForecaster.save` wrote.

    Raises
    ------
    NotFoundError, ModelFileError
        If the file cannot be read.
    ConflictError
        If another process serves it.
    UsageError
        If it is another kind of model, or nothing can be written beside it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._journal = Journal(path)
        self.updates = self.conflicts = 0
        try:
            self._read()
        except BaseException:
            self._journal.close()
            raise
        self._saved_at = time.monotonic()
        self._turn = threading.Lock()
        self._jobs: SimpleQueue[tuple[Sequence[Job], Callable[[], object]] | None] = SimpleQueue()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=work, name="gatecast-store", daemon=True)
            for work in (self._work, self._sync)
        ]
        for thread in self._threads:
            thread.start()

    # ------------------------------------------------------------------ what requests call

    def submit(self, jobs: Sequence[Job], done: Callable[[], object] = lambda: None) -> bool:
        """Have jobs done, together where that is possible: few at once, others in another thread.

        Parameters
        ----------
        jobs : sequence of Job
            They come at the same time, so updates are taken in before forecasts are made. With
            their answers, updates outlive the process.
        done : callable
            Called in the other thread once all of them have answers.

        Returns
        -------
        bool
            Whether they have answers already; ``done`` is not called then.
        """
        few = sum(map(self._size, jobs)) <= _FEW
        here = few and (not _has_updates(jobs) or self._is_current())
        if not here or not self._turn.acquire(blocking=False):
            self._jobs.put((jobs, done))
            return False
        try:
            self._run(jobs)
        finally:
            self._turn.release()
        return True

    def _size(self, job: Job) -> int:
        """Count the rows or series that a job is about; a table of a forecast is too many."""
        if job.update:
            return len(job.document["rows"])
        if "history" in job.document or "future" in job.document:
            return _FEW + 1
        names = job.document.get("series")
        if names is None:
            return len(self._replay.places)
        return len(names) if isinstance(names, list) else 1

    def health(self) -> dict[str, Any]:
        """Say how the service is.

        Returns
        -------
        dict
            Of numbers.
        """
        fitted = self.model.fitted_
        return {
            "status": "ok", "series": len(fitted.ends.ids), "h": fitted.h,
            "level": list(fitted.level), "updates": self.updates,
            "in_journal": len(self._journal.records), "conflicts": self.conflicts,
        }  # fmt: skip

    def close(self) -> None:
        """End what was begun, write the file, and let go of the journal."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        try:
            if self._journal.records:
                self._save()
        finally:
            self._journal.close()

    # --------------------------------------------------------------------- one at a time

    def _work(self) -> None:
        ending = False
        while not ending:
            batches = []
            try:
                batches.append(self._jobs.get(timeout=_SYNC_SECONDS))
                while True:
                    batches.append(self._jobs.get_nowait())
            except Empty:
                pass
            ending = None in batches
            whole = [one for one in batches if one is not None]
            every = [job for jobs, _ in whole for job in jobs]
            with self._turn:
                if _has_updates(every):
                    self._refresh()
                self._run(every)
            for _, done in whole:
                outcome(done)  # whoever waited may be gone
            failed = outcome(self._save_if_due)
            if failed is not None:
                _log.error("%s", failed)

    def _run(self, jobs: Sequence[Job]) -> None:
        running = [job for job in jobs if not job.given_up]
        failed = outcome(partial(self._answer, running))
        for job in running:
            job.answer = job.answer or failed

    def _answer(self, jobs: Sequence[Job]) -> None:
        updates = [job for job in jobs if job.update]
        forecasts = [job for job in jobs if not job.update]
        if updates:
            self._take_in(updates)
        if forecasts:
            documents = [job.document for job in forecasts]
            fitted, places = self.model.fitted_, self._replay.places
            answers = forecast_together(fitted, places, self.model.alias, documents)
            for job, made in zip(forecasts, answers, strict=True):
                job.answer = made if isinstance(made, Exception) else {"forecast": made}

    def _take_in(self, updates: Sequence[Job]) -> None:
        """Take in updates, and answer them once the journal has their records."""
        all_rows = [job.document["rows"] for job in updates]
        every = [row for rows in all_rows for row in rows]
        together = outcome(partial(self._replay.advance, every)) if len(updates) > 1 else False
        if together is False:
            new = [outcome(partial(self._replay.update, rows)) for rows in all_rows]
        else:
            new = [0 if together is True else together] * len(updates)
        both = list(zip(all_rows, new, strict=True))
        taken = [_record(rows) for rows, more in both if not isinstance(more, Exception)]
        try:
            if taken:
                self._journal.append(taken)
            self.updates += len(taken)
        except UsageError as error:
            self._read()  # as it was before them
            both = [(rows, error) for rows in all_rows]
        for job, (rows, more) in zip(updates, both, strict=True):
            failed = isinstance(more, Exception)
            job.answer = more if failed else {"rows": len(rows), "new_series": more}

    def _sync(self) -> None:
        """Sync the journal every second, beside the other thread: it takes some 10 ms."""
        while not self._ended.wait(_SYNC_SECONDS):
            failed = outcome(self._journal.sync)
            if failed is not None:
                _log.error("%s", failed)

    def _save_if_due(self) -> None:
        now, waiting = time.monotonic(), len(self._journal.records)
        if waiting >= _SAVE_UPDATES or (waiting and now - self._saved_at >= _SAVE_SECONDS):
            self._saved_at = now
            with self._turn:
                self._save()

    # --------------------------------------------------------------------------- the file

    def _read(self) -> None:
        """Read the file, and let the records of the journal follow."""
        with locked(self.path):
            model = read_model(self.path)
            self._current = self._identity()
        if not isinstance(model, LSTMForecaster):
            raise UsageError(message("serve.other_model", kind=type(model).__name__))
        self.model = model
        self._replay = Replay(model)
        _, conflicts = self._replay.follow(self._journal.records, str(self.path))
        self.conflicts += conflicts

    def _is_current(self) -> bool:
        """Tell whether nobody else has changed the file."""
        return self._identity() in (self._current, _MISSING)

    def _refresh(self) -> None:
        """Read the file again if somebody else has changed it."""
        failed = None if self._is_current() else outcome(self._read)
        if failed is not None:
            _log.error("%s", failed)  # what is in memory is served on, and written next time

    def _save(self) -> None:
        with locked(self.path):
            self._refresh()
            self.model.save(self.path)
            self._current = self._identity()
        self._journal.clear()

    def _identity(self) -> tuple[int, int, int]:
        """Tell a file from the one that takes its place."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return _MISSING
        return (status.st_mtime_ns, status.st_ino, status.st_size)


def _has_updates(jobs: Sequence[Job]) -> bool:
    return any(job.update for job in jobs)


def _record(rows: list[dict[str, Any]]) -> bytes:
    return _ENCODER.encode(rows).encode()
