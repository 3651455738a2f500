"""``gatecast serve MODEL``: forecasts and updates over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from gatecast.cli.options import FILE

__all__ = ["serve"]


@click.command()
@click.argument("model", type=FILE)
@click.option("--host", default="127.0.0.1", help="Address to listen at; there is no password.")
@click.option("--port", default=8000, help="Port; 0 for any that is free.")
@click.option("--max-bytes", default=2**20, help="Bytes that a request may have.")
@click.option("--timeout", default=30.0, help="Seconds that a request may take.")
def serve(model: Path, host: str, port: int, max_bytes: int, timeout: float) -> None:
    """Serve a saved LSTM over HTTP.

    POST /forecast and /update, GET /health and /openapi.json. MODEL is what forecast --save wrote.
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
