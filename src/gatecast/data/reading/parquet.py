"""Read Parquet files, as far as they agree with what they say of themselves.

Checksums of pages are verified where a file has some; most writers leave them out. What then cannot
be right is refused: another number of rows or of missing cells than the file names, and cells
outside of the smallest and largest one that it names for their column. Damage that all of this
leaves possible cannot be told from data.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from gatecast.data.reading.source import Source
from gatecast.errors import DataError, GatecastError, MissingExtraError
from gatecast.messages import message

__all__ = ["column_names", "read_parquet", "read_row_groups"]

_ORDERED = ("INT32", "INT64", "FLOAT", "DOUBLE")


def read_parquet(file: Source) -> pd.DataFrame:
    """Read a Parquet file.

    Parameters
    ----------
    file : Source
        Its bytes and name.

    Returns
    -------
    DataFrame
        All columns.

    Raises
    ------
    MissingExtraError
        Without pyarrow.
    DataError
        If it is damaged.
    """
    parquet = _pyarrow(file.name)
    with _damage_named(file.name):
        opened = parquet.ParquetFile(io.BytesIO(file.data), page_checksum_verification=True)
        table = opened.read()
        _require_agreement(opened.metadata, table, file.name)
        return table.to_pandas()


def column_names(path: Path) -> list[str]:
    """Name the columns of a Parquet file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    list of str
        In their order.

    Raises
    ------
    MissingExtraError
        Without pyarrow.
    DataError
        If it is damaged.
    """
    parquet = _pyarrow(path.name)
    with _damage_named(path.name):
        return list(parquet.read_schema(path).names)


def read_row_groups(
    path: Path, columns: Sequence[str] | None, names_of: Sequence[str] = ()
) -> Iterator[tuple[pd.DataFrame, bool]]:
    """Read a Parquet file that may be larger than the memory, a row group at a time.

    Parameters
    ----------
    path : path
        The file.
    columns : sequence of str or None
        Which of its columns; all if None.
    names_of : sequence of str
        Columns of names that repeat, kept as categories.

    Yields
    ------
    frame : DataFrame
        The rows of a group.
    is_last : bool
        Whether none follows.

    Raises
    ------
    MissingExtraError
        Without pyarrow.
    DataError
        If it is damaged, or lacks a column.
    """
    parquet = _pyarrow(path.name)
    with _damage_named(path.name):
        options = {"page_checksum_verification": True, "read_dictionary": list(names_of)}
        with parquet.ParquetFile(path, **options) as opened:
            there, count = opened.schema_arrow.names, opened.metadata.num_row_groups
            for name in columns or ():
                if name not in there:
                    raise DataError(
                        message("partitions.no_column", path=str(path), column=name, names=there)
                    )
            for i in range(count):
                table = opened.read_row_group(i, None if columns is None else list(columns))
                _require_group(opened.metadata, i, table, path.name)
                # an index without a name counts rows
                unnamed = [name for name in table.column_names if name.startswith("__index_level_")]
                frame = table.drop_columns(unnamed).to_pandas(ignore_metadata=True)
                yield frame, i == count - 1


def _pyarrow(source: str) -> ModuleType:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(message("table.no_pyarrow", source=source)) from error
    return parquet


@contextmanager
def _damage_named(source: str) -> Iterator[None]:
    """Name the file that pyarrow cannot read."""
    try:
        yield
    except (GatecastError, GeneratorExit):
        raise
    except Exception as error:  # of its many kinds, pyarrow raises some that only it knows
        reason = str(error)
        raise DataError(message("table.bad_parquet", source=source, reason=reason)) from error


def _require_agreement(metadata: Any, table: Any, source: str) -> None:
    """Refuse a table that is not what the file says of its rows and columns."""
    if table.num_rows != metadata.num_rows:
        fields = {"named": metadata.num_rows, "rows": table.num_rows}
        raise DataError(message("table.parquet_rows", source=source, **fields))
    begin = 0
    for i in range(metadata.num_row_groups):
        rows = metadata.row_group(i).num_rows
        _require_group(metadata, i, table.slice(begin, rows), source)
        begin += rows


def _require_group(metadata: Any, i: int, part: Any, source: str) -> None:
    """Refuse a row group that is not what the file says of it."""
    group = metadata.row_group(i)
    if part.num_rows != group.num_rows:
        fields = {"named": group.num_rows, "rows": part.num_rows}
        raise DataError(message("table.parquet_rows", source=source, **fields))
    for j in range(group.num_columns):
        chunk, declared = group.column(j), metadata.schema.column(j).physical_type
        if chunk.physical_type != declared:  # of such statistics pyarrow does not survive
            fields = {"declared": declared, "column": chunk.path_in_schema}
            raise DataError(
                message("table.parquet_type", source=source, type=chunk.physical_type, **fields)
            )
        if chunk.is_stats_set and chunk.path_in_schema in part.column_names:
            _require_column(chunk, part[chunk.path_in_schema], source)


def _require_column(chunk: Any, cells: Any, source: str) -> None:
    from pyarrow import compute

    named, column = chunk.statistics, chunk.path_in_schema
    if named.has_null_count and named.null_count != cells.null_count:
        fields = {"named": named.null_count, "n": cells.null_count, "column": column}
        raise DataError(message("table.parquet_blanks", source=source, **fields))
    if not named.has_min_max or chunk.physical_type not in _ORDERED or not cells.type.bit_width:
        return
    ends = compute.min_max(cells)  # pyright: ignore[reportAttributeAccessIssue]
    least, most = (_plain(end.as_py()) for end in ends.values())
    low, high = _plain(named.min), _plain(named.max)
    if least is not None and (least < low or most > high):
        shown = {"cell": least if least < low else most, "low": low, "high": high}
        texts = {name: str(value) for name, value in shown.items()}
        raise DataError(message("table.parquet_range", source=source, column=column, **texts))


def _plain(value: Any) -> Any:
    """Give a time without its zone, so that those of UTC compare with any."""
    if not hasattr(value, "hour") or not hasattr(value, "year"):
        return value
    time = pd.Timestamp(value)
    return time if time.tz is None else time.tz_convert("UTC").tz_localize(None)
