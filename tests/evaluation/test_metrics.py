import numpy as np
import pandas as pd
import pytest

from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.evaluation import metrics, scoring

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


def test_quantiles_and_intervals_by_hand():
    y = np.array([1.0, 5.0, 9.0])
    low, high = np.array([0.0, 6.0, 2.0]), np.array([2.0, 8.0, 7.0])
    assert metrics.coverage(y, low, high) == pytest.approx(100 / 3)
    # widths 2, 2, 5; outside by 0, 1, 2; the fine at 80 % is 2 / 0.2
    assert metrics.interval_score(y, low, high, 80) == pytest.approx((9 + 10 * 3) / 3)
    assert np.isnan(metrics.coverage(y, low, np.array([2.0, np.nan, 7.0])))
    assert metrics.pinball(y, low, 0.1) == pytest.approx((0.1 * 1 + 0.9 * 1 + 0.1 * 7) / 3)
    assert metrics.pinball(y, low, 0.5) == pytest.approx(metrics.mae(y, low) / 2)
    # both ends of an interval: its score is 2 / alpha times their pinball losses
    both = metrics.pinball(y, low, 0.1) + metrics.pinball(y, high, 0.9)
    assert metrics.interval_score(y, low, high, 80) == pytest.approx(2 / 0.2 * both)
    assert metrics.owa(10.0, 1.0, 20.0, 0.8) == pytest.approx(0.5 * (0.5 + 1.25))
    with pytest.warns(UserWarning, match="OWA is undefined"):
        assert np.isnan(metrics.owa(1.0, 1.0, 0.0, 1.0))


def test_the_owa_of_the_winner_of_m4_is_the_published_one():
    # "Evaluation and Ranks.xlsx" of the competition: Smyl against Naive 2, hourly and total
    assert metrics.owa(9.328, 0.893, 18.383, 2.395) == pytest.approx(0.440, abs=5e-4)
    assert metrics.owa(11.374, 1.536, 13.564, 1.912) == pytest.approx(0.821, abs=5e-4)


def test_crps_of_a_normal_forecast_is_the_closed_form():
    # Gneiting and Raftery (2007), section 4.2: z (2 Φ(z) - 1) + 2 φ(z) - 1 / sqrt(pi)
    stats = pytest.importorskip("scipy.stats", reason="the normal quantiles")
    y = np.array([-1.0, 0.0, 0.3, 2.5])
    exact = np.mean(y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi))
    shares = (np.arange(2000) + 0.5) / 2000
    quantiles = np.tile(stats.norm.ppf(shares), (4, 1))
    assert metrics.crps_quantiles(y, quantiles, shares) == pytest.approx(exact, abs=2e-4)
    assert metrics.crps_samples(y, quantiles) == pytest.approx(exact, abs=2e-4)
    few = np.random.default_rng(0).normal(size=(4, 7))
    pairs = np.abs(few[:, :, np.newaxis] - few[:, np.newaxis]).mean(axis=(1, 2)) / 2
    direct = np.mean(np.abs(few - y[:, np.newaxis]).mean(axis=1) - pairs)
    assert metrics.crps_samples(y, few) == pytest.approx(direct)
    assert metrics.crps_samples(y, y[:, np.newaxis] + 2.0) == pytest.approx(2.0)


def test_what_cannot_be_scored_as_a_distribution_is_refused():
    with pytest.raises(UsageError, match="quantile=1"):
        metrics.pinball(ACTUAL, FORECAST, 1)
    with pytest.raises(UsageError, match="level=0"):
        metrics.interval_score(ACTUAL, FORECAST, FORECAST, 0)
    with pytest.raises(UsageError, match=r"quantiles=\[0.9, 0.1\]"):
        metrics.crps_quantiles(ACTUAL, np.ones((4, 2)), [0.9, 0.1])
    with pytest.raises(UsageError, match=r"forecast \(4, 3\); they have to be \[n\] and \[n, 2\]"):
        metrics.crps_quantiles(ACTUAL, np.ones((4, 3)), [0.1, 0.9])
    with pytest.raises(UsageError, match=r"\[n, S\]"):
        metrics.crps_samples(ACTUAL, ACTUAL)


