"""What a request holds, and the plain cases of it without a table: arrays in, records out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from gatecast.data.calendar import future_times
from gatecast.errors import NotFoundError, UsageError
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.frames import forecast_frame
from gatecast.forecaster.forecasting.new_series import read_request
from gatecast.forecaster.forecasting.own_forecast import own_forecast
from gatecast.forecaster.forecasting.subset import some_series
from gatecast.messages import message

__all__ = ["forecast_together", "outcome", "read_body", "rows_of"]

_Result = TypeVar("_Result")


def read_body(body: bytes, allowed: Sequence[str]) -> dict[str, Any]:
    """Read the JSON of a request.

    Parameters
    ----------
    body : bytes
        Of the request; nothing is an empty object.
    allowed : sequence of str
        Names that it may have.

    Returns
    -------
    dict
        Of names and values.

    Raises
    ------
    UsageError
        If it is no JSON object, has NaN or an infinity, or another name.
    """
    try:
        document = _DECODER.decode(body.decode("utf-8-sig") or "{}")
    except (ValueError, RecursionError) as error:
        raise UsageError(message("serve.not_json", reason=str(error))) from error
    if not isinstance(document, dict):
        raise UsageError(message("serve.no_object", names=allowed))
    for name in document:
        if name not in allowed:
            raise UsageError(message("serve.other_name", name=name, names=allowed))
    return document


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def rows_of(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Give the rows of a table in a request.

    Parameters
    ----------
    document : mapping
        What :func:`read_body` gave.
    name : str
        Of the table.

    Returns
    -------
    list of dict
        A row each: columns and cells.

    Raises
    ------
    UsageError
        If it is no list of objects with plain cells, or empty.
    """
    rows = document.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UsageError(message("serve.no_rows", name=name))
    if not all(_is_plain(cell) for row in rows for cell in row.values()):
        raise UsageError(message("serve.no_rows", name=name))
    return rows


def _is_plain(cell: Any) -> bool:
    # a whole number that no float64 holds is none that a table can have
    of_float = not isinstance(cell, int) or cell.bit_length() < 1024
    return of_float and isinstance(cell, (str, int, float, type(None)))


def forecast_together(
    fitted: FittedForecaster,
    places: Mapping[Any, int],
    alias: str,
    documents: Sequence[Mapping[str, Any]],
) -> list[list[dict[str, Any]] | Exception]:
    """Forecast what requests ask for; those of series of the model as one.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    places : mapping of name to int
        Where each series is.
    alias : str
        Column of the forecast.
    documents : sequence of mapping
        ``series`` (names; all if not given), ``level``, ``future`` (rows of the columns known in
        advance) or ``history`` (whole histories of other series, which are forecast instead).

    Returns
    -------
    list of (list of dict, or Exception)
        For each request a row for each step, as of :meth:`gatecast.LSTMForecaster.predict`, times
        in ISO 8601; or NotFoundError if a series is unknown, UsageError or DataError if a table or
        a level does not fit the model.
    """
    answers: list[Any] = [
        outcome(partial(_forecast_one, fitted, places, alias, one)) for one in documents
    ]
    alike: dict[tuple[float, ...] | None, list[tuple[int, list[int]]]] = {}
    for i, answer in enumerate(answers):
        if isinstance(answer, _Some):
            alike.setdefault(answer.level, []).append((i, answer.which))
    for level, requests in alike.items():
        every = dict.fromkeys(place for _, which in requests for place in which)
        first = {place: n * fitted.h for n, place in enumerate(every)}
        some = some_series(fitted, np.array(list(every)))
        rows = outcome(partial(_records, some, alias, level))
        for i, which in requests:
            answers[i] = rows
            if not isinstance(rows, Exception):
                begins = (first[place] for place in which)
                answers[i] = [row for at in begins for row in rows[at : at + fitted.h]]
    return answers


