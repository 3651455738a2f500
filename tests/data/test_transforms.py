from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gatecast import LSTMForecaster, datasets, explain
from gatecast.data.transforms import (
    BoxCox,
    LevelShift,
    Log,
    MinMaxScaler,
    OutlierClip,
    RobustScaler,
    SeasonalAdjustment,
    StandardScaler,
    TransformPipeline,
    Treatment,
    find_season_length,
    is_seasonal,
)
from gatecast.data.transforms.level_shift import find_level_shift
from gatecast.data.transforms.present_level import at_present_level
from gatecast.errors import DataError, UsageError

AIR = datasets.air_passengers()["y"].to_numpy()

FITS = {
    "min-max": MinMaxScaler.fit,
    "standard": StandardScaler.fit,
    "robust": RobustScaler.fit,
    "Box-Cox": lambda values: BoxCox.fit(values, 12),
    "log": Log.fit,
    "multiplicative": lambda values: SeasonalAdjustment.fit(values, 12),
    "additive": lambda values: SeasonalAdjustment.fit(values, 12, "additive"),
}


@pytest.fixture(params=FITS)
def fit(request):
    return FITS[request.param]


def test_what_is_transformed_comes_back(fit):
    fitted = fit(AIR[:100])
    for start, values in ((0, AIR[:100]), (100, AIR[100:]), (103, AIR[103:104])):
        there = fitted.transform(values, start=start)
        np.testing.assert_allclose(fitted.inverse_transform(there, start=start), values, rtol=4e-15)


def test_a_batch_of_forecasts_comes_back(fit):
    fitted = fit(AIR[:100])
    batch = np.stack([AIR[100:118], AIR[100:118] * 1.5])
    there = fitted.transform(batch, start=100)
    assert there.shape == (2, 18)
    np.testing.assert_allclose(fitted.inverse_transform(there, start=100), batch, rtol=4e-15)


def test_values_after_the_cutoff_do_not_matter(fit):
    fitted = fit(AIR[:100])
    whole, known = fitted.transform(AIR), fitted.transform(AIR[:100])
    np.testing.assert_array_equal(whole[:100], known)
    spoiled = AIR.copy()
    spoiled[100:] = 1e9
    np.testing.assert_array_equal(fitted.transform(spoiled)[:100], known)
    if fit != Log.fit:  # which learns nothing from the data
        assert not np.array_equal(fit(AIR[:80]).transform(AIR[:100]), known)


def test_fitting_and_transforming_leave_the_data_alone(fit):
    values = AIR.copy()
    values.flags.writeable = False
    fit(values).transform(values)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_named(fit, bad):
    values = AIR.copy()
    values[7] = bad
    with pytest.raises(DataError, match=f"{bad} at position 7"):
        fit(values)


def test_nothing_to_fit_on_is_refused(fit):
    with pytest.raises(DataError, match="empty"):
        fit(np.empty(0))


def test_min_max_by_hand():
    scaler = MinMaxScaler.fit(np.array([2.0, 4.0, 10.0]))
    np.testing.assert_array_equal(
        scaler.transform(np.array([2.0, 4.0, 10.0, 14.0])), [0, 0.25, 1, 1.5]
    )
    assert scaler.describe() == "values are scaled so that 2 becomes 0 and 10 becomes 1"


def test_standard_by_hand():
    scaler = StandardScaler.fit(np.array([1.0, 3.0, 1.0, 3.0]))
    assert (scaler.mean, scaler.deviation) == (2.0, 1.0)
    np.testing.assert_array_equal(scaler.transform(np.array([1.0, 5.0])), [-1, 3])


@pytest.mark.parametrize("level", [0.0, 0.1, -7.3, 1e300])
@pytest.mark.parametrize("scaler", [MinMaxScaler, StandardScaler])
def test_a_constant_series_becomes_zero(scaler, level):
    values = np.full(7, level)
    fitted = scaler.fit(values)
    np.testing.assert_allclose(fitted.transform(values), 0, atol=abs(level) * 1e-15)
    np.testing.assert_allclose(
        fitted.inverse_transform(fitted.transform(values)), values, rtol=1e-15
    )


@pytest.mark.parametrize("unit", [1e-300, 1e300])
def test_standard_scaling_survives_extreme_units(unit):
    scaler = StandardScaler.fit(np.array([1.0, 3.0]) * unit)
    assert scaler.mean == pytest.approx(2 * unit, rel=1e-15)
    assert scaler.deviation == pytest.approx(unit, rel=1e-15)


