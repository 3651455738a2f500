"""The search space: which settings are searched, between which ends, and on which scale.

:data:`SPACE` is the whole definition. Every name in it is a setting of
:class:`gatecast.LSTMForecaster`; :func:`space_for` leaves out what the data cannot have and takes
the user's overrides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.data.calendar import default_season_length
from gatecast.data.panel import Panel
from gatecast.errors import UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.renamed import current_names

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
    "setting_of",
    "settings_from",
    "space_for",
]


@dataclass(frozen=True)
class Choice:
    """One of several values, without an order.

    Parameters
    ----------
    values : tuple
        Texts, numbers, True, False or None.
    unless : (str, value), optional
        Another setting, searched before this one, and a value of it with which this one has nothing
        to act on. There it is not searched, and has the default of the forecaster.
    """

    values: tuple[Any, ...]
    unless: tuple[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.values:
            raise UsageError("a choice of no values was requested; give at least one")
        for value in self.values:
            if not isinstance(value, (str, int, float, bool, type(None))):
                raise UsageError(
                    f"a choice has the value {value!r}; use texts, numbers, True, False or None"
                )

    def draw(self, trial: optuna.Trial, name: str) -> Any:
        """Let a trial choose."""
        return trial.suggest_categorical(name, self.values)

    def nearest(self, value: Any) -> Any:
        """Give the value itself where it is one of them, else the first."""
        return value if value in self.values else self.values[0]


@dataclass(frozen=True)
class _Range:
    low: float
    high: float
    log: bool = False
    or_none: bool = False
    unless: tuple[str, Any] | None = None

    def __post_init__(self) -> None:
        numbers = all(
            isinstance(end, (int, float)) and not isinstance(end, bool)
            for end in (self.low, self.high)
        )
        if not numbers or not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise UsageError(f"a range from {self.low!r} to {self.high!r} was requested; give two "
                             "numbers")  # fmt: skip
        if self.low > self.high or (self.log and self.low <= 0):
            raise UsageError(
                f"a range from {self.low:g} to {self.high:g} was requested; the first has to be "
                "the lower one" + (", and above 0 on a log scale" if self.log else "")
            )

    def nearest(self, value: Any) -> Any:
        """Give the value of the range that is nearest to a number; the middle one for None."""
        if value is None:
            middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2.0
            return self.nearest(middle)
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Floats(_Range):
    """Any number between two.

    Parameters
    ----------
    low, high : float
        Ends, both included.
    log : bool, default False
        Whether equal ratios count as equal distances.
    or_none : bool, default False
        Whether the setting may also be None. The search then first decides whether there is a
        number, and only where there is, which: the number depends on that decision.
    unless : (str, value), optional
        As of :class:`Choice`.
    """

    def draw(self, trial: optuna.Trial, name: str) -> float:
        """Let a trial choose."""
        return trial.suggest_float(name, self.low, self.high, log=self.log)


@dataclass(frozen=True)
class Integers(_Range):
    """Any whole number between two; parameters as of :class:`Floats`."""

    low: int
    high: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if int(self.low) != self.low or int(self.high) != self.high:
            raise UsageError(
                f"whole numbers from {self.low} to {self.high} were requested; give whole ends"
            )

    def draw(self, trial: optuna.Trial, name: str) -> int:
        """Let a trial choose."""
        return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)

    def nearest(self, value: Any) -> Any:
        """Give the whole number of the range that is nearest; the middle one for None."""
        return round(super().nearest(value))


Distribution = Choice | Floats | Integers

#: What is searched. The ends are those within which the forecaster's own benchmarks move, kept so
#: low that a trial costs about a second: width and length of training cost most. The ensemble
#: size is not among them: more networks are hardly ever worse and always cost more, so that a trial
#: trains one, and the forecaster as many as it would otherwise. ``space={"n_networks": (1, 5)}``
#: takes it in, and trials then train so many.
SPACE: Mapping[str, Distribution] = {
    # the network: sizes act by their ratio, so that 8 to 16 is as far as 16 to 32
    "cell": Choice(("lstm", "gru")),
    "hidden": Integers(8, 48, log=True),
    "layers": Integers(1, 2),
    # what is between layers needs two of them
    "dropout": Floats(0.0, 0.3, unless=("layers", 1)),
    "residual": Choice((False, True), unless=("layers", 1)),
    "dilation": Integers(1, 4, log=True, unless=("layers", 1)),
    # the training; these are searched together, since a higher rate needs fewer steps
    "learning_rate": Floats(5e-4, 5e-2, log=True),
    "max_steps": Integers(50, 300, log=True),
    "schedule": Choice(("cosine", "constant", "one_cycle")),
    "batch_size": Integers(8, 24, log=True, or_none=True),
    "loss": Choice(("auto", "absolute", "squared", "huber")),
    # the memory: carried along the series (None), or a window, and only then of which length
    "look_back": Integers(4, 128, log=True, or_none=True),
    # the transforms; "auto" decides by a test for each series
    "log": Choice(("auto", True, False)),
    "season_length": Choice((None, 1)),
    "adjust_season": Choice(("auto", True, False), unless=("season_length", 1)),
    "difference": Choice(("auto", False, True)),
    "scale": Choice(("auto", "min-max", "standard", "robust")),
    "clip_outliers": Choice((False, True)),
    "calendar": Choice((False, True)),
}

_GIVEN = " given"
_OF_THE_TASK = (
    "h", "level", "freq", "random_state", "threads", "alias",
    "hist_exog_list", "futr_exog_list", "stat_exog_list",
)  # fmt: skip


def searchable() -> list[str]:
    """List the settings of the forecaster that a search may change."""
    return [f.name for f in fields(LSTMForecaster) if f.name not in _OF_THE_TASK]


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
            raise UsageError(
                f'space has "{name}", which is no setting that can be searched; these can: '
                + ", ".join(searchable())
            )
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
        raise UsageError(
            f'space has "{name}": {override!r}; give (low, high) for a range, or a list for a '
            "choice"
        )
    try:
        whole = not isinstance(usual, Floats) and all(isinstance(end, int) for end in override)
        kind = Integers if whole else Floats
        return kind(*override, log=log, or_none=or_none, unless=unless)
    except UsageError as error:
        raise UsageError(f'space has "{name}": {override!r}: {error}') from error


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
    """Give the settings that Optuna's parameters of a trial stand for."""
    return {
        name: getattr(LSTMForecaster, name)
        if is_inactive(distribution, parameters)
        else parameters.get(name)
        for name, distribution in space.items()
    }


def nearest_point(space: Mapping[str, Distribution], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the point of the space that is nearest to some settings, under Optuna's names.

    Settings that the forecaster finds out by itself (None) have no place in a range; the search
    learns of such a trial as if it had been this point.
    """
    found: dict[str, Any] = {}
    for name, distribution in space.items():
        if is_inactive(distribution, found):
            continue
        value = settings[name]
        if not isinstance(distribution, Choice) and distribution.or_none:
            found[_decision(name)] = value is not None
            if value is None:
                continue
        found[name] = distribution.nearest(value)
    return found


def is_inactive(distribution: Distribution, chosen: Mapping[str, Any]) -> bool:
    """Say whether a setting has nothing to act on, by what was chosen of the others."""
    if distribution.unless is None:
        return False
    name, value = distribution.unless
    return name in chosen and chosen[name] == value


def setting_of(parameter: str) -> str:
    """Give the setting that one of Optuna's parameters belongs to."""
    return parameter.removesuffix(_GIVEN)


def _decision(name: str) -> str:
    return name + _GIVEN
