"""The glass box in a notebook: the same page, in a frame of its own; the charts as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from gatecast.report.explain import explain_html
from gatecast.report.figures import figures

if TYPE_CHECKING:
    from gatecast.explain import Explanation

__all__ = ["Frame", "figures", "show"]


class Frame:
    """Hold a page that a notebook shows.

    Parameters
    ----------
    page : str
        The HTML document.
    height : int
        Of the frame, in pixels.
    """

    def __init__(self, page: str, height: int) -> None:
        self.page, self.height = page, height

    def _repr_html_(self) -> str:
        # in a sandbox: the page's scripts see nothing of the notebook
        return (
            f'<iframe sandbox="allow-scripts" srcdoc="{escape(self.page)}" width="100%" '
            f'height="{self.height}" style="border: 0"></iframe>'
        )


def show(explained: Explanation, *, lang: str = "en", height: int = 900) -> Frame:
    """Show in a notebook what ``gatecast explain`` writes as a page.

    What :func:`gatecast.explain` returned shows itself so; here language and height are chosen.

    Parameters
    ----------
    explained : Explanation
        What :func:`gatecast.explain` returned.
    lang : {"en", "zh"}, default "en"
        Language that it opens in.
    height : int, default 900
        Of the frame, in pixels.

    Returns
    -------
    Frame
        Shown where it is the last value of a cell.
    """
    return Frame(explain_html(explained, lang=lang), height)
