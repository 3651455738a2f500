"""Measure gatecast's speed beside its peers: the same work, in one run, in turn.

    python benchmarks/speed.py --quick        # gatecast alone
    python benchmarks/speed.py                # beside Keras, PyTorch and neuralforecast

The peers get an environment of their own (benchmarks/.peers, or --env DIR), built at the first
use. Every library runs in its own process for each number of threads; runs are taken in turn
(A B C A B C ...), and medians and their ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from jobs import JOBS
from peers import ENVIRONMENT, peers_python

HERE = Path(__file__).parent
PEERS = {"Keras": "peer_keras", "PyTorch": "peer_torch", "neuralforecast": "peer_neuralforecast"}
THREADS = (1, 2)


class Worker:
    """A library in a process of its own."""

    def __init__(self, python: Path, module: str, threads: int) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            [str(python), str(HERE / "worker.py"), module, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
            stderr=subprocess.DEVNULL if module != "ours" else None,
        )  # fmt: skip
        self.version = self._answer()

    def ask(self, question: Any) -> Any:
        """Ask for one run, or for the product rate."""
        assert self.process.stdin is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a worker died: run it by hand to see why (benchmarks/worker.py)")
        return json.loads(line)


def measure(workers: dict[tuple[str, int], Worker], name: str, repeats: int) -> dict[str, Any]:
    """Run one job with all workers in turn; medians by library and threads."""
    job = JOBS[name]
    taken: dict[tuple[str, int], list[float]] = {key: [] for key in workers}
    for repeat in range(repeats + 1):
        for key, worker in workers.items():
            # a peer's whole fit takes minutes: once without a warm-up is enough for it
            if key[0] != "gatecast" and job.kind == "fit" and repeat != 1:
                continue
            seconds = worker.ask(job.asdict())
            if seconds is not None and repeat:
                taken[key].append(seconds)
    medians = {key: statistics.median(times) for key, times in taken.items() if times}
    found: dict[str, Any] = {"job": name, "seconds": {}}
    for library in dict.fromkeys(key[0] for key in medians):
        by_threads = {t: medians[library, t] for t in THREADS if (library, t) in medians}
        found["seconds"][library] = by_threads
    ours = found["seconds"]["gatecast"]
    best = min(ours.values())
    found["ratio"] = {
        library: min(times.values()) / best
        for library, times in found["seconds"].items()
        if library != "gatecast"
    }
    found["two threads over one"] = ours[1] / ours[2]
    if job.kind == "update":
        found["gflops"] = {t: job.flops() / seconds / 1e9 for t, seconds in ours.items()}
    return found


def show(seconds: float) -> str:
    """Write a time with three digits and its unit."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def show_row(found: dict[str, Any], rates: dict[int, float]) -> str:
    """Write one line of the table."""
    cells = []
    for library, times in found["seconds"].items():
        text = " / ".join(show(seconds) for seconds in times.values())
        ratio = found["ratio"].get(library)
        cells.append(f"{library} {text}" + (f" ({ratio:.3g}x)" if ratio else ""))
    if "gflops" in found:
        speed = " / ".join(f"{rate:.0f}" for rate in found["gflops"].values())
        share = ""
        if rates:
            share = ", " + " / ".join(
                f"{found['gflops'][t] * 1e9 / rates[t]:.0%}" for t in found["gflops"]
            )
        cells.append(f"{speed} GFLOP/s{share}")
    return f"{found['job']:28s} " + "; ".join(cells)


def cpu() -> str:
    """Name the processor."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    return next(line.split(":")[1].strip() for line in text.splitlines() if "model name" in line)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="gatecast alone")
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS), metavar="JOB")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each job (5)")
    parser.add_argument("--env", type=Path, default=ENVIRONMENT, help="the peers' environment")
    parser.add_argument("--json", type=Path, help="write everything to this file")
    options = parser.parse_args()

    workers = {("gatecast", t): Worker(Path(sys.executable), "ours", t) for t in THREADS}
    rates: dict[int, float] = {}
    if not options.quick:
        python = peers_python(options.env)
        for name, module in PEERS.items():
            workers.update({(name, t): Worker(python, module, t) for t in THREADS})
        rates = {t: workers["PyTorch", t].ask("product rate") for t in THREADS}
    head = {
        "cpu": cpu(),
        "processors": os.cpu_count(),
        "versions": sorted({worker.version for worker in workers.values()}),
        "product_rate_gflops": {t: rate / 1e9 for t, rate in rates.items()},
    }
    print(f"{head['cpu']}, {head['processors']} processors; {'; '.join(head['versions'])}")
    if rates:
        text = " / ".join(f"{rate:.0f}" for rate in head["product_rate_gflops"].values())
        print(f"matrix-product rate: {text} GFLOP/s")
    print("medians with 1 / 2 threads; in brackets the best peer time over our best\n")
    rows = []
    for name in options.jobs:
        rows.append(measure(workers, name, options.repeats))
        print(show_row(rows[-1], rates), flush=True)
    if options.json:
        options.json.write_text(json.dumps({**head, "jobs": rows}, indent=1))


if __name__ == "__main__":
    main()
