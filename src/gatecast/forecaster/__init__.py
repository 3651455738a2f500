"""Floor 3: what users fit and predict with."""

from gatecast.forecaster.lstm import LSTMForecaster

__all__ = ["LSTMForecaster"]
