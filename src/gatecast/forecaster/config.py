"""The settings of a forecaster: what they may be, and how a fit resolves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from gatecast.data.transforms.pipeline import SCALES, Choice, Scale
from gatecast.errors import UsageError
from gatecast.forecaster.seasons import as_seasons
from gatecast.network.processors import available_threads
from gatecast.network.training import Schedule

__all__ = [
    "PRESETS",
    "Preset",
    "Settings",
    "TrainingLoss",
    "check_level",
    "check_settings",
    "covariate_columns",
]

TrainingLoss: TypeAlias = Literal["auto", "absolute", "squared", "huber"]


@dataclass(frozen=True)
class Preset:
    """Say how much time a fit may take.

    Parameters
    ----------
    n_networks : int
        Networks of the ensemble.
    candidates : tuple of int
        Training steps that are tried on the hold-out; more are tried only while they help.
    """

    n_networks: int
    candidates: tuple[int, ...]


PRESETS = {
    "fast": Preset(1, (150, 500)),
    "default": Preset(3, (150, 500, 1500)),
    "best": Preset(7, (150, 500, 1500, 4500)),
}


@dataclass(frozen=True)
class Settings:
    """Hold the settings of a fit, resolved; as in :class:`gatecast.LSTMForecaster`."""

    h: int
    level: tuple[float, ...]
    seasons: tuple[int, ...]
    log: Choice | Literal["box-cox"]
    adjust_season: Choice
    difference: Choice
    cell: Literal["lstm", "gru"]
    hidden: int
    layers: int
    max_steps: int | None
    n_networks: int
    learning_rate: float
    random_state: int
    threads: int
    hist: tuple[str, ...]
    futr: tuple[str, ...]
    stat: tuple[str, ...]
    calendar: bool
    look_back: int | None
    scale: Scale
    clip_outliers: bool
    candidates: tuple[int, ...]
    dropout: float
    residual: bool
    dilation: int
    schedule: Schedule
    batch_size: int | None
    loss: TrainingLoss

    @classmethod
    def resolve(cls, settings: Mapping[str, Any], seasons: tuple[int, ...]) -> Settings:
        """Fill in what the preset, the data and the machine decide.

        Parameters
        ----------
        settings : mapping of str to object
            As :meth:`gatecast.LSTMForecaster.get_params` gives them, checked.
        seasons : tuple of int
            Steps in each season, from short to long.

        Returns
        -------
        Settings
            Of one fit.
        """
        given = dict(settings)
        preset = PRESETS[given.pop("preset")]
        for name in ("freq", "season_length", "alias"):
            given.pop(name)
        return cls(
            level=tuple(given.pop("level")), seasons=seasons,
            n_networks=given.pop("n_networks") or preset.n_networks,
            threads=given.pop("threads") or available_threads(), candidates=preset.candidates,
            hist=tuple(given.pop("hist_exog_list")), futr=tuple(given.pop("futr_exog_list")),
            stat=tuple(given.pop("stat_exog_list")), **given,
        )  # fmt: skip

    @property
    def season_length(self) -> int:
        """Steps in the shortest season, m; 1 for none."""
        return self.seasons[0]


_POSITIVE = ("h", "hidden", "layers", "dilation")
_POSITIVE_OR_NONE = ("max_steps", "n_networks", "threads", "look_back", "batch_size")
_CHOICES: dict[str, tuple[Any, ...]] = {
    "log": ("auto", "box-cox", True, False),
    "adjust_season": ("auto", True, False),
    "difference": ("auto", True, False),
    "clip_outliers": (True, False),
    "residual": (True, False),
    "scale": ("auto", *SCALES),
    "preset": tuple(PRESETS),
    "loss": ("auto", "absolute", "squared", "huber"),
    "schedule": ("cosine", "constant", "one_cycle"),
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings that cannot work, whatever the data.

    Parameters
    ----------
    settings : mapping of str to object
        As :meth:`gatecast.LSTMForecaster.get_params` gives them.

    Raises
    ------
    UsageError
        Naming the first setting that is out of its range, and what it may be.
    """
    _check_kinds(settings)
    if settings["season_length"] is not None:
        as_seasons(settings["season_length"])
    for name, allowed in _CHOICES.items():
        value = settings[name]
        if not any(type(value) is type(one) and value == one for one in allowed):
            raise UsageError(f"{name}={value!r} was requested; use {_either(allowed)}")
    _check_layers(settings)
    check_level(settings["level"])
    _check_columns(settings)


