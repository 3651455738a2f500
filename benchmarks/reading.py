"""Time the reading of a CSV file of 600,000 rows.

    python benchmarks/reading.py                       # this commit
    PYTHONPATH=elsewhere/src python benchmarks/reading.py   # another one, in the same minute

Times are CPU seconds, the best of three: the machine may be busy with something else.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from gatecast.data.reading import read_panel

SERIES, STEPS = 5_000, 120


def write(path: Path) -> None:
    """Write the file: 5,000 series of 120 days, their names, and a value of three decimals."""
    days = pd.date_range("2024-01-01", periods=STEPS).strftime("%Y-%m-%d")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"item {i}" for i in range(SERIES)], STEPS),
            "ds": np.tile(days, SERIES),
            "y": rng.gamma(5, 300, SERIES * STEPS).round(3),
        }
    )
    frame.to_csv(path, index=False)


def main() -> None:
    """Write the file, read it three times, and print the best time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.csv"
        write(path)
        seconds = []
        for _ in range(3):
            start = time.process_time()
            panel = read_panel(path)
            seconds.append(time.process_time() - start)
        print(
            f"{len(panel.values):,} rows of {len(panel):,} series: {min(seconds):.2f} CPU seconds"
        )


if __name__ == "__main__":
    main()
