"""Gaps in series of public sets: a straight line, and the pretrained network where it is better.

``python benchmarks/gaps.py --data DIR`` hides segments of up to 25 series a set, and
scores what is filled in, over the mean absolute change of the series.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from gatecast.data.reading import read_panel
from gatecast.pretrained.gaps import fill_gaps

#: Files, and the seasons of each.
SETS = {
    "taylor_demand": (48, 336), "vic_electricity": (48, 336), "etth1": (24, 168),
    "m4_hourly": (24, 168), "m4_daily_tail": (7,), "m4_weekly": (52,), "m1_monthly": (12,),
    "tourism_monthly": (12,), "tourism_quarterly": (4,),
}  # fmt: skip
MOST_SERIES, MOST_VALUES, MOST_GAPS = 25, 3000, 12


def series_of(path: Path) -> list[np.ndarray]:
    """Read some series of a set."""
    table = pd.read_parquet(path)
    if "unique_id" not in table:
        return [table["y"].to_numpy(float)[:MOST_VALUES]]
    names = table["unique_id"].unique()
    names = names[:: max(1, len(names) // MOST_SERIES)]
    values = [table.loc[table["unique_id"] == name, "y"].to_numpy(float) for name in names]
    return [one[~np.isnan(one)][:MOST_VALUES] for one in values]


def score(y: np.ndarray, seasons: tuple[int, ...], length: int, rng: np.random.Generator):
    """Hide segments of a series, and score the line and what is filled in; None if too short."""
    slots = len(y) // (2 * length) - 1
    if slots < 3 or len(y) < 10 * length:
        return None
    count = min(MOST_GAPS, max(1, len(y) // (10 * length)))
    hidden = y.copy()
    for slot in rng.choice(np.arange(1, slots), min(count, slots - 1), replace=False):
        hidden[2 * length * slot : 2 * length * slot + length] = np.nan
    panel = read_panel(pd.DataFrame({"t": np.arange(len(y)), "y": hidden}))
    filled, _ = fill_gaps(panel, seasons)
    at, unit = np.isnan(hidden), np.abs(np.diff(y)).mean()
    return [np.abs(one.values[at] - y[at]).mean() / unit for one in (panel, filled)]


def main() -> None:
    """Print a row for each set and length."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the parquet files")
    options = parser.parse_args()
    rows = []
    for name, seasons in SETS.items():
        rng, series = np.random.default_rng(0), series_of(options.data / f"{name}.parquet")
        for length in (1, 3, 12, 24, 48):
            scores = [s for one in series if (s := score(one, seasons, length, rng))]
            if scores:
                line, filled = np.mean(scores, axis=0)
                rows.append({"set": name, "steps": length, "series": len(scores), "line": line,
                             "filled": filled})  # fmt: skip
    print(pd.DataFrame(rows).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
