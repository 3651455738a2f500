"""Floor 2: networks and how they learn."""

from gatecast.network.network import Network
from gatecast.network.training import History, Progress, Samples, Trainer

__all__ = ["History", "Network", "Progress", "Samples", "Trainer"]
