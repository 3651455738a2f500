"""Keras 3's files: ``.keras``, which has layers and arrays, and ``.weights.h5``, arrays alone."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from gatecast.errors import ModelFileError, UsageError, require_extra
from gatecast.exchange.keras_layers import document_of, layers_from, layers_from_arrays
from gatecast.exchange.stack import assemble, layers_of, require_plain
from gatecast.messages import message
from gatecast.network import Network
from gatecast.raw import read_bytes
from gatecast.storage import write_bytes

__all__ = ["from_keras", "to_keras"]

_WEIGHTS = "model.weights.h5"
#: What a part of a file may be unpacked to, times the size of the file.
_MOST_UNPACKED = 64
_DAMAGE = (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError,
           zipfile.BadZipFile)  # fmt: skip


def from_keras(path: str | os.PathLike[str]) -> Network:
    """Read an LSTM or GRU that Keras saved.

    The network computes what Keras' ``predict`` does: ``network.predict(x)`` is the output at the
    last step of windows [B, T, I], and ``network.run(x)`` that at every step. ``.weights.h5`` has
    no settings of layers; they are taken to be Keras' defaults.

    Parameters
    ----------
    path : str or path
        ``model.save("model.keras")`` or ``model.save_weights("model.weights.h5")`` of Keras 3:
        LSTM layers, or GRU layers with ``reset_after=True``, under one or more Dense layers without
        activation. Dropout layers act in training alone and are left out. Layers may differ in
        width: see :func:`gatecast.exchange.stack.assemble`.

    Returns
    -------
    Network
        In the precision of the file.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, or has what cannot be carried: which layer and setting, and what to do.
    UsageError
        If its name ends otherwise.
    MissingExtraError
        Without h5py.
    """
    name, kind = Path(path).name, _kind(path)
    h5py = require_extra("h5py", "keras", message("exchange.purpose"))
    data = read_bytes(Path(path))
    try:
        if kind == "weights":
            layers, dense = layers_from_arrays(name, _arrays(h5py, data))
        else:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                config, weights = (
                    _member(archive, part, len(data)) for part in ("config.json", _WEIGHTS)
                )
            layers, dense = layers_from(name, config, _arrays(h5py, weights))
    except ModelFileError:
        raise
    except _DAMAGE as error:
        reason = f"{type(error).__name__}, {error}"
        raise ModelFileError(message("exchange.no_keras", path=name, reason=reason)) from error
    return assemble(name, layers, dense)


def to_keras(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network as Keras 3 saves one, all or nothing.

    Parameters
    ----------
    network : Network
        Without residual or dilated layers and skip path, which no layer of Keras has.
    path : str or path
        ``.keras``, for ``keras.models.load_model``: a ``Sequential`` whose last layer gives the
        output at the last step; or ``.weights.h5``, for ``load_weights`` of the same layers.

    Raises
    ------
    UsageError
        If the network has what Keras' layers have not, or the name ends otherwise.
    NotFoundError
        If there is no such folder.
    MissingExtraError
        Without h5py.
    """
    kind = _kind(path)
    require_plain(network, "Keras")
    h5py = require_extra("h5py", "keras", message("exchange.purpose"))
    weights = _write_arrays(h5py, network)
    if kind == "weights":
        write_bytes(path, weights)
        return
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {**document_of(network), _WEIGHTS: weights}.items():
            archive.writestr(zipfile.ZipInfo(name), data)  # whose date is always the same
    write_bytes(path, buffer.getvalue())


def _kind(path: str | os.PathLike[str]) -> str:
    name = Path(path).name.lower()
    for ending, kind in ((".weights.h5", "weights"), (".keras", "model")):
        if name.endswith(ending):
            return kind
    raise UsageError(message("exchange.name", path=str(path)))


def _member(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """Read a part of an archive that is not out of all proportion to it."""
    info = archive.getinfo(name)
    if info.file_size > _MOST_UNPACKED * size:
        raise ValueError(f"{name} would be {info.file_size} bytes")
    return archive.read(info)


def _arrays(h5py: Any, data: bytes) -> dict[str, np.ndarray]:
    """Read every array of a file of weights, by its place; none that lies in another file."""
    arrays: dict[str, np.ndarray] = {}

    def read(group: Any, place: str) -> None:
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{place}{name} is a link")
            part = group[name]
            if isinstance(part, h5py.Group):
                read(part, f"{place}{name}/")
            elif part.external is not None or part.nbytes > _MOST_UNPACKED * len(data):
                raise ValueError(f"{place}{name} is not within the file")
            else:
                arrays[place + name] = part[()]

    with h5py.File(io.BytesIO(data), "r") as file:
        read(file, "")
    return arrays


def _write_arrays(h5py: Any, network: Network) -> bytes:
    """Lay the arrays as Keras 3 does: by the kind of layer, counted from the second one on."""
    layers, head = layers_of(network)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="latest") as file:
        for i, layer in enumerate(layers):
            group = f"layers/{layer.cell}{f'_{i}' if i else ''}/cell/vars"
            bias = layer.bias
            if layer.cell == "gru":  # of the recurrent part only the candidate's is not zero
                blocks = np.zeros((2, 3, network.layout.hidden), bias.dtype)
                blocks[0], blocks[1, 2] = np.split(bias.reshape(4, -1), [3])
                bias = blocks.reshape(2, -1)
            for j, array in enumerate((layer.kernel, layer.recurrent, bias)):
                file.create_dataset(f"{group}/{j}", data=array, track_times=False)
        for j, array in enumerate((head.kernel, head.bias)):
            file.create_dataset(f"layers/dense/vars/{j}", data=array, track_times=False)
    return buffer.getvalue()
