"""Run the command line as ``python -m gatecast``."""

from gatecast.cli.main import run

run()
