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
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pandas as pd

from gatecast.errors import GatecastError, UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.updating import advance
from gatecast.journal import Journal
from gatecast.messages import message
from gatecast.saved import load
from gatecast.service.requests import forecast_records, plain_rows
from gatecast.storage import locked

__all__ = ["Store"]

_log = logging.getLogger("gatecast")
#: Seconds, and updates, after which the file is written again.
_SAVE_SECONDS, _SAVE_UPDATES = 300.0, 100_000
_SYNC_SECONDS = 1.0
_MISSING = (0, 0, 0)


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
        self._saved_at = self._synced_at = time.monotonic()
        self._jobs: SimpleQueue[tuple[Callable[[], Any], bytes | None, Future[Any]] | None]
        self._jobs = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="gatecast-store", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------------ what requests call

    def forecast(self, document: dict[str, Any]) -> Future[dict[str, Any]]:
        """Forecast what a request asks for.

        Parameters
        ----------
        document : dict
            See :func:`gatecast.service.requests.forecast_records`.

        Returns
        -------
        Future of dict
            Rows, as ``forecast``.
        """
        return self._submit(lambda: {"forecast": self._forecast(document)})

    def update(self, rows: list[dict[str, Any]]) -> Future[dict[str, Any]]:
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
        record = json.dumps(rows, separators=(",", ":")).encode()
        return self._submit(lambda: self._take_in(rows), record)

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
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()
        try:
            if self._journal.records:
                self._save()
        finally:
            self._journal.close()

    # ------------------------------------------------------------------------ the one thread

    def _submit(self, job: Callable[[], Any], record: bytes | None = None) -> Future[Any]:
        future: Future[Any] = Future()
        self._jobs.put((job, record, future))
        return future

    def _work(self) -> None:
        ending = False
        while not ending:
            batch = []
            try:
                batch.append(self._jobs.get(timeout=_SYNC_SECONDS))
                while True:
                    batch.append(self._jobs.get_nowait())
            except Empty:
                pass
            ending = None in batch
            self._run([one for one in batch if one is not None])
            try:
                self._look_after()
            except (GatecastError, OSError) as error:
                _log.error("%s", error)

    def _run(self, batch: list[tuple[Callable[[], Any], bytes | None, Future[Any]]]) -> None:
        """Do some jobs; the records of their updates are written together."""
        if any(record is not None for _, record, _ in batch):
            self._refresh()
        done: list[tuple[Future[Any], Any]] = []
        records = []
        for job, record, future in batch:
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = job()
                if record is not None:
                    records.append(record)
            except Exception as error:
                future.set_exception(error)
                continue
            done.append((future, result))
        if records:
            try:
                self._journal.append(records)
                self.updates += len(records)
            except UsageError as error:
                self._read()  # as it was before them
                for future, _ in done:
                    future.set_exception(error)
                return
        for future, result in done:
            future.set_result(result)

    def _forecast(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        return forecast_records(self.model.fitted_, self._places, self.model.alias, document)

    def _take_in(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        before = len(self.model.fitted_.ends.ids)
        self._update(rows)
        return {"rows": len(rows), "new_series": len(self.model.fitted_.ends.ids) - before}

    def _update(self, rows: list[dict[str, Any]]) -> None:
        plain = plain_rows(self.model.fitted_, self._places, rows)
        if plain is not None:
            with self.model:
                advance(self.model.fitted_, plain)
            return
        self.model.update(pd.DataFrame(rows))
        ids = self.model.fitted_.ends.ids
        if len(ids) != len(self._places):
            self._places = {name: i for i, name in enumerate(ids.tolist())}

    def _look_after(self) -> None:
        """Sync the journal and write the file, each when it is time."""
        now = time.monotonic()
        if now - self._synced_at >= _SYNC_SECONDS:
            self._journal.sync()
            self._synced_at = now
        waiting = len(self._journal.records)
        if waiting >= _SAVE_UPDATES or (waiting and now - self._saved_at >= _SAVE_SECONDS):
            self._saved_at = now
            self._save()

    # --------------------------------------------------------------------------- the file

    def _read(self) -> None:
        """Read the file, and let the records of the journal follow."""
        with locked(self.path):
            model = load(self.path)
            self._current = self._identity()
        if not isinstance(model, LSTMForecaster):
            raise UsageError(message("serve.other_model", kind=type(model).__name__))
        self.model = model
        self._places = {name: i for i, name in enumerate(model.fitted_.ends.ids.tolist())}
        for record in self._journal.records:
            self._follow(json.loads(record))

    def _refresh(self) -> None:
        """Read the file again if somebody else has changed it."""
        if self._identity() in (self._current, _MISSING):
            return
        try:
            self._read()
        except (GatecastError, OSError) as error:
            _log.error("%s", error)  # what is in memory is served on, and written next time

    def _follow(self, rows: list[dict[str, Any]]) -> None:
        """Take in a record, unless the file has its rows."""
        try:
            self._update(rows)
        except GatecastError as error:
            if error.message.id == "table.nothing_follows":
                return
            self.conflicts += 1
            _log.error("%s", message("serve.conflict", path=str(self.path), reason=error.message))

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
