"""Settings of the network and of its training: each does what it says, and no other forecast."""

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast import LSTMForecaster
from gatecast.data.reading import read_panel
from gatecast.datasets import air_passengers
from gatecast.errors import UsageError
from gatecast.forecaster.intervals import quantile_levels
from gatecast.kernel import native

QUICK = {"max_steps": 20, "n_networks": 1, "hidden": 6, "pretrained": False}
AIR = air_passengers().drop(columns="unique_id")


def said(**settings):
    return LSTMForecaster(3, **{**QUICK, **settings}).fit(AIR).predict()["LSTM"].to_numpy()


def trainings(monkeypatch, **settings):
    """Give the arguments of every call of the native training."""
    calls, honest = [], native.train

    def train(*asked, **named):
        calls.append(named)
        return honest(*asked, **named)

    monkeypatch.setattr(native, "train", train)
    said(**settings)
    return calls


@pytest.mark.parametrize(
    "named", [{"loss": "absolute"}, {"schedule": "cosine"}, {"batch_size": 16}, {"dropout": 0.0}]
)
def test_what_is_found_when_not_said_can_be_said(named):
    # of changes, whose usual loss is the absolute one, in the fewest stretches of an update
    np.testing.assert_array_equal(said(difference=True, **named), said(difference=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    "named",
    [
        {"loss": "squared"}, {"loss": "huber"}, {"schedule": "constant"},
        {"schedule": "one_cycle"}, {"batch_size": 5},
        {"layers": 2, "dropout": 0.3}, {"layers": 2, "residual": True},
        {"layers": 2, "dilation": 3},
    ],
    ids=str,
)  # fmt: skip
def test_each_setting_makes_another_forecast(named):
    usual = said(difference=True, layers=named.get("layers", 1))
    assert not np.array_equal(said(difference=True, **named), usual)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "known"), [("absolute", np.log(2.0)), ("squared", 1.0), ("huber", None)]
)
def test_a_loss_learns_the_centre_that_it_is_small_at(loss, known):
    # independent values of an exponential distribution: its median is ln 2, its mean 1
    y = np.random.default_rng(0).exponential(size=4000)
    settings = {"difference": False, "log": False, "season_length": 1, "n_networks": 1, "hidden": 4}
    settings |= {"pretrained": False}
    model = LSTMForecaster(1, loss=loss, max_steps=300, **settings).fit(pd.Series(y))
    told = model.predict_insample()["LSTM"].mean()
    if known is None:
        assert np.log(2.0) < told < 1.0
    else:
        assert told == pytest.approx(known, abs=0.06)


def test_ends_of_intervals_are_quantiles_whatever_the_loss(monkeypatch):
    calls = trainings(monkeypatch, loss="squared", level=[80])
    levels = quantile_levels([80])
    assert {(c["loss"].kind, c["loss"].levels) for c in calls} == {("mse", ()), ("pinball", levels)}


def test_training_gets_what_was_asked_for(monkeypatch):
    calls = trainings(monkeypatch, layers=2, dropout=0.25, batch_size=7)
    assert {(c["dropout"], c["batch_size"]) for c in calls} == {(0.25, 7)}


def test_each_layer_reaches_further_back_and_adds_to_the_one_below():
    model = LSTMForecaster(3, layers=3, dilation=2, residual=True, **QUICK).fit(AIR)
    layout = model.networks_[0].layout
    assert (layout.dilations, layout.residual) == ((1, 2, 4), True)


@pytest.mark.slow
def test_a_deep_network_goes_on_as_if_it_had_run_along_the_whole_and_is_kept(tmp_path):
    settings = {"layers": 2, "dilation": 3, "residual": True, "dropout": 0.2, **QUICK}
    model = LSTMForecaster(3, loss="huber", schedule="one_cycle", **settings).fit(AIR[:-20])
    path = tmp_path / "deep.gatecast"
    model.save(path)
    loaded = gatecast.load(path)
    assert loaded.get_params() == {**model.get_params(), "level": ()}
    model.update(AIR[-20:])
    pd.testing.assert_frame_equal(loaded.update(AIR[-20:]).predict(), model.predict())
    values = model.transforms_[0].transform(AIR["y"].to_numpy())[np.newaxis]
    x, _ = model.fitted_.state.anew(1).advance(values)
    np.testing.assert_allclose(model.networks_[0].predict(x), model.fitted_.outputs[0], atol=1e-5)
    assert len(gatecast.gates(model, AIR)) == len(AIR) * 2 * QUICK["hidden"]


def test_a_file_from_before_these_settings_is_read_with_their_defaults(tmp_path):
    path = tmp_path / "old.gatecast"
    model = LSTMForecaster(3, **QUICK).fit(AIR)
    model.save(path)
    arrays, document = gatecast.storage.read_arrays(path)
    for name in ("dropout", "residual", "dilation", "schedule", "batch_size", "loss"):
        del document["settings"][name]
    gatecast.storage.write_arrays(path, arrays, document)
    pd.testing.assert_frame_equal(gatecast.load(path).predict(), model.predict())


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({"dropout": 1.0, "layers": 2}, r"dropout=1.0 .* below 1"),
        ({"dropout": 0.1}, r"dropout=0.1 .* one layer"),
        ({"residual": True}, r"residual=True .* one layer"),
        ({"dilation": 2}, r"dilation=2 .* one layer"),
        ({"dilation": 0, "layers": 2}, r"dilation=0 .* 1 or more"),
        ({"residual": 1, "layers": 2}, r"residual=1 .* True or False"),
        ({"schedule": "linear"}, r"schedule=\"linear\" .* \"one_cycle\""),
        ({"batch_size": 0}, r"batch_size=0 .* 1 or more"),
        ({"loss": "mse"}, r"loss=\"mse\" .* \"squared\""),
    ],
)
def test_what_cannot_work_is_said(named, sentence):
    with pytest.raises(UsageError, match=sentence):
        LSTMForecaster(3, **named).fit(read_panel(AIR))
