"""Forecast time series with LSTMs: honest scores, native speed, gates you can look at."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.baselines import (
        MSTL,
        SARIMA,
        SBA,
        TSB,
        AutoARIMA,
        AutoETS,
        Croston,
        Drift,
        LinearAutoregression,
        Naive,
        SeasonalNaive,
        Theta,
        WindowAverage,
    )
    from gatecast.combination import Combination
    from gatecast.diagnostics.examination import diagnose
    from gatecast.diagnostics.recommendation import verdict
    from gatecast.evaluation.backtest import backtest
    from gatecast.evaluation.forecast import forecast
    from gatecast.explain import attribution, explain, gates, look_inside, memory
    from gatecast.forecaster import LSTMForecaster
    from gatecast.partitions.files import forecast_files
    from gatecast.partitions.tables import (
        backtest_partitions,
        fit_on_partitions,
        forecast_partitions,
    )
    from gatecast.pretrained.forecaster import PretrainedLSTM
    from gatecast.report.write import report
    from gatecast.saved import load, open_for_update
    from gatecast.tuning import tune

__version__ = "0.1.0"
__all__ = [
    "MSTL",
    "SARIMA",
    "SBA",
    "TSB",
    "AutoARIMA",
    "AutoETS",
    "Combination",
    "Croston",
    "Drift",
    "LSTMForecaster",
    "LinearAutoregression",
    "Naive",
    "PretrainedLSTM",
    "SeasonalNaive",
    "Theta",
    "WindowAverage",
    "__version__",
    "attribution",
    "backtest",
    "backtest_partitions",
    "diagnose",
    "explain",
    "fit_on_partitions",
    "forecast",
    "forecast_files",
    "forecast_partitions",
    "gates",
    "load",
    "look_inside",
    "memory",
    "open_for_update",
    "report",
    "tune",
    "verdict",
]

# Names are looked up when they are first used, so that importing gatecast costs nothing.
_HOMES = {
    "AutoARIMA": "baselines",
    "AutoETS": "baselines",
    "Combination": "combination",
    "Croston": "baselines",
    "Drift": "baselines",
    "LSTMForecaster": "forecaster",
    "LinearAutoregression": "baselines",
    "MSTL": "baselines",
    "Naive": "baselines",
    "PretrainedLSTM": "pretrained.forecaster",
    "SARIMA": "baselines",
    "SBA": "baselines",
    "SeasonalNaive": "baselines",
    "TSB": "baselines",
    "Theta": "baselines",
    "WindowAverage": "baselines",
    "attribution": "explain",
    "backtest": "evaluation.backtest",
    "backtest_partitions": "partitions.tables",
    "diagnose": "diagnostics.examination",
    "explain": "explain",
    "fit_on_partitions": "partitions.tables",
    "forecast": "evaluation.forecast",
    "forecast_files": "partitions.files",
    "forecast_partitions": "partitions.tables",
    "gates": "explain",
    "load": "saved",
    "look_inside": "explain",
    "memory": "explain",
    "open_for_update": "saved",
    "tune": "tuning",
    "verdict": "diagnostics.recommendation",
}


def __getattr__(name: str) -> Any:
    if name == "report":  # a package that can be called, so that its modules keep their names
        return importlib.import_module("gatecast.report")
    if name not in _HOMES:
        raise AttributeError(f"module 'gatecast' has no attribute {name!r}")
    return getattr(importlib.import_module(f"gatecast.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
