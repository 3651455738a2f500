"""Lines through many rows at once: least squares with a penalty."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

__all__ = ["ridge"]


def ridge(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]], inputs: int, outputs: int, share: float,
    free: int = 0,
) -> np.ndarray:  # fmt: skip
    """Solve for a line for each output, over rows that come in blocks.

    Parameters
    ----------
    blocks : iterable of (ndarray of shape [n, p], ndarray of shape [n, K])
        Inputs and outputs, of any n.
    inputs, outputs : int
        p and K.
    share : float
        Penalty on squared weights, as a share of the mean square of the inputs; 0 for plain least
        squares.
    free : int, default 0
        Last inputs that have no penalty, such as an intercept.

    Returns
    -------
    ndarray of shape [p, K]
        W = (X'X + λI)⁻¹X'Y (Hoerl and Kennard 1970); of several solutions the smallest.
    """
    gram, cross = np.zeros((inputs, inputs)), np.zeros((inputs, outputs))
    for x, y in blocks:
        gram += x.T @ x
        cross += x.T @ y
    penalty = np.zeros(inputs)
    held = inputs - free
    if held:
        penalty[:held] = share * np.trace(gram[:held, :held]) / held
    # inputs that say the same twice make it singular
    return np.linalg.lstsq(gram + np.diag(penalty), cross, rcond=None)[0]
