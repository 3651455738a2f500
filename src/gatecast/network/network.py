"""A network: its sizes and its parameters, and what it says of an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatecast.errors import wrong_shape
from gatecast.kernel import Layout, State, native
from gatecast.network.parameters import initialise

__all__ = ["Network"]


@dataclass
class Network:
    """Hold a stack of recurrent layers under a dense head.

    Parameters
    ----------
    layout : Layout
        Sizes.
    theta : ndarray of shape [P], float32 or float64
        Parameters, in the order that the layout states.
    """

    layout: Layout
    theta: np.ndarray

    @classmethod
    def create(
        cls,
        inputs: int,
        hidden: int,
        outputs: int,
        layers: int = 1,
        *,
        rng: np.random.Generator,
        cell: Literal["lstm", "gru"] = "lstm",
        residual: bool = False,
        dilations: tuple[int, ...] = (),
        zero_head: bool = False,
        skip: np.ndarray | None = None,
        dtype: type = np.float32,
    ) -> Network:
        """Make an untrained network with Keras' initial distributions.

        Parameters
        ----------
        inputs, hidden, outputs, layers : int
            Features I, units of each layer H, outputs K, stacked layers L.
        rng : numpy.random.Generator
            Source of the initial weights.
        cell, residual, dilations
            As for :class:`gatecast.kernel.Layout`.
        zero_head : bool, default False
            Let the head begin at zero, so that training starts from the skip path, or from the
            forecast that the targets are differences to.
        skip : ndarray of shape [I, K], optional
            Give the head a skip path from the inputs, and let its kernel begin with these values:
            a 1 at [i, k] makes output k begin as feature i, the naive forecast where that is the
            last value. It is trained like every other parameter.
        dtype : type, default float32
            Precision of parameters and arithmetic.

        Returns
        -------
        Network
            With parameters drawn from ``rng``.

        Raises
        ------
        UsageError
            If a size is below 1, or dilations or skip do not fit the sizes.
        """
        layout = Layout(
            inputs, hidden, outputs, layers, cell, residual, dilations, skip is not None
        )
        theta = initialise(layout, rng, dtype)
        views = layout.views(theta)
        if zero_head:
            views["head.kernel"][:] = 0.0
        if skip is not None:
            if skip.shape != (inputs, outputs):
                raise wrong_shape("skip", (inputs, outputs), skip.shape)
            views["head.skip"][:] = skip
        return cls(layout, theta)

    def run(
        self, x: np.ndarray, *, state: State | None = None, warmup: int = 0, threads: int = 1
    ) -> tuple[np.ndarray, State]:
        """Walk along each sample and say something at every step.

        Parameters
        ----------
        x : ndarray of shape [B, T, I]
            Inputs; of another precision than the parameters they are converted.
        state : State, optional
            Memory before the first step; empty if not given.
        warmup : int, default 0
            Steps at the start whose outputs are not wanted.
        threads : int, default 1
            Threads among which samples are shared.

        Returns
        -------
        outputs : ndarray of shape [B, T - warmup, K]
            On the scale of the targets that the network was trained on.
        state : State
            Memory after the last step, from which a later call can go on.

        Raises
        ------
        UsageError
            If the shapes do not fit the network.
        """
        x = np.asarray(x, self.theta.dtype)
        run = native.forward(
            self.layout, self.theta, x, state=state, warmup=warmup, threads=threads
        )
        return run.outputs, run.state

    def trace(self, x: np.ndarray, *, state: State | None = None, threads: int = 1) -> np.ndarray:
        """Give the gates and states of every step, layer and unit.

        Parameters
        ----------
        x, state, threads
            As for :meth:`run`.

        Returns
        -------
        ndarray of shape [B, T, L, 6, H]
            The four gates (see ``gatecast.kernel.GATES``), cell state and hidden state.

        Raises
        ------
        UsageError
            If the shapes do not fit the network.
        """
        x = np.asarray(x, self.theta.dtype)
        run = native.forward(
            self.layout, self.theta, x, state=state, warmup=max(0, x.shape[1] - 1), trace=True,
            threads=threads,
        )  # fmt: skip
        assert run.trace is not None
        return run.trace

    def predict(self, x: np.ndarray, *, threads: int = 1) -> np.ndarray:
        """Give the output at the last step of each window.

        Parameters
        ----------
        x : ndarray of shape [B, T, I]
            Windows; each starts from an empty memory.
        threads : int, default 1
            Threads among which windows are shared.

        Returns
        -------
        ndarray of shape [B, K]
            On the scale of the targets.

        Raises
        ------
        UsageError
            If the shapes do not fit the network.
        """
        outputs, _ = self.run(x, warmup=max(0, x.shape[1] - 1), threads=threads)
        return outputs[:, 0]
