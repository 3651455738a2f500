"""Floor 3: what users fit and predict with."""

from gatecast.forecaster.lstm import LSTMForecaster

load = LSTMForecaster.load

__all__ = ["LSTMForecaster", "load"]
