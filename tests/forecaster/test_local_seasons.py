import numpy as np
import pytest

from gatecast.forecaster.benchmarks.local_seasons import LocallyAdjusted, choose_seasons, decompose

DAY, WEEK = 6, 42


def workdays(weeks, noise=0.0, seed=0):
    """A day and a week, around a level that rises slowly."""
    rng, t = np.random.default_rng(seed), np.arange(weeks * WEEK)
    day, days = rng.normal(size=DAY), rng.normal(size=7)
    y = 50 + 0.001 * t + 5 * day[t % DAY] + 8 * days[t // DAY % 7]
    return y + noise * rng.normal(size=len(t))


def forecast(model, y):
    return model._quantiles(y[np.newaxis], np.array([len(y) - 1]))[0, 0, :, 0]


def test_a_day_and_a_week_are_continued():
    y = workdays(14)
    model = LocallyAdjusted(WEEK, False, (DAY, WEEK))
    np.testing.assert_allclose(forecast(model, y[:-WEEK]), y[-WEEK:], atol=0.15)
    # the day alone is not enough
    alone = forecast(LocallyAdjusted(WEEK, False, (DAY,)), y[:-WEEK])
    assert np.abs(alone - y[-WEEK:]).mean() > 3


def test_the_seasons_are_around_zero_and_leave_the_trend():
    y = workdays(14)
    day, week = decompose(y[np.newaxis], (DAY, WEEK))
    left = (y - day[0] - week[0])[WEEK:-WEEK]
    np.testing.assert_allclose(left, np.linspace(left[0], left[-1], len(left)), atol=0.2)
    assert np.abs(day.mean()) < 0.05
    assert np.abs(week.mean()) < 0.05


def test_a_season_that_changes_is_continued_as_it_has_recently_been():
    t = np.arange(40 * DAY)
    swing = np.where(t < 20 * DAY, 1.0, 3.0)
    y = swing * np.sin(2 * np.pi * t / DAY)
    ahead = 3 * np.sin(2 * np.pi * np.arange(DAY) / DAY)
    made = forecast(LocallyAdjusted(DAY, False, (DAY,)), y)
    np.testing.assert_allclose(made, ahead, atol=0.02)


def test_every_origin_is_forecast_from_what_came_before_it():
    y = workdays(20, noise=1.0)
    model = LocallyAdjusted(5, False, (DAY, WEEK))
    at = np.arange(len(y) - 60, len(y) - 10)
    before = model._quantiles(y[np.newaxis], at)
    changed = y.copy()
    changed[at[-1] + 1 :] += 100
    np.testing.assert_array_equal(model._quantiles(changed[np.newaxis], at), before)
    # the first origin of a day is as one alone
    np.testing.assert_allclose(before[0, 0, :, 0], forecast(model, y[: at[0] + 1]))


def test_it_moves_with_the_level_and_the_unit():
    y = workdays(8, noise=1.0)
    model = LocallyAdjusted(5, False, (DAY, WEEK))
    np.testing.assert_allclose(forecast(model, y + 7), forecast(model, y) + 7)
    np.testing.assert_allclose(forecast(model, 3 * y), 3 * forecast(model, y))


def test_too_short_a_series_has_no_season():
    y = np.arange(9.0)
    made = forecast(LocallyAdjusted(3, False, (DAY, WEEK)), y)
    np.testing.assert_array_equal(made, np.full(3, 8.0))


@pytest.mark.parametrize(("days", "chosen"), [(8.0, (DAY, WEEK)), (0.0, (DAY,))])
def test_the_week_is_taken_out_where_it_helps(days, chosen):
    rng, t = np.random.default_rng(1), np.arange(8 * WEEK)
    y = 5 * np.sin(2 * np.pi * t / DAY) + rng.normal(size=len(t)).cumsum()
    y += days * rng.normal(size=7)[t // DAY % 7]
    assert choose_seasons([y], DAY, WEEK, 5) == chosen


def test_a_series_of_too_few_weeks_is_forecast_by_the_day():
    assert choose_seasons([workdays(3)], DAY, WEEK, 5) == (DAY,)
