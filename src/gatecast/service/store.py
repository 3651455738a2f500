"""The served model: one thread changes it, a journal keeps its updates, the file is rewritten.

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
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from gatecast.errors import GatecastError, UsageError
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
_MISSING = (0, 0, 0)


class Job(Future):
    """What a request wants, and its answer.

    Parameters
    ----------
    document : dict
        Of a forecast, see :func:`gatecast.service.requests.forecast_together`; or with ``rows``,
        columns and cells, of an update.
    update : bool
        Whether it is one.
    """

    def __init__(self, document: dict[str, Any], *, update: bool) -> None:
        super().__init__()
        self.document, self.update = document, update


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
        self._jobs: SimpleQueue[tuple[Sequence[Job], Callable[[], object]] | None] = SimpleQueue()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=work, name="gatecast-store", daemon=True)
            for work in (self._work, self._sync)
        ]
        for thread in self._threads:
            thread.start()

    # ------------------------------------------------------------------ what requests call

    def submit(self, jobs: Sequence[Job], done: Callable[[], object] = lambda: None) -> None:
        """Have jobs done, together where that is possible.

        Parameters
        ----------
        jobs : sequence of Job
            They come at the same time, so updates are taken in before forecasts are made.
        done : callable
            Called in another thread once all of them have answers; those of updates outlive the
            process then.
        """
        self._jobs.put((jobs, done))

    def forecast(self, document: dict[str, Any]) -> Job:
        """Forecast what a request asks for.

        Parameters
        ----------
        document : dict
            See :func:`gatecast.service.requests.forecast_together`.

        Returns
        -------
        Future of dict
            Rows, as ``forecast``.
        """
        job = Job(document, update=False)
        self.submit([job])
        return job

    def update(self, rows: list[dict[str, Any]]) -> Job:
        """Take rows in; done once they outlive the process.

        Parameters
        ----------
        rows : list of dict
            Columns and cells.

        Returns
        -------
        Future of dict
            How many rows and series were taken in.
        """
        job = Job({"rows": rows}, update=True)
        self.submit([job])
        return job

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

    # ------------------------------------------------------------------------ the one thread

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
            self._run([job for jobs, _ in whole for job in jobs])
            for _, done in whole:
                outcome(done)  # whoever waited may be gone
            try:
                self._save_if_due()
            except (GatecastError, OSError) as error:
                _log.error("%s", error)

    def _run(self, jobs: Sequence[Job]) -> None:
        running = [job for job in jobs if job.set_running_or_notify_cancel()]
        updates = [job for job in running if job.update]
        if updates:
            self._refresh()
            self._take_in(updates)
        forecasts = [job for job in running if not job.update]
        answers = forecast_together(
            self.model.fitted_,
            self._replay.places,
            self.model.alias,
            [job.document for job in forecasts],
        )
        for job, answer in zip(forecasts, answers, strict=True):
            if isinstance(answer, Exception):
                job.set_exception(answer)
            else:
                job.set_result({"forecast": answer})

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
            if isinstance(more, Exception):
                job.set_exception(more)
            else:
                job.set_result({"rows": len(rows), "new_series": more})

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

    def _refresh(self) -> None:
        """Read the file again if somebody else has changed it."""
        if self._identity() in (self._current, _MISSING):
            return
        try:
            self._read()
        except (GatecastError, OSError) as error:
            _log.error("%s", error)  # what is in memory is served on, and written next time

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


def _record(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, separators=(",", ":")).encode()
