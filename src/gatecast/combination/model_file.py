"""The file of a combination: its series, and each member as its own file or by its settings."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast import baselines
from gatecast.combination.holdout import Outputs
from gatecast.data.stored import panel_to_arrays, stored_panel
from gatecast.errors import ModelFileError, NotFoundError, UsageError, not_whole
from gatecast.forecaster import LSTMForecaster
from gatecast.messages import documents, from_document, message
from gatecast.pretrained.forecaster import PretrainedLSTM
from gatecast.pretrained.model_form import read_document, require_forecast, to_document
from gatecast.storage import DAMAGE, Key, Origin, encode, read_saved, write_arrays
from gatecast.validation import (
    Anything,
    Field,
    Items,
    OneOf,
    Real,
    Record,
    Text,
    Whole,
    require_readable,
)

if TYPE_CHECKING:
    from gatecast.combination.forecaster import Combination

__all__ = ["KIND", "load_combination", "save_combination"]

#: what the file of a saved combination says it is
KIND = "gatecast combination"
_VERSION = 1
#: The settings in the file, and what they may be.
_SETTINGS: dict[str, Field] = {
    "h": Whole(1, 2**31), "freq": Anything(), "season_length": Anything(),
    "level": Items(Real(0, 100, above=True)), "weights": OneOf(("auto", "equal")), "alias": Text(),
}  # fmt: skip
_FORM = Record(
    {
        "kind": Text(), "version": Whole(), "settings": Record(_SETTINGS),
        "members": Items(Anything(), "M"), "names": Items(Text(), "M"),
        "factors": Items(Real(0, above=True)), "decisions": Items(Anything()), "panel": Anything(),
    }
)  # fmt: skip


def save_combination(model: Combination, path: str | os.PathLike[str], sign: Key = None) -> Origin:
    """Write a fitted combination, all or nothing.

    Parameters
    ----------
    model : Combination
        Fitted.
    path : str or path
        The file.
    sign : bytes or str, optional
        A secret key.

    Returns
    -------
    Origin
        Which file that is.

    Raises
    ------
    UsageError
        If a member is none of gatecast's models, or the file cannot be written.
    ModelFileError
        If it could not be read again; nothing is written then.
    """
    arrays, of_panel = panel_to_arrays(model.panel_)
    arrays["weights"] = model.weights_
    members = []
    for i, (member, outputs) in enumerate(zip(model.members_, model.outputs_, strict=True)):
        document, own = _member_to_file(member)
        members.append(document)
        arrays |= {f"{i}.model.{name}": array for name, array in own.items()}
        arrays[f"{i}.forecast"] = outputs.forecast
        arrays |= {f"{i}.ends.{share:g}": array for share, array in outputs.ends.items()}
    settings = {name: _plain(getattr(model, name)) for name in _SETTINGS}
    # those of the fit, if they were changed since
    settings |= {"h": model.outputs_[0].forecast.shape[1], "level": list(model.factors_)}
    document = {
        "kind": KIND,
        "version": _VERSION,
        "settings": settings,
        "members": members,
        "names": model.names_,
        "factors": list(model.factors_.values()),
        "decisions": documents(model.decisions()),
        "panel": of_panel,
    }
    require_readable(path, arrays, document, partial(_read, type(model)))
    return write_arrays(path, arrays, document, sign)


def load_combination(
    kind: type[Combination], path: str | os.PathLike[str], verify: Key = None
) -> tuple[Combination, Origin]:
    """Read what :func:`save_combination` wrote.

    Parameters
    ----------
    kind : type
        :class:`Combination`.
    path : str or path
        The file.
    verify : bytes or str, optional
        The key that it must be signed with.

    Returns
    -------
    model : Combination
        It forecasts what the saved one forecast, bit for bit.
    origin : Origin
        Which file that was.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, of another kind, or written by a newer gatecast.
    """
    arrays, document, origin = read_saved(path, verify)
    if document.get("kind") != KIND or document.get("version") != _VERSION:
        raise ModelFileError(
            message(
                "file.other_version",
                path=str(path),
                kind=message("kind.combination"),
                version=_VERSION,
            )
        )
    try:
        model = _read(kind, arrays, document)
        for member in model.members_:
            if isinstance(member, PretrainedLSTM):
                require_forecast(member)
    except (*DAMAGE, UsageError, NotFoundError) as error:
        raise not_whole(path, "kind.combination", error) from error
    return model, origin


def _read(
    kind: type[Combination], arrays: dict[str, np.ndarray], document: dict[str, Any]
) -> Combination:
    """Make a combination of what its file holds, and check it."""
    _FORM(document, "", {})
    panel = stored_panel(arrays, document["panel"])
    members = [
        _member_from_file(one, _part(arrays, f"{i}.model."), panel)
        for i, one in enumerate(document["members"])
    ]
    model = kind(models=members, **document["settings"])
    model.panel_, model.members_ = panel, members
    model.names_ = [str(name) for name in document["names"]]
    model.weights_ = arrays["weights"]
    model.factors_ = dict(zip(model.level, map(float, document["factors"]), strict=True))
    model.outputs_ = [
        Outputs(arrays[f"{i}.forecast"], {s: arrays[f"{i}.ends.{s:g}"] for s in model.level})
        for i in range(len(members))
    ]
    model.decisions_ = [from_document(one) for one in document["decisions"]]
    model.reading_notes_ = []
    _check(model)
    return model


def _member_to_file(member: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Give a member's document and arrays."""
    name = type(member).__name__
    if isinstance(member, (LSTMForecaster, PretrainedLSTM)):
        if isinstance(member, LSTMForecaster):
            arrays, document, _ = read_saved(member.to_bytes())
        else:
            arrays, document = to_document(member)
        return {"name": name, "document": document}, arrays
    if name not in baselines.__all__ or type(member) is not getattr(baselines, name):
        raise UsageError(message("combination.not_saved", model=name))
    settings = {key: _plain(value) for key, value in member.get_params().items()}
    return {"name": name, "settings": settings}, {}


