"""Floor 4: what the gates of a fitted network do on the user's own series."""

from gatecast.explain.attribution import attribution
from gatecast.explain.gates import gates
from gatecast.explain.inside import Inside, look_inside
from gatecast.explain.memory import MemoryFindings, half_life, memory

__all__ = [
    "Inside",
    "MemoryFindings",
    "attribution",
    "gates",
    "half_life",
    "look_inside",
    "memory",
]
