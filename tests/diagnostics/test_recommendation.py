"""The verdict recommends by its rule, and what the series is known to need."""

import dataclasses
import math
import warnings

import numpy as np
import pandas as pd
import pytest

from gatecast import SARIMA, Drift, LinearAutoregression, LSTMForecaster, Naive, SeasonalNaive
from gatecast.datasets import air_passengers
from gatecast.diagnostics.examination import diagnose
from gatecast.diagnostics.recommendation import (
    MARGIN,
    recommend,
    series_characteristics,
    verdict,
)
from gatecast.errors import UsageError
from gatecast.evaluation.backtest import backtest


def series(values):
    return pd.DataFrame({"y": np.asarray(values, float)})


def threshold(n, seed=0):
    rng = np.random.default_rng(seed)
    y = np.zeros(n)
    for t in range(1, n):
        y[t] = (0.9 if y[t - 1] <= 0 else -0.9) * y[t - 1] + 0.5 + 0.3 * rng.normal()
    return y


def lorenz(n):
    """The x of Lorenz's equations by Runge and Kutta, every 0.05."""

    def slope(v):
        return np.array([10 * (v[1] - v[0]), v[0] * (28 - v[2]) - v[1], v[0] * v[1] - 8 / 3 * v[2]])

    v, found = np.array([1.0, 1.0, 1.0]), []
    for i in range(5 * n + 500):
        a = slope(v)
        b = slope(v + 0.005 * a)
        c = slope(v + 0.005 * b)
        v = v + 0.01 / 6 * (a + 2 * b + 2 * c + slope(v + 0.01 * c))
        if i >= 500 and i % 5 == 0:
            found.append(v[0])
    return np.array(found)


@pytest.mark.parametrize(
    ("errors", "p", "use"),
    [
        # the best by far is recommended, whatever the test of few cutoffs tells
        ({"LSTM": 1.081, "Theta": 1.385, "Naive": 1.5}, {"Theta": 0.069, "Naive": 0.2}, "LSTM"),
        # a simpler one within 5 % is, where that may be chance
        ({"LSTM": 1.0, "Theta": 1.04}, {"Theta": 0.3}, "Theta"),
        ({"LSTM": 1.0, "Theta": 1.04}, {"Theta": math.nan}, "Theta"),
        ({"LSTM": 1.0, "Theta": 1.05, "Naive": 1.05}, {"Theta": 0.3, "Naive": 0.5}, "Naive"),
        # and not where the difference is significant, or larger
        ({"LSTM": 1.0, "Theta": 1.04}, {"Theta": 0.01}, "LSTM"),
        ({"LSTM": 1.0, "Theta": 1.06}, {"Theta": 0.9}, "LSTM"),
        # nor a less simple one, nor anything beside a perfect forecast
        ({"Naive": 1.0, "LSTM": 1.01}, {"LSTM": 0.9}, "Naive"),
        ({"LSTM": 0.0, "Naive": 1e-9}, {"Naive": 0.9}, "LSTM"),
    ],
)
def test_the_rule(errors, p, use):
    best = next(iter(errors))
    assert recommend(errors, {best: 1.0, **p}) == use
    assert errors[use] <= (1 + MARGIN) * errors[best]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", ["absolute", "squared"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_verdict_does_not_contradict_the_leaderboard(seed, loss, count):
    rng = np.random.default_rng(seed)
    table = pd.concat(
        pd.DataFrame({"unique_id": i, "ds": range(60), "y": 9**i * rng.normal(size=60).cumsum()})
        for i in range(count)
    )
    models = [Naive(h=3), Drift(h=3), SeasonalNaive(h=3, season_length=4)]
    models.append(LinearAutoregression(h=3))
    found = backtest(models, table, n_windows=8, step_size=2)
    told = verdict(found, loss=loss)
    metric, errors = found.errors(loss)
    assert metric == {"absolute": ("MAE", "MASE"), "squared": ("RMSE", "RMSSE")}[loss][count > 1]
    board = found.leaderboard()
    if loss == "absolute":
        assert told.best == board["model"].iloc[0]
    shown = board.set_index("model")[metric.lower()]
    assert told.best == shown.idxmin()
    assert shown[told.use] <= (1 + MARGIN) * shown.min()
    assert shown.to_dict() == pytest.approx(errors)
    assert told.sentences[0].fields["model"] == told.use
    assert "8 cutoffs are few" in told.paragraph
    assert "8 个截断点太少" in " ".join(s.text("zh") for s in told.sentences)


