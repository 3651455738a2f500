"""Options that several verbs have, and what the text of one means where it is a list."""

from __future__ import annotations

from typing import Annotated

import typer

from gatecast.errors import UsageError

__all__ = [
    "FREQ", "HIST_EXOG", "ID_COL", "JSON", "NO_REPORT", "SEASON_LENGTH", "STAT_EXOG",
    "TARGET_COL", "TIME_COL", "choice", "levels", "names",
]  # fmt: skip

ID_COL = Annotated[str | None, typer.Option(help="Column of series names.")]
TIME_COL = Annotated[str | None, typer.Option(help="Column of times.")]
TARGET_COL = Annotated[str | None, typer.Option(help="Column of values.")]
FREQ = Annotated[str | None, typer.Option(help="Frequency, for example D, MS or h.")]
SEASON_LENGTH = Annotated[int | None, typer.Option(help="Steps in a season; 1 for none.")]
HIST_EXOG = Annotated[
    str, typer.Option(help="Columns known up to the present, for example price,weather.")
]
STAT_EXOG = Annotated[str, typer.Option(help="Columns that do not change in a series.")]
NO_REPORT = Annotated[bool, typer.Option("--no-report", help="Write no page.")]
JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def names(text: str) -> list[str]:
    """Read names separated by commas.

    Parameters
    ----------
    text : str
        For example "price,weather".
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def choice(text: str) -> str | bool:
    """Read "yes" and "no" as what they mean; all else is checked where it is used."""
    return {"yes": True, "no": False}.get(text, text)


def levels(text: str) -> list[float]:
    """Read per cents separated by commas.

    Parameters
    ----------
    text : str
        For example "80,95".

    Raises
    ------
    UsageError
        If one is not a number.
    """
    try:
        found = [float(share) for share in names(text)]
    except ValueError:
        raise UsageError(
            f"--level {text} was asked for; give per cents with commas between, as in 80,95"
        ) from None
    return [int(share) if share.is_integer() else share for share in found]
