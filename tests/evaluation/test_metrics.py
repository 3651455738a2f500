import numpy as np
import pandas as pd
import pytest

from gatecast.errors import DataError, NotFoundError, UsageError
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


def tables():
    """Two series, the second ten times the first; forecasts of two models, out of order."""
    days = pd.date_range("2024-01-01", periods=10, name="ds")

    def table(**columns):
        n = len(next(iter(columns.values())))
        at = days[:6] if n == 6 else days[6:]
        parts = [
            pd.DataFrame({"unique_id": i, "ds": at, **{c: k * v for c, v in columns.items()}})
            for i, k in (("b", 1), ("a", 10))
        ]
        return pd.concat(parts).sample(frac=1, random_state=0)

    actual, train = table(y=ACTUAL), table(y=TRAIN)
    forecast = table(LSTM=FORECAST, Naive=np.full(4, 9.0)).assign(**{"LSTM-lo-95": 0.0})
    return actual, forecast, train


def test_a_table_is_scored_series_by_series_whatever_the_order_of_its_rows():
    actual, forecast, train = tables()
    scores = metrics.score(actual, forecast, train, season_length=2)
    assert len(scores) == 4
    by = scores.set_index(["unique_id", "model"])
    assert set(by.index) == {("a", "LSTM"), ("b", "LSTM"), ("a", "Naive"), ("b", "Naive")}
    for name, size in (("b", 1), ("a", 10)):
        row = by.loc[(name, "LSTM")]
        assert row["mae"] == pytest.approx(size * 7 / 4)
        assert row["bias"] == pytest.approx(size * 3 / 4)
        assert row["rmse"] == pytest.approx(size * np.sqrt(17 / 4))
        assert row["mape"] == pytest.approx(10)
        assert row["smape"] == pytest.approx(25 * (2 / 11 + 2 / 19 + 6 / 63))
        assert row["mase"] == pytest.approx(1.75 / (9 / 4))
        assert row["rmsse"] == pytest.approx(np.sqrt(4.25 / (23 / 4)))
        assert by.loc[(name, "Naive"), "mae"] == pytest.approx(size * 16)


def test_a_table_of_one_series_needs_no_ids_and_without_training_part_no_scale():
    actual, forecast, _ = (t[t["unique_id"] == "b"].drop(columns="unique_id") for t in tables())
    scores = metrics.score(actual, forecast, id_col=None)
    assert list(scores) == ["model", "mae", "rmse", "bias", "mape", "smape"]
    assert scores["mae"].tolist() == pytest.approx([7 / 4, 16])


def test_a_table_that_cannot_be_scored_is_refused_with_the_place():
    actual, forecast, train = tables()
    late = (forecast["unique_id"] == "a") & (forecast["ds"] == "2024-01-08")
    with pytest.raises(DataError, match="1 test values have no forecast, first unique_id a, ds 20"):
        metrics.score(actual, forecast[~late])
    with pytest.raises(DataError, match="forecast table has a time twice: unique_id a, ds 2024-01"):
        metrics.score(actual, pd.concat([forecast, forecast[late]]))
    with pytest.raises(DataError, match='series "a" has no training part'):
        metrics.score(actual, forecast, train[train["unique_id"] == "b"])
    with pytest.raises(NotFoundError, match='no column "sales"; it has unique_id, ds, y'):
        metrics.score(actual, forecast, target_col="sales")
    with pytest.raises(NotFoundError, match="no column of a model"):
        metrics.score(actual, forecast[["unique_id", "ds", "LSTM-lo-95"]])
    forecast.loc[late, "LSTM"] = np.nan  # a row that is there but empty is no perfect forecast
    scores = metrics.score(actual, forecast).set_index(["unique_id", "model"])
    assert scores.loc[("a", "LSTM")].isna().all()
    assert scores.loc[("b", "LSTM")].notna().all()