def test_a_range_that_overflows_is_refused():
    with pytest.raises(DataError, match="too far apart"):
        MinMaxScaler.fit(np.array([-1.7e308, 1.7e308]))


@pytest.mark.slow
@given(
    hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e9, 1e9)),
    st.sampled_from([MinMaxScaler, StandardScaler]),
)
def test_scaling_comes_back_for_any_values(values, scaler):
    fitted = scaler.fit(values)
    back = fitted.inverse_transform(fitted.transform(values))
    np.testing.assert_allclose(back, values, rtol=0, atol=1e-15 * 8 * max(1, abs(values).max()))


def test_log_by_hand():
    log = Log.fit(np.array([np.e, 1.0]))
    np.testing.assert_allclose(log.transform(np.array([1.0, np.e])), [0, 1], rtol=1e-15)
    # a later value without a logarithm counts as half of the smallest known
    np.testing.assert_allclose(log.transform(np.array([0.0, -3.0, 0.1])), np.log(0.5), rtol=1e-15)


@pytest.mark.parametrize("bad", [0.0, -3.0])
@pytest.mark.parametrize("name", ["log", "multiplicative"])
def test_values_without_a_logarithm_are_named(name, bad):
    values = AIR.copy()
    values[5] = bad
    with pytest.raises(DataError, match=rf"above 0, the training part has {bad:g} at position 5"):
        FITS[name](values)


def test_seasonal_indices_by_hand():
    # level 10, 20, ... has the trend value itself as its centred average of three
    season = np.array([0.5, 1.0, 1.5])
    values = np.full(9, 10.0) * np.tile(season, 3)
    fitted = SeasonalAdjustment.fit(values, 3)
    np.testing.assert_allclose(fitted.indices, season, rtol=1e-15)
    np.testing.assert_allclose(fitted.transform(values), 10, rtol=1e-15)

    shifts = np.array([-2.0, 0.5, 1.0, 0.5])
    values = np.arange(12.0) + np.tile(shifts, 3)
    fitted = SeasonalAdjustment.fit(values, 4, "additive")
    np.testing.assert_allclose(fitted.indices, shifts, atol=1e-14)
    np.testing.assert_allclose(fitted.transform(values), np.arange(12.0), atol=1e-14)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "multiplicative",
            [
                0.910230,
                0.883625,
                1.007366,
                0.975906,
                0.981378,
                1.112776,
                1.226556,
                1.219911,
                1.060492,
                0.921757,
                0.801178,
                0.898824,
            ],
        ),
        (
            "additive",
            [
                -24.748737,
                -36.188131,
                -2.241162,
                -8.036616,
                -4.506313,
                35.402778,
                63.830808,
                62.823232,
                16.520202,
                -20.642677,
                -53.593434,
                -28.619949,
            ],
        ),
    ],
)
def test_seasonal_indices_of_the_airline_series_are_statsmodels(kind, expected):
    # statsmodels 0.15: seasonal_decompose(AirPassengers, model=kind, period=12).seasonal[:12]
    np.testing.assert_allclose(SeasonalAdjustment.fit(AIR, 12, kind).indices, expected, atol=5e-7)


def test_the_season_goes_on_by_phase_into_the_future():
    fitted = SeasonalAdjustment.fit(AIR[:100], 12)
    np.testing.assert_array_equal(fitted.at(100, 4), fitted.indices[[4, 5, 6, 7]])
    np.testing.assert_array_equal(fitted.at(-1, 2), fitted.indices[[11, 0]])


def test_seasonal_indices_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        SeasonalAdjustment.fit(AIR, 12).indices[0] = 1


def test_a_season_needs_two_of_it():
    SeasonalAdjustment.fit(AIR[:24], 12)
    with pytest.raises(DataError, match="24 values, and there are 23"):
        SeasonalAdjustment.fit(AIR[:23], 12)


def test_a_season_of_one_step_and_an_unknown_kind_are_refused():
    with pytest.raises(UsageError, match="season_length=1 was requested; use 2 or more"):
        SeasonalAdjustment.fit(AIR, 1)
    with pytest.raises(UsageError, match="middling"):
        SeasonalAdjustment.fit(AIR, 12, "middling")


def test_every_transform_says_what_it_does(fit):
    sentence = fit(AIR).describe()
    assert sentence == sentence.strip()
    assert len(sentence) > 20


