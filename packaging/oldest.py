"""Print the lower bounds of all dependencies, of extras and test tools too, as constraints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
#: Groups that only have to work as they are installed; the lower bounds of all others are promises.
OURS = ("docs", "lint")


def constraints(text: str) -> list[str]:
    """Give ``name==bound`` for each requirement of a ``pyproject.toml`` that has a lower bound."""
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    listed = [*project["dependencies"], *(r for g in extras if g not in OURS for r in extras[g])]
    bounds = {}
    for requirement in listed:
        match = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\w.]+)(.*)", requirement)
        if match:
            name, bound, rest = match.groups()
            bounds[name] = f"{name}=={bound}{rest}"
    return sorted(bounds.values())


if __name__ == "__main__":
    print("\n".join(constraints(PYPROJECT.read_text(encoding="utf-8"))))
