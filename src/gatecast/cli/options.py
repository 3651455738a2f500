"""Options that several verbs have, and what the text of one means where it is a list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.errors import UsageError
from gatecast.messages import message

__all__ = [
    "DIGITS", "GAP", "ID_COL", "JOBS", "JSON", "NO_REPORT", "N_WINDOWS", "REFIT", "RESUME",
    "STEP_SIZE", "TARGET_COL", "TIME_COL", "TIME_LIMIT", "WINDOW",
    "choice", "frequency", "levels", "names", "seasons",
]  # fmt: skip

ID_COL = Annotated[str | None, typer.Option(help="Column of series names.")]
TIME_COL = Annotated[str | None, typer.Option(help="Column of times.")]
TARGET_COL = Annotated[str | None, typer.Option(help="Column of values.")]
DIGITS = Annotated[
    int, typer.Option("--digits", min=1, max=17, help="Digits of a forecast in CSV; 17 for all.")
]
NO_REPORT = Annotated[bool, typer.Option("--no-report", help="Write no page.")]
JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

N_WINDOWS = Annotated[int | None, typer.Option(help="Cutoffs; up to 20 of few series, 3 of many.")]
STEP_SIZE = Annotated[
    int | None,
    typer.Option(help="Steps between cutoffs; a quarter of the horizon, or all of it."),
]
GAP = Annotated[int, typer.Option(help="Steps after a cutoff that are not scored.")]
WINDOW = Annotated[
    int | None, typer.Option(help="Last values known at a cutoff; all if not given.")
]
REFIT = Annotated[int, typer.Option(help="Fit at every so many cutoffs; 0 fits at the first only.")]
RESUME = Annotated[
    Path | None, typer.Option(help="Folder that keeps finished fits, to go on from.")
]
JOBS = Annotated[int, typer.Option(help="Fits at the same time.")]
TIME_LIMIT = Annotated[
    float, typer.Option(help="Seconds that a statistical model may take at a cutoff.")
]


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


def frequency(text: str) -> str | int:
    """Read a frequency; a number is one of steps."""
    return int(text) if text.isdigit() else text


def seasons(text: str) -> int | tuple[int, ...] | str:
    """Read the length of a season, or of several separated by commas, or "auto".

    Parameters
    ----------
    text : str
        For example "24,168".

    Returns
    -------
    int, tuple of int or "auto"
        As for ``season_length``.

    Raises
    ------
    UsageError
        If one is not a whole number.
    """
    if text == "auto":
        return text
    lengths = names(text)
    if not lengths or not all(length.isdigit() for length in lengths):
        raise UsageError(message("cli.bad_seasons", text=text))
    return int(text) if len(lengths) == 1 else tuple(map(int, lengths))


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
        shares = [float(share) for share in names(text)]
    except ValueError:
        raise UsageError(message("cli.bad_levels", text=text)) from None
    return [int(share) if share.is_integer() else share for share in shares]
