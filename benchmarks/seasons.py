"""Series with several seasons and columns, from rolling origins, beside simple forecasts.

``python benchmarks/seasons.py --data DIR`` scores the default forecaster on half-hourly demand
(taylor; vic_electricity with temperature and holiday known in advance, one day and one week
ahead), hourly oil temperature (etth1) and a sample of the M4 hourly series, beside the last day and
the last week repeated, a linear map of two weeks and, with ``--mstl``, MSTL of statsforecast; with
``--peers Prophet neuralforecast`` those too, given the same columns.
``--sales`` scores the estimated effects of made-up sales instead, and ``--noise 20`` what a column
of noise costs in error; both need no data. All models are given the same last values. MASE is
scaled by the last day repeated over these.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from peers import ENVIRONMENT, peers_python

import gatecast as gc
from gatecast.data.reading import read_panel
from gatecast.forecaster.additive.part import AdditivePart

#: Weeks of history that each model is given at an origin.
WEEKS = 12


class Task(NamedTuple):
    """One series and horizon: its table, steps of a day, and columns known in advance."""

    name: str
    frame: pd.DataFrame
    day: int
    h: int
    columns: tuple[str, ...] = ()


def tasks(data: Path) -> Iterator[Task]:
    """Read the sets, one after another."""
    taylor = pd.read_parquet(data / "taylor_demand.parquet")
    for h in (48, 336):
        yield Task("taylor", taylor, 48, h)
    vic = pd.read_parquet(data / "vic_electricity.parquet")
    vic = vic.assign(holiday=vic["holiday"].astype(float))
    for h in (48, 336):
        yield Task("vic_electricity", vic, 48, h)
        yield Task("vic_electricity with columns", vic, 48, h, ("temperature", "holiday"))
    ett = pd.read_parquet(data / "etth1.parquet")
    ett = ett[(ett["unique_id"] == "OT") & (ett["split"] != "unused")]
    yield Task("etth1", ett, 24, 24)
    m4 = pd.read_parquet(data / "m4_hourly.parquet")
    names = m4["unique_id"].unique()[::60]
    for name in names:
        one = m4[m4["unique_id"] == name]
        times = pd.date_range("2020-01-06", periods=len(one), freq="h")
        yield Task("m4 hourly", one.assign(ds=times), 24, 48)


def peer(name: str, python: Path, task: Task, past: pd.DataFrame, ahead: pd.DataFrame):
    """Forecast with another library; what lies ahead is known of the columns alone."""
    table = pd.concat([past, ahead.assign(y=0.0)])[["ds", "y", *task.columns]]
    asked = {"peer": name, "h": task.h, "table": table.astype({"ds": str}).to_dict("list")}
    done = subprocess.run(
        [python, Path(__file__).parent / "peer_seasons.py"], input=json.dumps(asked), text=True,
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return np.array(json.loads(done.stdout))


def forecasts(
    task: Task, past: pd.DataFrame, ahead: pd.DataFrame, *, mstl: bool, peers: dict[str, Path]
) -> dict:
    """Forecast with every model: by name the values, or the table of the forecaster."""
    week, y = 7 * task.day, past["y"].to_numpy(float)
    made: dict = {
        "last day": np.resize(y[-task.day :], task.h), "last week": np.resize(y[-week:], task.h)
    }  # fmt: skip
    table = past[["ds", "y"]]
    linear = gc.LinearAutoregression(h=task.h, season_length=(task.day, week))
    made["linear map"] = linear.fit(table).predict().iloc[:, -1].to_numpy()
    if mstl:
        model = gc.MSTL(h=task.h, season_length=(task.day, week)).fit(table)
        made["MSTL"] = model.predict().iloc[:, -1].to_numpy()
    made |= {name: peer(name, python, task, past, ahead) for name, python in peers.items()}
    columns = list(task.columns)
    model = gc.LSTMForecaster(h=task.h, level=[80], futr_exog_list=columns)
    model.fit(past[["ds", "y", *columns]])
    made["gatecast"] = model.predict(futr_df=ahead[["ds", *columns]] if columns else None)
    return made


def score(task: Task, origins: int, *, mstl: bool, peers: dict[str, Path]) -> list[dict]:
    """Score every model at origins over the whole series, at different hours of the clock."""
    rows, n = [], len(task.frame)
    # what has weeks of history before it, evenly; of a shorter series the last days
    apart = max((n - task.h - WEEKS * 7 * task.day) // origins, 2 * task.day) + task.day // 8 + 1
    for k in range(origins):
        end = n - task.h - k * apart
        past, ahead = task.frame[max(0, end - WEEKS * 7 * task.day) : end], task.frame[end:]
        ahead = ahead[: task.h]
        actual, y = ahead["y"].to_numpy(float), past["y"].to_numpy(float)
        scale = np.abs(y[task.day :] - y[: -task.day]).mean()
        for name, forecast in forecasts(task, past, ahead, mstl=mstl, peers=peers).items():
            row = {"set": task.name, "h": task.h, "model": name}
            if isinstance(forecast, pd.DataFrame):
                low, high = forecast["LSTM-lo-80"].to_numpy(), forecast["LSTM-hi-80"].to_numpy()
                row["coverage"] = ((low <= actual) & (actual <= high)).mean()
                forecast = forecast["LSTM"].to_numpy()
            rows.append({**row, "mase": np.abs(forecast - actual).mean() / scale})
    return rows


def sales(draws: int) -> pd.DataFrame:
    """Estimate promotions of +40 and holidays of -30 in made-up daily sales around 200."""
    rows = []
    for events in (5, 10, 50):
        sizes = []
        for seed in range(draws):
            rng, n = np.random.default_rng(seed), 600
            t, columns = np.arange(n), np.zeros((n, 4))
            for j in range(2):
                columns[rng.choice(np.arange(10, n - 20), events, replace=False), j] = 1.0
            columns[:, 2:] = rng.normal(size=(n, 2))
            rest = rng.normal(0, 10, n)
            for i in range(1, n):
                rest[i] = 0.5 * rest[i - 1] + np.sqrt(0.75) * rest[i]
            level = 200 + rng.normal(0, 0.5, n).cumsum() + 20 * np.sin(2 * np.pi * t / 7)
            y = level + columns[:, :3] @ [40, -30, 0] + 5 * columns[:, 2] ** 2 + rest
            days = pd.date_range("2022-01-01", periods=n, freq="D")
            panel = read_panel(pd.Series(y, days, name="y"))
            sizes.append(AdditivePart.fit(panel, [columns], (7,), 1, None).effects.size[0])
        size = np.array(sizes)
        close = np.abs(size[:, :2] / [40, -30] - 1) < 0.25
        rows.append({
            "events": events, "promotion": size[:, 0].mean(), "holiday": size[:, 1].mean(),
            "sign right": ((size[:, 0] > 0) & (size[:, 1] < 0)).mean(),
            "within 25 %": close.mean(), "noise at nothing": (size[:, 3] == 0).mean(),
        })  # fmt: skip
    return pd.DataFrame(rows)


def noise(draws: int) -> pd.DataFrame:
    """Measure what a column of noise beside a promotion costs in error, alone and in panels."""
    rows, h = [], 14
    for kind, n, count in (("single series", 400, 1), ("30 series", 150, 30)):
        errors = np.zeros((draws, 2))
        for seed in range(draws):
            rng, parts = np.random.default_rng(seed), []
            for i in range(count):
                rest, t = rng.normal(0, 10, n), np.arange(n)
                for k in range(1, n):
                    rest[k] = 0.5 * rest[k - 1] + np.sqrt(0.75) * rest[k]
                promo, days = (rng.random(n) < 0.05) * 1.0, pd.date_range("2022-01-01", periods=n)
                y = 200 + rng.normal(0, 0.5, n).cumsum() + 20 * np.sin(2 * np.pi * t / 7) + rest
                parts.append(pd.DataFrame({
                    "unique_id": f"s{i:02}", "ds": days, "y": y + 40 * promo, "promotion": promo,
                    "noise": rng.normal(size=n),
                }))  # fmt: skip
            table = pd.concat(parts)
            known = table["ds"] <= table["ds"].max() - pd.Timedelta(days=h)
            for j, columns in enumerate((["promotion"], ["promotion", "noise"])):
                model = gc.LSTMForecaster(h=h, futr_exog_list=columns).fit(table[known])
                forecast = model.predict(futr_df=table[~known].drop(columns="y"))["LSTM"]
                actual = table.loc[~known, "y"].to_numpy()
                errors[seed, j] = np.abs(forecast.to_numpy() - actual).mean()
        without, more = errors.mean(axis=0)
        deviation = np.diff(errors, axis=1).std() / np.sqrt(draws)
        rows.append({
            "data": kind, "MAE": without, "with noise": more, "cost": more / without - 1,
            "standard error": deviation / without,
        })  # fmt: skip
    return pd.DataFrame(rows)


def main() -> None:
    """Print a table of MASE and coverage, or of the effects."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the parquet files")
    parser.add_argument("--origins", type=int, default=8)
    parser.add_argument("--only", default="", help="sets whose name begins so")
    parser.add_argument("--mstl", action="store_true")
    parser.add_argument("--peers", nargs="*", choices=("Prophet", "neuralforecast"), default=())
    parser.add_argument("--env", type=Path, default=ENVIRONMENT, help="the peers' environment")
    parser.add_argument("--sales", action="store_true")
    parser.add_argument("--noise", type=int, metavar="DRAWS", help="cost of a column of noise")
    options = parser.parse_args()
    if options.sales:
        print(sales(100).round(3).to_string(index=False))
        return
    if options.noise is not None:
        print(noise(options.noise).round(4).to_string(index=False))
        return
    if options.data is None:
        parser.error("give --data DIR, --sales or --noise DRAWS")
    needed = [name.lower() for name in options.peers]
    python = peers_python(options.env, *needed) if needed else options.env
    peers = dict.fromkeys(options.peers, python)
    rows, begin = [], time.perf_counter()
    for task in tasks(options.data):
        if task.name.startswith(options.only):
            origins = 1 if task.name == "m4 hourly" else options.origins
            rows += score(task, origins, mstl=options.mstl, peers=peers)
            table = pd.DataFrame(rows).groupby(["set", "h", "model"], sort=False).mean()
            print(table.loc[[task.name]].round(3).to_string(), flush=True)
    print(table.round(3).to_string())
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
