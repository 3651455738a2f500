"""Measure what the search promises.

    python benchmarks/tuning.py --data DIR                 # everything
    python benchmarks/tuning.py --only tutorial kills
    python benchmarks/tuning.py --only torch --trials 20   # beside a study of a PyTorch loop

DIR holds the benchmark data; ``tutorial``, ``torch`` and ``kills`` need none. The test part of each
set is kept from the whole of the search, its evaluation included; there the forecaster that the
search returned and the defaults are each fitted on everything before and compared.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gatecast import LSTMForecaster, tune
from gatecast.data.reading import read_panel
from gatecast.datasets import noisy_sine
from gatecast.tuning.origins import Plan

#: Where the test part of the tutorial's series begins.
CUT = 8000


def walk(model: LSTMForecaster, y: np.ndarray, cut: int) -> tuple[float, float]:
    """Walk a fitted model along the rest, one step ahead; give RMSE and MAE."""
    errors = []
    for value in y[cut:]:
        errors.append(model.predict()["LSTM"].iloc[0] - value)
        model.update([value])
    return float(np.sqrt(np.mean(np.square(errors)))), float(np.mean(np.abs(errors)))


def tutorial(options: argparse.Namespace) -> None:
    """50 trials on the first 8,000 steps, one step ahead; the noise floor is 0.4948."""
    y, cut = noisy_sine()["y"].to_numpy(), CUT
    known = pd.DataFrame({"y": y[:cut]})
    for seed in range(3):
        started, cpu = time.perf_counter(), time.process_time()
        found = tune(known, 1, n_trials=options.trials, loss="squared", random_state=seed)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        told(found)
        ours = walk(found.forecaster, y, cut)
        defaults = walk(LSTMForecaster(1).fit(known), y, cut)
        print(
            f"tutorial, seed {seed}: {options.trials} trials, judged and fitted in {seconds:.0f} s "
            f"({cpu:.0f} s of processors); test part: "
            f"RMSE {ours[0]:.4f}, defaults {defaults[0]:.4f}"
        )


def torch(options: argparse.Namespace) -> None:
    """A study of as many trials of a plain PyTorch loop, on the same values of the series."""
    if find_spec("torch") is None:
        print("torch: skipped, for PyTorch is not installed here (requirements.txt names it)")
        return
    import peer_torch_tuning

    y, n_trials = noisy_sine()["y"].to_numpy(), options.trials
    known = pd.DataFrame({"y": y[:CUT]})
    started = time.perf_counter()
    found = tune(known, 1, n_trials=n_trials, loss="squared")
    seconds = time.perf_counter() - started
    searching = float(found.trials["seconds"].sum())
    plan = Plan.make(read_panel(known), 1)
    seen = CUT - 1 - (plan.test - 1) * plan.test_step
    validation = 1 + (plan.searched - 1) * plan.step
    peer = peer_torch_tuning.search(y, CUT, seen, validation, n_trials, searching, seed=0)
    print({name: value for name, value in peer.settings.items() if value is not None})
    print(
        f"torch: {n_trials} trials in {peer.seconds:.0f} s, {peer.seconds / n_trials:.2f} s each; "
        f"{peer.in_time} of them in the {searching:.0f} s of ours ({searching / n_trials:.2f} s "
        f"each; judged and fitted in {seconds:.0f} s); test part: RMSE {peer.rmse:.4f}"
        + (f", of those in time {peer.rmse_in_time:.4f}" if peer.in_time else "")
        + f", ours {walk(found.forecaster, y, CUT)[0]:.4f}"
    )


def tourism(options: argparse.Namespace) -> None:
    """30 trials on 427 quarterly series; MASE over the 8 quarters of the test part."""
    h, season = 8, 4
    frame = pd.read_parquet(options.data / "tourism_quarterly.parquet").astype({"unique_id": str})
    known = frame.loc[frame["split"] != "test", ["unique_id", "ds", "y"]]
    base = LSTMForecaster(h, season_length=season)
    scale = known.groupby("unique_id")["y"].apply(
        lambda y: np.abs(y.to_numpy()[season:] - y.to_numpy()[:-season]).mean()
    )

    def mase(model: LSTMForecaster) -> float:
        scored = frame[frame["split"] == "test"].merge(model.predict(), on=["unique_id", "ds"])
        errors = (scored["y"] - scored["LSTM"]).abs() / scored["unique_id"].map(scale)
        return float(errors.replace(np.inf, np.nan).mean())

    started, cpu = time.perf_counter(), time.process_time()
    found = tune(known, h, n_trials=30, forecaster=base)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    told(found)
    print(
        f"tourism quarterly: 30 trials, judged and fitted in {seconds:.0f} s ({cpu:.0f} s of "
        f"processors); test part: "
        f"MASE {mase(found.forecaster):.4f}, defaults {mase(base.fit(known)):.4f}"
    )


def told(found: Any) -> None:
    """Print what the search says, and the settings that it found."""
    print({name: value for name, value in found.settings.items() if value is not None})
    for sentence in found.sentences:
        print(f"  {sentence}")


WORKER = """
import sys
from tuning import small
small(100_000, sys.argv[1])
"""


def small(n_trials: int, path: str, **more: Any) -> Any:
    """Run trials of a few hundredths of a second each."""
    y = np.sin(np.arange(150) / 4) + np.random.default_rng(0).normal(0, 0.1, 150)
    return tune(
        pd.DataFrame({"y": y}), 2, n_trials, storage=path, resume=True, random_state=0,
        space={"hidden": (2, 8), "max_steps": (3, 20), "look_back": None, "layers": 1},
        forecaster=LSTMForecaster(2, hidden=3, max_steps=5), n_windows=4, n_test=6, **more,
    )  # fmt: skip


def kills(_: argparse.Namespace) -> None:
    """Two workers on one study, ended by kill -9 at 20 random instants."""
    rng = np.random.default_rng()
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "study.db")
        kept = ended(small(1, path))
        lost = running = 0
        waits = []
        for _round in range(20):
            workers = [
                subprocess.Popen([sys.executable, "-c", WORKER, path], cwd=Path(__file__).parent)
                for _ in range(2)
            ]
            time.sleep(rng.uniform(2.0, 6.0))
            for worker in workers:
                worker.kill()
            for worker in workers:
                worker.wait()
            then = ended_in(path)
            lost += sum(then.get(number) != value for number, value in kept.items())
            told: list[float] = []
            started = time.perf_counter()
            found = small(
                100_000, path, timeout=0.8,
                progress=lambda _, told=told: told.append(time.perf_counter()),
            )  # fmt: skip
            waits.append(told[0] - started)
            now = ended(found)
            lost += sum(now.get(number) != value for number, value in then.items())
            running += int((found.trials["state"] == "running").sum())
            kept = now
        killed = int((found.trials["state"] == "failed").sum())
        print(
            f"kills: 20 times two workers, {len(kept)} trials ended, {killed} cut off, {lost} "
            f"lost, {running} left running; ready to go on after {np.median(waits):.2f} s "
            f"(slowest {max(waits):.2f} s)"
        )


def ended_in(path: str) -> dict[int, float]:
    """Give the same as :func:`ended` from the file itself."""
    rows = sqlite3.connect(path).execute(
        "select number, case state when 'COMPLETE' then value end "
        "from trials left join trial_values using (trial_id) "
        "where state in ('COMPLETE', 'PRUNED')"
    )
    return {number: -1.0 if value is None else value for number, value in rows}


def ended(found: Any) -> dict[int, float]:
    """Give the scores of the trials that came to an end."""
    rows = found.trials[found.trials["state"].isin(["finished", "pruned", "diverged"])]
    values = rows["value"].where(rows["state"] == "finished", -1.0)  # others are not kept as such
    return dict(zip(rows["number"], values, strict=True))


JOBS: dict[str, Callable[[argparse.Namespace], None]] = {
    job.__name__: job for job in (tutorial, torch, tourism, kills)
}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the benchmark data")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=list(JOBS), metavar="JOB")
    parser.add_argument("--trials", type=int, default=50, help="trials on the tutorial's series")
    options = parser.parse_args()
    for name in options.only:
        JOBS[name](options)


if __name__ == "__main__":
    main()
