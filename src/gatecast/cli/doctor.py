"""``gatecast doctor``: what gatecast runs on here, for a report of what goes wrong."""

from __future__ import annotations

import importlib.util
import platform
import sys
from typing import Any

import click

from gatecast.cli.options import JSON

__all__ = ["doctor"]

#: What each extra brings, by its name and its import name.
EXTRAS = {
    "stats": ("statsforecast", "statsforecast"),
    "tune": ("optuna", "optuna"),
    "plot": ("matplotlib", "matplotlib"),
    "holidays": ("holidays", "holidays"),
    "sktime": ("sktime", "sktime"),
    "sklearn": ("scikit-learn", "sklearn"),
    "keras": ("h5py", "h5py"),
    "onnx": ("onnx", "onnx"),
    "parquet": ("pyarrow", "pyarrow"),
    "serve": ("uvicorn", "uvicorn"),
    "mcp": ("mcp", "mcp"),
    "mlflow": ("mlflow-skinny", "mlflow"),
}
NEEDED = ("numpy", "pandas", "narwhals", "safetensors", "jinja2", "rich", "click")


@click.command()
@JSON
def doctor(as_json: bool) -> None:
    """Say versions, threads and extras, and check the kernel.

    The kernel's gradients are held against those of its NumPy twin.
    """
    from gatecast.cli.console import answer, working
    from gatecast.cli.outputs import emit_json

    with working("checking"):
        facts = _facts()
    if as_json:
        emit_json(facts)
    else:
        width = max(map(len, facts))
        answer(*(f"{name:{width}}  {value}" for name, value in facts.items()))
    if facts["largest difference"] > 1e-12:
        sys.exit(1)


def _facts() -> dict[str, Any]:
    from importlib import metadata

    from gatecast import __version__
    from gatecast.kernel import native
    from gatecast.network.processors import available_threads

    facts: dict[str, Any] = {
        "gatecast": __version__,
        "Python": platform.python_version(),
        "system": platform.platform(),
        "SIMD level": native.simd_level(),
        "SIMD levels": ", ".join(native.simd_levels()),
        "threads": available_threads(),
        "largest difference": _difference(),
    }
    facts |= {name: metadata.version(name) for name in NEEDED}
    for extra, (package, module) in EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        facts[f"[{extra}]"] = (
            f"{package} {metadata.version(package)}"
            if there
            else f"not installed: pip install 'gatecast[{extra}]'"
        )
    return facts


def _difference() -> float:
    """Give the largest difference between the kernel's gradients and those of its NumPy twin."""
    import numpy as np

    from gatecast.kernel import Layout, native, reference

    rng = np.random.default_rng(0)
    layout = Layout(inputs=2, hidden=9, outputs=2, layers=2)
    theta = rng.normal(size=layout.size) / 3
    x, y = rng.normal(size=(20, 12, 2)), rng.normal(size=(20, 12, 2))
    ours, twin = (kernel.gradients(layout, theta, x, y).theta for kernel in (native, reference))
    return float(np.abs(ours - twin).max())
