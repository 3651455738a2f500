"""The Gaussian process, where there is PyTorch: that it decides, learns and stays away."""

import math

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster, tune
from gatecast.tuning import search as search_module

for needed in ("optuna", "torch", "scipy"):
    pytest.importorskip(needed, reason='sampler="gp" needs it')


def search(seed, n_trials):
    y = pd.Series(np.sin(np.arange(150) / 4))
    return tune(
        y, 2, n_trials, sampler="gp", random_state=seed, n_windows=4, n_test=6,
        forecaster=LSTMForecaster(2, max_steps=3, n_networks=1),
    )  # fmt: skip


def test_it_finds_what_a_known_loss_is_small_at_and_stays_away_from_what_diverges(monkeypatch):
    def score(model, part, size, plan, loss):
        if model.learning_rate > 0.03:
            return [math.nan] * size
        far = abs(math.log(model.hidden / 20)) + abs(math.log(model.learning_rate / 0.01))
        return [far + (model.cell == "gru")] * size

    monkeypatch.setattr(search_module, "score", score)
    found = search(0, 22)
    # every trial is scored to the end, since the process learns from whole scores alone
    assert set(found.trials["state"]) <= {"finished", "diverged"}
    random, chosen = found.trials[:10], found.trials[10:]
    asked = [any(key.startswith("gp:") for key in t.system_attrs) for t in found.study.trials]
    assert asked == [False] * 10 + [True] * 12
    assert chosen["value"][-6:].max() < random["value"].median()
    assert (chosen["state"] == "diverged").mean() <= (random["state"] == "diverged").mean()
    assert found.settings["cell"] == "lstm"


def test_the_same_seed_gives_the_same_study():
    one, two = (search(1, 12).trials.drop(columns="seconds") for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
