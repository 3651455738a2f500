"""The page of the glass box: what the memory of a network did along one series."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatecast import storage
from gatecast.report import glass
from gatecast.report.backtest import leaderboard_cells
from gatecast.report.page import render
from gatecast.report.sentences import question_pairs, sentence_pairs

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.explain import Explanation

__all__ = ["SCRIPTS", "STYLES", "Judged", "explain_html", "explain_page"]

SCRIPTS = ("words.js", "draw.js", "cell.js", "glass.js", "start.js")
STYLES = ("page.css", "glass.css")


@dataclass(frozen=True, eq=False)
class Judged:
    """Hold what a backtest of the model said.

    Parameters
    ----------
    verdict : sequence of str
        Its sentences; none where the model stood alone.
    leaderboard : DataFrame
        As :class:`gatecast.evaluation.backtest.Backtest` gives it.
    answers : mapping of str to str
        Questions about the model's errors, and answers.
    """

    verdict: Sequence[str]
    leaderboard: pd.DataFrame
    answers: Mapping[Any, str]


def explain_page(
    inside: Explanation,
    path: str | os.PathLike[str],
    *,
    subject: str | None = None,
    lang: str = "en",
    judged: Judged | None = None,
    back: str | None = None,
) -> None:
    """Write the page of the glass box.

    Parameters
    ----------
    inside : Explanation
        What :func:`gatecast.explain.explain` returned.
    path : str or path
        The HTML file.
    subject : str, optional
        What is explained, for the headline; the name of the series if not given.
    lang : {"en", "zh"}, default "en"
        Language that it opens in; a button on the page changes it.
    judged : Judged, optional
        What a backtest said; its verdict then stands first.
    back : str, optional
        File name of a page in the same folder that leads here.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    page = explain_html(inside, subject=subject, lang=lang, judged=judged, back=back)
    storage.write_text(path, page)


def explain_html(
    inside: Explanation,
    *,
    subject: str | None = None,
    lang: str = "en",
    judged: Judged | None = None,
    back: str | None = None,
) -> str:
    """Make the page of the glass box, as text; see :func:`explain_page`."""
    packed = glass.pack_gates(
        inside.gates,
        inside.history,
        inside.memory.units,
        time_col=inside.time_col,
        target_col=inside.target_col,
    )
    forecast = glass.pack_forecast(
        inside.forecast, inside.history, id_col=inside.id_col, time_col=inside.time_col
    )
    data: dict[str, Any] = {
        "glass": {
            "main": {
                **packed,
                "cell": inside.cell,
                "window": inside.look_back,
                "forecast": forecast,
                "prediction": inside.training.fitted[packed["skipped"] :],
            }
        },
        "losses": inside.training.losses,
        "attribution": glass.pack_attribution(inside.attribution),
    }
    name = inside.series if inside.id_col is not None else inside.target_col
    return render(
        "explain.html",
        data,
        scripts=SCRIPTS,
        styles=STYLES,
        lang=lang,
        subject=str(name) if subject is None else subject,
        back=back,
        series=name,
        cell=inside.cell,
        gates=packed["names"],
        forecast=_rows(forecast),
        levels=[band["level"] for band in forecast["bands"]],
        target=inside.target_col,
        verdict=sentence_pairs((judged and judged.verdict) or [inside.training.verdict]),
        leaderboard=None if judged is None else leaderboard_cells(judged.leaderboard),
        judged=question_pairs(judged.answers) if judged else [],
        answers=question_pairs(inside.training.training),
        errors=question_pairs(inside.training.errors),
        findings=sentence_pairs(inside.memory.sentences),
        notes=sentence_pairs(inside.notes),
        decisions=sentence_pairs(inside.decisions),
        skipped=packed["skipped"],
        kept=packed["steps"],
        coarse=packed["bits"] == 8,
    )


def _rows(forecast: dict[str, Any]) -> list[list[str]]:
    """Give the forecast's table: time, value, and the ends of each interval."""
    ends = [band[end] for band in forecast["bands"] for end in ("low", "high")]
    columns = [forecast["values"], *ends]
    return [
        [str(time), *(f"{column[i]:,.6g}" for column in columns)]
        for i, time in enumerate(forecast["times"])
    ]
