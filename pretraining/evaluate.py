"""Score the pretrained network beside AutoETS, Theta and their means, one series at a time.

    python pretraining/evaluate.py WEIGHTS --data DIR                       development origins
    python pretraining/evaluate.py WEIGHTS --data DIR --origin 0 --arima    the test parts, once

Origin 0 is the official test part; origin 1 the ``h`` values before it, forecast from those before.
Nothing may be chosen by origin 0.
"""

from __future__ import annotations

import argparse
import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from gatecast.pretrained.forecaster import PretrainedLSTM
from gatecast.pretrained.network import MEDIAN, PretrainedNetwork
from gatecast.storage import read_arrays

#: file, season length, longer season, season of MASE, horizon
SETS = {
    "tourism_monthly": (12, 0, 12, 24),
    "tourism_quarterly": (4, 0, 4, 8),
    "m1_monthly": (12, 0, 12, 18),
    "m1_quarterly": (4, 0, 4, 8),
    "m1_yearly": (1, 0, 1, 6),
    "m4_yearly": (1, 0, 1, 6),
    "m4_monthly_tail": (12, 0, 12, 18),
    "m4_quarterly_99": (4, 0, 4, 8),
    "m4_weekly": (52, 0, 1, 13),
    "m4_hourly": (24, 168, 24, 48),
    "m4_daily_tail": (7, 0, 1, 14),
}
LONGEST = 1024  # last values that the network runs along
#: what they are called in statsforecast, how many last values they see, and the longest season
PEERS = {"ETS": "AutoETS", "Theta": "DynamicOptimizedTheta", "ARIMA": "AutoARIMA"}
LAST, LONGEST_SEASON = 1000, 24


def series_of(data: Path, name: str, count: int, origin: int, h: int) -> list[tuple]:
    """Sample series of a set, each cut at the origin, into (known, future): first ones first."""
    frame = pd.read_parquet(data / f"{name}.parquet")
    ids = np.array(sorted(frame.unique_id.unique()))
    ids = np.random.default_rng(0).permutation(ids)[:count]
    frame = frame[frame.unique_id.isin(ids)]
    pairs = []
    groups = dict(iter(frame.groupby("unique_id", observed=True)))
    for g in (groups[i] for i in ids):
        known = g.y[g.split != "test"].to_numpy(float)
        future = g.y[g.split == "test"].to_numpy(float)[:h]
        for _ in range(origin):
            known, future = known[:-h], known[-h:]
        if len(known) >= 5:
            pairs.append((known, future))
    return pairs


def forecast(known: np.ndarray, m: int, M: int, h: int, weights: PretrainedNetwork) -> np.ndarray:
    """Forecast quantiles [h, Q] of one series, as users get them."""
    model = PretrainedLSTM(h, season_length=(m, M) if M else m)
    model.network_, model.seasons_ = weights, (m, M) if M else (m,)
    return model.forecast_rows(known[None, -max(LONGEST, 3 * M) :])[0]


def seasonal_naive(known: np.ndarray, m: int, h: int) -> np.ndarray:
    """Repeat the last season."""
    return known[-1 - (-np.arange(h) - 1) % m] * 1.0


def peer(name: str, known: np.ndarray, m: int, h: int, **options: object) -> dict[str, np.ndarray]:
    """Forecast with a model of statsforecast: its mean, and what ``options`` ask for."""
    from statsforecast import models

    model = getattr(models, name)(season_length=m if m <= LONGEST_SEASON else 1)
    try:
        return model.forecast(known[-LAST:], h, **options)
    except Exception:  # some series cannot be fitted
        return {"mean": np.full(h, known[-1])}


def score(args: argparse.Namespace, network: PretrainedNetwork, name: str) -> dict[str, float]:
    """Compute the mean MASE of each way on one set, and the network's coverage."""
    m, M, scale_season, h = SETS[name]
    pairs = series_of(args.data, name, args.count, args.origin, h)
    cache = args.cache / f"{name}-{args.origin}-{args.count}-{args.arima}.pickle"
    if cache.exists():
        others = pickle.loads(cache.read_bytes())
    else:
        names = [name for name in PEERS if args.arima or name != "ARIMA"]
        others = [{n: peer(PEERS[n], k, m, h)["mean"] for n in names} for k, _ in pairs]
        args.cache.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(pickle.dumps(others))
    if args.peers:
        return {}
    errors: dict[str, list[float]] = {}
    inside = []
    for (known, future), other in zip(pairs, others, strict=True):
        scale = np.abs(known[scale_season:] - known[:-scale_season]).mean()
        if not scale > 0:
            continue
        q = forecast(known, m, M, h, network)[: len(future)]
        ways = {"pretrained": q[:, MEDIAN], **{k: v[: len(future)] for k, v in other.items()}}
        ways["naive"] = seasonal_naive(known, m, len(future))
        ways["classic"] = np.mean(list(other.values()), 0)[: len(future)]
        ways["all"] = np.mean([*other.values(), np.resize(q[:, MEDIAN], h)], 0)[: len(future)]
        for way, value in ways.items():
            errors.setdefault(way, []).append(np.abs(future - value).mean() / scale)
        inside.append([
            ((q[:, a] <= future) & (future <= q[:, b])).mean() for a, b in ((2, 6), (0, 8))
        ])  # fmt: skip
    mean = {way: float(np.mean(v)) for way, v in errors.items()}
    mean["80"], mean["95"] = np.mean(inside, 0) * 100
    mean["worst"] = float(np.max(np.array(errors["pretrained"]) / np.maximum(errors["naive"], 0.1)))
    return mean


def main() -> None:
    """Print a row for each set, and geometric means relative to AutoETS."""
    parser = argparse.ArgumentParser()
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--origin", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--arima", action="store_true")
    parser.add_argument("--peers", action="store_true", help="forecast with the peers alone")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--cache", type=Path, default=Path("runs/peers"))
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    network = PretrainedNetwork.from_arrays(read_arrays(args.weights)[0])
    table = pd.DataFrame({name: score(args, network, name) for name in args.sets.split(",")}).T
    if args.peers:
        return
    print(table.round(3).to_string())
    ways = [w for w in table if w not in ("80", "95", "worst")]
    for title, sets in (
        ("yearly to monthly", [s for s in table.index if SETS[s][0] in (1, 4, 12)]),
        ("daily, hourly, weekly", [s for s in table.index if SETS[s][0] not in (1, 4, 12)]),
    ):
        if sets:
            part = table.loc[sets, ways]
            ratio = np.exp(np.log(part.div(part.ETS, axis=0)).mean())
            print(f"{title}, relative to AutoETS: {ratio.round(3).to_dict()}")


if __name__ == "__main__":
    main()
