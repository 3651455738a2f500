"""What the READMEs say can be done can be done."""

import ast
import functools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers.verbs import verbs

import gatecast
from gatecast.cli.main import app

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")


def blocks(name, language):
    """Give the fenced blocks of a language; shell blocks have none."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [code for kind, code in re.findall(r"^```([\w{}-]*)[^\n]*\n(.*?)^```", text, re.M | re.S)
            if kind == language]  # fmt: skip


@pytest.fixture(scope="module")
def experiment(tutorial):
    pytest.importorskip("statsforecast", reason="needs the extra [stats]")
    return tutorial[0]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_python_blocks_run_one_after_another(folder, monkeypatch):
    small = functools.partial(gatecast.LSTMForecaster, max_steps=20, n_networks=1, hidden=4)
    monkeypatch.setattr(gatecast, "LSTMForecaster", small, raising=False)
    space = {}
    for code in blocks("README.md", "python"):
        exec(compile(code, "README.md", "exec"), space)
    assert (folder / "air.gatecast").exists()
    assert list(space["forecast"].columns[:3]) == ["unique_id", "ds", "LSTM"]


#: What makes each verb of the READMEs cheap; the words of the READMEs stand before it.
CHEAP = {
    "forecast": "--preset fast",
    "backtest": "--models LinearAutoregression,SeasonalNaive",
    "tune": "--preset fast --n-trials 2",
}


@pytest.mark.slow
def test_commands_run_one_after_another(folder):
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    lines = [line for line in commands("README.md") if not line.startswith("python -m venv")]
    assert len(lines) == 6
    subprocess.run([sys.executable, *shlex.split(lines[0])[1:]], check=True)
    for line in lines[1:]:
        words = shlex.split(f"{line.partition('#')[0]} {CHEAP.get(line.split()[1], '')}")
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, (line, done.output, done.exception)
    assert {"air.gatecast", "gatecast-forecast.html", "gatecast-explain.html"} <= {
        path.name for path in folder.iterdir()
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", READMES)
def test_the_table_is_what_the_experiment_has(name, experiment):
    table = next(block for block in blocks(name, "") if "noise floor" in block)
    rows = {line[:38].strip(): line[38:].split() for line in table.splitlines()[2:]}
    for run in experiment.runs:
        train, test = map(float, rows.pop(str(run.label)))
        # another SIMD level rounds another way
        assert (train, test) == pytest.approx((run.train_rmse, run.test_rmse), abs=2e-3)
    (floor,) = rows.pop("noise floor")
    assert float(floor) == pytest.approx(experiment.noise_floor, abs=1e-4)
    assert rows == {}


def test_both_readmes_have_the_same_blocks():
    one, other = (
        [ast.unparse(ast.parse(code)) for code in blocks(name, "python")] for name in READMES
    )
    assert one == other
    one, other = ({line.partition("#")[0].strip() for line in commands(n)} for n in READMES)
    assert other <= one


def commands(name):
    text = "\n".join(blocks(name, "") + blocks(name, "{code-cell}"))
    text = re.sub(r"\\\n\s*", "", text)  # a command that goes on in the next line
    return re.findall(r"^(?:\$ |!)?((?:gatecast|python|make) .*)$", text, re.M)


PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("[a-z]*/*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "benchmarks/README.md", *PAGES])
def test_commands_can_be_parsed_and_files_are_there(name):
    parsers = verbs()
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = commands(name) + re.findall(r"`(gatecast [^`]*)`", text)
    for line in lines:
        words = shlex.split(line.replace("\n", " "), comments=True)
        words = words[: words.index(">")] if ">" in words else words  # the rest is the shell's
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.M), line
        elif words[0] == "gatecast" and len(words) > 2 and "--help" not in words:
            verb = parsers[words[1]]
            verb.make_context(words[1], words[2:])
    for path in re.findall(r"[\w./-]*\w/[\w-]+\.(?:md|py|h|cpp)\b|(?<!\S)`?[A-Z]+\.md\b", text):
        places = (ROOT / path.strip("`"), (ROOT / name).parent / path.strip("`"))
        assert any(place.exists() for place in places), path
