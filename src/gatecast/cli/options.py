"""Options that several verbs have, and what the text of one means where it is a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gatecast.errors import UsageError
from gatecast.messages import message

__all__ = [
    "COLUMNS", "FILE", "JSON", "LANG", "PAGE", "SAVE", "H",
    "choice", "frequency", "levels", "names", "page_options", "seasons", "several",
]  # fmt: skip

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


class _File(click.Path):
    """Read the name of a file, and refuse one that is empty or, of a page, ends otherwise."""

    def __init__(self, *endings: str) -> None:
        super().__init__(path_type=Path)
        self._endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        option = "" if param is None else param.human_readable_name
        if isinstance(param, click.Option):
            option = param.opts[0]
        if value == "":
            raise UsageError(message("cli.no_name", option=option))
        path: Any = super().convert(value, param, ctx)
        if self._endings and path.suffix.lower() not in ("", *self._endings):
            fields = {"option": option, "path": str(path), "ending": path.suffix}
            raise UsageError(message("cli.no_page", **fields))
        return path


#: The type of an argument or option that is a file or a folder.
FILE = _File()
#: The type of an option that is a page to write.
PAGE = _File(".html", ".htm")
H = click.option("--h", type=int, required=True, help="Steps to forecast.")
SAVE = click.option("--save", type=FILE, help="File to keep the fitted model in.")
LANG = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en",
    help="Language that the page opens in; a button on it changes it.",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def several(*options: Callable[[_Verb], _Verb]) -> Callable[[_Verb], _Verb]:
    """Make one decorator of several, in the order of the help."""

    def decorate(verb: _Verb) -> _Verb:
        for option in reversed(options):
            verb = option(verb)
        return verb

    return decorate


def page_options(default: str) -> Callable[[_Verb], _Verb]:
    """Give the options for the page that a verb writes beside its results."""
    return several(
        click.option("--report", type=PAGE, default=default, help="The page to write."),
        click.option("--no-report", is_flag=True, help="Write no page."),
        LANG,
    )


COLUMNS = several(
    click.option("--id-col", help="Column of series names."),
    click.option("--time-col", help="Column of times."),
    click.option("--target-col", help="Column of values."),
)


def names(text: str) -> list[str]:
    """Read names separated by commas.

    Parameters
    ----------
    text : str
        For example "price,weather".
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def choice(text: str) -> str | bool:
    """Read "yes" and "no" as what they mean; all else is checked as a setting."""
    words = {"yes": True, "true": True, "no": False, "false": False}
    return words.get(text.lower(), text)


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
