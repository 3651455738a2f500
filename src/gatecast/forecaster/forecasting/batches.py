"""Forecasts of tables that are read some series at a time, by a forecaster that stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from gatecast.data.left_out import warn_left_out
from gatecast.data.panel import Panel
from gatecast.data.reading import PartitionedTable
from gatecast.data.regular import NothingUsableError
from gatecast.data.schema import Schema
from gatecast.errors import GatecastError, UsageError
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.frames import forecast_frame
from gatecast.forecaster.forecasting.new_rows import with_history
from gatecast.forecaster.forecasting.new_series import fit_others
from gatecast.forecaster.forecasting.tables import FEWEST_VALUES, read_histories
from gatecast.messages import Message, message

__all__ = [
    "BatchForecast", "columns_of", "forecast_file", "forecast_folder", "forecast_rows",
    "id_columns", "read_usable", "require_no_plan",
]  # fmt: skip


class BatchForecast(NamedTuple):
    """Hold the forecasts of some whole series.

    Attributes
    ----------
    frame : DataFrame
        As of :meth:`gatecast.LSTMForecaster.predict`.
    series : int
        How many were forecast.
    schema : Schema or None
        How their table is written.
    notes : list of Message
        What was detected in reading them.
    """

    frame: pd.DataFrame
    series: int
    schema: Schema | None
    notes: list[Message]

    def in_columns(self) -> pd.DataFrame:
        """Give the forecasts with the several columns of ids that the table has.

        Returns
        -------
        DataFrame
            The same frame where there is one column.
        """
        return self.frame if self.schema is None else self.schema.split_ids(self.frame)


def id_columns(fitted: FittedForecaster) -> tuple[str, ...] | None:
    """Name the columns of ids of the table of the fit.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.

    Returns
    -------
    tuple of str or None
        None where it had none.
    """
    return (None if fitted.schema is None else fitted.schema.id_cols) or None


def columns_of(fitted: FittedForecaster, id_cols: Sequence[str]) -> list[str]:
    """Name the columns that a table to be forecast must have.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    id_cols : sequence of str
        Columns of ids.

    Returns
    -------
    list of str
        With times, values and covariates.
    """
    schema = fitted.schema or Schema()
    times = schema.time_cols or (fitted.ends.time_col,)
    targets = schema.target_cols or (fitted.ends.target_col,)
    return list(dict.fromkeys([*id_cols, *times, *targets, *fitted.covariates.columns]))


def require_no_plan(fitted: FittedForecaster) -> None:
    """Refuse a forecaster that needs future covariates.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.

    Raises
    ------
    UsageError
        If it does.
    """
    if fitted.covariates.futr:
        raise UsageError(message("partitions.plan", columns=fitted.covariates.futr, h=fitted.h))


def forecast_file(
    fitted: FittedForecaster,
    table: PartitionedTable,
    file: Path,
    name: str,
    level: Sequence[float] | None = None,
) -> Iterator[BatchForecast]:
    """Forecast the series of one file.

    Parameters
    ----------
    fitted : FittedForecaster
        It stays as it is.
    table : PartitionedTable
        The table.
    file : path
        One of its files.
    name : str
        Column of the forecast.
    level : sequence of float, optional
        Per cent of the intervals.

    Yields
    ------
    BatchForecast
        Of some series each, in the order of the file.

    Raises
    ------
    DataError, NotFoundError
        If a series cannot be forecast: the sentence names file and series.
    """
    try:
        for rows in table.batches(file, columns_of(fitted, table.id_cols)):
            yield forecast_rows(fitted, rows, name, level)
    except GatecastError as error:
        raise type(error)(
            message("partitions.of_file", path=str(file), reason=error.message)
        ) from error


def forecast_rows(
    fitted: FittedForecaster, rows: pd.DataFrame, name: str, level: Sequence[float] | None = None
) -> BatchForecast:
    """Forecast the series of one table.

    Parameters
    ----------
    fitted : FittedForecaster
        It stays as it is.
    rows : DataFrame
        Whole histories.
    name : str
        Column of the forecast.
    level : sequence of float, optional
        Per cent of the intervals.

    Returns
    -------
    BatchForecast
        No bit of it depends on which series are in the table.

    Raises
    ------
    DataError, NotFoundError
        If a series cannot be forecast.
    """
    usable, notes = read_usable(fitted, rows)
    if usable is None:
        return BatchForecast(forecast_frame(fitted, [], name, level).iloc[:0], 0, None, notes)
    frame = forecast_frame(fit_others(fitted, usable), [], name, level)
    return BatchForecast(frame, len(usable), usable.schema, notes)


def read_usable(fitted: FittedForecaster, rows: pd.DataFrame) -> tuple[Panel | None, list[Message]]:
    """Read the series that can be forecast.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    rows : DataFrame
        Whole histories.

    Returns
    -------
    panel : Panel or None
        None if no series can be.
    notes : list of Message
        What was detected, and which series are left out.

    Raises
    ------
    DataError, NotFoundError
        If the table cannot be read.
    """
    try:
        panel, notes = read_histories(fitted, rows, {})
    except NothingUsableError as error:
        warn_left_out(error.note)
        return None, [error.note]
    usable, short = with_history(panel, fitted.ends.freq, FEWEST_VALUES, beside=True)
    return usable, [*notes, *short]


def forecast_folder(
    fitted: FittedForecaster,
    files: Sequence[Path],
    name: str,
    level: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Forecast the series of several files, a part of them in memory at a time.

    Parameters
    ----------
    fitted : FittedForecaster
        It stays as it is.
    files : sequence of path
        Parquet files.
    name : str
        Column of the forecast.
    level : sequence of float, optional
        Per cent of the intervals.

    Returns
    -------
    DataFrame
        Of all series.

    Raises
    ------
    UsageError
        If the forecaster needs future covariates.
    NotFoundError, DataError
        If a file cannot be read, or a series not be forecast.
    """
    require_no_plan(fitted)
    table = PartitionedTable.scan(files, id_columns(fitted))
    batches = [
        one.frame for file in files for one in forecast_file(fitted, table, file, name, level)
    ]
    return pd.concat(batches, ignore_index=True)
