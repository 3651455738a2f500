"""Print the wheel of dist/ that ``make demo`` installs instead of compiling, if there is one.

It fits the Python that runs this, and no source is newer than it. Where there is none, nothing is
printed on standard output and the reason on standard error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

ROOT = Path(__file__).parents[1]


def for_this_python(dist: Path) -> Path | None:
    """Give the wheel that pip would take from a folder."""
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
        "--no-deps", "--no-index", "--find-links", str(dist), "--only-binary", ":all:",
        "--report", "-", "gatecast",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    url = json.loads(done.stdout)["install"][0]["download_info"]["url"]
    return Path(url2pathname(urlsplit(url).path))


def sources(root: Path) -> Iterator[Path]:
    """Go through the files that a wheel is made of."""
    yield from (root / "pyproject.toml", root / "CMakeLists.txt")
    for folder in ("native", "src"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.suffix not in (".pyc", ".so"):
                yield path


def fitting(root: Path) -> tuple[Path | None, str]:
    """Give the wheel, or none and why."""
    wheel = for_this_python(root / "dist")
    if wheel is None:
        return None, f"no wheel in {root / 'dist'} fits this Python {sys.version.split()[0]}"
    made = wheel.stat().st_mtime
    newer = next((path for path in sources(root) if path.stat().st_mtime > made), None)
    if newer is not None:
        changed = newer.relative_to(root)
        return None, f"{changed} is newer than {wheel.name} (touch the wheel to take it)"
    return wheel, ""


if __name__ == "__main__":
    wheel, reason = fitting(ROOT)
    if wheel is None:
        print(f"{reason}: the kernel is compiled", file=sys.stderr)
    else:
        print(wheel)
