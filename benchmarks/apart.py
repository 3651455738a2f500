"""Run a measurement in a process of its own, so that its memory and processor time are too."""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["Found", "apart", "cpu_seconds", "peak"]

#: Figures, or why there are none.
Found: TypeAlias = "tuple[float, ...] | str"


def peak() -> float:
    """Give the most memory that this process has held, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def cpu_seconds(*command: str, cwd: Path | None = None, **environment: str) -> float:
    """Run a command, and give the processor time that it took; Python keeps what it compiles."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, cwd=cwd, env=env | environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return usage.ru_utime + usage.ru_stime


def apart(run: Callable[..., None], *arguments: Any, limit: float | None = None) -> Found:
    """Run in a new process, for ``limit`` seconds at most; ``run`` sends figures to its first."""
    spawn = multiprocessing.get_context("spawn")
    receive, send = spawn.Pipe(duplex=False)
    process = spawn.Process(target=run, args=(send, *arguments))
    process.start()
    send.close()
    found: Found = f"not finished within {limit:g} s" if limit is not None else ""
    try:
        if receive.poll(limit):
            found = receive.recv()
        else:
            process.terminate()
    except EOFError:  # it has said why on stderr
        found = "failed"
    process.join()
    return found
