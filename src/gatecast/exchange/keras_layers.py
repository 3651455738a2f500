"""What Keras says of its layers, and which of it a network can carry."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np

from gatecast.errors import ModelFileError
from gatecast.exchange.stack import Dense, Recurrent, gru_bias
from gatecast.messages import message
from gatecast.network import Network

__all__ = ["document_of", "layers_from", "layers_from_arrays"]

#: Settings that must be these; what is not in a file is Keras' default.
_LSTM = {
    "activation": "tanh", "recurrent_activation": "sigmoid", "go_backwards": False,
    "return_state": False, "recurrent_dropout": 0.0,
}  # fmt: skip
_NEEDED: dict[str, dict[str, Any]] = {
    "LSTM": _LSTM, "GRU": {**_LSTM, "reset_after": True}, "Dense": {"activation": "linear"},
    "Activation": {"activation": "linear"},
}  # fmt: skip
#: Layers that do nothing in a forecast.
_WITHOUT_EFFECT = {"InputLayer", "Dropout", "SpatialDropout1D", "Activation"}


class _Layer(NamedTuple):
    """A layer of a model: its name, kind, settings, and where its arrays are."""

    name: str
    kind: str
    settings: dict[str, Any]
    place: str
    below: list[str] | None


def layers_from(
    path: str, document: bytes, arrays: dict[str, np.ndarray]
) -> tuple[list[Recurrent], list[Dense]]:
    """Read the layers of a model.

    Parameters
    ----------
    path : str
        The file, for sentences.
    document : bytes
        Its ``config.json``.
    arrays : dict of str to ndarray
        Its arrays, by place.

    Returns
    -------
    recurrent : list of Recurrent
        From the inputs up.
    dense : list of Dense
        On top of them.

    Raises
    ------
    ModelFileError
        If there is a layer or a setting that cannot be carried.
    """
    layers = _listed(path, json.loads(document))
    recurrent: list[Recurrent] = []
    dense: list[Dense] = []
    for layer in layers:
        if layer.kind in ("LSTM", "GRU") and not dense:
            recurrent.append(_recurrent(layer.name, arrays, f"{layer.place}/cell/vars/"))
        elif layer.kind == "Dense" and recurrent:
            dense.append(_dense(layer.name, arrays, f"{layer.place}/vars/"))
        elif layer.kind not in _WITHOUT_EFFECT:
            raise ModelFileError(
                message("exchange.order", path=path, layer=layer.name, kind=layer.kind)
            )
    return recurrent, dense


def _listed(path: str, document: dict[str, Any]) -> list[_Layer]:
    """List the layers of a chain, and refuse those that cannot be carried."""
    if document["class_name"] not in ("Sequential", "Functional"):
        kind = str(document["class_name"])
        raise ModelFileError(message("exchange.own_class", path=path, kind=kind))
    count: Counter[str] = Counter()
    layers: list[_Layer] = []
    for entry in document["config"]["layers"]:
        kind, settings = entry["class_name"], entry["config"]
        place = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()
        number, count[place] = count[place], count[place] + 1
        place = f"layers/{place}{f'_{number}' if number else ''}"
        name = str(settings.get("name", kind))
        if kind == "TimeDistributed" and settings["layer"]["class_name"] == "Dense":
            kind, settings, place = "Dense", settings["layer"]["config"], f"{place}/layer"
        if kind not in _NEEDED and kind not in _WITHOUT_EFFECT:
            raise ModelFileError(message("exchange.layer", path=path, layer=name, kind=kind))
        _require_settings(path, name, settings, _NEEDED.get(kind, {}))
        layers.append(_Layer(name, kind, settings, place, _below(entry)))
    for before, layer in pairwise(layers):
        if layer.below is not None and layer.below != [before.name]:
            raise ModelFileError(message("exchange.branches", path=path, layer=layer.name))
    return layers


def _require_settings(
    path: str, layer: str, settings: dict[str, Any], needed: dict[str, Any]
) -> None:
    for name, value in needed.items():
        actual = settings.get(name, value)
        if actual == value and isinstance(actual, bool) == isinstance(value, bool):
            continue
        fields = {"path": path, "layer": layer, "setting": name, "value": _brief(actual)}
        if name == "recurrent_dropout":
            raise ModelFileError(message("exchange.recurrent_dropout", **fields))
        raise ModelFileError(message("exchange.setting", **fields, needed=str(value)))


def _brief(value: Any) -> str:
    """Name a setting: of an object of Keras its class."""
    return str(value["class_name"] if isinstance(value, dict) and "class_name" in value else value)


def _below(entry: dict[str, Any]) -> list[str] | None:
    """Name the layers whose outputs one takes, where a file says it; one name a call."""
    if "inbound_nodes" not in entry or entry["class_name"] == "InputLayer":
        return None
    below = re.findall(r'"keras_history": \["([^"]*)"', json.dumps(entry["inbound_nodes"]))
    return [str(name) for name in below]


def layers_from_arrays(
    path: str, arrays: dict[str, np.ndarray]
) -> tuple[list[Recurrent], list[Dense]]:
    """Read layers where only their arrays are there.

    Parameters
    ----------
    path : str
        The file, for sentences.
    arrays : dict of str to ndarray
        By place.

    Returns
    -------
    recurrent : list of Recurrent
        In the order in which Keras counts them.
    dense : list of Dense
        The only one.

    Raises
    ------
    ModelFileError
        If there are arrays of other layers, or several Dense layers.
    """
    recurrent: dict[int, Recurrent] = {}
    dense: list[Dense] = []
    for name in arrays:
        match = re.fullmatch(r"layers/(lstm|gru)(?:_(\d+))?/cell/vars/([012])", name)
        head = re.fullmatch(r"(layers/(?:dense|time_distributed/layer)/vars/)[01]", name)
        if match is None and head is None:
            raise ModelFileError(message("exchange.unknown_array", path=path, name=name))
        if match is not None and match[3] == "0":
            place = name.removesuffix("0")
            layer = _recurrent(place.split("/")[1], arrays, place)
            if int(match[2] or 0) in recurrent:
                raise ModelFileError(message("exchange.mixed", path=path))
            recurrent[int(match[2] or 0)] = layer
        elif head is not None and name.endswith("0"):
            dense.append(_dense(head[1].split("/")[1], arrays, head[1]))
    if len(dense) > 1:
        raise ModelFileError(message("exchange.unknown_activation", path=path))
    return [recurrent[number] for number in sorted(recurrent)], dense


def _recurrent(name: str, arrays: dict[str, np.ndarray], place: str) -> Recurrent:
    kernel, recurrent = arrays[f"{place}0"], arrays[f"{place}1"]
    units = recurrent.shape[0]
    cell: Literal["lstm", "gru"] = "gru" if recurrent.shape[1] == 3 * units else "lstm"
    bias = arrays.get(f"{place}2", np.zeros((2, 3 * units) if cell == "gru" else 4 * units))
    if cell == "gru":
        bias = gru_bias(*bias.reshape(2, 3 * units))
    return Recurrent(name, cell, kernel, recurrent, bias.astype(kernel.dtype))


def _dense(name: str, arrays: dict[str, np.ndarray], place: str) -> Dense:
    kernel = arrays[f"{place}0"]
    bias = arrays.get(f"{place}1", np.zeros(kernel.shape[-1], kernel.dtype))
    return Dense(name, kernel, bias)


def document_of(network: Network) -> dict[str, str]:
    """Write what a ``.keras`` file says besides its arrays.

    Parameters
    ----------
    network : Network
        Without residual or dilated layers and skip path.

    Returns
    -------
    dict of str to str
        By the name of the part.
    """
    layout, dtype = network.layout, network.theta.dtype.name
    shape = [None, None, layout.inputs]
    listed = [_entry("InputLayer", "inputs", dtype=dtype, batch_shape=shape)]
    for i in range(layout.layers):
        settings: dict[str, Any] = {
            "units": layout.hidden, "return_sequences": i < layout.layers - 1,
            "activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True,
        }  # fmt: skip
        if layout.cell == "gru":
            settings["reset_after"] = True
        name = f"{layout.cell}{f'_{i}' if i else ''}"
        listed.append(_entry(layout.cell.upper(), name, dtype=dtype, **settings))
    listed.append(
        _entry("Dense", "dense", dtype=dtype, units=layout.outputs, activation="linear",
               use_bias=True)
    )  # fmt: skip
    config = {"name": "gatecast", "trainable": True, "layers": listed, "build_input_shape": shape}
    model = {
        "module": "keras", "class_name": "Sequential", "config": config, "registered_name": None,
        "build_config": {"input_shape": shape},
    }  # fmt: skip
    metadata = {"keras_version": "3.0.0", "date_saved": "1980-01-01@00:00:00"}
    return {"metadata.json": json.dumps(metadata), "config.json": json.dumps(model)}


def _entry(kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers", "class_name": kind, "config": {"name": name, **settings},
        "registered_name": None,
    }  # fmt: skip
