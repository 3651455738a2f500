"""The file of a fitted forecaster: arrays and a document, and never code.

Of the values it holds what the next step starts from: of each series the last one, and as many
before it as lags or the benchmark reach. Each parameter of a transform is one array over all
series. The document says what the arrays are, with the settings, the versions that wrote it, and a
fingerprint of the data. Files of an older format are brought forward when they are read
(:mod:`gatecast.forecaster.model_file.formats`); those of a newer one are refused.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np

from gatecast import __version__
from gatecast.data.panel import Ends
from gatecast.data.schema import Schema
from gatecast.data.stored import id_array
from gatecast.data.transforms.pipeline import KINDS, Step, TransformPipeline, Treatment
from gatecast.errors import ModelFileError, not_whole
from gatecast.forecaster.additive.columns import additive_width, holiday_count
from gatecast.forecaster.benchmarks.average import AverageBenchmark
from gatecast.forecaster.benchmarks.benchmark import Benchmark, LinearBenchmark
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark
from gatecast.forecaster.benchmarks.seasonal_linear import SeasonalLinear
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.inputs.covariates import Covariates, PendingInputs
from gatecast.forecaster.inputs.features import FeatureState
from gatecast.forecaster.intervals import Calibration
from gatecast.forecaster.model_file.additive import additive_fits, read_additive, write_additive
from gatecast.forecaster.model_file.counts import counts_fit, read_counts, write_counts
from gatecast.forecaster.model_file.form import check_form, require_forecast
from gatecast.forecaster.model_file.formats import VERSION, bring_forward
from gatecast.forecaster.model_file.holidays import holidays_fit, read_holidays, write_holidays
from gatecast.forecaster.settings.config import Config
from gatecast.kernel import Layout, State
from gatecast.messages import documents, from_document, message
from gatecast.network import Network
from gatecast.network.processors import available_threads
from gatecast.pretrained.network import PretrainedNetwork
from gatecast.storage import (
    DAMAGE,
    Key,
    Origin,
    encode,
    locked,
    read_saved,
    require_unchanged,
    write_arrays,
)
from gatecast.validation import Items, Name, require_readable

__all__ = ["SavedModel", "load_model", "model_bytes", "save_model"]

_KIND = "gatecast forecaster"
#: The only classes that a file can name.
_TRANSFORMS: dict[str, Any] = {kind.__name__: kind for kind in KINDS}
_STATE = ("last", "mean", "change_sum", "weight_sum", "recent")


@dataclass(frozen=True, eq=False)
class SavedModel:
    """Hold what a file keeps of a forecaster.

    Parameters
    ----------
    fitted : FittedForecaster
        What forecasts.
    settings : dict of str to object
        By name.
    max_steps : int
        Training steps of each network.
    losses : list of list of float
        Loss of each network by epoch.
    decisions : list of str
        A sentence each.
    fingerprint : str
        SHA-256 of the training data.
    """

    fitted: FittedForecaster
    settings: dict[str, Any]
    max_steps: int
    losses: list[list[float]]
    decisions: list[str]
    fingerprint: str


def save_model(
    saved: SavedModel,
    path: str | os.PathLike[str],
    origin: Origin | None,
    sign: Key = None,
) -> Origin:
    """Write a fitted forecaster, all or nothing.

    Parameters
    ----------
    saved : SavedModel
        The forecaster.
    path : str or path
        The file.
    origin : Origin or None
        Which file it was read from or saved in before.
    sign : bytes or str, optional
        A secret key; see :func:`gatecast.storage.write_arrays`.

    Returns
    -------
    Origin
        Of what was written.

    Raises
    ------
    NotFoundError, UsageError, ModelFileError
        If the file cannot be written, or read again; an older one is then still there, whole.
    ConflictError
        If the model was read from this file, and somebody else has changed the file since.
    """
    arrays, document = _contents(saved)
    require_readable(path, arrays, document, _read_checked)
    with locked(path):
        require_unchanged(path, origin)
        return write_arrays(path, arrays, document, sign)


def model_bytes(saved: SavedModel) -> bytes:
    """Give what the file of a fitted forecaster holds.

    Parameters
    ----------
    saved : SavedModel
        The forecaster.

    Returns
    -------
    bytes
        Read by :func:`load_model`.
    """
    return encode(*_contents(saved))


def _contents(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Give arrays and document of a file."""
    fitted = saved.fitted
    arrays = {"scale": fitted.scale}
    document = {
        "kind": _KIND,
        "version": VERSION,
        "gatecast": __version__,
        "numpy": np.__version__,
        "settings": {
            k: list(v) if isinstance(v, (tuple, list)) else v for k, v in saved.settings.items()
        },
        "fingerprint": saved.fingerprint,
        "difference": fitted.state.difference,
        "span": fitted.state.span,
        "lags": list(fitted.state.lags),
        "initial_scale": fitted.state.initial_scale,
        "ends": _write_ends(fitted.ends, arrays),
        "schema": None if fitted.schema is None else fitted.schema.to_json(),
        "transforms": _write_transforms(fitted.transforms, arrays),
        "treatment": asdict(fitted.transforms.treatment),
        "layouts": _write_networks(fitted, arrays),
        "combination": _write_combination(fitted, arrays),
        "counts": write_counts(fitted.counts, arrays),
        "calibration": _write_calibration(fitted.calibration, arrays),
        "covariates": _write_covariates(fitted, arrays),
        "holidays": write_holidays(fitted.covariates.holidays, arrays),
        "additive": write_additive(fitted.additive, arrays),
        "max_steps": saved.max_steps,
        "losses": saved.losses,
        "decisions": documents(saved.decisions),
    }
    arrays |= {f"state.{name}": getattr(fitted.state, name) for name in _STATE}
    return arrays, document


