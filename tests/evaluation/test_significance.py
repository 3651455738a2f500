import numpy as np
import pytest

from gatecast.errors import DataError, UsageError
from gatecast.evaluation import distributions, significance


def test_tails_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats", reason="the oracle of the tails")
    for freedom in (1, 2, 3, 4.5, 19, 100, 5000):
        for t in (0.0, 1e-6, 0.3, -1.0, 2.5, 12.0, 60.0):
            expected = 2 * stats.t.sf(abs(t), freedom)
            assert distributions.t_two_sided(t, freedom) == pytest.approx(expected, rel=1e-10)
    for f, upper, lower in ((0.1, 1, 1), (1.0, 3, 42), (4.5, 9, 990), (50.0, 2, 8)):
        expected = stats.f.sf(f, upper, lower)
        assert distributions.f_tail(f, upper, lower) == pytest.approx(expected, rel=1e-10)
    assert distributions.t_two_sided(np.inf, 3) == 0.0
    for freedom in (1, 2, 4.5, 19, 1000):
        for share in (0.01, 0.5, 0.8, 0.95, 0.999):
            expected = stats.t.ppf(0.5 + share / 2, freedom)
            assert distributions.t_quantile(share, freedom) == pytest.approx(expected, rel=1e-10)


@pytest.mark.slow
def test_critical_values_are_those_of_demsar_table_5():
    published = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    found = [distributions.studentised_range(0.95, k) / np.sqrt(2) for k in range(2, 11)]
    np.testing.assert_allclose(found, published, atol=1.1e-3)
    ten = [distributions.studentised_range(0.90, k) / np.sqrt(2) for k in (2, 3, 4)]
    np.testing.assert_allclose(ten, [1.645, 2.052, 2.291], atol=1.1e-3)


def test_a_one_step_test_is_a_paired_t_test():
    stats = pytest.importorskip("scipy.stats", reason="the oracle of the test")
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 30)) ** 2
    found = significance.diebold_mariano(a, b)
    # with h = 1 the correction sqrt((n - 1) / n) makes it exactly the paired t-test
    expected = stats.ttest_rel(a, b)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-10)
    assert significance.diebold_mariano(b, a).statistic == pytest.approx(-found.statistic)


def test_a_two_step_test_worked_out_by_hand():
    # d = 1, 2, 0, 3, -1: mean 1, centred 0, 1, -1, 2, -2; γ0 = 10/5, γ1 = (0 - 1 - 2 - 4)/5
    d = np.array([1.0, 2.0, 0.0, 3.0, -1.0])
    found = significance.diebold_mariano(10 + d, np.full(5, 10.0), h=2)
    # 2 - 2 * 7/5 is below zero: Bartlett's weight is 1/2, 2 - 7/5 = 3/5
    assert found.variance == "Bartlett"
    assert found.statistic == pytest.approx(np.sqrt((6 - 4 + 2 / 5) / 5) / np.sqrt(0.6 / 5))
    # d = 1, 2, 3, 4: mean 2.5, γ0 = 5/4, γ1 = (3/4 - 1/4 + 3/4) / 4 = 5/16
    found = significance.diebold_mariano(np.arange(1.0, 5.0), np.zeros(4), h=2)
    assert found.variance == "autocovariances"
    variance = (5 / 4 + 2 * 5 / 16) / 4
    assert found.statistic == pytest.approx(2.5 * np.sqrt((5 - 4 + 2 / 4) / 4 / variance))


@pytest.mark.parametrize(("h", "n"), [(1, 20), (1, 100), (3, 200)])
def test_of_equal_forecasters_five_per_cent_are_called_different(h, n):
    rng = np.random.default_rng(h * n)
    noise = rng.normal(size=(2000, 2, n + h - 1))
    # errors h steps ahead are moving averages of h noises
    errors = sum(noise[:, :, i : i + n] for i in range(h))
    tests = [significance.diebold_mariano(a**2, b**2, h) for a, b in errors]
    share = np.mean([t.p < 0.05 for t in tests])
    # three standard errors of a share of 2,000 are 1.5 %; autocovariances add a little
    assert 0.030 < share < (0.065 if h == 1 else 0.08)


def test_equal_losses_are_a_tie_and_a_constant_difference_leaves_nothing_to_chance():
    loss = np.arange(1.0, 9.0)
    tie = significance.diebold_mariano(loss, loss)
    assert (tie.statistic, tie.p) == (0.0, 1.0)
    assert (tie.skill().skill, tie.skill().low, tie.skill().high) == (0.0, 0.0, 0.0)
    for sign, other in ((1, loss - 1), (-1, loss + 1)):
        same = significance.diebold_mariano(loss, other)
        assert (same.statistic, same.p) == (sign * np.inf, 0.0)
        skill = same.skill()
        assert skill.low == skill.high == skill.skill == pytest.approx(sign / 4.5)


def test_the_interval_is_that_of_the_paired_t_test():
    stats = pytest.importorskip("scipy.stats", reason="the oracle of the interval")
    a, b = np.random.default_rng(4).exponential(size=(2, 12))
    found = significance.diebold_mariano(a, 0.5 * b).skill(90)
    expected = stats.ttest_rel(a, 0.5 * b).confidence_interval(0.9)
    assert found.skill == pytest.approx(1 - 0.5 * b.mean() / a.mean())
    assert found.low == pytest.approx(expected.low / a.mean())
    assert found.high == pytest.approx(min(expected.high / a.mean(), 1.0))
    assert found.level == 90
    # d = 4, 0: mean 2, error sqrt(8 / 2) = 2, t of one degree 12.706; no gain is above 100 %
    two = significance.diebold_mariano(np.array([5.0, 5.0]), np.array([1.0, 5.0])).skill()
    assert (two.skill, two.high) == (0.4, 1.0)
    assert two.low == pytest.approx((2 - 2 * 12.7062047) / 5)
    with pytest.raises(UsageError, match="level=100"):
        significance.diebold_mariano(a, b).skill(100)
    assert np.isnan(significance.diebold_mariano(np.zeros(5), a[:5]).skill().skill)


