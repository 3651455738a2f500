"""The command line as scripts meet it: a process, its output, its exit code.

Each call is a process of its own. Where there is ``fork``, it comes from a Python that has imported
what verbs need and run nothing: imports are most of what a verb takes.
"""

import atexit
import functools
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 600


def gatecast(*arguments, cwd, code=0, new=False, most=None):
    """Run a verb; the exit code must be the one that is wanted.

    ``new``: in a new Python. ``most``: bytes that a file may have, as on a disk that fills up.
    """
    if new or not hasattr(os, "fork"):
        done = subprocess.run(
            [sys.executable, "-m", "gatecast", *map(str, arguments)],
            cwd=cwd, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
    else:
        done = Fork(*arguments, cwd=cwd, most=most).finish()
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def python(code, *arguments, cwd="."):
    """Run a program; its modules may have been imported before."""
    return Fork(*arguments, cwd=cwd, code=code).finish()


class Fork:
    """A verb, or a program, that runs beside the test in a process of its own.

    ``streams``: files, or terminals, to read and to write output and errors to; if not given,
    ``finish`` has what was written.
    """

    def __init__(self, *arguments, cwd=".", code=None, most=None, streams=None, environment=None):
        self._arguments, self._code, self._written = arguments, None, {}
        request = {
            "arguments": [str(argument) for argument in arguments], "code": code, "most": most,
            "cwd": str(Path(cwd).absolute()), "streams": streams,
            "environment": dict(os.environ if environment is None else environment),
        }  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            if not streams:
                pipes = [f"{folder}/{name}" for name in ("output", "errors")]
                for pipe in pipes:
                    os.mkfifo(pipe)
                    self._written[os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)] = b""
                request["streams"] = [os.devnull, *pipes]
            self.pid = _ask(request, SECONDS)

    def send_signal(self, number):
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        """End it as ``kill -9`` does."""
        self.send_signal(signal.SIGKILL)

    def poll(self):
        """Give the exit code, or None while it runs."""
        return self._ended({"wait": self.pid, "long": False}, SECONDS)

    def wait(self, seconds=SECONDS):
        """Give the exit code when it has ended."""
        return self._ended({"wait": self.pid, "long": True}, seconds)

    def finish(self):
        """Wait, and give what it has written, as ``subprocess.run`` does."""
        code = self.wait()
        texts = [written.decode() for written in self._written.values()]
        return subprocess.CompletedProcess(self._arguments, code, *texts)

    def _ended(self, request, seconds):
        if self._code is None:
            self._code = _ask(request, seconds, self._written)
            if self._code is not None:
                for pipe in self._written:
                    while part := os.read(pipe, 1 << 16):
                        self._written[pipe] += part
                    os.close(pipe)
        return self._code


def _ask(request, seconds, written=()):
    """Give the server's answer; what is written into pipes meanwhile is read."""
    server = _server()
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    end, pipes = time.monotonic() + seconds, list(written)
    while True:
        ready, _, _ = select.select([server.stdout, *pipes], [], [], end - time.monotonic())
        if not ready:
            server.kill()
            _server.cache_clear()
            raise TimeoutError(f"no answer to {request} within {seconds} s")
        if server.stdout in ready:
            return json.loads(server.stdout.readline())
        for pipe in ready:
            part = os.read(pipe, 1 << 16)
            written[pipe] += part
            if not part:
                pipes.remove(pipe)


@functools.cache
def _server():
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("forking.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    atexit.register(server.communicate)  # ends it
    return server
