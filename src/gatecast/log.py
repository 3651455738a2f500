"""What a service may want to know: ``logging.getLogger("gatecast")``, silent by default.

Reading, fits, updates, saves and loads are logged with their durations, at level INFO; what fails
is at level WARNING, with the reason. ``logging.basicConfig(level="INFO")`` shows them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["LOGGER", "timed"]

LOGGER = logging.getLogger("gatecast")
LOGGER.addHandler(logging.NullHandler())


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Log how long something took; as a decorator, how long each call took.

    Parameters
    ----------
    what : str
        What is done.

    Returns
    -------
    context manager
        Also a decorator.
    """
    started = time.perf_counter()
    try:
        yield
    except Exception as error:
        LOGGER.warning("%s failed after %.3f s: %s", what, time.perf_counter() - started, error)
        raise
    LOGGER.info("%s took %.3f s", what, time.perf_counter() - started)
