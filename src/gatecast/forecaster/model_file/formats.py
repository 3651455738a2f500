"""Older formats of a saved forecaster, brought forward step by step to the present one."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from gatecast.data.calendar import default_season_length
from gatecast.forecaster.benchmarks.benchmark import LinearBenchmark
from gatecast.forecaster.settings.config import PRESETS
from gatecast.forecaster.settings.renamed import current_names
from gatecast.forecaster.settings.seasons import as_seasons

__all__ = ["VERSION", "bring_forward"]

#: The format that is written.
VERSION = 13

#: From so many series on, a panel was treated as one of related series.
_RELATED = 20
_ORDER = (
    "AtLeastZero", "BoxCox", "Log", "SeasonalAdjustment", "OutlierClip", "ChangeScaler",
    "MinMaxScaler", "StandardScaler", "RobustScaler",
)  # fmt: skip
_RENAMED = {"AtLeastZero": "NonNegative", "ChangeScaler": "MeanAbsoluteChangeScaler"}


def bring_forward(arrays: dict[str, np.ndarray], document: dict[str, Any], version: int) -> None:
    """Change what a file of an older format holds to what the present one has.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Changed in place.
    document : dict
        Changed in place.
    version : int
        Format of the file.
    """
    steps = (
        _from_1, _from_2, _from_3, _from_4, _from_5, _from_6, _from_7, _from_8, _from_9, _from_10,
        _from_11, _from_12,
    )  # fmt: skip
    for older, step in enumerate(steps, start=1):
        if version <= older:
            step(arrays, document)


def _from_1(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 2 has covariates; format 1 had none."""
    document["exogenous"] = {}
    document["updates"] = document["settings"]["updates"] or 25 * len(document["losses"][0])
    for name in ("means", "deviations", "fixed"):
        arrays[f"exogenous.{name}"] = np.zeros((len(document["ids"]), 0), np.float32)


