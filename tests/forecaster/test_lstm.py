import numpy as np
import pandas as pd
import pytest

from gatecast.datasets import air_passengers, lynx, sunspots
from gatecast.errors import DataError, NotFittedError, UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.recipe import features, prepare, training_pairs

QUICK = {"updates": 40, "seeds": 1, "hidden": 8}


def seasonal_naive_error(train, test, m):
    return np.abs(test - np.resize(train[-m:], len(test))).mean()


@pytest.mark.parametrize(
    ("load", "h", "m", "known"),
    [
        # mean absolute errors of the last h values: SARIMA(0,1,1)(0,1,1) on logarithms has 39.45
        # on AirPassengers, AR(2) on logarithms 769.6 on lynx, both by statsmodels
        (air_passengers, 24, 12, 39.45),
        (lynx, 14, 10, 1400.0),
        (sunspots, 132, 12, None),
    ],
)
def test_classic_series_are_forecast_better_than_by_what_is_known(load, h, m, known):
    frame = load()
    train, test = frame[:-h], frame["y"].to_numpy()[-h:]
    forecast = LSTMForecaster(h=h).fit(train).predict()
    error = np.abs(test - forecast["LSTM"]).mean()
    assert error < (known or seasonal_naive_error(train["y"].to_numpy(), test, m))
    assert list(forecast["ds"]) == list(frame["ds"][-h:])


def test_forecasts_follow_the_unit_and_the_offset_of_the_series():
    t = np.arange(120.0)
    y = np.sin(2 * np.pi * t / 12) - 0.01 * t + np.random.default_rng(0).normal(0, 0.1, 120)
    frame = pd.DataFrame({"ds": t.astype(int), "y": y})
    plain = LSTMForecaster(h=6, season_length=12, **QUICK).fit(frame).predict()["LSTM"]
    moved = frame.assign(y=1000.0 * y - 5000.0)
    scaled = LSTMForecaster(h=6, season_length=12, **QUICK).fit(moved).predict()["LSTM"]
    np.testing.assert_allclose(scaled, 1000.0 * plain - 5000.0, rtol=1e-4)


def test_a_constant_series_stays_constant():
    frame = pd.DataFrame({"ds": range(40), "y": 7.5})
    np.testing.assert_allclose(LSTMForecaster(h=5, **QUICK).fit(frame).predict()["LSTM"], 7.5)


def test_many_series_share_one_network_and_keep_their_names():
    t = np.arange(60)
    frame = pd.concat(
        pd.DataFrame({"shop": name, "day": t, "sold": level + np.sin(t / 3 + level)})
        for name, level in (("north", 10.0), ("south", 500.0))
    )
    model = LSTMForecaster(h=4, **QUICK).fit(
        frame, id_col="shop", time_col="day", target_col="sold"
    )
    forecast = model.predict()
    assert list(forecast.columns) == ["shop", "day", "LSTM"]
    assert list(forecast["shop"]) == ["north"] * 4 + ["south"] * 4
    assert list(forecast["day"]) == [60, 61, 62, 63] * 2
    assert len(model.networks_) == 1
    assert forecast["LSTM"][:4].between(8, 12).all()
    assert forecast["LSTM"][4:].between(498, 502).all()
    assert any(sentence.startswith("south: ") for sentence in model.decisions())


def test_same_seed_same_bits_at_any_thread_count():
    frame = lynx()
    forecasts = set()
    for threads in (1, 2, 4):
        model = LSTMForecaster(h=5, threads=threads, **QUICK).fit(frame)
        forecasts.add(model.predict()["LSTM"].to_numpy().tobytes())
    assert len(forecasts) == 1


def test_features_and_transforms_know_nothing_of_the_future():
    values = np.random.default_rng(0).normal(size=80).cumsum()
    changed = values.copy()
    changed[50:] = 1e6
    np.testing.assert_array_equal(features(values, 24)[:50], features(changed, 24)[:50])


def test_training_targets_are_changes_from_the_present_value():
    values = np.arange(40.0) ** 2
    x, y = training_pairs(values, features(values, 8), length=10, step=7, horizon=3)
    assert x.shape == (4, 10, 2)
    last = 40 - 3 - 1  # the last step with three values after it is used
    np.testing.assert_allclose(y[-1, -1], values[last + 1 : last + 4] - values[last])
    np.testing.assert_allclose(x[-1, -1, 1], values[last] - values[last - 1])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (air_passengers()["y"].to_numpy(), ["logarithms", "season of 12", "mean"]),
        (np.random.default_rng(0).normal(size=100), ["mean"]),
        (100 + np.random.default_rng(0).normal(size=100), ["mean"]),
    ],
)
def test_what_is_done_depends_on_the_series_and_is_undone_exactly(values, words):
    prepared = prepare(values, 12)
    sentences = prepared.decisions()
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences))
    np.testing.assert_allclose(prepared.restore(prepared.values, 0), values, rtol=1e-12)


def test_too_short_a_series_is_told_what_would_be_enough():
    frame = pd.DataFrame({"unique_id": "store 12", "ds": range(15), "y": np.arange(15.0)})
    with pytest.raises(DataError, match=r'series "store 12" has 15 values; h=12 .* at least 20'):
        LSTMForecaster(h=12).fit(frame)


def test_settings_and_order_of_calls_are_checked():
    with pytest.raises(UsageError, match="h=0"):
        LSTMForecaster(h=0).fit(lynx())
    with pytest.raises(NotFittedError, match=r"before fit\(\)"):
        LSTMForecaster(h=1).predict()
    with pytest.raises(NotFittedError, match=r"before fit\(\)"):
        LSTMForecaster(h=1).decisions()
    assert LSTMForecaster(h=3, hidden=5).get_params()["hidden"] == 5
