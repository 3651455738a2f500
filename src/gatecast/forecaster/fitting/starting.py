"""The model that networks start at: whether it fits what is requested, and its use as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gatecast.data.panel import Panel
from gatecast.errors import UsageError
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.new_series import fit_others
from gatecast.forecaster.settings.config import Settings
from gatecast.forecaster.settings.kinds import as_countries
from gatecast.messages import Argument, message

__all__ = ["Start", "as_it_is", "is_pretrained", "require_start"]

#: Settings that make a network what it is.
_NETWORK = (
    "h", "level", "cell", "hidden", "layers", "residual", "dilation", "look_back", "calendar",
    "hist_exog_list", "futr_exog_list", "stat_exog_list",
)  # fmt: skip
#: Settings of the treatment; at these defaults they are as in the start.
_TREATMENT = {
    "season_length": None, "log": "auto", "adjust_season": "auto", "difference": "auto",
    "scale": "auto", "clip_outliers": False, "holidays": [],
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Start:
    """Hold the model that networks start at.

    Parameters
    ----------
    fitted : FittedForecaster
        Its networks, and what they see.
    max_steps : int
        Its training steps.
    losses : list of list of float
        Of its networks, by epoch.
    """

    fitted: FittedForecaster
    max_steps: int
    losses: list[list[float]]


def as_it_is(
    start: Start, settings: Settings, panel: Panel
) -> tuple[FittedForecaster, list[list[float]]]:
    """Let the networks of another model forecast series that are too short for a hold-out.

    Parameters
    ----------
    start : Start
        The other model.
    settings : Settings
        Of the fit.
    panel : Panel
        The series.

    Returns
    -------
    fitted : FittedForecaster
        With the calibration of the start, and as many networks as the settings say.
    losses : list of list of float
        Of each of its networks.
    """
    networks, members = start.fitted.networks, len(start.fitted.members)
    count = settings.n_networks
    which = [i % members for i in range(count)] + [*range(members, len(networks))]
    same = replace(
        start.fitted, networks=[networks[i] for i in which], n_networks=count,
        threads=settings.threads,
    )  # fmt: skip
    return fit_others(same, panel), [start.losses[i] for i in which]


def require_start(
    start_from: Any, settings: Mapping[str, Any], load: Callable[[Any], Any]
) -> Start | None:
    """Give the model that networks start at.

    Parameters
    ----------
    start_from : LSTMForecaster, path, "pretrained" or None
        A fitted model, or the file of one.
    settings : mapping of str to object
        Of the fit, by name.
    load : callable
        Reads the file of a model.

    Returns
    -------
    Start or None
        The model; None if none is requested, or the pretrained network: it has inputs of its own.

    Raises
    ------
    UsageError
        If it is no fitted model, or the settings ask for another network or treatment.
    NotFoundError, ModelFileError
        If the file cannot be read.
    """
    if is_pretrained(start_from) and not settings["pretrained"]:
        raise UsageError(message("pretrained.left_out"))
    if start_from is None or is_pretrained(start_from):
        return None
    model = load(start_from) if isinstance(start_from, (str, os.PathLike)) else start_from
    if not isinstance(getattr(model, "fitted_", None), FittedForecaster):
        raise UsageError(message("start.not_fitted", type=type(model).__name__))
    there = model.get_params()
    for name in (*_NETWORK, *_TREATMENT):
        wanted, has = (_plain(name, given[name]) for given in (settings, there))
        if wanted != has and (name in _NETWORK or wanted != _TREATMENT[name]):
            raise UsageError(
                message(
                    "start.other_setting",
                    argument=Argument(name),
                    value=repr(wanted),
                    there=repr(has),
                )
            )
    with model:
        # a copy of what updates of the model change in place
        every = np.arange(len(model.fitted_.ends.ids))
        fitted = replace(model.fitted_, state=model.fitted_.state.of(every))
    return Start(fitted, model.max_steps_, model.losses_)


def is_pretrained(start_from: Any) -> bool:
    """Say whether the pretrained network is to be fine-tuned.

    Parameters
    ----------
    start_from : LSTMForecaster, path, "pretrained" or None
        What is requested.

    Returns
    -------
    bool
        A file of this name is given as a path.
    """
    return isinstance(start_from, str) and start_from == "pretrained"


def _plain(name: str, setting: Any) -> Any:
    setting = as_countries(setting) if name == "holidays" else setting
    return list(setting) if isinstance(setting, (list, tuple)) else setting
