import doctest
import importlib
import sys

import numpy as np
import pytest

from gatecast.errors import MissingExtraError, UsageError

check_estimator = LSTMRegressor = None


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Import what takes seconds when a test runs: every worker reads every file of tests."""
    modules = {
        "sklearn.utils.estimator_checks": "check_estimator",
        "gatecast.adapters.sklearn": "LSTMRegressor",
    }
    for module, name in modules.items():
        globals()[name] = getattr(importlib.import_module(module), name)


def windows_of_a_sine(level=0.0, size=1.0):
    """Windows of 20 steps and the 3 values after each."""
    series = level + size * np.sin(np.arange(300) / 5)
    windows = np.lib.stride_tricks.sliding_window_view(series, 23)
    return windows[:, :20], windows[:, 20:]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what its checks provoke
def test_the_whole_suite_of_scikit_learn_passes(monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # or one check is skipped
    results = check_estimator(LSTMRegressor(), on_skip=None)
    assert {(r["check_name"], r["status"]) for r in results if r["status"] != "passed"} == set()
    assert len(results) > 40


@pytest.mark.slow
def test_the_example_is_true():
    failed, attempted = doctest.testmod(sys.modules[LSTMRegressor.__module__])
    assert (failed, attempted > 0) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_sine_is_learned_for_one_target_and_for_several(cell):
    X, Y = windows_of_a_sine()
    for y in (Y[:, 0], Y):
        model = LSTMRegressor(hidden=8, cell=cell, random_state=0).fit(X[:200], y[:200])
        assert model.predict(X).shape == y.shape
        assert model.score(X[200:], y[200:]) > 0.99


def test_forecasts_follow_the_unit_and_the_offset():
    X, Y = windows_of_a_sine()
    settings = {"hidden": 4, "epochs": 3, "random_state": 0}
    plain = LSTMRegressor(**settings).fit(X, Y).predict(X)
    X, Y = windows_of_a_sine(level=5000.0, size=100.0)
    moved = LSTMRegressor(**settings).fit(X, Y).predict(X)
    np.testing.assert_allclose(moved, 5000.0 + 100.0 * plain, rtol=1e-9)


def test_what_is_held_back_is_not_looked_at_for_scaling():
    X, Y = windows_of_a_sine()
    X, Y = X.copy(), Y.copy()
    X[-50:], Y[-50:] = 1e6, 1e6
    model = LSTMRegressor(hidden=4, epochs=1, validation_split=50 / len(X), random_state=0)
    model.fit(X, Y)
    assert model.input_scaler_.mean == pytest.approx(X[:-50].mean())
    assert [s.mean for s in model.target_scalers_] == pytest.approx(Y[:-50].mean(axis=0))
    assert len(model.history_.validation_loss) == 1


def test_same_seed_same_bits_at_any_thread_count():
    X, Y = windows_of_a_sine()
    settings = {"hidden": 4, "layers": 2, "dropout": 0.2, "epochs": 2, "random_state": 3}
    said = {LSTMRegressor(threads=n, **settings).fit(X, Y).predict(X).tobytes() for n in (1, 2, 4)}
    assert len(said) == 1


def test_settings_out_of_range_are_told():
    with pytest.raises(UsageError, match="epochs=0"):
        LSTMRegressor(epochs=0).fit(*windows_of_a_sine())
    with pytest.raises(UsageError, match=r"validation_split=1\.0"):
        LSTMRegressor(validation_split=1.0).fit(*windows_of_a_sine())


def test_without_scikit_learn_the_pip_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    monkeypatch.delitem(sys.modules, "gatecast.adapters.sklearn")
    with pytest.raises(MissingExtraError, match=r'pip install "gatecast\[sklearn\]"'):
        importlib.import_module("gatecast.adapters.sklearn")
