"""The models that stand beside each other where none are named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gatecast.errors import NotFoundError, did_you_mean
from gatecast.messages import message
from gatecast.models import NAMES, full_name, make_model

__all__ = [
    "COMBINED",
    "DEFAULT",
    "NAMES",
    "SAVED",
    "candidates",
    "full_names",
    "is_saved",
    "unused",
]

DEFAULT = ("LSTM", "SARIMA", "AutoETS", "Theta", "LinearAutoregression", "SeasonalNaive", "Naive")
#: members of a combination that is not told its members
COMBINED = ("PretrainedLSTM", "AutoETS", "Theta")
#: settings that all models have, or the reading of a table
SHARED = ("season_length", "level", "alias", "freq", "aggregate")
#: models that can be saved
SAVED = ("LSTM", "PretrainedLSTM", "Combination")


def is_saved(name: str) -> bool:
    """Tell whether a model of this full name can be saved.

    Parameters
    ----------
    name : str
        From :func:`full_names`.

    Returns
    -------
    bool
        True for those of :data:`SAVED`, and for combinations.
    """
    return name in SAVED or "+" in name


def full_names(name: str) -> str:
    """Give the full name of a model, or of a combination of several.

    Parameters
    ----------
    name : str
        A name (see :func:`gatecast.models.full_name`); several with ``+`` between are combined, and
        ``combination`` is :data:`COMBINED`.

    Returns
    -------
    str
        For example "Theta", "Combination", or "PretrainedLSTM+Theta".

    Raises
    ------
    NotFoundError
        If there is no model of a name.
    """
    if name.lower() == "combination":
        return "Combination"
    full = [full_name(part.strip()) for part in name.split("+")]
    there = (*NAMES, "Combination")
    for part in full:
        if part not in NAMES:
            near = did_you_mean(part, there)
            raise NotFoundError(message("models.unknown_part", model=part, near=near, models=there))
    return "+".join(full)


def unused(names: Sequence[str], settings: Iterable[str]) -> list[str]:
    """List the settings that none of some models has.

    Parameters
    ----------
    names : sequence of str
        As for :func:`candidates`.
    settings : iterable of str
        Names of settings of the LSTM.

    Returns
    -------
    list of str
        Empty if one of the models is the LSTM.
    """
    parts = {part for name in names for part in full_names(name).split("+")}
    return [] if "LSTM" in parts else [name for name in settings if name not in SHARED]


def candidates(
    names: Sequence[str],
    h: int,
    *,
    season_length: int | Sequence[int] | None = None,
    time_limit: float | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Make models by name.

    Parameters
    ----------
    names : sequence of str
        As for :func:`full_names`.
    h : int
        Steps to forecast.
    season_length : int or sequence of int, optional
        Steps in a season, or in several; that of the frequency if not given.
    time_limit : float, optional
        Seconds that a statistical model may take for all series.
    **settings
        Of the LSTM; ``level`` is that of all, and ``alias`` of a model alone.

    Returns
    -------
    dict of str to model
        By their full names, each once.

    Raises
    ------
    NotFoundError
        If there is no model of a name.
    """
    alias = settings.pop("alias", None)
    alias = alias if len(names) == 1 else None
    common = {"season_length": season_length, "level": settings.get("level", ())}

    def made(name: str, **own: Any) -> Any:
        return make_model(name, h, time_limit=time_limit, **{**settings, **common, **own})

    models: dict[str, Any] = {}
    for name in map(full_names, names):
        parts = COMBINED if name == "Combination" else name.split("+")
        if len(parts) == 1:
            models[name] = made(name) if alias is None else made(name, alias=alias)
            continue
        from gatecast.combination import Combination

        models[name] = Combination([made(part) for part in parts], h, alias=alias or name, **common)
    return models
