"""Compare the weights of a combination of AutoETS, Theta and the pretrained LSTM.

    python benchmarks/combinations.py --data DIR                      60 series a set
    python benchmarks/combinations.py --data DIR --count 20 --sets m1_yearly,m4_yearly

One series at a time, at origin 1, the ``h`` values before the official test part, which rules are
chosen by. Prints the mean MASE of each member, of their mean and median, and of
``gatecast.Combination``, the coverage of its intervals, and geometric means relative to AutoETS.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import gatecast as gc

sys.path.insert(0, str(Path(__file__).parents[1] / "pretraining"))
from evaluate import SETS, series_of

MEMBERS = ("PretrainedLSTM", "AutoETS", "Theta")


def score(known: np.ndarray, future: np.ndarray, season: int, h: int, scale: float) -> dict:
    """Give the MASE of each forecast of one series, and the coverage of the combination's."""
    frame = pd.DataFrame({"ds": np.arange(len(known)), "y": known})
    model = gc.Combination(MEMBERS, h=h, season_length=season, level=[80, 95]).fit(frame)
    outputs = np.stack([one.forecast[0] for one in model.outputs_])
    table = model.predict()
    forecasts = {
        **dict(zip(model.names_, outputs, strict=True)),
        "equal": outputs.mean(axis=0),
        "median": np.median(outputs, axis=0),
        "auto": table["Combination"].to_numpy(),
    }
    row = {name: np.abs(future - f[: len(future)]).mean() / scale for name, f in forecasts.items()}
    for level in (80, 95):
        ends = table[[f"Combination-lo-{level}", f"Combination-hi-{level}"]].to_numpy()
        ends = ends[: len(future)].T
        row[str(level)] = 100 * ((ends[0] <= future) & (future <= ends[1])).mean()
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--sets", default=",".join(s for s in SETS if SETS[s][0] in (1, 4, 12)))
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = {}
    for name in args.sets.split(","):
        season, _, scale_season, h = SETS[name]
        scores = []
        for known, future in series_of(args.data, name, args.count, 1, h):
            scale = np.abs(known[scale_season:] - known[:-scale_season]).mean()
            if scale > 0:
                scores.append(score(known[-1000:], future, season, h, scale))
        rows[name] = pd.DataFrame(scores).mean()
        print(name, rows[name].round(3).to_dict(), flush=True)
    errors = pd.DataFrame(rows).T.drop(columns=["80", "95"])
    ratio = np.exp(np.log(errors.div(errors["AutoETS"], axis=0)).mean())
    print("relative to AutoETS:", ratio.round(3).to_dict())


if __name__ == "__main__":
    main()