def _from_2(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 3 has lags; before it no network saw any."""
    document["lags"] = []
    arrays["memory.recent"] = np.zeros((len(document["ids"]), 0))


def _from_3(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 4 has local scales; before it they were 1."""
    document["usual_stride"] = None
    arrays["memory.moved"] = np.ones(len(document["ids"]))
    arrays["memory.weight"] = np.ones(len(document["ids"]))


def _from_4(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 5 has benchmarks; before it there was one, which forecasts zero."""
    if document["calibration"] is not None:
        zero = LinearBenchmark.zero(document["target"] == "changes", document["settings"]["h"])
        document["calibration"]["anchor"] = zero.name
        arrays["calibration.anchor"] = zero.weights


def _from_5(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 6 has one array for each parameter of a transform, and the field's words."""
    for old, new in (
        ("memory.last", "state.last"), ("memory.level", "state.mean"),
        ("memory.moved", "state.change_sum"), ("memory.weight", "state.weight_sum"),
        ("memory.recent", "state.recent"), ("calibration.anchor", "calibration.benchmark"),
        *((f"exogenous.{name}", f"covariates.{name}") for name in ("means", "deviations", "fixed")),
        *((f"tails.{name}", f"pending.{name}") for name in ("lengths", "inputs", "known")),
        *((f"network{i}.said", f"network{i}.outputs") for i in range(len(document["layouts"]))),
    ):  # fmt: skip
        if old in arrays:
            arrays[new] = arrays.pop(old)
    ids = document.pop("ids")
    text = json.dumps(ids).encode()
    arrays["ends.ids"] = np.frombuffer(text + b" " * (-len(text) % 8), np.int64)
    document["ends"] = {
        name: document.pop(name) for name in ("dates", "freq", "columns", "time_zone")
    }
    document.setdefault("schema", None)  # since a late writer of format 5
    document["difference"] = document.pop("target") == "changes"
    for old, new in (
        ("usual_stride", "initial_scale"), ("exogenous", "covariates"), ("updates", "max_steps"),
        ("notes", "decisions"),
    ):  # fmt: skip
        document[new] = document.pop(old)
    if document["calibration"] is not None:
        for old, new in (("trust", "weight"), ("anchor", "benchmark")):
            document["calibration"][new] = document["calibration"].pop(old)
    names = ("hist_exog_list", "futr_exog_list", "stat_exog_list")
    missing = {"calendar": False, "look_back": None, "preset": "default", "seeds": None}
    none = {name: [] for name in names}
    document["settings"] = {**missing, **none, **document["settings"]}
    document["transforms"] = _joined(document["transforms"], arrays)


def _from_6(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:  # noqa: ARG001
    """Format 7 has the present names of settings."""
    document["settings"] = current_names(document["settings"], warn=False)


def _from_7(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 8 keeps the combination apart from the calibration, which may be missing."""
    zero = LinearBenchmark.zero(document["difference"], document["settings"]["h"])
    written = document["calibration"] or {"weight": 1.0, "benchmark": zero.name}
    weights = arrays.pop("calibration.benchmark", zero.weights)
    arrays["benchmark"] = weights
    document["combination"] = {
        "weight": written["weight"], "benchmark": written["benchmark"], "seasons": [],
    }  # fmt: skip
    if document["calibration"] is not None:
        document["calibration"] = {"naive_error": written["naive_error"]}


def _from_8(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 9 has the treatment, by which further series are transformed like those of the fit."""
    settings = document["settings"]
    lengths = [
        arrays[f"transform{j}.indices"].shape[-1]
        for j, step in enumerate(document["transforms"])
        if step["name"] == "SeasonalAdjustment"
    ]
    usual = default_season_length(document["ends"]["freq"])
    if settings.get("season_length") is not None:
        seasons = as_seasons(settings["season_length"])
    else:
        # the span of the local mean is a season, if that is longer than eight steps
        span = document["span"]
        seasons = (usual if usual > 1 else min(lengths, default=span if span > 8 else 1),)
    document["treatment"] = {
        "h": settings["h"],
        "seasons": list(seasons),
        "log": settings.get("log", "auto"),
        # where the network has lags and no season was taken out, it stays in
        "adjust_season": (
            settings.get("adjust_season", "auto") if lengths or not document["lags"] else False
        ),
        "related": len(arrays["ends.times"]) >= _RELATED,
        "scale": settings.get("scale", "auto"),
        "clip_outliers": settings.get("clip_outliers", False),
    }


def _from_9(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:  # noqa: ARG001
    """Format 10 names the simple forecast that errors are held against."""
    if document["calibration"] is not None:
        document["calibration"]["reference"] = None


def _from_10(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:  # noqa: ARG001
    """Format 11 has an additive part; before it networks alone saw columns known in advance."""
    document["additive"] = None


def _from_11(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:  # noqa: ARG001
    """Format 12 has holidays, weights of the members of an average, and one network or several."""
    document["holidays"] = None
    settings = document["settings"]
    members = settings.get("n_networks") or PRESETS[settings.get("preset", "default")].n_networks
    document["combination"] |= {"weights": [], "seasonal": False, "members": members}


def _from_12(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Format 13 has more members of an average: seasons as they are of late, and another map."""
    combination = document["combination"]
    combination |= {"local": [], "maps": int(combination.pop("seasonal"))}
    if combination["maps"]:
        arrays["benchmark.map0"] = arrays.pop("benchmark.seasonal")


def _joined(
    series: list[list[dict[str, Any]]], arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    """Turn a list of transforms for each series into one array for each parameter."""
    slots: dict[tuple[int, int], list[tuple[int, dict[str, Any]]]] = {}
    for i, transforms in enumerate(series):
        for written in transforms:
            season = len(written.get("indices", ()))
            slot = _ORDER.index(written["name"]), season
            slots.setdefault(slot, []).append((i, written))
    written_steps = []
    for j, slot in enumerate(sorted(slots)):
        which, written = zip(*slots[slot], strict=True)
        name = _ORDER[slot[0]]
        rows = np.full(len(series), -1, np.int64)
        rows[list(which)] = np.arange(len(which))
        arrays[f"transform{j}.rows"] = rows
        entry: dict[str, Any] = {"name": _RENAMED.get(name, name)}
        for key in set(written[0]) - {"name"}:
            if isinstance(written[0][key], str):
                entry[key] = written[0][key]
            else:
                kind = np.int64 if key in ("clipped", "count") else np.float64
                arrays[f"transform{j}.{key}"] = np.array([w[key] for w in written], kind)
        written_steps.append(entry)
    return written_steps
