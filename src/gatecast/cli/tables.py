"""Forecast tables on their way out: to stdout, to a file, or into a JSON document."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gatecast import storage
from gatecast.cli.outputs import emit
from gatecast.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["records", "write_forecast", "write_table"]


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, all or nothing: Parquet if the name ends so, else CSV."""
    if path.suffix.lower() not in (".parquet", ".pq"):
        storage.write_text(path, _as_csv(frame))
        return
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False, engine="pyarrow")
    except ImportError as error:
        raise MissingExtraError(
            f'"{path}" is to be a Parquet file, which needs pyarrow: pip install pyarrow'
        ) from error
    storage.write_bytes(path, buffer.getvalue())


def _as_csv(frame: pd.DataFrame) -> str:
    """Write CSV whose names no spreadsheet runs as formulas; numbers and times stay as they are."""
    from gatecast.data.reading.cells import guard

    texts = {
        name: frame[name].map(lambda cell: guard(cell) if isinstance(cell, str) else cell)
        for name in frame.columns
        if frame[name].dtype.kind not in "iufbM"
    }
    return frame.assign(**texts).rename(columns=guard).to_csv(index=False)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows, times as ISO 8601 text."""
    return [
        {
            str(name): cell.isoformat() if hasattr(cell, "isoformat") else cell
            for name, cell in row.items()
        }
        for row in frame.to_dict(orient="records")
    ]


def write_forecast(frame: pd.DataFrame, output: Path | None) -> None:
    """Give the table to its file, which is then named on stderr, or to stdout."""
    if output is None:
        emit(_as_csv(frame))  # to be piped as it is
    else:
        write_table(frame, output)
        typer.echo(f"Forecast: {output}", err=True)
