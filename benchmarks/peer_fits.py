"""Other libraries' side of the table of whole fits, run in the peers' environment.

Reads a job of ``fits.py`` with its values as JSON, and answers with CPU seconds and seconds of a
fit and a forecast, and the forecasts from each origin, [origins, series, h].
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

#: Gives forecasts [series, h] from the end of values [series, n].
Forecast = Callable[[np.ndarray], np.ndarray]


def neuralforecast(job: dict[str, Any], known: np.ndarray) -> Forecast:
    """Fit neuralforecast's LSTM with its defaults."""
    import torch
    from neuralforecast import NeuralForecast
    from neuralforecast.models import LSTM

    torch.set_num_threads(1)
    model = LSTM(
        h=job["h"], start_padding_enabled=known.shape[1] < 3 * job["h"], accelerator="cpu",
        logger=False, enable_progress_bar=False, enable_model_summary=False,
        enable_checkpointing=False,
    )  # fmt: skip
    fitted = NeuralForecast(models=[model], freq=1)

    def frame(values: np.ndarray) -> pd.DataFrame:
        series, n = values.shape
        ids, times = np.repeat(np.arange(series), n), np.tile(np.arange(n), series)
        return pd.DataFrame({"unique_id": ids, "ds": times, "y": values.ravel()})

    fitted.fit(frame(known))

    def forecast(values: np.ndarray) -> np.ndarray:
        found = fitted.predict(frame(values)).sort_values(["unique_id", "ds"])
        return found["LSTM"].to_numpy(float).reshape(len(values), -1)

    return forecast


def prophet(job: dict[str, Any], known: np.ndarray) -> Forecast:
    """Fit Prophet with its defaults, and forecast all that was held out at once."""
    from prophet import Prophet

    freq, ahead = "MS" if job["h"] == 12 else "h", job["origins"] * job["h"]
    times = pd.date_range("1990-01-01", periods=known.shape[1] + ahead, freq=freq)
    model = Prophet()
    model.fit(pd.DataFrame({"ds": times[: known.shape[1]], "y": known[0]}))
    later = pd.DataFrame({"ds": times[known.shape[1] :]})
    all_steps = model.predict(later)["yhat"].to_numpy()

    def forecast(values: np.ndarray) -> np.ndarray:
        first = values.shape[1] - known.shape[1]
        return all_steps[np.newaxis, first : first + job["h"]]

    return forecast


def autoarima(job: dict[str, Any], known: np.ndarray) -> Forecast:
    """Fit statsforecast's AutoARIMA once; later origins keep its parameters."""
    from statsforecast.models import AutoARIMA

    model = AutoARIMA(season_length=job["season"]).fit(known[0])

    def forecast(values: np.ndarray) -> np.ndarray:
        return model.forward(values[0], job["h"])["mean"][np.newaxis]

    return forecast


def cpu_seconds() -> float:
    """Give the CPU seconds of this process and of those that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Read, fit, forecast, answer."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is not an answer
    for name in ("pytorch_lightning", "lightning_fabric", "cmdstanpy", "prophet"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    job = json.load(sys.stdin)
    values, h, length = np.array(job["values"]), job["h"], job["length"]
    module, fit = {
        "neuralforecast": ("neuralforecast.models", neuralforecast),
        "Prophet": ("prophet", prophet),
        "AutoARIMA": ("statsforecast.models", autoarima),
    }[job["peer"]]
    import_module(module)  # before the clock starts
    started, cpu = time.perf_counter(), cpu_seconds()
    forecast = fit(job, values[:, :length])
    forecasts = [forecast(values[:, :length])]
    seconds, cpu = time.perf_counter() - started, cpu_seconds() - cpu
    forecasts += [forecast(values[:, : length + i * h]) for i in range(1, job["origins"])]
    answer = {"cpu": cpu, "seconds": seconds, "forecasts": np.array(forecasts).tolist()}
    json.dump(answer, answers)


main()
