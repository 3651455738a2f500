"""The file of a fitted forecaster: arrays and a document, and never code.

Of the values it holds what the next step starts from: of each series the last one, and as many
before it as the network or its anchor sees.

The document says what the arrays are, with the settings, the versions that wrote it, and a
fingerprint of the data. Files of an older format version are brought forward step by step when they
are read; those of a newer one are refused.
"""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from gatecast import __version__
from gatecast.data import transforms
from gatecast.data.outliers import OutlierClip
from gatecast.data.panel import Ends
from gatecast.data.power import BoxCox
from gatecast.data.reading import assumed_schema
from gatecast.data.schema import Schema
from gatecast.errors import ModelFileError, NotFittedError
from gatecast.forecaster.anchor import Anchor
from gatecast.forecaster.calibration import Calibration
from gatecast.forecaster.exogenous import Exogenous, Tail
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.recipe import ChangeScaler, Memory, Prepared
from gatecast.kernel import Layout, State
from gatecast.network import Network
from gatecast.storage import locked, read_saved, require_unchanged, write_arrays

__all__ = ["load", "save"]

_KIND = "gatecast forecaster"
_VERSION = 5
#: The only classes that a file can name.
_TRANSFORMS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        transforms.AtLeastZero,
        BoxCox,
        transforms.Log,
        transforms.SeasonalAdjustment,
        OutlierClip,
        ChangeScaler,
        transforms.MinMaxScaler,
        transforms.StandardScaler,
        transforms.RobustScaler,
    )
}


def save(model: LSTMForecaster, path: str | os.PathLike[str]) -> None:
    """Write a fitted forecaster, all or nothing.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted; with the state of every series, so that it can go on with :meth:`update`.
    path : str or path
        The file.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    NotFoundError, UsageError
        If the file cannot be written; an older one is then still there, whole.
    ConflictError
        If the model was read from this file, and somebody else has changed the file since.
    """
    if not hasattr(model, "networks_"):
        raise NotFittedError("save() was called before fit(): fit the forecaster first")
    ends = model.ends_
    arrays = {
        "scale": model.scale_,
        "memory.last": model._memory.last,
        "memory.level": model._memory.level,
        "memory.moved": model._memory.moved,
        "memory.weight": model._memory.weight,
        "memory.recent": model._memory.recent,
        "ends.times": ends.times.astype(np.int64),
        "ends.lengths": ends.lengths.astype(np.int64),
    }
    parts = zip(model.networks_, model._states, model._said, strict=True)
    for i, (network, state, said) in enumerate(parts):
        arrays[f"network{i}.said"] = said
        arrays[f"network{i}.theta"] = network.theta
        arrays[f"network{i}.hidden"], arrays[f"network{i}.cell"] = state
    calibration = model.calibration_
    if calibration is not None:
        arrays["calibration.margins"] = calibration.margins
        arrays["calibration.paths"] = calibration.paths
        arrays["calibration.errors"] = calibration.errors
        arrays["calibration.anchor"] = calibration.anchor.weights
    see = model.exogenous_
    arrays["exogenous.means"], arrays["exogenous.deviations"] = see.means, see.deviations
    arrays["exogenous.fixed"] = see.fixed
    if model._tails:
        arrays["tails.lengths"] = np.array([len(tail.inputs) for tail in model._tails])
        arrays["tails.inputs"] = np.vstack([tail.inputs for tail in model._tails])
        arrays["tails.known"] = np.vstack([tail.known for tail in model._tails])
    document = {
        "kind": _KIND,
        "version": _VERSION,
        "gatecast": __version__,
        "numpy": np.__version__,
        "settings": {
            k: list(v) if isinstance(v, (tuple, list)) else v for k, v in model.get_params().items()
        },
        "fingerprint": model.fingerprint_,
        "layouts": [asdict(network.layout) for network in model.networks_],
        "target": model.target_,
        "span": model._memory.span,
        "lags": list(model._memory.lags),
        "usual_stride": model._memory.usual,
        "dates": ends.times.dtype.kind == "M",
        "ids": [i.item() if isinstance(i, np.generic) else i for i in ends.ids],
        "freq": ends.freq,
        "columns": [ends.id_col, ends.time_col, ends.target_col],
        "time_zone": ends.time_zone,
        "schema": model.schema_.to_json(),
        "transforms": [[_written(t) for t in p.transforms] for p in model.prepared_],
        "calibration": None
        if calibration is None
        else {
            "trust": calibration.trust,
            "anchor": calibration.anchor.name,
            "naive_error": calibration.naive_error,
        },
        "exogenous": see.names,
        "updates": model.updates_,
        "losses": model.losses_,
        "notes": model.notes_,
    }
    with locked(path):
        require_unchanged(path, model._origin)
        model._origin = write_arrays(path, arrays, document)


