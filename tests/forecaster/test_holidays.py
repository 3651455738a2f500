"""Holidays of a country act as they did in the past, and are kept with the model."""

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter as easter_sunday
from helpers.command import gatecast

import gatecast as gc
from gatecast.errors import DataError, UsageError

pytest.importorskip("holidays", reason="needs the extra holidays")

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1, "pretrained": False}
EASTER = [easter_sunday(year) for year in range(2019, 2025)]
NEW_YEAR = ["2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10"]


def daily(days, size, seed=0, end="2023-12-31", noise=8.0, factor=None):
    """Daily sales with a week, a wandering level, and a known effect on some days."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2019-01-01", end, freq="D")
    n = len(times)
    rest, shock = np.zeros(n), rng.normal(0, noise, n)
    for i in range(1, n):
        rest[i] = 0.5 * rest[i - 1] + shock[i]
    y = 300 + 20 * np.sin(2 * np.pi * np.arange(n) / 7) + rng.normal(0, 0.3, n).cumsum() + rest
    at = times.isin(pd.DatetimeIndex(days))
    y = y * np.where(at, factor, 1.0) if factor else y + size * at
    return pd.DataFrame({"ds": times, "y": y})


def friday_before(easter):
    return pd.DatetimeIndex(easter) - pd.Timedelta(days=2)


@pytest.fixture(scope="module")
def easter():
    frame = daily(friday_before(EASTER), -80, end="2024-05-31")
    model = gc.LSTMForecaster(h=14, level=[80], holidays="DE", **QUICK)
    return model.fit(frame[frame["ds"] < "2024-03-25"]), frame


def test_moving_feasts_have_the_right_sign_and_size():
    sizes = []
    for seed in range(3):
        for name, days, country, size in (
            ("Good Friday", friday_before(EASTER), "DE", -80.0),
            ("Chinese New Year (Spring Festival)", NEW_YEAR, "CN", 90.0),
        ):
            if country == "CN":  # three days, and those that are moved to them
                days = pd.DatetimeIndex(days)
                days = days.append([days + pd.Timedelta(days=k) for k in (1, 2)])
            model = gc.LSTMForecaster(h=7, holidays=country, **QUICK)
            effects = model.fit(daily(days, size, seed)).effects().set_index("column")
            own = effects.loc[name]
            if country == "CN":  # of up to seven days three have it
                assert 0.3 * size < own["effect"] < size
            else:
                sizes.append(own["effect"] / size)
                assert own["events"] == 5
            others = effects.drop(name)["effect"]
            assert others.abs().max() < 0.5 * abs(own["effect"])
            assert (others != 0).mean() < 0.25
    np.testing.assert_allclose(sizes, 1.0, atol=0.25)


def test_the_forecast_moves_on_the_day(easter):
    model, frame = easter
    effect = model.effects().set_index("column").loc["Good Friday", "effect"]
    assert effect == pytest.approx(-80, abs=16)
    forecast = model.predict().set_index("ds")["LSTM"]
    actual = frame.set_index("ds")["y"]
    around = forecast.drop(pd.Timestamp("2024-03-29")).mean()
    assert forecast["2024-03-29"] - around == pytest.approx(effect, abs=35)  # and the week
    assert forecast["2024-03-29"] == pytest.approx(actual["2024-03-29"], abs=45)
    ids = [one.id for one in model.decisions()]
    assert {"holidays.days", "effects.holidays", "effects.few_holidays"} <= set(ids)


def test_a_saved_model_needs_no_package(easter, tmp_path, monkeypatch):
    model, frame = easter
    model.save(tmp_path / "easter.gatecast")
    monkeypatch.setattr("gatecast.data.holidays.require_extra", None)
    loaded = gc.load(tmp_path / "easter.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    pd.testing.assert_frame_equal(loaded.effects(), model.effects())
    later = frame[(frame["ds"] >= "2024-03-25") & (frame["ds"] < "2024-04-04")]
    stepwise = gc.load(tmp_path / "easter.gatecast")
    for i in range(len(later)):
        stepwise.update(later[i : i + 1])
    loaded.update(later["y"].to_numpy())
    expected = loaded.predict()
    np.testing.assert_allclose(stepwise.predict()["LSTM"], expected["LSTM"], rtol=1e-6)
    # the day that was known has left no trace in the state
    assert expected["LSTM"].min() > 240


def test_other_series_are_drawn_to_those_of_the_fit(easter):
    model, _ = easter
    other = daily(friday_before(EASTER), -80, seed=5, end="2024-03-24")
    ahead = model.predict(other[-400:]).set_index("ds")["LSTM"]
    week_later = ahead["2024-04-05"]
    assert ahead["2024-03-29"] - week_later == pytest.approx(-80, abs=25)


def test_nothing_of_the_future_is_seen():
    frame = daily(friday_before(EASTER), -80, end="2022-05-10")
    model = gc.LSTMForecaster(h=14, holidays=["DE"], **QUICK)
    changed = frame.assign(y=frame["y"].where(frame["ds"] < "2022-04-27", 1e4))
    one, other = (gc.backtest(model, source, n_windows=2) for source in (frame, changed))
    first = one.forecasts["cutoff"].min()
    rows = (result.forecasts[lambda f: f["cutoff"] == first]["LSTM"] for result in (one, other))
    np.testing.assert_array_equal(*rows)


def test_hours_have_a_profile_of_the_holiday():
    times = pd.date_range("2019-01-01", "2021-06-30 21:00", freq="3h")
    rng = np.random.default_rng(0)
    hour = np.asarray(times.hour)
    day = np.sin(2 * np.pi * hour / 24)
    off = times.normalize().isin(friday_before(EASTER))
    y = 100 + 20 * day - off * (20 + 10 * day) + rng.normal(0, 3, len(times))
    frame = pd.DataFrame({"ds": times, "y": y})
    model = gc.LSTMForecaster(h=16, holidays="DE", season_length=8, **QUICK)
    model.fit(frame[frame["ds"] < "2021-04-02"])
    effects = model.effects().set_index("column")
    assert effects.loc["Good Friday", "effect"] == pytest.approx(-20, abs=4)
    assert effects.loc["Good Friday", "events"] == 2
    forecast = model.predict()["LSTM"].to_numpy()
    moved = forecast[:8] - forecast[8:]
    np.testing.assert_allclose(moved, (-20 - 10 * day)[:8], atol=8)


def test_months_count_days_of_moving_feasts():
    months = pd.date_range("2000-01-01", "2021-12-01", freq="MS")
    rng = np.random.default_rng(0)
    feasts = pd.DatetimeIndex([easter_sunday(year) for year in range(2000, 2022)])
    friday = (feasts - pd.Timedelta(days=2)).to_period("M").to_timestamp()
    y = 100 + 5 * np.sin(np.arange(len(months)) * np.pi / 6) + rng.normal(0, 1, len(months))
    y[months.isin(friday)] += 12
    model = gc.LSTMForecaster(h=12, holidays="DE", **QUICK)
    model.fit(pd.DataFrame({"ds": months, "y": y}))
    effects = model.effects().set_index("column")["effect"]
    # both days of Easter are nearly always in one month
    assert effects["Good Friday"] + effects["Easter Monday"] == pytest.approx(12, abs=3)
    assert effects["Christmas Day"] == 0  # always in December: the season has it
    assert "holidays.counted" in [one.id for one in model.decisions()]


def test_a_panel_shares_its_holidays_and_columns_stand_beside_them():
    parts = []
    for i in range(3):
        part = daily(friday_before(EASTER), -60, seed=i, end="2021-06-30", noise=12)
        promo = (np.arange(len(part)) % 37 == 5) * 1.0
        parts.append(part.assign(unique_id=f"s{i}", y=part["y"] + 40 * promo, promo=promo))
    frame = pd.concat(parts)
    model = gc.LSTMForecaster(h=7, holidays="DE", futr_exog_list=["promo"], **QUICK)
    effects = model.fit(frame).effects().set_index(["unique_id", "column"])["effect"]
    for i in range(3):
        assert effects[f"s{i}", "Good Friday"] == pytest.approx(-60, abs=20)
        assert effects[f"s{i}", "promo"] == pytest.approx(40, abs=12)
    plan = model.ends_.future_frame(7).assign(promo=0.0)
    model.predict(futr_df=plan.assign(promo=2.0))
    assert model.decisions()[-1].id == "effects.beyond"


def test_the_command_line_takes_countries(tmp_path):
    frame = daily(friday_before(EASTER), -80, end="2020-12-31")
    frame.to_csv(tmp_path / "sales.csv", index=False)
    result = gatecast(
        "forecast", "sales.csv", "--h", "7", "--holidays", "de-by,AT", "--hidden", "4",
        "--max-steps", "5", "--n-networks", "1", "--pretrained", "no",
        "--report", "page.html", cwd=tmp_path,
    )  # fmt: skip
    assert "holidays of DE-BY and AT" in result.stderr
    assert "Good Friday (DE-BY)" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize("codes", ["", "Germany", ["DE", 1], 5, "DE-"])
def test_what_is_no_country_is_refused(codes):
    with pytest.raises(UsageError, match="codes of countries"):
        gc.LSTMForecaster(h=3, holidays=codes)


def test_a_model_without_holidays_in_sight_says_so():
    values = pd.Series(np.arange(40.0) % 7, index=pd.date_range("1801-01-01", periods=40))
    model = gc.LSTMForecaster(h=3, holidays="DE", **QUICK).fit(values)
    assert "holidays.none" in [one.id for one in model.decisions()]
    with pytest.raises(DataError, match="no columns known in advance"):
        model.effects()
