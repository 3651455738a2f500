"""Folders of Parquet files on the command line: fit on a sample, forecast, go on, Ctrl-C."""

import runpy
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from click.testing import CliRunner

import gatecast as gc
from gatecast.cli.main import app
from gatecast.errors import UsageError


@pytest.fixture
def data(tmp_path):
    (tmp_path / "in").mkdir()
    for k in range(3):
        rows = [
            {"unique_id": f"s{k}{i}", "ds": day, "y": 10 + i + (j * 7 + i) % 5}
            for i in range(4)
            for j, day in enumerate(pd.date_range("2024-01-01", periods=30))
        ]
        pd.DataFrame(rows).to_parquet(tmp_path / "in" / f"{k}.parquet", index=False)
    return tmp_path


QUICK = "--max-steps 5 --n-networks 1 --hidden 4 --pretrained no"


def run(command):
    """Run a verb in this process; an error of ours is raised."""
    done = CliRunner().invoke(app, command.split())
    if done.exception is not None:
        raise done.exception
    return done


def test_a_folder_is_learnt_from_forecast_and_gone_on_with(data, monkeypatch):
    monkeypatch.chdir(data)
    options = f"forecast in --h 3 --output out --save m.gatecast --script again.py {QUICK}"
    done = run(options)
    assert done.stdout == ""
    assert "learned on all 12 series in 3 files" in done.stderr
    assert "12 series forecast in 3 files, of which 0 were there" in done.stderr
    expected = gc.load(data / "m.gatecast").predict(str(data / "in"))
    written = pd.concat([pd.read_parquet(p) for p in sorted((data / "out").iterdir())])
    pd.testing.assert_frame_equal(
        written.reset_index(drop=True), expected, check_exact=True, check_dtype=False
    )
    (data / "out" / "1.parquet").unlink()
    with pytest.raises(UsageError, match="is not empty"):
        run("predict m.gatecast in --output out")
    assert "of which 2 were there" in run("predict m.gatecast in --output out --resume").stderr
    (data / "out").rename(data / "first")
    runpy.run_path("again.py")
    for file in (data / "first").iterdir():
        pd.testing.assert_frame_equal(
            pd.read_parquet(file), pd.read_parquet(data / "out" / file.name), check_exact=True
        )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("in", "forecasts of a folder go to a folder"),
        ("in --output out --json", "--json is for one table"),
        ("in --output out --model Naive", "--model Naive is for one table"),
        ("in --output out --futr-file x.csv", "--futr-file is for one table"),
        ("in/0.parquet --resume", "is for folders of Parquet files"),
    ],
)
def test_what_is_for_one_table_is_refused_of_a_folder(data, monkeypatch, options, sentence):
    monkeypatch.chdir(data)
    with pytest.raises(UsageError, match=sentence):
        run(f"forecast {options} --h 3 {QUICK}")
    assert not (data / "out").exists()


def test_ctrl_c_leaves_whole_files_and_its_code(data, monkeypatch):
    model = gc.LSTMForecaster(3, max_steps=5, n_networks=1, hidden=4, pretrained=False)
    model.fit(data / "in").save(data / "m.gatecast")
    part = pd.read_parquet(data / "in" / "0.parquet")
    for k in range(3, 30):
        named = part["unique_id"].str.replace("s0", f"t{k:02}")
        part.assign(unique_id=named).to_parquet(data / "in" / f"{k:02}.parquet", index=False)
    command = [sys.executable, "-m", "gatecast", "predict", "m.gatecast", "in", "-o", "out"]
    running = subprocess.Popen(command, cwd=data, stderr=subprocess.PIPE, text=True)
    out = data / "out"
    while running.poll() is None and not (out.exists() and any(out.glob("*.parquet"))):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, text = running.communicate(timeout=60)
    assert (running.returncode, text.splitlines()[-1]) == (130, "gatecast: stopped")
    left = [p.name for p in out.iterdir()]
    assert 0 < len(left) < 30
    assert all(name.endswith(".parquet") and name[0] != "." for name in left)
    for name in left:
        assert len(pd.read_parquet(out / name)) == 12
    monkeypatch.chdir(data)
    done = run("predict m.gatecast in -o out --resume")
    assert f"120 series forecast in 30 files, of which {len(left)} were there" in done.stderr
