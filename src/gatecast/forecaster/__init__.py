"""Floor 3: what users fit and predict with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.forecaster.lstm import LSTMForecaster

    load = LSTMForecaster.load

__all__ = ["LSTMForecaster", "load"]


def __getattr__(name: str) -> Any:
    # looked up when first used: other models need a few of these modules, and not the training
    if name not in __all__:
        raise AttributeError(f"module 'gatecast.forecaster' has no attribute {name!r}")
    from gatecast.forecaster.lstm import LSTMForecaster

    return LSTMForecaster if name == "LSTMForecaster" else LSTMForecaster.load
