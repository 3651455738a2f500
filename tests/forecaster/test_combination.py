"""What the network is mixed with: that it is what it says, and only where it is clearly better."""

import numpy as np
import pandas as pd
import pytest
from helpers.forecasting import lay_out

import gatecast
from gatecast.baselines import SeasonalNaive
from gatecast.datasets import noisy_sine as tutorial
from gatecast.explain import attribution
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.benchmarks.benchmark import LinearBenchmark
from gatecast.forecaster.benchmarks.combination import Combination, choose_combination
from gatecast.forecaster.fitting.trial import HoldoutTrial
from gatecast.forecaster.inputs.features import FeatureState


def noisy_sine(n):
    """The first values of the tutorial."""
    return tutorial()["y"].to_numpy()[:n].copy()


def table(values):
    return pd.DataFrame({"ds": np.arange(len(values)), "y": values})


DIFFERENCES = pytest.mark.parametrize("difference", [False, True])
TARGETS = pytest.mark.parametrize("difference", [False, True])
#: So little training that a straight line is better.
POOR = {"max_steps": 5, "hidden": 4, "season_length": 1, "pretrained": False}


def forecast_after(benchmark, difference, values):
    """Its forecast after a series, as values."""
    forecast = benchmark.forecast(values[::-1][: benchmark.reach])
    return forecast + values[-1] if difference else forecast


@DIFFERENCES
@pytest.mark.parametrize("h", [2, 4, 11])
def test_the_last_season_is_repeated_as_the_seasonal_naive_forecast_does(difference, h):
    values = np.random.default_rng(0).normal(size=30)
    frame = pd.DataFrame({"unique_id": "a", "ds": np.arange(30), "y": values})
    due = SeasonalNaive(h, season_length=4).fit(frame).predict().iloc[:, -1]
    found = forecast_after(LinearBenchmark.seasonal_naive(difference, h, 4), difference, values)
    np.testing.assert_allclose(found, due, rtol=1e-12)


@DIFFERENCES
def test_zero_is_the_naive_forecast_or_the_mean(difference):
    benchmark = LinearBenchmark.zero(difference, 3)
    values = np.arange(5.0)
    due = 4.0 if difference else 0.0
    np.testing.assert_array_equal(forecast_after(benchmark, difference, values), [due] * 3)
    assert benchmark.name == ("the naive forecast" if difference else "the mean")
    np.testing.assert_array_equal(benchmark.forecast_all(values), np.zeros((5, 3)))


@DIFFERENCES
def test_a_map_is_that_of_least_squares_over_all_series(difference):
    rng = np.random.default_rng(0)
    series = [np.cumsum(rng.normal(size=n)) for n in (400, 9, 300)]
    benchmark = LinearBenchmark.linear(lay_out(series, difference, h=2, reach=5), 5)
    rows = np.concatenate(
        [np.lib.stride_tricks.sliding_window_view(values, 7) for values in series]
    )
    now = rows[:, 4:5] if difference else 0.0
    seen, due = (rows[:, :5] - now)[:, ::-1], rows[:, 5:] - now
    weights = np.linalg.lstsq(seen, due, rcond=None)[0]
    np.testing.assert_allclose(
        benchmark.forecast(rows[:, 4::-1]), seen @ weights, atol=0.03 * due.std(), rtol=0
    )


def test_a_map_continues_what_is_linear():
    t = np.arange(700.0)
    values = np.sin(t / 7) + np.sin(t / 3)
    benchmark = LinearBenchmark.linear(lay_out([values[:600]], False, h=6, reach=40), 40)
    found = benchmark.forecast_all(values)[600:690]
    due = np.lib.stride_tricks.sliding_window_view(values[601:], 6)[:90]
    assert np.abs(found - due).max() < 0.02


