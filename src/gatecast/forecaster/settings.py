"""What a fit of a forecaster is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from gatecast.forecaster.recipe import Choice, Scale, Target
from gatecast.network.training import Schedule

__all__ = ["PRESETS", "Preset", "Settings", "TrainingLoss"]

TrainingLoss: TypeAlias = Literal["auto", "absolute", "squared", "huber"]


@dataclass(frozen=True)
class Preset:
    """Say how much time a fit may take.

    Parameters
    ----------
    seeds : int
        Networks trained.
    candidates : tuple of int
        Updates that are tried on the values held back; more are tried only while they help.
    """

    seeds: int
    candidates: tuple[int, ...]


PRESETS = {
    "fast": Preset(1, (150, 500)),
    "default": Preset(3, (150, 500, 1500)),
    "best": Preset(7, (150, 500, 1500, 4500)),
}


@dataclass(frozen=True)
class Settings:
    """Hold what a fit is asked for; as in :class:`gatecast.LSTMForecaster`."""

    h: int
    level: tuple[float, ...]
    season_length: int
    log: Choice | Literal["box-cox"]
    adjust_season: Choice
    target: Target | Literal["auto"]
    cell: Literal["lstm", "gru"]
    hidden: int
    layers: int
    updates: int | None
    seeds: int
    learning_rate: float
    random_state: int
    threads: int
    hist: tuple[str, ...]
    futr: tuple[str, ...]
    stat: tuple[str, ...]
    calendar: bool
    look_back: int | None
    longer_seasons: tuple[int, ...]
    scale: Scale
    clip_outliers: bool
    candidates: tuple[int, ...]
    dropout: float
    residual: bool
    dilation: int
    schedule: Schedule
    batch_size: int | None
    loss: TrainingLoss
