"""Read a table: which column is what, and what its cells mean."""

from gatecast.data.reading.following import (
    NewRows,
    assumed_schema,
    read_histories,
    read_new_rows,
    read_plan,
    refuse_other_value,
    split_rows,
)
from gatecast.data.reading.partitions import PartitionedTable, partition_files, sample_of
from gatecast.data.reading.read import read_panel

__all__ = [
    "NewRows", "PartitionedTable", "assumed_schema", "partition_files", "read_histories",
    "read_new_rows", "read_panel", "read_plan", "refuse_other_value", "sample_of", "split_rows",
]  # fmt: skip
