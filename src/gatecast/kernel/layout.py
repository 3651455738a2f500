"""Where each parameter of an LSTM network lies in its one flat vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.errors import UsageError

__all__ = ["GATES", "Layout"]

#: The order of the gate blocks along every axis of length 4H: input, forget, candidate, output.
GATES = ("input", "forget", "candidate", "output")


@dataclass(frozen=True)
class Layout:
    """Describe a stack of LSTM layers under a dense head, and its flat parameter vector.

    Per layer the vector holds the kernel [I, 4H] (I is H above the first layer), the recurrent
    kernel [H, 4H] and the bias [4H]; after the last layer the head's kernel [H, K] and bias [K].
    All are in C order, gate blocks in the order i, f, g, o.

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

    Raises
    ------
    UsageError
        If any of them is below 1.
    """

    inputs: int
    hidden: int
    outputs: int
    layers: int = 1

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden", "outputs", "layers"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name}={getattr(self, name)} was asked for; use 1 or more")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """List the parameters' names and shapes, in the order of the flat vector."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in range(self.layers):
            inputs = self.hidden if layer else self.inputs
            shapes[f"layer{layer}.kernel"] = (inputs, 4 * self.hidden)
            shapes[f"layer{layer}.recurrent"] = (self.hidden, 4 * self.hidden)
            shapes[f"layer{layer}.bias"] = (4 * self.hidden,)
        shapes["head.kernel"] = (self.hidden, self.outputs)
        shapes["head.bias"] = (self.outputs,)
        return shapes

    @property
    def size(self) -> int:
        """Number of parameters, P."""
        return sum(int(np.prod(shape)) for shape in self.shapes().values())

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
            raise UsageError(
                f"a flat vector of shape ({self.size},) is needed for {self}; "
                f"found shape {theta.shape}"
            )
        views = {}
        start = 0
        for name, shape in self.shapes().items():
            stop = start + int(np.prod(shape))
            views[name] = theta[start:stop].reshape(shape)
            start = stop
        return views
