"""Floor 1: the LSTM's arithmetic, native, and its readable NumPy twin.

``native`` and ``reference`` hold the same functions under the same names: ``forward``,
``gradients``, ``train`` and ``lagged_inputs``.
"""

from gatecast.kernel.layout import GATES, Layout
from gatecast.kernel.losses import MSE, Loss
from gatecast.kernel.records import Adam, Forward, Gradients, State, Trained

__all__ = ["GATES", "MSE", "Adam", "Forward", "Gradients", "Layout", "Loss", "State", "Trained"]
