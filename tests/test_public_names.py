"""What users import comes, when it is first used, from where type checkers find it."""

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

import gatecast

#: The imports that type checkers read: names and their modules.
HOMES = {
    alias.asname or alias.name: node.module
    for node in ast.walk(ast.parse(Path(gatecast.__file__).read_text(encoding="utf-8")))
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gatecast.")
    for alias in node.names
}


def test_every_public_name_has_its_home():
    assert {"LSTMForecaster", "backtest", "load", "tune"} <= HOMES.keys()
    assert sorted(gatecast.__all__) == sorted({"__version__", *HOMES})
    assert set(gatecast.__all__) <= set(dir(gatecast))


@pytest.mark.parametrize("name", HOMES)
def test_a_name_is_what_its_home_has(name):
    there = getattr(gatecast, name)
    home = getattr(importlib.import_module(HOMES[name]), name)
    assert home.__name__ == name
    if isinstance(there, ModuleType):  # a package that is called by the name of its function
        assert there.__name__ == f"gatecast.{name}"
        with pytest.raises(TypeError, match=f"(?i){name}.*missing"):
            there()
    else:
        assert there is home
    assert there.__doc__


def test_a_name_that_is_not_there_is_said():
    with pytest.raises(AttributeError, match="no attribute 'forecast_everything'"):
        _ = gatecast.forecast_everything
