"""Measure what a series that was not in the fit loses beside one that was.

    python benchmarks/new_series.py --data DIR                      # at origin 1
    python benchmarks/new_series.py --data DIR --sets m4_yearly --series 2000

Half of the series of each set, drawn by ``--seed``, are never in the fit: their forecasts come from
``predict(df)`` of a model fitted on the other half. Beside them stand the forecasts of the same
series by a model fitted on all. Both are scored on that half alone; seconds are CPU time.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sets import SETS, load, scores

from gatecast import LSTMForecaster


def measure(name: str, options: argparse.Namespace) -> None:
    """Print the rows of one set."""
    this = SETS[name]
    known, future = load(options.data, name, options.origin, options.series)
    ids = known["unique_id"].unique()
    new = np.random.default_rng(options.seed).permutation(ids)[: len(ids) // 2]

    def half(frame: pd.DataFrame, *, fitted: bool) -> pd.DataFrame:
        return frame[frame["unique_id"].isin(new) != fitted].reset_index(drop=True)

    def model() -> LSTMForecaster:
        return LSTMForecaster(
            this.h, season_length=this.season, preset=options.preset, random_state=options.seed
        )

    past, actual, owa = half(known, fitted=False), half(future, fitted=False), []
    for kind in ("in the fit", "not in the fit"):
        started = time.process_time()
        joint = kind == "in the fit"
        fitted = model().fit(known if joint else half(known, fitted=True))
        between = time.process_time()
        forecast = half(fitted.predict(), fitted=False) if joint else fitted.predict(past)
        ended = time.process_time()
        errors = scores(past, actual, forecast, this.m)
        owa.append(errors[-1])
        figures = " ".join(f"{error:7.3f}" for error in errors)
        seconds = f"{between - started:7.1f} {ended - between:7.2f}"
        print(f"{name:18s} {kind:16s} {figures} {seconds}", flush=True)
    print(f"{name:18s} OWA {100 * (owa[1] / owa[0] - 1):+.1f} %", flush=True)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the benchmark data")
    parser.add_argument(
        "--sets", nargs="+", choices=SETS, default=["tourism_monthly", "m4_yearly"],
        metavar="SET", help=f"of {', '.join(SETS)}",
    )  # fmt: skip
    parser.add_argument("--preset", default="default", help="of the models")
    parser.add_argument("--origin", type=int, default=1, help="horizons before the test part")
    parser.add_argument("--series", type=int, help="only so many series of each set")
    parser.add_argument("--seed", type=int, default=0, help="of the halves and the models")
    options = parser.parse_args()
    columns = " ".join(f"{name:>7s}" for name in ("sMAPE", "MASE", "OWA", "fit s", "predict"))
    print(f"{'set':18s} {'series are':16s} {columns}")
    for name in options.sets:
        measure(name, options)


if __name__ == "__main__":
    main()
