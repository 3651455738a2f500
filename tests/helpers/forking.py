"""Make the processes of :mod:`helpers.command`: a fork for each request, which is a line of stdin.

Answers, a line each: a new process says its number once its streams are those requested;
``{"wait": number}`` is answered by its exit code once it has ended, or at once by null.
"""

import gc
import json
import os
import resource
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

#: What verbs import when they run.
IMPORTED = (
    "gatecast.cli.backtest", "gatecast.cli.demo", "gatecast.cli.explain", "gatecast.cli.folders",
    "gatecast.cli.forecast", "gatecast.cli.glass", "gatecast.cli.main", "gatecast.cli.outputs",
    "gatecast.cli.predict", "gatecast.cli.tables", "gatecast.cli.tune", "gatecast.combination",
    "gatecast.data.reading.frames", "gatecast.evaluation.backtest", "gatecast.evaluation.registry",
    "gatecast.explain", "gatecast.forecaster.lstm", "gatecast.pretrained.forecaster",
    "gatecast.report.backtest", "gatecast.report.demo", "gatecast.report.explain",
    "gatecast.report.forecast", "gatecast.report.learn", "gatecast.saved",
    "gatecast.tutorial.lessons", "gatecast.tuning.study", "optuna", "rich.progress", "rich.table",
)  # fmt: skip
#: What takes longest, and few import: the first that has one of these words, for all after it.
RARELY = {
    "statsforecast.models": {"demo", "best", "--backtest"},
    "matplotlib.figure": {"demo", "--png", "--svg"},
}


def serve():
    """Answer requests; in a child give the request."""
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            ended, status = os.waitpid(request["wait"], 0 if request["long"] else os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if ended else None
            print(json.dumps(code), flush=True)
            continue
        words = set(request["arguments"])
        if not words & {"--help", "--learn"}:
            import_all(module for module, wanted in RARELY.items() if words & wanted)
        if not os.fork():
            return request
    return sys.exit()


def import_all(modules):
    """Import what is there; to be looked for by nobody, nor copied for that."""
    for module in modules:
        with suppress(ImportError):  # optional, or not of every version
            import_module(module)
    gc.freeze()


def become(request):
    """Take the streams, the folder and the environment of a process, and say its number."""
    os.setsid()  # the first terminal that is opened is its own
    flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    files = [os.open(path, how) for path, how in zip(request["streams"], flags, strict=True)]
    print(os.getpid(), flush=True)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    if os.isatty(0):
        lead()
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout.reconfigure(line_buffering=os.isatty(1))
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if request["most"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["most"],) * 2)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # as in a test
    import_all(IMPORTED)
    from gatecast.__main__ import run
    from gatecast.report.page import _templates
    from helpers.leader import lead

    for name in ("backtest.html", "explain.html", "forecast.html"):
        _templates().get_template(name)
    request = serve()
    become(request)
    sys.argv = ["gatecast", *request["arguments"]]
    if request["code"] is None:
        run()
    else:
        exec(compile(request["code"], "<code>", "exec"), {"__name__": "__main__"})
