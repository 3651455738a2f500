"""What the pretrained network learns from: each family makes what its name says."""

import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "pretraining"


@pytest.fixture(scope="module")
def generators():
    sys.path.insert(0, str(FOLDER))
    try:
        import generators as module

        yield module
    finally:
        sys.path.remove(str(FOLDER))


def autocorrelation(x, lag):
    x = x - x.mean()
    return (x[lag:] * x[:-lag]).mean() / (x * x).mean()


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.1, 0.4, 0.8])
def test_exponential_smoothing_has_the_autocorrelation_of_its_parameter(generators, alpha):
    """Changes of a local level with one source of error are an MA(1) with theta = alpha - 1."""
    e = np.random.default_rng(0).standard_normal((1, 60_000))
    one, zero = np.ones(1), np.zeros(1)
    y = generators.ets_path(
        e, [e, e, e], alpha * one, zero, zero, one, zero, np.zeros((1, 1)), zero, one
    )
    theta = alpha - 1
    expected = theta / (1 + theta**2)
    assert abs(autocorrelation(np.diff(y[0]), 1) - expected) < 0.015
    assert abs(autocorrelation(np.diff(y[0]), 2)) < 0.015


def test_a_slope_without_noise_is_a_straight_line_and_a_damped_one_ends(generators):
    e, zero, one = np.zeros((1, 200)), np.zeros(1), np.ones(1)
    flat = np.zeros((1, 1))
    line = generators.ets_path(e, [e, e, e], zero, zero, zero, one, 2 * one, flat, zero, one)
    np.testing.assert_allclose(np.diff(line[0]), 2.0)
    damped = generators.ets_path(
        e, [e, e, e], zero, zero, zero, 0.9 * one, 2 * one, flat, zero, one
    )
    np.testing.assert_allclose(damped[0, -1], 2.0 / (1 - 0.9), rtol=1e-6)  # the geometric sum


@pytest.mark.slow
@pytest.mark.parametrize(("a1", "a2"), [(0.7, 0.0), (1.2, -0.5), (0.3, -0.8)])
def test_a_regression_finds_the_autoregression_again(generators, a1, a2):
    e, one = np.random.default_rng(1).standard_normal((1, 60_000)), np.ones(1)
    w = generators.arma_path(e, 1, a1 * one, a2 * one, 0 * one, 0 * one, 0 * one)[0, 1000:]
    lags = np.stack([w[1:-1], w[:-2]], 1)
    found, *_ = np.linalg.lstsq(lags, w[2:], rcond=None)
    np.testing.assert_allclose(found, [a1, a2], atol=0.02)


@pytest.mark.slow
def test_a_seasonal_moving_average_has_its_autocorrelation(generators):
    e, one = np.random.default_rng(2).standard_normal((1, 60_000)), np.ones(1)
    w = generators.arma_path(e, 12, 0 * one, 0 * one, 0 * one, 0 * one, -0.6 * one)[0, 100:]
    assert abs(autocorrelation(w, 12) - -0.6 / (1 + 0.36)) < 0.02
    assert abs(autocorrelation(w, 11)) < 0.02


@pytest.mark.parametrize("m", [4, 7, 12, 24, 52])
def test_a_season_has_mean_zero_and_size_one(generators, m):
    shape = generators.season_shape(np.random.default_rng(3), 200, m)
    np.testing.assert_allclose(shape.mean(1), 0.0, atol=1e-9)
    np.testing.assert_allclose(np.abs(shape).mean(1), 1.0, atol=1e-6)


def test_counts_are_whole_and_not_negative(generators):
    y = generators.intermittent(np.random.default_rng(4), 300, 80, 12)
    assert (y >= 0).all()
    assert (y == np.round(y)).all()
    assert 0.1 < (y == 0).mean() < 0.9


def test_the_longer_of_two_seasons_repeats_best(generators):
    y = generators.two_seasons(np.random.default_rng(5), 60, 24 * 7 * 6, 24, 168)
    changes = np.diff(y, axis=1)
    by_lag = {lag: np.median([autocorrelation(c, lag) for c in changes]) for lag in (24, 100, 168)}
    assert by_lag[168] > by_lag[24] > by_lag[100]


@pytest.mark.parametrize(("m", "long_season"), [(1, 0), (4, 0), (12, 0), (24, 168)])
def test_a_block_is_finite_starts_at_zero_and_repeats_by_seed(generators, m, long_season):
    a = generators.draw(np.random.default_rng(6), 40, 200, m, long_season)
    b = generators.draw(np.random.default_rng(6), 40, 200, m, long_season)
    assert a.shape == (40, 200)
    assert np.isfinite(a).all()
    assert np.array_equal(a, b)
    assert (a[:, 0] == 0).all()


def test_every_family_is_named_with_its_share(generators):
    assert abs(sum(generators.FAMILIES.values()) - 1) < 1e-12
    for family in generators.FAMILIES:
        y = family(np.random.default_rng(7), 5, 60, 12)
        assert y.shape == (5, 60)
        assert np.isfinite(y).all()


def test_volatility_persists_and_leaves_no_trace_in_the_values_themselves(generators):
    rng = np.random.default_rng(3)
    size = generators.volatility(rng, 200, 4000)
    logs = np.log(size)
    deviations = logs.std(1)
    assert 0.15 < np.quantile(deviations, 0.1) < np.quantile(deviations, 0.9) < 1.0
    # an AR(1) whose coefficient is 0.8 to 0.995
    assert min(autocorrelation(row, 1) for row in logs) > 0.75
    noise = size * rng.standard_normal(size.shape)
    assert abs(np.mean([autocorrelation(row, 1) for row in noise])) < 0.01
    assert np.mean([autocorrelation(np.abs(row), 1) for row in noise]) > 0.05
