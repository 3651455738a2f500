"""Floor 4: what the gates of a fitted network do on the user's own series."""

from gatecast.explain.gates import gates

__all__ = ["gates"]
