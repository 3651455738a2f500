"""The glass box beside another verb's page, which leads to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatecast.forecaster import LSTMForecaster
    from gatecast.pretrained.forecaster import PretrainedLSTM
    from gatecast.report.explain import BacktestSummary

__all__ = ["beside", "write_glass"]

#: A longer series is explained only where that is requested.
_MOST_VALUES = 20_000


def beside(page: Path) -> Path:
    """Name the glass box that belongs to a page."""
    return page.with_name(f"{page.stem}-glass.html")


def write_glass(
    model: LSTMForecaster | PretrainedLSTM,
    page: Path,
    *,
    name: str,
    lang: str,
    futr_file: Path | None = None,
    backtest: BacktestSummary | None = None,
) -> Path | None:
    """Write the glass box of a fitted model's first series beside a page.

    Parameters
    ----------
    model : LSTMForecaster or PretrainedLSTM
        Just fitted, so that it holds its data.
    page : path
        The page that will lead to it.
    name : str
        What is explained, for people.
    lang : {"en", "zh"}
        Language that the box opens in.
    futr_file : path, optional
        As for ``model.predict``.
    backtest : BacktestSummary, optional
        What a backtest said.

    Returns
    -------
    path or None
        The glass box; None where there is none, and stderr says why.
    """
    from gatecast.cli.console import say, working
    from gatecast.errors import GatecastError
    from gatecast.explain.explanation import explain
    from gatecast.messages import message
    from gatecast.report.explain import explain_page

    first = int(model.panel_.lengths[0]) if model.panel_ is not None else 0
    if first > _MOST_VALUES:
        say(message("cli.long_glass", n=first))
        return None
    try:
        with working("explaining the forecast"):
            explained = explain(model, futr_df=futr_file)
    except GatecastError as error:
        say(message("cli.no_glass", reason=error.message))
        return None
    path = beside(page)
    title = name if explained.id_col is None else f"{name}, {explained.series}"
    explain_page(explained, path, subject=title, lang=lang, backtest=backtest, back=page.name)
    return path
