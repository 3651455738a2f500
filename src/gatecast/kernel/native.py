"""The LSTM in native code: checks what goes in, and calls the compiled kernel.

The functions here have NumPy twins of the same names in :mod:`gatecast.kernel.reference`.
Inputs and targets may be views with any strides, so windows over a series cost no copy.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType

import numpy as np

from gatecast.errors import UsageError
from gatecast.kernel import _native
from gatecast.kernel.layout import Layout
from gatecast.kernel.losses import KINDS, MSE, Loss
from gatecast.kernel.records import Adam, Forward, Gradients, State, Trained
from gatecast.messages import message

__all__ = ["forward", "gradients", "simd_level", "simd_levels", "train"]

_level = os.environ.get("GATECAST_SIMD")
if _level and _level not in _native.levels():
    raise UsageError(
        message("kernel.simd_level", requested=_level, available=", ".join(_native.levels()))
    )


def simd_level() -> str:
    """Name the SIMD level in use, for example ``"avx512"``."""
    return _native.level()


def simd_levels() -> list[str]:
    """List the SIMD levels that this machine can run, the best first."""
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
        Outputs, final state, and the trace where it was asked for.

    Raises
    ------
    UsageError
        If shapes or precisions do not fit together.
    """
    _check(layout, theta, x, None, state, warmup)
    B, T, _ = x.shape
    outputs = np.empty((B, T - warmup, layout.outputs), theta.dtype)
    final = State.zeros(layout, B, theta.dtype)
    kept = np.empty((B, T, layout.layers, 6, layout.hidden), theta.dtype) if trace else None
    if B:
        _module(theta).forward(
            _net(layout), theta, x, warmup, *_arrays(state), outputs, *final,
            None if kept is None else kept.reshape(-1), threads,
        )  # fmt: skip
    return Forward(outputs, final, kept)


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
        Loss, and gradients with respect to parameters, inputs and initial state.

    Raises
    ------
    UsageError
        If shapes or precisions do not fit together.
    """
    _check(layout, theta, x, y, state, warmup, loss=loss, weights=weights, dropout=dropout)
    B = len(x)
    d_theta = np.zeros_like(theta)
    dx = np.empty(x.shape, theta.dtype)
    d_state = State.zeros(layout, B, theta.dtype)
    final = State.zeros(layout, B, theta.dtype)
    value = _module(theta).gradients(
        _net(layout), theta, x, y, *_numbers(loss, theta), weights,
        dropout, key, warmup, *_arrays(state),
        d_theta, dx, *d_state, *final, threads,
    )  # fmt: skip
    return Gradients(value, d_theta, dx, d_state, final)


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
        The optimiser; its moments and powers are changed.
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
        If shapes or precisions do not fit together.
    """
    _check(
        layout, theta, x, y, state, warmup, batch_size, loss=loss, weights=weights, dropout=dropout
    )
    order = np.ascontiguousarray(order, np.int64)
    if not len(order) or order.min() < 0 or order.max() >= len(x):
        raise UsageError(f"order must hold indices of the {len(x)} samples, at least one of them")
    if batch_size < 1:
        raise UsageError(f"batch_size={batch_size} was asked for; use 1 or more")
    updates = -(-len(order) // batch_size)
    rates = np.ascontiguousarray(rates, np.float64)
    if rates.shape != (updates,):
        raise UsageError(f"{updates} updates need as many rates; found shape {rates.shape}")
    if keys is None:
        keys = np.zeros(updates, np.uint64)
        if dropout:
            raise UsageError("dropout needs a key for each update")
    keys = np.ascontiguousarray(keys, np.uint64)
    if keys.shape != (updates,):
        raise UsageError(f"{updates} updates need as many keys; found shape {keys.shape}")
    if not theta.flags.c_contiguous or not theta.flags.writeable:
        raise UsageError("theta is changed in place: give a contiguous, writeable array")
    losses = np.zeros(updates)
    made = _module(theta).train(
        _net(layout), theta, adam.first, adam.second, adam.powers,
        adam.beta_1, adam.beta_2, adam.epsilon, adam.weight_decay, adam.clip_norm,
        average, average_keep, x, y, *_numbers(loss, theta), weights, order, batch_size,
        rates, dropout, keys, losses, warmup, *_arrays(state), threads,
        None if progress is None else lambda made: progress(Trained(made, losses[:made])),
    )  # fmt: skip
    return Trained(made, losses[: made + 1])


def _module(theta: np.ndarray) -> ModuleType:
    return _native.float32 if theta.dtype == np.float32 else _native.float64


@lru_cache(maxsize=64)
def _net(layout: Layout) -> _native.Net:
    return _native.net(
        layout.inputs, layout.hidden, layout.outputs, layout.layers, layout.cell == "gru",
        layout.residual, layout.skip, list(layout.dilations),
    )  # fmt: skip


def _arrays(state: State | None) -> tuple[np.ndarray | None, np.ndarray | None]:
    return (None, None) if state is None else (state.hidden, state.cell)


def _numbers(loss: Loss, theta: np.ndarray) -> tuple[int, float, np.ndarray]:
    return KINDS.index(loss.kind), loss.delta, np.array(loss.levels, theta.dtype)


def _check(
    layout: Layout,
    theta: np.ndarray,
    x: np.ndarray,
    y: np.ndarray | None,
    state: State | None,
    warmup: int,
    samples: int | None = None,
    *,
    loss: Loss = MSE,
    weights: np.ndarray | None = None,
    dropout: float = 0.0,
) -> None:
    if theta.dtype not in (np.float32, np.float64):
        raise UsageError(f"parameters must be float32 or float64; found {theta.dtype}")
    if theta.shape != (layout.size,):
        raise UsageError(f"theta must have shape ({layout.size},); found {theta.shape}")
    if layout.layers > _native.max_layers:
        raise UsageError(
            f"{layout.layers} layers were asked for; the native kernel stacks "
            f"up to {_native.max_layers}"
        )
    if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != layout.inputs:
        raise UsageError(
            "x must be [samples, time steps, features] with at least one step and "
            f"{layout.inputs} features; found shape {x.shape}"
        )
    if not 0 <= warmup < x.shape[1]:
        raise UsageError(f"warmup={warmup} leaves no step of {x.shape[1]} for the loss")
    if not 0.0 <= dropout < 1.0:
        raise UsageError(f"dropout={dropout} was asked for; use 0 or more, below 1")
    wanted: list[tuple[str, np.ndarray, tuple[int, ...]]] = [("x", x, x.shape)]
    if layout.outputs % loss.quantiles:
        raise UsageError(
            f"{loss.quantiles} quantile levels need a multiple of as many outputs; "
            f"found {layout.outputs}"
        )
    for name, array in (("y", y), ("weights", weights)):
        if array is not None:
            targets = layout.outputs // loss.quantiles
            wanted.append((name, array, (x.shape[0], x.shape[1] - warmup, targets)))
    if state is not None:
        shape = (layout.state_rows, len(x) if samples is None else samples, layout.hidden)
        wanted += [("state.hidden", state.hidden, shape), ("state.cell", state.cell, shape)]
    for name, array, shape in wanted:
        if array.shape != shape:
            raise UsageError(f"{name} must have shape {shape}; found {array.shape}")
        if array.dtype != theta.dtype:
            raise UsageError(
                f"{name} is {array.dtype} and the parameters are {theta.dtype}: convert one"
            )