@pytest.mark.parametrize(("h", "n"), [(1, 2), (1, 5), (2, 6), (4, 9), (3, 30)])
def test_the_interval_leaves_zero_out_where_p_is_small_and_nowhere_else(h, n):
    rng = np.random.default_rng(n)
    small = 0
    for _ in range(300):
        a, b = rng.exponential(size=(2, n)) * rng.exponential(size=(2, 1))
        found = significance.diebold_mariano(a, b, h)
        skill = found.skill(95)
        assert (skill.low > 0 or skill.high < 0) == (found.p < 0.05)
        assert skill.low <= skill.skill <= skill.high <= 1
        small += found.p < 0.05
    assert 0 < small < 300


@pytest.mark.slow
def test_the_skill_interval_holds_the_true_skill_as_often_as_it_says():
    rng = np.random.default_rng(5)
    hits = 0
    for i in range(200):
        a, b = 0.8 * rng.exponential(size=200), rng.exponential(size=200)
        found = significance.skill_interval(a, b, n_draws=200, random_state=i)
        assert found.skill == pytest.approx(1 - a.mean() / b.mean())
        hits += found.low <= 0.2 <= found.high
    assert 0.88 <= hits / 200 <= 0.99
    again = significance.skill_interval(a, b, n_draws=200, random_state=199)
    assert again == found


@pytest.mark.slow
def test_blocks_widen_the_interval_where_neighbours_are_alike():
    rng = np.random.default_rng(1)
    a, b = np.repeat(rng.exponential(size=(2, 40)), 10, axis=1)
    single = significance.skill_interval(a, b, block=1)
    blocks = significance.skill_interval(a, b, block=20)
    assert blocks.high - blocks.low > 2 * (single.high - single.low)
    with pytest.warns(UserWarning, match="no loss"):
        assert np.isnan(significance.skill_interval(a, np.zeros(400)).skill)


def test_ranks_by_hand_and_by_scipy():
    losses = np.array([[3.0, 1.0, 2.0], [6.0, 4.0, 5.0], [2.0, 1.0, 1.0], [1.0, 2.0, 3.0]])
    found = significance.friedman_nemenyi(losses, ["a", "b", "c"])
    assert found.models == ("b", "c", "a")
    np.testing.assert_allclose(found.ranks, [5.5 / 4, 8.5 / 4, 10 / 4])
    assert found.critical_difference == pytest.approx(2.3437 * np.sqrt(12 / (6 * 4)), abs=1e-3)
    stats = pytest.importorskip("scipy.stats", reason="the oracle of the statistic")
    chi2 = stats.friedmanchisquare(*losses.T).statistic
    f = 3 * chi2 / (4 * 2 - chi2)
    assert found.p == pytest.approx(stats.f.sf(f, 2, 6), rel=1e-9)
    always = significance.friedman_nemenyi(np.tile([1.0, 2.0], (5, 1)), ["a", "b"])
    assert always.p == 0.0
    assert significance.friedman_nemenyi(np.ones((5, 2)), ["a", "b"]).p == 1.0


@pytest.mark.slow
def test_equal_models_have_equal_ranks_95_times_in_100():
    rng = np.random.default_rng(2)
    tests = [significance.friedman_nemenyi(rng.normal(size=(30, 4)), "abcd") for _ in range(400)]
    assert 0.02 < np.mean([t.p < 0.05 for t in tests]) < 0.085
    apart = [t.ranks[-1] - t.ranks[0] > t.critical_difference for t in tests]
    assert 0.02 < np.mean(apart) < 0.085


def test_what_cannot_be_tested_is_refused_in_a_sentence():
    five = np.arange(5.0)
    with pytest.raises(UsageError, match=r"shapes \(5,\) and \(4,\)"):
        significance.diebold_mariano(five, five[:4])
    with pytest.raises(DataError, match="5 losses were given; at least 6 are needed"):
        significance.diebold_mariano(five, five, h=5)
    with pytest.raises(UsageError, match="h=0"):
        significance.diebold_mariano(five, five, h=0)
    with pytest.raises(DataError, match="1 of 5 pairs"):
        significance.diebold_mariano(five, np.array([0, 1, np.nan, 1, 2]))
    with pytest.raises(DataError, match="1 loss was"):
        significance.skill_interval(five[:1], five[:1])
    with pytest.raises(UsageError, match="level=100"):
        significance.skill_interval(five, five, level=100)
    with pytest.raises(UsageError, match="2 models were named"):
        significance.friedman_nemenyi(np.ones((4, 3)), ["a", "b"])
    with pytest.raises(DataError, match="the loss of b on series 2 is nan"):
        significance.friedman_nemenyi(np.array([[1, 2], [1, np.nan]]), ["a", "b"])
    with pytest.raises(DataError, match="2 models on 1 series"):
        significance.friedman_nemenyi(np.ones((1, 2)), ["a", "b"])
