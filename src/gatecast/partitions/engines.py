"""Tables of Dask, Ray and Spark: what maps a function over whole series, and what brings rows here.

Each engine's own map over partitions is used, with its own scheduling, retries and shuffle; there
is none of ours. A function gets and gives pandas tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Protocol, TypeAlias

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
    def __init__(self, table: Any) -> None:
        self._table = table

    def map(self, function: Function, example: pd.DataFrame, by: Sequence[str] = ()) -> Any:  # noqa: ARG002
        if not by:
            return self._table.map_batches(function, batch_format="pandas", batch_size=None)
        blocks, resources = self._table.materialize(), import_module("ray").cluster_resources()
        # small tables are one block, and would keep one worker busy
        count = max(blocks.num_blocks(), _GROUPS_A_PROCESSOR * int(resources.get("CPU", 1)))

        def marked(rows: pd.DataFrame) -> pd.DataFrame:
            return rows.assign(**{_BUCKET: (series_hashes(rows, by) % count).astype("int64")})

        # a block after a shuffle may be part of a partition; a group is whole
        groups = blocks.map_batches(marked, batch_format="pandas").groupby(
            _BUCKET, num_partitions=count
        )
        return groups.map_groups(
            lambda rows: function(rows.drop(columns=_BUCKET)), batch_format="pandas"
        )

    def collect(self, table: Any) -> pd.DataFrame:
        return table.to_pandas()

    def empty(self) -> pd.DataFrame:
        return self._table.limit(1).to_pandas().iloc[:0]


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
