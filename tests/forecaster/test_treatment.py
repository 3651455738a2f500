"""What is done to a series before the network sees it: asked for, or found in the values."""

import numpy as np
import pandas as pd
import pytest
from helpers.forecasting import transforms_of
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast import datasets
from gatecast.data.transforms import (
    BoxCox,
    MeanAbsoluteChangeScaler,
    MinMaxScaler,
    OutlierClip,
    RobustScaler,
    StandardScaler,
    hampel_clip,
)
from gatecast.errors import DataError, UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.settings.seasons import as_seasons, find_season, keeps_phase

QUICK = {"max_steps": 20, "n_networks": 1, "hidden": 6, "pretrained": False}
AIR = datasets.air_passengers()["y"].to_numpy()


@pytest.mark.parametrize(
    ("scale", "kind"),
    [
        ("auto", MeanAbsoluteChangeScaler),
        ("min-max", MinMaxScaler),
        ("standard", StandardScaler),
        ("robust", RobustScaler),
    ],
)
def test_a_series_is_scaled_as_asked_for_and_comes_back(scale, kind):
    prepared = transforms_of(AIR, 6, 12, scale=scale)
    assert type(prepared.transforms[-1]) is kind
    there = prepared.transform(AIR)
    np.testing.assert_allclose(prepared.inverse_transform(there, 0), AIR, rtol=1e-12)
    if scale == "min-max":
        assert (there.min(), there.max()) == (0.0, 1.0)
    if scale == "standard":
        assert (there.mean(), there.std()) == pytest.approx((0.0, 1.0), abs=1e-12)
    if scale == "robust":
        assert np.median(there) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.sampled_from([1e-12, 1.0, 1e12]),
    st.sampled_from(["auto", "min-max", "standard", "robust"]),
    st.sampled_from([False, True, "box-cox"]),
    st.sampled_from([1, 12, (4, 12)]),
    st.integers(0, 2**32 - 1),
)
def test_any_treatment_is_undone_in_any_unit(unit, scale, log, season_length, seed):
    values = unit * np.exp(np.random.default_rng(seed).normal(0, 0.5, 60))
    shortest, *longer = as_seasons(season_length)
    prepared = transforms_of(
        values, 6, shortest, log, season_length != 1, scale=scale, longer_seasons=longer
    )
    np.testing.assert_allclose(
        prepared.inverse_transform(prepared.transform(values), 0), values, rtol=1e-6
    )
    far = (
        prepared.inverse_transform(np.array([-1e9, 0.0, 1e9]), 60)
        if log == "box-cox"
        else np.zeros(3)
    )
    assert np.isfinite(far).all()


def test_the_power_of_the_airline_series_is_that_of_the_literature():
    # BoxCox.lambda(AirPassengers, "guerrero") of R's forecast is -0.2947; powers here are of 0.05
    power = transforms_of(AIR, 6, 12, log="box-cox").transforms[0]
    assert isinstance(power, BoxCox)
    assert power.power == pytest.approx(-0.2947, abs=0.025)
    special = pytest.importorskip("scipy.special")
    np.testing.assert_allclose(
        power.transform(AIR), special.boxcox(AIR / power.unit, power.power), rtol=1e-12, atol=1e-14
    )


def test_several_seasons_are_taken_out_from_short_to_long():
    t = np.arange(24 * 7 * 4)
    rng = np.random.default_rng(0)
    day, week = rng.normal(size=24), rng.normal(size=168)
    values = 5.0 + day[t % 24] + week[t % 168]
    prepared = transforms_of(values, 24, 24, adjust_season=True, longer_seasons=(168,))
    assert [len(a.indices) for a in prepared.transforms[:2]] == [24, 168]
    # a level and seasons, and nothing besides: the level is what is left, now and in the future
    np.testing.assert_allclose(prepared.transform(values), 0.0, atol=1e-12)
    ahead = np.arange(len(t), len(t) + 100)
    np.testing.assert_allclose(
        prepared.inverse_transform(np.zeros(100), len(t)), 5.0 + day[ahead % 24] + week[ahead % 168]
    )
    only_day = transforms_of(values, 24, 24, adjust_season=True)
    assert np.abs(only_day.transform(values)).max() > 0.1


