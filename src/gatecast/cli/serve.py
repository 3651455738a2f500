"""``gatecast serve MODEL``: forecasts and updates over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["serve"]


def serve(
    model: Annotated[Path, typer.Argument(help="What forecast --save wrote.")],
    host: Annotated[
        str, typer.Option(help="Address to listen at; there is no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.")] = 8000,
    max_bytes: Annotated[int, typer.Option(help="Bytes that a request may have.")] = 2**20,
    timeout: Annotated[float, typer.Option(help="Seconds that a request may take.")] = 30.0,
) -> None:
    """Serve a saved LSTM: POST /forecast and /update, GET /health and /openapi.json.

    An update is answered once it is in a journal beside the model's file; the file is written again
    every five minutes and at the end, and records of the journal are taken in at the start. Needs
    the extra [serve].
    """
    from gatecast.cli.console import say
    from gatecast.errors import require_extra, too_small
    from gatecast.messages import message

    for name, value, least in (("max_bytes", max_bytes, 1), ("timeout", timeout, 0.1)):
        if value < least:
            raise too_small(name, value, least)
    require_extra("uvicorn", "serve", message("serve.purpose"))
    from gatecast.service.app import run
    from gatecast.service.store import Store

    store = Store(model)
    try:
        run(
            store, host, port, max_bytes=max_bytes, timeout=timeout,
            ready=lambda at: say(message("serve.ready", path=str(model), host=host, port=str(at))),
        )  # fmt: skip
    finally:
        store.close()
