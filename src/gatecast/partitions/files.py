"""Forecast a folder of Parquet files into another one, file by file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from gatecast.data.left_out import SeriesLeftOutWarning, left_out, warn_left_out
from gatecast.data.reading import PartitionedTable, partition_files
from gatecast.errors import NotFittedError, NotFoundError, UsageError, require_extra
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.forecasting.batches import forecast_file, id_columns, require_no_plan
from gatecast.messages import Message, message
from gatecast.progress import counted, reporting
from gatecast.storage import read_saved, replacing

__all__ = ["FolderForecast", "forecast_files", "require_global"]

_KEY = b"gatecast"
#: Different sentences about the data that are kept.
_MOST_NOTES = 20


@dataclass(frozen=True)
class FolderForecast:
    """Say what was written.

    Attributes
    ----------
    files : list of path
        A Parquet file for each of those read, of the same name.
    series : int
        How many were forecast.
    kept : int
        Files that were there already.
    left_out : dict of str to Message
        Why a series has no forecast, by its name.
    notes : list of Message
        What else was detected in reading, up to 20 different sentences.
    """

    files: list[Path]
    series: int
    kept: int
    left_out: dict[str, Message]
    notes: list[Message]


def forecast_files(
    model: LSTMForecaster,
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    level: Sequence[float] | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] | bool | None = None,
) -> FolderForecast:
    """Forecast every series of a folder of Parquet files, as many as the disk takes.

    A part of one file is in memory at a time. Each file's forecasts go to a file of the same name,
    which is there whole or not at all. The model stays as it is; its networks run along the values
    of each series, without training.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted, for example on the same folder.
    source : path
        A folder, or a pattern such as ``"sales/*.parquet"``; each series lies whole in one file.
    output : path
        A folder, made if it is not there.
    level : sequence of float, optional
        Per cent of each interval; all that the model was fitted with if not given.
    resume : bool, default False
        Whether to go on in a folder that has forecasts: those of the same model and the same data
        are kept, others are made anew.
    progress : callable or bool, optional
        A bar if True, and in notebooks if not given; see :mod:`gatecast.progress`. A callable is
        called with the number of series done and their total.

    Returns
    -------
    FolderForecast
        Which files were written.

    Raises
    ------
    UsageError
        If the model is no fitted LSTMForecaster or needs future covariates, or the folder of the
        output has other files, or is among those read.
    NotFoundError, DataError
        If there are no files, a series lies in two, or one cannot be forecast: the sentence names
        file and series. Files that are done stay.
    MissingExtraError
        Without pyarrow.
    """
    fitted = require_global(model)
    require_no_plan(fitted)
    files = partition_files(source)
    if files is None:
        raise NotFoundError(message("partitions.none", path=str(source)))
    targets = _targets(files, Path(output))
    _require_place(Path(source), Path(output), files)
    _make_folders(Path(output), targets, resume)
    digest = _model_hash(model, level)
    with reporting(progress, lambda: counted("forecast", "series")) as report, catch_warnings():
        simplefilter("ignore", SeriesLeftOutWarning)  # of all files at the end
        table = PartitionedTable.scan(files, id_columns(fitted))
        done, kept, notes = 0, 0, {}
        parts = list(zip(files, targets, table.counts.tolist(), strict=True))
        for file, target, count in (part for part in parts if part[2]):
            print_of = _fingerprint(file, digest)
            if resume and _fingerprint_in(target) == print_of:
                kept += 1
            else:

                def advanced(series: int, before: int = done) -> None:
                    if report is not None:
                        report(before + series, len(table))

                notes |= _write(model, table, file, target, level, print_of, advanced)
            done += count
            if report is not None:
                report(done, len(table))
    written = [target for _, target, count in parts if count]
    missing = left_out(notes)
    if missing:
        warn_left_out(message("partitions.left_out", n=len(missing), names=sorted(missing)))
    others = [note for note in notes if not left_out([note])]
    done -= len(missing)
    return FolderForecast(written, done, kept, missing, others[:_MOST_NOTES])


def require_global(model: Any) -> Any:
    """Give what forecasts, of a model that can forecast any series.

    Parameters
    ----------
    model : object
        What a user gives.

    Returns
    -------
    FittedForecaster
        Of the model.

    Raises
    ------
    UsageError
        If it is of another kind.
    NotFittedError
        Before its fit.
    """
    if not isinstance(model, LSTMForecaster):
        raise UsageError(message("partitions.model", kind=type(model).__name__))
    if not hasattr(model, "fitted_"):
        raise NotFittedError(message("model.not_fitted", verb="forecast_files"))
    return model.fitted_


def _targets(files: Sequence[Path], output: Path) -> list[Path]:
    root = Path(os.path.commonpath([file.resolve().parent for file in files]))
    return [output / file.resolve().relative_to(root) for file in files]


def _require_place(source: Path, output: Path, files: Sequence[Path]) -> None:
    """Refuse to write where the next run would read."""
    whole = output.resolve()
    below = source.resolve() in (whole, *whole.parents) or (
        "**" in str(source) and any(file.resolve().parent in whole.parents for file in files)
    )
    if below or any(file.resolve().parent == whole for file in files):
        raise UsageError(message("partitions.over_input", path=str(output)))


def _make_folders(output: Path, targets: Sequence[Path], resume: bool) -> None:
    """Make the folders, unless what lies there would be mixed up with the forecasts."""
    there = [p for p in output.rglob("*") if p.is_file() and p.name[0] != "."]
    if there and not resume:
        names = sorted(str(p.relative_to(output)) for p in there)
        raise UsageError(message("partitions.not_empty", path=str(output), names=names))
    strange = sorted(str(p.relative_to(output)) for p in set(there) - set(targets))
    if strange:
        raise UsageError(message("partitions.strange", path=str(output), names=strange))
    try:
        for folder in {target.parent for target in targets}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = str(error.strerror or error)
        raise UsageError(message("backtest.no_folder", path=str(output), reason=reason)) from error


def _model_hash(model: LSTMForecaster, level: Sequence[float] | None) -> Any:
    """Hash what makes the forecasts."""
    arrays, document, _ = read_saved(model.to_bytes())
    digest = hashlib.sha256(json.dumps([document, level and list(level)]).encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].tobytes())
    return digest


def _fingerprint(file: Path, model: Any) -> bytes:
    """Say of which model and which data a file of forecasts is."""
    digest = model.copy()
    with file.open("rb") as opened:
        while block := opened.read(2**20):
            digest.update(block)
    return digest.hexdigest().encode()


def _fingerprint_in(target: Path) -> bytes | None:
    """Read the same from a file of forecasts; None if there is none, or it is of other origin."""
    parquet = _parquet()
    try:
        return json.loads(parquet.read_schema(target).metadata[_KEY])["of"].encode()
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(
    model: LSTMForecaster,
    table: PartitionedTable,
    file: Path,
    target: Path,
    level: Sequence[float] | None,
    print_of: bytes,
    advanced: Callable[[int], None],
) -> dict[Message, None]:
    """Write the forecasts of one file, and give what was detected in it."""
    arrow, parquet = require_extra("pyarrow", "parquet", message("partitions.purpose")), _parquet()
    notes: dict[Message, None] = {}
    series, writer, schema = 0, None, None
    with replacing(target) as out, ExitStack() as opened:
        for batch in forecast_file(model.fitted_, table, file, model.alias, level):
            rows = arrow.Table.from_pandas(batch.in_columns(), schema, preserve_index=False)
            if writer is None:
                of = json.dumps({"of": print_of.decode()})
                schema = rows.schema.with_metadata({**(rows.schema.metadata or {}), _KEY: of})
                writer = opened.enter_context(parquet.ParquetWriter(out, schema))
            writer.write_table(rows.cast(schema))
            notes |= dict.fromkeys(batch.notes)
            series += batch.series
            advanced(series)
    return notes


def _parquet() -> Any:
    return require_extra("pyarrow.parquet", "parquet", message("partitions.purpose"))
