"""The command line: one verb a file; errors become one sentence and an exit code."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from gatecast import __version__
from gatecast.cli.interruption import EXIT_CODE, leave_at_once
from gatecast.cli.spelling import as_option
from gatecast.errors import GatecastError

#: The module in ``gatecast.cli`` of each verb, in the order of the help.
_VERBS = {
    "demo": "demo", "forecast": "forecast", "backtest": "backtest", "predict": "predict",
    "update": "predict", "tune": "tune", "explain": "explain", "doctor": "doctor", "mcp": "mcp",
    "serve": "serve",
}  # fmt: skip
_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}


class _Parsers(Mapping[str, Any]):
    """Give the parser of each verb; made when it is looked up, which takes longer than to read."""

    def __getitem__(self, verb: str) -> Any:
        return _parser(verb)

    def __iter__(self) -> Iterator[str]:
        return iter(_VERBS)

    def __len__(self) -> int:
        return len(_VERBS)


class _Verbs(TyperGroup):
    """Know all verbs by name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Parsers()  # pyright: ignore[reportAttributeAccessIssue]


@functools.cache
def _parser(verb: str) -> Any:
    """Make the parser of one verb."""
    one = typer.Typer(add_completion=False, **_PLAIN)
    module = importlib.import_module(f"gatecast.cli.{_VERBS[verb]}")
    one.command(verb)(_stoppable(getattr(module, verb)))
    return typer.main.get_command(one)


app = typer.Typer(
    cls=_Verbs,
    help="Forecast time series with LSTMs: honest scores, native speed, gates you can look at.",
    no_args_is_help=True,
    add_completion=True,  # --install-completion, --show-completion
    **_PLAIN,
)


def _stoppable(verb: Callable[..., None]) -> Callable[..., None]:
    """Let a verb end by Ctrl-C with our word and code, not with those of the parser."""

    @functools.wraps(verb)
    def run_verb(*arguments: Any, **options: Any) -> None:
        try:
            verb(*arguments, **options)
        except KeyboardInterrupt:
            _leave_stopped()

    return run_verb


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gatecast {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Say the version."
    ),
) -> None:
    """Take the options that stand before the verb."""


def _show_warning(message: Warning | str, *where: Any) -> None:
    """Say a warning of ours; how libraries warn their callers is nothing for our users."""
    category, file, *_ = where
    if category.__name__ == "SeriesLeftOutWarning":
        return  # every verb says it among its decisions
    if Path(str(file)).is_relative_to(Path(__file__).parents[1]):
        _warn_once(str(message))


@functools.cache
def _warn_once(text: str) -> None:
    """Say a warning, however many models, series and cutoffs it comes from."""
    from gatecast.cli.console import say

    say(text)


def run() -> None:
    """Run the command line and leave with its exit code.

    0 ok, 1 internal, 2 usage, 3 a missing extra, 4 not found, 5 bad data; 130 after Ctrl-C.
    """
    warnings.showwarning = _show_warning
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of other processes that help
    try:
        app()
    except GatecastError as error:
        _leave(error.text(spelling=as_option), error.exit_code)
    except KeyboardInterrupt:
        _leave_stopped()
    except Exception as error:
        if _came_of_ctrl_c(error):
            _leave_stopped()
        _leave(
            f"internal error: {type(error).__name__}: {error}; "
            "please report it, with the command and its data if you may share them",
            1,
        )


def _came_of_ctrl_c(error: BaseException | None) -> bool:
    """Say whether a library turned Ctrl-C into an error of its own, as databases do."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _leave_stopped() -> None:
    if sys.stderr is not sys.__stderr__:
        leave_at_once()  # Rich's: Ctrl-C came as bars began or ended, which are drawn still
    _leave("stopped", EXIT_CODE)


def _leave(message: str, code: int) -> None:
    from gatecast.cli.console import say

    say(f"gatecast: {message}")
    sys.exit(code)
