"""What the READMEs say can be done can be done."""

import ast
import functools
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer

import gatecast
from gatecast.cli.main import app

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")


def blocks(name, language):
    """Give the fenced blocks of a language; shell blocks have none."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [code for kind, code in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)
            if kind == language]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The files of one's own that a block speaks of."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=104)
    sales = pd.DataFrame({"day": days, "promo": np.arange(104) % 5 == 0, "region": "north"})
    sales.insert(1, "sold", 20 + 5 * sales["promo"] + rng.normal(size=104))
    sales[:90].to_csv(tmp_path / "sales.csv", index=False)
    sales[90:].drop(columns="sold").to_csv(tmp_path / "plan.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_python_blocks_run_one_after_another(folder, monkeypatch):
    small = functools.partial(gatecast.LSTMForecaster, max_steps=20, n_networks=1, hidden=4)
    monkeypatch.setattr(gatecast, "LSTMForecaster", small, raising=False)
    space = {}
    for code in blocks("README.md", "python"):
        if "gc.tune" in code:
            pytest.importorskip("optuna", reason="needs the extra [tune]")
            assert "n_trials=50" in code
            code = code.replace("n_trials=50", "n_trials=2")
        exec(compile(code, "README.md", "exec"), space)
    assert (folder / "air.gatecast").exists()


def test_both_readmes_have_the_same_blocks():
    one, other = (
        [ast.unparse(ast.parse(code)) for code in blocks(name, "python")] for name in READMES
    )
    assert one == other
    one, other = ({line.partition("#")[0].strip() for line in commands(n)} for n in READMES)
    assert other <= one


def commands(name):
    text = "\n".join(blocks(name, ""))
    return re.findall(r"^(?:\$ )?((?:gatecast|python|make) .*)$", text, re.M)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "benchmarks/README.md"])
def test_commands_can_be_parsed_and_files_are_there(name):
    parser = typer.main.get_command(app)
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = commands(name) + re.findall(r"`(gatecast [^`]*)`", text)
    for line in lines:
        words = shlex.split(line.replace("\n", " "), comments=True)
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.M), line
        elif words[0] == "gatecast" and len(words) > 2 and "--help" not in words:
            verb = parser.commands[words[1]]
            verb.make_context(words[1], words[2:])
    for path in re.findall(r"[\w./-]*\w/[\w-]+\.(?:md|py|h|cpp)\b|(?<!\S)`?[A-Z]+\.md\b", text):
        places = (ROOT / path.strip("`"), (ROOT / name).parent / path.strip("`"))
        assert any(place.exists() for place in places), path
