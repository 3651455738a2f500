"""The environment of the libraries that gatecast is measured beside, apart from gatecast's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__all__ = ["ENVIRONMENT", "peers_python"]

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".peers"


def peers_python(folder: Path, *needed: str) -> Path:
    """Give the Python of the peers' environment, with what is needed; all peers if not said.

    The environment is built, and a library installed, where it is not there yet.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"building the peers' environment in {folder} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    lines = (HERE / "requirements.txt").read_text().splitlines()
    for line in lines:
        name, _, version = line.partition("==")
        if not version or (needed and name not in needed):
            continue
        record = f"{name.replace('-', '_')}-{version}*.dist-info"
        if not any(folder.glob(f"lib/python*/site-packages/{record}")):
            print(f"installing {line} in {folder} ...", file=sys.stderr)
            subprocess.run([python, "-m", "pip", "install", "--quiet", line], check=True)
    return python
