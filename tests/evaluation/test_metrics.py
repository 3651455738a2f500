import numpy as np
import pandas as pd
import pytest

from gatecast.errors import UsageError
from gatecast.evaluation import metrics

ACTUAL = np.array([10.0, 20.0, 30.0, 40.0])
FORECAST = np.array([12.0, 18.0, 33.0, 40.0])
TRAIN = np.array([1.0, 3.0, 2.0, 6.0, 4.0, 9.0])


def test_values_worked_out_by_hand():
    assert metrics.mae(ACTUAL, FORECAST) == pytest.approx(7 / 4)
    assert metrics.rmse(ACTUAL, FORECAST) == pytest.approx(np.sqrt(17 / 4))
    assert metrics.bias(ACTUAL, FORECAST) == pytest.approx(3 / 4)
    assert metrics.mape(ACTUAL, FORECAST) == pytest.approx(100 * (0.2 + 0.1 + 0.1) / 4)
    assert metrics.smape(ACTUAL, FORECAST) == pytest.approx(25 * (2 / 11 + 2 / 19 + 6 / 63))
    # changes over one step: 2, -1, 4, -2, 5; over two: 1, 3, 2, 3
    assert metrics.mase(ACTUAL, FORECAST, TRAIN, 1) == pytest.approx(1.75 / (14 / 5))
    assert metrics.mase(ACTUAL, FORECAST, TRAIN, 2) == pytest.approx(1.75 / (9 / 4))
    assert metrics.rmsse(ACTUAL, FORECAST, TRAIN, 1) == pytest.approx(np.sqrt(4.25 / (50 / 5)))


def test_smape_is_200_at_the_worst_and_0_where_both_are_zero():
    assert metrics.smape(np.array([1.0]), np.array([-1.0])) == 200.0
    assert metrics.smape(np.zeros(3), np.zeros(3)) == 0.0


def test_a_scale_of_zero_gives_nan_and_says_so():
    flat = np.full(5, 2.0)
    with pytest.warns(UserWarning, match="MASE is undefined"):
        assert np.isnan(metrics.mase(ACTUAL, FORECAST, flat, 1))
    with pytest.warns(UserWarning, match="RMSSE is undefined: 6 training values") as told:
        assert np.isnan(metrics.rmsse(ACTUAL, FORECAST, TRAIN, 6))
    assert told[0].filename == __file__  # the line that asked, not ours
    with pytest.warns(UserWarning, match="MAPE is undefined"):
        assert np.isnan(metrics.mape(np.array([0.0, 1.0]), np.array([1.0, 1.0])))


@pytest.mark.parametrize("name", ["bias", "mae", "mape", "rmse", "smape"])
def test_shapes_that_would_be_stretched_are_refused(name):
    with pytest.raises(UsageError, match=r"\(4,\) and forecast \(4, 1\)"):
        getattr(metrics, name)(ACTUAL, ACTUAL[:, np.newaxis])
    with pytest.raises(UsageError, match="not empty"):
        getattr(metrics, name)(ACTUAL[:0], ACTUAL[:0])


@pytest.mark.parametrize("name", ["bias", "mae", "mape", "rmse", "smape"])
def test_a_missing_forecast_is_never_a_good_one(name):
    assert np.isnan(getattr(metrics, name)(ACTUAL, np.array([12.0, np.nan, 33.0, 40.0])))


def test_series_are_compared_by_position_and_integers_as_numbers():
    actual = pd.Series(ACTUAL, index=[2, 3, 4, 5])
    assert metrics.mae(actual, pd.Series(FORECAST)) == pytest.approx(7 / 4)
    assert metrics.mase(actual, pd.Series(FORECAST), pd.Series(TRAIN), 1) == pytest.approx(0.625)
    small = ACTUAL.astype(np.uint8), FORECAST.astype(np.uint8)
    assert metrics.bias(*small) == pytest.approx(3 / 4)
    assert metrics.mase(*small, TRAIN.astype(np.uint8), 1) == pytest.approx(0.625)


def test_a_season_is_at_least_one_step():
    with pytest.raises(UsageError, match="season_length=0"):
        metrics.mase(ACTUAL, FORECAST, TRAIN, 0)
