import itertools

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFittedError, NotFoundError, UsageError
from gatecast.explain import gates
from gatecast.explain.inputs import model_inputs
from gatecast.forecaster import LSTMForecaster, load
from gatecast.forecaster.forecasting.frames import insample_one_step
from gatecast.kernel import GATES, reference

QUICK = {"h": 3, "max_steps": 20, "n_networks": 2, "hidden": 5, "pretrained": False}


def two_shops():
    t = np.arange(40)
    return pd.concat(
        pd.DataFrame(
            {
                "shop": name,
                "day": pd.date_range("2024-01-01", periods=len(t)),
                "sold": level + np.sin(t / 3 + level),
            }
        )
        for name, level in (("north", 10.0), ("south", 500.0))
    )


def in_float64(model):
    for network in model.networks_:
        network.theta = network.theta.astype(np.float64)
    return model


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("difference", [False, True])
def test_gates_are_those_of_the_numpy_twin(cell, difference):
    frame = two_shops()
    model = in_float64(
        LSTMForecaster(cell=cell, difference=difference, layers=2, **QUICK).fit(frame)
    )
    last = len(model.networks_) - 1  # one alone where the naive forecast is better
    found = gates(model, network=last)
    names = [*GATES[cell], *(["cell"] if cell == "lstm" else []), "hidden"]
    assert list(found) == ["shop", "day", "layer", "unit", *names]
    assert len(found) == 2 * 40 * 2 * 5
    net = model.networks_[last]
    for i, shop in enumerate(["north", "south"]):
        values = frame.loc[frame["shop"] == shop, "sold"].to_numpy()
        walked, _ = model.fitted_.state.anew(1).advance(
            model.transforms_[i].transform(values)[np.newaxis]
        )
        twin = reference.forward(
            net.layout, net.theta, walked.astype(np.float64), trace=True
        ).trace[0]  # [n, L, 6, H]
        for place, name in enumerate([*GATES[cell], "cell", "hidden"]):
            if name in found:
                mine = found.loc[found["shop"] == shop, name].to_numpy().reshape(40, 2, 5)
                np.testing.assert_allclose(mine, twin[:, :, place], rtol=0, atol=1e-12)


def test_where_networks_have_no_weight_one_is_there_to_be_looked_at():
    model = LSTMForecaster(layers=2, difference=True, **QUICK).fit(two_shops())
    assert model.fitted_.weight == 0.0
    assert len(model.networks_) == 1
    assert any(getattr(one, "id", "") == "combination.one_network" for one in model.decisions())


def test_rows_stand_at_their_time_layer_and_unit():
    model = LSTMForecaster(layers=2, **QUICK).fit(two_shops())
    found = gates(model)
    assert not found.duplicated(["shop", "day", "layer", "unit"]).any()
    assert list(found["unit"][:6]) == [0, 1, 2, 3, 4, 0]
    assert list(found["layer"][:6]) == [0, 0, 0, 0, 0, 1]
    assert found["day"].iloc[10] == pd.Timestamp("2024-01-02")
    last = found[(found["shop"] == "south") & (found["day"] == found["day"].max())]
    hidden = model.fitted_.states[0].hidden[:, 1].ravel()
    np.testing.assert_allclose(last["hidden"], hidden, atol=1e-6)


def test_a_part_of_a_seasonal_series_keeps_its_phase_and_time_zone():
    t = np.arange(96)
    y = 10 * np.sin(2 * np.pi * t / 12) + 0.3 * np.random.default_rng(0).normal(size=96)
    ds = pd.date_range("2020-01-01", periods=96, freq="h", tz="Europe/Berlin")
    frame = pd.DataFrame({"ds": ds, "y": y})
    model = LSTMForecaster(season_length=12, adjust_season=True, difference=False, **QUICK)
    model.fit(frame)
    found = gates(model, frame[7:])
    assert found["ds"].iloc[0] == ds[7]
    # of the values alone, the first step depends on nothing before it but the phase
    from gatecast.explain.inputs import model_inputs

    (whole,), (part,) = (
        model_inputs(model, None, "gates")[1],
        model_inputs(model, frame[7:], "gates")[1],
    )
    np.testing.assert_allclose(part.inputs, whole.inputs[7:], atol=1e-6)
    assert part.series.start == 7


