"""The page of the glass box: what the memory of a network did along one series."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatecast import __version__, storage
from gatecast.messages import Language, Message, sentence
from gatecast.report import glass
from gatecast.report.backtest import leaderboard_cells
from gatecast.report.chinese import in_chinese, parted
from gatecast.report.page import render

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
    title: str,
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
    title : str
        What was looked into.
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
    page = explain_html(inside, title=title, lang=lang, judged=judged, back=back)
    storage.write_text(path, page)


def explain_html(
    inside: Explanation,
    *,
    title: str,
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
    return render(
        "explain.html",
        data,
        scripts=SCRIPTS,
        styles=STYLES,
        lang=lang,
        title=title,
        back=back,
        series=inside.series if inside.id_col is not None else inside.target_col,
        cell=inside.cell,
        gates=packed["names"],
        forecast=_rows(forecast),
        levels=[band["level"] for band in forecast["bands"]],
        target=inside.target_col,
        verdict=_both((judged and judged.verdict) or [inside.training.verdict]),
        leaderboard=None if judged is None else leaderboard_cells(judged.leaderboard),
        judged=_questions(judged.answers) if judged else [],
        answers=_questions(inside.training.training),
        errors=_questions(inside.training.errors),
        findings=_both(inside.memory.sentences),
        notes=_both(inside.notes),
        decisions=_both(inside.decisions),
        skipped=packed["skipped"],
        kept=packed["steps"],
        coarse=packed["bits"] == 8,
        version=__version__,
    )


def _questions(answers: Mapping[Any, str]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Give questions and answers in English and in Chinese."""
    return list(zip(_both([*answers]), _both([*answers.values()]), strict=True))


def _both(sentences: Sequence[str]) -> list[tuple[str, str]]:
    """Give each sentence in English and in Chinese, as it stands on a page."""
    return [(_written(told, "en"), _written(told, "zh")) for told in sentences]


def _written(told: str, language: Language) -> str:
    if isinstance(told, Message):
        return sentence(told, language)
    name, rest = parted(told)
    if language == "zh":
        return f"{in_chinese(told).removesuffix('.')}。"
    english = f"{name}: {rest}" if name else rest[:1].upper() + rest[1:]
    return f"{english.removesuffix('.')}."


def _rows(forecast: dict[str, Any]) -> list[list[str]]:
    """Give the forecast's table: time, value, and the ends of each interval."""
    ends = [band[end] for band in forecast["bands"] for end in ("low", "high")]
    columns = [forecast["values"], *ends]
    return [
        [str(time), *(f"{column[i]:,.6g}" for column in columns)]
        for i, time in enumerate(forecast["times"])
    ]