@pytest.mark.slow
def test_where_no_line_fits_it_recommends_the_lstm():
    own = LSTMForecaster(h=1, n_networks=1, pretrained=False)
    models = [own, LinearAutoregression(h=1), Naive(h=1)]
    found = backtest(models, series(threshold(1000)), n_windows=200, step_size=1, refit=False)
    told = verdict(found)
    assert told.use == told.best == "LSTM"
    assert told.p < 0.001
    assert "the series is not linear" in told.paragraph.lower()
    answers = diagnose(found)
    assert "forecasts are not delayed" in answers["Does it copy the last value?"]
    assert "noise floor" in answers["How far is it from the noise floor?"]


@pytest.mark.slow
def test_chaos_some_steps_ahead_is_the_lstms_too():
    own = LSTMForecaster(h=5, n_networks=1, pretrained=False)
    models = [own, LinearAutoregression(h=5), Naive(h=5)]
    found = backtest(models, series(lorenz(1500)), n_windows=60, step_size=5, refit=False)
    told = verdict(found)
    assert told.use == "LSTM"
    assert told.p < 0.001


@pytest.mark.slow
def test_a_random_walk_is_for_the_naive_forecast():
    walk = np.random.default_rng(0).normal(0, 0.006, 1000).cumsum()
    models = [LSTMForecaster(h=5, n_networks=1), LinearAutoregression(h=5), Naive(h=5), Drift(h=5)]
    found = backtest(models, series(walk), n_windows=40, step_size=5, refit=False)
    told = verdict(found)
    assert told.use == "Naive"
    assert "random walk" in told.paragraph
    assert "is not beaten at the first step" in diagnose(found)["Is the horizon too long?"]


@pytest.mark.slow
def test_air_passengers_are_for_sarima_or_a_tie_with_it():
    pytest.importorskip("statsforecast", reason="needs the extra [stats]")
    own = LSTMForecaster(h=12, n_networks=1, pretrained=False)
    models = [own, SARIMA(h=12), SeasonalNaive(h=12)]
    found = backtest(models, air_passengers(), n_windows=10, step_size=6)
    told = verdict(found)
    # which of the two leads by a few per cent depends on the seed of the network
    assert {"SARIMA", "LSTM"} <= set(told.ties)
    assert told.use in ("SARIMA", "LSTM")
    assert "SARIMA" in told.paragraph
    assert "may be chance" in told.paragraph


@pytest.mark.slow
def test_a_linear_series_is_for_a_line_or_a_tie_with_it():
    rng = np.random.default_rng(0)
    y = np.zeros(1200)
    for t in range(2, 1200):
        y[t] = 1.1 * y[t - 1] - 0.6 * y[t - 2] + rng.normal()
    own = LSTMForecaster(h=1, n_networks=1, max_steps=150, pretrained=False)
    models = [own, SARIMA(h=1, order=(2, 0, 0)), Naive(h=1)]
    found = backtest(models, series(y), n_windows=60, step_size=1, refit=False)
    told = verdict(found)
    assert told.use == "SARIMA"
    assert "no nonlinearity was detected" in told.paragraph.lower()


def test_few_cutoffs_are_said_to_tell_little():
    y = np.random.default_rng(0).normal(size=80)
    models = {"Naive": Naive(h=2), "a": LinearAutoregression(h=2, look_back=2),
              "b": LinearAutoregression(h=2, look_back=3)}  # fmt: skip
    told = verdict(backtest(models, series(y), n_windows=3))
    assert {"a", "b"} <= set(told.ties)
    assert "3 cutoffs are few" in told.paragraph


@pytest.mark.slow
def test_many_series_are_judged_one_by_one():
    rng = np.random.default_rng(0)
    table = pd.concat(
        pd.DataFrame({"unique_id": i, "ds": range(60), "y": rng.normal(size=60).cumsum() + 50})
        for i in range(30)
    )
    found = backtest([Naive(h=1), Drift(h=1), LinearAutoregression(h=1)], table, n_windows=3)
    told = verdict(found)
    assert "over 30 series" in told.paragraph
    assert "Of 20 series tested" in told.paragraph


def test_one_model_alone_is_not_judged():
    found = backtest([Naive(h=1)], series(np.arange(30.0)), n_windows=3)
    with pytest.raises(UsageError, match="two models or more"):
        verdict(found)
    with pytest.raises(UsageError, match='no model "LSTM"'):
        diagnose(found)