def load(path: str | os.PathLike[str]) -> LSTMForecaster:
    """Read a fitted forecaster.

    Parameters
    ----------
    path : str or path
        What :meth:`gatecast.LSTMForecaster.save` wrote.

    Returns
    -------
    LSTMForecaster
        It says what the saved one said, bit for bit, and can go on with ``update``.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, of another kind, or written by a newer gatecast.
    """
    arrays, document, origin = read_saved(path)
    name = Path(path).name
    if document.get("kind") != _KIND:
        raise ModelFileError(f'"{name}" is not a saved forecaster: give the file of one')
    version = document.get("version")
    if not isinstance(version, int) or version > _VERSION:
        raise ModelFileError(
            f'"{name}" has format version {version}, and gatecast {__version__} reads up to '
            f"{_VERSION}: install a newer gatecast"
        )
    try:
        if version < 2:
            _bring_forward_from_1(arrays, document)
        if version < 3:
            _bring_forward_from_2(arrays, document)
        if version < 4:
            _bring_forward_from_3(arrays, document)
        if version < 5:
            _bring_forward_from_4(arrays, document)
        model = _restored(arrays, document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ModelFileError(
            f'"{name}" is not a whole forecaster: {type(error).__name__}, {error}. Take another '
            "copy, or fit the model again"
        ) from error
    model._origin = origin
    return model


def _bring_forward_from_1(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Version 2 has the columns that are seen besides the series; version 1 saw none."""
    document["exogenous"] = {}
    document["updates"] = document["settings"]["updates"] or 25 * len(document["losses"][0])
    for name in ("means", "deviations", "fixed"):
        arrays[f"exogenous.{name}"] = np.zeros((len(document["ids"]), 0), np.float32)


def _bring_forward_from_2(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Version 3 has lags; before it no network saw any."""
    document["lags"] = []
    arrays["memory.recent"] = np.zeros((len(document["ids"]), 0))


def _bring_forward_from_3(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Version 4 has strides; before it they were 1."""
    document["usual_stride"] = None
    arrays["memory.moved"] = np.ones(len(document["ids"]))
    arrays["memory.weight"] = np.ones(len(document["ids"]))


def _bring_forward_from_4(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Version 5 has anchors; before it there was one, which answers zero."""
    if document["calibration"] is not None:
        nothing = Anchor.nothing(document["target"], document["settings"]["h"])
        document["calibration"]["anchor"] = nothing.name
        arrays["calibration.anchor"] = nothing.weights


def _restored(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> LSTMForecaster:
    settings: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in document["settings"].items()
    }
    model = LSTMForecaster(**settings)
    layouts = [
        Layout(**{**layout, "dilations": tuple(layout["dilations"])})
        for layout in document["layouts"]
    ]
    count = len(document["ids"])
    times = arrays["ends.times"]
    id_col, time_col, target_col = document["columns"]
    model.ends_ = Ends(
        np.array(document["ids"], dtype=object),
        times.astype("datetime64[us]") if document["dates"] else times,
        arrays["ends.lengths"],
        document["freq"],
        id_col,
        time_col,
        target_col,
        document["time_zone"],
    )
    model.prepared_ = [
        Prepared(tuple(_read(t) for t in series)) for series in document["transforms"]
    ]
    model.target_ = document["target"]
    model._memory = Memory(
        model.target_, document["span"], document["usual_stride"], arrays["memory.last"],
        arrays["memory.level"], arrays["memory.moved"], arrays["memory.weight"],
        tuple(document["lags"]), arrays["memory.recent"],
    )  # fmt: skip
    model.scale_ = arrays["scale"]
    model.networks_, model._states, model._said = [], [], []
    for i, layout in enumerate(layouts):
        model.networks_.append(Network(layout, arrays[f"network{i}.theta"]))
        model._states.append(State(arrays[f"network{i}.hidden"], arrays[f"network{i}.cell"]))
        model._said.append(arrays[f"network{i}.said"])
    model.calibration_ = None
    if document["calibration"] is not None:
        model.calibration_ = Calibration(
            document["calibration"]["trust"],
            Anchor(document["calibration"]["anchor"], arrays["calibration.anchor"]),
            arrays["calibration.margins"],
            arrays["calibration.paths"],
            arrays["calibration.errors"],
            document["calibration"]["naive_error"],
        )
    model.exogenous_ = see = Exogenous(
        tuple(model.hist_exog_list), tuple(model.futr_exog_list), tuple(model.stat_exog_list),
        model.calendar, model.h, document["exogenous"], arrays["exogenous.means"],
        arrays["exogenous.deviations"], arrays["exogenous.fixed"],
    )  # fmt: skip
    model._tails = []
    if model._replays:
        at = np.cumsum(arrays["tails.lengths"])[:-1]
        inputs, known = (np.split(arrays[f"tails.{name}"], at) for name in ("inputs", "known"))
        model._tails = [Tail(*both) for both in zip(inputs, known, strict=True)]
    model.schema_ = _schema(document, model)
    model.updates_ = document["updates"]
    model.losses_, model.notes_ = document["losses"], document["notes"]
    model.reading_notes_ = []
    model.fingerprint_, model.panel_ = document["fingerprint"], None
    _require(len(times) == len(model.prepared_) == len(model._memory.last) == count)
    usual = model._memory.usual
    _require(usual is None or 0 < usual < np.inf)
    _require(model._memory.moved.shape == model._memory.weight.shape == (count,))
    _require(model.scale_.shape == (model.h,))
    lags = model._memory.lags
    _require(all(isinstance(lag, int) and lag > 0 for lag in lags))
    reach = model._memory.recent.shape[1]
    _require(model._memory.recent.shape == (count, reach) and reach >= max(lags, default=0))
    if model.calibration_ is not None:
        weights = model.calibration_.anchor.weights
        _require(weights.shape[1] == model.h and len(weights) <= reach + 1)
    _require(see.means.shape == see.deviations.shape == (count, len(see.columns)))
    _require(see.fixed.shape == (count, see.fixed_width))
    if model._replays:
        _require(len(model._tails) == count)
        for tail in model._tails:
            width = tail.inputs.shape[1] + (see.lead + 1) * see.known_width
            _require(tail.known.shape == (len(tail.inputs), see.known_width))
            _require(all(width == layout.inputs for layout in layouts))
    _require(len(layouts) == model._points + bool(model.level))
    for layout, network, state, said in zip(
        layouts, model.networks_, model._states, model._said, strict=True
    ):
        _require(network.theta.shape == (layout.size,))
        _require(said.shape == (count, layout.outputs))
        _require(state.hidden.shape == (layout.state_rows, count, layout.hidden))
        _require(state.cell.shape == state.hidden.shape)
    return model


def _schema(document: dict[str, Any], model: LSTMForecaster) -> Schema:
    """Give what the history settled; of a file without it, what its columns are."""
    see = model.exogenous_
    if document.get("schema") is None:
        return assumed_schema(model.ends_, see.names, see.columns)
    return Schema.from_json(document["schema"])


def _require(fits: bool) -> None:
    if not fits:
        raise ValueError("its parts do not fit together")


def _written(transform: Any) -> dict[str, Any]:
    """Write a transform as its name and its numbers."""
    values = {f.name: getattr(transform, f.name) for f in fields(transform)}
    return {
        "name": type(transform).__name__,
        **{k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in values.items()},
    }


def _read(written: dict[str, Any]) -> Any:
    values = dict(written)
    kind = _TRANSFORMS[values.pop("name")]
    return kind(**{k: np.array(v, float) if isinstance(v, list) else v for k, v in values.items()})
