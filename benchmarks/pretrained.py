"""Measure the pretrained LSTM: CPU seconds of 1,000 series, and of the command from a cold start.

    python benchmarks/pretrained.py [--pairs 7]

The cold start is that of ``gatecast forecast FILE --h 12 --model pretrained --no-report``, as a
ratio to ``python -c "import pandas"``, the two by turns, each a process of its own; CPU seconds of
the process and not the time that passes, which other work moves.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from apart import cpu_seconds

import gatecast as gc
from gatecast.datasets import air_passengers


def thousand_series(positive: bool) -> float:
    """Fit and forecast 1,000 monthly series of 100 values with intervals, in one thread."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1000, 100)).cumsum(axis=1)
    values = np.exp(values / 10) if positive else values
    times = pd.date_range("2015-01-01", periods=100, freq="MS")
    frame = pd.DataFrame(
        {"unique_id": np.repeat(np.arange(1000), 100), "ds": np.tile(times, 1000),
         "y": values.ravel()}
    )  # fmt: skip
    started = time.process_time()
    gc.PretrainedLSTM(12, level=[80, 95]).fit(frame).predict()
    return time.process_time() - started


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    args = parser.parse_args()
    for positive, views in ((False, "one view"), (True, "both views")):
        print(f"1,000 series of 100 values, {views}: {thousand_series(positive):.2f} CPU s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "air.csv")
        air_passengers().to_csv(file, index=False)
        command = [sys.executable, "-m", "gatecast", "forecast", str(file), "--h", "12"]
        command += ["--model", "pretrained", "--no-report"]
        pairs = [
            (cpu_seconds(*command), cpu_seconds(sys.executable, "-c", "import pandas"))
            for _ in range(args.pairs)
        ]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"cold start: {ours:.2f} CPU s, import pandas {theirs:.2f}, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
