"""The LSTM and the GRU in NumPy, to be read beside the equations; the oracle of the kernel's tests.

The cell (Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000)::

    i_t = sigmoid(x_t W_i + h_{t-1} U_i + b_i)        input gate: how much is written
    f_t = sigmoid(x_t W_f + h_{t-1} U_f + b_f)        forget gate: how much is kept
    g_t = tanh   (x_t W_g + h_{t-1} U_g + b_g)        candidate: what could be written
    o_t = sigmoid(x_t W_o + h_{t-1} U_o + b_o)        output gate: how much is shown
    c_t = f_t * c_{t-1} + i_t * g_t                   cell state: the memory
    h_t = o_t * tanh(c_t)                             hidden state: what the next layer sees

and the gated recurrent unit (Cho et al. 2014, with the reset gate after the recurrent product)::

    z_t = sigmoid(x_t W_z + h_{t-1} U_z + b_z)        update gate: how much is kept
    r_t = sigmoid(x_t W_r + h_{t-1} U_r + b_r)        reset gate: how much of the past is looked at
    m_t =                   h_{t-1} U_n + b_m         the candidate's recurrent part
    n_t = tanh   (x_t W_n + b_n + r_t * m_t)          candidate: what could be written
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}             hidden state

A layer with dilation d has t - d in the place of t - 1. Above the first layer x_t is what the layer
below says, after dropout; in a residual stack a layer says x_t + h_t, with x_t from before dropout.
A head ``y_t = s_t V + d`` stands on what the last layer says, with a skip path ``+ x_t S``. The
functions here have the signatures of their native twins in :mod:`gatecast.kernel.native`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gatecast.kernel.layout import Layout
from gatecast.kernel.losses import MSE, Loss
from gatecast.kernel.records import Adam, Forward, Gradients, State, Trained

__all__ = ["forward", "gradients", "lagged_inputs", "train"]


class _Step(NamedTuple):
    """What one step of one layer leaves behind for back-propagation; each [B, H] but x."""

    x: np.ndarray
    h_prev: np.ndarray
    c_prev: np.ndarray
    gates: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    c: np.ndarray
    h: np.ndarray


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash to (0, 1), without overflow on either side."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def lstm_step(
    W: np.ndarray, U: np.ndarray, b: np.ndarray, x: np.ndarray, h: np.ndarray, c: np.ndarray
) -> _Step:
    """Advance one layer by one step: the LSTM's equations at the top of this module.

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
    return _Step(x, h, c, (i, f, g, o), c_new, o * np.tanh(c_new))


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
    dz_x, dz_h : ndarray of shape [B, G]
        Gradient with respect to the products with the kernel and with the recurrent kernel.
    db : ndarray of shape [B, 4H]
        Gradient with respect to the bias, sample by sample.
    dh_prev, dc_prev : ndarray of shape [B, H]
        Gradient with respect to h_{t-1}, beside that through the product, and to c_{t-1}.
    """
    i, f, g, o = step.gates
    tanh_c = np.tanh(step.c)
    dc = dc + dh * o * (1.0 - tanh_c**2)
    dz = np.concatenate(
        [
            dc * g * i * (1.0 - i),
            dc * step.c_prev * f * (1.0 - f),
            dc * i * (1.0 - g**2),
            dh * tanh_c * o * (1.0 - o),
        ],
        axis=1,
    )
    return dz, dz, dz, np.zeros_like(dh), dc * f


def gru_step(
    W: np.ndarray, U: np.ndarray, b: np.ndarray, x: np.ndarray, h: np.ndarray, c: np.ndarray
) -> _Step:
    """Advance one layer by one step: the GRU's equations; see :func:`lstm_step`."""
    H = h.shape[1]
    x_z, x_r, x_n = np.split(x @ W + b[: 3 * H], 3, axis=1)
    h_z, h_r, h_n = np.split(h @ U, 3, axis=1)
    m = h_n + b[3 * H :]
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    n = np.tanh(x_n + r * m)
    return _Step(x, h, c, (z, r, n, m), np.zeros_like(c), (1.0 - z) * n + z * h)


def gru_step_backward(step: _Step, dh: np.ndarray, dc: np.ndarray) -> tuple[np.ndarray, ...]:
    """Take the gradient back through one step; see :func:`lstm_step_backward`."""
    z, r, n, m = step.gates
    dn = dh * (1.0 - z) * (1.0 - n**2)
    dz = dh * (step.h_prev - n) * z * (1.0 - z)
    dr = dn * m * r * (1.0 - r)
    return (
        np.concatenate([dz, dr, dn], axis=1),
        np.concatenate([dz, dr, dn * r], axis=1),
        np.concatenate([dz, dr, dn, dn * r], axis=1),
        dh * z,
        np.zeros_like(dc),
    )


