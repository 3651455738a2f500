"""Every model has one protocol: fit, predict(level=), decisions(), alias, settings."""

import copy

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast import LSTMForecaster, PretrainedLSTM, baselines
from gatecast.baselines import Drift, LinearAutoregression, Naive, SeasonalNaive, WindowAverage
from gatecast.datasets import air_passengers
from gatecast.errors import DataError, NotFittedError, UsageError

QUICK = {"n_networks": 1, "max_steps": 5, "hidden": 3, "threads": 1}
MODELS = {
    "LSTM": lambda **more: LSTMForecaster(h=3, **QUICK, **more),
    "PretrainedLSTM": lambda **more: PretrainedLSTM(h=3, **more),
    **{
        name: lambda name=name, **more: getattr(baselines, name)(h=3, **more)
        for name in baselines.__all__
    },
}


def table(values, name="y"):
    return pd.DataFrame({"ds": range(len(values)), name: np.asarray(values, float)})


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_the_protocol(name):
    if name in {"AutoARIMA", "AutoETS", "MSTL", "SARIMA", "Theta"}:
        pytest.importorskip("statsforecast", reason="needs the extra [stats]")
    make, known = MODELS[name], air_passengers()[-72:]
    assert make().alias == name
    model = make(level=[80, 95], alias="mine", season_length=(12, 24))
    with pytest.raises(NotFittedError):
        model.predict()
    with pytest.raises(NotFittedError):
        model.decisions()
    forecast = model.fit(known).predict()
    ends = ["mine-lo-95", "mine-lo-80", "mine-hi-80", "mine-hi-95"]
    assert list(forecast) == ["unique_id", "ds", "mine", *ends]
    assert (np.diff(forecast[[*ends[:2], "mine", *ends[2:]]].to_numpy(), axis=1) >= 0).all()
    narrow = model.predict(level=[80])
    pd.testing.assert_frame_equal(narrow, forecast.drop(columns=["mine-lo-95", "mine-hi-95"]))
    assert list(model.predict(level=())) == ["unique_id", "ds", "mine"]
    assert all(isinstance(sentence, str) for sentence in model.decisions())
    copied = type(model)(**model.get_params())
    pd.testing.assert_frame_equal(copied.fit(known).predict(), forecast)
    assert model.set_params(h=2, alias="other") is model
    assert list(model.fit(known).predict(level=[])) == ["unique_id", "ds", "other"]
    before = model.get_params()
    with pytest.raises(UsageError, match="no setting depth"):
        model.set_params(h=1, depth=2)
    assert model.get_params() == before
    with pytest.raises(UsageError, match=r'column "ds".*alias="forecast"'):
        model.set_params(alias="ds").fit(known).predict()


def test_conformal_intervals_by_hand():
    y = np.cumsum([0.0, 1, -2, 3, -4, 5, -6, 7, -8, 9])  # absolute changes are 1 to 9
    forecast = Naive(h=1).fit(table(y)).predict(level=[50, 80])
    # of 9 errors the 5th, ceil(10 * 0.5), and the 8th
    assert forecast["Naive-hi-50"].item() - y[-1] == 5
    assert y[-1] - forecast["Naive-lo-80"].item() == 8


def test_a_short_series_takes_the_errors_of_all_in_its_own_unit():
    rng = np.random.default_rng(0)
    walks = [rng.normal(size=30).cumsum() * scale for scale in (1.0, 10.0, 100.0)]
    long = pd.concat([table(y).assign(unique_id=f"{i}") for i, y in enumerate(walks)])
    forecast = Naive(h=2).fit(long).predict(level=[95])
    widths = (forecast["Naive-hi-95"] - forecast["Naive-lo-95"]).to_numpy().reshape(3, 2)
    steps = np.array([np.abs(np.diff(y)).mean() for y in walks])
    shares = widths / steps[:, None]
    # 29 errors at the first step are enough for 95 per cent, and 28 at the second
    assert not np.allclose(shares[0], shares[1])
    short = pd.concat([table(y[:15]).assign(unique_id=f"{i}") for i, y in enumerate(walks)])
    forecast = Naive(h=2).fit(short).predict(level=[95])
    widths = (forecast["Naive-hi-95"] - forecast["Naive-lo-95"]).to_numpy().reshape(3, 2)
    steps = np.array([np.abs(np.diff(y[:15])).mean() for y in walks])
    np.testing.assert_allclose(widths / steps[:, None], (widths[0] / steps[0])[None].repeat(3, 0))
    with pytest.raises(DataError, match="intervals are measured at earlier origins"):
        SeasonalNaive(h=1, season_length=12).fit(table(range(12))).predict(level=[80])


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [Naive(h=4), Drift(h=4), WindowAverage(h=4, window_size=3), LinearAutoregression(h=4)],
    ids=lambda model: model.alias,
)
def test_eighty_per_cent_are_eighty_per_cent(model):
    rng = np.random.default_rng(1)
    walks = rng.normal(size=(300, 104)).cumsum(axis=1)
    ids = np.repeat([f"{i}" for i in range(300)], 100)
    known = pd.DataFrame({"unique_id": ids, "ds": np.tile(range(100), 300)})
    forecast = model.fit(known.assign(y=walks[:, :100].ravel())).predict(level=[80])
    low, high = (forecast[f"{model.alias}-{end}-80"].to_numpy() for end in ("lo", "hi"))
    actual = walks[:, 100:].ravel()
    assert ((low <= actual) & (actual <= high)).mean() == pytest.approx(0.8, abs=0.04)


