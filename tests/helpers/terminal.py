"""A terminal of 80 columns, and a verb of the command line in it."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from rich.cells import cell_len

from helpers.command import Fork

#: Colours, cursor movements, erasures.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")


class Terminal:
    """Run a verb with its errors on one terminal, and its output on another.

    It comes from a Python that has imported what verbs need, unless there are options for Python:
    a new one then.
    """

    def __init__(self, *arguments, cwd, options=(), columns=80, **environment):
        (self._errors, errors), (self._output, output) = os.openpty(), os.openpty()
        for end in (errors, output):
            fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        modes = termios.tcgetattr(errors)
        modes[3] |= termios.NOFLSH  # Ctrl-C drops nothing that is on its way to the reader
        termios.tcsetattr(errors, termios.TCSANOW, modes)
        wanted = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
        hidden = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI", "PYTHONWARNINGS")
        env = {k: v for k, v in os.environ.items() if k not in hidden} | wanted
        if options:
            leader = Path(__file__).with_name("leader.py")
            words = [sys.executable, leader, *options, "-m", "gatecast", *arguments]
            self._process = subprocess.Popen(
                list(map(str, words)), cwd=cwd, stdin=errors, stderr=errors, stdout=output,
                start_new_session=True, env=env,
            )  # fmt: skip
        else:
            streams = [os.ttyname(end) for end in (errors, output, errors)]
            self._process = Fork(*arguments, cwd=cwd, streams=streams, environment=env)
        os.close(errors), os.close(output)
        self._raw = {self._errors: b"", self._output: b""}
        self._open = [self._errors, self._output]

    @property
    def errors(self):
        """What stderr has shown so far, without colours and movements of the cursor."""
        return self._shown(self._errors)

    @property
    def output(self):
        """What stdout has shown so far."""
        return self._shown(self._output)

    @property
    def lines(self):
        """What stderr has shown, a line each; a bar counts anew each time that it was drawn."""
        return [line.rstrip() for line in self.errors.splitlines() if line.strip()]

    @property
    def too_wide(self):
        """Lines that reached over the edge."""
        lines = [*self.lines, *self.output.splitlines()]
        return [line for line in lines if cell_len(line.rstrip()) > 80]

    def wait_for(self, pattern, timeout=100):
        """Read until stderr has shown a pattern."""
        self._read(lambda: re.search(pattern, self.errors), timeout)
        assert re.search(pattern, self.errors), self.errors

    def press_ctrl_c(self):
        """Press Ctrl-C, as a user would."""
        os.write(self._errors, b"\x03")

    def finish(self, code=0, timeout=100):
        """Read to the end; the exit code must be the one that is wanted."""
        try:
            self._read(lambda: False, timeout)
            os.kill(self._process.pid, signal.SIGTERM)  # see helpers.leader
            assert self._process.wait(10) == code, self.errors
        finally:
            with contextlib.suppress(OSError):  # all have ended
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            os.close(self._errors), os.close(self._output)
        assert "Traceback" not in self.errors + self.output, self.errors

    def _shown(self, end):
        text = _CONTROL.sub("", self._raw[end].decode(errors="replace"))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _read(self, enough, timeout):
        end = time.monotonic() + timeout
        while self._open and not enough():
            assert time.monotonic() < end, self.errors
            for ready in select.select(self._open, [], [], 0.2)[0]:
                try:
                    part = os.read(ready, 65536)
                except OSError:  # the last process closed its end
                    part = b""
                self._raw[ready] += part
                if not part:
                    self._open.remove(ready)
