"""The search space: what the settings of the forecaster are drawn from.

:func:`space_for` leaves out what the data cannot have and takes the user's overrides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.data.calendar import default_season_length
from gatecast.data.panel import Panel
from gatecast.errors import UsageError
from gatecast.forecaster.settings.config import Config, setting_of
from gatecast.forecaster.settings.distributions import Choice, Distribution, Floats, Integers
from gatecast.forecaster.settings.renamed import current_names
from gatecast.messages import message

if TYPE_CHECKING:
    import optuna

__all__ = [
    "SPACE",
    "Choice",
    "Distribution",
    "Floats",
    "Integers",
    "draw",
    "is_inactive",
    "nearest_point",
    "parameter_setting",
    "settings_from",
    "space_for",
]


#: What is searched, by the name of the setting; see
#: :class:`gatecast.forecaster.settings.config.Config`.
SPACE: Mapping[str, Distribution] = {
    one.name: search for one in fields(Config) if (search := setting_of(one).search) is not None
}

_GIVEN = " given"


def searchable() -> list[str]:
    """List the settings of the forecaster that a search may change."""
    return [one.name for one in fields(Config) if not setting_of(one).task]


def space_for(
    panel: Panel,
    overrides: Mapping[str, Any] | None = None,
    season_length: int | None = None,
    shortest: int | None = None,
) -> dict[str, Distribution]:
    """Give the space for some data.

    Parameters
    ----------
    panel : Panel
        The data. What they cannot have is left out: logarithms where a value is zero or below, a
        season where there is none, a calendar where times are step numbers.
    overrides : mapping, optional
        Narrows or widens the space by name: a distribution of this module; ``(low, high)`` for a
        range, on the scale that the setting has in :data:`SPACE`; a list for a choice; any other
        value fixes the setting. Its dependence on other settings stays.
    season_length : int, optional
        Of the data, if it is known; it is then not searched.
    shortest : int, optional
        Values of the shortest series where trials are first fitted. With fewer than four seasons,
        of which half may be a hold-out, the season cannot be taken out of each.

    Returns
    -------
    dict of str to Choice, Floats or Integers
        By name; what is fixed is a choice of one.

    Raises
    ------
    UsageError
        If a name is no setting that can be searched, or a range has no width.
    """
    space = {name: distribution for name, distribution in SPACE.items() if name in searchable()}
    dated = panel.times.dtype.kind == "M"
    season = season_length or default_season_length(panel.freq)
    if not (panel.values > 0).all():
        space.pop("log")
    if season_length is not None or (dated and season < 2):
        space.pop("season_length")  # it is known, or there is none to be found
    if season < 2:
        space.pop("adjust_season")
    elif shortest is not None and shortest < 4 * season:
        space["adjust_season"] = replace(space["adjust_season"], values=("auto", False))
    if not dated:
        space.pop("calendar")
    longest = int(np.diff(panel.offsets).max()) // 4
    windows = space["look_back"]
    assert isinstance(windows, Integers)
    if longest <= windows.low:
        space.pop("look_back")
    else:
        space["look_back"] = replace(windows, high=min(windows.high, longest))
    for name, override in current_names(overrides or {}).items():
        if name not in searchable():
            raise UsageError(message("space.unknown", setting=name, settings=searchable()))
        space[name] = _distribution(name, override)
    return space


def _distribution(name: str, override: Any) -> Distribution:
    usual = SPACE.get(name)
    unless = None if usual is None else usual.unless
    if isinstance(override, (Choice, Floats, Integers)):
        return override if override.unless else replace(override, unless=unless)
    if not isinstance(override, tuple):
        return Choice(tuple(override) if isinstance(override, list) else (override,), unless)
    log = isinstance(usual, (Floats, Integers)) and usual.log
    or_none = isinstance(usual, (Floats, Integers)) and usual.or_none
    if len(override) != 2:
        raise UsageError(message("space.no_range", setting=name, value=repr(override)))
    try:
        whole = not isinstance(usual, Floats) and all(isinstance(end, int) for end in override)
        kind = Integers if whole else Floats
        return kind(*override, log=log, or_none=or_none, unless=unless)
    except UsageError as error:
        raise UsageError(
            message("space.bad", setting=name, value=repr(override), reason=error.message)
        ) from error


def draw(trial: optuna.Trial, space: Mapping[str, Distribution]) -> dict[str, Any]:
    """Let a trial choose its settings.

    Parameters
    ----------
    trial : optuna.Trial
        A running trial.
    space : mapping
        From :func:`space_for`.

    Returns
    -------
    dict
        Settings by name.
    """
    for name, distribution in space.items():
        if is_inactive(distribution, trial.params):
            continue
        # where there need be no number, whether there is one comes first
        decided = not isinstance(distribution, Choice) and distribution.or_none
        if not decided or trial.suggest_categorical(_decision(name), [False, True]):
            distribution.draw(trial, name)
    return settings_from(trial.params, space)


def settings_from(
    parameters: Mapping[str, Any], space: Mapping[str, Distribution]
) -> dict[str, Any]:
    """Give the settings that Optuna's parameters of a trial stand for.

    Parameters
    ----------
    parameters : mapping of str to object
        Of a trial, under Optuna's names.
    space : mapping of str to Distribution
        That was searched.

    Returns
    -------
    dict of str to object
        By the forecaster's names.
    """
    return {
        name: getattr(Config, name)
        if is_inactive(distribution, parameters)
        else parameters.get(name)
        for name, distribution in space.items()
    }


def nearest_point(space: Mapping[str, Distribution], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the point of the space that is nearest to some settings, under Optuna's names.

    Settings that the forecaster finds out by itself (None) have no place in a range; the search
    learns of such a trial as if it had been this point.

    Parameters
    ----------
    space : mapping of str to Distribution
        To be searched.
    settings : mapping of str to object
        Of a forecaster.

    Returns
    -------
    dict of str to object
        By Optuna's names.
    """
    point: dict[str, Any] = {}
    for name, distribution in space.items():
        if is_inactive(distribution, point):
            continue
        value = settings[name]
        if not isinstance(distribution, Choice) and distribution.or_none:
            point[_decision(name)] = value is not None
            if value is None:
                continue
        point[name] = distribution.nearest(value)
    return point


def is_inactive(distribution: Distribution, chosen: Mapping[str, Any]) -> bool:
    """Say whether a setting has nothing to act on, by what was chosen of the others.

    Parameters
    ----------
    distribution : Distribution
        Of the setting.
    chosen : mapping of str to object
        What was chosen so far.

    Returns
    -------
    bool
        True if it is not to be searched.
    """
    if distribution.unless is None:
        return False
    name, value = distribution.unless
    return name in chosen and chosen[name] == value


def parameter_setting(parameter: str) -> str:
    """Give the setting that one of Optuna's parameters belongs to.

    Parameters
    ----------
    parameter : str
        Optuna's name.

    Returns
    -------
    str
        The forecaster's name.
    """
    return parameter.removesuffix(_GIVEN)


def _decision(name: str) -> str:
    return name + _GIVEN
