"""Networks spoilt on purpose get the diagnosis that they deserve."""

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster, Naive
from gatecast.datasets import air_passengers, noisy_sine
from gatecast.diagnostics.training import examine_training
from gatecast.errors import DataError, UsageError


def table(values):
    return pd.DataFrame({"y": values})


@pytest.mark.slow
def test_a_network_of_five_updates_is_undertrained():
    # too short for a linear map, which would take the place of such a network
    sine = table(noisy_sine()["y"].to_numpy()[:480])
    found = examine_training(LSTMForecaster(h=1, max_steps=5, n_networks=1, pretrained=False), sine)
    assert found.longer.helps
    assert found.longer.gain > 0.1
    assert found.longer.steps == 5
    assert found.fit.underfitted
    assert not found.fit.overfitted
    answers = found.answers
    longer = answers["Would more training help?"]
    assert longer.startswith("yes: with 15 training steps instead of 5")
    assert "underfitted" in answers["Is it over- or underfitted?"]


@pytest.mark.slow
def test_a_network_that_learns_noise_by_heart_is_overfitted():
    noisy = 2 * np.sin(np.arange(150) / 2) + np.random.default_rng(0).normal(size=150)
    model = LSTMForecaster(
        h=1,
        max_steps=400,
        n_networks=1,
        hidden=64,
        learning_rate=2e-2,
        difference=False,
        season_length=1,
        pretrained=False,
    )
    found = examine_training(model, table(noisy))
    assert found.fit.overfitted
    assert found.fit.train_rmse < 0.5 < 1.1 < found.fit.test_rmse  # the noise has deviation 1
    assert not found.longer.helps
    assert found.answers["Is it over- or underfitted?"].startswith("overfitted")


@pytest.mark.slow
def test_the_defaults_are_neither():
    sine = table(noisy_sine()["y"].to_numpy()[:1000])
    found = examine_training(LSTMForecaster(h=3, n_networks=1, level=[80]), sine)
    assert not found.longer.helps
    assert not found.fit.overfitted
    assert not found.fit.underfitted


def test_networks_without_weight_in_the_forecast_are_not_examined():
    air = air_passengers()
    answers = examine_training(LSTMForecaster(h=12), air).answers
    assert list(answers) == ["Would more training help?", "Is it over- or underfitted?"]
    for answer in answers.values():
        assert answer.startswith("this does not apply: the pretrained network makes the forecast")
    model = LSTMForecaster(h=12).fit(air)
    model.fitted_.weight = 0.5  # as if networks had a part at the longer horizon alone
    found = examine_training(model, air)
    assert (found.longer, found.fit) == (None, None)
    assert "this was not tested: one step ahead" in found.answers["Would more training help?"]


def test_the_model_of_intermittent_demand_has_no_training_to_examine():
    rng = np.random.default_rng(0)
    demand = np.where(rng.random(90) < 0.2, rng.integers(1, 7, 90), 0.0)
    quick = {"hidden": 4, "max_steps": 4, "n_networks": 1, "pretrained": False}
    model = LSTMForecaster(h=1, season_length=1, **quick)
    answers = examine_training(model, table(demand)).answers
    assert "the model of intermittent demand makes" in answers["Would more training help?"]


def test_what_cannot_be_examined_is_refused():
    with pytest.raises(UsageError, match="found Naive"):
        examine_training(Naive(h=1), table(np.arange(50.0)))
    with pytest.raises(DataError, match="30 are needed"):
        examine_training(LSTMForecaster(h=1), table(np.arange(20.0)))
    two = pd.DataFrame({"unique_id": [0] * 40 + [1] * 40, "ds": [*range(40)] * 2, "y": 1.0})
    with pytest.raises(DataError, match="2 series were given"):
        examine_training(LSTMForecaster(h=1), two)
