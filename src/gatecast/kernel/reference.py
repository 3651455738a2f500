"""The LSTM in NumPy, to be read beside the equations; the oracle of the native kernel's tests.

The cell (Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000)::

    i_t = sigmoid(x_t W_i + h_{t-1} U_i + b_i)        input gate: how much is written
    f_t = sigmoid(x_t W_f + h_{t-1} U_f + b_f)        forget gate: how much is kept
    g_t = tanh   (x_t W_g + h_{t-1} U_g + b_g)        candidate: what could be written
    o_t = sigmoid(x_t W_o + h_{t-1} U_o + b_o)        output gate: how much is shown
    c_t = f_t * c_{t-1} + i_t * g_t                   cell state: the memory
    h_t = o_t * tanh(c_t)                             hidden state: what the next layer sees

A head ``y_t = h_t V + d`` stands on the last layer. The functions here have the signatures of
their native twins in :mod:`gatecast.kernel.native`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gatecast.kernel.layout import Layout
from gatecast.kernel.losses import MSE, Loss
from gatecast.kernel.records import Adam, Forward, Gradients, State

__all__ = ["forward", "gradients", "train"]


class _Step(NamedTuple):
    """What one step of one layer leaves behind for back-propagation; each [B, H] but x."""

    x: np.ndarray
    h_prev: np.ndarray
    c_prev: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash to (0, 1), without overflow on either side."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def lstm_step(
    W: np.ndarray, U: np.ndarray, b: np.ndarray, x: np.ndarray, h: np.ndarray, c: np.ndarray
) -> _Step:
    """Advance one layer by one step: the six equations at the top of this module.

    Parameters
    ----------
    W, U, b : ndarray of shapes [I, 4H], [H, 4H], [4H]
        Kernel, recurrent kernel and bias, gate blocks in the order i, f, g, o.
    x : ndarray of shape [B, I]
        Input of this step.
    h, c : ndarray of shape [B, H]
        Hidden and cell state before this step.
    """
    z_i, z_f, z_g, z_o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    c_new = f * c + i * g
    return _Step(x, h, c, i, f, g, o, c_new, o * np.tanh(c_new))


def lstm_step_backward(step: _Step, dh: np.ndarray, dc: np.ndarray) -> tuple[np.ndarray, ...]:
    """Take the gradient back through one step.

    Parameters
    ----------
    step : _Step
        What :func:`lstm_step` returned.
    dh, dc : ndarray of shape [B, H]
        Gradient of the loss with respect to h_t and, through later steps, to c_t.

    Returns
    -------
    dz : ndarray of shape [B, 4H]
        Gradient with respect to the gates' arguments.
    dc_prev : ndarray of shape [B, H]
        Gradient with respect to c_{t-1}.
    """
    tanh_c = np.tanh(step.c)
    dc = dc + dh * step.o * (1.0 - tanh_c**2)
    dz = np.concatenate(
        [
            dc * step.g * step.i * (1.0 - step.i),
            dc * step.c_prev * step.f * (1.0 - step.f),
            dc * step.i * (1.0 - step.g**2),
            dh * tanh_c * step.o * (1.0 - step.o),
        ],
        axis=1,
    )
    return dz, dc * step.f


def _run(
    layout: Layout, theta: np.ndarray, x: np.ndarray, state: State | None
) -> list[list[_Step]]:
    """Walk along the samples; steps[t][layer]."""
    p = layout.views(theta)
    B, T, _ = x.shape
    if state is None:
        state = State.zeros(layout, B, theta.dtype)
    h, c = list(state.hidden), list(state.cell)
    steps = []
    for t in range(T):
        signal = x[:, t]
        column = []
        for layer in range(layout.layers):
            name = f"layer{layer}"
            step = lstm_step(
                p[f"{name}.kernel"], p[f"{name}.recurrent"], p[f"{name}.bias"],
                signal, h[layer], c[layer],
            )  # fmt: skip
            h[layer], c[layer] = step.h, step.c
            signal = step.h
            column.append(step)
        steps.append(column)
    return steps


def _outputs(layout: Layout, theta: np.ndarray, steps: list, warmup: int) -> np.ndarray:
    p = layout.views(theta)
    h = np.stack([column[-1].h for column in steps[warmup:]], axis=1)
    return h @ p["head.kernel"] + p["head.bias"]


def _final_state(steps: list) -> State:
    return State(
        np.stack([step.h for step in steps[-1]]),
        np.stack([step.c for step in steps[-1]]),
    )


def forward(
    layout: Layout,
    theta: np.ndarray,
    x: np.ndarray,
    *,
    state: State | None = None,
    warmup: int = 0,
    trace: bool = False,
    threads: int = 1,  # noqa: ARG001 - the native twin's argument
) -> Forward:
    """Run the network along each sample.

    See :func:`gatecast.kernel.native.forward`.
    """
    steps = _run(layout, theta, x, state)
    kept = None
    if trace:
        kinds = [[[s.i, s.f, s.g, s.o, s.c, s.h] for s in column] for column in steps]
        kept = np.array(kinds).transpose(3, 0, 1, 2, 4)  # from [T, L, 6, B, H]
    return Forward(_outputs(layout, theta, steps, warmup), _final_state(steps), kept)


def gradients(
    layout: Layout,
    theta: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    loss: Loss = MSE,
    weights: np.ndarray | None = None,
    state: State | None = None,
    warmup: int = 0,
    threads: int = 1,  # noqa: ARG001 - the native twin's argument
) -> Gradients:
    """Compute the loss and its gradient by back-propagation through time.

    See :func:`gatecast.kernel.native.gradients`.
    """
    p = layout.views(theta)
    d_theta = np.zeros_like(theta)
    d = layout.views(d_theta)
    H, L = layout.hidden, layout.layers

    steps = _run(layout, theta, x, state)
    outputs = _outputs(layout, theta, steps, warmup)
    w = np.ones(y.shape, theta.dtype) if weights is None else weights
    w = np.repeat(w, loss.quantiles, axis=-1)
    value, slope = loss(outputs, np.where(w[..., :: loss.quantiles] == 0, 0, y))
    total = w.sum() or 1.0
    d_out = w * slope / total

    B, T, _ = x.shape
    dx = np.zeros(x.shape, theta.dtype)
    dh = np.zeros((L, B, H), theta.dtype)  # from step t + 1, for each layer
    dc = np.zeros((L, B, H), theta.dtype)
    for t in reversed(range(T)):
        from_above = np.zeros((B, H), theta.dtype)
        if t >= warmup:
            d_y = d_out[:, t - warmup]
            d["head.kernel"] += steps[t][-1].h.T @ d_y
            d["head.bias"] += d_y.sum(axis=0)
            from_above = d_y @ p["head.kernel"].T
        for layer in reversed(range(L)):
            name = f"layer{layer}"
            step = steps[t][layer]
            dz, dc[layer] = lstm_step_backward(step, dh[layer] + from_above, dc[layer])
            d[f"{name}.kernel"] += step.x.T @ dz
            d[f"{name}.recurrent"] += step.h_prev.T @ dz
            d[f"{name}.bias"] += dz.sum(axis=0)
            dh[layer] = dz @ p[f"{name}.recurrent"].T
            from_above = dz @ p[f"{name}.kernel"].T
        dx[:, t] = from_above
    return Gradients(
        float((w * value).sum() / total), d_theta, dx, State(dh, dc), _final_state(steps)
    )


def adam_update(theta: np.ndarray, gradient: np.ndarray, adam: Adam, rate: float) -> None:
    """Make one update in place (Kingma and Ba 2015, algorithm 1, in Keras' form).

    ``epsilon`` is added to the square root of the uncorrected second moment, as Keras does.
    """
    length = np.sqrt(np.sum(gradient.astype(np.float64) ** 2))
    if adam.clip_norm and length > adam.clip_norm:
        gradient = (gradient * (adam.clip_norm / length)).astype(theta.dtype)
    adam.powers *= (adam.beta_1, adam.beta_2)
    adam.first += (1.0 - adam.beta_1) * (gradient - adam.first)
    adam.second += (1.0 - adam.beta_2) * (gradient**2 - adam.second)
    corrected = rate * np.sqrt(1.0 - adam.powers[1]) / (1.0 - adam.powers[0])
    theta *= theta.dtype.type(1.0 - rate * adam.weight_decay)
    theta -= (corrected * adam.first / (np.sqrt(adam.second) + adam.epsilon)).astype(theta.dtype)


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
    warmup: int = 0,
    state: State | None = None,
    average: np.ndarray | None = None,
    average_keep: float = 0.0,
    threads: int = 1,
    progress: Callable[[float], None] | None = None,
) -> float:
    """Train for one epoch, in place.

    See :func:`gatecast.kernel.native.train`.
    """
    total = 0.0
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        carried = None
        if state is not None:
            carried = State(state.hidden[:, : len(chosen)], state.cell[:, : len(chosen)])
        result = gradients(
            layout, theta, x[chosen], y[chosen],
            loss=loss, weights=None if weights is None else weights[chosen],
            state=carried, warmup=warmup, threads=threads,
        )  # fmt: skip
        if not np.isfinite(result.loss):
            return float("nan")
        adam_update(theta, result.theta, adam, rates[start // batch_size])
        if average is not None:
            average += (1.0 - average_keep) * (theta - average)
        if state is not None:
            state.hidden[:, : len(chosen)] = result.final_state.hidden
            state.cell[:, : len(chosen)] = result.final_state.cell
        total += result.loss * len(chosen)
        if progress is not None:
            progress((start + len(chosen)) / len(order))
    return total / len(order)
