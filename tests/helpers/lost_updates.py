"""Processes, some of them killed, and threads that update one model: no row may be lost.

``python tests/helpers/lost_updates.py`` plays 200 rounds of three processes that update one file,
of which one is killed at any instant, and lets 8 threads make 500 updates each of one model.
"""

import argparse
import json
import multiprocessing
import os
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path

import numpy as np
import pandas as pd

import gatecast
from gatecast import LSTMForecaster, PretrainedLSTM

WORKERS, UPDATES = 3, 4  # processes, and updates of each in a round
KINDS = {
    "lstm": lambda: LSTMForecaster(h=2, max_steps=3, n_networks=1, hidden=3, threads=1),
    "pretrained": lambda: PretrainedLSTM(h=2),
}


def panel(seed=0):
    """As many series as there are processes."""
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i}" for i in range(WORKERS)], 40),
            "ds": np.tile(pd.date_range("2024-01-01", periods=40), WORKERS),
            "y": np.random.default_rng(seed).normal(size=40 * WORKERS).cumsum(),
        }
    )


def ends_of(model):
    """Names and last days of a model's series."""
    ends = model.ends_ if isinstance(model, LSTMForecaster) else model.panel_.ends()
    return ends.ids, ends.times.astype("datetime64[D]")


def row_after(model, i):
    """The next row of a series; its value depends on nothing but its day."""
    ids, days = ends_of(model)
    day = days[i] + 1
    return pd.DataFrame(
        {"unique_id": [ids[i]], "ds": [pd.Timestamp(day)], "y": [np.sin(float(day.astype(int)))]}
    )


def rows_between(before, after):
    """Rows of each series that a model has taken in since it was another."""
    return (ends_of(after)[1] - ends_of(before)[1]).astype(int)


def work(path, i, acknowledged):
    """Update one series of the file, and say so after each row that is safe."""
    for _ in range(UPDATES):
        with gatecast.open_for_update(path) as model:
            model.update(row_after(model, i))
        os.write(acknowledged, b".")


def play_round(path, rng):
    """Let processes update the file and kill one; give the rows that each has acknowledged."""
    context = multiprocessing.get_context("fork")
    pipes = [os.pipe() for _ in range(WORKERS)]
    workers = [
        context.Process(target=work, args=(path, i, pipes[i][1]), daemon=True)
        for i in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    victim = int(rng.integers(WORKERS))
    time.sleep(rng.uniform(0, 0.02 * WORKERS * UPDATES))
    os.kill(workers[victim].pid, signal.SIGKILL)
    counts = []
    for worker, (out, into) in zip(workers, pipes, strict=True):
        worker.join()
        os.close(into)
        counts.append(len(os.read(out, UPDATES)))
        os.close(out)
    codes = [worker.exitcode for worker in workers]
    assert [c for i, c in enumerate(codes) if i != victim] == [0] * (WORKERS - 1), codes
    return counts, codes[victim] == -signal.SIGKILL


def compare(path, alone, counts=(0,) * WORKERS):
    """Compare a file with a model that then takes the same rows alone.

    Parameters
    ----------
    path : Path
        The file, which took rows in.
    alone : LSTMForecaster or PretrainedLSTM
        The model as the file was before; afterwards as it is now.
    counts : sequence of int
        Rows of each series that were acknowledged.

    Returns
    -------
    rows, lost : int
        Rows that the file took in, and how many that were acknowledged are not there.
    """
    model = gatecast.load(path)
    taken = rows_between(alone, model)
    for i, rows in enumerate(taken):
        for _ in range(rows):
            alone.update(row_after(alone, i))
    pd.testing.assert_frame_equal(model.predict(), alone.predict(), check_exact=True)
    # a kill between the write and the acknowledgement leaves one row more
    lost = sum(max(0, count - int(rows)) for count, rows in zip(counts, taken, strict=True))
    return int(taken.sum()), lost


def in_processes(folder, rounds, seed=0, kind="lstm"):
    """Play rounds, and compare the file with a model that took the same rows alone.

    Returns
    -------
    dict of str to int
        Rounds, rows, kills in the middle of work, and rows lost.
    """
    path, rng = Path(folder) / "model", np.random.default_rng(seed)
    alone = KINDS[kind]().fit(panel())
    alone.save(path)
    found = {"rounds": 0, "rows": 0, "kills": 0, "lost": 0}
    while found["rounds"] < rounds or not found["kills"]:  # a kill may come too late
        found["rounds"] += 1
        counts, killed = play_round(path, rng)
        rows, lost = compare(path, alone, counts)
        found["kills"] += killed
        found["rows"] += rows
        found["lost"] += lost
    with gatecast.open_for_update(path):
        pass  # sweeps what the last kill may have left
    assert [p.name for p in path.parent.iterdir()] == ["model"]
    return found


def in_threads(threads, updates, kind="lstm"):
    """Let threads update one model, and compare it with one that took the rows alone.

    Returns
    -------
    dict of str to int
        Updates, and how many of them are not there.
    """
    shared, alone = (KINDS[kind]().fit(panel()) for _ in range(2))
    start = copy(shared)

    def add(_):
        for _ in range(updates):
            shared.update(np.full((WORKERS, 1), 0.5))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, range(threads)))
    for _ in range(threads * updates):
        alone.update(np.full((WORKERS, 1), 0.5))
    there = int(rows_between(start, shared)[0])
    pd.testing.assert_frame_equal(shared.predict(), copy(alone).predict(), check_exact=True)
    return {"updates": threads * updates, "lost": threads * updates - there}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--updates", type=int, default=500)
    parser.add_argument("--kind", choices=KINDS, default="lstm")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        result = {"processes": in_processes(temporary, options.rounds, kind=options.kind)}
    result["threads"] = in_threads(options.threads, options.updates, options.kind)
    print(json.dumps(result))
