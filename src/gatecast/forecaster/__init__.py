"""Floor 3: what users fit and predict with."""

from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.model_file import load
from gatecast.forecaster.updating import open_for_update

__all__ = ["LSTMForecaster", "load", "open_for_update"]
