"""How much an output of a network moves when an input of an earlier step does."""

from __future__ import annotations

import numpy as np

from gatecast.kernel import Loss, State, native
from gatecast.network import Network

__all__ = ["output_gradient", "state_before"]

_ABSOLUTE = Loss("mae")


def output_gradient(
    network: Network,
    x: np.ndarray,
    weights: np.ndarray,
    *,
    state: State | None = None,
    threads: int = 1,
) -> np.ndarray:
    """Differentiate a weighted sum of the last step's outputs with respect to every input.

    It is the kernel's own backward pass, in float64: the absolute error to a target that lies 1
    beside the output has a slope of exactly 1 or -1, and the weights of the targets do the rest.

    Parameters
    ----------
    network : Network
        With K outputs.
    x : ndarray of shape [B, T, I]
        Inputs; each sample ends at the step whose outputs are looked at.
    weights : ndarray of shape [K], or [B, K]
        Of the outputs in the sum, of all samples or of each; one of them not zero. A one at k and
        zeros give output k alone.
    state : State, optional
        State before the first step, which is taken as given; zero if not given.
    threads : int, default 1
        Threads among which samples are shared.

    Returns
    -------
    ndarray of shape [B, T, I], float64
        For each sample its own gradient.
    """
    theta = network.theta.astype(np.float64)
    x = np.asarray(x, np.float64)
    weights = np.asarray(weights, np.float64).reshape(-1, 1, network.layout.outputs)
    if state is not None:
        state = State(state.hidden.astype(np.float64), state.cell.astype(np.float64))
    last = x.shape[1] - 1
    outputs = native.forward(
        network.layout, theta, x, state=state, warmup=last, threads=threads
    ).outputs
    size = np.ascontiguousarray(np.broadcast_to(np.abs(weights), outputs.shape))
    slopes = native.gradients(
        network.layout, theta, x, outputs - np.where(weights < 0, -1.0, 1.0),
        loss=_ABSOLUTE, weights=size, state=state, warmup=last, threads=threads,
    ).x  # fmt: skip
    return slopes * size.sum()  # the loss is a mean


def state_before(network: Network, trace: np.ndarray, steps: np.ndarray) -> State:
    """Take from a trace the state that the network has before some steps.

    Parameters
    ----------
    network : Network
        The one that was traced.
    trace : ndarray of shape [T, L, 6, H]
        Of one sample, from a state of zero.
    steps : ndarray of int, shape [B]
        From 0 to T; before step 0 the state is zero.

    Returns
    -------
    State
        With B samples.
    """
    layout = network.layout
    state = State.zeros(layout, len(steps), trace.dtype)
    row = 0
    for layer, dilation in enumerate(layout.dilations):
        for back in range(dilation, 0, -1):
            there = np.flatnonzero(steps >= back)
            at = steps[there] - back
            state.hidden[row, there] = trace[at, layer, 5]
            if layout.cell == "lstm":
                state.cell[row, there] = trace[at, layer, 4]
            row += 1
    return state
