"""What the file of a pretrained forecaster holds, and what it may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.data.cells import LARGEST
from gatecast.data.panel import RELATED
from gatecast.data.stored import PANEL_FIELDS, panel_forms, panel_to_arrays, stored_panel
from gatecast.forecaster.settings.kinds import as_seasons
from gatecast.messages import documents, from_document, message
from gatecast.pretrained.network import PretrainedNetwork
from gatecast.pretrained.seasons import memory_of
from gatecast.validation import (
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

if TYPE_CHECKING:
    from gatecast.pretrained.forecaster import PretrainedLSTM

__all__ = ["KIND", "read_document", "require_forecast", "to_document"]

#: What the file of a saved model says it is.
KIND = "gatecast pretrained LSTM"

_MOST = 2**31
#: Forecasts of as many steps may be requested of any file, and further ones for each value in it.
_STEPS, _STEPS_PER_VALUE = 20_000, 30
#: Two seasons of as many steps are laid out for each series, however few values it has.
_SEASONS = 1_000_000
#: Beyond what training can lead to, and small enough that float32 does not overflow.
_WEIGHT = 1e6
_SETTINGS: dict[str, Field] = {
    "h": Whole(1, _MOST), "level": Maybe(Items(Real(0, 100))), "weights": Text(),
    "fine_tune": Flag(), "n_jobs": Whole(1, 4096), "alias": Text(),
}  # fmt: skip


def to_document(model: PretrainedLSTM) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Give what is written: the last values of the series, and the weights.

    Parameters
    ----------
    model : PretrainedLSTM
        A fitted model.

    Returns
    -------
    arrays : dict of str to ndarray
        Of the series, and the weights.
    document : dict
        All else.
    """
    panel = model.panel_.tail(memory_of(model.seasons_))
    arrays, of_panel = panel_to_arrays(panel)
    arrays |= {f"weights.{name}": array for name, array in model.network_.arrays().items()}
    settings = model.get_params().items()
    return arrays, {
        "kind": KIND,
        "version": 1,
        "settings": {k: list(v) if isinstance(v, tuple) else v for k, v in settings},
        **of_panel,
        "seasons": list(model.seasons_),
        "moves_level": model.moves_level_,
        "fit_notes": documents(model.fit_notes_),
    }


def read_document(
    kind: type[PretrainedLSTM], arrays: dict[str, np.ndarray], document: dict[str, Any]
) -> PretrainedLSTM:
    """Check what a file holds, and make the model of it.

    Parameters
    ----------
    kind : type
        :class:`gatecast.PretrainedLSTM`.
    arrays, document
        What :func:`to_document` gave.

    Returns
    -------
    PretrainedLSTM
        Fitted.

    Raises
    ------
    KeyError, TypeError, ValueError, ModelFileError
        If something is not as it must be.
    """
    _check_form(arrays, document)
    model = kind(**document["settings"])
    weights = {k[8:]: v for k, v in arrays.items() if k.startswith("weights.")}
    # a file of before fine-tuning has no notes
    notes = document.get("fit_notes", [message("pretrained.no_fit")])
    panel = stored_panel(arrays, document)
    vars(model).update(
        panel_=panel,
        # an older file decided anew, by the number of its series
        moves_level_=document.get("moves_level", len(panel) < RELATED),
        seasons_=as_seasons(document["seasons"])[:2],
        network_=PretrainedNetwork.from_arrays(weights),
        fit_notes_=[from_document(one) for one in notes],
        reading_notes_=[],
        _origin=None,
    )
    return model


def require_forecast(model: PretrainedLSTM) -> None:
    """Make sure that a model that was read makes forecasts of finite numbers.

    Parameters
    ----------
    model : PretrainedLSTM
        As it was read.

    Raises
    ------
    ValueError
        If it does not.
    """
    with np.errstate(all="ignore"):
        if not np.isfinite(model.predict().select_dtypes("number")).all(axis=None):
            raise ValueError("its forecast is not finite")


def _check_form(arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Check types, ranges and shapes of what a file holds."""
    settings = document["settings"]
    others: dict[str, Field] = {name: Anything() for name in settings if name not in _SETTINGS}
    record = Record(
        {
            "kind": OneOf((KIND,)), "version": OneOf((1,)),
            "settings": Record({**_SETTINGS, **others}, frozenset({"fine_tune"})),
            **PANEL_FIELDS, "seasons": Items(Whole(1, _MOST)), "fit_notes": Items(Anything()),
            "moves_level": Flag(),
        },
        frozenset({"fit_notes", "moves_level"}),
    )  # fmt: skip
    forms = panel_forms(document["dates"])
    forms["values"] = Array(np.float64, ("rows",), -LARGEST, LARGEST)
    for name, array in arrays.items():
        if name.startswith("weights."):
            kind = np.int64 if name == "weights.hidden" else np.floating
            forms[name] = Array(kind, (None,) * array.ndim, -_WEIGHT, _WEIGHT)
    sizes = check(arrays, document, record, forms)
    if sizes["N"] * max(document["seasons"], default=1) > _SEASONS + sizes["rows"]:
        raise ValueError(f"seasons of {document['seasons']} steps are more than its values bear")
    if sizes["N"] * settings["h"] > _STEPS + _STEPS_PER_VALUE * sizes["rows"]:
        raise ValueError(
            f"h={settings['h']} steps of {sizes['N']} series are more than their values bear"
        )
