import importlib
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sktime.datasets import load_airline
from sktime.split import ExpandingWindowSplitter
from sktime.utils.estimator_checks import check_estimator

from gatecast.adapters.sktime import SktimeLSTMForecaster
from gatecast.errors import DataError, MissingExtraError
from gatecast.forecaster import LSTMForecaster

# given by sktime 1.2 whenever any forecaster is made
pytestmark = pytest.mark.filterwarnings("ignore:.*remember_data:FutureWarning")

QUICK = {"hidden": 8, "max_steps": 10, "n_networks": 1}


@pytest.mark.slow
def test_the_whole_suite_of_sktime_passes():
    # sktime's own warnings, and ours on short series; recorded, because sktime undoes filters
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        results = check_estimator(SktimeLSTMForecaster, verbose=False)
    assert {name: result for name, result in results.items() if result != "PASSED"} == {}
    assert len(results) > 500


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
        "h", "freq", "level", "hist_exog_list", "futr_exog_list", "stat_exog_list", "calendar",
        "alias",
    }  # fmt: skip


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


def test_without_sktime_the_pip_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sktime.forecasting.base", None)
    monkeypatch.delitem(sys.modules, "gatecast.adapters.sktime")
    with pytest.raises(MissingExtraError, match=r'pip install "gatecast\[sktime\]"'):
        importlib.import_module("gatecast.adapters.sktime")


def test_gatecast_itself_imports_neither_sktime_nor_scikit_learn():
    code = (
        "import sys, gatecast, gatecast.adapters, gatecast.cli.main; gatecast.LSTMForecaster; "
        "sys.exit(bool({'sktime', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
