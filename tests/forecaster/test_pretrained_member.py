"""The pretrained network as a member of the forecast: safe where little is known of a series."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.datasets import air_passengers
from gatecast.forecaster.benchmarks.pretrained import PretrainedBenchmark

QUICK = {"max_steps": 20, "n_networks": 1, "hidden": 4, "threads": 1}


def medians(frame):
    return frame.iloc[:, -1].to_numpy()


def test_of_a_short_series_the_forecast_is_the_pretrained_networks():
    model = gc.LSTMForecaster(h=12, **QUICK).fit(air_passengers())
    assert model.fitted_.weight == 0.0
    due = gc.PretrainedLSTM(h=12).fit(air_passengers()).predict()
    np.testing.assert_allclose(medians(model.predict()), medians(due), rtol=1e-12)
    assert any(one.id == "combination.prior" for one in model.decisions() if hasattr(one, "id"))


def test_the_pretrained_network_runs_once_between_two_updates(monkeypatch):
    model = gc.LSTMForecaster(h=12, **QUICK).fit(air_passengers())
    quantiles, calls = PretrainedBenchmark._quantiles, []

    def counting(self, own, at):
        calls.append(own.shape)
        return quantiles(self, own, at)

    monkeypatch.setattr(PretrainedBenchmark, "_quantiles", counting)
    first = model.predict()
    model.components()
    model.simulate(3)
    assert calls == [(1, 144)]
    model.update([420.0])
    assert model.predict().iloc[0, -1] != first.iloc[1, -1]
    assert len(calls) == 2


@pytest.mark.parametrize("n", [7, 9])
def test_series_too_short_to_hold_out_have_a_forecast_and_intervals(n):
    y = pd.Series(np.arange(n) * 10.0 + 100)
    model = gc.LSTMForecaster(h=3, level=[80, 95], **QUICK).fit(y)
    assert model.calibration_ is None
    made = model.predict()
    due = gc.PretrainedLSTM(h=3, level=[80, 95]).fit(y).predict()
    for column in ("", "-lo-80", "-hi-95"):
        np.testing.assert_allclose(made[f"LSTM{column}"], due[f"PretrainedLSTM{column}"])
    # nothing is said of a hold-out that there was not
    *_, short, prior, alone, intervals = model.decisions()
    assert short == "the series are too short for a hold-out: no error was measured"
    assert prior == ("the pretrained network makes the forecast: nothing could be compared with it")
    assert alone.id == "combination.one_network"
    assert intervals == (
        "the intervals are those of the pretrained network; no forecast of these series has tested "
        "them"
    )
    model = gc.LSTMForecaster(h=3, **QUICK).fit(y)
    assert not any("intervals" in decision for decision in model.decisions())


def test_intervals_of_a_short_series_are_nearly_the_pretrained_ones():
    model = gc.LSTMForecaster(h=12, level=[80], **QUICK).fit(air_passengers())
    assert len(model.networks_) == 1  # none that learns quantiles
    made, due = (
        (frame.iloc[:, -1] - frame.iloc[:, -2]).to_numpy()
        for frame in (
            model.predict(), gc.PretrainedLSTM(h=12, level=[80]).fit(air_passengers()).predict()
        )
    )  # fmt: skip
    assert ((made / due > 0.8) & (made / due < 1.25)).all()


@pytest.mark.slow
def test_a_network_that_is_clearly_better_makes_the_forecast():
    # a logistic map: chaos, which no sum of simple forecasts can follow
    y = np.empty(700)
    y[0] = 0.3
    for t in range(699):
        y[t + 1] = 3.9 * y[t] * (1 - y[t])
    settings = {"h": 1, "season_length": 1, "n_networks": 1, "max_steps": 300, "threads": 1}
    model = gc.LSTMForecaster(**settings).fit(pd.Series(y))
    assert model.fitted_.weight > 0.5


def test_without_it_or_with_a_look_back_it_has_no_part():
    for setting in ({"pretrained": False}, {"look_back": 24}):
        model = gc.LSTMForecaster(h=6, **QUICK, **setting).fit(air_passengers())
        assert not isinstance(model.fitted_.benchmark, PretrainedBenchmark)


def test_with_covariates_the_network_that_sees_them_comes_first():
    frame = air_passengers().assign(price=np.arange(144) % 7)
    model = gc.LSTMForecaster(h=12, hist_exog_list=["price"], **QUICK).fit(frame)
    assert model.fitted_.weight == 1.0  # too few forecasts are held out to say otherwise


@pytest.mark.slow
def test_what_is_saved_loaded_and_updated_forecasts_as_from_the_whole(tmp_path):
    whole = air_passengers()
    known, later = whole[:-30], whole[-30:]
    model = gc.LSTMForecaster(h=8, level=[80], **QUICK).fit(known)
    before = model.predict()
    model.save(tmp_path / "model.gatecast")
    loaded = gc.load(tmp_path / "model.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), before)
    for i in range(0, 30, 7):
        loaded.update(later[i : i + 7])
    model.update(later)
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    due = gc.PretrainedLSTM(h=8).fit(whole).predict()
    np.testing.assert_allclose(model.predict()["LSTM"], medians(due), rtol=1e-9)


def test_in_sample_it_sees_no_later_value():
    y = air_passengers()
    model = gc.LSTMForecaster(h=4, **QUICK).fit(y)
    insample = model.predict_insample(20)
    cutoff = insample["cutoff"].iloc[0]
    before = y[y["ds"] <= cutoff]
    due = gc.PretrainedLSTM(h=4, season_length=12).fit(before).predict()
    made = insample[insample["cutoff"] == cutoff]["LSTM"].to_numpy()
    np.testing.assert_allclose(made, medians(due), rtol=1e-9)


@pytest.mark.slow
def test_its_attribution_adds_up():
    model = gc.LSTMForecaster(h=3, **QUICK).fit(air_passengers())
    shares = gc.attribution(model)
    heads = shares.drop_duplicates("step")
    sums = shares.groupby("step")["attribution"].sum().to_numpy()
    np.testing.assert_allclose(sums, heads["forecast"] - heads["baseline"], atol=1e-9)
    # what the forecast of January hangs on most is a January
    first = shares[shares["step"] == 1]
    assert first.loc[first["attribution"].abs().idxmax(), "lag"] % 12 == 11
