"""Floor 3: what users fit and predict with."""

from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.model_file import load

__all__ = ["LSTMForecaster", "load"]
