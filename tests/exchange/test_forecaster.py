"""A network from elsewhere as a forecaster: scale, windows, update, file, explanation."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.errors import UsageError
from gatecast.exchange import as_forecaster
from gatecast.network import Network

DATES = pd.date_range("2024-01-01", periods=80, freq="D")
VALUES = 50.0 + 30.0 * np.sin(np.arange(80) / 5) + np.arange(80) % 7
TABLE = pd.DataFrame({"ds": DATES, "y": VALUES})
LOW, WIDTH = VALUES.min(), np.ptp(VALUES)


def make(outputs=2, inputs=1, cell="lstm", dtype=np.float32):
    rng = np.random.default_rng(3)
    return Network.create(inputs, 6, outputs, 2, rng=rng, cell=cell, dtype=dtype)


def expected(network, values, look_back=None):
    """What the user of Keras wrote: scale, window, predict, scale back."""
    scaled = ((np.asarray(values) - LOW) / WIDTH).astype(network.theta.dtype)
    x = scaled[None, -(look_back or 0) :, None]
    return network.predict(x)[0].astype(float) * WIDTH + LOW


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("look_back", [None, 10])
def test_the_forecast_is_that_of_the_scaled_series_scaled_back(cell, look_back):
    network = make(cell=cell, dtype=np.float64)
    model = as_forecaster(network, TABLE, look_back=look_back)
    forecast = model.predict()
    assert list(forecast.columns) == ["ds", "LSTM"] or "LSTM" in forecast
    assert forecast["ds"].tolist() == list(pd.date_range("2024-03-21", periods=2))
    reference = expected(network, VALUES, look_back)
    np.testing.assert_allclose(forecast["LSTM"], reference, atol=1e-5 * WIDTH)
    single = Network(network.layout, network.theta.astype(np.float32))
    np.testing.assert_allclose(
        forecast["LSTM"], expected(single, VALUES, look_back), atol=2e-7 * WIDTH
    )


def test_it_goes_on_with_new_values_and_keeps_its_scale():
    model = as_forecaster(make(), TABLE, look_back=10)
    model.update([140.0, 150.0])
    reference = expected(make(), [*VALUES, 140.0, 150.0], 10)
    np.testing.assert_allclose(model.predict()["LSTM"], reference, atol=2e-7 * WIDTH)


def test_it_is_saved_and_loaded(tmp_path):
    model = as_forecaster(make(), TABLE)
    model.save(tmp_path / "a.gatecast")
    loaded = gc.load(tmp_path / "a.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    assert loaded.decisions() == model.decisions()
    assert any("was trained elsewhere (LSTM, 2 layers of 6 units)" in s for s in model.decisions())


def test_its_gates_are_those_of_the_network():
    network = make()
    gates = gc.gates(as_forecaster(network, TABLE))
    x = ((VALUES - LOW) / WIDTH).astype(np.float32)[None, :, None]
    trace = network.trace(x)[0]  # [T, L, 6, H]
    np.testing.assert_allclose(
        gates["forget"].to_numpy(), trace[:, :, 1].ravel(), rtol=0, atol=1e-7
    )


def test_its_explanation_says_that_nothing_was_trained(tmp_path):
    explanation = gc.explain(as_forecaster(make(), TABLE, look_back=10))
    assert explanation.training.losses == ()
    assert "trained elsewhere" in str(explanation.training.verdict)
    assert "none here: the network was trained elsewhere" in explanation.training.training.values()
    gc.report(explanation, tmp_path / "page.html")
    assert "trained elsewhere" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_network_of_several_features_is_refused():
    with pytest.raises(UsageError, match=r"has 3 inputs a step.*network\.predict"):
        as_forecaster(make(inputs=3), TABLE)
