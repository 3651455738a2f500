"""What the file of a forecaster may hold, and the forecast that it must be able to make."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatecast.data.transforms.pipeline import SCALES
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.model_file.additive import ADDITIVE, additive_forms
from gatecast.forecaster.model_file.counts import COUNTS, count_forms
from gatecast.forecaster.model_file.holidays import HOLIDAYS, holiday_forms
from gatecast.forecaster.settings.config import Config
from gatecast.validation import (
    TIMES,
    Anything,
    Array,
    Field,
    Flag,
    Items,
    Maybe,
    OneOf,
    Real,
    Record,
    Text,
    Whole,
    check,
)

__all__ = ["check_form", "require_forecast"]

_ABOVE_ZERO = float(np.nextafter(0.0, 1.0))
_MOST = 2**31
#: Beyond what training can lead to, and small enough that float32 does not overflow.
_WEIGHT, _HIDDEN, _OUTPUT = 1e6, 1e3, 1e12
_NAMES = Items(Text())
_LAYOUT = Record(
    {
        "inputs": Whole(1, _MOST), "hidden": Whole(1, _MOST), "outputs": Whole(1, _MOST),
        "layers": Whole(1, 1000), "cell": OneOf(("lstm", "gru")), "residual": Flag(),
        "dilations": Items(Whole(1, _MOST)), "skip": Flag(),
    },
    frozenset({"layers", "cell", "residual", "skip"}),
)  # fmt: skip
_CALIBRATION = Record({"naive_error": Real(0), "reference": Anything()})
_COMBINATION = Record(
    {
        "weight": Real(0, 1), "members": Whole(1, _MOST), "benchmark": Maybe(Text()),
        "seasons": Items(Whole(1, 100_000)), "weights": Items(Real(0, 1)), "maps": Whole(0, 2),
        "local": Items(Whole(2, 100_000)),
    }
)  # fmt: skip
_TREATMENT = Record(
    {
        "h": Whole(1, _MOST), "seasons": Items(Whole(1, _MOST)),
        "log": OneOf(("auto", True, False, "box-cox")),
        "adjust_season": OneOf(("auto", True, False)), "related": Flag(),
        "scale": OneOf(("auto", *SCALES)), "clip_outliers": Flag(),
    }
)  # fmt: skip
_ENDS = Record(
    {
        "dates": Flag(), "freq": Anything(), "columns": Items(Maybe(Text()), 3),
        "time_zone": Maybe(Text()),
    }
)  # fmt: skip
#: The parameters of each transform, and the least that each may be.
_PARAMETERS: dict[str, dict[str, float]] = {
    "NonNegative": {}, "Log": {"floor": _ABOVE_ZERO},
    "BoxCox": {"power": -1.0, "unit": _ABOVE_ZERO, "floor": _ABOVE_ZERO, "ceiling": _ABOVE_ZERO},
    "LevelShift": {"position": 1.0, "shift": -np.inf, "last": 1.0},
    "SeasonalAdjustment": {"indices": -np.inf}, "FourierSeason": {"coefficients": -np.inf},
    "OutlierClip": {"low": -np.inf, "high": -np.inf},
    "MeanAbsoluteChangeScaler": {"mean": -np.inf, "change": _ABOVE_ZERO},
    "MinMaxScaler": {"low": -np.inf, "high": -np.inf},
    "StandardScaler": {"mean": -np.inf, "deviation": _ABOVE_ZERO},
    "RobustScaler": {"median": -np.inf, "spread": _ABOVE_ZERO},
}  # fmt: skip


def check_form(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Check types, ranges and shapes of what a file of the present format holds.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The file's arrays.
    document : dict
        The file's document.

    Raises
    ------
    ValueError
        If something is not as it must be.
    """
    config = Config(**document["settings"])  # which checks them
    transform = Record(
        {"name": OneOf(tuple(_PARAMETERS)), "kind": OneOf(("additive", "multiplicative"))},
        frozenset({"kind"}),
    )
    record: dict[str, Field] = {
        "difference": Flag(),
        "span": Whole(1, _MOST), "lags": Items(Whole(1, _MOST)),
        "initial_scale": Maybe(Real(0, above=True)), "ends": _ENDS, "transforms": Items(transform),
        "treatment": _TREATMENT,
        "layouts": Items(_LAYOUT), "calibration": Maybe(_CALIBRATION),
        "combination": _COMBINATION,
        "max_steps": Whole(0, _MOST), "losses": Items(Items(Real())),
        "decisions": Items(Anything()), "fingerprint": Text(),
        "additive": ADDITIVE, "holidays": HOLIDAYS,
        "covariates": Record(dict.fromkeys(document["covariates"], _NAMES)),
    }  # fmt: skip
    for name, part in record.items():
        part(document[name], name, {})
    COUNTS(document.get("counts"), "counts", {})
    forms = _array_forms(arrays, document)
    # what else there is belongs to other formats and is not read
    check({name: arrays[name] for name in forms}, {}, Record({}), forms, {"K": config.h})
    if document["calibration"] is not None and not arrays["calibration.errors"].size:
        raise ValueError("calibration.errors is empty, and its mean is needed")