def of_losses(losses, actual=10.0):
    """Make a backtest of one step whose models have such absolute errors, a row each cutoff."""
    n = len(next(iter(losses.values())))
    models = {name: Naive(h=1) for name in losses}
    done = backtest(models, series(np.full(n + 5, actual) + np.arange(n + 5) % 2), n_windows=n)
    table = done.forecasts.copy()
    for name, loss in losses.items():
        table[name] = table["y"] + np.asarray(loss)
    return dataclasses.replace(done, forecasts=table)


@pytest.mark.parametrize("n", [2, 3, 6, 20])
@pytest.mark.parametrize("seed", range(5))
def test_chance_is_named_where_the_interval_holds_zero_and_nowhere_else(n, seed):
    rng = np.random.default_rng(seed)
    losses = rng.exponential(size=(2, n)) * [[1.0], [1.0 + seed]]
    done = of_losses({"one": losses[0], "two": losses[1]})
    told, sure = verdict(done), "though that may be chance"
    row = done.significance(told.best).iloc[0]
    assert (sure in told.paragraph) == (row["low"] <= 0 <= row["high"]) == (row["p"] >= 0.05)
    assert (f"{n} cutoffs are few" in told.paragraph) == (n < 10)


def test_what_is_exact_needs_no_test():
    rng = np.random.default_rng(0)
    told = verdict(of_losses({"Drift": rng.exponential(size=4) ** 6 + 0.1, "Naive": np.zeros(4)}))
    assert told.use == told.best == "Naive"
    assert str(told.sentences[0]).startswith("use Naive: its forecasts are exact; the MAE of Drift")
    assert "用 Naive：它的预测完全准确" in told.sentences[0].text("zh")
    assert "chance" not in told.paragraph


def test_a_difference_that_is_always_the_same_is_no_chance():
    told = verdict(of_losses({"a": np.full(12, 0.2), "b": np.full(12, 0.25)}))
    assert told.p == 0
    assert str(told.sentences[0]) == (
        "use a: its MAE is 20 % below that of b, the next best (Diebold-Mariano p < 0.001 over "
        "12 cutoffs; 95 % interval of the gain 20 % to 20 %)"
    )


def test_a_simpler_model_is_named_beside_the_best():
    rng = np.random.default_rng(0)
    losses = 1 + rng.random((2, 12))
    losses[1] *= 1.02 * losses[0].mean() / losses[1].mean()
    told = verdict(of_losses({"LSTM": losses[0], "Naive": losses[1]}))
    assert (told.use, told.best) == ("Naive", "LSTM")
    assert str(told.sentences[0]).startswith(
        "use Naive, the simplest model within 5 % of the best: the MAE of LSTM is 2.0 % lower, "
        "which may be chance (Diebold-Mariano p = "
    )


def test_many_rows_of_one_cutoff_do_not_speak_for_the_others():
    # pooled over rows the first is ahead; with cutoffs counting alike, the second is
    frame = pd.concat(
        pd.DataFrame({"unique_id": f"s{i}", "ds": np.arange(40), "y": 10.0 + np.arange(40) % 2})
        for i in range(8)
    )
    done = backtest({"a": Naive(h=1), "b": Naive(h=1)}, frame, n_windows=8)
    table = done.forecasts
    first = table["cutoff"] == table["cutoff"].min()
    kept = table[first | (table["unique_id"] == "s0")].copy()
    first = kept["cutoff"] == kept["cutoff"].min()
    kept["a"] = kept["y"] + np.where(first, 0.5, 2.0 + 0.01 * kept["cutoff"])
    kept["b"] = kept["y"] + np.where(first, 3.0, 1.0)
    done = dataclasses.replace(done, forecasts=kept, scales=done.scales.loc[kept.index])
    told = verdict(done)
    assert told.best == "a"
    assert "with each of 8 counting alike, b is ahead" in told.paragraph
    assert "though that may be chance" in told.paragraph


@pytest.mark.slow
def test_two_models_that_forecast_alike_are_said_to():
    done = backtest({"one": Naive(1), "two": Naive(1)}, series(threshold(60)), h=1, n_windows=12)
    assert verdict(done).sentences[0] == "use one: two gives the same forecasts"
    assert verdict(done).sentences[0].text("zh") == "用 one：two 给出同样的预测"


