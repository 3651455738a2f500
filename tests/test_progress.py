"""Bars in a notebook, and who gets none. (Those in a terminal: tests/cli/test_terminal.py.)"""

import re
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gatecast import progress
from gatecast.baselines import Naive
from gatecast.evaluation.backtest import backtest
from gatecast.forecaster import LSTMForecaster
from gatecast.network import Progress


class Notebook:
    """What IPython gives a notebook's cell: outputs that can be changed."""

    def __init__(self):
        self.outputs = []

    def display(self, data, raw, display_id):
        assert raw
        assert display_id
        output = [data["text/plain"]]
        self.outputs.append(output)
        return SimpleNamespace(update=lambda data, **_: output.append(data["text/plain"]))


@pytest.fixture
def notebook(monkeypatch):
    there = Notebook()
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())
    display.display = there.display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return there


def fit(wanted=None):
    with progress.reporting(wanted, progress.training_bar) as report:
        for step in (0, 50, 100) if report else ():
            report(Progress(step, 100, 0.0, 0.25))


def test_a_notebook_shows_one_output_that_changes(notebook, capsys):
    fit()
    (output,) = notebook.outputs
    assert output[0] == ""
    assert output[-1].startswith("training ━━━━━━━━━━━━━━━━━━━━ 100/100 steps loss 0.2500 0:00:0")
    assert len(output[-1].splitlines()) == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("wanted", [False, lambda _: None], ids=["no", "a callable"])
def test_bars_are_not_shown_where_that_is_said_or_another_listens(notebook, wanted):
    fit(wanted)
    assert notebook.outputs == []


def test_of_bars_within_bars_the_outer_are_shown(notebook):
    with progress.reporting(None, lambda: progress.counted("backtest", "fits")) as report:
        fit()
        report(1, 3)
    (output,) = notebook.outputs
    assert "1/3 fits" in output[-1]
    fit()
    assert len(notebook.outputs) == 2


def test_nothing_is_shown_elsewhere_but_where_it_is_asked_for(capsys):
    fit()
    assert capsys.readouterr() == ("", "")
    with progress.reporting(None, progress.training_bar) as report:
        assert report is None
    with progress.reporting(True, progress.training_bar) as report:
        report(Progress(1, 2, 0.0, None))  # and on no terminal, it writes nothing
    assert capsys.readouterr() == ("", "")


def test_a_backtest_shows_its_bar_and_none_of_its_fits(notebook):
    series = pd.Series(np.arange(20.0))
    models = [Naive(h=1), LSTMForecaster(1, max_steps=1, n_networks=1, hidden=2)]
    found = backtest(models, series, n_windows=2)
    (output,) = notebook.outputs
    assert "4/4 fits" in output[-1]
    backtest(models[:1], series, n_windows=2, progress=False)
    assert len(notebook.outputs) == 1
    models[1].fit(series)
    assert re.search(r"training .* \d+/\d+ steps loss", notebook.outputs[1][-1])
    assert found.models == ("Naive", "LSTM")


def test_a_search_and_work_without_parts(notebook):
    with progress.trials() as report:
        report(SimpleNamespace(best=float("inf"), defaults=float("nan"), done=0, total=5))
        report(SimpleNamespace(best=0.5, defaults=0.6, done=2, total=5))
    assert "2/5 trials loss 0.5, defaults 0.6" in notebook.outputs[0][-1]
    with progress.working("reading"):
        pass
    assert notebook.outputs[1][-1].startswith("reading")
