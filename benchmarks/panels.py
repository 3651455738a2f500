"""Measure a fit and a forecast of many series beside another checkout: CPU seconds, in turn.

``python benchmarks/panels.py OTHER/src``, where OTHER is a checkout whose kernel is built. One
thread; 5,000 and 50,000 series of 120 months, h=12, ``preset="fast"``. Both checkouts see the same
numbers, one after the other in processes of their own, and the ratio of the medians is printed.
Each also saves its model: the size of the file, and the seconds that loading it takes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

OURS = Path(__file__).parents[1] / "src"


def measure(count: int) -> dict[str, float]:
    """Fit, forecast, save and load once, in this process."""
    import time

    import numpy as np
    import pandas as pd

    import gatecast

    rng, length = np.random.default_rng(0), 120
    waves = 10 * np.sin(2 * np.pi * np.arange(length) / 12) * rng.uniform(0.5, 2.0, (count, 1))
    y = 100 + waves + rng.normal(size=(count, length)).cumsum(axis=1)
    table = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i}" for i in range(count)], length),
            "ds": np.tile(pd.date_range("2010-01-01", periods=length, freq="MS"), count),
            "y": y.ravel(),
        }
    )
    model = gatecast.LSTMForecaster(h=12, preset="fast", threads=1)
    started = time.process_time()
    model.fit(table).predict()
    fitted = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.gatecast")
        model.save(path)
        loading = time.process_time()
        gatecast.load(path)
        loaded = time.process_time()
        megabytes = path.stat().st_size / 1e6
    return {"fit": fitted - started, "load": loaded - loading, "MB": megabytes}


def apart(source: Path, count: int) -> dict[str, float]:
    """Measure a checkout in a process of its own."""
    command = [sys.executable, __file__, "--measure", str(count)]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(output.stdout)


def main() -> None:
    """Print a line for each number of series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", nargs="?", type=Path, help="src folder of the other checkout")
    parser.add_argument("--counts", type=int, nargs="+", default=[5_000, 50_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    if options.other is None:
        parser.error("give the src folder of the other checkout")
    for count in options.counts:
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(apart(OURS, count))
            theirs.append(apart(options.other.resolve(), count))
        seconds = [statistics.median(one["fit"] for one in runs) for runs in (ours, theirs)]
        print(
            f"{count:,} series: fit and forecast {seconds[0]:.1f} s beside {seconds[1]:.1f} s, "
            f"{seconds[0] / seconds[1]:.2f}; file {ours[0]['MB']:.1f} MB beside "
            f"{theirs[0]['MB']:.1f}, loads in {min(one['load'] for one in ours):.2f} s"
        )


if __name__ == "__main__":
    main()
