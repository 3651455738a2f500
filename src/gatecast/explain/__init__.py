"""Floor 4: what the gates of a fitted network do on the user's own series.

The package can be called: ``gatecast.explain(model)`` explains the forecast of one series, see
:func:`gatecast.explain.explanation.explain`.
"""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import Any

from gatecast.explain.attribution import attribution
from gatecast.explain.explanation import Explanation, explain
from gatecast.explain.gates import gates
from gatecast.explain.memory import MemoryFindings, half_life, memory

__all__ = [
    "Explanation",
    "MemoryFindings",
    "attribution",
    "explain",
    "gates",
    "half_life",
    "look_inside",
    "memory",
]


def look_inside(*arguments: Any, **more: Any) -> Explanation:
    """Call :func:`explain` by its old name, which goes away in the next release.

    Parameters
    ----------
    *arguments, **more
        As for :func:`explain`, with its errors.

    Returns
    -------
    Explanation
        Of one series.
    """
    warnings.warn("look_inside() is now called explain()", DeprecationWarning, stacklevel=2)
    return explain(*arguments, **more)


class _Explain(ModuleType):
    # one name for the function and for the modules behind it
    def __call__(self, *arguments: Any, **more: Any) -> Explanation:
        """Explain the forecast of one series; see :func:`explain`."""
        return explain(*arguments, **more)


sys.modules[__name__].__class__ = _Explain
