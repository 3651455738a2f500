"""Read a table: which column is what, and what its cells mean."""

from gatecast.data.reading.read import read_future, read_panel

__all__ = ["read_future", "read_panel"]
