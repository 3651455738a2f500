"""A terminal of 80 columns, and a verb of the command line in it."""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

from rich.cells import cell_len

#: Make standard error the terminal that Ctrl-C comes from, and become the command.
_TAKE = """
import fcntl, os, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
#: Colours, cursor movements, erasures.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")


class Terminal:
    """Run ``python ...`` with its errors, and its output too if asked for, on a terminal."""

    def __init__(self, *arguments, cwd, output_too=False, columns=80, **environment):
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._piped = None if output_too else tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end
        wanted = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
        hidden = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE, *map(str, arguments)],
            cwd=cwd, stdin=slave, stderr=slave, stdout=self._piped or slave,
            start_new_session=True,
            env={k: v for k, v in os.environ.items() if k not in hidden} | wanted,
        )  # fmt: skip
        os.close(slave)
        self._master, self._raw = master, b""

    @classmethod
    def gatecast(cls, *arguments, **options):
        """Run a verb."""
        return cls("-m", "gatecast", *arguments, **options)

    @property
    def text(self):
        """Everything that was shown so far, without colours and movements of the cursor."""
        return _CONTROL.sub("", self._raw.decode(errors="replace"))

    @property
    def lines(self):
        """What was shown, a line each; a bar counts anew each time that it was drawn."""
        return [line.rstrip() for line in re.split(r"[\r\n]+", self.text) if line.strip()]

    @property
    def too_wide(self):
        """Lines that reached over the edge."""
        return [line for line in self.lines if cell_len(line) > 80]

    def wait_for(self, pattern, timeout=60):
        """Read until a pattern was shown."""
        self._read(lambda: re.search(pattern, self.text), timeout)
        assert re.search(pattern, self.text), self.text

    def press_ctrl_c(self):
        """Press Ctrl-C, as a user would."""
        os.write(self._master, b"\x03")

    def finish(self, code=0, timeout=100):
        """Read to the end; the exit code must be the one that is wanted. Give the piped output."""
        try:
            self._read(lambda: False, timeout)
            assert self._process.wait(10) == code, self.text
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
            self._process.wait()
            os.close(self._master)
        assert "Traceback" not in self.text, self.text
        if self._piped is None:
            return None
        with self._piped as file:
            file.seek(0)
            return file.read().decode()

    def _read(self, enough, timeout):
        end = time.monotonic() + timeout
        while not enough():
            assert time.monotonic() < end, self.text
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if not ready:
                continue
            try:
                part = os.read(self._master, 65536)
            except OSError:  # the last process closed its end
                return
            if not part:
                return
            self._raw += part