def test_the_season_test_at_its_limit():
    # ten seasons of +1, -1: r1 = -19/20 and r2 = 18/20, by hand
    values = np.tile([1.0, -1.0], 10)
    limit = 1.645 * np.sqrt((1 + 2 * (19 / 20) ** 2) / 20)
    assert limit < 18 / 20
    assert is_seasonal(values, 2)
    # three seasons: r1 = -5/6, r2 = 4/6 against 1.645 * sqrt((1 + 2 * 25/36) / 6) = 1.038
    assert not is_seasonal(np.tile([1.0, -1.0], 3), 2)


def test_the_season_test_on_known_series():
    assert is_seasonal(AIR, 12)
    assert is_seasonal(datasets.noisy_sine()["y"].to_numpy(), 63)
    assert not is_seasonal(np.random.default_rng(0).normal(size=200), 12)
    assert not is_seasonal(AIR[:35], 12)
    assert not is_seasonal(AIR, 1)
    assert not is_seasonal(np.full(60, 0.1), 12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("air_passengers", 12), ("lynx", 10), ("noisy_sine", 63), ("sunspots", 125)],
)
def test_the_season_length_is_found(name, expected):
    assert find_season_length(getattr(datasets, name)()["y"].to_numpy()) == expected


def test_the_season_length_is_chosen_from_candidates():
    hours = np.arange(24 * 7 * 8)
    daily = np.sin(2 * np.pi * hours / 24)
    weekend = np.where(hours // 24 % 7 >= 5, 0.0, 1.0)
    assert find_season_length(daily, [24, 168]) == 24
    assert find_season_length(daily * weekend, [24, 168]) == 168
    assert find_season_length(daily, [17]) == 1
    assert find_season_length(AIR[:30], [12]) == 1


def test_no_season_is_seen_where_there_is_none():
    rng = np.random.default_rng(0)
    noise = [rng.normal(size=n) for n in (60, 144, 1000) for _ in range(30)]
    walks = [values.cumsum() for values in noise]
    alarms = [sum(find_season_length(values) > 1 for values in kind) for kind in (noise, walks)]
    assert max(alarms) <= 0.05 * len(noise)
    assert find_season_length(np.full(100, 0.1)) == 1
    assert find_season_length(np.arange(100.0)) == 1
    assert find_season_length(np.arange(4.0)) == 1


def test_a_robust_scale_is_that_of_the_middle_half():
    rng = np.random.default_rng(0)
    values = rng.normal(50, 3, 10_000)
    wild = np.concatenate([values, np.full(100, 1e9)])
    for scaler in (RobustScaler.fit(values), RobustScaler.fit(wild)):
        assert scaler.median == pytest.approx(50, abs=0.2)
        assert scaler.spread == pytest.approx(3, rel=0.05)
    assert RobustScaler.fit(np.full(9, 4.0)).spread == 1.0
    with pytest.raises(DataError, match="no values"):
        RobustScaler.fit(np.array([]))


@pytest.mark.parametrize(("power", "found"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (-0.5, -0.5)])
def test_the_power_that_makes_a_spread_even_is_found(power, found):
    rng = np.random.default_rng(0)
    level = np.repeat(np.linspace(20, 60, 60), 12)
    even = rng.normal(0, 0.05 * 30**power, len(level))  # of one size after the power
    changed = np.log(level) if power == 0 else level**power / power
    values = changed + even
    values = np.exp(values) if power == 0 else (power * values) ** (1 / power)
    assert BoxCox.fit(values, 12).power == pytest.approx(found, abs=0.3)


@pytest.mark.slow
@given(
    hnp.arrays(np.float64, st.integers(24, 60), elements=st.floats(1e-3, 1e3)),
    st.sampled_from([1e-12, 1.0, 1e12]),
)
def test_powers_come_back_in_any_unit_and_never_end_in_nan(values, unit):
    fitted = BoxCox.fit(values * unit, 6)
    there = fitted.transform(values * unit)
    # where the power is negative, large values lie close together before they come back
    np.testing.assert_allclose(fitted.inverse_transform(there), values * unit, rtol=1e-6)
    far = np.array([-np.inf, -1e300, -1.0, 0.0, 1.0, 1e300, np.inf])
    assert np.isfinite(fitted.inverse_transform(far)).all()
    assert (fitted.inverse_transform(far) > 0).all()
    assert np.isfinite(fitted.transform(np.array([-5.0, 0.0, 1e308]))).all()


def test_the_power_does_not_depend_on_the_unit():
    assert BoxCox.fit(AIR, 12).power == BoxCox.fit(AIR * 1e6, 12).power
    assert -0.5 <= BoxCox.fit(AIR, 12).power <= 0.2  # 0 by the literature's choice of logarithms
    with pytest.raises(DataError, match=r"above 0.*position 3"):
        BoxCox.fit(np.array([1.0, 2.0, 3.0, 0.0, 5.0]), 2)
    with pytest.raises(DataError, match="four blocks of 12"):
        BoxCox.fit(AIR[:40], 12)


def test_outliers_are_drawn_to_the_outer_fences():
    values = np.concatenate([np.arange(101.0), [1e6, -1e6]])
    clip = OutlierClip.fit(values)
    lower, upper = np.quantile(values, [0.25, 0.75])
    assert (clip.low, clip.high) == (lower - 3 * (upper - lower), upper + 3 * (upper - lower))
    there = clip.transform(values)
    np.testing.assert_array_equal(there[:101], values[:101])
    np.testing.assert_array_equal(there[101:], [clip.high, clip.low])
    np.testing.assert_array_equal(clip.inverse_transform(values), values)
    assert clip.describe().startswith("2 of 103 values are outliers, beyond")
    mostly_zero = np.array([0.0] * 20 + [5.0])
    np.testing.assert_array_equal(OutlierClip.fit(mostly_zero).transform(mostly_zero), mostly_zero)
    with pytest.raises(DataError, match="finite values"):
        OutlierClip.fit(np.array([1.0, np.nan]))


def shifted(n=100, last=10, size=100.0, seed=0):
    values = 100 + np.random.default_rng(seed).normal(0, 2, n)
    values[n - last :] += size
    return values


@pytest.mark.parametrize(("last", "size"), [(5, 20), (10, 100), (30, -60), (12, -30)])
def test_a_lasting_shift_of_the_level_is_found_where_it_is(last, size):
    values = np.stack([shifted(last=last, size=size, seed=seed) for seed in range(8)])
    assert find_level_shift(values).tolist() == [100 - last] * 8
    fitted = LevelShift.fit(values, np.full(8, 100 - last))
    np.testing.assert_allclose(fitted.shift, size, atol=3)
    moved = fitted.transform(values)
    np.testing.assert_allclose(moved[:, : 100 - last].mean(-1), moved[:, 100 - last :].mean(-1))
    np.testing.assert_array_equal(moved[:, 100 - last :], values[:, 100 - last :])
    for start in (0, 87, 95, 100):
        part = fitted.transform(values[:, start:], start)
        np.testing.assert_array_equal(part, moved[:, start:])
        np.testing.assert_allclose(fitted.inverse_transform(part, start), values[:, start:])


def test_what_wanders_grows_or_swings_has_no_lasting_shift():
    rng, n = np.random.default_rng(0), np.arange(120)
    steps = rng.normal(size=(300, 120))
    autoregressive = np.zeros((300, 120))
    for t in range(1, 120):
        autoregressive[:, t] = 0.9 * autoregressive[:, t - 1] + steps[:, t]
    for values in (
        steps.cumsum(-1), autoregressive, n + steps, np.exp(n / 20) * np.exp(steps / 10),
        100 * np.sin(n / 12) + steps, rng.poisson(0.3, (300, 120)), np.zeros((3, 120)),
        np.where(n % 40 < 30, 0, 50) + steps,  # a spell that was there before
        np.where(n >= 117, 50, 0) + steps,  # three values are not lasting
        np.where(n >= 60, 50, 0) + steps,  # half of the series: the network has seen both
    ):  # fmt: skip
        assert not find_level_shift(values).any()


@pytest.mark.slow
def test_a_forecast_after_a_shift_stays_at_the_new_level():
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=100), "y": shifted()})
    model = LSTMForecaster(h=14).fit(frame)
    np.testing.assert_allclose(model.predict()["LSTM"], 200, atol=5)
    assert any("the level shifted before the last 10 values" in d for d in model.decisions())
    assert np.abs(model.predict_insample()["LSTM"] - model.predict_insample()["y"]).median() < 4
    down = LSTMForecaster(h=14, level=[80]).fit(frame.assign(y=shifted(size=-60)))
    np.testing.assert_allclose(down.predict()["LSTM"], 40, atol=5)


