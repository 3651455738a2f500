"""Forecast time series with LSTMs: honest scores, native speed, gates you can look at."""

__version__ = "0.1.0"
