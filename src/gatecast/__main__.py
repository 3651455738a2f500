"""Run the command line, as ``gatecast`` or ``python -m gatecast``."""

from gatecast.cli import interruption


def run() -> None:
    """Run the command line and leave with its exit code; see :func:`gatecast.cli.main.run`."""
    interruption.watch()  # before the imports, which take longest
    try:
        from gatecast.cli import main

        main.run()
    finally:
        interruption.watch(ending=True)


if __name__ == "__main__":
    run()
