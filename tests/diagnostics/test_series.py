"""What kind of series it is: known sizes and orders, and the field's reference implementations."""

import numpy as np
import pytest

from gatecast.diagnostics.series import (
    fitted_autoregression,
    long_memory,
    nonlinearity,
    random_walk,
)
from gatecast.errors import DataError
from gatecast.evaluation.distributions import chi_squared_tail, normal_two_sided


def threshold(n, seed=0, noise=0.3):
    """A threshold autoregression: no line fits both of its regimes."""
    rng = np.random.default_rng(seed)
    y = np.zeros(n)
    for t in range(1, n):
        y[t] = (0.9 if y[t - 1] <= 0 else -0.9) * y[t - 1] + 0.5 + noise * rng.normal()
    return y


def autoregression(n, phi, seed=0):
    rng = np.random.default_rng(seed)
    y = np.zeros(n)
    for t in range(1, n):
        y[t] = phi * y[t - 1] + rng.normal()
    return y


def test_tails_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats", reason="the oracle of the tails")
    for x, k in ((0.1, 1), (3, 2), (10, 10), (50, 10), (200, 30), (1e-5, 3), (0, 4)):
        assert chi_squared_tail(x, k) == pytest.approx(stats.chi2.sf(x, k), rel=1e-10)
    assert normal_two_sided(-1.96) == pytest.approx(2 * stats.norm.sf(1.96), rel=1e-12)


@pytest.mark.slow
def test_linear_series_pass_for_linear_and_a_threshold_does_not():
    rejected = [nonlinearity(autoregression(300, 0.6, seed)).p < 0.05 for seed in range(400)]
    assert 0.02 < np.mean(rejected) < 0.09
    found = nonlinearity(threshold(1000))
    assert found.p < 1e-10
    assert found.explained > 0.2
    assert "the series is not linear" in found.sentence


@pytest.mark.slow
def test_the_order_of_an_autoregression_is_found():
    rng = np.random.default_rng(0)
    y = np.zeros(3000)
    for t in range(2, 3000):
        y[t] = 1.1 * y[t - 1] - 0.6 * y[t - 2] + rng.normal()
    order, residuals, lags = fitted_autoregression(y)
    assert order >= 2
    np.testing.assert_allclose(np.linalg.lstsq(lags, y[order:], rcond=None)[0][:2], [1.1, -0.6],
                               atol=0.06)  # fmt: skip
    assert np.std(residuals) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("d", [0.0, 0.3, 0.45])
def test_the_order_of_fractional_integration_is_found(d):
    rng = np.random.default_rng(1)
    weights = np.cumprod(np.concatenate([[1.0], (np.arange(1, 4000) - 1 + d) / np.arange(1, 4000)]))
    found = []
    for _ in range(20):
        noise = rng.normal(size=6000)
        found.append(long_memory(np.convolve(noise, weights, "valid")[:2000]))
    assert np.mean([f.d for f in found]) == pytest.approx(d, abs=0.04)
    assert np.std([f.d for f in found]) == pytest.approx(found[0].error, rel=0.5)
    assert (found[0].p < 0.01) is (d > 0)


@pytest.mark.slow
def test_a_random_walk_passes_for_one_and_others_do_not():
    rng = np.random.default_rng(0)
    rejected = [random_walk(rng.normal(size=300).cumsum()).p < 0.05 for _ in range(1000)]
    assert 0.01 < np.mean(rejected) < 0.07
    returning = random_walk(autoregression(500, 0.3))
    assert returning.p < 0.001
    assert returning.ratio < 0.8
    going_on = random_walk(np.cumsum(autoregression(500, 0.5)))
    assert going_on.p < 0.001
    assert going_on.ratio > 1.3
    assert "mean-reverting" in returning.sentence
    assert "positively autocorrelated" in going_on.sentence


@pytest.mark.parametrize("ask", [nonlinearity, long_memory, random_walk])
def test_what_says_nothing_is_refused(ask):
    with pytest.raises(DataError, match="40 are needed"):
        ask(np.arange(10.0))
    with pytest.raises(DataError, match="does not change"):
        ask(np.full(100, 3.0))