def test_groups_of_rows_are_scored_as_their_arrays_would_be():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"id": [*"aabbab"], "step": [1, 2, 1, 2, 3, 3], "y": rng.normal(size=6)})
    table["M"], table["N"] = rng.normal(size=(2, 6))
    table["M-lo-80"], table["M-hi-80"] = table["M"] - 1, table["M"] + 1
    scales = (np.where(table["id"] == "a", 1.0, 2.0), np.where(table["id"] == "a", 3.0, 5.0))
    found = scoring.score_rows(table, ["M", "N"], ["id"], scales=scales)
    for _, row in found.iterrows():
        rows = table[table["id"] == row["id"]]
        y, f = rows["y"].to_numpy(), rows[row["model"]].to_numpy()
        assert row["n"] == 3
        for name in ("mae", "rmse", "bias", "mape", "smape"):
            assert row[name] == pytest.approx(getattr(metrics, name)(y, f))
        scale = (1.0, 3.0) if row["id"] == "a" else (2.0, 5.0)
        assert row["mase"] == pytest.approx(row["mae"] / scale[0])
        assert row["rmsse"] == pytest.approx(row["rmse"] / np.sqrt(scale[1]))
        if row["model"] == "M":
            assert row["coverage-80"] == pytest.approx(metrics.coverage(y, f - 1, f + 1))
            score = metrics.interval_score(y, f - 1, f + 1, 80)
            assert row["interval_score-80"] == pytest.approx(score)
            ends = np.stack([f - 1, f, f + 1], axis=1)
            assert row["crps"] == pytest.approx(metrics.crps_quantiles(y, ends, [0.1, 0.5, 0.9]))
        else:
            assert row[["crps", "coverage-80", "interval_score-80"]].isna().all()
    pooled = scoring.score_rows(table, ["M"])
    assert pooled["mae"].item() == pytest.approx(metrics.mae(table["y"], table["M"]))
    steps = scoring.score_rows(table, ["M"], ["step"])
    assert steps["step"].tolist() == [1, 2, 3]
    assert steps["n"].tolist() == [2, 2, 2]


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
    scores = scoring.score(actual, forecast, train, season_length=2)
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
    scores = scoring.score(actual, forecast, id_col=None)
    assert list(scores) == ["model", "mae", "rmse", "bias", "mape", "smape"]
    assert scores["mae"].tolist() == pytest.approx([7 / 4, 16])


def test_a_table_that_cannot_be_scored_is_refused_with_the_place():
    actual, forecast, train = tables()
    late = (forecast["unique_id"] == "a") & (forecast["ds"] == "2024-01-08")
    with pytest.raises(DataError, match="1 test value has no forecast, first unique_id a, ds 20"):
        scoring.score(actual, forecast[~late])
    with pytest.raises(DataError, match="forecast table has a time twice: unique_id a, ds 2024-01"):
        scoring.score(actual, pd.concat([forecast, forecast[late]]))
    with pytest.raises(DataError, match='series "a" has no training part'):
        scoring.score(actual, forecast, train[train["unique_id"] == "b"])
    with pytest.raises(NotFoundError, match='no column "sales"; it has unique_id, ds and y'):
        scoring.score(actual, forecast, target_col="sales")
    with pytest.raises(NotFoundError, match='the training table has no column "y"') as refused:
        scoring.score(actual, forecast, train.drop(columns="y"))
    assert str(refused.value.message.text("zh")).startswith("训练表没有“y”列")
    with pytest.raises(NotFoundError, match="no column of a model"):
        scoring.score(actual, forecast[["unique_id", "ds", "LSTM-lo-95"]])
    forecast.loc[late, "LSTM"] = np.nan  # a row that is there but empty is no perfect forecast
    scores = scoring.score(actual, forecast).set_index(["unique_id", "model"])
    assert scores.loc[("a", "LSTM")].isna().all()
    assert scores.loc[("b", "LSTM")].notna().all()
