"""The house keeps its order: floors, sizes, documentation, the field's words."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house import rules


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_nothing_is_added_to_what_is_still_out_of_order(rule):
    limits = rules.allowed()[rule.__name__]
    added = {k: n for k, n in rule().items() if n > limits.get(k, 0)}
    assert added == {}, f"{rule.__doc__} New, or more than the {limits} that are allowed: {added}"


SAMPLE = {
    "messages.catalog.low": 'TEXTS = {"a": ("the times are {x}", "")}',
    "": '__all__ = ["shown"]',
    "data.low": """
from gatecast.forecaster import high
def _inner(): pass
""",
    "forecaster.high": f'''
from gatecast.data.low import _inner
__all__ = ["shown", "other"]
def shown(a, told) -> int:
    """Show."""
    if a.startswith("times are"):
        raise DataError("the times are" + a)
    raise ValueError
def other() -> None:
    """Do.{"  pass" * 3}"""
    found = shown(1, 2)._secret + shown._replace()
{"    other()" + chr(10)}'''
    + "    other()\n" * 60,
}


@pytest.fixture
def sample(monkeypatch):
    trees = {name: ast.parse(text) for name, text in SAMPLE.items()}
    monkeypatch.setattr(rules, "modules", lambda: trees)
    rules._sentences.cache_clear()
    yield
    rules._sentences.cache_clear()


def test_each_rule_finds_what_it_is_there_for(sample):
    assert rules.upward_imports() == {"data.low -> forecaster.high": 1}
    assert rules.circles() == {"data.low <-> forecaster.high": 1}
    assert rules.private_access() == {"_inner": 1, "_secret": 1}
    assert rules.undocumented() == {
        "shown: Parameters": 1, "shown: Returns": 1, "shown: Raises": 1,
    }  # fmt: skip
    assert rules.own_words() == {"told": 1, "found": 1}
    assert rules.long_functions() == {"other": 63}
    assert rules.errors_as_text() == {"forecaster": 1}
    assert rules.sentences_read() == {"forecaster.high: times are": 1}


def test_the_command_line_starts_without_what_takes_long_to_import():
    code = "import sys, gatecast.cli.main; print({'numpy', 'pandas', 'rich'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "set()\n", done.stderr


TEXT_ALONE = """
import sys
from pathlib import Path
from gatecast.cli.inputs import without_pyarrow

for files in ["a.csv", "a.parquet"], ["a.csv", "b.txt"]:
    without_pyarrow(None, *map(Path, files))
    print(sorted({"pandas", "pyarrow"} & {*sys.modules}))
import pyarrow.parquet
"""


def test_pandas_is_imported_without_pyarrow_where_all_files_are_text():
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
    done = subprocess.run([sys.executable, "-c", TEXT_ALONE], capture_output=True, text=True)
    assert done.stdout == "[]\n['pandas']\n", done.stderr
    assert done.returncode == 0, done.stderr


def test_the_way_of_a_series_names_rooms_that_are_there():
    root = Path(__file__).parents[2]
    drawn = (root / "CONTRIBUTING.md").read_text().split("### The way of a series")[1]
    named = re.findall(r"[a-z_]+(?:/[a-z_]+)+(?:\.h)?", drawn.split("```")[1])
    assert len(named) > 15
    rooms = [
        root / name if name.endswith(".h") else root / f"src/gatecast/{name}.py" for name in named
    ]
    assert [str(room) for room in rooms if not room.exists()] == []


def test_the_command_line_parses_calls_and_prints():
    # what a function of it does, without its options and docstring, is under 40 lines
    long = {}
    for name, tree in rules.modules().items():
        for node in ast.walk(tree) if name.startswith("cli.") else ():
            if isinstance(node, ast.FunctionDef):
                body = node.body[ast.get_docstring(node) is not None :]
                lines = node.end_lineno - body[0].lineno + 1 if body else 0
                long |= {f"{name}.{node.name}": lines} if lines >= 40 else {}
    assert long == {}
