"""Where each parameter of a recurrent network lies in its one flat vector."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from gatecast.errors import UsageError, too_small, wrong_choice, wrong_shape
from gatecast.messages import message

__all__ = ["GATES", "Layout"]

#: What the first four values of a trace are. For the LSTM it is also the order of the gate blocks
#: along every axis of length 4H; the GRU's kernels have the blocks update, reset, candidate.
GATES = {
    "lstm": ("input", "forget", "candidate", "output"),
    "gru": ("update", "reset", "candidate", "recurrent"),
}


@dataclass(frozen=True)
class Layout:
    """Describe a stack of recurrent layers under a dense head, and its flat parameter vector.

    Per layer the vector holds the kernel [I, G] (I is H above the first layer), the recurrent
    kernel [H, G] and the bias [4H]; after the last layer the head's kernel [H, K] and bias [K],
    and the skip path's kernel [I, K] where there is one. All are in C order. For the LSTM G is 4H,
    blocks in the order i, f, g, o. For the GRU G is 3H, blocks in the order z (update), r (reset),
    n (candidate); the fourth block of its bias belongs to the candidate's recurrent part.

    Parameters
    ----------
    inputs : int
        Features per time step, I.
    hidden : int
        Units of each layer, H.
    outputs : int
        Values that the head emits at a step, K.
    layers : int, default 1
        Stacked layers, L.
    cell : {"lstm", "gru"}, default "lstm"
        Long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000), or gated
        recurrent unit (Cho et al. 2014, its reset gate after the recurrent product).
    residual : bool, default False
        Whether each layer above the first adds what it sees to what it says.
    dilations : tuple of int, optional
        How many steps back each layer's recurrence reaches (Chang et al. 2017); 1 for each if not
        given.
    skip : bool, default False
        Whether the head sees the inputs of its step too, so that it is a linear model of them to
        which the network adds.

    Raises
    ------
    UsageError
        If a number is below 1, the cell is not known, or there is not one dilation for each layer.
    """

    inputs: int
    hidden: int
    outputs: int
    layers: int = 1
    cell: Literal["lstm", "gru"] = "lstm"
    residual: bool = False
    dilations: tuple[int, ...] = ()
    skip: bool = False

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden", "outputs", "layers"):
            if getattr(self, name) < 1:
                raise too_small(name, getattr(self, name), 1)
        if self.cell not in GATES:
            raise wrong_choice("cell", self.cell, ("lstm", "gru"))
        if not self.dilations:
            object.__setattr__(self, "dilations", (1,) * self.layers)
        if len(self.dilations) != self.layers or min(self.dilations) < 1:
            raise UsageError(
                message("kernel.dilations", dilations=str(self.dilations), layers=self.layers)
            )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """List the parameters' names and shapes, in the order of the flat vector.

        Returns
        -------
        dict of str to tuple of int
            In order.
        """
        shapes: dict[str, tuple[int, ...]] = {}
        width = (3 if self.cell == "gru" else 4) * self.hidden
        for layer in range(self.layers):
            inputs = self.hidden if layer else self.inputs
            shapes[f"layer{layer}.kernel"] = (inputs, width)
            shapes[f"layer{layer}.recurrent"] = (self.hidden, width)
            shapes[f"layer{layer}.bias"] = (4 * self.hidden,)
        shapes["head.kernel"] = (self.hidden, self.outputs)
        shapes["head.bias"] = (self.outputs,)
        if self.skip:
            shapes["head.skip"] = (self.inputs, self.outputs)
        return shapes

    @property
    def state_rows(self) -> int:
        """Number of states that all layers remember, one for each step of their dilations."""
        return sum(self.dilations)

    @cached_property
    def size(self) -> int:
        """Number of parameters, P."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def views(self, theta: np.ndarray) -> dict[str, np.ndarray]:
        """Give each parameter by name as a view into the flat vector.

        Parameters
        ----------
        theta : ndarray of shape [P]
            Parameters, gradients, or an optimiser's moments.

        Returns
        -------
        dict of str to ndarray
            Writing to a view writes to ``theta``.

        Raises
        ------
        UsageError
            If ``theta`` does not hold exactly P values.
        """
        if theta.shape != (self.size,):
            raise wrong_shape("theta", (self.size,), theta.shape)
        views = {}
        start = 0
        for name, shape in self.shapes().items():
            stop = start + math.prod(shape)
            views[name] = theta[start:stop].reshape(shape)
            start = stop
        return views
