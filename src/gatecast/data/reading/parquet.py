"""Read Parquet files, as far as they agree with what they say of themselves.

Checksums of pages are verified where a file has some; most writers leave them out. What then cannot
be right is refused: another number of rows or of missing cells than the file names, and cells
outside of the smallest and largest one that it names for their column. Damage that all of this
leaves possible cannot be told from data.
"""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from gatecast.data.reading.source import Source
from gatecast.errors import DataError, GatecastError, MissingExtraError
from gatecast.messages import message

__all__ = ["read_parquet"]

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
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(message("table.no_pyarrow", source=file.name)) from error
    try:
        opened = parquet.ParquetFile(io.BytesIO(file.data), page_checksum_verification=True)
        table = opened.read()
        _require_agreement(opened.metadata, table, file.name)
        return table.to_pandas()
    except GatecastError:
        raise
    except Exception as error:  # of its many kinds, pyarrow raises some that only it knows
        reason = str(error)
        raise DataError(message("table.bad_parquet", source=file.name, reason=reason)) from error


def _require_agreement(metadata: Any, table: Any, source: str) -> None:
    """Refuse a table that is not what the file says of its rows and columns."""
    if table.num_rows != metadata.num_rows:
        fields = {"named": metadata.num_rows, "rows": table.num_rows}
        raise DataError(message("table.parquet_rows", source=source, **fields))
    begin = 0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        part = table.slice(begin, group.num_rows)
        begin += group.num_rows
        for j in range(group.num_columns):
            chunk, declared = group.column(j), metadata.schema.column(j).physical_type
            if chunk.physical_type != declared:  # of such statistics pyarrow does not survive
                fields = {"declared": declared, "column": chunk.path_in_schema}
                raise DataError(
                    message("table.parquet_type", source=source, type=chunk.physical_type, **fields)
                )
            if chunk.is_stats_set and chunk.path_in_schema in table.column_names:
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
