"""Several seasons: the week and the year beside the usual season, tested for and used."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast import storage
from gatecast.data.calendar import candidate_seasons
from gatecast.data.reading import read_panel
from gatecast.data.transforms import FourierSeason, SeasonalAdjustment, fit_season
from gatecast.errors import DataError
from gatecast.forecaster.benchmarks.average import weights_of
from gatecast.forecaster.benchmarks.benchmark import Outlook
from gatecast.forecaster.settings.seasons import further_seasons, lasting_share, seasons_for

WEEKEND = np.array([1.0, 1, 1, 1, 1, 0, 0])


def hours(n, week=10.0, noise=1.0, seed=0):
    """Hours with a day, and a level that is lower at weekends."""
    t = np.arange(n)
    rng = np.random.default_rng(seed)
    day = 5 * np.sin(2 * np.pi * t / 24)
    y = 100 + day + week * WEEKEND[t // 24 % 7] + noise * rng.normal(size=n)
    return pd.Series(y, index=pd.date_range("2024-01-01", periods=n, freq="h"), name="y")


@pytest.mark.parametrize(
    ("freq", "seasons"),
    [
        ("30min", (48, 336, 17532)), ("h", (24, 168, 8766)), ("D", (7, 365)), ("MS", (12,)),
        ("B", (5,)), ("15min", (96, 672, 35064)), (1, (1,)), ("W", (52,)), ("s", (3600,)),
    ],
)  # fmt: skip
def test_seasons_that_a_frequency_may_have(freq, seasons):
    assert candidate_seasons(freq) == seasons


def test_a_week_is_detected_beside_the_day_and_said_with_its_strength():
    seasons, (sentence,) = seasons_for(read_panel(hours(24 * 60)), "auto", 24)
    assert seasons == (24, 168)
    assert sentence.id == "season.further"
    # the two levels of a week differ by 10: its variance is 10² · 5/7 · 2/7, beside noise of 1
    variance = 100 * 10 / 49
    assert sentence.fields["strength"] == pytest.approx(variance / (variance + 1), abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_no_week_is_detected_where_there_is_none(seed):
    panel = read_panel(hours(24 * 60, week=0.0, seed=seed))
    assert seasons_for(panel, None, 24) == ((24,), [])


def test_fewer_than_three_weeks_are_not_enough():
    values = hours(24 * 20).to_numpy()
    assert further_seasons([values], 24, (168,)) == ((24,), [])


def test_the_last_values_have_no_say():
    y = hours(24 * 100, week=0.0)
    late = y.copy()
    late.iloc[-24 * 20 :] += 50 * WEEKEND[np.arange(24 * 20) // 24 % 7]
    assert seasons_for(read_panel(late), None, 24)[0] == (24,)


def test_a_year_of_days_becomes_fourier_terms():
    n, rng = 365 * 5, np.random.default_rng(0)
    year = 8 * np.cos(2 * np.pi * np.arange(n) / 365)
    y = pd.Series(
        50 + year + rng.normal(size=n), pd.date_range("2019-01-01", periods=n, freq="D"), name="y"
    )
    seasons, sentences = seasons_for(read_panel(y), None, 14)
    assert seasons == (7, 365)
    assert [one.id for one in sentences] == ["season.further"]
    fitted = fit_season(y.to_numpy(), 365)
    assert isinstance(fitted, FourierSeason)
    # the coefficients are known: one cosine of 8
    expected = np.zeros(12)
    expected[6] = 8.0
    np.testing.assert_allclose(fitted.coefficients, expected, atol=0.15)
    ahead = 8 * np.cos(2 * np.pi * np.arange(n, n + 30) / 365)
    np.testing.assert_allclose(fitted.inverse_transform(np.zeros(30), n), ahead, atol=0.3)
    back = fitted.inverse_transform(fitted.transform(y.to_numpy()[100:200], 100), 100)
    np.testing.assert_allclose(back, y.to_numpy()[100:200])


def test_a_season_that_is_there_often_keeps_its_phases():
    values = np.random.default_rng(0).normal(size=(2, 4000))
    assert isinstance(fit_season(values, 400), SeasonalAdjustment)
    assert isinstance(fit_season(values[:, :3000], 672), SeasonalAdjustment)
    several = fit_season(values[:, :1200], 400)
    assert isinstance(several, FourierSeason)
    for one, row in zip(several.coefficients, values, strict=True):
        np.testing.assert_allclose(one, FourierSeason.fit(row[:1200], 400).coefficients)
    with pytest.raises(DataError, match="season_length=400 needs two seasons"):
        fit_season(values[:, :700], 400)


def test_the_share_of_a_season_that_lasts():
    t = np.arange(400)
    assert lasting_share(np.sin(2 * np.pi * t / 10), 10) == pytest.approx(1.0)
    assert lasting_share(np.random.default_rng(0).normal(size=400), 10) < 0.02
    assert lasting_share(t[:25] * 1.0, 10) == 0.0


@pytest.fixture(scope="module")
def weekly():
    # of so long a horizon too few forecasts are held out to choose anything else
    return gc.LSTMForecaster(h=60, level=[80], hidden=4, max_steps=5, n_networks=1).fit(
        hours(24 * 45)
    )


def test_a_series_with_a_week_is_forecast_by_both_simple_views(weekly, tmp_path):
    kinds = [one.id for one in weekly.decisions() if hasattr(one, "id")]
    assert "season.further" in kinds
    benchmark = weekly.fitted_.benchmark
    assert weekly.fitted_.weight == 0.0
    y = hours(24 * 45 + 60).to_numpy()
    forecast = weekly.predict()["LSTM"].to_numpy()
    # the noise has a mean absolute size of 0.8, of two values that differ in it 1.1
    assert np.abs(forecast - y[-60:]).mean() < 1.1
    assert benchmark.reach == 24 * 45 // 4
    weekly.save(tmp_path / "weekly.gatecast")
    loaded = gc.load(tmp_path / "weekly.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), weekly.predict())
    assert loaded.calibration_.reference == weekly.calibration_.reference
    more = hours(24 * 45 + 30).iloc[24 * 45 :]
    once = loaded.update(more).predict()
    stepwise = gc.load(tmp_path / "weekly.gatecast").update(more.iloc[:7]).update(more.iloc[7:])
    pd.testing.assert_frame_equal(stepwise.predict(), once)


def test_weights_are_inverse_squared_errors():
    targets = np.array([[1.0, np.nan], [1.0, 1.0]])
    outlooks = [Outlook(targets + error) for error in (1.0, -2.0)]
    np.testing.assert_allclose(weights_of(targets, outlooks), [0.8, 0.2])
    exact = [Outlook(targets), *outlooks]
    np.testing.assert_allclose(weights_of(targets, exact), [1.0, 0.0, 0.0], atol=1e-12)


def test_the_average_is_that_of_its_members(weekly):
    benchmark, past = weekly.fitted_.benchmark, weekly.fitted_.past
    adjusted, local, last, *_ = parts = [one.at_end(past).median for one in benchmark.members]
    average = np.average(parts, axis=0, weights=benchmark.weights)
    np.testing.assert_allclose(benchmark.at_end(past).median, average)
    assert sum(benchmark.weights) == pytest.approx(1.0)
    assert len(set(benchmark.weights)) == len(parts)
    (said,) = (one for one in weekly.decisions() if getattr(one, "id", "") == "holdout.weights")
    assert list(said.fields.values()) == list(benchmark.weights)
    assert np.abs(adjusted - local).max() > 0
    assert np.abs(local - last).max() > 0
    np.testing.assert_array_equal(
        benchmark.at_end(past).spread, benchmark.pretrained.at_end(past).spread
    )
    inputs = weekly.fitted_.inputs(weekly.panel_)[0]
    at = np.array([len(inputs.values) - 1])
    np.testing.assert_allclose(
        benchmark.along(inputs, at).median, benchmark.at_end(past).median, rtol=1e-6
    )


def test_an_average_of_an_older_file_has_the_members_that_it_had(weekly, tmp_path):
    path = tmp_path / "weekly.gatecast"
    weekly.save(path)
    arrays, document = storage.read_arrays(path)
    combination = document["combination"]
    del combination["local"], combination["maps"], arrays["benchmark.map1"]
    combination |= {"seasonal": True, "weights": [0.1, 0.2, 0.3, 0.4]}
    arrays["benchmark.seasonal"] = arrays.pop("benchmark.map0")
    # of the last values it held no more than these members use
    arrays["recent"] = arrays["recent"][:, -weekly.fitted_.benchmark.pretrained.memory :]
    storage.write_arrays(path, arrays, document | {"version": 12})
    loaded = gc.load(path)
    now, then = weekly.fitted_, loaded.fitted_
    (adjusted, *_, linear), pretrained = now.benchmark.members, now.benchmark.pretrained
    members = pretrained, adjusted, now.benchmark.maps[0], linear
    parts = [one.at_end(now.past).median for one in members]
    average = np.average(parts, axis=0, weights=[0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(then.benchmark.at_end(then.past).median, average)
    again = tmp_path / "again.gatecast"
    loaded.save(again)
    pd.testing.assert_frame_equal(gc.load(again).predict(), loaded.predict())


def test_errors_are_held_against_the_best_simple_forecast(weekly):
    """The last week repeated in the series' own unit, or what is better."""
    y, h = hours(24 * 45).to_numpy(), 60
    n, held_out = len(y), len(y) // 5
    scale = weekly.transforms_[0].transforms[-1].change

    def error(season):
        repeated = [y[e + np.arange(h) % season - season][: n - e] for e in range(n - held_out, n)]
        actual = [y[e : e + h] for e in range(n - held_out, n)]
        return np.mean([np.abs(a - b).mean() for a, b in zip(repeated, actual, strict=True)])

    best = weekly.calibration_
    assert error(168) < error(24)
    assert best.naive_error <= 1.02 * error(168) / scale
    assert best.reference.id in (
        "benchmark.seasonal",
        "benchmark.linear",
        "reference.adjusted_naive",
    )
    assert any(str(best.reference) in sentence for sentence in weekly.decisions())
