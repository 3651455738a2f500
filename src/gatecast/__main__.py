"""Run the command line, as ``gatecast`` or ``python -m gatecast``."""

import gc

from gatecast.cli import interruption

#: New objects between two searches for garbage. Imports make far more than Python's 700, all of
#: which stay.
_OBJECTS = 50_000


def run() -> None:
    """Run the command line and leave with its exit code; see :func:`gatecast.cli.main.run`."""
    interruption.watch()  # before the imports, which take longest
    gc.set_threshold(_OBJECTS)
    try:
        from gatecast.cli import main

        main.run()
    finally:
        gc.freeze()  # all goes with the process, and need not be searched before
        interruption.watch(ending=True)


if __name__ == "__main__":
    run()
