"""What is written in which order: nothing that fails may cost a forecast or move a model on."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.command import Fork, gatecast

from gatecast import LSTMForecaster
from gatecast.cli.outputs import check_outputs
from gatecast.datasets import air_passengers
from gatecast.errors import NotFoundError, UsageError

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """A model, the rows it has seen, and the row that follows."""
    frame = air_passengers().drop(columns="unique_id")
    frame[:-1].to_csv(tmp_path / "old.csv", index=False)
    frame[-1:].to_csv(tmp_path / "new.csv", index=False)
    model = LSTMForecaster(h=3, max_steps=5, n_networks=1, hidden=4).fit(frame[:-1])
    model.save(tmp_path / "model")
    model.update(frame[-1:]).predict().to_csv(tmp_path / "right.csv", index=False)
    return tmp_path


def assert_forecast(table, folder):
    """Compare with the library's forecast; the command line writes six digits."""
    right = pd.read_csv(folder / "right.csv")
    pd.testing.assert_frame_equal(pd.read_csv(table), right, rtol=1e-5)


def test_a_model_does_not_move_on_when_nobody_hears_its_forecast(folder):
    before = (folder / "model").read_bytes()
    closed, pipe = os.pipe()
    os.close(closed)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        for case, stdout in {"Broken pipe": pipe, "No space left": full}.items():
            done = subprocess.run(
                [sys.executable, "-m", "gatecast", "update", "model", "new.csv"],
                cwd=folder, stdout=stdout, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert done.returncode == 2
            assert "Exception ignored" not in done.stderr
            assert f"cannot write the result to stdout: {case}" in done.stderr
    os.close(pipe)
    command = f'"{sys.executable}" -m gatecast update model new.csv >&-'
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 2
    assert "stdout: it is closed" in done.stderr
    assert (folder / "model").read_bytes() == before
    done = gatecast("update", "model", "new.csv", cwd=folder)
    assert_forecast(io.StringIO(done.stdout), folder)


def test_a_model_does_not_move_on_when_its_forecast_has_no_place(folder):
    before = (folder / "model").read_bytes()
    done = gatecast("update", "model", "new.csv", "-o", "model", cwd=folder, code=2)
    assert '--output "model" would be written over what is read by' in done.stderr
    done = gatecast("update", "model", "new.csv", "-o", "f.csv", cwd=folder, code=2, most=9)
    assert 'cannot write "f.csv": File too large' in done.stderr
    # the forecast has room, the model has none: it says so, and can be run again
    done = gatecast("update", "model", "new.csv", "-o", "f.csv", cwd=folder, code=2, most=999)
    assert 'cannot write "model": File too large' in done.stderr
    assert_forecast(folder / "f.csv", folder)
    assert (folder / "model").read_bytes() == before
    names = {"model", "new.csv", "old.csv", "right.csv"}
    assert {p.name for p in folder.iterdir()} == names | {"f.csv"}
    gatecast("update", "model", "new.csv", "-o", "f.csv", cwd=folder)
    assert_forecast(folder / "f.csv", folder)
    assert (folder / "model").read_bytes() != before


ROOM = 160_000  # enough for a table and a model, too little for a glass box
NO_ROOM = 40_000  # too little for any page


def test_a_page_that_cannot_be_written_costs_no_forecast(folder, monkeypatch):
    # the weights of the pretrained network would not leave room for the model
    args = ("forecast", "old.csv", "--h", 3, "--save", "new", "--pretrained", "no")
    done = gatecast(*args, "--glass", cwd=folder, code=2, most=ROOM)
    assert 'cannot write "gatecast-forecast-glass.html": File too large' in done.stderr
    assert "Page:" not in done.stderr
    forecast = done.stdout
    assert pd.read_csv(folder / "old.csv")["y"].size == 143
    assert forecast.count("\n") == 4
    assert gatecast("predict", "new", cwd=folder).stdout == forecast
    (folder / "new").unlink()

    done = gatecast(*args, "--glass", "--json", "-o", "f.csv", cwd=folder, code=2, most=ROOM)
    found = json.loads(done.stdout)
    assert found["report"] is found["glass"] is None
    assert found["model"] == "new"
    # a file has every digit, a terminal six
    printed = pd.read_csv(io.StringIO(forecast))
    pd.testing.assert_frame_equal(pd.read_csv(folder / "f.csv"), printed, rtol=1e-5)
    assert len(found["forecast"]) == 3

    for page in folder.glob("*.html"):  # the glass box had room
        page.unlink()
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    done = gatecast(*args, "--json", "--no-report", cwd=folder, new=True)
    assert json.loads(done.stdout) == {**found, "output": None}
    assert " pandas.core.frame\n" in done.stderr
    assert " pyarrow.lib\n" not in done.stderr  # no file is Parquet
    assert not [*folder.glob("*.html")]


def test_a_model_that_cannot_be_saved_costs_no_forecast(folder):
    args = ("forecast", "old.csv", "--h", 3, "--save", "new", "--no-report", "-o", "f.csv")
    done = gatecast(*args, "--hidden", 4, cwd=folder, code=2, most=1000)
    assert 'cannot write "new": File too large' in done.stderr
    assert "Model:" not in done.stderr
    assert len(pd.read_csv(folder / "f.csv")) == 3
    assert not (folder / "new").exists()


def test_no_input_is_written_over_and_no_place_is_named_twice(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "link").symlink_to("old.csv")
    inputs = ["new.csv", None, "old.csv"]
    check_outputs({"--output": Path("f.csv"), "--save": None, "--report": Path("p.html")}, inputs)
    for name in ("old.csv", "./new.csv", "link", folder / "old.csv"):
        with pytest.raises(UsageError, match=r"--save .* would be written over what is read by"):
            check_outputs({"--output": Path("f.csv"), "--save": Path(name)}, inputs)
    with pytest.raises(UsageError, match=r'--report "a" .* over what --output names'):
        check_outputs({"--output": Path("./a"), "--report": Path("a")})
    with pytest.raises(NotFoundError, match="there is no folder"):
        check_outputs({"--output": Path("missing/f.csv")})
    with pytest.raises(UsageError, match="it is a folder"):
        check_outputs({"--output": Path()})
    before = (folder / "old.csv").read_bytes()
    gatecast("forecast", "old.csv", "--h", 3, "-o", "old.csv", cwd=folder, code=2)
    assert (folder / "old.csv").read_bytes() == before


def test_a_backtest_and_a_search_are_printed_before_their_pages(folder):
    rng = np.random.default_rng(0)
    pd.DataFrame({"y": rng.normal(size=80)}).to_csv(folder / "short.csv", index=False)
    args = ("backtest", "short.csv", "--h", 2, "--models", "Naive,SeasonalNaive", "-o", "f.csv")
    done = gatecast(*args, cwd=folder, code=2, most=NO_ROOM)
    assert "Naive" in done.stdout
    assert 'cannot write "gatecast-backtest.html"' in done.stderr
    assert len(pd.read_csv(folder / "f.csv"))
    assert_finished_without_a_reader(args, "backtest", folder)
    args = ("forecast", "short.csv", "--h", 2, "--model", "naive")
    assert_finished_without_a_reader(args, "forecast", folder)

    search = [f"--space={setting}" for setting in ("hidden=2", "max_steps=5", "n_networks=1")]
    args = ("tune", "short.csv", "--h", 2, "--n-trials", 1, *search)
    assert_finished_without_a_reader(args, "tune", folder)
    args = (*args, "--json")
    done = gatecast(*args, cwd=folder, code=2, most=NO_ROOM)
    assert 'cannot write "gatecast-tune' in done.stderr
    found = json.loads(done.stdout)
    assert found["settings"]
    assert found["report"] is found["glass"] is None


def assert_finished_without_a_reader(args, verb, folder):
    """Run a verb whose stdout takes nothing: the page and the script are there all the same."""
    streams = [os.devnull, "/dev/full", str(folder / "errors")]
    code = Fork(*args, "--script", "again.py", cwd=folder, streams=streams).wait()
    errors = (folder / "errors").read_text()
    assert code == 2, errors
    assert "Script: again.py" in errors
    assert f"Page: gatecast-{verb}.html" in errors
    assert "gatecast: cannot write the result to stdout: No space left" in errors
    for name in ("again.py", f"gatecast-{verb}.html"):
        (folder / name).unlink()
