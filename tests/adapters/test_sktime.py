import importlib
import inspect
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from gatecast.errors import DataError, MissingExtraError
from gatecast.forecaster import LSTMForecaster

# given by sktime 1.2 whenever any forecaster is made
pytestmark = pytest.mark.filterwarnings("ignore:.*remember_data:FutureWarning")

QUICK = {"hidden": 8, "max_steps": 10, "n_networks": 1}
LONG = ("test_predict_time_index", "test_update_predict_predicted_index")


load_airline = ExpandingWindowSplitter = check_estimator = SktimeLSTMForecaster = None


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Import what takes seconds when a test runs: every worker reads every file of tests."""
    modules = {
        "sktime.datasets": "load_airline", "sktime.split": "ExpandingWindowSplitter",
        "sktime.utils.estimator_checks": "check_estimator",
        "gatecast.adapters.sktime": "SktimeLSTMForecaster",
    }  # fmt: skip
    for module, name in modules.items():
        globals()[name] = getattr(importlib.import_module(module), name)


def assert_passes(estimator, least):
    """Run sktime's own tests of a forecaster."""
    # sktime's own warnings, and ours on short series; recorded, because sktime undoes filters
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        results = check_estimator(estimator, verbose=False)
    assert {name: result for name, result in results.items() if result != "PASSED"} == {}
    assert len(results) > least


@pytest.mark.slow
def test_the_suite_of_sktime_passes(monkeypatch):
    tests = importlib.import_module("sktime.forecasting.tests.test_all_forecasters")
    honest = tests.ForecasterFixtureGenerator._generate_n_columns

    def columns(self, test_name, **more):
        # sktime fits each of two columns by itself; two long tests do so in the test below alone
        n = 1 if test_name in LONG else 2
        return tuple(found[:n] for found in honest(self, test_name, **more))

    monkeypatch.setattr(tests.ForecasterFixtureGenerator, "_generate_n_columns", columns)
    assert_passes(SktimeLSTMForecaster.create_test_instance(), 300)


@pytest.mark.slow
@pytest.mark.whole
def test_the_suite_of_sktime_passes_with_all_its_settings():
    assert_passes(SktimeLSTMForecaster, 500)


@pytest.mark.slow
def test_the_forecast_is_that_of_the_forecaster():
    y = load_airline()
    forecast = SktimeLSTMForecaster(**QUICK).fit(y, fh=[1, 3, 12]).predict()
    plain = LSTMForecaster(h=12, **QUICK).fit(y).predict()["LSTM"]
    np.testing.assert_array_equal(forecast, plain.iloc[[0, 2, 11]])
    assert [str(month) for month in forecast.index] == ["1961-01", "1961-03", "1961-12"]
    assert forecast.name == y.name


def test_settings_and_their_defaults_are_those_of_the_forecaster():
    plain = LSTMForecaster(h=1).get_params()
    ours = SktimeLSTMForecaster().get_params()
    assert ours.items() <= plain.items()
    assert plain.keys() - ours.keys() == {
        "h", "freq", "aggregate", "hist_exog_list", "futr_exog_list", "stat_exog_list", "alias",
    }  # fmt: skip
    signature = inspect.signature(SktimeLSTMForecaster)
    assert list(signature.parameters) == [name for name in plain if name in ours]
    assert SktimeLSTMForecaster((80,)).level == (80,)
    with pytest.raises(TypeError, match="steps"):
        SktimeLSTMForecaster(steps=3)


@pytest.mark.slow
def test_values_that_come_later_are_walked_along_without_training():
    # of a constant series a network learns nothing: from a head of zero it says the last value
    days = pd.date_range("2024-01-01", periods=33, freq="D")
    y = pd.Series([7.5] * 30 + [8.0, 8.5, 9.0], days)
    forecaster = SktimeLSTMForecaster(**QUICK).fit(y[:30], fh=1)
    trained = forecaster.forecaster_
    forecaster.update(y[30:], update_params=False)
    assert forecaster.forecaster_ is trained
    forecast = forecaster.predict()
    np.testing.assert_array_equal(forecast, 9.0)
    assert list(forecast.index) == [pd.Timestamp("2024-02-03")]
    # where the cutoff lies in the past, what came after it is not seen
    walked = forecaster.update_predict(
        y, ExpandingWindowSplitter(fh=1, initial_window=31), update_params=False
    )
    np.testing.assert_array_equal(walked, [8.0, 8.5])


@pytest.mark.slow
def test_an_update_with_training_is_a_fit_on_everything():
    y = load_airline()
    updated = SktimeLSTMForecaster(**QUICK).fit(y[:-6], fh=[1, 2]).update(y[-6:]).predict()
    fitted = SktimeLSTMForecaster(**QUICK).fit(y, fh=[1, 2]).predict()
    pd.testing.assert_series_equal(updated, fitted)


def test_a_cutoff_before_the_end_of_training_is_refused():
    y = load_airline()
    forecaster = SktimeLSTMForecaster(**QUICK).fit(y, fh=1)
    forecaster._set_cutoff(y.index[-3:-2])
    with pytest.raises(DataError, match=r"after 142 values .* have seen 144"):
        forecaster.predict()


def test_a_short_series_is_forecast_as_far_as_it_can_teach():
    y = pd.Series(np.random.default_rng(0).normal(size=9).cumsum())
    with pytest.warns(UserWarning, match=r"9 values and h=8 needs at least 12: steps after step 5"):
        forecaster = SktimeLSTMForecaster(**QUICK).fit(y, fh=range(1, 9))
    forecast = forecaster.predict().to_numpy()
    plain = LSTMForecaster(h=5, **QUICK).fit(y).predict()["LSTM"]
    np.testing.assert_array_equal(forecast, np.append(plain, [plain.iloc[-1]] * 3))
    with pytest.warns(UserWarning, match="the forecast is the last value"):
        forecaster = SktimeLSTMForecaster(**QUICK).fit(y[:4], fh=[1, 2])
    np.testing.assert_array_equal(forecaster.predict(), y[3])


