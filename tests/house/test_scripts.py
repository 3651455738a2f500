"""Scripts that the package does not import rely on what it has: a name that moves is noticed."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("benchmarks", "docs", "examples", "packaging", "pretraining")
    for path in (ROOT / folder).rglob("*.py")
    if "_build" not in path.parts and "gallery" not in path.parts
)


def lacking(text):
    """Name what a script takes from gatecast, and what is not there."""
    tree, taken, missing = ast.parse(text), {}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gatecast"):
            module = importlib.import_module(node.module)
            for name in node.names:
                if hasattr(module, name.name) or is_module(f"{node.module}.{name.name}"):
                    taken[name.asname or name.name] = getattr(module, name.name)
                else:
                    missing.append(f"{node.module}.{name.name}")
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("gatecast"):
                    module = importlib.import_module(name.name)
                    taken[name.asname or name.name] = module
    # what is read of, or changed in, a module of ours
    modules = {name: of for name, of in taken.items() if isinstance(of, type(ast))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module is not None and not hasattr(module, node.attr):
                missing.append(f"{module.__name__}.{node.attr}")
    return missing


def is_module(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_a_script_takes_from_the_package_is_there(script):
    assert lacking((ROOT / script).read_text(encoding="utf-8")) == []


def test_what_is_not_there_is_named():
    text = "from gatecast import forecaster, recipe\nforecaster.load = forecaster.Stretches"
    assert lacking(text) == ["gatecast.recipe", "gatecast.forecaster.Stretches"]
