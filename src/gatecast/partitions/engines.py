"""Tables of Dask, Ray and Spark: what maps a function over whole series, and what brings rows here.

Each engine's own map over partitions is used, with its own scheduling, retries and shuffle; there
is none of ours. A function gets and gives pandas tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any, Protocol, TypeAlias

import numpy as np
import pandas as pd

from gatecast.data.reading.partitions import series_hashes
from gatecast.errors import UsageError
from gatecast.messages import message

__all__ = ["Engine", "Function", "engine_of"]

Function: TypeAlias = Callable[[pd.DataFrame], pd.DataFrame]


class Engine(Protocol):
    """What is needed of the table of an engine."""

    def map(self, function: Function, example: pd.DataFrame, by: Sequence[str] = ()) -> Any:
        """Map over partitions; with ``by``, the rows of a series are in one partition.

        Parameters
        ----------
        function : callable
            From the rows of a partition, of which there may be none.
        example : DataFrame
            Without rows: the columns that it gives.
        by : sequence of str
            Columns of ids.

        Returns
        -------
        object
            A table of the same engine, not computed yet where the engine is lazy.
        """
        ...

    def collect(self, table: Any) -> pd.DataFrame:
        """Bring the rows of a table here.

        Parameters
        ----------
        table : object
            What :meth:`map` gave.

        Returns
        -------
        DataFrame
            All rows.
        """
        ...

    def empty(self) -> pd.DataFrame:
        """Give the columns as pandas has them.

        Returns
        -------
        DataFrame
            Without rows.
        """
        ...


def engine_of(table: Any) -> Engine:
    """Say how to map over a table.

    Parameters
    ----------
    table : Dask DataFrame, Ray Dataset, Spark DataFrame or pandas DataFrame
        The last is one partition.

    Returns
    -------
    Engine
        Of the table.

    Raises
    ------
    UsageError
        If it is something else.
    """
    kinds = {"dask": _Dask, "ray": _Ray, "pyspark": _Spark, "pandas": _Pandas}
    home = type(table).__module__.partition(".")[0]
    if home not in kinds or not hasattr(table, "columns"):
        raise UsageError(message("partitions.engine", kind=type(table).__name__))
    return kinds[home](table)


class _Pandas:
    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    def map(self, function: Function, example: pd.DataFrame, by: Sequence[str] = ()) -> Any:  # noqa: ARG002
        return function(self._table)

    def collect(self, table: Any) -> pd.DataFrame:
        return table

    def empty(self) -> pd.DataFrame:
        return self._table.iloc[:0]


class _Dask:
    def __init__(self, table: Any) -> None:
        self._table = table

    def map(self, function: Function, example: pd.DataFrame, by: Sequence[str] = ()) -> Any:
        table = self._table.shuffle(on=list(by)) if by else self._table
        return table.map_partitions(function, meta=example)

    def collect(self, table: Any) -> pd.DataFrame:
        return table.compute()

    def empty(self) -> pd.DataFrame:
        return self._table.head(0)


#: Column that says which rows Ray brings together.
_BUCKET = "gatecast bucket"
_GROUPS_A_PROCESSOR = 4


class _Ray:
    """Map where rows lie, and move those of series that lie in several blocks: moving is slow.

    Blocks stay as they are once they are made. Partitions of Dask and Spark may be made anew, so
    which series lie in several of them is not known before.
    """

    def __init__(self, table: Any) -> None:
        self._table = table

    def map(self, function: Function, example: pd.DataFrame, by: Sequence[str] = ()) -> Any:  # noqa: ARG002
        if not by:
            return _map_blocks(self._table, function)
        blocks, resources = self._table.materialize(), import_module("ray").cluster_resources()
        least = _GROUPS_A_PROCESSOR * int(resources.get("CPU", 1))
        if blocks.num_blocks() < least:  # of one block, one worker would be busy
            blocks = blocks.repartition(least).materialize()
        count = blocks.num_blocks()
        lying = _map_blocks(
            blocks.select_columns(list(by)),
            lambda rows: pd.DataFrame({_BUCKET: np.unique(series_hashes(rows, by))}),
        )
        series, times = np.unique(lying.to_pandas()[_BUCKET].to_numpy(), return_counts=True)
        parted = series[times > 1]
        if 2 * len(parted) > len(series):
            return _map_groups(blocks, function, by, count)
        if not len(parted):
            return _map_blocks(blocks, function)

        def those(rows: pd.DataFrame, *, moved: bool) -> pd.DataFrame:
            return rows.iloc[np.flatnonzero(np.isin(series_hashes(rows, by), parted) == moved)]

        groups = -(-len(parted) * count // len(series))
        moved = _map_blocks(blocks, partial(those, moved=True))
        stayed = _map_blocks(blocks, lambda rows: function(those(rows, moved=False)))
        return stayed.union(_map_groups(moved, function, by, groups))

    def collect(self, table: Any) -> pd.DataFrame:
        return table.to_pandas()

    def empty(self) -> pd.DataFrame:
        return self._table.limit(1).to_pandas().iloc[:0]


def _map_blocks(table: Any, function: Function) -> Any:
    """Map over the blocks of a table of Ray, each as a whole."""
    return table.map_batches(function, batch_format="pandas", batch_size=None)


def _map_groups(table: Any, function: Function, by: Sequence[str], count: int) -> Any:
    """Bring rows of a table of Ray together in so many groups of whole series, and map over these.

    A block after a shuffle may be part of a partition; a group is whole.
    """

    def marked(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(**{_BUCKET: (series_hashes(rows, by) % count).astype("int64")})

    groups = _map_blocks(table, marked).groupby(_BUCKET, num_partitions=count)
    return groups.map_groups(
        lambda rows: function(rows.drop(columns=_BUCKET)), batch_format="pandas"
    )


class _Spark:
    def __init__(self, table: Any) -> None:
        self._table = table

    def map(self, function: Function, example: pd.DataFrame, by: Sequence[str] = ()) -> Any:
        table = self._table.repartition(*by) if by else self._table
        kinds = {field.name: field.dataType.simpleString() for field in table.schema.fields}
        times = [kind for kind in kinds.values() if kind.startswith(("timestamp", "date"))]
        types = {"f": "double", "i": "bigint", "u": "bigint", "M": (times or ["timestamp"])[0]}
        written = ", ".join(
            f"`{name}` {kinds.get(name) or types.get(example[name].dtype.kind, 'string')}"
            for name in example
        )

        def whole(batches: Any) -> Any:  # a partition comes in parts
            parts = list(batches)
            if parts:
                yield function(pd.concat(parts, ignore_index=True))

        return table.mapInPandas(whole, written)

    def collect(self, table: Any) -> pd.DataFrame:
        return table.toPandas()

    def empty(self) -> pd.DataFrame:
        return self._table.limit(1).toPandas().iloc[:0]
