"""What the pretrained network sees: causal, free of units, and right where the answer is known."""

import numpy as np
import pytest

from gatecast.pretrained.features import horizon_inputs, step_inputs

SEASONS = [(1, 0), (4, 0), (12, 0), (24, 168)]
AHEAD = np.array([1, 2, 5, 13, 30])


def series(T=420, B=3):
    rng = np.random.default_rng(0)
    t = np.arange(T)
    return rng.standard_normal((B, T)).cumsum(1) + 3 * np.sin(2 * np.pi * t / 12) + 50


@pytest.mark.slow
@pytest.mark.parametrize(("m", "M"), SEASONS)
@pytest.mark.parametrize("later", [np.nan, 1e300])
def test_no_step_sees_a_later_one(m, M, later):
    y = series()
    cut = 331
    at = np.array([5, 60, cut])
    changed = y.copy()
    changed[:, cut + 1 :] = later
    with np.errstate(over="ignore", invalid="ignore"):
        a, b = step_inputs(y, m, M), step_inputs(changed, m, M)
    assert np.array_equal(a.inputs[:, : cut + 1], b.inputs[:, : cut + 1])
    assert np.array_equal(a.scale[:, : cut + 1], b.scale[:, : cut + 1])
    with np.errstate(over="ignore", invalid="ignore"):
        pairs = zip(horizon_inputs(a, at, AHEAD), horizon_inputs(b, at, AHEAD), strict=True)
    for first, second in pairs:
        assert np.array_equal(first, second)


@pytest.mark.parametrize(("m", "M"), SEASONS)
def test_inputs_do_not_depend_on_level_or_unit(m, M):
    y = series()
    a, b = step_inputs(y, m, M), step_inputs(1000 * y - 7e4, m, M)
    at = np.array([40, 200, 419])
    # before the second value nothing has changed yet, and there is no scale
    np.testing.assert_allclose(a.inputs[:, 1:], b.inputs[:, 1:], atol=2e-5)
    np.testing.assert_allclose(1000 * a.scale[:, 1:], b.scale[:, 1:], rtol=1e-9)
    for first, second in zip(
        horizon_inputs(a, at, AHEAD), horizon_inputs(b, at, AHEAD), strict=True
    ):
        np.testing.assert_allclose(first, second, atol=2e-4)
    for unit in (2.0**-40, 2.0**40):
        b = step_inputs(unit * y, m, M)
        assert np.array_equal(a.inputs, b.inputs)
        assert np.array_equal(unit * a.scale, b.scale)


def test_benchmarks_are_the_simple_forecasts_that_they_are_called():
    y = series(60, 1)
    f = step_inputs(y, 12)
    at, now, scale = np.array([59]), y[0, 59], f.scale[0, 59]
    _, z = horizon_inputs(f, at, np.arange(1, 25))
    z = now + z[0, 0] * scale
    np.testing.assert_allclose(z[:, 0], np.resize(y[0, -12:], 24), rtol=1e-5)  # seasonal naive
    np.testing.assert_allclose(z[:12, 1], y[0, -24:-12], rtol=1e-5)  # the season before
    np.testing.assert_allclose(z[:, 3], y[0, -12:].mean(), rtol=1e-5)  # mean of the last season
    np.testing.assert_allclose(z[:, 4], y[0, -36:].mean(), rtol=1e-5)  # of three seasons
    slope = (y[0, 59] - y[0, 47]) / 12
    np.testing.assert_allclose(z[:, 5], now + slope * np.arange(1, 25), rtol=1e-5)  # drift


def test_the_seasonal_profile_of_a_periodic_series_is_its_season():
    season = np.array([3.0, -1.0, 0.0, -2.0])
    f = step_inputs(np.tile(season, 12)[None] + 10, 4)
    _, z = horizon_inputs(f, np.array([47]), np.arange(1, 9))
    forecast = f.y[0, 47] + z[0, 0, :, 8] * f.scale[0, 47]
    # the first seasons had no mean of a whole season yet; what is left of them fades
    np.testing.assert_allclose(forecast, 10 + np.resize(season, 8), atol=0.3)


def test_a_missing_value_is_filled_from_before_and_marked():
    y = series(50, 1)
    y[0, 30] = np.nan
    f = step_inputs(y, 12)
    assert f.inputs[0, 30, 13] == 1.0
    assert f.inputs[0, :, 13].sum() == 1.0
    assert f.y[0, 30] == y[0, 18] + y[0, 29] - y[0, 17]


def test_a_constant_series_has_finite_inputs():
    f = step_inputs(np.full((1, 40), 7.0), 12)
    assert np.isfinite(f.inputs).all()
    assert np.isfinite(horizon_inputs(f, np.array([2, 39]), AHEAD)[0]).all()
