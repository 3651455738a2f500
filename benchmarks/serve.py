"""``gatecast serve`` under load: updates and forecasts of 8 clients on loopback.

Each client keeps one connection and has series of its own; in turn it sends the next value of one
and requests its forecast. Printed are requests a second and latencies, and the CPU seconds of the
service: on a machine that others use too, these say what a core would give.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd


def fit(path: Path, series: int, **settings: object) -> None:
    """Fit a small model of many series, and save it."""
    import gatecast as gc

    rng = np.random.default_rng(0)
    n = 60
    y = 100 + np.cumsum(rng.normal(0, 1, (series, n)), axis=1) + 5 * np.sin(np.arange(n) / 7)
    frame = pd.DataFrame({
        "unique_id": np.repeat([f"s{i}" for i in range(series)], n),
        "ds": np.tile(pd.date_range("2024-01-01", periods=n), series), "y": y.ravel(),
    })  # fmt: skip
    gc.LSTMForecaster(12, level=[80], max_steps=100, **settings).fit(frame).save(path)


def client(number: int, port: int, seconds: float, results: multiprocessing.Queue) -> None:
    """Send updates and forecasts in turn, and give their latencies."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times = pd.date_range("2024-03-01", periods=5000).strftime("%Y-%m-%d")
    latencies: dict[str, list[float]] = {"update": [], "forecast": []}
    end, step = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        name = f"s{number * 20 + step % 20}"
        row = {"unique_id": name, "ds": times[step // 20], "y": 100.0 + step % 7}
        for kind, body in (("update", {"rows": [row]}), ("forecast", {"series": name})):
            begin = time.perf_counter()
            connection.request("POST", f"/{kind}", json.dumps(body))
            answer = connection.getresponse()
            content = answer.read()
            latencies[kind].append(time.perf_counter() - begin)
            if answer.status != 200:
                raise RuntimeError(content)
        step += 1
    results.put(latencies)


def cpu_of(process: int) -> float:
    """Give the CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    small = {"n_networks": 1, "pretrained": False}
    for label, settings in (("one network", small), ("defaults", {})):
        path = options.folder / "m.gatecast"
        fit(path, options.series, **settings)
        command = [sys.executable, "-m", "gatecast", "serve", str(path), "--port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
            assert service.stderr is not None
            port = int(service.stderr.readline().partition("127.0.0.1:")[2].partition(";")[0])
            results: multiprocessing.Queue = multiprocessing.Queue()
            before = cpu_of(service.pid)
            clients = [
                multiprocessing.Process(target=client, args=(i, port, options.seconds, results))
                for i in range(options.clients)
            ]
            for one in clients:
                one.start()
            parts = [results.get() for _ in clients]
            used = cpu_of(service.pid) - before
            service.terminate()
        count = sum(len(part["update"]) + len(part["forecast"]) for part in parts)
        print(f"{label}: {count / options.seconds:.0f} requests/s, ", end="")
        print(f"{1000 * used / count:.2f} CPU ms of the service each")
        for kind in ("update", "forecast"):
            all_of = 1000 * np.concatenate([part[kind] for part in parts])
            p50, p99 = np.quantile(all_of, [0.5, 0.99])
            print(f"  {kind}: p50 {p50:.1f} ms, p99 {p99:.1f} ms", flush=True)


if __name__ == "__main__":
    main()
