"""Forecast tables on their way out: to stdout, to a file, or into a JSON document."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast import storage
from gatecast.cli.outputs import emit
from gatecast.errors import MissingExtraError
from gatecast.messages import message

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIGITS", "plain", "records", "rounded", "write_forecast", "write_table"]

#: Digits of a forecast in CSV: more than any forecast deserves, fewer than a float has.
DIGITS = 6


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, all or nothing: Parquet if the name ends so, else CSV."""
    if path.suffix.lower() not in (".parquet", ".pq"):
        storage.write_text(path, _as_csv(frame))
        return
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False, engine="pyarrow")
    except ImportError as error:
        raise MissingExtraError(message("cli.no_pyarrow", path=str(path))) from error
    storage.write_bytes(path, buffer.getvalue())


def _as_csv(frame: pd.DataFrame) -> str:
    """Write CSV whose names no spreadsheet runs as formulas; numbers and times stay as they are."""
    from gatecast.data.cells import guard

    texts = {
        name: frame[name].map(lambda cell: guard(cell) if isinstance(cell, str) else cell)
        for name in frame.columns
        if frame[name].dtype.kind not in "iufbM"
    }
    return frame.assign(**texts).rename(columns=guard).to_csv(index=False)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows, each cell as :func:`plain` gives it."""
    return [
        {str(name): plain(cell) for name, cell in row.items()}
        for row in frame.to_dict(orient="records")
    ]


def plain(value: Any) -> Any:
    """Give a value as JSON can have it: times as ISO 8601 text, null for NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if hasattr(value, "isoformat") else value


def rounded(frame: pd.DataFrame, digits: int) -> pd.DataFrame:
    """Round the forecasts in a table; the whole part of a number keeps all its digits.

    Parameters
    ----------
    frame : DataFrame
        As a model's ``predict`` gives it: keys, times, then the columns of the model.
    digits : int
        Significant digits; more than 15 keep every bit.

    Returns
    -------
    DataFrame
        A copy.
    """
    import numpy as np

    frame = frame.copy()
    if digits > 15:  # a float has no more that are sure
        return frame
    model = re.sub(r"-((lo|hi)-[\d.]+|difference)$", "", str(frame.columns[-1]))
    for name in frame.columns:
        if name == model or re.fullmatch(
            rf"{re.escape(model)}-((lo|hi)-[\d.]+|difference)", str(name)
        ):
            values = frame[name].to_numpy(float)
            with np.errstate(divide="ignore"):
                whole = np.floor(np.log10(np.abs(values)))
            places = np.clip(np.nan_to_num(digits - 1 - whole, posinf=0, neginf=0), 0, 300)
            factors = 10.0 ** np.minimum(places, 22)  # powers that a float has exactly
            small = places > 22
            frame[name] = np.where(small, values, np.round(values * factors) / factors)
    return frame


def write_forecast(frame: pd.DataFrame, output: Path | None, digits: int = DIGITS) -> None:
    """Give the table to its file, which is then named on stderr, or to stdout.

    Parameters
    ----------
    frame : DataFrame
        As for :func:`rounded`.
    output : path or None
        CSV or Parquet, which keeps every bit.
    digits : int, default 6
        Of a forecast in CSV.
    """
    if output is None or output.suffix.lower() not in (".parquet", ".pq"):
        frame = rounded(frame, digits)
    if output is None:
        emit(_as_csv(frame))  # to be piped as it is
    else:
        write_table(frame, output)
        click.echo(f"Forecast: {output}", err=True)
