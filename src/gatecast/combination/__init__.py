"""Floor 3: several models as one."""

from gatecast.combination.forecaster import Combination

__all__ = ["Combination"]