def _check_kinds(settings: Mapping[str, Any]) -> None:
    """Refuse counts that are no whole numbers of 1 or more.

    Parameters
    ----------
    settings : mapping of str to object
        By name, as in :class:`gatecast.LSTMForecaster`.

    Raises
    ------
    UsageError
        If one is of another type, or out of its range.
    """
    for name in (*_POSITIVE, *_POSITIVE_OR_NONE):
        value, optional = settings[name], name in _POSITIVE_OR_NONE
        if value is None and optional:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            whole = isinstance(value, float) and value.is_integer()
            example = f", {name}={value:.0f}" if whole else ""
            raise UsageError(f"{name}={value!r} was requested; give a whole number{example}")
        if value < 1:
            end = ", or leave it out" if optional else ""
            raise UsageError(f"{name}={value} was requested; use 1 or more{end}")


def check_level(level: Any) -> None:
    """Refuse levels that are no per cents.

    Parameters
    ----------
    level : sequence of float or None
        Per cent of each interval.

    Raises
    ------
    UsageError
        If one is no number, not between 0 and 100, or there twice.
    """
    if level is None:
        return
    if isinstance(level, (int, float)):
        raise UsageError(f"level={level} was requested; give a list of per cents, such as [80, 95]")
    for share in level:
        if isinstance(share, bool) or not isinstance(share, (int, float, np.number)):
            raise UsageError(f"level={level!r} was requested; give per cents, such as [80, 95]")
        if 0 < share < 1:
            raise UsageError(
                f"level={list(level)} was requested, and levels are per cents: for an interval "
                f"that holds {share:.0%} of the values give {share * 100:g}"
            )
    if not all(0 < share < 100 for share in level):
        raise UsageError(
            f"level={list(level)} was requested; give per cents above 0 and below 100, for example "
            "[80, 95]"
        )
    if len(set(level)) < len(level):
        raise UsageError(f"level={list(level)} was requested; give each level once")


def covariate_columns(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """List the columns of the covariates: historic, future and static.

    Parameters
    ----------
    settings : mapping of str to object
        By name.

    Returns
    -------
    tuple of str
        Their names.
    """
    kinds = ("hist_exog_list", "futr_exog_list", "stat_exog_list")
    return tuple(name for kind in kinds for name in settings[kind])


def _either(allowed: tuple[Any, ...]) -> str:
    words = [f'"{a}"' if isinstance(a, str) else str(a) for a in allowed]
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _check_layers(settings: Mapping[str, Any]) -> None:
    dropout = settings["dropout"]
    if not 0.0 <= dropout < 1.0:
        raise UsageError(f"dropout={dropout} was requested; use 0 or more, below 1")
    for name, nothing in (("dropout", 0.0), ("residual", False), ("dilation", 1)):
        if settings["layers"] == 1 and settings[name] != nothing:
            raise UsageError(
                f"{name}={settings[name]} was requested and the network has one layer, on "
                "which it does not act: use layers=2 or more, or leave it out"
            )


def _check_columns(settings: Mapping[str, Any]) -> None:
    if not isinstance(settings["alias"], str) or not settings["alias"]:
        raise UsageError(f"alias={settings['alias']!r} was requested; give a text, such as LSTM")
    for name in ("hist_exog_list", "futr_exog_list", "stat_exog_list"):
        if isinstance(settings[name], str):
            raise UsageError(f'{name}="{settings[name]}" was requested; give a list of columns')
    columns = covariate_columns(settings)
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f'the column "{twice}" is named twice: name it in one list only')