def test_models_of_a_constant_series_are_not_ranked_by_rounding_errors():
    models = {"Theta": Naive(h=3), "SeasonalNaive": Naive(h=3), "LSTM": Naive(h=3)}
    with pytest.warns(UserWarning, match="undefined"):
        done = backtest(models, series(np.full(60, 5.0)), n_windows=12, step_size=1)
    table = done.forecasts.copy()
    # of double precision, and of the single precision of networks
    table["Theta"], table["LSTM"] = table["Theta"] + 4.4e-17, table["LSTM"] + 2.2e-08
    done = dataclasses.replace(done, forecasts=table)
    metric, errors = done.errors()
    assert (metric, errors) == ("MAE", {"Theta": 0.0, "SeasonalNaive": 0.0, "LSTM": 0.0})
    told = verdict(done)
    assert [one.id for one in told.sentences] == ["recommend.same_forecasts", "series.constant"]
    answers = diagnose(done, "LSTM")
    assert answers["Is the horizon too long?"] == "no: forecasts are exact at all 3 steps"
    assert answers["Are forecasts biased?"].startswith("no bias")
    # an error that is more than rounding is one, as are small changes of large values
    larger = dataclasses.replace(done, forecasts=table.assign(LSTM=table["LSTM"] + 1e-3))
    assert verdict(larger).best == "Theta"
    assert "at the first step" in diagnose(larger, "LSTM")["Is the horizon too long?"]
    drifting = backtest({"Naive": Naive(h=1)}, series(1e9 + np.arange(60)), n_windows=12)
    assert drifting.errors()[1] == {"Naive": 1.0}


def test_constant_series_are_not_called_too_short():
    def of(*ends):
        table = pd.concat(
            pd.DataFrame({"unique_id": f"s{i}", "ds": np.arange(len(end)), "y": end})
            for i, end in enumerate(ends)
        )
        models = {"Naive": Naive(h=1), "Drift": Drift(h=1)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a constant series has no scale
            return series_characteristics(backtest(models, table, n_windows=2))[0].id

    flat, short = np.full(60, 5.0), np.arange(12.0) % 5
    assert of(flat, flat) == "series.none_changes"
    assert of(flat, short) == "series.short_or_constant"
    assert of(short, short) == "series.too_short"


def test_a_gain_is_given_once_and_no_pronoun_stands_for_the_series():
    rng = np.random.default_rng(0)
    losses = {"LSTM": np.full(12, 1.0), "SARIMA": np.full(12, 1.2), "Naive": np.full(12, 2.0)}
    done = of_losses(losses)
    walk = series(rng.normal(size=200).cumsum())
    done = dataclasses.replace(done, panel=backtest([Naive(h=1)], walk, n_windows=2).panel)
    told = verdict(done)
    assert str(told.sentences[0]).startswith("use LSTM: its MAE is 17 % below that of SARIMA")
    assert not any(one.id.startswith("recommend.lstm") for one in told.sentences)
    about = [one for one in told.sentences if one.id.startswith("series.")]
    assert len(about) == 3
    assert about[0].startswith("the series' changes look like those of a random walk")
    assert all("the series" in one for one in about)
    assert all("序列" in one.text("zh") and "它" not in one.text("zh") for one in about)
    # where the first sentence compares others, the ARIMA model is still named
    losses["Theta"] = np.full(12, 1.1)
    gain = verdict(of_losses(losses)).sentences
    assert "the MAE of the LSTM is 17 % below that of SARIMA" in gain


def test_more_cutoffs_are_advised_only_where_they_fit():
    rng = np.random.default_rng(0)
    models = {"Naive": Naive(h=1), "Drift": Drift(h=1)}

    def advice(n, **given):
        found = backtest(models, series(rng.normal(size=n)), **given)
        (few,) = [one for one in verdict(found).sentences if "cutoffs are few" in one]
        return few

    assert advice(8, n_windows=4).endswith("4 cutoffs are few: the order of the models may change")
    assert "n_windows=20 would make it more certain" in advice(80, n_windows=3)
    # half of the series is left before the first of so many
    assert "n_windows=15 would" in advice(30, n_windows=3, step_size=1)
    backtest(models, series(rng.normal(size=30)), n_windows=15, step_size=1)
    assert "n_windows=4 would" in advice(30, h=3, n_windows=3, step_size=3, gap=1)
