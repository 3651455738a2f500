import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast.datasets import air_passengers, noisy_sine
from gatecast.errors import DataError, UsageError
from gatecast.explain import attribution, explain
from gatecast.forecaster import LSTMForecaster
from gatecast.storage import read_arrays, write_arrays

TINY = {"max_steps": 5, "n_networks": 1, "hidden": 1, "pretrained": False}
QUICK = {"max_steps": 60, "n_networks": 3, "hidden": 8, "pretrained": False}


def restored(model, found, name="forecast"):
    """Columns of the network's unit brought back to the series' own, [N * h]."""
    heads = found.drop_duplicates([c for c in ("shop", "step") if c in found])
    return model.fitted_.restore(heads[name].to_numpy().reshape(-1, model.h)).ravel()


def sums(found, names, column="attribution"):
    return found.groupby(names, sort=False)[column].sum().to_numpy()


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("difference", [False, True])
@pytest.mark.parametrize("n_networks", [1, 2, 3])
def test_attributions_add_up_to_the_difference_from_the_baseline(cell, difference, n_networks):
    settings = {**QUICK, "max_steps": 100, "n_networks": n_networks}
    model = LSTMForecaster(h=3, cell=cell, difference=difference, layers=2, **settings)
    model.fit(noisy_sine()[:300])
    found = attribution(model, look_back=None)
    assert len(found) == 3 * 300 * (2 if difference else 1)
    heads = found.drop_duplicates("step")
    wanted = (heads["forecast"] - heads["baseline"]).to_numpy()
    assert np.abs(wanted).max() > 0.1
    left = np.abs(sums(found, "step") - wanted)
    assert (left <= 1e-3 * model.scale_).all()
    np.testing.assert_allclose(restored(model, found), model.predict()["LSTM"], rtol=1e-4)


def test_in_the_unit_of_the_series_they_add_up_to_the_forecast():
    t = np.arange(96)
    y = 100 + 5 * np.sin(2 * np.pi * t / 12) + np.random.default_rng(0).normal(size=96)
    frame = pd.concat(
        pd.DataFrame({"shop": shop, "day": t[: 96 - i], "sold": y[: 96 - i] * size})
        for i, (shop, size) in enumerate((("north", 1.0), ("south", 30.0)))
    )
    model = LSTMForecaster(h=2, season_length=12, adjust_season=True, log=False, **QUICK)
    found = attribution(model.fit(frame, time_col="day"))
    names = ["shop", "step"]
    assert list(found) == [
        "shop", "day", "step", "lag", "input", "attribution", "effect", "baseline", "forecast",
        "error",
    ]  # fmt: skip
    effect = restored(model, found) - restored(model, found, "baseline")
    size = np.repeat([p.transforms[-1].change for p in model.transforms_], 2)
    assert (np.abs(sums(found, names, "effect") - effect) <= 1e-3 * size).all()
    np.testing.assert_allclose(restored(model, found), model.predict()["LSTM"], rtol=1e-5)
    south = found[(found["shop"] == "south") & (found["step"] == 1)]
    inputs = south["input"].nunique()
    assert list(south["day"]) == list(np.repeat(t[:95], inputs))
    assert list(south["lag"]) == list(np.repeat(np.arange(95)[::-1], inputs))


def test_after_logarithms_there_is_no_share_in_the_unit_of_the_series():
    model = LSTMForecaster(h=2, log=True, **QUICK).fit(air_passengers())
    found = gatecast.attribution(model, step=2)
    assert found["effect"].isna().all()
    assert found["attribution"].notna().all()
    assert set(found["step"]) == {2}


def test_a_linear_network_is_shared_by_its_weights():
    # inputs so small that the cell is a leaky sum: the share of lag k is keep^k times its value
    frame = pd.DataFrame({"ds": range(80), "y": np.random.default_rng(0).normal(size=80)})
    model = LSTMForecaster(h=1, difference=False, **TINY).fit(frame)
    (network,) = model.networks_
    network.theta = np.zeros(network.layout.size)
    p = network.layout.views(network.theta)
    p["layer0.kernel"][0, 2] = 1e-4
    p["layer0.bias"][1] = np.log(0.8 / 0.2)
    p["head.kernel"][:] = 4e4  # input and output gate are a half
    found = attribution(model)
    trust = model.fitted_.weight * model.scale_[0]
    values = model.transforms_[0].transform(frame["y"].to_numpy())
    np.testing.assert_allclose(
        found["attribution"], trust * 0.8 ** np.arange(80)[::-1] * values, rtol=1e-4, atol=1e-12
    )


