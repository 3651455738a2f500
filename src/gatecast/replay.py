"""Floor 3: rows as JSON has them, taken into a model: of a request, or of a whole journal."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import future_times
from gatecast.data.cells import LARGEST
from gatecast.errors import GatecastError, ModelFileError
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.updating import advance
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.records import NewRows
from gatecast.messages import message

__all__ = ["Replay"]

_log = logging.getLogger("gatecast")
#: Records of a journal that are taken in at once.
_TOGETHER = 1000


class Replay:
    """Take rows into a model: the next values of its series at once, others as a table.

    Parameters
    ----------
    model : LSTMForecaster
        Changed in place.

    Attributes
    ----------
    places : dict of name to int
        Where each series of the model is.
    """

    def __init__(self, model: LSTMForecaster) -> None:
        self._model = model
        self._name_places()

    def _name_places(self) -> None:
        ids = self._model.fitted_.ends.ids
        self.places: dict[Any, int] = {name: i for i, name in enumerate(ids.tolist())}

    def advance(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Take in rows if they are the next values of series, and no more.

        Parameters
        ----------
        rows : sequence of mapping
            Columns and cells.

        Returns
        -------
        bool
            False where anything is unusual; nothing is changed then.
        """
        plain = _plain_rows(self._model.fitted_, self.places, rows)
        if plain is None:
            return False
        with self._model:
            advance(self._model.fitted_, plain)
        return True

    def update(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Take in any rows.

        Parameters
        ----------
        rows : sequence of mapping
            As for :meth:`gatecast.LSTMForecaster.update`.

        Returns
        -------
        int
            How many series are new.

        Raises
        ------
        DataError, UsageError
            As there.
        """
        if self.advance(rows):
            return 0
        self._model.update(pd.DataFrame(list(rows)))
        before = len(self.places)
        if len(self._model.fitted_.ends.ids) != before:
            self._name_places()
        return len(self.places) - before

    def follow(self, records: Sequence[bytes], path: str) -> tuple[int, int]:
        """Take in the records of a journal; rows that the model has are passed over.

        Parameters
        ----------
        records : sequence of bytes
            Rows as JSON, in the order of writing.
        path : str
            The file of the model, for sentences.

        Returns
        -------
        taken, conflicts : int
            Records that were taken in, and that do not follow what the model has.

        Raises
        ------
        ModelFileError
            If a record holds no rows.
        """
        taken = conflicts = 0
        for first in range(0, len(records), _TOGETHER):
            some = [_rows_of(one, path) for one in records[first : first + _TOGETHER]]
            some = [new for rows in some if (new := self._without_past(rows))]
            if self.advance([row for rows in some for row in rows]):
                taken += len(some)
                continue
            for rows in some:
                try:
                    self.update(rows)
                    taken += 1
                except GatecastError as error:  # noqa: PERF203 - one record of many
                    if error.message.id != "table.nothing_follows":
                        conflicts += 1
                        reason = error.message
                        _log.error("%s", message("serve.conflict", path=path, reason=reason))
        return taken, conflicts

    def _without_past(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leave out rows that are plainly not after the end of their series."""
        ends = self._model.fitted_.ends
        if ends.time_zone is not None:
            return rows
        last, kind = ends.times, str if ends.times.dtype.kind == "M" else int

        def is_past(row: dict[str, Any]) -> bool:
            place = 0 if ends.id_col is None else self.places.get(row.get(ends.id_col))
            time = row.get(ends.time_col)
            if place is None or type(time) is not kind:
                return False
            try:
                return bool(np.array(time, last.dtype) <= last[place])
            except (ValueError, OverflowError):
                return False

        return [row for row in rows if not is_past(row)]


def _rows_of(record: bytes, path: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(record)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
        reason = "a record without rows"
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise ModelFileError(message("file.not_ours", path=path, reason=reason))


def _plain_rows(
    fitted: FittedForecaster, places: Mapping[Any, int], rows: Sequence[Mapping[str, Any]]
) -> NewRows | None:
    """Give rows as arrays if they are the next values of series of the model, and no more."""
    ends, schema = fitted.ends, fitted.schema
    if fitted.covariates.columns or fitted.additive is not None or ends.time_zone is not None:
        return None
    if schema is not None and (schema.aggregation is not None or len(schema.target_cols) > 1):
        return None
    keys = {ends.time_col, ends.target_col, *([] if ends.id_col is None else [ends.id_col])}
    by_series: dict[int, list[tuple[Any, float]]] = {}
    for row in rows:
        value: Any = row.get(ends.target_col)
        place = 0 if ends.id_col is None else places.get(row.get(ends.id_col))
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if set(row) != keys or place is None or not number or not abs(value) <= LARGEST:
            return None
        by_series.setdefault(place, []).append((row[ends.time_col], float(value)))
    which = np.fromiter(by_series, np.int64)
    counts = np.array([len(by_series[i]) for i in which])
    cells = [cell for i in which for cell in by_series[int(i)]]
    try:
        kind = str if ends.times.dtype.kind == "M" else int
        if not all(type(time) is kind for time, _ in cells):
            return None
        times = np.array([time for time, _ in cells], ends.times.dtype)
        due = future_times(ends.times[which], ends.freq, int(counts.max()))
    except (ValueError, OverflowError):
        return None
    if (times != due[np.arange(due.shape[1]) < counts[:, np.newaxis]]).any():
        return None
    return NewRows(which, counts, np.array([value for _, value in cells]), times, {})