@pytest.mark.parametrize("size", [100, -60])
def test_the_pretrained_network_sees_a_series_at_its_present_level(size):
    days = pd.date_range("2024-01-01", periods=100)
    frame = pd.DataFrame({"ds": days, "y": shifted(size=size, seed=3)})
    model = LSTMForecaster(h=14, level=[80], max_steps=5, random_state=0).fit(frame[:98])
    assert any("the pretrained network makes" in decision for decision in model.decisions())
    for rows in (frame[:98], frame):
        forecast = model.predict()
        np.testing.assert_allclose(forecast["LSTM"], 100 + size, atol=3)
        explained = explain(model, rows)
        np.testing.assert_array_equal(explained.forecast, forecast)
        by_step = explained.attribution.groupby("step")
        ends = explained.attribution.groupby("step")[["baseline", "forecast"]].first()
        total = by_step["attribution"].sum() + by_step["error"].first()
        np.testing.assert_allclose(total, ends["forecast"] - ends["baseline"], atol=1e-6)
        if len(rows) < 100:
            model.update(frame[98:])


def test_values_are_moved_to_the_present_level_in_their_own_unit():
    values = np.stack([shifted(), np.linspace(50, 60, 100), shifted(size=-60, last=20)])
    values[0] = np.exp(values[0] / 50)  # a shift of the logarithms
    offsets = np.arange(4) * 100
    fitted = TransformPipeline.fit(values.ravel(), offsets, Treatment(14, log=True))
    moved = at_present_level(fitted, values, 0)
    np.testing.assert_array_equal(moved[1], values[1])
    for i, last in ((0, 10), (2, 20)):
        levels = [np.log(part).mean() for part in np.split(moved[i], [100 - last])]
        np.testing.assert_allclose(levels[0], levels[1])
        np.testing.assert_array_equal(moved[i, 100 - last :], values[i, 100 - last :])
        for start in (0, 60, 85, 95, 120):
            part = at_present_level(fitted[i], values[i, start:], start)
            np.testing.assert_allclose(part, moved[i, start:])
    starts = np.array([85, 30, 75])
    part = np.stack([row[start : start + 15] for row, start in zip(values, starts, strict=True)])
    expected = np.stack([row[start : start + 15] for row, start in zip(moved, starts, strict=True)])
    np.testing.assert_allclose(at_present_level(fitted, part, starts), expected)


