"""Forecast time series with LSTMs: honest scores, native speed, gates you can look at."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.baselines import Drift, Naive, SeasonalNaive
    from gatecast.explain import attribution, gates, memory
    from gatecast.forecaster import LSTMForecaster, load

__version__ = "0.1.0"
__all__ = [
    "Drift",
    "LSTMForecaster",
    "Naive",
    "SeasonalNaive",
    "__version__",
    "attribution",
    "gates",
    "load",
    "memory",
]

# Names are looked up when they are first used, so that importing gatecast costs nothing.
_HOMES = {
    "Drift": "baselines",
    "LSTMForecaster": "forecaster",
    "Naive": "baselines",
    "SeasonalNaive": "baselines",
    "attribution": "explain",
    "gates": "explain",
    "load": "forecaster",
    "memory": "explain",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gatecast' has no attribute {name!r}")
    return getattr(importlib.import_module(f"gatecast.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