@pytest.fixture
def covered():
    """A series that rises by 10 where a flag is set, with the flag and a name for ten more days."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=130, freq="D", name="day")
    flag = (rng.uniform(size=130) < 0.3).astype(float)
    X = pd.DataFrame({"flag": flag, "y": np.where(flag > 0, "open", "shut")}, days)
    return pd.Series(50 + 10 * flag + rng.normal(size=130), days, name="sold")[:120], X


@pytest.mark.slow
def test_columns_of_x_are_future_covariates(covered):
    y, X = covered
    settings = {**QUICK, "max_steps": 150, "pretrained": False}
    forecaster = SktimeLSTMForecaster(**settings).fit(y, X[:120], fh=[1, 10])
    forecast = forecaster.predict(X=X[120:])
    table = X.assign(sold=y).rename(columns={"y": "name"}).reset_index()
    plain = LSTMForecaster(h=10, futr_exog_list=["flag", "name"], **settings)
    plain.fit(table[:120], target_col="sold")
    expected = plain.predict(futr_df=table[120:])["LSTM"]
    np.testing.assert_array_equal(forecast, expected.iloc[[0, 9]])
    raised = forecaster.predict(X=X[120:].assign(flag=1.0, y="open"))
    lowered = forecaster.predict(X=X[120:].assign(flag=0.0, y="shut"))
    assert (raised - lowered > 3).all()
    with pytest.raises(DataError, match=r"no row for 2024-05-02 .* each of the 10 steps"):
        forecaster.predict(X=X[120:].drop(X.index[122]))
    # new values are advanced along with their covariates
    forecaster.update(pd.Series(60.0, X.index[120:125]), X[120:125], update_params=False)
    later = X.reindex(pd.date_range(X.index[125], periods=10, freq="D")).ffill()
    plain.update(table[120:125].assign(sold=60.0))
    moved = plain.predict(futr_df=later.rename(columns={"y": "name"}).rename_axis("day"))["LSTM"]
    np.testing.assert_array_equal(forecaster.predict(X=later), moved.iloc[[0, 9]])


@pytest.mark.slow
def test_intervals_of_a_level_are_the_forecasters_and_others_those_of_its_errors():
    y = load_airline()
    forecaster = SktimeLSTMForecaster(level=[80], **QUICK).fit(y, fh=[1, 12])
    plain = LSTMForecaster(h=12, level=[80], **QUICK).fit(y)
    interval = forecaster.predict_interval(coverage=0.8)
    frame = plain.predict().iloc[[0, 11]]
    np.testing.assert_array_equal(interval, frame[["LSTM-lo-80", "LSTM-hi-80"]])
    quantiles = forecaster.predict_quantiles(alpha=[0.05, 0.3, 0.7, 0.95])
    assert (np.diff(quantiles, axis=1) > 0).all()
    paths = plain.simulate(2000)["LSTM"].to_numpy().reshape(2000, 12)[:, [0, 11]]
    # of a few errors, quantiles between them are interpolated, and draws are not
    drawn = np.quantile(paths, [0.3, 0.7], axis=0).T
    np.testing.assert_allclose(quantiles.iloc[:, 1:3], drawn, rtol=0.02)
    assert (quantiles.iloc[:, 0] >= paths.min(axis=0)).all()
    assert (quantiles.iloc[:, 3] <= paths.max(axis=0)).all()
    short = SktimeLSTMForecaster(**QUICK).fit(y[:6], fh=[1])
    with pytest.raises(DataError, match="6 values, too few to measure errors on"):
        short.predict_quantiles(alpha=[0.1])


@pytest.mark.slow
def test_forecasts_in_sample_are_from_the_last_origin_there_is():
    y = load_airline()
    forecaster = SktimeLSTMForecaster(**QUICK).fit(y, fh=[-143, -142, -2, 0, 2])
    forecast = forecaster.predict().to_numpy()
    plain = LSTMForecaster(h=2, **QUICK).fit(y)
    inside = plain.predict_insample().groupby("Period")["LSTM"].last().to_numpy()
    assert np.isnan(forecast[0])
    np.testing.assert_array_equal(forecast[1:4], inside[[0, -3, -1]])
    assert forecast[4] == plain.predict()["LSTM"][1]
    # of values that came after the fit: each from the one before it
    early = SktimeLSTMForecaster(**QUICK).fit(y[:-3], fh=[-1, 0])
    early.update(y[-3:], update_params=False)
    plain = LSTMForecaster(h=1, **QUICK).fit(y[:-3])
    expected = [plain.update(y[-k:][:1].to_numpy()).predict()["LSTM"][0] for k in (3, 2)]
    np.testing.assert_array_equal(early.predict(), expected)


def test_without_sktime_the_pip_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sktime.forecasting.base", None)
    monkeypatch.delitem(sys.modules, "gatecast.adapters.sktime")
    with pytest.raises(MissingExtraError, match=r'pip install "gatecast\[sktime\]"'):
        importlib.import_module("gatecast.adapters.sktime")


@pytest.mark.slow
def test_gatecast_itself_imports_neither_sktime_nor_scikit_learn():
    code = (
        "import sys, gatecast, gatecast.adapters, gatecast.cli.main; gatecast.LSTMForecaster; "
        "sys.exit(bool({'sktime', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
