"""Small series to learn and test on, shipped with gatecast; each says where it comes from."""

from gatecast.datasets.classic import air_passengers, lynx, sunspots
from gatecast.datasets.sine import noisy_sine, noisy_sine_signal

__all__ = ["air_passengers", "lynx", "noisy_sine", "noisy_sine_signal", "sunspots"]
