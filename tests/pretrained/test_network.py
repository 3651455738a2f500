"""The pretrained network against its NumPy twin, and what its forecasts promise."""

from statistics import NormalDist

import numpy as np
import pytest

from gatecast.errors import ModelFileError, UsageError
from gatecast.kernel import reference
from gatecast.pretrained.features import step_inputs
from gatecast.pretrained.network import LEVELS, PretrainedNetwork, load_weights, quantiles_at

NAMES = ["public", "made-up"]
MEDIAN = list(LEVELS).index(0.5)


def walks(B=4, T=90, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((B, T)).cumsum(1) + 2 * np.sin(2 * np.pi * np.arange(T) / 12)


@pytest.mark.parametrize("name", NAMES)
def test_the_lstm_is_that_of_the_twin(name):
    network = load_weights(name).lstm
    x = step_inputs(walks(), 12).inputs
    native, _ = network.run(x)
    theta, x64 = network.theta.astype(np.float64), x.astype(np.float64)
    twin = reference.forward(network.layout, theta, x64).outputs
    np.testing.assert_allclose(native, twin, atol=2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_quantiles_never_cross(name):
    q = load_weights(name).forecast(walks(64), 30, 12)
    assert q.shape == (64, 30, len(LEVELS))
    assert (np.diff(q, axis=-1) >= 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_forecasts_follow_level_and_unit(name):
    y = walks()
    network = load_weights(name)
    expected = 250 * network.forecast(y, 12, 12) - 1e4
    np.testing.assert_allclose(network.forecast(250 * y - 1e4, 12, 12), expected, atol=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_a_series_is_forecast_alike_alone_and_among_others_at_any_thread_count(name):
    y, network = walks(9), load_weights(name)
    whole = network.forecast(y, 5, 4)
    assert np.array_equal(whole, network.forecast(y, 5, 4, threads=2))
    for i in range(len(y)):
        np.testing.assert_allclose(network.forecast(y[i : i + 1], 5, 4)[0], whole[i], atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_season_without_noise_goes_on(name):
    season = np.array([0, 2, 5, 7, 8, 9, 12, 11, 8, 5, 3, 1.0])
    y = np.tile(season, 8)[None]
    forecast = load_weights(name).forecast(y, 24, 12)[0, :, MEDIAN]
    assert np.abs(forecast - np.tile(season, 2)).mean() < 0.02 * np.ptp(season)


@pytest.mark.parametrize("name", NAMES)
def test_a_random_walk_is_forecast_about_as_well_as_by_its_last_value(name):
    """The last value is the best forecast there is, so that no more than noise can be won."""
    y = np.random.default_rng(5).standard_normal((400, 86)).cumsum(1)
    forecast = load_weights(name).forecast(y[:, :80], 6, 1)[..., MEDIAN]
    error = np.abs(forecast - y[:, 80:]).mean()
    naive = np.abs(y[:, 79:80] - y[:, 80:]).mean()
    assert error < 1.04 * naive


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_first_order_autoregression_is_forecast_almost_as_by_its_formula(name):
    """y[t+k] given y[t] is phi^k y[t]: nothing does better (mean and median agree)."""
    rng, phi = np.random.default_rng(6), 0.7
    e = rng.standard_normal((400, 206))
    y = np.zeros_like(e)
    for t in range(1, 206):
        y[:, t] = phi * y[:, t - 1] + e[:, t]
    y, future = y[:, 50:200], y[:, 200:]
    best = y[:, -1:] * phi ** np.arange(1, 7)
    forecast = load_weights(name).forecast(y, 6, 1)[..., MEDIAN]
    error = np.abs(forecast - future).mean()
    assert error < 1.13 * np.abs(best - future).mean()
    assert error < 0.9 * np.abs(y[:, -1:] - future).mean()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_intervals_of_simulated_series_hold_what_they_promise(name):
    rng = np.random.default_rng(7)
    level = rng.standard_normal((600, 130)).cumsum(1) * 0.4
    y = level + rng.standard_normal((600, 130))  # a local level: ETS(A, N, N)
    q = load_weights(name).forecast(y[:, :120], 10, 1)
    for share in (0.8, 0.95):
        bounds = quantiles_at(q, np.array([0.5 - share / 2, 0.5 + share / 2]))
        held = ((bounds[..., 0] <= y[:, 120:]) & (y[:, 120:] <= bounds[..., 1])).mean()
        assert abs(held - share) < 0.07


def test_other_levels_are_interpolated_on_the_normal_scale():
    normal = NormalDist(3, 2)
    q = np.array([normal.inv_cdf(p) for p in LEVELS])
    wanted = np.array([0.01, 0.2, 0.5, 0.8, 0.99])
    expected = [normal.inv_cdf(p) for p in wanted]
    np.testing.assert_allclose(quantiles_at(q, wanted), expected, rtol=1e-12)


def test_weights_that_do_not_exist_or_do_not_fit_are_refused():
    with pytest.raises(UsageError, match='"public" or "made-up"'):
        load_weights("nothing")
    arrays = load_weights("made-up").arrays()
    for name, wrong in (
        ("mix", arrays["mix"][:, :3]), ("theta", arrays["theta"] * np.nan), ("skip", None),
    ):  # fmt: skip
        broken = {k: v for k, v in arrays.items() if k != name}
        if wrong is not None:
            broken[name] = wrong
        with pytest.raises(ModelFileError):
            PretrainedNetwork.from_arrays(broken)


@pytest.mark.parametrize("season", [1, 12])
def test_forecasts_from_several_steps_see_nothing_after_them(season):
    y = walks(5, 90) + np.array([30.0, 30.0, 0.0, 9.0, 3.0])[:, None]  # some cross zero
    y[0, 5] = np.nan
    network, at = load_weights("public"), np.array([40, 60, 88])
    made = network.forecast_both_views(y, at, 8, season)
    for i, step in enumerate(at):
        alone = network.forecast_both_views(y[:, : step + 1], at[i : i + 1], 8, season)
        np.testing.assert_array_equal(made[:, i], alone[:, 0])
