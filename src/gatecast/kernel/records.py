"""What goes into the kernel and comes out of it: plain arrays under names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gatecast.kernel.layout import Layout

__all__ = ["Adam", "Forward", "Gradients", "State", "Trained"]


class State(NamedTuple):
    """Hold the memory of a network between two steps.

    Parameters
    ----------
    hidden, cell : ndarray of shape [R, B, H]
        h and c of each layer and sample; R is L, or the sum of the layers' dilations: of a layer
        with dilation d the last d states, the oldest first. A GRU has no c; it stays zero.
    """

    hidden: np.ndarray
    cell: np.ndarray

    @classmethod
    def zeros(cls, layout: Layout, samples: int, dtype: np.dtype | type) -> State:
        """Make the empty memory with which a sample starts.

        Parameters
        ----------
        layout : Layout
            Of the network.
        samples : int
            How many, B.
        dtype : dtype
            float32 or float64.

        Returns
        -------
        State
            Arrays [R, B, hidden], R the rows of the state of all layers.
        """
        shape = (layout.state_rows, samples, layout.hidden)
        return cls(np.zeros(shape, dtype), np.zeros(shape, dtype))

    def of(self, which: np.ndarray) -> State:
        """Give the memory of some of the samples, in their order.

        Parameters
        ----------
        which : ndarray of shape [n], int64
            Their positions.

        Returns
        -------
        State
            Copies, of n samples.
        """
        return State(self.hidden.take(which, axis=1), self.cell.take(which, axis=1))


class Forward(NamedTuple):
    """Hold the result of a forward run.

    Parameters
    ----------
    outputs : ndarray of shape [B, T - warmup, K]
        What the head says at each step from ``warmup`` on.
    state : State
        Memory after the last step.
    trace : ndarray of shape [B, T, L, 6, H] or None
        Four gates (see ``GATES``), cell and hidden state of each step, layer and unit, where it
        was requested.
    """

    outputs: np.ndarray
    state: State
    trace: np.ndarray | None = None


class Gradients(NamedTuple):
    """Hold a loss and its gradients.

    Parameters
    ----------
    loss : float
        Weighted mean over all targets.
    theta : ndarray of shape [P]
        Gradient with respect to the parameters.
    x : ndarray of shape [B, T, I]
        Gradient with respect to the inputs.
    state : State
        Gradient with respect to the initial state.
    final_state : State
        Memory after the last step (a value, not a gradient).
    """

    loss: float
    theta: np.ndarray
    x: np.ndarray
    state: State
    final_state: State


class Trained(NamedTuple):
    """Hold what a run of updates leaves behind, beside the parameters and the optimiser.

    Parameters
    ----------
    updates : int
        Updates that were made; fewer than there were batches where a loss was not finite.
    losses : ndarray of float64
        Mean loss of each batch before its update, and, as the last, one that was not finite.
    """

    updates: int
    losses: np.ndarray


@dataclass
class Adam:
    """Hold Adam's settings and moments (Kingma and Ba 2015), with Keras' defaults.

    With ``weight_decay`` it is AdamW (Loshchilov and Hutter 2019): before each update the
    parameters shrink by the learning rate times the decay.

    Parameters
    ----------
    first, second : ndarray of shape [P]
        Running means of the gradient and of its square.
    powers : ndarray of shape [2], float64
        beta_1 and beta_2 to the power of the updates made so far.
    beta_1, beta_2, epsilon : float
        Settings.
    weight_decay : float, default 0.0
        Decay of the parameters, apart from the gradient.
    clip_norm : float, default 0.0
        Longest gradient; a longer one is shortened to it. 0 for none.
    """

    first: np.ndarray
    second: np.ndarray
    powers: np.ndarray
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    weight_decay: float = 0.0
    clip_norm: float = 0.0

    @classmethod
    def start(cls, theta: np.ndarray, **settings: float) -> Adam:
        """Start with empty moments of the parameters' size and precision.

        Parameters
        ----------
        theta : ndarray [P]
            The parameters.
        **settings
            Those of the class, by name.

        Returns
        -------
        Adam
            Moments [P] of zeros.
        """
        return cls(np.zeros_like(theta), np.zeros_like(theta), np.ones(2), **settings)
