"""``gatecast serve`` under load: updates and forecasts of 8 clients on loopback.

Each client keeps one connection and has series of its own; in turn it sends the next value of one
and requests its forecast, as soon as it has an answer. All clients are one process, which measures
from the call that sends to the last byte of the answer; every answer is read whole. Printed are
requests a second, latencies, and the CPU time of both sides: on a machine that others use too,
these say what a core would give. ``--rate`` spaces the requests instead, so many a second.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import uvloop

A_CLIENT = 20  # series of each
KINDS = ("update", "forecast")


def fit(path: Path, series: int, **settings: object) -> None:
    """Fit a small model of many series, and save it."""
    import gatecast

    rng = np.random.default_rng(0)
    n = 60
    y = 100 + np.cumsum(rng.normal(0, 1, (series, n)), axis=1) + 5 * np.sin(np.arange(n) / 7)
    frame = pd.DataFrame({
        "unique_id": np.repeat([f"s{i}" for i in range(series)], n),
        "ds": np.tile(pd.date_range("2024-01-01", periods=n), series), "y": y.ravel(),
    })  # fmt: skip
    gatecast.LSTMForecaster(12, level=[80], max_steps=100, **settings).fit(frame).save(path)


class Client(asyncio.Protocol):
    """Send updates and forecasts in turn, and keep their latencies."""

    times = pd.date_range("2024-03-01", periods=5000).strftime("%Y-%m-%d")

    def __init__(self, number: int, end: float, interval: float) -> None:
        self.first, self.end, self.interval = number * A_CLIENT, end, interval
        self.due = time.perf_counter() + interval * (1 + number / 8)
        self.loop = asyncio.get_running_loop()
        self.done = self.loop.create_future()
        self.latencies: tuple[list[float], list[float]] = ([], [])
        self.step, self.answer = 0, b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, unless all is done."""
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError(f"the service hung up: {self.answer}"))

    def wait(self) -> None:
        """Send when it is time."""
        self.loop.call_later(max(0.0, self.due - time.perf_counter()), self.send)

    def send(self) -> None:
        """Send the next request."""
        step, kind = divmod(self.step, 2)
        name = f"s{self.first + step % A_CLIENT}"
        row = {"unique_id": name, "ds": self.times[step // A_CLIENT], "y": 100.0 + step % 7}
        body = json.dumps({"series": name} if kind else {"rows": [row]}).encode()
        head = f"POST /{KINDS[kind]} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
        # when it was due, so that a slow answer counts for those that wait behind it
        self.begin = self.due if self.interval else time.perf_counter()
        self.transport.write(head.encode() + b"\r\n\r\n" + body)

    def data_received(self, data: bytes) -> None:
        """Read an answer, and go on once it is whole."""
        self.answer += data
        head, found, content = self.answer.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self.transport.abort()
            return
        if len(content) < int(head.lower().partition(b"content-length:")[2].split()[0]):
            return
        now = time.perf_counter()
        self.latencies[self.step % 2].append(now - self.begin)
        self.step, self.answer, self.due = self.step + 1, b"", self.due + self.interval
        if now >= self.end:
            self.done.set_result(None)
            self.transport.close()
        elif self.interval:
            self.wait()
        else:
            self.send()


async def load(port: int, clients: int, seconds: float, rate: float) -> list[Client]:
    """Let clients send for some seconds."""
    loop, end = asyncio.get_running_loop(), time.perf_counter() + seconds
    interval = clients / rate if rate else 0.0
    made = [
        await loop.create_connection(lambda i=i: Client(i, end, interval), "127.0.0.1", port)
        for i in range(clients)
    ]
    for _, client in made:
        await client.done
    return [client for _, client in made]


def cpu_of(process: int) -> float:
    """Give the CPU seconds that a process has used, all its threads."""
    return sum(
        int((task / "schedstat").read_text().split()[0]) / 1e9
        for task in Path(f"/proc/{process}/task").iterdir()
    )


def measure(path: Path, clients: int, seconds: float, rate: float) -> None:
    """Serve a model, send requests, and print what they took."""
    command = [sys.executable, "-m", "gatecast", "serve", str(path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        port = int(service.stderr.readline().partition("127.0.0.1:")[2].partition(";")[0])
        gc.collect()
        gc.freeze()
        before, own, begin = cpu_of(service.pid), time.process_time(), time.perf_counter()
        try:
            done = uvloop.run(load(port, clients, seconds, rate))
            used, own = cpu_of(service.pid) - before, time.process_time() - own
            took = time.perf_counter() - begin
        finally:
            service.terminate()
    count = sum(len(kind) for client in done for kind in client.latencies)
    print(
        f"{count / took:.0f} requests/s, CPU ms each: {1000 * used / count:.2f} service, ", end=""
    )
    print(f"{1000 * own / count:.2f} clients")
    for kind, name in enumerate(KINDS):
        all_of = 1000 * np.concatenate([client.latencies[kind] for client in done])
        p50, p99 = np.quantile(all_of, [0.5, 0.99])
        print(f"  {name}: p50 {p50:.1f} ms, p99 {p99:.1f}, most {all_of.max():.1f}", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second; 0: all it can")
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    small = {"n_networks": 1, "pretrained": False}
    for label, settings in (("one network", small), ("defaults", {})):
        fit(options.folder / "fitted.gatecast", options.series, **settings)
        content = (options.folder / "fitted.gatecast").read_bytes()
        for _ in range(options.repeat):
            path = options.folder / "served.gatecast"
            path.write_bytes(content)
            print(f"{label}: ", end="")
            measure(path, options.clients, options.seconds, options.rate)


if __name__ == "__main__":
    main()
