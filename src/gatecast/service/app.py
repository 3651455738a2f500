"""The HTTP application: POST /forecast, POST /update, GET /health, GET /openapi.json."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeAlias

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
from gatecast.service.store import Job, Store

__all__ = ["App", "run"]

#: Of the ASGI specification.
_Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
_Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
#: The status of each kind of error; the first that fits.
_STATUS: dict[type[Exception], int] = {
    NotFoundError: 404, ConflictError: 409, DataError: 422, UsageError: 400, GatecastError: 500,
}  # fmt: skip
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_FORECAST = ("series", "level", "future", "history")
_UPDATE = ("rows",)
#: Requests that are answered together at most, and rounds of the loop that wait for more.
_MOST, _LOOKS = 64, 2
#: The method of each path.
_METHODS = {"/forecast": "POST", "/update": "POST", "/health": "GET", "/openapi.json": "GET"}


class _RefusedError(Exception):
    """Say with which status a request is refused, and why."""

    def __init__(self, status: int, sentence: Message) -> None:
        self.status, self.sentence = status, sentence


def _encoded(document: Any) -> bytes:
    try:
        return _ENCODER.encode(document).encode()
    except ValueError as error:  # JSON has neither infinities nor NaN
        raise DataError(message("serve.not_finite")) from error


class App:
    """Answer requests within limits; an ASGI application.

    What requests want that arrive together is handed to the store together.

    Parameters
    ----------
    store : Store
        The model; closed when the application ends.
    max_bytes : int, default 2**20
        Bytes of a request; of more, nothing is read.
    timeout : float, default 30
        Seconds for a request to arrive, and again to be answered.
    """

    def __init__(self, store: Store, *, max_bytes: int = 2**20, timeout: float = 30.0) -> None:
        self._store, self._max_bytes, self._timeout = store, max_bytes, timeout
        self._arrived: list[tuple[Job, asyncio.Future[Any]]] = []

    async def __call__(self, scope: Mapping[str, Any], receive: _Receive, send: _Send) -> None:
        """Answer a request.

        Parameters
        ----------
        scope, receive, send
            As ASGI has them.
        """
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            try:
                await receive()
            except asyncio.CancelledError:
                return  # Ctrl-C twice: whoever has the store closes it
            await asyncio.to_thread(self._store.close)
            await send({"type": "lifespan.shutdown.complete"})
            return
        status = 200
        try:
            content = _encoded(await self._answer(scope, receive))
        except _RefusedError as error:
            status, content = error.status, _encoded({"error": error.sentence.document()})
        except GatecastError as error:
            status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
            content = _encoded({"error": error.message.document()})
        except ConnectionResetError:
            return
        headers = [
            (b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)),
        ]  # fmt: skip
        if status == 405:
            headers.append((b"allow", _METHODS[scope["path"]].encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _answer(self, scope: Mapping[str, Any], receive: _Receive) -> Any:
        path, method = scope["path"], scope["method"]
        if path not in _METHODS:
            raise _RefusedError(404, message("serve.no_path", path=path, names=list(_METHODS)))
        wanted = _METHODS[path]
        if method != wanted and (method, wanted) != ("HEAD", "GET"):
            raise _RefusedError(405, message("serve.method", path=path, method=wanted))
        if path == "/health":
            return self._store.health()
        if path == "/openapi.json":
            return describe(self._store.model, self._max_bytes)
        body = await self._body(scope, receive)
        if path == "/forecast":
            return await self._have_done(Job(read_body(body, _FORECAST), update=False))
        rows = rows_of(read_body(body, _UPDATE), "rows")
        return await self._have_done(Job({"rows": rows}, update=True))

    async def _body(self, scope: Mapping[str, Any], receive: _Receive) -> bytes:
        most = self._max_bytes
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        size, parts, more = 0, [], not announced.isdigit() or int(announced) <= most
        with _Within(self._timeout):
            while more:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ConnectionResetError
                parts.append(event.get("body", b""))
                size += len(parts[-1])
                more = event.get("more_body", False) and size <= most
        if not parts or size > most:
            raise _RefusedError(413, message("serve.too_large", n=most))
        return b"".join(parts)

    async def _have_done(self, job: Job) -> Any:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._arrived:
            loop.call_soon(self._hand_over, loop, 0, _LOOKS)
        self._arrived.append((job, answer))
        return await answer

    def _hand_over(self, loop: asyncio.AbstractEventLoop, before: int, looks: int) -> None:
        """Hand over what has arrived, once nothing more came in the last rounds of the loop."""
        count = len(self._arrived)
        if looks and count < _MOST:
            loop.call_soon(self._hand_over, loop, count, looks - 1 if count == before else _LOOKS)
            return
        arrived, self._arrived = self._arrived, []
        late = loop.call_later(self._timeout, self._give_up, arrived)
        there = self._store.submit(
            [job for job, _ in arrived],
            lambda: loop.call_soon_threadsafe(self._resolve, arrived, late),
        )
        if there:
            self._resolve(arrived, late)

    def _resolve(
        self, arrived: Sequence[tuple[Job, asyncio.Future[Any]]], late: asyncio.TimerHandle
    ) -> None:
        late.cancel()
        for job, answer in arrived:
            if answer.done():
                continue  # given up
            if isinstance(job.answer, Exception):
                answer.set_exception(job.answer)
            else:
                answer.set_result(job.answer)

    def _give_up(self, arrived: Sequence[tuple[Job, asyncio.Future[Any]]]) -> None:
        sentence = message("serve.slow_answer", seconds=self._timeout)
        for job, answer in arrived:
            job.given_up = True
            if not answer.done():
                answer.set_exception(_RefusedError(503, sentence))


class _Within:
    """Refuse a request that has not arrived within some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._late = seconds, False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._end = asyncio.get_running_loop().call_later(self._seconds, self._cut_off, task)

    def _cut_off(self, task: asyncio.Task[Any]) -> None:
        self._late = task.cancel()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._end.cancel()
        if self._late and kind is asyncio.CancelledError:
            raise _RefusedError(408, message("serve.slow_request", seconds=self._seconds)) from None


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
        As for :class:`App`.
    ready : callable
        Called with the port once requests are taken.

    Raises
    ------
    MissingExtraError
        Without uvicorn.
    UsageError
        If the address is taken.
    """
    uvicorn = require_extra("uvicorn", "serve", message("serve.purpose"))
    config = uvicorn.Config(
        App(store, max_bytes=max_bytes, timeout=timeout), host=host, port=port,
        log_level="warning", access_log=False, server_header=False, date_header=False,
        proxy_headers=False,
        lifespan="on", ws="none", timeout_graceful_shutdown=int(timeout) + 1,
    )  # fmt: skip
    listening = _listen(host, port)
    server = uvicorn.Server(config)

    async def serve() -> None:
        task = asyncio.ensure_future(server.serve([listening]))
        begin = time.monotonic()
        while not server.started and not task.done() and time.monotonic() - begin < timeout:
            await asyncio.sleep(0.01)
        if server.started:
            gc.collect()
            gc.freeze()  # what is there by now stays: the collector need not look at it again
            ready(listening.getsockname()[1])
        await task

    run_loop = asyncio.run
    with suppress(ImportError):  # there is none on Windows
        run_loop = import_module("uvloop").run
    try:
        run_loop(serve())
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
