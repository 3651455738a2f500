"""What is left in errors, against statsmodels, closed forms and known noise."""

import numpy as np
import pytest

from gatecast.datasets import noisy_sine
from gatecast.diagnostics.residuals import (
    drift,
    heteroscedasticity,
    horizon_skill,
    ljung_box,
    mean_error,
    noise_floor,
)
from gatecast.errors import DataError

NOISE = np.random.default_rng(0).normal(size=400)


def test_ljung_box_is_that_of_statsmodels():
    diagnostic = pytest.importorskip("statsmodels.stats.diagnostic", reason="the oracle")
    for errors in (NOISE, np.cumsum(NOISE)[:50]):
        found = ljung_box(errors, 8)
        theirs = diagnostic.acorr_ljungbox(errors, [8])
        assert found.statistic == pytest.approx(theirs["lb_stat"].iloc[0], rel=1e-9)
        assert found.p == pytest.approx(theirs["lb_pvalue"].iloc[0], rel=1e-6, abs=1e-12)


def test_memory_and_spells_are_found_where_they_are():
    assert "no autocorrelation was detected" in ljung_box(NOISE).sentence
    remembering = NOISE[1:] + 0.5 * NOISE[:-1]
    found = ljung_box(remembering)
    assert "the residuals are autocorrelated" in found.sentence
    assert found.largest_lag == 1
    assert "no change of the error variance" in heteroscedasticity(NOISE).sentence
    spells = NOISE * np.where(np.arange(400) // 50 % 2, 3.0, 0.5)
    assert "the error variance is not constant" in heteroscedasticity(spells).sentence


def test_bias_is_a_t_test_and_allows_for_overlap():
    stats = pytest.importorskip("scipy.stats", reason="the oracle")
    found = mean_error(NOISE + 0.2)
    assert found.error == pytest.approx(NOISE.std() / 20)
    assert found.p == pytest.approx(stats.ttest_1samp(NOISE + 0.2, 0).pvalue, rel=0.05)
    assert "too low on average (bias -0." in found.sentence
    assert "no bias was detected" in mean_error(NOISE - NOISE.mean()).sentence
    # a sum over 10 neighbours has ten times the variance of its mean that single errors have
    overlapping = np.convolve(np.random.default_rng(1).normal(size=4000), np.ones(10), "valid")
    assert mean_error(overlapping, 40).error > 2.0 * mean_error(overlapping).error


def test_huge_errors_are_tested_as_others_are():
    wild = NOISE + 0.2
    for test in (ljung_box, heteroscedasticity, drift):
        assert test(wild * 1e300).p == pytest.approx(test(wild).p)
    huge, plain = mean_error(wild * 1e300), mean_error(wild)
    assert (huge.mean, huge.error) == pytest.approx((plain.mean * 1e300, plain.error * 1e300))
    assert huge.p == pytest.approx(plain.p)


def test_drift_is_the_slope_of_a_line():
    stats = pytest.importorskip("scipy.stats", reason="the oracle")
    losses = np.abs(NOISE) * np.linspace(1, 3, 400)
    line = stats.linregress(np.arange(400), losses)
    found = drift(losses)
    assert found.p == pytest.approx(line.pvalue, rel=1e-6)
    assert found.change == pytest.approx(line.slope * 399 / line.intercept)
    assert "errors grew" in found.sentence
    assert "no drift" in drift(np.abs(NOISE)).sentence


def test_a_horizon_ends_where_the_reference_is_no_longer_beaten():
    found = horizon_skill(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.5, 2.0]), "Naive")
    assert found.skill == (0.5, pytest.approx(0.2), -0.5)
    assert found.useful == 2
    assert "Naive is beaten up to step 2 of 3" in found.sentence
    assert "at all 2 steps" in horizon_skill(np.ones(2), np.full(2, 2.0), "Naive").sentence
    assert "not beaten at the first" in horizon_skill(np.ones(2), np.ones(2), "Naive").sentence
    both_exact = horizon_skill(np.array([0.0, 1.0]), np.array([0.0, 2.0]), "Naive")
    assert both_exact.skill == (0.0, 0.5)
    assert both_exact.useful == 0


@pytest.mark.slow
def test_the_floor_of_known_noise_is_found():
    rng = np.random.default_rng(0)
    y = np.zeros(3000)
    for t in range(1, 3000):
        y[t] = 0.8 * y[t - 1] + rng.normal()
    assert noise_floor(y) == pytest.approx(1.0, abs=0.06)
    x = np.empty(2000)
    x[0] = 0.3
    for t in range(1, 2000):
        x[t] = 3.9 * x[t - 1] * (1 - x[t - 1])
    assert noise_floor(x, 1) < 0.02  # no noise at all, in a chaotic series
    # a sine in noise looks the same from many phases: what is found lies above the floor
    assert 0.49 < noise_floor(noisy_sine()["y"].to_numpy()) < 0.60


def test_too_few_errors_are_refused():
    for ask in (ljung_box, mean_error, drift):
        with pytest.raises(DataError, match="at least 10"):
            ask(np.ones(5))
    with pytest.raises(DataError, match="all the same"):
        ljung_box(np.ones(50))
    with pytest.raises(DataError, match="100 are needed"):
        noise_floor(np.ones(50))
