"""The glass box beside another verb's page, which leads to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatecast.forecaster import LSTMForecaster
    from gatecast.report.explain import Judged

__all__ = ["beside", "write_glass"]

#: A longer series is looked into only where that is asked for.
_MOST_VALUES = 20_000


def beside(page: Path) -> Path:
    """Name the glass box that belongs to a page."""
    return page.with_name(f"{page.stem}-glass.html")


def write_glass(
    model: LSTMForecaster,
    page: Path,
    *,
    name: str,
    futr_file: Path | None = None,
    judged: Judged | None = None,
) -> Path | None:
    """Write the glass box of a fitted model's first series beside a page.

    Parameters
    ----------
    model : LSTMForecaster
        Just fitted, so that it holds its data.
    page : path
        The page that will lead to it.
    name : str
        What was looked into, for people.
    futr_file : path, optional
        As for ``model.predict``.
    judged : Judged, optional
        What a backtest said.

    Returns
    -------
    path or None
        The glass box; None where there is none, and stderr says why.
    """
    from gatecast.cli.console import say, working
    from gatecast.cli.spelling import spelt
    from gatecast.errors import GatecastError
    from gatecast.explain.explanation import explain
    from gatecast.report.explain import explain_page

    first = int(model.ends_.lengths[0])
    if first > _MOST_VALUES:
        say(
            f"no glass box: {first:,} values are many for a page beside another; gatecast explain "
            "writes one of the last of them from a model kept with --save"
        )
        return None
    try:
        with working("looking inside the network"):
            inside = explain(model, futr_df=futr_file)
    except GatecastError as error:
        say(f"no glass box: {spelt(error)}")
        return None
    path = beside(page)
    title = name if inside.id_col is None else f"{name}, {inside.series}"
    explain_page(inside, path, subject=title, judged=judged, back=page.name)
    return path
