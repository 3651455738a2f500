"""Floor 3: the models that the LSTM has to stand beside."""

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
