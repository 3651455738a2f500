"""Floor 4: search for settings on past origins, and evaluate them on test origins."""

from gatecast.tuning.space import SPACE, Choice, Floats, Integers
from gatecast.tuning.study import Tuning, tune

__all__ = ["SPACE", "Choice", "Floats", "Integers", "Tuning", "tune"]
