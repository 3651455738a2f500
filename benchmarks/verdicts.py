"""Ask for the verdict on series whose best model is known.

    python benchmarks/verdicts.py --data DIR
    python benchmarks/verdicts.py --data DIR --only passengers walk

DIR holds ``synthetic.parquet``; ``tutorial``, ``passengers`` and ``walk`` need none. The
statistical models need the extra [stats].
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import gatecast as gc
from gatecast.datasets import air_passengers, noisy_sine


def judge(name: str, table: pd.DataFrame, models: list[Any], **settings: Any) -> None:
    started = time.perf_counter()
    found = gc.backtest(models, table, leave_out=True, **settings)
    told = gc.verdict(found, loss="squared")
    seconds = time.perf_counter() - started
    board = found.leaderboard().set_index("model")["rmse"]
    print(
        f"== {name}: {seconds:.0f} s; RMSE " + ", ".join(f"{m} {r:.4g}" for m, r in board.items())
    )
    print(f"   {told.paragraph}")
    for note in found.notes:
        if "left out" in note:
            print(f"   {note}")


def series(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"y": values})


def one_step(order: tuple[int, int, int]) -> list[Any]:
    line = gc.LinearAutoregression(1, look_back=30)
    return [gc.LSTMForecaster(1), gc.SARIMA(1, order=order), line, gc.Naive(1)]


def tutorial(_: Path) -> None:
    """200 of the tutorial's test values, ten apart: an ARMA(2, 2) holds a sine exactly."""
    y = noisy_sine()["y"].to_numpy()
    judge("tutorial", series(y), one_step((2, 0, 2)), n_windows=200, step_size=10, refit=False)


def passengers(_: Path) -> None:
    """20 origins, everything fitted at each: the LSTM and five baselines."""
    models = [gc.LSTMForecaster(12), gc.SARIMA(12), gc.AutoETS(12), gc.Theta(12),
              gc.LinearAutoregression(12), gc.SeasonalNaive(12)]  # fmt: skip
    judge("AirPassengers", air_passengers(), models, h=12, n_windows=20, step_size=3)


def airline(data: Path) -> None:
    """The process that SARIMA is named after."""
    y = synthetic(data, "airline")
    models = [gc.LSTMForecaster(12, season_length=12), gc.SARIMA(12, season_length=12),
              gc.SeasonalNaive(12, season_length=12)]  # fmt: skip
    judge("airline process", series(y), models, h=12, n_windows=20, step_size=4)


def ar2(data: Path) -> None:
    """A linear series."""
    judge("AR(2)", series(synthetic(data, "ar2")[:3000]), one_step((2, 0, 0)), n_windows=300,
          step_size=1, refit=False)  # fmt: skip


def setar(data: Path) -> None:
    """A threshold autoregression."""
    judge("threshold autoregression", series(synthetic(data, "setar")[:3000]),
          one_step((2, 0, 0)), n_windows=300, step_size=1, refit=False)  # fmt: skip


def lorenz(data: Path) -> None:
    """The x of Lorenz's equations, 25 steps ahead."""
    models = [gc.LSTMForecaster(25), gc.LinearAutoregression(25, look_back=50), gc.Naive(25)]
    judge("Lorenz x", series(synthetic(data, "lorenz_x")), models, h=25, n_windows=80,
          step_size=25, refit=False)  # fmt: skip


def walk(_: Path) -> None:
    """A random walk with the size of daily changes of an exchange rate."""
    rng = np.random.default_rng(0)
    y = np.exp(rng.normal(0, 0.006, 1500).cumsum())
    models = [gc.LSTMForecaster(5), gc.SARIMA(5), gc.LinearAutoregression(5), gc.Naive(5),
              gc.Drift(5)]  # fmt: skip
    judge("random walk", series(y), models, h=5, n_windows=60, step_size=5, refit=False)


def synthetic(data: Path, name: str) -> np.ndarray:
    frame = pd.read_parquet(data / "synthetic.parquet")
    return frame.loc[frame["unique_id"] == name, "y"].to_numpy()


JOBS: dict[str, Callable[[Path], None]] = {
    job.__name__: job for job in (tutorial, passengers, airline, ar2, setar, lorenz, walk)
}


def main() -> None:
    """Parse, judge, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the benchmark data")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=list(JOBS), metavar="JOB")
    options = parser.parse_args()
    for name in options.only:
        JOBS[name](options.data)


if __name__ == "__main__":
    main()
