"""Forecast one series at a time, each way beside AutoETS, AutoARIMA, Theta and their mean.

    python benchmarks/one_series.py scores.jsonl --data DIR                    the origin before
    python benchmarks/one_series.py scores.jsonl --data DIR --origin 0         the test parts, once
    python benchmarks/one_series.py scores.jsonl --data DIR --ways default --count 60
    python benchmarks/one_series.py scores.jsonl --table

Each forecast is a line of the file, so that a run which is stopped goes on where it was, and ways
can be added. Origin 0 is the official test part, and nothing may be chosen by it; origin 1 is the
``h`` values before it. Of the electricity demand of Victoria and of England a week is forecast,
from each week of the test part.

The table gives the mean MASE of each way over those of a set's series that all its ways were run
on, geometric means relative to AutoETS on the same series, mean ranks, CPU seconds a series, the
coverage of intervals, and how often an error is over three times that of the seasonal naive
forecast. Series that a way refuses as too short are left out of all columns.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import gatecast as gc
from gatecast.errors import GatecastError

sys.path.insert(0, str(Path(__file__).parents[1] / "pretraining"))
from evaluate import LAST, SETS, peer, seasonal_naive, series_of

#: season lengths, season of MASE and horizon of single series with many origins
DEMAND = {"vic_electricity": ((48, 336), 336, 336), "taylor_demand": ((48, 336), 336, 336)}
BUSINESS = [name for name in SETS if SETS[name][0] in (1, 4, 12)]
FINER = [name for name in SETS if name not in BUSINESS] + list(DEMAND)
LEVEL = (80, 95)

Made = tuple[np.ndarray, dict[int, np.ndarray]]


def _ours(model: object, frame: pd.DataFrame) -> Made:
    """Forecast with one of our models: the forecast, and the two ends of each interval."""
    table = model.fit(frame).predict()
    name = table.columns[2 if "unique_id" in table else 1]
    ends = {}
    for level in LEVEL:
        columns = [f"{name}-lo-{level}", f"{name}-hi-{level}"]
        if columns[0] in table:
            ends[level] = table[columns].to_numpy().T
    return table[name].to_numpy(), ends


def _peer(name: str, values: np.ndarray, h: int, season: int) -> Made:
    made = peer(name, values, season, h, level=list(LEVEL))
    ends = {k: np.stack([made[f"lo-{k}"], made[f"hi-{k}"]]) for k in LEVEL if f"lo-{k}" in made}
    return made["mean"], ends


def _ways() -> dict[str, Callable[[np.ndarray, int, tuple[int, ...]], Made]]:
    """Give each way: from values, horizon and season lengths to a forecast."""

    def frame(y: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame({"ds": np.arange(len(y)), "y": y})

    def lstm(**settings) -> Callable[[np.ndarray, int, tuple[int, ...]], Made]:
        return lambda y, h, m: _ours(
            gc.LSTMForecaster(h, season_length=m, level=LEVEL, **settings), frame(y)
        )

    def pretrained(**settings) -> Callable[[np.ndarray, int, tuple[int, ...]], Made]:
        return lambda y, h, m: _ours(
            gc.PretrainedLSTM(h, season_length=m, level=LEVEL, **settings), frame(y)
        )

    def statistical(name: str) -> Callable[[np.ndarray, int, tuple[int, ...]], Made]:
        return lambda y, h, m: _peer(name, y, h, m[0])

    return {
        "naive": lambda y, h, m: (seasonal_naive(y, min(m[0], len(y)), h), {}),
        "pretrained": pretrained(),
        "made-up": pretrained(weights="made-up"),
        "AutoETS": statistical("AutoETS"),
        "Theta": statistical("DynamicOptimizedTheta"),
        "AutoARIMA": statistical("AutoARIMA"),
        "combination": lambda y, h, m: _ours(
            gc.Combination(
                ("PretrainedLSTM", "AutoETS", "Theta"), h=h, season_length=m[0], level=LEVEL
            ),
            frame(y[-LAST:]),
        ),
        "default": lstm(),
        "network": lstm(pretrained=False),
    }


def pairs_of(
    data: Path, name: str, count: int, origin: int
) -> tuple[list[tuple[np.ndarray, np.ndarray]], tuple[int, ...], int]:
    """Give a set's pairs of known and future values, its season lengths, and MASE's season."""
    if name in SETS:
        m, longer, scale_season, h = SETS[name]
        pairs = series_of(data, name, count, origin, h)
        return pairs, (m, longer) if longer else (m,), scale_season
    seasons, scale_season, h = DEMAND[name]
    frame = pd.read_parquet(data / f"{name}.parquet")
    values, test = frame["y"].to_numpy(float), int((frame["split"] == "test").sum())
    end = len(values) - test * origin
    starts = range(end - test, end, h)
    return [(values[:start], values[start : start + h]) for start in starts], seasons, scale_season


def scores(
    forecast: np.ndarray, ends: dict[int, np.ndarray], future: np.ndarray, scale: float
) -> dict[str, object]:
    """Score a forecast and its intervals."""
    row: dict[str, object] = {
        "mase": float(np.abs(future - forecast).mean() / scale),
        "forecast": [float(f"{value:.7g}") for value in forecast],
        "future": [float(f"{value:.7g}") for value in future],
        "scale": scale,
    }
    for level, (low, high) in ends.items():
        row[str(level)] = float(((low <= future) & (future <= high)).mean())
    return row


def run(args: argparse.Namespace) -> None:
    """Forecast whatever is not in the file yet."""
    rows = read(args.scores)
    # a line that was cut is written again
    args.scores.write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = {(r["set"], r["origin"], r["series"], r["way"]) for r in rows}
    ways = _ways()
    with args.scores.open("a") as out:
        for name in args.sets.split(","):
            pairs, seasons, scale_season = pairs_of(args.data, name, args.count, args.origin)
            for i, (known, future) in enumerate(pairs):
                scale = np.abs(known[scale_season:] - known[:-scale_season]).mean()
                if not scale > 0:
                    continue
                for way in args.ways.split(","):
                    if (name, args.origin, i, way) in made:
                        continue
                    started = time.process_time()
                    try:
                        made_now = ways[way](known, len(future), seasons)
                    except GatecastError:  # too short for it
                        made_now = None
                    row = {"set": name, "origin": args.origin, "series": i, "way": way}
                    row["seconds"] = time.process_time() - started
                    if made_now is not None:
                        row |= scores(*made_now, future, float(scale))
                    out.write(json.dumps(row) + "\n")
                    out.flush()
                if sys.stderr.isatty():
                    print(f"\r{name} {i + 1}/{len(pairs)} ", end="", file=sys.stderr)


def read(path: Path) -> list[dict]:
    """Read the file's lines; the last may be cut."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def mean_of_three(rows: list[dict]) -> list[dict]:
    """Give the mean of AutoETS, AutoARIMA and Theta where all three were run."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["way"] in ("AutoETS", "AutoARIMA", "Theta"):
            groups.setdefault((row["set"], row["origin"], row["series"]), []).append(row)
    made = []
    for (name, origin, i), parts in groups.items():
        if len(parts) == 3 and all("mase" in p for p in parts):
            forecast = np.mean([p["forecast"] for p in parts], axis=0)
            error = np.abs(forecast - parts[0]["future"]).mean() / parts[0]["scale"]
            seconds = sum(p["seconds"] for p in parts)
            made.append({"set": name, "origin": origin, "series": i, "way": "mean of three",
                         "mase": float(error), "seconds": seconds})  # fmt: skip
    return made


def table(rows: list[dict], origin: int) -> str:
    """Put the scores together."""
    frame = pd.DataFrame([r for r in rows + mean_of_three(rows) if r["origin"] == origin])
    order = [*_ways(), "mean of three"]
    parts = []
    for title, names in (("yearly to monthly", BUSINESS), ("weekly and finer", FINER)):
        some = frame[frame["set"].isin(names)]
        if some.empty:
            continue
        wide = some.pivot(index=["set", "series"], columns="way", values="mase")
        wide = wide[[way for way in order if way in wide]]
        means, ranks, worse = {}, [], {}
        for name, errors in wide.groupby(level="set"):
            errors = errors.dropna(axis=1, how="all").dropna()
            means[f"{name} ({len(errors)})"] = errors.mean()
            ranks.append(errors.rank(axis=1).mean())
        means = pd.DataFrame(means).T[list(wide)]
        summary = {}
        for way in wide:
            both = wide[[way, "AutoETS"]].dropna()
            sets = both.groupby(level="set").mean()
            summary[way] = {
                "relative to AutoETS": np.exp(np.log(sets.iloc[:, 0] / sets.iloc[:, 1]).mean()),
                "series": len(both),
            }
            against = wide[[way, "naive"]].dropna()
            worse[way] = int((against.iloc[:, 0] > 3 * against.iloc[:, 1]).sum())
        of_ways = some.groupby("way")
        lines = {
            "mean rank": pd.DataFrame(ranks).mean(),
            "over 3 x naive": pd.Series(worse),
            "CPU s a series": of_ways["seconds"].mean(),
        }
        for level in LEVEL:
            if str(level) in some:
                by_set = some.groupby(["way", "set"])[str(level)].mean()
                lines[f"{level} % intervals hold"] = 100 * by_set.groupby("way").mean()
        summary = pd.concat([pd.DataFrame(summary), pd.DataFrame(lines).T[list(wide)]])
        parts.append(f"{title}\n{means.round(3).to_string()}\n{summary.round(3).to_string()}")
    return "\n\n".join(parts)


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scores", type=Path, help="file of lines that the run goes on with")
    parser.add_argument("--data", type=Path, help="folder of the benchmark data")
    parser.add_argument("--sets", default=",".join(BUSINESS))
    parser.add_argument("--ways", default="naive,pretrained,made-up,AutoETS,Theta")
    parser.add_argument("--count", type=int, default=200, help="series of a set")
    parser.add_argument("--origin", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="only print the table")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    if not args.table:
        run(args)
    print(table(read(args.scores), args.origin))


if __name__ == "__main__":
    main()
