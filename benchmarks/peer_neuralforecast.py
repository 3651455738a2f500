"""neuralforecast's side of the speed table: its LSTM on the windowed job."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version as installed

import numpy as np
import pandas as pd
import torch
from jobs import Job

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
logging.getLogger("lightning_fabric").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")

__all__ = ["prepare", "version"]


def version() -> str:
    """Name the library and its version."""
    return f"neuralforecast {installed('neuralforecast')}"


def prepare(job: Job, threads: int) -> Callable[[], float] | None:
    """Make a function that does the job once and gives the seconds that it took."""
    from neuralforecast import NeuralForecast
    from neuralforecast.losses.pytorch import MSE
    from neuralforecast.models import LSTM

    torch.set_num_threads(threads)
    if job.name not in ("windowed", "predict 1 window of 64"):
        return None
    rng = np.random.RandomState(0)
    y = np.sin(np.arange(0, 1000, 0.1)) + rng.normal(scale=0.5, size=10000)
    frame = pd.DataFrame({"unique_id": "sine", "ds": np.arange(8000), "y": y[:8000]})
    updates = 5 * -(-(8000 - 64) // 32) if job.kind == "fit" else 5

    def fitted() -> tuple[NeuralForecast, float]:
        model = LSTM(
            h=1, input_size=64, encoder_hidden_size=job.hidden, encoder_n_layers=1,
            decoder_layers=1, decoder_hidden_size=job.hidden, loss=MSE(), batch_size=1,
            windows_batch_size=32, max_steps=updates, learning_rate=1e-3, scaler_type="identity",
            accelerator="cpu", logger=False, enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False,
        )  # fmt: skip
        forecast = NeuralForecast(models=[model], freq=1)
        started = time.perf_counter()
        forecast.fit(frame)
        return forecast, time.perf_counter() - started

    if job.kind == "fit":
        return lambda: fitted()[1]
    forecast, _ = fitted()

    def run() -> float:
        started = time.perf_counter()
        forecast.predict()
        return time.perf_counter() - started

    return run
