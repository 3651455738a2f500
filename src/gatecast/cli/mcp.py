"""``gatecast mcp``: the tools for an agent, over stdin and stdout (Model Context Protocol)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

__all__ = ["make_server", "mcp"]

_INSTRUCTIONS = (
    "Forecast time series in CSV or Parquet files on this machine. inspect a file, request the "
    "verdict of a backtest before you rely on a model, forecast, explain. Say what the verdict and "
    "the decisions say, and give the script to whoever wants to run it again."
)


@click.command()
def mcp() -> None:
    """Offer forecasts to an agent (Model Context Protocol).

    A server on stdin and stdout with eight tools: inspect, backtest, verdict, forecast, explain,
    update, tune, script. They read and write files of this machine with the rights of the user who
    starts it, and give no rows of the data unless these are requested. Needs the extra [mcp].
    """
    make_server().run("stdio")


def make_server() -> Any:
    """Make the server.

    Returns
    -------
    mcp.server.MCPServer
        With the tools of one agent.

    Raises
    ------
    MissingExtraError
        Without the package mcp.
    """
    from gatecast import __version__
    from gatecast.cli.tools import Tools
    from gatecast.errors import require_extra
    from gatecast.messages import message

    sdk = require_extra("mcp.server", "mcp", message("cli.mcp"))
    server = sdk.MCPServer(
        "gatecast", instructions=_INSTRUCTIONS, version=__version__, log_level="ERROR"
    )
    for function in Tools().functions():
        server.tool()(_refusing(function))
    return server


def _refusing(tool: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let a tool answer what cannot be done with the sentence that says so."""
    from gatecast.errors import GatecastError, require_extra
    from gatecast.messages import message

    refusals = require_extra("mcp.server.mcpserver.exceptions", "mcp", message("cli.mcp"))

    @functools.wraps(tool)
    def call(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return tool(*arguments, **named)
        except GatecastError as error:
            raise refusals.ToolError(str(error)) from error

    return call
