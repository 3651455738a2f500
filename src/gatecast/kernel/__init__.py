"""Floor 1: the LSTM's arithmetic, native, and its readable NumPy twin.

``native`` and ``reference`` hold the same functions under the same names: ``forward``,
``gradients`` and ``train``.
"""

from gatecast.kernel.layout import GATES, Layout
from gatecast.kernel.records import Adam, Forward, Gradients, State

__all__ = ["GATES", "Adam", "Forward", "Gradients", "Layout", "State"]