def _mix32(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def _mix64(x: int) -> int:
    whole = 2**64 - 1
    x = (x + 0x9E3779B97F4A7C15) & whole
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & whole
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & whole
    return x ^ (x >> 31)


def dropout_mask(
    rate: float, key: int, layer: int, step: int, shape: tuple[int, int]
) -> np.ndarray | float:
    """Give what the values [B, H] on their way into a layer are multiplied by.

    Either 0, or 1 / (1 - rate) so that their mean stays (Srivastava et al. 2014).
    The masks are a function of the key and of where a value stands; see native/dropout.h.
    """
    if not rate:
        return 1.0
    samples, units = (np.arange(n, dtype=np.uint32) for n in shape)
    step_key = np.uint32(_mix64(key ^ _mix64(layer << 32 | step)) & 0xFFFFFFFF)
    unit_keys = _mix32(units * np.uint32(0x9E3779B9) + step_key)
    draws = _mix32(unit_keys ^ (samples * np.uint32(0x85EBCA6B))[:, np.newaxis])
    return (draws >= np.uint32(rate * 2.0**32)) / (1.0 - rate)


class _Unrolled(NamedTuple):
    """A walk along the samples: steps[t][layer], and what the head saw at each step."""

    steps: list[list[_Step]]
    seen: list[np.ndarray]
    state: State


def _run(
    layout: Layout,
    theta: np.ndarray,
    x: np.ndarray,
    state: State | None,
    dropout: float = 0.0,
    key: int = 0,
) -> _Unrolled:
    p = layout.views(theta)
    B, T, _ = x.shape
    if state is None:
        state = State.zeros(layout, B, theta.dtype)
    cell_step = lstm_step if layout.cell == "lstm" else gru_step
    # of each layer its last states, the oldest first
    ends = np.cumsum(layout.dilations)[:-1]
    parts = zip(np.split(state.hidden, ends), np.split(state.cell, ends), strict=True)
    memory = [list(zip(h, c, strict=True)) for h, c in parts]
    steps, outputs = [], []
    for t in range(T):
        signal_out = x[:, t]
        column = []
        for layer in range(layout.layers):
            name = f"layer{layer}"
            signal = signal_out
            if layer:
                mask = dropout_mask(dropout, key, layer, t, (B, layout.hidden))
                signal = (signal_out * mask).astype(theta.dtype)
            step = cell_step(
                p[f"{name}.kernel"], p[f"{name}.recurrent"], p[f"{name}.bias"],
                signal, *memory[layer].pop(0),
            )  # fmt: skip
            memory[layer].append((step.h, step.c))
            signal_out = signal_out + step.h if layout.residual and layer else step.h
            column.append(step)
        steps.append(column)
        outputs.append(signal_out)
    return _Unrolled(steps, outputs, _state(memory))


def _state(memory: list[list[tuple[np.ndarray, np.ndarray]]]) -> State:
    """Put together each layer's states (h, c), the oldest first."""
    rows = [row for layer in memory for row in layer]
    return State(np.stack([h for h, _ in rows]), np.stack([c for _, c in rows]))


def _outputs(layout: Layout, theta: np.ndarray, unrolled: _Unrolled, x: np.ndarray, warmup: int):
    p = layout.views(theta)
    outputs = np.stack(unrolled.seen[warmup:], axis=1) @ p["head.kernel"] + p["head.bias"]
    return outputs + x[:, warmup:] @ p["head.skip"] if layout.skip else outputs


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

    Parameters
    ----------
    layout, theta, x, state, warmup, trace, threads
        As for :func:`gatecast.kernel.native.forward`; ``threads`` is not used.

    Returns
    -------
    Forward
        As there.
    """
    unrolled = _run(layout, theta, x, state)
    kept = None
    if trace:
        kinds = [[[*s.gates, s.c, s.h] for s in column] for column in unrolled.steps]
        kept = np.array(kinds).transpose(3, 0, 1, 2, 4)  # from [T, L, 6, B, H]
    return Forward(_outputs(layout, theta, unrolled, x, warmup), unrolled.state, kept)


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
    threads: int = 1,  # noqa: ARG001 - the native twin's argument
) -> Gradients:
    """Compute the loss and its gradient by back-propagation through time.

    See :func:`gatecast.kernel.native.gradients`.

    Parameters
    ----------
    layout, theta, x, y, loss, weights, dropout, key, state, warmup, threads
        As for :func:`gatecast.kernel.native.gradients`; ``threads`` is not used.

    Returns
    -------
    Gradients
        As there.
    """
    p = layout.views(theta)
    d_theta = np.zeros_like(theta)
    d = layout.views(d_theta)
    H, L = layout.hidden, layout.layers
    step_backward = lstm_step_backward if layout.cell == "lstm" else gru_step_backward

    unrolled = _run(layout, theta, x, state, dropout, key)
    outputs = _outputs(layout, theta, unrolled, x, warmup)
    w = np.ones(y.shape, theta.dtype) if weights is None else weights
    w = np.repeat(w, loss.quantiles, axis=-1)
    value, slope = loss(outputs, np.where(w[..., :: loss.quantiles] == 0, 0, y))
    total = w.sum() or 1.0
    d_out = w * slope / total

    B, T, _ = x.shape
    dx = np.zeros(x.shape, theta.dtype)
    # gradients of the states that the steps still to come back to have read, for each layer
    zero = np.zeros((B, H), theta.dtype)
    later = [[(zero, zero)] * n for n in layout.dilations]
    for t in reversed(range(T)):
        from_above = np.zeros((B, H), theta.dtype)
        if t >= warmup:
            d_y = d_out[:, t - warmup]
            d["head.kernel"] += unrolled.seen[t].T @ d_y
            d["head.bias"] += d_y.sum(axis=0)
            from_above = d_y @ p["head.kernel"].T
            if layout.skip:
                d["head.skip"] += x[:, t].T @ d_y
                dx[:, t] += d_y @ p["head.skip"].T
        for layer in reversed(range(L)):
            name = f"layer{layer}"
            step = unrolled.steps[t][layer]
            dh, dc = later[layer].pop()
            dz_x, dz_h, db, dh_prev, dc_prev = step_backward(step, dh + from_above, dc)
            d[f"{name}.kernel"] += step.x.T @ dz_x
            d[f"{name}.recurrent"] += step.h_prev.T @ dz_h
            d[f"{name}.bias"] += db.sum(axis=0)
            later[layer].insert(0, (dh_prev + dz_h @ p[f"{name}.recurrent"].T, dc_prev))
            below = dz_x @ p[f"{name}.kernel"].T
            if layer == 0:
                dx[:, t] += below
            else:
                below = (below * dropout_mask(dropout, key, layer, t, (B, H))).astype(theta.dtype)
                from_above = below + from_above if layout.residual else below
    return Gradients(float((w * value).sum() / total), d_theta, dx, _state(later), unrolled.state)


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
    dropout: float = 0.0,
    keys: np.ndarray | None = None,
    warmup: int = 0,
    state: State | None = None,
    average: np.ndarray | None = None,
    average_keep: float = 0.0,
    threads: int = 1,
    progress: Callable[[Trained], None] | None = None,
) -> Trained:
    """Train in place.

    See :func:`gatecast.kernel.native.train`.

    Parameters
    ----------
    layout, theta, adam, x, y, order, rates, batch_size, loss, weights, dropout, keys, warmup,
        state, average, average_keep, threads, progress
        As for :func:`gatecast.kernel.native.train`; ``threads`` is not used.

    Returns
    -------
    Trained
        As there.
    """
    losses = []
    for update, start in enumerate(range(0, len(order), batch_size)):
        chosen = order[start : start + batch_size]
        carried = None
        if state is not None:
            carried = State(state.hidden[:, : len(chosen)], state.cell[:, : len(chosen)])
        result = gradients(
            layout, theta, x[chosen], y[chosen],
            loss=loss, weights=None if weights is None else weights[chosen],
            dropout=dropout, key=0 if keys is None else int(keys[update]),
            state=carried, warmup=warmup, threads=threads,
        )  # fmt: skip
        losses.append(result.loss)
        if not np.isfinite(result.loss):
            return Trained(update, np.array(losses))
        adam_update(theta, result.theta, adam, rates[update])
        if average is not None:
            average += (1.0 - average_keep) * (theta - average)
        if state is not None:
            state.hidden[:, : len(chosen)] = result.final_state.hidden
            state.cell[:, : len(chosen)] = result.final_state.cell
        if progress is not None:
            progress(Trained(update + 1, np.array(losses)))
    return Trained(len(losses), np.array(losses))


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
    inputs, values, scales, at, lags, own, limit
        As for :func:`gatecast.kernel.native.lagged_inputs`.

    Returns
    -------
    ndarray of shape [n, J + L], float32
        As there.
    """
    back = values[at[:, np.newaxis] - np.asarray(lags)] - values[at, np.newaxis]
    lagged = np.clip(back / scales[at, np.newaxis], -limit, limit)
    lagged[np.isnan(values[at])] = 0.0
    return np.concatenate([inputs[at, :own], lagged, inputs[at, own:]], axis=1)
