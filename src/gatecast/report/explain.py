"""The page of the glass box: what the memory of a network did along one series."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast import storage
from gatecast.report import glass
from gatecast.report.backtest import leaderboard_cells
from gatecast.report.page import render
from gatecast.report.sentences import question_pairs, sentence_pairs
from gatecast.report.tables import decimals

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.explain import Explanation

__all__ = ["SCRIPTS", "STYLES", "BacktestSummary", "explain_html", "explain_page"]

SCRIPTS = ("words.js", "clock.js", "draw.js", "cell.js", "glass.js", "start.js")
STYLES = ("page.css", "glass.css")


@dataclass(frozen=True, eq=False)
class BacktestSummary:
    """Hold what a backtest of the model said.

    Parameters
    ----------
    verdict : sequence of str
        Its sentences; none where the model stood alone.
    leaderboard : DataFrame
        As :class:`gatecast.evaluation.backtest.Backtest` gives it.
    answers : mapping of str to str
        Questions about the model's errors, and answers.
    about_owa : str, optional
        What the OWA of the leaderboard is relative to.
    """

    verdict: Sequence[str]
    leaderboard: pd.DataFrame
    answers: Mapping[Any, str]
    about_owa: str | None = None


def explain_page(
    explained: Explanation,
    path: str | os.PathLike[str],
    *,
    subject: str | None = None,
    lang: str = "en",
    backtest: BacktestSummary | None = None,
    back: str | None = None,
) -> None:
    """Write the page of the glass box.

    Parameters
    ----------
    explained : Explanation
        What :func:`gatecast.explain.explain` returned.
    path : str or path
        The HTML file.
    subject : str, optional
        What is explained, for the headline; the name of the series if not given.
    lang : {"en", "zh"}, default "en"
        Language that it opens in; a button on the page changes it.
    backtest : BacktestSummary, optional
        What a backtest said; its verdict then stands first.
    back : str, optional
        File name of a page in the same folder that leads here.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    page = explain_html(explained, subject=subject, lang=lang, backtest=backtest, back=back)
    storage.write_text(path, page)


def explain_html(
    explained: Explanation,
    *,
    subject: str | None = None,
    lang: str = "en",
    backtest: BacktestSummary | None = None,
    back: str | None = None,
) -> str:
    """Make the page of the glass box, as text; see :func:`explain_page`.

    Parameters
    ----------
    explained, subject, lang, backtest, back
        As for :func:`explain_page`.

    Returns
    -------
    str
        HTML.
    """
    packed = glass.pack_gates(
        explained.gates,
        explained.history,
        explained.memory.units,
        time_col=explained.time_col,
        target_col=explained.target_col,
    )
    forecast = glass.pack_forecast(
        explained.forecast, explained.history, id_col=explained.id_col, time_col=explained.time_col
    )
    data: dict[str, Any] = {
        "glass": {
            "main": {
                **packed,
                "cell": explained.cell,
                "window": explained.look_back,
                "forecast": forecast,
                "prediction": explained.training.fitted[packed["skipped"] :],
            }
        },
        "losses": explained.training.losses,
        "attribution": glass.pack_attribution(explained.attribution),
    }
    name = explained.series if explained.id_col is not None else explained.target_col
    return render(
        "explain.html",
        data,
        scripts=SCRIPTS,
        styles=STYLES,
        lang=lang,
        subject=str(name) if subject is None else subject,
        back=back,
        series=name,
        cell=explained.cell,
        gates=packed["names"],
        forecast=_rows(forecast),
        levels=[band["level"] for band in forecast["bands"]],
        target=explained.target_col,
        trained=bool(explained.training.losses),
        verdict=sentence_pairs((backtest and backtest.verdict) or [explained.training.verdict]),
        leaderboard=None if backtest is None else leaderboard_cells(backtest.leaderboard),
        about_owa=sentence_pairs(filter(None, [backtest and backtest.about_owa])),
        judged=question_pairs(backtest.answers) if backtest else [],
        answers=question_pairs(explained.training.training),
        errors=question_pairs(explained.training.errors),
        findings=sentence_pairs(explained.memory.sentences),
        notes=sentence_pairs(explained.notes),
        decisions=sentence_pairs(explained.decisions),
        skipped=packed["skipped"],
        kept=packed["steps"],
        coarse=packed["bits"] == 8,
    )


def _rows(forecast: dict[str, Any]) -> list[list[str]]:
    """Give the forecast's table: time, value, and the two ends of each interval in one cell."""
    bands = [(band["low"], band["high"]) for band in forecast["bands"]]
    places = decimals(
        np.concatenate([forecast["values"], *(end for band in bands for end in band)])
    )
    return [
        [
            str(time),
            f"{forecast['values'][i]:,.{places}f}",
            *(f"{low[i]:,.{places}f} – {high[i]:,.{places}f}" for low, high in bands),
        ]
        for i, time in enumerate(forecast["times"])
    ]
