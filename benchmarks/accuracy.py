"""Measure how accurate the forecaster is, beside statistical methods and another library's LSTM.

    python benchmarks/accuracy.py --data DIR                        # the official test parts
    python benchmarks/accuracy.py --data DIR --origin 1 --sets tourism_monthly etth1_96

DIR holds the benchmark data, a Parquet file for each set. Settings are chosen at earlier origins,
``--origin 1`` or more, which leave the test part alone. There are two tables: sets of series, each
forecast once (``sets.py`` says how it is scored), and long horizons of few series, forecast from
every hour (``long_horizons.py``). Each model is fitted in a process of its own: seconds are those
of fitting and forecasting, and memory is the peak of that process, data included.

AutoARIMA is stopped after ``--limit`` seconds on a set, and its row then says so; nothing else is
limited. neuralforecast's LSTM, with its defaults, runs in the peers' environment
(benchmarks/.peers, or --env DIR), to which PyTorch and neuralforecast are added at the first use.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import long_horizons
from apart import Found, apart, peak
from long_horizons import HORIZONS, REFERENCES
from peers import ENVIRONMENT, peers_python
from sets import SETS, load, scores

from gatecast import LSTMForecaster
from gatecast.baselines import AutoARIMA, AutoETS, SeasonalNaive, Theta
from gatecast.forecaster.settings.config import PRESETS

BASELINES: dict[str, Any] = {
    kind.__name__: kind for kind in (SeasonalNaive, Theta, AutoETS, AutoARIMA)
}
PEER = "neuralforecast"


def measure(answer: Any, options: argparse.Namespace, name: str, model: str) -> None:
    """Fit one model to one set, and send what it is worth; runs in a process of its own."""
    this = SETS[name]
    known, future = load(options.data, name, options.origin, options.series)
    if model in BASELINES:
        fitted = BASELINES[model](this.h, season_length=this.season)
    else:
        fitted = LSTMForecaster(
            this.h, season_length=this.season, preset=model.split()[-1], random_state=options.seed
        )
    started = time.perf_counter()
    found = fitted.fit(known).predict()
    seconds = time.perf_counter() - started
    most = peak()
    answer.send((*scores(known, future, found, this.m), seconds, most))


def measure_peer(options: argparse.Namespace, name: str) -> Found:
    """Let neuralforecast's LSTM forecast one set, and give what that is worth."""
    this = SETS[name]
    known, future = load(options.data, name, options.origin, options.series)
    series = {i: y.tolist() for i, y in known.groupby("unique_id", sort=False)["y"]}
    python = peers_python(options.env, "torch", PEER)
    done = subprocess.run(
        [python, Path(__file__).with_name("peer_sets.py")], stdout=subprocess.PIPE, text=True,
        input=json.dumps({"h": this.h, "series": [*series.values()]}),
    )  # fmt: skip
    if done.returncode:
        return "failed"
    said = json.loads(done.stdout)
    forecasts = dict(zip(series, said["forecasts"], strict=True))
    steps = future.groupby("unique_id", sort=False).cumcount()
    found = future[["unique_id", "ds"]].assign(
        **{PEER: [forecasts[i][step] for i, step in zip(future["unique_id"], steps, strict=True)]}
    )
    return (*scores(known, future, found, this.m), said["seconds"], said["peak"])


def show_row(name: str, model: str, found: Found) -> None:
    """Print figures, of which the last two are seconds and memory, or why there are none."""
    if isinstance(found, str):
        text = found
    else:
        *errors, seconds, memory = found
        text = " ".join(f"{error:7.3f}" for error in errors) + f" {seconds:7.1f} {memory:6.2f}"
    print(f"{name:18s} {model:16s} {text}", flush=True)


def show_head(*errors: str) -> None:
    """Print the names of the columns."""
    columns = " ".join(f"{error:>7s}" for error in errors)
    print(f"{'set':18s} {'model':16s} {columns} {'s':>7s} {'GiB':>6s}")


def of_sets(options: argparse.Namespace, presets: Sequence[str]) -> None:
    """Print the table of the sets of series."""
    few = f", {options.series} series of each set at most" if options.series else ""
    where = f"origin {options.origin}" if options.origin else "the official test part"
    print(f"forecasts of {where}{few}; AutoARIMA is given {options.limit:g} s a set")
    show_head("sMAPE", "MASE", "OWA")
    for name in (name for name in options.sets if name in SETS):
        for model in [*options.baselines, *presets]:
            if model == PEER:
                show_row(name, model, measure_peer(options, name))
                continue
            limit = options.limit if model == "AutoARIMA" else None
            show_row(name, model, apart(measure, options, name, model, limit=limit))


def of_long_horizons(options: argparse.Namespace, presets: Sequence[str]) -> None:
    """Print the table of the long horizons."""
    part = "validation" if options.origin else "test"
    print(f"forecasts from every hour of the {part} part, standardised")
    show_head("MSE", "MAE")
    for name in (name for name in options.sets if name in HORIZONS):
        for model in [*REFERENCES, *presets]:
            show_row(name, model, apart(long_horizons.measure, options, name, model))


def main() -> None:
    """Parse, measure, print."""
    sets, baselines = [*SETS, *HORIZONS], [*BASELINES, PEER]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the benchmark data")
    parser.add_argument(
        "--sets", nargs="+", choices=sets, default=sets, metavar="SET", help=f"of {', '.join(sets)}"
    )
    parser.add_argument(
        "--baselines", nargs="*", choices=baselines, default=baselines, metavar="MODEL",
        help=f"of {', '.join(baselines)}; long horizons have their own",
    )  # fmt: skip
    parser.add_argument(
        "--presets", nargs="*", choices=PRESETS, default=list(PRESETS), metavar="PRESET",
        help=f"of {', '.join(PRESETS)}",
    )  # fmt: skip
    parser.add_argument("--origin", type=int, default=0, help="horizons before the test part")
    parser.add_argument(
        "--series", type=int, help="only so many series of each set; long horizons keep all"
    )
    parser.add_argument("--seed", type=int, default=0, help="of our models")
    parser.add_argument(
        "--limit", type=float, default=1200, help="most seconds of AutoARIMA on a set (1200)"
    )
    parser.add_argument("--env", type=Path, default=ENVIRONMENT, help="the peers' environment")
    options = parser.parse_args()
    presets = [f"LSTM {preset}" for preset in options.presets]
    if any(name in SETS for name in options.sets):
        of_sets(options, presets)
    if any(name in HORIZONS for name in options.sets):
        of_long_horizons(options, presets)


if __name__ == "__main__":
    main()
