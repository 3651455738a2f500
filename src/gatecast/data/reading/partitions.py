"""A folder of Parquet files as one table that no memory must hold: each file has whole series.

The layout is simple: a series lies whole in one file. A file of more than a million rows is read in
parts, and the rows of a series must then follow each other. Both are checked while reading: a
series in two files, or one that comes again, is an error that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.util import hash_array

from gatecast.data.reading.columns import as_columns, choose_columns
from gatecast.data.reading.parquet import column_names, read_row_groups
from gatecast.data.reading.read import read_panel
from gatecast.data.reading.tables import open_table
from gatecast.errors import DataError, NotFoundError
from gatecast.messages import Message, message

__all__ = [
    "SAMPLE_SERIES", "PartitionedTable", "in_order", "partition_files", "sample_of",
    "series_hashes",
]  # fmt: skip

#: Series that one global model is fitted on; more of them do not make it better.
SAMPLE_SERIES = 5_000
#: Rows that are read at once.
ROWS_AT_ONCE = 2**20
_HEAD_ROWS = 50_000
_SUFFIXES = (".parquet", ".pq")
_NAMED = 5


def partition_files(source: Any) -> list[Path] | None:
    """List the Parquet files of a folder or of a pattern.

    Parameters
    ----------
    source : object
        What a user gives for a table: a folder with all below it, or a path with ``*``, ``?`` or
        ``[``. Names that begin with "_" or "." are passed over, as by Spark.

    Returns
    -------
    list of path or None
        Sorted by name; None where the source is something else.

    Raises
    ------
    NotFoundError
        If it has no such file.
    """
    if not isinstance(source, (str, PathLike)):
        return None
    text = str(source)
    if Path(text).is_dir():
        root = Path(text)
        below = [p for p in root.rglob("*") if p.suffix.lower() in _SUFFIXES]
        files = [p for p in below if not any(part[0] in "._" for part in p.relative_to(root).parts)]
    elif has_magic(text) and not Path(text).exists():
        matches = glob(text, recursive=True)  # noqa: PTH207 - the pattern may be absolute
        files = [p for p in map(Path, matches) if p.is_file() and p.name[0] not in "._"]
        for other in sorted(p for p in files if p.suffix.lower() not in _SUFFIXES):
            raise NotFoundError(message("partitions.not_parquet", path=str(other)))
    else:
        return None
    if not files:
        raise NotFoundError(message("partitions.none", path=text))
    return sorted(files)


@dataclass(frozen=True, eq=False)
class PartitionedTable:
    """Hold where the series of a folder of Parquet files are.

    Parameters
    ----------
    files : sequence of path
        In the order in which they are read.
    id_cols : tuple of str
        Columns that tell series apart.
    hashes : ndarray of shape [N], uint64
        Of the name of each series, file by file.
    counts : ndarray of shape [files], int64
        Series of each file.
    """

    files: Sequence[Path]
    id_cols: tuple[str, ...]
    hashes: np.ndarray
    counts: np.ndarray

    @classmethod
    def scan(
        cls,
        files: Sequence[Path],
        id_col: object = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> PartitionedTable:
        """Read the names of all series, and make sure that each lies in one file.

        Parameters
        ----------
        files : sequence of path
            Parquet files.
        id_col : str or sequence of str, optional
            Columns of ids; detected in the first file if not given.
        progress : callable, optional
            Told how many files of how many are read.

        Returns
        -------
        PartitionedTable
            Of 8 bytes a series.

        Raises
        ------
        NotFoundError, DataError
            If a file is damaged or lacks a column, or a series lies in two files.
        MissingExtraError
            Without pyarrow.
        """
        names = column_names(files[0])
        id_cols = as_columns(id_col, names, "id_col") or _find_ids(files)
        hashes, counts = [], []
        for i, file in enumerate(files):
            parts = [
                np.unique(series_hashes(part, id_cols))
                for part, _ in read_row_groups(file, id_cols, names_of=id_cols)
            ]
            hashes.append(np.unique(np.concatenate([np.zeros(0, np.uint64), *parts])))
            counts.append(len(hashes[-1]))
            if progress is not None:
                progress(i + 1, len(files))
        table = cls(files, id_cols, np.concatenate(hashes), np.array(counts))
        table._require_whole_series()
        return table

    def __len__(self) -> int:
        return len(self.hashes)

    def batches(self, file: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Read a file, some whole series at a time.

        Parameters
        ----------
        file : path
            One of the files.
        columns : sequence of str
            Which of its columns; those that it does not have are left out.

        Yields
        ------
        DataFrame
            At least a million rows, but for the last.

        Raises
        ------
        DataError
            If the file is damaged, or rows of a series that was given come again.
        """
        ready: list[pd.DataFrame] = []
        given = np.zeros(0, np.uint64)
        for part, is_last in read_row_groups(file, columns, names_of=self.id_cols):
            ready.append(part)
            if not is_last and sum(map(len, ready)) < ROWS_AT_ONCE:
                continue
            frame = pd.concat(ready, ignore_index=True) if len(ready) > 1 else part
            row_hashes = series_hashes(frame, self.id_cols)
            again = np.isin(row_hashes, given)
            if again.any():
                name = _name(frame, self.id_cols, int(np.argmax(again)))
                raise DataError(message("partitions.again", series=name, n=ROWS_AT_ONCE))
            end = len(frame)
            if not is_last:  # the last series may go on
                other = np.flatnonzero(row_hashes != row_hashes[-1])
                end = int(other[-1]) + 1 if len(other) else 0
            given = np.union1d(given, row_hashes[:end])
            ready = [frame.iloc[end:]] if end < len(frame) else []
            if end:
                yield frame.iloc[:end].reset_index(drop=True)

    def sample(self, columns: Sequence[str], count: int) -> pd.DataFrame:
        """Read the series with the smallest hashes: the same ones however they lie in files.

        Parameters
        ----------
        columns : sequence of str
            Which columns.
        count : int
            Series; all where there are fewer.

        Returns
        -------
        DataFrame
            Their rows.
        """
        last = np.sort(self.hashes)[min(count, len(self)) - 1]
        ends = np.cumsum(self.counts)
        parts = []
        for file, begin, end in zip(self.files, ends - self.counts, ends, strict=True):
            if (self.hashes[begin:end] <= last).any():
                for part, _ in read_row_groups(file, columns, names_of=self.id_cols):
                    parts.append(part[series_hashes(part, self.id_cols) <= last])
        return in_order(pd.concat(parts, ignore_index=True), self.id_cols)

    def _require_whole_series(self) -> None:
        order = np.argsort(self.hashes, kind="stable")
        doubled = order[1:][self.hashes[order][1:] == self.hashes[order][:-1]]
        if not len(doubled):
            return
        split = np.unique(self.hashes[doubled])
        wanted = split[:_NAMED]
        files_of: dict[str, list[str]] = {}
        owner = np.repeat(np.arange(len(self.files)), self.counts)
        for i in np.unique(owner[np.isin(self.hashes, wanted)]):
            for part, _ in read_row_groups(self.files[i], self.id_cols, names_of=self.id_cols):
                at = np.flatnonzero(np.isin(series_hashes(part, self.id_cols), wanted))
                for name in {_name(part, self.id_cols, int(row)) for row in at}:
                    files_of.setdefault(name, []).append(self.files[i].name)
        first = min(files_of)
        raise DataError(
            message(
                "partitions.split", n=len(split), names=sorted(files_of), first=first,
                files=list(dict.fromkeys(files_of[first])), columns=self.id_cols,
            )
        )  # fmt: skip


def sample_of(
    source: Any,
    id_col: object = None,
    time_col: object = None,
    target_col: str | None = None,
    extra_cols: Sequence[str] = (),
) -> tuple[Any, list[Message]]:
    """Take the series that a model is fitted on out of a folder of Parquet files.

    Parameters
    ----------
    source : object
        Whatever holds a table.
    id_col, time_col, target_col, extra_cols
        As for :func:`gatecast.data.reading.read_panel`.

    Returns
    -------
    source : DataFrame or object
        The rows of the sample; what was given, where it is no folder.
    notes : list of Message
        How large the sample is.

    Raises
    ------
    NotFoundError, DataError
        As :meth:`PartitionedTable.scan`.
    """
    files = partition_files(source)
    if files is None:
        return source, []
    table = PartitionedTable.scan(files, id_col)
    columns, _ = choose_columns(
        open_table(_head(files)), table.id_cols, time_col, target_col, tuple(extra_cols)
    )
    frame = table.sample(columns.in_file(), SAMPLE_SERIES)
    fields = {"all": len(table), "files": len(files)}
    if len(table) <= SAMPLE_SERIES:
        return frame, [message("partitions.all", **fields)]
    return frame, [message("partitions.sample", n=SAMPLE_SERIES, **fields)]


def series_hashes(frame: pd.DataFrame, id_cols: Sequence[str]) -> np.ndarray:
    """Hash the name of each row's series, whatever type it is kept in.

    Parameters
    ----------
    frame : DataFrame
        With the columns of ids.
    id_cols : sequence of str
        Which those are.

    Returns
    -------
    ndarray of shape [rows], uint64
        The same for the same name, on every machine.
    """
    whole = np.zeros(len(frame), np.uint64)
    for column in id_cols:
        codes, names = pd.factorize(frame[column], use_na_sentinel=False)
        texts = np.array([str(name) for name in names], object)
        hashed: Any = hash_array(texts, categorize=False)  # pyright: ignore[reportCallIssue, reportArgumentType]
        whole = whole * np.uint64(1_000_003) + hashed[codes]
    return whole


def in_order(frame: pd.DataFrame, id_cols: Sequence[str]) -> pd.DataFrame:
    """Sort rows by the names of their series, so that a fit does not depend on how they came.

    Parameters
    ----------
    frame : DataFrame
        Rows of whole series.
    id_cols : sequence of str
        Columns of ids.

    Returns
    -------
    DataFrame
        Rows of a series stay in their order.
    """
    texts = pd.DataFrame({name: frame[name].astype(object).map(str) for name in id_cols})
    order = texts.sort_values(list(id_cols), kind="stable").index
    frame = frame.loc[order].reset_index(drop=True)
    named = [name for name in id_cols if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype({name: frame[name].cat.categories.dtype for name in named})


def _name(frame: pd.DataFrame, id_cols: Sequence[str], row: int) -> str:
    return ",".join(str(frame[column].iloc[row]) for column in id_cols)


def _head(files: Sequence[Path]) -> pd.DataFrame:
    """Give the first rows of all columns."""
    head = pd.DataFrame()
    for file in files:
        for head, _ in read_row_groups(file, None):
            if len(head):
                return head.head(_HEAD_ROWS)
    raise DataError(message("table.no_rows", source=files[0].name, names=list(head.columns)))


def _find_ids(files: Sequence[Path]) -> tuple[str, ...]:
    """Find the columns that tell series apart from the first rows."""
    head = _head(files)
    columns, _ = choose_columns(open_table(head), None, None, None)
    ids = columns.ids
    if not ids and not columns.wide:
        schema = read_panel(head).schema
        ids = () if schema is None else schema.id_cols
    if not ids:
        raise DataError(message("partitions.no_ids", path=str(files[0]), names=list(head.columns)))
    return ids
