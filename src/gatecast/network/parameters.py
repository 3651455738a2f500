"""Initial weights, drawn as Keras draws them, so that a tutorial's network starts alike."""

from __future__ import annotations

import numpy as np

from gatecast.kernel import Layout

__all__ = ["initialise"]


def initialise(layout: Layout, rng: np.random.Generator, dtype: type = np.float32) -> np.ndarray:
    """Draw the parameters of a new network.

    Kernels are Glorot-uniform (Glorot and Bengio 2010, equation 16), recurrent kernels orthogonal
    (Saxe, McClelland and Ganguli 2014), the forget gate's bias is 1 (Jozefowicz, Zaremba and
    Sutskever 2015), every other bias and the skip path 0.

    Parameters
    ----------
    layout : Layout
        Sizes of the network.
    rng : numpy.random.Generator
        Source of the draws; the same state gives the same weights.
    dtype : type, default float32
        Precision of the result; the draws are made in float64.

    Returns
    -------
    ndarray of shape [P]
        The flat parameter vector.
    """
    theta = np.zeros(layout.size, dtype)
    for name, view in layout.views(theta).items():
        if name.endswith(".recurrent"):
            view[:] = _orthogonal(view.shape, rng)
        elif name.endswith(".kernel"):
            limit = np.sqrt(6.0 / sum(view.shape))
            view[:] = rng.uniform(-limit, limit, view.shape)
        elif name.startswith("layer") and layout.cell == "lstm":
            view[layout.hidden : 2 * layout.hidden] = 1.0  # gates are i, f, g, o
    return theta


def _orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw a matrix with orthonormal rows, uniformly among all of them.

    Normal draws are made orthonormal by modified Gram-Schmidt, twice over. It is a small matrix:
    a library's decomposition would start its threads for it.
    """
    rows, columns = shape
    matrix = np.ascontiguousarray(rng.normal(size=(columns, rows)).T)
    for _ in range(2):
        for i, row in enumerate(matrix):
            row /= np.sqrt(np.einsum("j,j", row, row))
            rest = matrix[i + 1 :]
            rest -= np.einsum("ij,j->i", rest, row)[:, np.newaxis] * row
    return matrix
