"""Every verb in a terminal of 80 columns: progress, nothing over the edge, Ctrl-C."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers.terminal import Terminal

from gatecast.datasets import air_passengers


@pytest.fixture
def passengers(tmp_path):
    frame = air_passengers().drop(columns="unique_id")
    frame.columns = ["month", "passengers"]
    frame.to_csv(tmp_path / "air.csv", index=False)
    return tmp_path


@pytest.fixture
def shop(tmp_path):
    rng = np.random.default_rng(0)
    y = 5 + np.sin(np.arange(90) / 4) + rng.normal(0, 0.1, 90)
    days = pd.date_range("2024-01-01", periods=90)
    pd.DataFrame({"day": days, "sold": y}).to_csv(tmp_path / "shop.csv", index=False)
    return tmp_path


def test_tune(shop):
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    small = ("--space", "hidden=2:6", "--space", "updates=3:12", "--space", "layers=1")
    run = Terminal.gatecast("tune", "shop.csv", "--h", 2, "--n-trials", 3, *small, cwd=shop)
    output = run.finish()
    assert re.search(r"search .*3/3 trials loss [\d.]+, defaults [\d.]+", run.text)
    assert run.too_wide == []
    assert "\nhidden  " in output


def test_backtest(passengers):
    models = "LinearAutoregression,Naive"
    run = Terminal.gatecast("backtest", "air.csv", "--h", 12, "--models", models, cwd=passengers)
    assert "Use LinearAutoregression" in run.finish()
    assert "40/40 fits" in run.text
    assert run.too_wide == []


def test_forecast(passengers):
    run = Terminal.gatecast("forecast", "air.csv", "--h", 2, cwd=passengers)
    assert run.finish().startswith("month,LSTM\n1961-01-01,")
    assert re.search(r"training .*\d+/\d+ steps loss [\d.]+ 0:00:\d\d", run.text)
