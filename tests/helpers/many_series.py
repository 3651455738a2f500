"""Save and load a model of very many series: nothing of a series may stand in the file's header.

``python tests/helpers/many_series.py`` fits a panel of a million series, saves and loads it, and
compares the forecasts; with ``--hours`` it has 32,000 series of a day and a week instead.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

import gatecast
from gatecast import LSTMForecaster
from gatecast.data.panel import Panel, offsets_of


def panel(count, length, freq):
    """So many series of random levels, with a season of 24 and 168 steps where there is room."""
    rng, t = np.random.default_rng(0), np.arange(length)
    shape = np.sin(t * 2 * np.pi / 24) + 0.5 * (t // 24 % 7 > 4)
    values = rng.uniform(5, 50, (count, 1)) + shape + rng.normal(0, 0.2, (count, length))
    step = np.timedelta64(1, "h" if freq == "h" else "D").astype("timedelta64[us]")
    return Panel(
        ids=np.array([f"series {i}" for i in range(count)], dtype=object),
        offsets=offsets_of(np.full(count, length)),
        times=np.tile(np.datetime64("2024-01-01", "us") + t * step, count),
        values=values.ravel(),
        filled=np.zeros(count * length, bool),
        freq=freq, id_col="unique_id", time_col="ds", target_col="y",
    )  # fmt: skip


def save_and_load(count, length, freq, season_length=None):
    """Fit, save, load and compare.

    Returns
    -------
    dict of str to float
        Series, seconds of processor time of each step, and the sizes of file and memory in MB.
    """
    figures = {"series": count}

    def timed(name, work):
        start = time.process_time()
        result = work()
        figures[name] = round(time.process_time() - start, 1)
        return result

    series = panel(count, length, freq)
    model = LSTMForecaster(
        h=2, max_steps=3, n_networks=1, hidden=4, season_length=season_length, pretrained=False
    )
    timed("fit", lambda: model.fit(series))
    due = timed("predict", model.predict)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        timed("save", lambda: model.save(path))
        figures["file_mb"] = round(path.stat().st_size / 1e6)
        loaded = timed("load", lambda: gatecast.load(path))
    np.testing.assert_array_equal(loaded.predict()["LSTM"], due["LSTM"])
    figures["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--hours", action="store_true")
    options = parser.parse_args()
    if options.hours:
        print(json.dumps(save_and_load(min(options.count, 32_000), 504, "h", (24, 168))))
    else:
        print(json.dumps(save_and_load(options.count, 8, "D", 1)))