class _Some(NamedTuple):
    """Hold which series of a model are to be forecast, and with which intervals."""

    which: list[int]
    level: tuple[float, ...] | None


def _forecast_one(
    fitted: FittedForecaster, places: Mapping[Any, int], alias: str, document: Mapping[str, Any]
) -> list[dict[str, Any]] | _Some:
    """Forecast what a request asks for, unless it is for some series and nothing else."""
    level = _numbers(document, "level")
    history, future = document.get("history"), document.get("future")
    which = None if history is not None else _which(fitted, places, document.get("series"))
    if history is None and future is None and not fitted.covariates.futr:
        return _records(fitted, alias, level) if which is None else _Some(which, level)
    some = fitted if which is None else some_series(fitted, np.array(which))
    others = None if history is None else pd.DataFrame(rows_of(document, "history"))
    table = None if future is None else pd.DataFrame(rows_of(document, "future"))
    some, plan, _ = read_request(some, others, table)
    return _rows(forecast_frame(some, plan, alias, level))


def outcome(work: Callable[[], _Result]) -> _Result | Exception:
    """Give what a function gives, or the error that it raises.

    Parameters
    ----------
    work : callable
        Without arguments.

    Returns
    -------
    object or Exception
        Either.
    """
    try:
        return work()
    except Exception as error:
        return error


def _which(fitted: FittedForecaster, places: Mapping[Any, int], names: Any) -> list[int] | None:
    if names is None:
        return None
    wanted = names if isinstance(names, list) else [names]
    if not wanted or not all(isinstance(name, (str, int)) for name in wanted):
        raise UsageError(message("serve.series"))
    for name in wanted:
        if name not in places:
            series = str(name)
            raise NotFoundError(message("table.new_series", name=series, n=len(fitted.ends.ids)))
    return [places[name] for name in dict.fromkeys(wanted)]


def _numbers(document: Mapping[str, Any], name: str) -> tuple[float, ...] | None:
    given = document.get(name)
    if given is None:
        return None
    numbers = given if isinstance(given, list) else [given]
    if not all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in numbers):
        raise UsageError(message("serve.numbers", name=name))
    return tuple(numbers)


def _records(
    fitted: FittedForecaster, alias: str, level: tuple[float, ...] | None
) -> list[dict[str, Any]]:
    """Forecast without a table, where its times need no zone."""
    ends = fitted.ends
    requested = fitted.level if level is None else level
    if ends.time_zone is not None or not set(requested) <= set(fitted.level):
        return _rows(forecast_frame(fitted, [], alias, level))
    forecast, intervals = own_forecast(fitted, [], requested)
    columns = {alias: forecast}
    columns |= {f"{alias}-lo-{s:g}": intervals[s][0] for s in sorted(requested, reverse=True)}
    columns |= {f"{alias}-hi-{s:g}": intervals[s][1] for s in sorted(requested)}
    times = future_times(ends.times, ends.freq, fitted.h).ravel()
    written = _written(times) if times.dtype.kind == "M" else times.tolist()
    names = np.repeat(ends.ids, fitted.h).tolist()
    cells = [column.ravel().tolist() for column in columns.values()]
    keys = [ends.time_col, *columns]
    if ends.id_col is None:
        return [dict(zip(keys, row, strict=True)) for row in zip(written, *cells, strict=True)]
    keys = [ends.id_col, *keys]
    return [dict(zip(keys, row, strict=True)) for row in zip(names, written, *cells, strict=True)]


def _written(times: np.ndarray) -> list[str]:
    """Write times as pandas does, in ISO 8601."""
    seconds = times.astype("datetime64[s]")
    if (seconds == times).all():
        return np.datetime_as_string(seconds).tolist()
    return [time.isoformat() for time in pd.DatetimeIndex(times)]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            str(name): cell.isoformat() if hasattr(cell, "isoformat") else cell
            for name, cell in row.items()
        }
        for row in frame.to_dict(orient="records")
    ]
