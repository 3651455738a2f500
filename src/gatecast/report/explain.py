"""The page of the glass box: what the memory of a network did along one series."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gatecast import __version__, storage
from gatecast.report import glass
from gatecast.report.chinese import in_chinese, parted
from gatecast.report.page import render

if TYPE_CHECKING:
    from gatecast.explain import Inside

__all__ = ["SCRIPTS", "STYLES", "explain_html", "explain_page"]

SCRIPTS = ("words.js", "draw.js", "cell.js", "glass.js", "start.js")
STYLES = ("page.css", "glass.css")


def explain_page(
    inside: Inside, path: str | os.PathLike[str], *, title: str, lang: str = "en"
) -> None:
    """Write the page of the glass box.

    Parameters
    ----------
    inside : Inside
        What :func:`gatecast.explain.look_inside` returned.
    path : str or path
        The HTML file.
    title : str
        What was looked into.
    lang : {"en", "zh"}, default "en"
        Language that it opens in; a button on the page changes it.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    storage.write_text(path, explain_html(inside, title=title, lang=lang))


def explain_html(inside: Inside, *, title: str, lang: str = "en") -> str:
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
        "glass": {"main": {**packed, "cell": inside.cell, "forecast": forecast}},
        "attribution": glass.pack_attribution(inside.attribution),
    }
    return render(
        "explain.html",
        data,
        scripts=SCRIPTS,
        styles=STYLES,
        lang=lang,
        title=title,
        series=inside.series if inside.id_col is not None else inside.target_col,
        cell=inside.cell,
        gates=packed["names"],
        forecast=_rows(forecast),
        levels=[band["level"] for band in forecast["bands"]],
        target=inside.target_col,
        findings=_both(inside.memory.sentences),
        notes=_both(inside.notes),
        decisions=_both(inside.decisions),
        skipped=packed["skipped"],
        kept=packed["steps"],
        coarse=packed["bits"] == 8,
        version=__version__,
    )


def _both(sentences: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give each sentence in English and in Chinese, as it stands on a page."""
    told = []
    for sentence in sentences:
        name, rest = parted(sentence)
        english = f"{name}: {rest}" if name else rest[:1].upper() + rest[1:]
        told.append((f"{english}.", f"{in_chinese(sentence)}。"))
    return told


def _rows(forecast: dict[str, Any]) -> list[list[str]]:
    """Give the forecast's table: time, value, and the ends of each interval."""
    ends = [band[end] for band in forecast["bands"] for end in ("low", "high")]
    columns = [forecast["values"], *ends]
    return [
        [str(time), *(f"{column[i]:,.6g}" for column in columns)]
        for i, time in enumerate(forecast["times"])
    ]
