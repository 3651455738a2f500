"""Floor 3: the models that the LSTM has to stand beside."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.baselines.intermittent import SBA, TSB, Croston
    from gatecast.baselines.linear import LinearAutoregression, WindowAverage
    from gatecast.baselines.naive import Drift, Naive, SeasonalNaive
    from gatecast.baselines.statistical import MSTL, SARIMA, AutoARIMA, AutoETS, Theta

__all__ = [
    "MSTL",
    "SARIMA",
    "SBA",
    "TSB",
    "AutoARIMA",
    "AutoETS",
    "Croston",
    "Drift",
    "LinearAutoregression",
    "Naive",
    "SeasonalNaive",
    "Theta",
    "WindowAverage",
]

_MODULES = {
    "intermittent": ("SBA", "TSB", "Croston"),
    "linear": ("LinearAutoregression", "WindowAverage"),
    "naive": ("Drift", "Naive", "SeasonalNaive"),
    "statistical": ("MSTL", "SARIMA", "AutoARIMA", "AutoETS", "Theta"),
}


def __getattr__(name: str) -> Any:
    # looked up when first used: a forecast needs one of them, or none
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"gatecast.baselines.{module}"), name)
    raise AttributeError(f"module 'gatecast.baselines' has no attribute {name!r}")