def test_a_look_back_leaves_the_past_to_the_baseline():
    model = LSTMForecaster(h=2, difference=False, **QUICK).fit(noisy_sine()[:300])
    whole, part = attribution(model, look_back=None), attribution(model, look_back=5)
    assert len(attribution(model)) == 2 * 200
    assert len(part) == 2 * 5
    heads = part.drop_duplicates("step")
    wanted = (heads["forecast"] - heads["baseline"]).to_numpy()
    assert (np.abs(sums(part, "step") - wanted) <= 1e-3 * model.scale_).all()
    np.testing.assert_allclose(
        heads["forecast"], whole.drop_duplicates("step")["forecast"], atol=1e-6
    )
    pd.testing.assert_frame_equal(attribution(model, look_back=10**6), whole)


@pytest.mark.slow
def test_what_hangs_on_the_smallest_change_long_ago_is_not_shared_wrongly():
    # a unit that writes back to itself with a large weight jumps from one state to another
    model = LSTMForecaster(h=1, difference=False, **TINY).fit(noisy_sine()[:100])
    (network,) = model.networks_
    network.theta = np.zeros(network.layout.size)
    p = network.layout.views(network.theta)
    p["layer0.kernel"][0, 2], p["layer0.recurrent"][0, 2] = 3.0, -300.0
    p["layer0.bias"][[0, 1, 3]] = 10.0, -10.0, 10.0
    p["head.kernel"][:] = 10.0
    model.fitted_.weight = 1.0  # the forecast is the network's alone
    found = attribution(model)
    left = found["forecast"] - found["baseline"] - found["attribution"].sum()
    np.testing.assert_allclose(found["error"], left, rtol=1e-9)
    usual = model.scale_[0]
    assert abs(found["error"].iloc[0]) > 1e-3 * usual
    note = next(n for n in explain(model).notes if n.id == "explain.inexact")
    assert note.fields["error"] > 0.01
    assert attribution(model, look_back=1)["error"].abs().max() <= 1e-3 * usual


def test_numbers_out_of_range_are_said():
    model = LSTMForecaster(h=2, **QUICK).fit(noisy_sine()[:100])
    with pytest.raises(UsageError, match="step=3 was requested; the forecast has steps 1 to 2"):
        attribution(model, step=3)
    with pytest.raises(UsageError, match="look_back=0 was requested"):
        attribution(model, look_back=0)
    with pytest.raises(UsageError, match="steps=0 was requested"):
        attribution(model, steps=0)


@pytest.mark.slow
def test_an_explanation_says_what_makes_the_forecast_besides_the_networks():
    model = LSTMForecaster(h=12, max_steps=5, n_networks=1, hidden=1).fit(air_passengers())
    assert model.fitted_.weight == 0.0
    assert "combination.prior" in [note.id for note in gatecast.explain(model).notes]


def test_values_beyond_floating_point_get_a_sentence(tmp_path):
    days, rng = pd.date_range("2024-01-01", periods=60), np.random.default_rng(0)
    table = pd.concat(
        pd.DataFrame({"unique_id": name, "ds": days, "y": 10 + rng.random(60)}) for name in "abc"
    )
    settings = {**TINY, "log": True, "season_length": 4, "adjust_season": True}
    model = LSTMForecaster(h=3, **{**settings, "pretrained": True}).fit(table)
    model.save(tmp_path / "model")
    arrays, document = read_arrays(tmp_path / "model")
    arrays["transform1.indices"] = arrays["transform1.indices"].copy()
    arrays["transform1.indices"][0, 3] = 1.7e308
    write_arrays(tmp_path / "model", arrays, document)
    loaded = gatecast.load(tmp_path / "model")
    with np.errstate(over="ignore"), pytest.raises(DataError, match="cannot be attributed"):
        attribution(loaded, table)
