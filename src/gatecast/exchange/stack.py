"""A stack of layers as other tools have it, and the network that computes the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Literal, NamedTuple

import numpy as np

from gatecast.errors import ModelFileError, UsageError
from gatecast.kernel import Layout
from gatecast.messages import message
from gatecast.network import Network

__all__ = ["Dense", "Recurrent", "assemble", "gru_bias", "layers_of", "require_plain"]


class Recurrent(NamedTuple):
    """Hold one recurrent layer, blocks and bias in gatecast's order.

    Attributes
    ----------
    name : str
        For sentences.
    cell : {"lstm", "gru"}
        Kind of layer.
    kernel, recurrent, bias : ndarray of shapes [I, G], [H, G], [4H]
        See :class:`gatecast.kernel.Layout`.
    """

    name: str
    cell: Literal["lstm", "gru"]
    kernel: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray


class Dense(NamedTuple):
    """Hold one linear layer.

    Attributes
    ----------
    name : str
        For sentences.
    kernel, bias : ndarray of shapes [H, K], [K]
        Its parameters.
    """

    name: str
    kernel: np.ndarray
    bias: np.ndarray


def assemble(path: str, layers: Sequence[Recurrent], dense: Sequence[Dense]) -> Network:
    """Make the network that computes what a stack of layers does.

    Linear layers one after another are one, their product. A layer with fewer units than the widest
    gets further ones whose weights are zero: these stay at zero, and nothing else changes.

    Parameters
    ----------
    path : str
        The file, for sentences.
    layers : sequence of Recurrent
        From the inputs up.
    dense : sequence of Dense
        On top of them, from below.

    Returns
    -------
    Network
        float64 if an array is, else float32.

    Raises
    ------
    ModelFileError
        If there is no recurrent or no linear layer, LSTM and GRU are mixed, shapes do not fit, or
        a number is not finite.
    """
    if not layers or not dense:
        raise ModelFileError(message("exchange.no_layers", path=path))
    cells = {layer.cell for layer in layers}
    if len(cells) > 1:
        raise ModelFileError(message("exchange.mixed", path=path))
    _check(path, layers, dense)
    arrays = [a for part in (*layers, *dense) for a in part if isinstance(a, np.ndarray)]
    dtype = np.float64 if any(a.dtype == np.float64 for a in arrays) else np.float32
    hidden, inputs = max(len(layer.recurrent) for layer in layers), len(layers[0].kernel)
    layout = Layout(inputs, hidden, dense[-1].kernel.shape[1], len(layers), layers[0].cell)
    theta = np.zeros(layout.size, dtype)
    views = layout.views(theta)
    for i, layer in enumerate(layers):
        parts = {"kernel": layer.kernel, "recurrent": layer.recurrent, "bias": layer.bias}
        for name, array in parts.items():
            _put(views[f"layer{i}.{name}"], array, hidden, len(layer.recurrent))
    head = reduce(_product, dense)
    views["head.kernel"][: len(head.kernel)] = head.kernel
    views["head.bias"][:] = head.bias
    return Network(layout, theta)


def gru_bias(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join the two biases of a GRU: of the gates only their sum counts.

    Parameters
    ----------
    first, second : ndarray of shape [3 H]
        Of the inputs and of the recurrence, in gatecast's order of the blocks.

    Returns
    -------
    ndarray of shape [4 H]
        Of both gates, then the two of the candidate.
    """
    gates = 2 * len(first) // 3
    return np.concatenate([first[:gates] + second[:gates], first[gates:], second[gates:]])


def _put(view: np.ndarray, array: np.ndarray, hidden: int, units: int) -> None:
    """Write an array whose blocks are as wide as its layer into one with wider blocks."""
    blocks = view.reshape(*view.shape[:-1], -1, hidden)
    rows = (slice(len(array)),) if array.ndim == 2 else ()
    blocks[(*rows, ..., slice(units))] = array.reshape(*array.shape[:-1], -1, units)


def _product(below: Dense, above: Dense) -> Dense:
    first, second = below.kernel.astype(np.float64), above.kernel.astype(np.float64)
    return Dense(above.name, first @ second, below.bias.astype(np.float64) @ second + above.bias)


def _check(path: str, layers: Sequence[Recurrent], dense: Sequence[Dense]) -> None:
    """Refuse arrays that do not fit together, or that are not numbers."""
    width = len(layers[0].kernel) if layers[0].kernel.ndim == 2 else 1
    for part in (*layers, *dense):
        if isinstance(part, Dense):
            units = part.kernel.shape[-1]
            shapes = {"kernel": (width, units), "bias": (units,)}
        else:
            units = part.recurrent.shape[0]
            wide = (3 if part.cell == "gru" else 4) * units
            shapes = {"kernel": (width, wide), "recurrent": (units, wide), "bias": (4 * units,)}
        for name, shape in shapes.items():
            array = getattr(part, name)
            if array.shape != shape or not array.size:
                raise ModelFileError(
                    message(
                        "exchange.shape", path=path, layer=part.name, name=name,
                        shape=str(array.shape), needed=str(shape),
                    )
                )  # fmt: skip
            if array.dtype not in (np.float32, np.float64):
                dtype = str(array.dtype)
                raise ModelFileError(
                    message("exchange.dtype", path=path, layer=part.name, dtype=dtype)
                )
            if not np.isfinite(array).all():
                raise ModelFileError(message("exchange.not_finite", path=path, layer=part.name))
        width = units


def require_plain(network: Network, tool: str) -> None:
    """Refuse a network that another tool has no layers for.

    Parameters
    ----------
    network : Network
        To be written.
    tool : str
        Its name.

    Raises
    ------
    UsageError
        If it has residual or dilated layers or a skip path.
    """
    layout = network.layout
    more = {
        "exchange.residual": layout.residual and layout.layers > 1,
        "exchange.dilations": max(layout.dilations) > 1,
        "exchange.skip": layout.skip,
    }
    reasons = [message(name) for name, is_there in more.items() if is_there]
    if reasons:
        raise UsageError(message("exchange.not_plain", tool=tool, reasons=reasons))


def layers_of(network: Network) -> tuple[list[Recurrent], Dense]:
    """Give the layers of a network.

    Parameters
    ----------
    network : Network
        Without residual or dilated layers and skip path.

    Returns
    -------
    layers : list of Recurrent
        From the inputs up.
    head : Dense
        Their head.
    """
    layout, views = network.layout, network.layout.views(network.theta)
    layers = [
        Recurrent(
            f"layer{i}", layout.cell, views[f"layer{i}.kernel"], views[f"layer{i}.recurrent"],
            views[f"layer{i}.bias"],
        )
        for i in range(layout.layers)
    ]  # fmt: skip
    return layers, Dense("head", views["head.kernel"], views["head.bias"])