def _array_forms(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> dict[str, Array]:
    """Declare the arrays that a document speaks of."""
    single, double, whole = np.float32, np.floating, np.int64
    least_weight = 0.0 if document["initial_scale"] is None else _ABOVE_ZERO
    forms = {
        "scale": Array(double, ("K",)),
        "ends.times": Array(whole, ("N",), *TIMES[document["ends"]["dates"]]),
        "ends.lengths": Array(whole, ("N",), 1, 2**53), "ends.ids": Array(whole, (None,)),
        "state.last": Array(double, ("N",)), "state.mean": Array(double, ("N",), missing=True),
        "state.change_sum": Array(double, ("N",), 0.0),
        "state.weight_sum": Array(double, ("N",), least_weight),
        "state.recent": Array(double, ("N", "reach"), missing=True),
        "covariates.means": Array(double, ("N", "columns")),
        "covariates.deviations": Array(double, ("N", "columns"), _ABOVE_ZERO),
        "covariates.fixed": Array(single, ("N", None)),
    }  # fmt: skip
    for j, step in enumerate(document["transforms"]):
        forms[f"transform{j}.rows"] = Array(whole, ("N",), -1)
        for name, low in _PARAMETERS[step["name"]].items():
            shape = (f"rows{j}", None) if name in ("indices", "coefficients") else (f"rows{j}",)
            forms[f"transform{j}.{name}"] = Array(double, shape, low)
    forms |= additive_forms(document["additive"]) | holiday_forms(document["holidays"])
    for i in range(len(document["layouts"])):
        forms[f"network{i}.theta"] = Array(single, (None,), -_WEIGHT, _WEIGHT)
        forms[f"network{i}.outputs"] = Array(single, ("N", None), -_OUTPUT, _OUTPUT)
        forms[f"network{i}.hidden"] = Array(single, (None, "N", None), -_HIDDEN, _HIDDEN)
        forms[f"network{i}.cell"] = Array(single, (None, "N", None), -_WEIGHT, _WEIGHT)
    if document["calibration"] is not None:
        forms["calibration.margins"] = Array(double, (None, "K"))
        forms["calibration.paths"] = Array(single, (None, "K"))
        forms["calibration.errors"] = Array(double, (None,))
    if document["combination"]["benchmark"] is not None:
        forms["benchmark"] = Array(double, (None, "K"))
    for i in range(document["combination"]["maps"]):
        forms[f"benchmark.map{i}"] = Array(double, (None, "K"))
    if document["combination"]["seasons"] or document["combination"]["benchmark"] is None:
        forms["recent"] = Array(double, ("N", None), missing=True)
        if len(document["combination"]["seasons"]) not in (1, 2):
            raise ValueError("combination.seasons has to be one season length, or two")
        if len(document["combination"]["local"]) > 2:
            raise ValueError("combination.local has to be one season length, or two")
    forms |= count_forms(document.get("counts"))
    if "pending.lengths" in arrays:
        forms["pending.lengths"] = Array(whole, ("N",), 0)
        forms["pending.inputs"] = Array(single, ("rows", None))
        forms["pending.known"] = Array(single, ("rows", None))
    return forms


def require_forecast(fitted: FittedForecaster) -> None:
    """Make sure that a forecaster that was read makes forecasts of finite numbers.

    Parameters
    ----------
    fitted : FittedForecaster
        As it was read.

    Raises
    ------
    ValueError
        If it does not.
    """
    covariates = fitted.covariates
    ahead = np.zeros((fitted.h, covariates.future_width), np.float32)
    future = [ahead] * len(fitted.ends.ids) if covariates.lead else []
    fitted.ends.future_frame(fitted.h)
    with np.errstate(all="ignore"):
        median, intervals = fitted.forecast(future)
        rows = [median, *(end for pair in intervals.values() for end in pair)]
        if fitted.calibration is not None and len(fitted.calibration.paths):
            farthest = np.abs(fitted.calibration.paths).max(axis=0)
            rows += [median - farthest, median + farthest]
        restored = fitted.restore(np.stack(rows), fitted.added_ahead(future))
        # the values of an update may be these, or others
        fresh = fitted.transforms.transform(restored[0] + 1.0, fitted.ends.lengths)
        finite = np.isfinite(restored).all() and np.isfinite(fresh).all()
    if not finite:
        raise ValueError("its forecast is not finite")
