"""Measure what the forecaster promises, with its default settings throughout.

    python benchmarks/forecaster.py --data DIR               # everything
    python benchmarks/forecaster.py --data DIR --only tutorial classics

DIR holds the benchmark data (``classic.parquet``, ``synthetic.parquet``, ...); ``tutorial``,
``many``, ``csv`` and ``update`` need none. Nothing is chosen here: the season length is given
where the times do not say it, and every set has the same settings.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sets import SETS, load, scores

from gatecast import LSTMForecaster
from gatecast.data.reading import read_panel
from gatecast.datasets import air_passengers, noisy_sine

# season length of the naive forecast that MASE is scaled by, and that the forecaster is given
CLASSICS = {
    "air_passengers": 12, "aus_beer": 4, "co2_monthly": 12, "lynx": 1, "melbourne_min_temp": 365,
    "milk": 12, "nile": 1, "sunspots_monthly": 1, "sunspots_yearly": 1, "us_gasoline": 52,
    "wine_ind": 12, "wool_yrnq": 4,
}  # fmt: skip
PANELS = ("tourism_quarterly", "tourism_monthly", "m1_monthly", "m4_hourly")


def walk(y: np.ndarray, cut: int, h: int, seed: int = 0) -> float:
    """Fit on the first part, walk along the rest, and give the RMSE ``h`` steps ahead."""
    model = LSTMForecaster(h, random_state=seed).fit(pd.DataFrame({"y": y[:cut]}))
    errors = []
    for i in range(cut, len(y) - h + 1):
        errors.append(model.predict()["LSTM"].iloc[-1] - y[i + h - 1])
        model.update([y[i]])
    return float(np.sqrt(np.mean(np.square(errors))))


def tutorial(_: Path) -> None:
    """One step ahead on the tutorial's series; the noise floor is 0.4948."""
    y = noisy_sine()["y"].to_numpy()
    found = [walk(y, 8000, 1, seed) for seed in range(5)]
    print(f"tutorial: RMSE {np.round(found, 4)} for seeds 0 to 4, mean {np.mean(found):.4f}")


def synthetic(data: Path) -> None:
    """Two series that no linear model can forecast."""
    frame = pd.read_parquet(data / "synthetic.parquet")
    for name, h in (("setar", 1), ("lorenz_x", 25)):
        rows = frame[frame["unique_id"] == name]
        y, cut = rows["y"].to_numpy(), int((rows["split"] != "test").sum())
        rmse = walk(y, cut, h)
        print(f"{name}, {h} ahead: RMSE {rmse:.4f}, NRMSE {rmse / y[cut:].std():.4f}")


def classics(data: Path) -> None:
    """Twelve classic series from one origin each, beside the seasonal naive forecast."""
    frame = pd.read_parquet(data / "classic.parquet")
    better = 0
    for name, season in CLASSICS.items():
        rows = frame[frame["unique_id"] == name]
        known = rows.loc[rows["split"] != "test", "y"].to_numpy()
        future = rows.loc[rows["split"] == "test", "y"].to_numpy()
        h = len(future)
        scale = np.abs(known[season:] - known[:-season]).mean()
        started = time.perf_counter()
        model = LSTMForecaster(h, season_length=season).fit(pd.DataFrame({"y": known}))
        forecast = model.predict()["LSTM"].to_numpy()
        seconds = time.perf_counter() - started
        naive, ours = (
            np.abs(future - f).mean() / scale for f in (np.resize(known[-season:], h), forecast)
        )
        better += ours < naive
        print(f"{name:20s} MASE {ours:.3f}, seasonal naive {naive:.3f}, {seconds:.1f} s")
    print(f"classics: better than seasonal naive on {better} of {len(CLASSICS)}")


def panels(data: Path) -> None:
    """Accuracy on sets of series, and how many values their intervals hold from three origins.

    Series of a set share good years and bad ones, so that one origin says little of intervals.
    """
    for name in PANELS:
        this = SETS[name]
        held = []
        for origin in (0, 1, 2):
            known, future = load(data, name, origin, None)
            started = time.perf_counter()
            model = LSTMForecaster(this.h, level=[80, 95], season_length=this.season).fit(known)
            found = model.predict()
            seconds = time.perf_counter() - started
            both = future.merge(found, on=["unique_id", "ds"])
            inside = [
                (both["y"] >= both[f"LSTM-lo-{s}"]) & (both["y"] <= both[f"LSTM-hi-{s}"])
                for s in (80, 95)
            ]
            held.append([part.mean() for part in inside])
            smape, mase, _ = scores(known, future, found[["unique_id", "ds", "LSTM"]], this.m)
            where = f"origin {origin}" if origin else "test part"
            print(
                f"{name}, {where}: MASE {mase:.3f}, sMAPE {smape:.2f}, 80 % interval "
                f"{held[-1][0]:.1%}, 95 % interval {held[-1][1]:.1%}, {seconds:.0f} s",
                flush=True,
            )
        usual = np.mean(held, axis=0)
        print(f"{name}, three origins: 80 % interval {usual[0]:.1%}, 95 % interval {usual[1]:.1%}")


def many(_: Path) -> None:
    """Fifty thousand monthly series of 120 points: levels, trends, seasons, noise."""
    rng = np.random.default_rng(0)
    count, n = 50_000, 120
    t = np.arange(n)
    level, trend = rng.lognormal(7, 1, (count, 1)), rng.normal(0.002, 0.004, (count, 1))
    swing, phase = rng.uniform(0, 0.25, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
    noise = rng.normal(0, 0.04, (count, n)).cumsum(axis=1) + rng.normal(0, 0.03, (count, n))
    y = level * np.exp(trend * t + swing * np.sin(2 * np.pi * t / 12 + phase) + noise)
    months = pd.date_range("2010-01-01", periods=n, freq="MS")
    frame = pd.DataFrame(
        {"unique_id": np.repeat(np.arange(count), n), "ds": np.tile(months, count), "y": y.ravel()}
    )
    started = time.perf_counter()
    LSTMForecaster(12, level=[80]).fit(frame).predict()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"50,000 series of 120: fitted and forecast in {seconds:.0f} s, peak {peak:.2f} GiB")


def csv(_: Path) -> None:
    """A CSV file of a million rows, read and checked."""
    rows = 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        hours = pd.date_range("2000-01-01", periods=rows // 100, freq="h")
        pd.DataFrame(
            {
                "unique_id": np.repeat([f"meter {i}" for i in range(100)], len(hours)),
                "ds": np.tile(hours.astype(str), 100),
                "y": np.random.default_rng(0).normal(100, 10, rows).round(3),
            }
        ).to_csv(path, index=False)
        started = time.perf_counter()
        panel = read_panel(path)
        print(
            f"CSV of {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: read and checked in "
            f"{time.perf_counter() - started:.1f} s, {len(panel)} series"
        )


def update(_: Path) -> None:
    """One new value and a forecast of 24 steps, of one series."""
    frame = air_passengers()
    model = LSTMForecaster(24).fit(frame[:-40])
    taken = []
    for value in frame["y"].iloc[-40:]:
        started = time.perf_counter()
        model.update([value]).predict()
        taken.append(time.perf_counter() - started)
    print(f"update and predict(h=24): median {np.median(taken) * 1e3:.2f} ms")


JOBS: dict[str, Callable[[Path], None]] = {
    job.__name__: job for job in (tutorial, synthetic, classics, panels, many, csv, update)
}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the benchmark data")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=list(JOBS), metavar="JOB")
    options = parser.parse_args()
    for name in options.only:
        JOBS[name](options.data)


if __name__ == "__main__":
    main()
