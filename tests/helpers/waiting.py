"""Wait for what another thread or process does, as long as is patient."""

import time


def wait_until(condition, seconds=10):
    """Return as soon as a condition holds; it is an error if it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
