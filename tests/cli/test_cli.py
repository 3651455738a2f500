"""The command line as its user meets it: a process, its output, its exit code."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from gatecast.datasets import air_passengers


def gatecast(*arguments, cwd, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "gatecast", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def passengers(tmp_path):
    frame = air_passengers().drop(columns="unique_id")
    frame.columns = ["month", "passengers"]
    frame.to_csv(tmp_path / "air.csv", index=False)
    return tmp_path / "air.csv"


def test_demo_prints_one_document(tmp_path):
    found = json.loads(gatecast("demo", "--json", cwd=tmp_path).stdout)
    assert 0.640 < found["tutorial"]["test_rmse"] < 0.660
    assert 0.0143 < found["tutorial"]["loss"][-1] < 0.0152
    assert found["sequences"]["test_rmse"] <= 0.498
    assert {"test_rmse", "train_rmse"} <= set(found["naive"])
    assert found["noise_floor"]["test_rmse"] == pytest.approx(0.4948, abs=5e-5)
    assert found["sarima"] is None or found["sarima"]["test_rmse"] < 0.501
    assert found["report"] == "gatecast-demo.html"
    page = (tmp_path / "gatecast-demo.html").read_bytes()
    assert page.startswith(b"<!DOCTYPE html>")
    assert len(page) < 6_000_000
    if found["picture"] is not None:
        assert (tmp_path / found["picture"]).read_bytes().startswith(b"\x89PNG")


def test_demo_table_fits_a_terminal(tmp_path):
    done = gatecast("demo", "-o", "page.html", cwd=tmp_path)
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 80
    for text in ("as the tutorial has it", "noise floor", "0.4948", "Loss by epoch", "page.html"):
        assert text in done.stdout
    assert done.stderr == ""  # no progress where nobody watches


def test_forecast_goes_to_stdout_and_nothing_else_does(passengers):
    done = gatecast("forecast", passengers, "--h", 12, cwd=passengers.parent)
    lines = done.stdout.splitlines()
    assert lines[0] == "month,LSTM"
    assert len(lines) == 13
    assert lines[1].startswith("1961-01-01,")
    assert "logarithms" in done.stderr
    assert (passengers.parent / "gatecast-forecast.html").exists()


def test_forecast_to_a_file_and_as_json(passengers):
    done = gatecast(
        "forecast", passengers, "--h", 3, "-o", "out.csv", "--report", "r.html", "--json",
        cwd=passengers.parent,
    )  # fmt: skip
    found = json.loads(done.stdout)
    table = pd.read_csv(passengers.parent / "out.csv", float_precision="round_trip")
    assert [row["LSTM"] for row in found["forecast"]] == table["LSTM"].tolist()
    assert found["forecast"][0]["month"] == "1961-01-01T00:00:00"
    assert found["report"] == "r.html"
    assert any("monthly" in sentence for sentence in found["decisions"])


@pytest.mark.parametrize(
    ("text", "options", "code", "sentence"),
    [
        (None, [], 4, "shop.csv"),
        ("day,sold\n2024-01-01,3\n2024-01-02,four\n2024-01-03,5\n", [], 5, "four"),
        ("day,sold\n2024-01-01,3\n2024-01-02,4\n2024-01-03,5\n", [], 5, "at least"),
        ("day,sold\n2024-01-01,3\n", ["--target-col", "price"], 4, "price"),
        ("", [], 5, "shop.csv"),
        ("day,sold\n", [], 5, "row"),
        ("day,sold\n2024-01-01,3\n2024-01-02,4\n", ["--freq", "fortnight"], 2, "fortnight"),
    ],
    ids=["no file", "text", "short", "column", "empty", "header only", "frequency"],
)
def test_what_cannot_be_used_is_one_sentence_and_a_code(tmp_path, text, options, code, sentence):
    if text is not None:
        (tmp_path / "shop.csv").write_text(text)
    done = gatecast("forecast", "shop.csv", "--h", 5, *options, cwd=tmp_path, code=code)
    assert done.stdout == ""
    assert done.stderr.startswith("gatecast: ")
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr
    assert not (tmp_path / "gatecast-forecast.html").exists()


def test_usage_is_explained(tmp_path):
    assert "--h" in gatecast("forecast", "x.csv", cwd=tmp_path, code=2).stderr
    assert "No such command" in gatecast("tell", cwd=tmp_path, code=2).stderr
    assert "h=0" in gatecast("forecast", "x.csv", "--h", 0, cwd=tmp_path, code=2).stderr
    assert gatecast("--version", cwd=tmp_path).stdout == "gatecast 0.1.0\n"
    for verb in ("demo", "forecast"):
        assert verb in gatecast("--help", cwd=tmp_path).stdout


def test_a_page_that_cannot_be_written_is_said(passengers):
    done = gatecast(
        "forecast", passengers, "--h", 3, "--report", "missing/r.html",
        cwd=passengers.parent, code=4,
    )  # fmt: skip
    assert "there is no folder" in done.stderr


def test_ctrl_c_stops_at_once_without_a_traceback(passengers):
    process = subprocess.Popen(
        [sys.executable, "-m", "gatecast", "demo"],
        cwd=passengers.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1.5)
    assert process.poll() is None
    started = time.perf_counter()
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert time.perf_counter() - started < 2.0
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not (passengers.parent / "gatecast-demo.html").exists()
