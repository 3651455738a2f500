"""How far outputs are from their targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.errors import UsageError, not_above, wrong_choice
from gatecast.messages import message

__all__ = ["KINDS", "MSE", "Loss"]

KINDS = ("mse", "mae", "huber", "pinball")


@dataclass(frozen=True)
class Loss:
    """Name a loss; every one is the weighted mean over the batch's targets.

    Parameters
    ----------
    kind : {"mse", "mae", "huber", "pinball"}, default "mse"
        Squared error, absolute error, Huber's (1964): half the square up to ``delta`` and linear
        beyond, or pinball (Koenker and Bassett 1978), whose minimum is a quantile.
    delta : float, default 1.0
        Huber's border, on the scale of the targets.
    levels : tuple of float, default ()
        Pinball's quantile levels, Q of them, between 0 and 1. Output k is then the quantile
        ``levels[k % Q]`` of target ``k // Q``.

    Raises
    ------
    UsageError
        If the kind is unknown, or a setting is out of its range.
    """

    kind: str = "mse"
    delta: float = 1.0
    levels: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise wrong_choice("loss", self.kind, KINDS)
        if not self.delta > 0.0:
            raise not_above("delta", self.delta)
        if (self.kind == "pinball") != bool(self.levels):
            raise UsageError(message("kernel.no_levels"))
        if not all(0.0 < level < 1.0 for level in self.levels):
            raise UsageError(message("kernel.levels", levels=str(self.levels)))

    @property
    def quantiles(self) -> int:
        """Outputs for each target: Q for pinball, else 1."""
        return max(1, len(self.levels))

    def __call__(self, outputs: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Compute each output's loss and its derivative.

        Parameters
        ----------
        outputs : ndarray of shape [..., K]
            What the head says.
        y : ndarray of shape [..., K / Q]
            Targets.

        Returns
        -------
        loss, slope : ndarray of shape [..., K]
            The loss, and its derivative with respect to the output.
        """
        error = outputs - np.repeat(y, self.quantiles, axis=-1)
        size, sign = np.abs(error), np.sign(error)
        if self.kind == "mse":
            return error**2, 2.0 * error
        if self.kind == "mae":
            return size, sign
        if self.kind == "huber":
            near = size <= self.delta
            return (
                np.where(near, 0.5 * error**2, self.delta * (size - 0.5 * self.delta)),
                np.where(near, error, self.delta * sign),
            )
        level = np.resize(np.asarray(self.levels, outputs.dtype), outputs.shape[-1])
        slope = np.where(error > 0, 1.0 - level, np.where(error < 0, -level, 0.0))
        return slope * error, slope


MSE = Loss()