def test_several_forecasts_are_restored_at_once_as_one_by_one():
    rng = np.random.default_rng(0)
    season = 5 * np.sin(2 * np.pi * np.arange(48) / 12)
    values = np.stack([
        50 + season + rng.normal(0, 0.5, 48), rng.poisson(1.0, 48), rng.normal(0, 1, 48),
    ])  # fmt: skip
    fitted = TransformPipeline.fit(values.ravel(), np.arange(0, 145, 48), Treatment(6, (12,)))
    some = [(step.rows >= 0).sum() for step in fitted.steps]
    assert min(some) < 3  # what is done to some series alone is undone for these alone
    forecasts, ends = rng.normal(0, 1, (4, 3, 6)), np.array([48, 40, 41])
    together = fitted.inverse_transform(forecasts, ends)
    for one, made in zip(forecasts, together, strict=True):
        np.testing.assert_array_equal(made, fitted.inverse_transform(one, ends))
        for i, restored in enumerate(made):
            np.testing.assert_array_equal(restored, fitted[i].inverse_transform(one[i], ends[i]))


def test_ranges_of_logarithms_and_of_values_are_said_apart():
    rng = np.random.default_rng(0)
    grows = np.exp(rng.normal(0.02, 0.1, (2, 90)).cumsum(1) + 3)
    values = np.concatenate([grows, rng.normal(500, 5, (3, 90))])
    values[2:] *= [[-1], [-2], [-3]]  # below zero: no logarithms
    fitted = TransformPipeline.fit(values.ravel(), np.arange(0, 451, 90), Treatment(6))
    told = [sentence for sentence in fitted.decisions(list("abcde")) if "their mean" in sentence]
    numbers = [map(float, re.search("mean, (.+) to (.+), and", s).groups()) for s in told]
    named = [re.search(r"of \d of 5 series \((.+)\)", sentence)[1] for sentence in told]
    of_values, of_logarithms = map(list, numbers)
    assert named == ['"c", "d", "e"', '"a", "b"']
    assert of_values == pytest.approx(sorted(values[2:].mean(1))[::2], abs=0.01)
    assert of_logarithms == pytest.approx(sorted(np.log(grows).mean(1)), abs=0.01)