def test_of_several_seasons_only_those_are_taken_out_that_are_there():
    t = np.arange(24 * 7 * 6)
    values = np.sin(2 * np.pi * t / 24) + np.random.default_rng(0).normal(0, 0.2, len(t))
    assert len(transforms_of(values, 24, 24, longer_seasons=(168,)).transforms) == 2
    weekend = values - 2.0 * (t // 24 % 7 >= 5)
    assert len(transforms_of(weekend, 24, 24, longer_seasons=(168,)).transforms) == 3


def test_an_outlier_neither_rules_the_scale_nor_bends_the_season():
    season = np.sin(2 * np.pi * np.arange(96) / 12)
    clean = 20 + season + np.random.default_rng(0).normal(0, 0.1, 96)
    wild = clean.copy()
    wild[[30, 70]] = [500.0, -500.0]
    prepared = transforms_of(wild, 3, 12, adjust_season=True, clip_outliers=True)
    adjusted, clip, _ = prepared.transforms
    assert isinstance(clip, OutlierClip)
    assert (clip.clipped, clip.count) == (2, 96)
    np.testing.assert_allclose(adjusted.indices, season[:12], atol=0.2)
    bent = transforms_of(wild, 3, 12, adjust_season=True).transforms[0]
    assert np.abs(bent.indices - season[:12]).max() > 10
    assert any(s.startswith("2 of 96 values are outliers, beyond") for s in prepared.decisions())
    # a new value is drawn to the fences of the fit, and what comes back is not clipped
    there = prepared.transform(np.array([1e9]), 96)
    assert there == prepared.transform(np.array([1e6]), 96)
    assert prepared.inverse_transform(there + 100.0, 96) > prepared.inverse_transform(there, 96)


def test_taming_touches_the_wild_value_alone():
    t = np.arange(84)
    values = 20 + 10.0 * (t % 7 == 2) + np.random.default_rng(0).uniform(-0.1, 0.1, 84)
    wild = values.copy()
    wild[40] += 1000.0
    tamed = hampel_clip(wild, (7,))
    others = t != 40
    np.testing.assert_array_equal(tamed[others], values[others])
    assert tamed[40] == pytest.approx(20, abs=1)  # within the fences of noise of 0.1
    np.testing.assert_array_equal(hampel_clip(np.full(9, 2.0)), np.full(9, 2.0))


def test_updates_are_clipped_by_what_was_known_at_the_fit():
    frame = pd.DataFrame({"y": np.random.default_rng(0).normal(50, 1, 80)})
    forecasts = []
    for new in (1e6, 1e9):
        model = LSTMForecaster(h=2, clip_outliers=True, **QUICK).fit(frame)
        forecasts.append(model.update([new]).predict()["LSTM"].to_numpy())
    np.testing.assert_array_equal(*forecasts)
    assert forecasts[0].max() < 60


def test_seasons_are_given_as_one_or_several():
    assert as_seasons(12) == (12,)
    assert as_seasons(np.int64(12)) == (12,)
    assert as_seasons([168, 24, 24]) == (24, 168)
    assert as_seasons((1, 7)) == (7,)
    assert as_seasons((1,)) == (1,)
    for wrong in (0, -3, True, 2.5, "12", (24, 0), (24, None), ()):
        with pytest.raises(UsageError, match=r"season_length=.* was requested"):
            as_seasons(wrong)


@pytest.mark.slow
def test_a_season_is_found_where_the_frequency_has_none():
    numbered = pd.DataFrame({"y": AIR})
    model = LSTMForecaster(h=6, **QUICK).fit(numbered)
    told = " ".join(model.decisions())
    assert "no usual season, and one of 12 steps was detected" in told
    assert "a season of 12 steps is subtracted" in told
    # the same as being told
    told = LSTMForecaster(h=6, season_length=12, **QUICK).fit(numbered)
    pd.testing.assert_frame_equal(model.predict(), told.predict(), check_exact=True)
    # 1 is an answer, and so is a frequency that has a season
    for frame, asked in ((numbered, {"season_length": 1}), (datasets.air_passengers(), {})):
        model = LSTMForecaster(h=6, **asked, **QUICK).fit(frame)
        assert "usual season" not in " ".join(model.decisions())


def test_a_season_is_found_by_most_of_many_series():
    rng = np.random.default_rng(0)
    wave = np.sin(2 * np.pi * np.arange(120) / 12)
    waves = [wave + rng.normal(0, 0.2, 120) for _ in range(6)]
    noise = [rng.normal(size=120) for _ in range(4)]
    assert find_season(waves + noise)[0] == 12
    assert "of 6 of 10 series" in find_season(waves + noise)[1]
    assert find_season(waves[:2] + noise)[0] == 1
    assert find_season([np.full(50, 3.0)]) == find_season([np.arange(3.0)])


def test_a_cycle_that_is_no_whole_number_of_steps_is_left_to_the_network():
    t = np.arange(4000)
    assert keeps_phase(np.sin(2 * np.pi * t / 12), 12)
    # of 9.6 steps: a season of 10 is half a cycle off after 125 steps
    cycle = np.sin(2 * np.pi * t / 9.6)
    assert not keeps_phase(cycle, 10)
    season, sentence = find_season([cycle[:1000]])
    assert season == 1
    assert "about 10 steps in the values does not keep its phase" in sentence
    assert not keeps_phase(np.arange(30.0), 15)  # nothing follows two seasons


def test_the_season_is_found_without_what_is_held_back():
    rng = np.random.default_rng(0)
    values = np.sin(2 * np.pi * np.arange(200) / 12) + rng.normal(0, 0.1, 200)
    spoiled = values.copy()
    spoiled[-40:] = rng.normal(0, 1e6, 40)  # a fifth is held back
    for series in (values, spoiled):
        model = LSTMForecaster(h=6, **QUICK).fit(pd.DataFrame({"y": series}))
        assert "one of 12 steps was detected" in " ".join(model.decisions())


def test_what_cannot_be_asked_for_is_said():
    frame = pd.DataFrame({"y": AIR})
    for wrong, message in (
        ({"scale": "big"}, 'scale="big".*"robust"'),
        ({"clip_outliers": "yes"}, 'clip_outliers="yes"'),
        ({"log": "boxcox"}, 'log="boxcox".*"box-cox"'),
        ({"adjust_season": "box-cox"}, 'adjust_season="box-cox"'),
        ({"season_length": (24, 0)}, r"season_length=\(24, 0\)"),
    ):
        with pytest.raises(UsageError, match=message):
            LSTMForecaster(h=2, **wrong).fit(frame)
    with pytest.raises(DataError, match=r'series "y": a power needs values above 0'):
        LSTMForecaster(h=2, log="box-cox", **QUICK).fit(frame - 200)


@pytest.mark.slow
@pytest.mark.parametrize("unit", [1e-300, 1.0, 1e149])
@pytest.mark.parametrize("scale", ["min-max", "standard", "robust"])
def test_forecasts_are_finite_and_of_their_size_under_every_scale(scale, unit):
    frame = pd.DataFrame({"y": unit * (1 + 0.1 * np.sin(np.arange(60.0)))})
    model = LSTMForecaster(h=4, level=[80], scale=scale, log="box-cox", clip_outliers=True, **QUICK)
    forecast = model.fit(frame).predict()
    assert np.isfinite(forecast.to_numpy(float)).all()
    assert forecast["LSTM"].between(0.5 * unit, 1.5 * unit).all()


def test_the_tutorials_sine_of_62_8_steps_has_no_season_of_63():
    y = datasets.noisy_sine()["y"].to_numpy()
    for n in (1000, 6400, 8000):
        assert find_season([y[:n]])[0] == 1