def test_what_cannot_be_looked_at_is_said(tmp_path):
    frame = two_shops()
    model = LSTMForecaster(**QUICK)
    with pytest.raises(NotFittedError, match=r"gates\(\) was called before fit\(\)"):
        gates(model)
    model.fit(frame)
    with pytest.raises(NotFoundError, match='"east" is not one of the 2'):
        gates(model, frame.replace({"shop": {"north": "east"}}))
    numbered = frame.assign(day=frame.groupby("shop").cumcount())
    with pytest.raises(DataError):
        gates(model, numbered)
    with pytest.raises(DataError, match="of two kinds, dates and whole numbers"):
        gates(model, read_panel(numbered, time_col="day", id_col="shop", target_col="sold"))
    with pytest.raises(UsageError, match="network=2 was requested; the model has 2"):
        gates(model, network=2)
    with pytest.raises(UsageError, match="a str has no gates"):
        gates("model.gatecast")
    model.save(tmp_path / "m")
    loaded = load(tmp_path / "m")
    with pytest.raises(NotFittedError, match="give the table as source"):
        gates(loaded)
    pd.testing.assert_frame_equal(gatecast.gates(loaded, frame), gates(model))


def test_rows_without_times_are_numbered_again():
    frame = pd.DataFrame({"y": np.sin(np.arange(40.0))})
    model = LSTMForecaster(**QUICK).fit(frame)
    pd.testing.assert_frame_equal(gates(model, frame), gates(model))


@pytest.mark.parametrize("look_back", [1, 4, 7, 100])
def test_windows_stand_end_to_end_and_begin_with_an_empty_memory(look_back):
    model = LSTMForecaster(
        h=2, look_back=look_back, max_steps=5, n_networks=1, hidden=3, difference=False
    )
    frame = pd.DataFrame({"y": np.sin(np.arange(40.0))})
    found = gates(model.fit(frame))
    inputs = np.clip(model.transforms_[0].transform(frame["y"].to_numpy()), -8, 8).astype(
        np.float32
    )
    (network,) = model.networks_
    begins = [max(0, 40 - k * look_back) for k in range(-(-40 // look_back), -1, -1)]
    windows = [
        network.trace(inputs[np.newaxis, a:b, np.newaxis])[0, :, 0]
        for a, b in itertools.pairwise(begins)
    ]
    expected = np.concatenate(windows)  # [n, 6, H]
    for place, name in enumerate(("input", "forget", "candidate", "output", "cell", "hidden")):
        shown = found[name].to_numpy().reshape(40, 3)
        np.testing.assert_allclose(shown, expected[:, place], atol=1e-6)
    # the last step is that of the forecast
    np.testing.assert_allclose(
        found["hidden"].to_numpy()[-3:] @ network.layout.views(network.theta)["head.kernel"]
        + network.layout.views(network.theta)["head.bias"],
        model.fitted_.outputs[0][0], atol=1e-6,
    )  # fmt: skip


@pytest.mark.parametrize("settings", [{}, {"look_back": 9}, {"level": [80], "n_networks": 2}])
@pytest.mark.parametrize("difference", [False, True])
def test_what_was_said_one_step_ahead_is_the_forecast_of_the_time(settings, difference):
    frame = pd.DataFrame({"ds": range(60), "y": 5 + np.sin(np.arange(60.0) / 3)})
    model = LSTMForecaster(**{**QUICK, "h": 1, "difference": difference, **settings}).fit(frame)
    _, (inputs,) = model_inputs(model, None, "explain")
    np.testing.assert_allclose(
        insample_one_step(model.fitted_, inputs.series), model.predict_insample()["LSTM"], rtol=1e-6
    )
    # of a stretch from the middle, with its place in the season
    _, (part,) = model_inputs(model, frame[20:], "explain")
    assert part.series.start == 20
    assert len(insample_one_step(model.fitted_, part.series)) == 39


def test_what_is_not_known_in_advance_is_not_said():
    frame = pd.DataFrame({"ds": range(60), "y": np.sin(np.arange(60.0)), "promo": 1.0})
    model = LSTMForecaster(**{**QUICK, "h": 3}, futr_exog_list=["promo"]).fit(frame)
    _, (inputs,) = model_inputs(model, None, "explain")
    forecasts = insample_one_step(model.fitted_, inputs.series)
    inside = model.predict_insample()
    np.testing.assert_allclose(forecasts[:57], inside["LSTM"].to_numpy()[::3], rtol=1e-6)
    assert np.isnan(forecasts[57:]).all()
