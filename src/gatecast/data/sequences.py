"""Training pairs as views of the series: no number is copied.

Arrays are [samples, time steps, features]. The target is the first feature. Views are
read-only, because one number of the series stands in many pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast.errors import DataError, UsageError, too_small
from gatecast.messages import Argument, message

__all__ = ["sequences", "tutorial_windows", "windows"]


def windows(values: np.ndarray, look_back: int, horizon: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Pair every stretch of ``look_back`` steps with the ``horizon`` values after it.

    Parameters
    ----------
    values : ndarray of shape [n] or [n, F]
        One series; the first feature is the target.
    look_back : int
        Steps the model sees.
    horizon : int, default 1
        Steps it forecasts.

    Returns
    -------
    x : ndarray of shape [N, look_back, F]
        ``x[k]`` is ``values[k : k + look_back]``; ``N = n - look_back - horizon + 1``, so that
        every usable pair is there.
    y : ndarray of shape [N, horizon]
        ``y[k]`` is the target at ``k + look_back`` and the ``horizon - 1`` steps after it.

    Raises
    ------
    UsageError
        If ``look_back`` or ``horizon`` is below 1, or ``values`` has more than two dimensions.
    DataError
        If the series is too short for a single pair.
    """
    table = _as_table(values)
    _require_positive(look_back=look_back, horizon=horizon)
    samples = len(table) - look_back - horizon + 1
    if samples < 1:
        raise DataError(
            message(
                "sequences.too_short",
                argument=Argument("look_back"),
                steps=look_back,
                horizon=horizon,
                needed=look_back + horizon,
                n=len(table),
            )
        )
    x = sliding_window_view(table, look_back, axis=0)[:samples]
    y = sliding_window_view(table[look_back:, 0], horizon)
    return np.moveaxis(x, -1, 1), y


def sequences(
    values: np.ndarray, length: int, step: int, horizon: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into stretches that have a target after each of their steps.

    A window is a sequence whose loss is taken at its last step only; here each step has its own
    target, so that one pass over ``length`` steps learns from ``length`` forecasts.

    Parameters
    ----------
    values : ndarray of shape [n] or [n, F]
        One series; the first feature is the target.
    length : int
        Steps in a sequence, T.
    step : int
        Distance between the starts of neighbouring sequences. With ``step=length`` they follow
        one another without a gap, and a state can be carried from each to the next.
    horizon : int, default 1
        Values to forecast after each step, K.

    Returns
    -------
    x : ndarray of shape [N, T, F]
        ``x[k, t]`` is ``values[k * step + t]``; ``N = (n - T - K) // step + 1``. Up to
        ``step - 1`` values at the end of the series may not be reached.
    y : ndarray of shape [N, T, K]
        ``y[k, t]`` are the ``K`` targets after ``x[k, t]``.

    Raises
    ------
    UsageError
        If ``length``, ``step`` or ``horizon`` is below 1, or ``values`` has more than two
        dimensions.
    DataError
        If the series is too short for a single sequence.
    """
    table = _as_table(values)
    _require_positive(length=length, step=step, horizon=horizon)
    if len(table) < length + horizon:
        raise DataError(
            message(
                "sequences.too_short",
                argument=Argument("length"),
                steps=length,
                horizon=horizon,
                needed=length + horizon,
                n=len(table),
            )
        )
    x = np.moveaxis(sliding_window_view(table, length, axis=0), -1, 1)
    targets = sliding_window_view(table[1:, 0], horizon)
    y = np.moveaxis(sliding_window_view(targets, length, axis=0), -1, 1)
    return x[: len(y) : step], y[::step]


def tutorial_windows(values: np.ndarray, look_back: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Make the pairs of the tutorial's ``create_dataset``, which loses the last usable one.

    Its loop ends one step early (``range(len(dataset) - look_back - 1)``): 8,000 values with
    ``look_back=1`` give 7,998 pairs where 7,999 exist. Kept to reproduce the tutorial's numbers;
    :func:`windows` gives every pair.

    Parameters
    ----------
    values : ndarray of shape [n] or [n, F]
        One series; the first feature is the target.
    look_back : int, default 1
        Steps the model sees.

    Returns
    -------
    x : ndarray of shape [n - look_back - 1, look_back, F]
        As in :func:`windows`.
    y : ndarray of shape [n - look_back - 1, 1]
        The value after each window.

    Raises
    ------
    UsageError, DataError
        As in :func:`windows`.
    """
    x, y = windows(values, look_back)
    return x[:-1], y[:-1]


def _as_table(values: np.ndarray) -> np.ndarray:
    """See a series as [n, F] without copying it."""
    array = np.asarray(values)
    if array.ndim == 1:
        return array[:, np.newaxis]
    if array.ndim == 2:
        return array
    raise UsageError(message("sequences.axes", shape=str(array.shape)))


def _require_positive(**lengths: int) -> None:
    for name, value in lengths.items():
        if value < 1:
            raise too_small(name, value, 1)
