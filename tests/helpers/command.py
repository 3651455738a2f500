"""The command line as scripts meet it: a process, its output, its exit code.

Each call is a process of its own. Where there is ``fork``, it comes from a Python that has imported
what verbs need and run nothing: imports are most of what a verb takes.
"""

import atexit
import functools
import json
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 600


def gatecast(*arguments, cwd, code=0, new=False):
    """Run a verb; the exit code must be the one that is wanted. ``new``: in a new Python."""
    run = _run if new or not hasattr(os, "fork") else _fork
    done = run([str(argument) for argument in arguments], cwd)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def _run(arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "gatecast", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip


def _fork(arguments, cwd):
    server = _server()
    with tempfile.TemporaryDirectory() as folder:
        request = {
            "arguments": arguments, "cwd": str(cwd), "environment": dict(os.environ),
            "output": f"{folder}/output", "errors": f"{folder}/errors",
        }  # fmt: skip
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        if not select.select([server.stdout], [], [], SECONDS)[0]:
            server.kill()
            raise TimeoutError(f"{arguments} ran for {SECONDS} s")
        code = int(server.stdout.readline())
        texts = [Path(request[name]).read_text() for name in ("output", "errors")]
    return subprocess.CompletedProcess(arguments, code, *texts)


@functools.cache
def _server():
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("forking.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    atexit.register(server.communicate)  # ends it
    return server
