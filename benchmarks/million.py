"""Many series in Parquet files: fit on a sample, forecast all, with time and memory.

``million.py DIR --series 100000`` makes the data (120 monthly values a series, 10,000 series a
file), then does both in a process of its own, on as many threads as there are processors, and
prints CPU seconds and the largest resident memory. ``--sample DATA`` instead stands fits on samples
of M4's yearly series beside one on all.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

LENGTH, A_FILE, H = 120, 10_000, 12


def make(folder: Path, series: int) -> int:
    """Write the data, and give their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    times = pd.date_range("2014-01-31", periods=LENGTH, freq="ME")
    t = np.arange(LENGTH)
    for first in range(0, series, A_FILE):
        n, path = min(A_FILE, series - first), folder / f"part-{first // A_FILE:05}.parquet"
        if path.exists():
            continue
        rng = np.random.default_rng([0, first])
        level = np.exp(rng.normal(4, 1, (n, 1)))
        phase, size = rng.random((n, 1)), rng.uniform(0, 0.4, (n, 1))
        season = 1 + size * np.sin(2 * np.pi * (t / 12 + phase))
        trend = np.exp(np.cumsum(rng.normal(0.002, 0.02, (n, LENGTH)), axis=1))
        y = level * season * trend * np.exp(rng.normal(0, 0.05, (n, LENGTH)))
        names = [f"store {i // 100:05} item {i % 100:02}" for i in range(first, first + n)]
        frame = pd.DataFrame(
            {"unique_id": np.repeat(names, LENGTH), "ds": np.tile(times, n), "y": y.ravel()}
        )
        frame.to_parquet(path, index=False)
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))


def used() -> dict[str, float]:
    """Give CPU seconds and the largest memory in GiB of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lines = Path("/proc/self/status").read_text().splitlines()  # ru_maxrss has the parent's too
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return {"cpu": usage.ru_utime + usage.ru_stime, "gib": peak / 2**20}


def work(data: Path, output: Path, model_file: Path | None) -> None:
    """Fit, forecast, and print what it took as JSON."""
    import gatecast as gc

    begin, start = used(), time.perf_counter()
    if model_file is not None and model_file.exists():
        model = gc.load(model_file)
    else:
        model = gc.LSTMForecaster(h=H, level=[80, 95], random_state=0).fit(data)
        if model_file is not None:
            model.save(model_file)
    fitted, fitted_at = used(), time.perf_counter()
    shutil.rmtree(output, ignore_errors=True)
    result = gc.forecast_files(model, data, output)
    done = used()
    print(json.dumps({
        "series": result.series, "fit CPU s": fitted["cpu"] - begin["cpu"],
        "fit s": fitted_at - start, "fit peak GiB": fitted["gib"],
        "forecast CPU s": done["cpu"] - fitted["cpu"],
        "forecast s": time.perf_counter() - fitted_at, "peak GiB": done["gib"],
        "decision": model.decisions()[0],
    }))  # fmt: skip


def samples(data: Path) -> None:
    """Score fits on samples of M4's yearly series beside one on all of them."""
    import gatecast as gc
    from gatecast.data.reading import read_panel

    frame = pd.read_parquet(data / "m4_yearly.parquet")
    frame["unique_id"] = frame["unique_id"].astype(str)
    train = read_panel(frame[frame["split"] == "train"][["unique_id", "ds", "y"]])
    test = frame[frame["split"] == "test"]
    order = pd.util.hash_array(train.ids.astype(object), categorize=False).argsort()
    scale = pd.Series([np.abs(np.diff(series.values)).mean() for series in train], train.ids)
    for n in (1_000, 2_000, 5_000, len(train)):
        begin = time.process_time()
        model = gc.LSTMForecaster(h=6, level=[80], random_state=0)
        model.fit(train.take(np.sort(order[:n])))
        seconds = time.process_time() - begin
        both = model.predict(train).merge(test, on=["unique_id", "ds"])
        error = np.abs(both["LSTM"] - both["y"])
        smape = (200 * error / (np.abs(both["LSTM"]) + np.abs(both["y"]))).mean()
        mase = (error / scale[both["unique_id"]].to_numpy()).replace(np.inf, np.nan).mean()
        scores = f"sMAPE {smape:.3f}, MASE {mase:.4f}, fit {seconds:.0f} CPU s"
        print(f"{n:7,} series: {scores}", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--series", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--model", type=Path, help="the model, fitted if not there")
    parser.add_argument("--sample", type=Path, help="folder of m4_yearly.parquet")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sample:
        samples(options.sample)
        return
    if options.work:
        output = options.folder.with_name(f"{options.folder.name}-forecasts")
        work(options.folder, output, options.model)
        return
    for series in options.series:
        data = options.folder / f"{series}"
        size = make(data, series)
        command = [sys.executable, __file__, str(data), "--work"]
        command += ["--model", str(options.model)] if options.model else []
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(json.dumps({"bytes": size, **json.loads(done.stdout)}), flush=True)


main()
