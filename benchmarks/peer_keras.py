"""Keras' side of the speed table, on TensorFlow's CPU build: ``fit`` and ``predict``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
from jobs import Job
from tutorial_data import windows

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

__all__ = ["prepare", "version"]


def version() -> str:
    """Name the library and its version."""
    return f"Keras {keras.__version__} on TensorFlow {tf.__version__}"


def prepare(job: Job, threads: int) -> Callable[[], float] | None:
    """Make a function that does the job once and gives the seconds that it took."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    keras.utils.set_random_seed(0)
    kinds = {"fit": _fit, "predict": _predict}
    return kinds[job.kind](job) if job.kind in kinds else None


def _model(job: Job) -> keras.Model:
    model = keras.Sequential(
        [keras.Input((job.steps, 1)), keras.layers.LSTM(job.hidden), keras.layers.Dense(1)]
    )
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model


def _fit(job: Job) -> Callable[[], float]:
    x, y = windows(job.steps)

    def run() -> float:
        model = _model(job)
        started = time.perf_counter()
        model.fit(x, y, epochs=job.epochs, batch_size=job.batch, verbose=0)
        return time.perf_counter() - started

    return run


def _predict(job: Job) -> Callable[[], float]:
    model = _model(job)
    x = np.random.default_rng(0).normal(size=(job.batch, job.steps, 1)).astype(np.float32)
    model.predict(x, verbose=0)

    def run() -> float:
        started = time.perf_counter()
        model.predict(x, verbose=0)
        return time.perf_counter() - started

    return run
