"""Run the command line for :mod:`helpers.command`: a fork for each line of stdin."""

import json
import os
import sys
from contextlib import suppress
from importlib import import_module

from gatecast.__main__ import run

#: What verbs import when they run.
IMPORTED = (
    "gatecast.cli.backtest", "gatecast.cli.explain", "gatecast.cli.forecast", "gatecast.cli.glass",
    "gatecast.cli.main", "gatecast.cli.outputs", "gatecast.cli.predict", "gatecast.cli.tables",
    "gatecast.cli.tune", "gatecast.combination", "gatecast.evaluation.backtest",
    "gatecast.explain", "gatecast.forecaster.lstm", "gatecast.pretrained.forecaster",
    "gatecast.report.backtest", "gatecast.report.explain", "gatecast.report.forecast",
    "gatecast.saved", "typer._adapters",
)  # fmt: skip


def fork():
    """Give each request to a child, and say its exit code; in a child give the request."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return json.loads(line)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return sys.exit()


for module in IMPORTED:
    with suppress(ImportError):  # not every version of Typer has it
        import_module(module)
request = fork()
written = os.O_WRONLY | os.O_CREAT
for number, (path, how) in enumerate(
    ((os.devnull, os.O_RDONLY), (request["output"], written), (request["errors"], written))
):
    os.dup2(os.open(path, how), number)
os.chdir(request["cwd"])
os.environ.clear()
os.environ.update(request["environment"])
sys.argv = ["gatecast", *request["arguments"]]
run()
