"""PyTorch's ``state_dict`` of an ``nn.LSTM`` or ``nn.GRU`` and an ``nn.Linear``, as safetensors."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gatecast.errors import ModelFileError, UsageError
from gatecast.exchange.stack import (
    Dense,
    Recurrent,
    assemble,
    gru_bias,
    layers_of,
    require_plain,
)
from gatecast.messages import message
from gatecast.network import Network
from gatecast.raw import read_bytes
from gatecast.storage import write_bytes

__all__ = ["from_pytorch", "to_pytorch"]

_RECURRENT = re.compile(r"(?:(.*)\.)?(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)")
#: Places of gatecast's blocks among PyTorch's, which are r, z, n of a GRU; its own inverse.
_BLOCKS = {"lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}


def from_pytorch(path: str | os.PathLike[str]) -> Network:
    """Read an LSTM or GRU that PyTorch trained.

    ``network.predict(x)`` is what the linear layer gives at the last step of windows [B, T, I],
    and ``network.run(x)`` what it gives at every step.

    Parameters
    ----------
    path : str or path
        ``safetensors.torch.save_file(model.state_dict(), path)`` of a module that has one
        ``nn.LSTM`` or ``nn.GRU``, of any number of layers, and one ``nn.Linear`` on top of it, by
        whatever names. Dropout has no parameters and acts in training alone.

    Returns
    -------
    Network
        In the precision of the file.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, or has parameters of anything else: which, and what to do.
    UsageError
        If it cannot be read.
    """
    name = Path(path).name
    try:
        arrays = load(read_bytes(Path(path)))
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__}, {error}"
        raise ModelFileError(message("exchange.no_pytorch", path=name, reason=reason)) from error
    layers: dict[tuple[str, int], dict[str, np.ndarray]] = {}
    linear: dict[str, dict[str, np.ndarray]] = {}
    for key, array in arrays.items():
        match = _RECURRENT.fullmatch(key)
        owner, _, kind = key.rpartition(".")
        if match is not None:
            layers.setdefault((match[1] or "", int(match[3])), {})[match[2]] = array
        elif kind in ("weight", "bias") and array.ndim == (2 if kind == "weight" else 1):
            linear.setdefault(owner, {})[kind] = array
        else:
            raise ModelFileError(message("exchange.unknown_array", path=name, name=key))
    modules = sorted({owner for owner, _ in layers})
    if len(modules) > 1 or len(linear) > 1:
        several = modules if len(modules) > 1 else sorted(linear)
        raise ModelFileError(message("exchange.several", path=name, names=several))
    try:
        recurrent = [_layer(f"{owner}_l{i}", layers[owner, i]) for owner, i in sorted(layers)]
        dense = [
            Dense(owner or "linear", p["weight"].T, _bias(p, "bias", len(p["weight"])))
            for owner, p in linear.items()
        ]
    except KeyError as error:
        raise ModelFileError(
            message("exchange.no_array", path=name, name=str(error.args[0]))
        ) from error
    return assemble(name, recurrent, dense)


def to_pytorch(
    network: Network, path: str | os.PathLike[str], *, recurrent: str = "lstm", linear: str = "head"
) -> None:
    """Write a network as the ``state_dict`` of PyTorch's modules, all or nothing.

    ``safetensors.torch.load_file(path)`` gives it; of each gate the second bias is zero, but for
    that of a GRU's candidate.

    Parameters
    ----------
    network : Network
        Without residual or dilated layers and skip path, which PyTorch's modules have not.
    path : str or path
        The file.
    recurrent, linear : str
        Names of the ``nn.LSTM`` or ``nn.GRU`` and of the ``nn.Linear`` in the module that will
        load it.

    Raises
    ------
    UsageError
        If the network has what PyTorch's modules have not, or the names are the same.
    NotFoundError
        If there is no such folder.
    """
    require_plain(network, "PyTorch")
    if recurrent == linear:
        raise UsageError(message("exchange.same_names", name=recurrent))
    layers, head = layers_of(network)
    hidden, arrays = network.layout.hidden, {}
    for i, layer in enumerate(layers):
        width = layer.kernel.shape[1]
        first, second = layer.bias[:width], np.zeros(width, layer.bias.dtype)
        second[2 * hidden : 2 * hidden + len(layer.bias) - width] = layer.bias[width:]
        parts = {
            "weight_ih": layer.kernel, "weight_hh": layer.recurrent, "bias_ih": first,
            "bias_hh": second,
        }  # fmt: skip
        for name, array in parts.items():
            arrays[f"{recurrent}.{name}_l{i}"] = _turned(layer.cell, array).T
    arrays |= {f"{linear}.weight": head.kernel.T, f"{linear}.bias": head.bias}
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write_bytes(path, save(whole, {"format": "pt"}))


def _layer(name: str, p: dict[str, np.ndarray]) -> Recurrent:
    """Bring the parameters of one layer into gatecast's order."""
    recurrent = p["weight_hh"].T
    units, width = recurrent.shape
    cell: Literal["lstm", "gru"] = "gru" if width == 3 * units else "lstm"
    first, second = (_turned(cell, _bias(p, kind, width)) for kind in ("bias_ih", "bias_hh"))
    bias = gru_bias(first, second) if cell == "gru" else first + second
    kernel = _turned(cell, p["weight_ih"].T)
    return Recurrent(name, cell, kernel, _turned(cell, recurrent), bias.astype(kernel.dtype))


def _bias(p: dict[str, np.ndarray], kind: str, width: int) -> np.ndarray:
    return p.get(kind, np.zeros(width, np.float32))


def _turned(cell: str, array: np.ndarray) -> np.ndarray:
    """Go from one order of the blocks along the last axis to the other."""
    if array.shape[-1] % len(_BLOCKS[cell]):
        return array  # of no such cell, which its shape will say
    blocks = np.split(array, len(_BLOCKS[cell]), axis=-1)
    return np.concatenate([blocks[i] for i in _BLOCKS[cell]], axis=-1)