def _member_from_file(document: dict[str, Any], arrays: dict[str, np.ndarray], panel: Any) -> Any:
    """Make a member again, as it was fitted."""
    name = document["name"]
    if name in ("LSTMForecaster", "PretrainedLSTM"):
        if name == "LSTMForecaster":
            return LSTMForecaster.load(encode(arrays, document["document"]))
        return read_document(PretrainedLSTM, arrays, document["document"])
    if name not in baselines.__all__:
        raise ValueError(f"there is no model {name}")
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in document["settings"].items()}
    return getattr(baselines, name)(**settings).fit(panel)


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _check(model: Combination) -> None:
    """Refuse what does not fit together, or does not forecast."""
    count, shape = len(model.members_), (len(model.panel_), model.h)
    if not count or model.weights_.shape != (count,):
        raise ValueError("the weights do not fit the members")
    if not (np.isfinite(model.weights_).all() and (model.weights_ >= 0).all()):
        raise ValueError("a weight is not a share")
    if any(member.h != model.h for member in model.members_):
        raise ValueError("a member has another horizon")
    if any(_keys(member) != _keys(model) for member in model.members_ if _keys(member)):
        raise ValueError("a member has other columns")
    for outputs in model.outputs_:
        if outputs.forecast.shape != shape or not np.isfinite(outputs.forecast).all():
            raise ValueError("a forecast does not fit the series")
        if any(ends.shape != (shape[0], 2, shape[1]) for ends in outputs.ends.values()):
            raise ValueError("the ends of an interval do not fit the series")
    with np.errstate(all="ignore"):
        if not np.isfinite(model.predict().select_dtypes("number")).all(axis=None):
            raise ValueError("its forecast is not finite")


def _keys(model: Any) -> tuple[str | None, ...]:
    """Name the columns of a model's forecasts; none of what was fitted on the panel itself."""
    ends = model.ends_ if isinstance(model, LSTMForecaster) else getattr(model, "panel_", None)
    return () if ends is None else (ends.id_col, ends.time_col)
