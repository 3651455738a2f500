"""The guided page: what an LSTM's memory is, on the tutorial's own series."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast import storage
from gatecast.report import glass
from gatecast.report.explain import SCRIPTS, STYLES
from gatecast.report.page import render

if TYPE_CHECKING:
    from gatecast.tutorial.lessons import Lesson, Lessons

__all__ = ["learn_page"]


def learn_page(
    lessons: Lessons,
    path: str | os.PathLike[str],
    *,
    lang: str = "en",
    back: str | None = None,
) -> None:
    """Write the guided page.

    Parameters
    ----------
    lessons : Lessons
        What :func:`gatecast.tutorial.lessons.make_lessons` returned.
    path : str or path
        The HTML file.
    lang : {"en", "zh"}, default "en"
        Language that it opens in; a button on the page changes it.
    back : str, optional
        File name of a page in the same folder that leads here.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    named = ("untrained", "emptied", "pair", "trained")
    page = render(
        "learn.html",
        {"glass": {name: _packed(lessons, getattr(lessons, name)) for name in named}},
        scripts=SCRIPTS,
        styles=STYLES,
        lang=lang,
        lessons=lessons,
        back=back,
        forget=float(lessons.untrained.gates["forget"].mean()),
    )
    storage.write_text(path, page)


def _packed(lessons: Lessons, lesson: Lesson) -> dict[str, Any]:
    packed = glass.pack_gates(
        lesson.gates, lessons.history, lesson.units, time_col="ds", target_col="y"
    )
    return {
        **packed,
        "cell": "lstm",
        "window": None if lesson.carried else 1,
        "signal": np.asarray(lessons.signal),
        "prediction": lesson.prediction,
    }
