import numpy as np
import pytest

from gatecast.forecaster.benchmarks.seasonal_linear import SeasonalLinear


def seasons(n, day=12, phi=0.6, noise=0.01, seed=0):
    """What a value differs from that of a day before is an autoregression."""
    rng = np.random.default_rng(seed)
    y = np.empty(n)
    y[: day + 1] = 10 + np.sin(np.arange(day + 1)) + rng.normal(size=day + 1)
    for t in range(day + 1, n):
        y[t] = y[t - day] + phi * (y[t - 1] - y[t - 1 - day]) + noise * rng.normal()
    return y


def forecast(model, y):
    return model._quantiles(y[np.newaxis], np.array([len(y) - 1]))[0, 0, :, 0]


def test_an_autoregression_of_changes_from_day_to_day_is_found():
    y = seasons(4000)
    model = SeasonalLinear.fit([y], 3, 12, 84, difference=False)
    change = y[-1] - y[-13]
    known = [y[-12 + k] + 0.6 ** (k + 1) * change for k in range(3)]
    np.testing.assert_allclose(forecast(model, y), known, atol=0.01)


@pytest.mark.parametrize("h", [5, 12, 30, 200])
def test_without_anything_to_learn_the_last_season_is_repeated(h):
    day, longest = 12, 84
    y = np.tile(np.random.default_rng(0).normal(size=longest), 4)
    model = SeasonalLinear.fit([y], h, day, longest, difference=False)
    whole = min(day * -(-h // day), longest)
    if whole == longest:  # a week that repeats has no changes from week to week
        np.testing.assert_allclose(forecast(model, y), np.resize(y[-longest:], h))
    np.testing.assert_allclose(model.weights.sum(axis=0), 1.0)
    # of a series that is too short to learn from as well
    short = SeasonalLinear.fit([y[: whole + 2]], h, day, longest, difference=False)
    np.testing.assert_allclose(forecast(short, y), np.resize(y[-whole:], h))


def test_a_higher_series_is_forecast_as_much_higher_and_a_larger_one_as_much_larger():
    y = seasons(600, noise=1.0)
    model = SeasonalLinear.fit([y, 3 * y], 15, 12, 84, difference=False)
    np.testing.assert_allclose(forecast(model, y + 7), forecast(model, y) + 7)
    np.testing.assert_allclose(forecast(model, 3 * y), 3 * forecast(model, y))


def test_every_origin_is_forecast_from_what_came_before_it():
    y = seasons(300, noise=1.0)
    model = SeasonalLinear.fit([y[:250]], 4, 12, 84, difference=False)
    at = np.array([5, 100, 250, 298])
    whole = model._quantiles(y[np.newaxis], at)[0, :, :, 0]
    alone = [forecast(model, y[: end + 1]) for end in at]
    np.testing.assert_allclose(whole, alone)


def test_differences_from_the_last_value_return_to_where_the_series_was():
    rng, y = np.random.default_rng(0), np.zeros(4000)
    for t in range(1, len(y)):
        y[t] = 0.7 * y[t - 1] + rng.normal()
    y += 20
    y[-1] = 25.0
    model = SeasonalLinear.from_last([y[:-1]], 3, 50, difference=False)
    np.testing.assert_allclose(model.weights.sum(axis=0), 1.0)
    expected = 20 + 5 * 0.7 ** np.arange(1, 4)
    np.testing.assert_allclose(forecast(model, y), expected, atol=0.35)
    np.testing.assert_allclose(forecast(model, y + 7), forecast(model, y) + 7)


def test_a_series_that_stands_still_is_forecast_to_stand_still():
    y = np.full(40, 3.0)
    model = SeasonalLinear.from_last([y], 4, 50, difference=False)
    np.testing.assert_array_equal(forecast(model, y), np.full(4, 3.0))