def test_a_linear_model_learns_nothing_of_what_its_intervals_are_measured_on():
    y = np.sin(np.arange(90.0))
    poisoned = y.copy()
    poisoned[60:] += np.random.default_rng(0).normal(size=30)
    panels = [LinearAutoregression(h=2, look_back=4).fit(table(values)) for values in (y, poisoned)]
    models = [one._for_calibration(one.panel_, (1,)) for one in panels]
    assert [first.tolist() for _, first in models] == [[60], [60]]
    np.testing.assert_array_equal(models[0][0].weights_, models[1][0].weights_)
    assert not np.array_equal(panels[0].weights_, panels[1].weights_)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SARIMA", "AutoETS", "Theta"])
def test_intervals_of_statistical_models_are_statsforecasts_own(name):
    models = pytest.importorskip("statsforecast.models", reason="needs the extra [stats]")
    values = air_passengers()["y"].to_numpy(float)
    forecast = getattr(baselines, name)(h=5).fit(air_passengers()).predict(level=[80])
    if name == "SARIMA":
        theirs = models.ARIMA(order=(0, 1, 1), season_length=12, seasonal_order=(0, 1, 1))
    else:
        theirs = getattr(models, name)(season_length=12)
    wanted = theirs.forecast(values, 5, level=[80])
    for end in ("lo", "hi"):
        np.testing.assert_array_equal(forecast[f"{name}-{end}-80"], wanted[f"{end}-80"])


def test_several_seasons_mean_the_same_everywhere():
    t = np.arange(24 * 28)
    y = table(np.sin(2 * np.pi * t / 24) + np.sin(2 * np.pi * t / 168))
    naive = SeasonalNaive(h=30, season_length=[168, 24]).fit(y)
    np.testing.assert_array_equal(
        naive.predict()["SeasonalNaive"], [*y["y"][-24:], *y["y"][-24:-18]]
    )
    assert naive.decisions()[-1] == (
        "SeasonalNaive has one season: that of 24 steps, and not that of 168"
    )
    for season in (0, (24, 0), (), "24"):
        for make in (Naive, PretrainedLSTM, LSTMForecaster):
            with pytest.raises(UsageError, match="season_length="):
                make(h=1, season_length=season)
    with pytest.warns(DeprecationWarning, match="seasons is now called season_length"):
        assert baselines.MSTL(1, seasons=(24, 168)).season_length == (24, 168)


@pytest.mark.slow
def test_a_backtest_scores_intervals_of_all_and_keeps_what_each_model_decided():
    models = [
        LSTMForecaster(h=2, **QUICK), SeasonalNaive(h=2, season_length=(12, 24)),
        Naive(h=2), Naive(h=2, alias="again"),
    ]  # fmt: skip
    result = gatecast.backtest(models, air_passengers(), n_windows=3, level=[80])
    assert result.models == ("LSTM", "SeasonalNaive", "Naive", "again")
    board = result.leaderboard().set_index("model")
    assert board[["coverage-80", "crps"]].notna().to_numpy().all()
    pd.testing.assert_series_equal(board.loc["Naive"], board.loc["again"], check_names=False)
    assert result.decisions.keys() == {"LSTM", "SeasonalNaive", "Naive", "again"}
    assert "SeasonalNaive has one season" in result.decisions["SeasonalNaive"][0]
    assert any("training steps" in sentence for sentence in result.decisions["LSTM"])
    assert not set(result.decisions["LSTM"]) & set(result.notes)
    with pytest.raises(UsageError, match="two models are named Naive: give each an alias"):
        gatecast.backtest([Naive(h=2), Naive(h=2)], air_passengers())
    assert copy.deepcopy(models[3]).alias == "again"