@DIFFERENCES
def test_forecasts_along_a_series_are_those_of_its_dataset_and_of_a_state(difference):
    rng = np.random.default_rng(0)
    values = rng.normal(size=60)
    benchmark = LinearBenchmark("any", rng.normal(size=(7, 3)))
    along = benchmark.forecast_all(values)
    data = lay_out([rng.normal(size=9), values], difference, h=3, lags=(1, 3), reach=7)
    at = data.starts[1] + np.arange(60)
    np.testing.assert_allclose(benchmark.forecast(data.back(at, 7)), along, atol=1e-5)
    state = FeatureState.start(difference, 8, 1, (1, 3), reach=7)
    for cut in (slice(0, 1), slice(1, 30), slice(30, 60)):
        state.advance(values[np.newaxis, cut])
        due = along[cut.stop - 1]
        np.testing.assert_allclose(benchmark.forecast(state.back(7))[0], due, atol=1e-12)
    np.testing.assert_allclose(benchmark.shares(values).sum(axis=0), along[-1], atol=1e-12)
    short = benchmark.shares(values[:4])
    np.testing.assert_allclose(short.sum(axis=0), along[3], atol=1e-12)


@pytest.mark.slow
@TARGETS
def test_where_a_straight_line_is_better_it_has_its_share(tmp_path, difference):
    y = noisy_sine(1200)
    model = LSTMForecaster(h=3, difference=difference, level=[80], **POOR).fit(table(y[:1150]))
    fitted = model.fitted_
    weight = fitted.weight
    assert weight < 1
    assert fitted.benchmark.reach == 1150 // 16
    told = " ".join(model.decisions())
    assert "a linear map of the last 71 values" in told
    # its error is near that of the map, which has the noise's, and not near the network's
    frame = model.predict()
    fitted.weight = 1.0
    alone = model.predict()["LSTM"].to_numpy()
    fitted.weight = 0.0
    line = model.predict()["LSTM"].to_numpy()
    fitted.weight = weight
    np.testing.assert_allclose(frame["LSTM"], weight * alone + (1 - weight) * line, rtol=1e-9)
    assert (frame["LSTM-lo-80"] < frame["LSTM"]).all()
    assert (frame["LSTM"] < frame["LSTM-hi-80"]).all()
    # what it says goes on with new values, also from a file
    model.save(tmp_path / "model")
    loaded = gatecast.load(tmp_path / "model")
    pd.testing.assert_frame_equal(loaded.predict(), frame)
    for one in (model, loaded):
        for value in y[1150:1160]:
            one.update([value])
        one.update(y[1160:])
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    values = model.transforms_[0].transform(y)
    at_once = model.fitted_.benchmark.forecast_all(values)[-1]
    benchmark = model.fitted_.benchmark
    now = benchmark.forecast(model.fitted_.state.back(benchmark.reach))[0]
    np.testing.assert_allclose(now, at_once, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
def test_a_network_that_is_better_is_left_alone():
    model = LSTMForecaster(h=1, season_length=1, n_networks=1).fit(table(noisy_sine(6000)))
    assert model.fitted_.weight == 1.0
    assert not model.fitted_.benchmark.reach


def test_a_map_is_fitted_on_what_was_known():
    y = noisy_sine(1000)
    changed = y.copy()
    changed[900:] += 100.0
    parts = [lay_out([values[:900]], False, h=3, reach=30) for values in (y, changed)]
    first, second = (LinearBenchmark.linear(data, 30) for data in parts)
    np.testing.assert_array_equal(first.weights, second.weights)


def test_windows_see_no_further_back_through_the_map():
    model = LSTMForecaster(h=2, look_back=20, **POOR).fit(table(noisy_sine(1200)))
    assert model.fitted_.benchmark.reach == 20


@pytest.mark.slow
@TARGETS
def test_attributions_hold_the_part_of_the_map(difference):
    model = LSTMForecaster(h=2, difference=difference, n_networks=3, **POOR).fit(
        table(noisy_sine(1200))
    )
    model.fitted_.weight = 0.25
    for look_back in (200, 50):
        found = attribution(model, look_back=look_back)
        heads = found.drop_duplicates("step")
        left = found.groupby("step")["attribution"].sum().to_numpy() - (
            heads["forecast"] - heads["baseline"]
        )
        assert (np.abs(left) <= 1e-3 * model.scale_).all()
        said = model.fitted_.restore(heads["forecast"].to_numpy()[np.newaxis])[0]
        np.testing.assert_allclose(said, model.predict()["LSTM"], rtol=1e-5)
    straight = found[(found["input"] == "benchmark forecast") & (found["step"] == 1)]
    values = model.transforms_[0].transform(noisy_sine(1200))[:-51:-1]
    if difference:
        values = values - values[0]
    weights = model.fitted_.benchmark.weights[:50, 0]
    np.testing.assert_allclose(
        straight["attribution"].to_numpy()[::-1], 0.75 * weights * values, atol=1e-12
    )


def measured(**errors):
    """Errors of 100 series for the network alone, and for options."""
    noise = np.linspace(0.9, 1.1, 100)
    errors_of = {Combination(0, 1.0): noise}
    for i, (name, factor) in enumerate(errors.items()):
        which, weight = name.removeprefix("a").split("_")
        bent = noise * factor + 0.01 * np.sin(i + np.arange(100))
        errors_of[Combination(int(which), float(weight) / 100)] = bent
    return errors_of, 100.0


def test_the_network_is_alone_unless_others_are_clearly_better_at_each_origin():
    here = measured(a0_0=2.0, a1_50=0.9, a2_50=0.97)
    assert choose_combination(here) == (1, 0.5)
    assert choose_combination(here, measured(a0_0=2.0, a1_50=1.1, a2_50=0.98)) == (2, 0.5)
    assert choose_combination(here, measured(a0_0=2.0, a1_50=1.1, a2_50=1.1)) == (0, 1.0)
    assert choose_combination(measured(a0_0=2.0, a1_50=1.0)) == (0, 1.0)


def test_of_shares_that_are_as_good_the_network_has_the_largest():
    here = measured(a1_0=0.9, a1_25=0.9, a1_50=0.9005, a1_75=0.95, a2_75=0.93)
    assert choose_combination(here) == (1, 0.5)


@pytest.mark.slow
def test_a_set_is_drawn_to_its_last_season_only_where_two_origins_agree(monkeypatch):
    combinations = HoldoutTrial.combinations

    def fits(before):
        def changed(trial, max_steps):
            errors, n = combinations(trial, max_steps)
            cut = 60 - trial.preparation.panel.lengths[0]
            alone = errors[0, 1.0]
            for i, one in enumerate(errors):
                if one.weight < 1.0:
                    factor = (before if cut else 0.9) if one == (1, 0.5) else 1.5
                    errors[one] = factor * alone + 1e-3 * np.sin(i + np.arange(len(alone)))
            return errors, n

        monkeypatch.setattr(HoldoutTrial, "combinations", changed)
        rng = np.random.default_rng(0)
        t = np.arange(60)
        frame = pd.concat(
            pd.DataFrame(
                {"unique_id": f"s{i}", "ds": t, "y": 20 + rng.normal(0, 3, 4)[t % 4]
                 + np.cumsum(rng.normal(0, 0.5, 60))}
            )
            for i in range(24)
        )  # fmt: skip
        return LSTMForecaster(h=4, season_length=4, max_steps=5, hidden=4, adjust_season=False).fit(
            frame
        ), frame

    model, frame = fits(before=0.9)
    assert model.fitted_.weight == 0.5
    assert "a combination with the seasonal naive forecast of 4 steps" in " ".join(
        model.decisions()
    )
    model.fitted_.weight = 0.0
    due = SeasonalNaive(4, season_length=4).fit(frame).predict()
    np.testing.assert_allclose(model.predict()["LSTM"], due.iloc[:, -1], rtol=1e-9)
    assert fits(before=1.1)[0].fitted_.weight == 1.0