def load_model(
    path: str | os.PathLike[str] | bytes, verify: Key = None
) -> tuple[SavedModel, Origin]:
    """Read a fitted forecaster.

    Parameters
    ----------
    path : str, path or bytes
        What :func:`save_model` wrote, in this format or an older one.
    verify : bytes or str, optional
        The key that it must be signed with.

    Returns
    -------
    saved : SavedModel
        The forecaster.
    origin : Origin
        Which file it was.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, of another kind, or written by a newer gatecast.
    """
    arrays, document, origin = read_saved(path, verify)
    name = "<bytes>" if isinstance(path, bytes) else Path(path).name
    if document.get("kind") != _KIND:
        raise ModelFileError(message("file.other_kind", path=name, kind=message("kind.forecaster")))
    version = document.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ModelFileError(
            message("file.newer", path=name, version=version, ours=__version__, most=VERSION)
        )
    try:
        bring_forward(arrays, document, version)
        return _read_checked(arrays, document), origin
    except DAMAGE as error:
        raise not_whole(name, "kind.forecaster", error) from error


# --------------------------------------------------------------------------------------- writing


def _write_ends(ends: Ends, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    arrays["ends.times"] = ends.times.astype(np.int64)
    arrays["ends.lengths"] = ends.lengths.astype(np.int64)
    # names may be millions: as an array they do not fill up the file's header
    ids = json.dumps([i.item() if isinstance(i, np.generic) else i for i in ends.ids]).encode()
    arrays["ends.ids"] = np.frombuffer(ids + b" " * (-len(ids) % 8), np.int64)
    return {
        "dates": ends.times.dtype.kind == "M",
        "freq": ends.freq,
        "columns": [ends.id_col, ends.time_col, ends.target_col],
        "time_zone": ends.time_zone,
    }


def _write_transforms(
    pipeline: TransformPipeline, arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    written = []
    for j, step in enumerate(pipeline.steps):
        entry: dict[str, Any] = {"name": type(step.transform).__name__}
        arrays[f"transform{j}.rows"] = step.rows
        for f in fields(step.transform):  # pyright: ignore[reportArgumentType]
            value = getattr(step.transform, f.name)
            if isinstance(value, np.ndarray):
                arrays[f"transform{j}.{f.name}"] = value
            else:
                entry[f.name] = value
        written.append(entry)
    return written


def _write_networks(
    fitted: FittedForecaster, arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    parts = zip(fitted.networks, fitted.states, fitted.outputs, strict=True)
    for i, (network, state, outputs) in enumerate(parts):
        arrays[f"network{i}.theta"], arrays[f"network{i}.outputs"] = network.theta, outputs
        arrays[f"network{i}.hidden"], arrays[f"network{i}.cell"] = state
    return [asdict(network.layout) for network in fitted.networks]


def _write_combination(fitted: FittedForecaster, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    benchmark = fitted.benchmark
    written: dict[str, Any] = {"weight": fitted.weight, "members": fitted.n_networks}
    average = isinstance(benchmark, AverageBenchmark)
    members = (benchmark.pretrained, benchmark.linear) if average else (benchmark,)
    written |= {"benchmark": None, "seasons": []}
    written["weights"] = list(benchmark.weights) if average else []
    maps = benchmark.maps if average else ()
    written |= {"maps": len(maps), "local": list(benchmark.local) if average else []}
    arrays |= {f"benchmark.map{i}": one.weights for i, one in enumerate(maps)}
    for one in members:
        if isinstance(one, PretrainedBenchmark):
            arrays |= {f"pretrained.{name}": a for name, a in one.network.arrays().items()}
            arrays["recent"] = fitted.recent
            written["seasons"] = list(one.seasons)
        else:
            arrays["benchmark"] = cast("LinearBenchmark", one).weights
            written["benchmark"] = one.name
    return written


def _write_calibration(
    calibration: Calibration | None, arrays: dict[str, np.ndarray]
) -> dict[str, Any] | None:
    if calibration is None:
        return None
    for name in ("margins", "paths"):
        arrays[f"calibration.{name}"] = getattr(calibration, name)
    # of a panel's many origins the mean is enough
    arrays["calibration.errors"] = np.array([calibration.error])
    reference = None if calibration.reference is None else documents([calibration.reference])[0]
    return {"naive_error": calibration.naive_error, "reference": reference}


def _write_covariates(
    fitted: FittedForecaster, arrays: dict[str, np.ndarray]
) -> dict[str, list[str]]:
    for name in ("means", "deviations", "fixed"):
        arrays[f"covariates.{name}"] = getattr(fitted.covariates, name)
    if fitted.pending:
        arrays["pending.lengths"] = np.array([len(rows.inputs) for rows in fitted.pending])
        arrays["pending.inputs"] = np.vstack([rows.inputs for rows in fitted.pending])
        arrays["pending.known"] = np.vstack([rows.future for rows in fitted.pending])
    return fitted.covariates.names


# --------------------------------------------------------------------------------------- reading


def _read_checked(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> SavedModel:
    check_form(arrays, document)
    saved = _read(arrays, document)
    require_forecast(saved.fitted)
    return saved


def _read(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> SavedModel:
    settings: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in document["settings"].items()
    }
    ends = _read_ends(arrays, document["ends"])
    config = Config(**settings)
    count, h, level = len(ends.ids), config.h, tuple(config.level)
    covariates = Covariates(
        tuple(config.hist_exog_list), tuple(config.futr_exog_list), tuple(config.stat_exog_list),
        config.calendar, h, document["covariates"], arrays["covariates.means"],
        arrays["covariates.deviations"], arrays["covariates.fixed"],
        read_holidays(arrays, document["holidays"], ends),
    )  # fmt: skip
    state = FeatureState(
        document["difference"], document["span"], document["initial_scale"],
        lags=tuple(document["lags"]), **{name: arrays[f"state.{name}"] for name in _STATE},
    )  # fmt: skip
    networks, states, outputs = [], [], []
    for i, sizes in enumerate(document["layouts"]):
        layout = Layout(**{**sizes, "dilations": tuple(sizes["dilations"])})
        networks.append(Network(layout, arrays[f"network{i}.theta"]))
        states.append(State(arrays[f"network{i}.hidden"], arrays[f"network{i}.cell"]))
        outputs.append(arrays[f"network{i}.outputs"])
    threads = config.threads or available_threads()
    combination = document["combination"]
    pretrained = bool(combination["seasons"])
    fitted = FittedForecaster(
        h, level, config.look_back, combination["members"], threads, ends,
        _read_transforms(arrays, document["transforms"], count, document["treatment"]),
        covariates, state, arrays["scale"], networks, states, outputs,
        _read_benchmark(arrays, combination, h, document["difference"], level, threads),
        combination["weight"], arrays["recent"] if pretrained else np.zeros((count, 0)),
        _read_calibration(arrays, document["calibration"]),
        None if document["schema"] is None else Schema.from_json(document["schema"]), [],
        read_additive(arrays, document["additive"], holiday_count(covariates)),
        read_counts(arrays, document.get("counts"), h), config.pretrained,
    )  # fmt: skip
    if fitted.replays:
        at = np.cumsum(arrays["pending.lengths"])[:-1]
        inputs, future = (np.split(arrays[f"pending.{name}"], at) for name in ("inputs", "known"))
        fitted.pending = [PendingInputs(*both) for both in zip(inputs, future, strict=True)]
    _check(fitted, count)
    # the first network may have gone on from that of the hold-out, for other epochs than the others
    _require(len(document["losses"]) == len(networks) and all(document["losses"]))
    _require(bool(document["treatment"]["seasons"]))
    return SavedModel(
        fitted, settings, document["max_steps"], document["losses"],
        [from_document(one) for one in document["decisions"]],
        document["fingerprint"],
    )  # fmt: skip


def _read_ends(arrays: dict[str, np.ndarray], written: dict[str, Any]) -> Ends:
    times = arrays["ends.times"]
    id_col, time_col, target_col = written["columns"]
    names = json.loads(arrays["ends.ids"].tobytes())
    Items(Name())(names, "ends.ids", {})
    _require(len(set(names)) == len(names))
    ids = id_array(names)
    return Ends(
        ids, times.astype("datetime64[us]") if written["dates"] else times,
        arrays["ends.lengths"], written["freq"], id_col, time_col, target_col,
        written["time_zone"],
    )  # fmt: skip


def _read_transforms(
    arrays: dict[str, np.ndarray],
    written: list[dict[str, Any]],
    count: int,
    treatment: dict[str, Any],
) -> TransformPipeline:
    steps = []
    for j, entry in enumerate(written):
        values = dict(entry)
        kind = _TRANSFORMS[values.pop("name")]
        names = {f.name for f in fields(kind)} - set(values)
        parameters = {name: arrays[f"transform{j}.{name}"] for name in names}
        rows = arrays[f"transform{j}.rows"]
        fitted = np.count_nonzero(rows >= 0)
        _require(rows.shape == (count,) and rows.min() >= -1 and rows.max() < fitted)
        _require(all(len(value) == fitted for value in parameters.values()))
        steps.append(Step(kind(**values, **parameters), rows))
    given = {**treatment, "seasons": tuple(treatment["seasons"])}
    return TransformPipeline(tuple(steps), count, Treatment(**given))


def _read_benchmark(
    arrays: dict[str, np.ndarray],
    written: dict[str, Any],
    h: int,
    difference: bool,
    level: tuple[float, ...],
    threads: int,
) -> Benchmark:
    linear = None
    if written["benchmark"] is not None:
        linear = LinearBenchmark(written["benchmark"], arrays["benchmark"])
    if linear is not None and not written["seasons"]:
        return linear
    weights = {k.removeprefix("pretrained."): v for k, v in arrays.items() if "pretrained." in k}
    network = PretrainedNetwork.from_arrays(weights)
    seasons = tuple(written["seasons"])
    pretrained = PretrainedBenchmark(h, difference, network, seasons, level, threads)
    if linear is None:
        return pretrained
    maps = tuple(
        SeasonalLinear(h, difference, arrays[f"benchmark.map{i}"]) for i in range(written["maps"])
    )
    local, weights = tuple(written["local"]), tuple(written["weights"])
    return AverageBenchmark(pretrained, linear, maps, local, weights)


def _read_calibration(
    arrays: dict[str, np.ndarray], written: dict[str, Any] | None
) -> Calibration | None:
    if written is None:
        return None
    return Calibration(
        arrays["calibration.margins"], arrays["calibration.paths"], arrays["calibration.errors"],
        written["naive_error"],
        None if written["reference"] is None else from_document(written["reference"]),
    )  # fmt: skip


def _check(fitted: FittedForecaster, count: int) -> None:
    """Refuse parts that do not fit together."""
    state, covariates, ends = fitted.state, fitted.covariates, fitted.ends
    _require(len(ends.times) == len(ends.lengths) == count)
    _require(None not in (ends.time_col, ends.target_col))
    _require(state.initial_scale is None or 0 < state.initial_scale < np.inf)
    _require(all(getattr(state, name).shape == (count,) for name in _STATE[:-1]))
    _require(fitted.scale.shape == (fitted.h,))
    _require(all(isinstance(lag, int) and lag > 0 for lag in state.lags))
    reach = state.recent.shape[1]
    _require(state.recent.shape == (count, reach) and reach >= max(state.lags, default=0))
    benchmark = fitted.benchmark
    average = isinstance(benchmark, AverageBenchmark)
    if average:
        _require(len(benchmark.weights) in (0, len(benchmark.members)))
        _require(not benchmark.weights or np.isclose(sum(benchmark.weights), 1.0))
    linear = benchmark.linear if average else benchmark
    if isinstance(linear, LinearBenchmark):
        _require(linear.weights.shape[1] == fitted.h and linear.reach <= reach + 1)
    if benchmark.has_quantiles:
        _require(fitted.recent.shape[1] <= fitted.benchmark.memory)
        _require(np.isfinite(fitted.recent[:, -1:]).all() and fitted.recent.size)
    _require(len(fitted.transforms.steps) > 0 and (fitted.transforms.steps[-1].rows >= 0).all())
    columns = (count, len(covariates.columns))
    _require(covariates.means.shape == covariates.deviations.shape == columns)
    _require(covariates.fixed.shape == (count, covariates.fixed_width))
    _require(holidays_fit(covariates.holidays, ends))
    _require(counts_fit(fitted.counts, count))
    _require(additive_fits(fitted.additive, count, additive_width(covariates)))
    more = len(fitted.networks) - fitted.n_networks
    _require(more in (0, 1) and more <= bool(fitted.level))
    _require(more or fitted.benchmark.has_quantiles or not fitted.level)
    parts = zip(fitted.networks, fitted.states, fitted.outputs, strict=True)
    for network, run, outputs in parts:
        layout = network.layout
        _require(network.theta.shape == (layout.size,))
        _require(layout.inputs == len(fitted.input_names()))
        _require(outputs.shape == (count, layout.outputs))
        _require(run.hidden.shape == (layout.state_rows, count, layout.hidden))
        _require(run.cell.shape == run.hidden.shape)
    _require(len(fitted.pending) == (count if fitted.replays else 0))
    for rows in fitted.pending:
        width = rows.inputs.shape[1] + (covariates.lead + 1) * covariates.future_width
        _require(rows.future.shape == (len(rows.inputs), covariates.future_width))
        _require(all(width == network.layout.inputs for network in fitted.networks))


def _require(fits: Any) -> None:
    if not fits:
        raise ValueError("its parts do not fit together")
