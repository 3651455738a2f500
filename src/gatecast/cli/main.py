"""The command line: one verb a file; errors become one sentence and an exit code."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, NoReturn

import click

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


class _Verbs(click.Group):
    """Know all verbs by name; the module of one is read when it is looked up, which takes long."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_VERBS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        return getattr(importlib.import_module(f"gatecast.cli.{_VERBS[cmd_name]}"), cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; Ctrl-C ends it with our word and code, not with those of the parser."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _leave_stopped()


#: What click has of the verbs: their names, which it suggests for a misspelt one.
_NAMES = dict.fromkeys(_VERBS, click.Command(None))


@click.group(cls=_Verbs, commands=_NAMES, context_settings={"show_default": True})
@click.version_option(__version__, message="gatecast %(version)s", help="Say the version.")
def app() -> None:
    """Forecast time series with LSTMs: honest scores, native speed, gates you can look at."""


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


def _leave_stopped() -> NoReturn:
    drawing = sys.stderr is not sys.__stderr__  # Rich's: Ctrl-C came as bars began or ended
    if drawing or any(thread.name.startswith("gatecast") for thread in threading.enumerate()):
        leave_at_once()  # Python's own end would wait for the thread
    _leave("stopped", EXIT_CODE)


def _leave(message: str, code: int) -> NoReturn:
    from gatecast.cli.console import say

    say(f"gatecast: {message}")
    sys.exit(code)
