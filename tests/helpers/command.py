"""The command line as scripts meet it: a process, its output, its exit code."""

import subprocess
import sys


def gatecast(*arguments, cwd, code=0):
    """Run a verb, in pipes; the exit code must be the one that is wanted."""
    done = subprocess.run(
        [sys.executable, "-m", "gatecast", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done
