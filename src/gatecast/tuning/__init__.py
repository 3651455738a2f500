"""Floor 4: search for settings, on the past alone, and judge what was found where nobody looked."""

from gatecast.tuning.space import SPACE, Choice, Floats, Integers
from gatecast.tuning.study import Tuning, tune

__all__ = ["SPACE", "Choice", "Floats", "Integers", "Tuning", "tune"]
