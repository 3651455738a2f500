"""Every verb in a terminal of 80 columns: progress, nothing over the edge, Ctrl-C."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers.terminal import Terminal

from gatecast.datasets import air_passengers
from gatecast.forecaster import LSTMForecaster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two tables, and a small model of the first without its last rows."""
    folder = tmp_path_factory.mktemp("terminal")
    rng = np.random.default_rng(0)
    y = 5 + np.sin(np.arange(90) / 4) + rng.normal(0, 0.1, 90)
    shop = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=90), "sold": y})
    shop.to_csv(folder / "shop.csv", index=False)
    shop[80:].to_csv(folder / "new.csv", index=False)
    model = LSTMForecaster(h=2, max_steps=20, n_networks=1, hidden=4, level=[80])
    model.fit(shop[:80]).save(folder / "m.gatecast")
    air = air_passengers().drop(columns="unique_id")
    air.columns = ["month", "passengers"]
    air.to_csv(folder / "air.csv", index=False)
    return folder


SMALL = (
    "--space", "hidden=2:6", "--space", "max_steps=3:12", "--space", "layers=1",
    "--hidden", 3, "--max-steps", 5, "--pretrained", "no",
)  # fmt: skip
FEW = ("--models", "LinearAutoregression,Naive", "--n-windows", 3)


@pytest.mark.parametrize(
    ("arguments", "progress", "output"),
    [
        (("forecast", "air.csv", "--h", 2), r"training .*\d+/\d+ steps loss", "month,LSTM\n1961-"),
        (
            ("forecast", "air.csv", "--h", 2, "--model", "Naive"), "fitting",
            "month,Naive\n1961-01-01,432",
        ),
        (("predict", "m.gatecast"), None, "day,LSTM,LSTM-lo-80,LSTM-hi-80\n2024-03-21,"),
        (("predict", "m.gatecast", "new.csv"), None, "day,LSTM,LSTM-lo-80,LSTM-hi-80\n2024-03-31,"),
        (("backtest", "air.csv", "--h", 12, *FEW), r"backtest .*6/6 fits", "sMAPE"),
        (
            ("tune", "shop.csv", "--h", 2, "--n-trials", 3, *SMALL),
            r"search .*3/3 trials loss [\d.]+, defaults [\d.]+", "\nhidden  ",
        ),
        (("explain", "m.gatecast", "shop.csv"), "explaining", "half of their state"),
        (
            ("demo",), r"on sequences .*\d/\d+ epochs loss",
            r"(?s)as the tutorial has it +\d.*noise floor +0\.4948.*Loss by epoch.*demo\.html",
        ),
        (("demo", "--learn"), "lessons", "gatecast-learn.html"),
        (("doctor",), "checking", "SIMD level"),
    ],
    ids=lambda value: "-".join(map(str, value[:2])) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_verb_shows_its_progress_and_fits(folder, arguments, progress, output):
    if arguments[0] == "tune":
        pytest.importorskip("optuna", reason="needs the extra [tune]")
    run = Terminal(*arguments, cwd=folder)
    run.finish()
    assert re.search(output, run.output), run.output
    assert not re.search(output, run.errors)
    assert progress is None or re.search(progress, run.errors), run.errors
    assert not re.search(r"Warning|\.py:\d", run.errors)
    assert "epoch 1/" not in run.errors  # a bar, and no line for each epoch
    assert run.too_wide == []


def test_update(folder, tmp_path):
    (tmp_path / "m").write_bytes((folder / "m.gatecast").read_bytes())
    run = Terminal("update", "m", folder / "new.csv", cwd=tmp_path)
    run.finish()
    assert "\n2024-03-31," in run.output
    assert run.too_wide == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("forecast", "air.csv", "--h", 2, "--target-col", "a column that is not in the file"), 4),
        (("forecast", "air.csv"), 2),
        (("--help",), 0),
        *(((verb, "--help"), 0) for verb in ("forecast", "backtest", "tune", "explain", "demo")),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_errors_and_help_fit(folder, arguments, code):
    run = Terminal(*arguments, cwd=folder)
    run.finish(code)
    assert run.too_wide == []
    assert not re.search(r"^ .*\.\.\.$", run.output, re.M)  # what a verb does is not cut off


IMPORTS = ("-X", "importtime")


@pytest.mark.parametrize(
    ("options", "arguments", "pattern"),
    [
        (IMPORTS, ("forecast", "air.csv", "--h", 2), "click.core"),
        (IMPORTS, ("forecast", "air.csv", "--h", 2), "numpy._core.multiarray"),
        (IMPORTS, ("backtest", "air.csv", "--h", 2), "pandas._libs.tslibs"),
        (IMPORTS, ("tune", "shop.csv", "--h", 2), "optuna"),
        ((), ("forecast", "air.csv", "--h", 12), r"training .*/\d+ steps"),
        ((), ("backtest", "air.csv", "--h", 12), r"\d/\d+ fits"),
        ((), ("backtest", "air.csv", "--h", 12, "--jobs", 2), r"\d/\d+ fits"),
        ((), ("tune", "air.csv", "--h", 2), "search"),
        ((), ("demo",), r"epochs"),
        ((), ("demo", "--learn"), "lessons"),
        ((), ("explain", "m.gatecast", "shop.csv", "--backtest"), "backtest"),
    ],
    ids=lambda value: "-".join(map(str, value[:2])) if isinstance(value, tuple) else value,
)
def test_ctrl_c_ends_with_one_word_and_130(folder, options, arguments, pattern):
    if arguments[0] == "tune":
        pytest.importorskip("optuna", reason="needs the extra [tune]")
    run = Terminal(*arguments, cwd=folder, options=options)
    run.wait_for(pattern)
    run.press_ctrl_c()
    run.finish(130)
    assert run.output == ""
    assert run.lines[-1] == "gatecast: stopped"


@pytest.mark.parametrize("where", ["live.Live.start", "console.Console.clear_live"])
def test_ctrl_c_as_bars_begin_or_end_is_answered_as_any_other(folder, where):
    run = Terminal("forecast", "air.csv", "--h", 2, cwd=folder, options=("-c", PRESSED, where))
    run.finish(130)
    assert run.lines[-1] == "gatecast: stopped"


def test_ctrl_c_does_not_wait_for_what_is_made_beside_a_training(folder):
    asked = ("forecast", "air.csv", "--h", 2, "--threads", 2)
    run = Terminal(*asked, cwd=folder, options=("-c", ENDLESS))
    run.wait_for("training")
    run.press_ctrl_c()
    run.finish(130)
    assert run.lines[-1] == "gatecast: stopped"


#: The command line, where what is made beside a training never ends.
ENDLESS = """
import sys
from threading import Event, Thread
from gatecast.__main__ import run

run_thread = Thread.run

def run_for_ever(thread):
    if thread.name == "gatecast-beside":
        Event().wait()
    run_thread(thread)

Thread.run = run_for_ever
sys.argv = ["gatecast", *sys.argv[3:]]
run()
"""

#: The command line, where Ctrl-C comes within a method of Rich.
PRESSED = """
import os, signal, sys
from importlib import import_module
from gatecast.__main__ import run

module, kind, name = sys.argv[1].split(".")
kind = getattr(import_module("rich." + module), kind)
method = getattr(kind, name)

def pressed(*arguments, **options):
    method(*arguments, **options)
    os.kill(os.getpid(), signal.SIGINT)

setattr(kind, name, pressed)
sys.argv = ["gatecast", *sys.argv[4:]]
run()
"""
