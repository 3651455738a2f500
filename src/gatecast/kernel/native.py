"""The LSTM in native code.

The functions here have NumPy twins of the same names in :mod:`gatecast.kernel.reference`.
Inputs and targets may be views with any strides, so windows over a series cost no copy.
The compiled kernel checks every argument before it changes anything; see native/door.h.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gatecast.errors import UsageError
from gatecast.kernel import _native
from gatecast.kernel.layout import Layout
from gatecast.kernel.losses import MSE, Loss
from gatecast.kernel.records import Adam, Forward, Gradients, State, Trained
from gatecast.messages import Argument, message

__all__ = ["forward", "gradients", "lagged_inputs", "simd_level", "simd_levels", "train"]

_level = os.environ.get("GATECAST_SIMD")
if _level and _level not in _native.levels():
    raise UsageError(
        message("kernel.simd_level", requested=_level, available=", ".join(_native.levels()))
    )


def simd_level() -> str:
    """Name the SIMD level in use, for example ``"avx512"``.

    Returns
    -------
    str
        One of :func:`simd_levels`.
    """
    return _native.level()


def simd_levels() -> list[str]:
    """List the SIMD levels that this machine can run, the best first.

    Returns
    -------
    list of str
        Of "avx512", "avx2" and so on; "portable" is always there.
    """
    return _native.levels()


def forward(
    layout: Layout,
    theta: np.ndarray,
    x: np.ndarray,
    *,
    state: State | None = None,
    warmup: int = 0,
    trace: bool = False,
    threads: int = 1,
) -> Forward:
    """Run the network along each sample.

    Parameters
    ----------
    layout : Layout
        Sizes of the network.
    theta : ndarray of shape [P], float32 or float64
        Parameters; their precision is that of the arithmetic.
    x : ndarray of shape [B, T, I]
        Inputs, of the same precision.
    state : State, optional
        Memory before the first step; empty if not given.
    warmup : int, default 0
        Steps at the start whose outputs are not wanted; T - 1 gives the last step's alone.
    trace : bool, default False
        Whether to keep the gates and states of every step, which takes 6 L H values a step.
    threads : int, default 1
        Threads among which samples are shared. The result does not depend on it.

    Returns
    -------
    Forward
        Outputs, final state, and the trace where it was requested.

    Raises
    ------
    UsageError
        If shapes or precisions do not fit together, or a size is beyond what one run takes.
    """
    outputs, hidden, cell, kept = _native.forward(
        _net(layout), np.ascontiguousarray(theta), _native.Batch(x, warmup=warmup),
        _state(state), trace=trace, threads=threads,
    )  # fmt: skip
    return Forward(outputs, State(hidden, cell), kept)


def gradients(
    layout: Layout,
    theta: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    loss: Loss = MSE,
    weights: np.ndarray | None = None,
    dropout: float = 0.0,
    key: int = 0,
    state: State | None = None,
    warmup: int = 0,
    threads: int = 1,
) -> Gradients:
    """Compute the loss and its gradient by back-propagation through time.

    Parameters
    ----------
    layout, theta, x, state, warmup, threads
        As for :func:`forward`.
    y : ndarray of shape [B, T - warmup, K], or K / Q for the pinball loss of Q quantiles
        Targets of each step after the warm-up.
    loss : Loss, default MSE
        What is minimised.
    weights : ndarray of the shape of ``y``, optional
        Weight of each target in the mean; a target of weight 0 is not looked at, and may be NaN.
    dropout : float, default 0.0
        Share of the values between two layers that is set to zero, the others scaled up
        (Srivastava et al. 2014).
    key : int, default 0
        Which of the dropout masks are drawn; the same key draws the same ones.

    Returns
    -------
    Gradients
        Loss, and gradients with respect to parameters, inputs and initial state. The loss of no
        samples, or of targets that all have weight 0, is 0, and so are its gradients.

    Raises
    ------
    UsageError
        If shapes or precisions do not fit together.
    """
    value, d_theta, dx, d_hidden, d_cell, hidden, cell = _native.gradients(
        _net(layout), np.ascontiguousarray(theta), _native.Batch(x, y, weights, warmup=warmup),
        _objective(loss, dropout), key, _state(state), threads=threads,
    )  # fmt: skip
    return Gradients(value, d_theta, dx, State(d_hidden, d_cell), State(hidden, cell))


def train(
    layout: Layout,
    theta: np.ndarray,
    adam: Adam,
    x: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    rates: np.ndarray,
    *,
    batch_size: int,
    loss: Loss = MSE,
    weights: np.ndarray | None = None,
    dropout: float = 0.0,
    keys: np.ndarray | None = None,
    warmup: int = 0,
    state: State | None = None,
    average: np.ndarray | None = None,
    average_keep: float = 0.0,
    threads: int = 1,
    progress: Callable[[Trained], None] | None = None,
) -> Trained:
    """Train in place: one update for each batch, in the order given.

    A window is a sample whose loss is taken at its last step, ``warmup = T - 1``; a sequence has
    its loss at every step after a shorter warm-up.

    Parameters
    ----------
    layout, theta, x, y, loss, weights, dropout, warmup, threads
        As for :func:`gradients`; ``theta`` is changed.
    adam : Adam
        The optimiser; its moments and powers are changed. They, ``theta``, ``state`` and
        ``average`` are contiguous arrays that share no memory, and are changed where they are.
    order : ndarray of int64
        Indices of the samples, in the order of their use.
    rates : ndarray of float64, shape [updates]
        Learning rate of each update; there are ``ceil(len(order) / batch_size)``.
    batch_size : int
        Samples of one update; the last batch may be smaller.
    keys : ndarray of uint64, shape [updates], optional
        Key of each update's dropout masks; needed where there is dropout.
    state : State, optional
        Memory of ``batch_size`` samples before the first batch; changed. If given, it is carried:
        sample j of a batch goes on where sample j of the batch before it ended.
    average : ndarray of shape [P], optional
        Running mean of the parameters; changed. After each update it moves towards them by the
        share ``1 - average_keep`` of the distance (Polyak and Juditsky 1992, with forgetting).
    average_keep : float, default 0.0
        See ``average``.
    progress : callable, optional
        Called about every 50 ms with what has been trained so far, when ``theta``, ``adam`` and
        ``average`` are those after the last of those updates. What it raises (and
        KeyboardInterrupt, with or without it) ends the training at once and comes through.

    Returns
    -------
    Trained
        How many updates were made, and each batch's loss. If a loss was not finite, training
        ended before that update.

    Raises
    ------
    UsageError
        If shapes or precisions do not fit together, or an array that is to be changed cannot be
        changed in place. Nothing has been changed then.
    """
    order = _numbers("order", order, np.int64)
    if keys is None:
        if dropout:
            raise UsageError(message("kernel.no_keys"))
        keys = np.zeros(-(-len(order) // max(1, batch_size)), np.uint64)
    made, losses = _native.train(
        _net(layout), theta, _native.AdamState(**vars(adam)),
        _native.Batch(x, y, weights, warmup=warmup), _objective(loss, dropout),
        _native.Plan(
            order, _numbers("rates", rates, np.float64), _numbers("keys", keys, np.uint64),
            batch_size=batch_size,
        ),
        None if state is None else _native.State(*state),
        None if average is None else _native.Average(average, keep=average_keep),
        threads=threads,
        progress=None if progress is None else lambda n, losses: progress(Trained(n, losses[:n])),
    )  # fmt: skip
    return Trained(made, losses[: made + 1])


def lagged_inputs(
    inputs: np.ndarray,
    values: np.ndarray,
    scales: np.ndarray,
    at: np.ndarray,
    lags: npt.ArrayLike,
    *,
    own: int,
    limit: float,
) -> np.ndarray:
    """Give a network's inputs at steps of series, with lags of their values.

    Parameters
    ----------
    inputs : ndarray of shape [total, J], float32
        What each step has of its own.
    values : ndarray of shape [total], float32
        The series, one after another; NaN between them.
    scales : ndarray of shape [total], float32
        Local scale of each step.
    at : ndarray of shape [n], int64
        Steps, none nearer to the beginning than the farthest lag.
    lags : array_like of shape [L], int
        How many steps back each lag lies, from the nearest on.
    own : int
        Lags stand after so many of the inputs.
    limit : float
        Lags are kept within plus and minus this.

    Returns
    -------
    ndarray of shape [n, J + L], float32
        A lag is the earlier value less the present one, over the local scale; zero where the
        present value is NaN.

    Raises
    ------
    UsageError
        If shapes or precisions do not fit together, or a step or lag lies outside.
    """
    return _native.lagged_inputs(
        inputs, values, scales, at, _numbers("lags", lags, np.int64), own=own, limit=limit
    )


@lru_cache(maxsize=64)
def _net(layout: Layout) -> _native.Net:
    return _native.Net(
        inputs=layout.inputs, hidden=layout.hidden, outputs=layout.outputs, layers=layout.layers,
        cell=layout.cell, residual=layout.residual, skip=layout.skip, dilations=layout.dilations,
    )  # fmt: skip


def _objective(loss: Loss, dropout: float) -> _native.Objective:
    return _native.Objective(kind=loss.kind, delta=loss.delta, levels=loss.levels, dropout=dropout)


def _state(state: State | None) -> _native.State | None:
    """Give a state that is only read; a part of a larger one is copied."""
    return None if state is None else _native.State(*map(np.ascontiguousarray, state))


def _numbers(name: str, values: npt.ArrayLike, dtype: type) -> np.ndarray:
    """Convert numbers that are only read, but never cut off a fraction."""
    array = np.asarray(values)
    if array.dtype.kind not in ("fiu" if dtype is np.float64 else "iu"):
        raise UsageError(
            message(
                "kernel.numbers", name=Argument(name), dtype=str(array.dtype), needed=dtype.__name__
            )
        )
    return np.ascontiguousarray(array, dtype)
