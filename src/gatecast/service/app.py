"""The HTTP application: POST /forecast, POST /update, GET /health, GET /openapi.json."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any

from gatecast.errors import (
    ConflictError,
    DataError,
    GatecastError,
    NotFoundError,
    UsageError,
    require_extra,
)
from gatecast.messages import Message, message
from gatecast.service.openapi import describe
from gatecast.service.requests import read_body, rows_of
from gatecast.service.store import Store

__all__ = ["make_app", "run"]

#: The status of each kind of error; the first that fits.
_STATUS: dict[type[Exception], int] = {
    NotFoundError: 404, ConflictError: 409, DataError: 422, UsageError: 400, GatecastError: 500,
}  # fmt: skip
_FORECAST = ("series", "level", "future", "history")
_UPDATE = ("rows",)


class _LimitError(Exception):
    """Say that a request is over a limit."""

    def __init__(self, status: int, sentence: Message) -> None:
        self.status, self.sentence = status, sentence


def make_app(store: Store, *, max_bytes: int = 2**20, timeout: float = 30.0) -> Any:
    """Make the application.

    Parameters
    ----------
    store : Store
        The model; closed when the application ends.
    max_bytes : int, default 2**20
        Bytes of a request; of more, nothing is read.
    timeout : float, default 30
        Seconds for a request to arrive, and again to be answered.

    Returns
    -------
    starlette.applications.Starlette
        For an ASGI server.

    Raises
    ------
    MissingExtraError
        Without starlette.
    """
    purpose = message("serve.purpose")
    applications = require_extra("starlette.applications", "serve", purpose)
    route = require_extra("starlette.routing", "serve", purpose).Route
    answers = _Answers(store, max_bytes, timeout)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(store.close)

    return applications.Starlette(
        routes=[
            route("/forecast", answers.forecast, methods=["POST"]),
            route("/update", answers.update, methods=["POST"]),
            route("/health", answers.health, methods=["GET"]),
            route("/openapi.json", answers.openapi, methods=["GET"]),
        ],
        lifespan=lifespan,
    )


class _Answers:
    """Answer requests within limits."""

    def __init__(self, store: Store, max_bytes: int, timeout: float) -> None:
        self._store, self._max_bytes, self._timeout = store, max_bytes, timeout
        purpose = message("serve.purpose")
        self._json = require_extra("starlette.responses", "serve", purpose).JSONResponse

    async def forecast(self, request: Any) -> Any:
        return await self._respond(
            request, lambda body: self._store.forecast(read_body(body, _FORECAST))
        )

    async def update(self, request: Any) -> Any:
        return await self._respond(
            request, lambda body: self._store.update(rows_of(read_body(body, _UPDATE), "rows"))
        )

    async def health(self, _: Any) -> Any:
        return self._json(self._store.health())

    async def openapi(self, _: Any) -> Any:
        return self._json(describe(self._store.model, self._max_bytes))

    async def _respond(self, request: Any, handle: Callable[[bytes], Future[Any]]) -> Any:
        try:
            body = await self._within(self._body(request), 408, "serve.slow_request")
            done = asyncio.wrap_future(handle(body))
            return self._json(await self._within(done, 503, "serve.slow_answer"))
        except _LimitError as error:
            return self._refuse(error.status, error.sentence)
        except GatecastError as error:
            kind = next(kind for kind in _STATUS if isinstance(error, kind))
            return self._refuse(_STATUS[kind], error.message)

    def _refuse(self, status: int, sentence: Message) -> Any:
        return self._json({"error": sentence.document()}, status_code=status)

    async def _body(self, request: Any) -> bytes:
        most = self._max_bytes
        limit = _LimitError(413, message("serve.too_large", n=most))
        announced = request.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > most:
            raise limit
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise limit
            parts.append(part)
        return b"".join(parts)

    async def _within(self, work: Awaitable[Any], status: int, sentence: str) -> Any:
        try:
            return await asyncio.wait_for(work, self._timeout)
        except asyncio.TimeoutError as error:
            raise _LimitError(status, message(sentence, seconds=self._timeout)) from error


def run(
    store: Store, host: str, port: int, *, max_bytes: int, timeout: float,
    ready: Callable[[int], None],
) -> None:  # fmt: skip
    """Serve until SIGINT or SIGTERM, end what was begun, and write the model.

    Parameters
    ----------
    store : Store
        The model.
    host : str
        Address to listen at.
    port : int
        Port; 0 for any that is free.
    max_bytes, timeout
        As for :func:`make_app`.
    ready : callable
        Called with the port once requests are taken.

    Raises
    ------
    MissingExtraError
        Without starlette and uvicorn.
    UsageError
        If the address is taken.
    """
    uvicorn = require_extra("uvicorn", "serve", message("serve.purpose"))
    app = make_app(store, max_bytes=max_bytes, timeout=timeout)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=int(timeout) + 1, server_header=False,
    )  # fmt: skip
    listening = _listen(host, port)
    server = uvicorn.Server(config)

    async def serve() -> None:
        task = asyncio.ensure_future(server.serve([listening]))
        begin = time.monotonic()
        while not server.started and not task.done() and time.monotonic() - begin < timeout:
            await asyncio.sleep(0.01)
        if server.started:
            ready(listening.getsockname()[1])
        await task

    try:
        asyncio.run(serve())
    finally:
        listening.close()


def _listen(host: str, port: int) -> Any:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with its protocol named, connections send at once (TCP_NODELAY): 40 ms less an answer
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        reason = error.strerror or str(error)
        raise UsageError(message("serve.address", host=host, port=port, reason=reason)) from error
    return opened
