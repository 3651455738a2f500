"""``--script FILE``: the Python that reproduces a verb's result, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast.cli.options import FILE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SCRIPT", "Code", "constructor", "reading", "shown", "write_script", "written_call"]

SCRIPT = click.option("--script", type=FILE, help="File for the Python that reproduces the result.")


def written_call(function: str, *positional: Any, **named: Any) -> str:
    """Write a call; arguments that are None are left out.

    Parameters
    ----------
    function : str
        What is called.
    *positional, **named
        Arguments: paths and plain values; a :class:`Code` stays as it is.

    Returns
    -------
    str
        For example ``gc.load('air.gatecast')``.
    """
    arguments = [_value(value) for value in positional]
    arguments += [f"{name}={_value(value)}" for name, value in named.items() if value is not None]
    return f"{function}({', '.join(arguments)})"


class Code(str):
    """Python that is written as it is."""


def _value(value: Any) -> str:
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_value(one)}' for name, one in value.items())}}}"
    return repr(str(value)) if isinstance(value, Path) else repr(value)


def constructor(model: Any) -> Code:
    """Write what makes a model: its class, and the settings that are not the defaults.

    Parameters
    ----------
    model : forecaster
        Of gatecast.

    Returns
    -------
    Code
        For example ``gc.LSTMForecaster(12, level=[80])``.
    """
    kind, settings = type(model), dict(model.get_params())
    h, first = settings.pop("h"), []
    members = settings.pop("models", None)
    if members is not None:
        first = [Code(f"[{', '.join(constructor(member) for member in members)}]")]
    default = (kind(h) if members is None else kind(members, h)).get_params()
    kept = {name: value for name, value in settings.items() if value != default[name]}
    return Code(written_call(f"gc.{kind.__name__}", *first, h, **kept))


def reading(
    file: Path,
    settings: dict[str, Any],
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
) -> list[str]:
    """Write how a verb reads its series.

    Parameters
    ----------
    file : path
        Of the series.
    settings : dict
        Of the forecaster, which name further columns.
    id_col, time_col, target_col : str or None
        As given.

    Returns
    -------
    list of str
        Lines.
    """
    from gatecast.cli.settings import covariates

    columns = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
    more = {
        "freq": settings.get("freq"), "extra_cols": covariates(settings) or None,
        "aggregate": settings.get("aggregate"),
    }  # fmt: skip
    return [
        "from gatecast.data.reading import read_panel",
        "",
        f"panel = {written_call('read_panel', file, **columns, **more)}",
    ]


def shown(frame: pd.DataFrame, split: pd.DataFrame, schema: str) -> list[str]:
    """Write how a forecast is printed: several columns of names are parted, where there are any.

    Parameters
    ----------
    frame, split : DataFrame
        As the model gives it, and as it was printed.
    schema : str
        Where the script has the table's schema.

    Returns
    -------
    list of str
        Lines.
    """
    lines = ["print(forecast.to_csv(index=False), end='')"]
    if list(frame.columns) != list(split.columns):
        lines.insert(0, f"forecast = {schema}.split_ids(forecast)")
    return lines


def write_script(path: Path | None, verb: str, lines: Sequence[str]) -> None:
    """Write the script, if one was requested, and name it on stderr.

    Parameters
    ----------
    path : path or None
        The file.
    verb : str
        What it reproduces.
    lines : sequence of str
        What follows the import of gatecast, which is there where they use it.
    """
    if path is None:
        return
    from gatecast import __version__, storage

    title = f'"""Reproduce what ``gatecast {verb}`` gave (gatecast {__version__})."""'
    imports = ["import gatecast as gc"] if any("gc." in line for line in lines) else []
    storage.write_text(path, "\n".join([title, "", *imports, *lines, ""]))
    click.echo(f"Script: {path}", err=True)
