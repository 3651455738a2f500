"""Sample weights: a known effect, an unbiased loss, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers.forecasting import lay_out

from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.forecaster import LSTMForecaster, load
from gatecast.forecaster.benchmarks.combination import NETWORK_ALONE
from gatecast.forecaster.fitting.preparation import Preparer, SeasonalTreatment
from gatecast.forecaster.inputs.sampler import SegmentSampler
from gatecast.forecaster.settings.config import Settings

QUICK = {"max_steps": 30, "n_networks": 1, "hidden": 4, "pretrained": False, "season_length": 1}
N = 200


@pytest.fixture(scope="module")
def regimes():
    """A series that goes on by 0.8 of its last value, and from its middle on by -0.8."""
    noise, y = np.random.default_rng(0).normal(size=2 * N), np.zeros(2 * N)
    for t in range(1, 2 * N):
        y[t] = (0.8 if t < N else -0.8) * y[t - 1] + noise[t]
    first = np.repeat([1.0, 0.0], N)
    return pd.DataFrame({"ds": np.arange(2 * N), "y": y, "first": first, "second": 1 - first})


def network_slope(frame, weight, rows):
    """How a forecast of one step goes with the last value, by the network alone."""
    model = LSTMForecaster(h=1, difference=False, **{**QUICK, "max_steps": 300, "hidden": 8})
    model.fit(frame, target_col="y", sample_weight=weight)
    model.fitted_.weight = 1.0
    forecast = model.predict_insample().merge(
        frame.assign(ds=frame["ds"] + 1, last=frame["y"])[["ds", "last"]]
    )
    return np.polyfit(forecast["last"][rows], forecast["LSTM"][rows], 1)[0]


@pytest.mark.slow
def test_the_network_follows_the_regime_that_counts(regimes):
    first, second = slice(0, N - 1), slice(N, 2 * N)
    assert network_slope(regimes, "first", first) == pytest.approx(0.8, abs=0.1)
    assert network_slope(regimes, "second", second) == pytest.approx(-0.8, abs=0.1)
    # of the other regime it has learnt nothing: it goes on as in its own
    assert network_slope(regimes, "first", second) > 0.4
    assert network_slope(regimes, regimes["second"], first) < -0.4


@pytest.mark.slow
def test_weights_that_are_all_the_same_give_the_same_bits(regimes):
    table, plain = regimes[["ds", "y"]], LSTMForecaster(h=3, **QUICK).fit(regimes[["ds", "y"]])
    for weights in (np.ones(2 * N), [0.3] * (2 * N)):
        weighted = LSTMForecaster(h=3, **QUICK).fit(table, sample_weight=weights)
        np.testing.assert_array_equal(weighted.networks_[0].theta, plain.networks_[0].theta)
        assert weighted.decisions() == plain.decisions()
    assert weighted.fit(table, sample_weight=regimes["first"]).decisions() != plain.decisions()


@pytest.mark.slow
def test_a_column_an_array_and_their_multiples_are_one(regimes):
    model, weights = LSTMForecaster(h=2, **QUICK), 0.1 + regimes["first"]
    shuffled = regimes.assign(w=weights).sample(frac=1.0, random_state=0)
    by_column = model.fit(shuffled, target_col="y", sample_weight="w").predict()
    assert "sample_weight weighs" in " ".join(model.decisions())
    panel = read_panel(regimes[["ds", "y"]])
    for source, more in (
        (regimes[["ds", "y"]], weights), (pl.DataFrame(regimes[["ds", "y"]]), 3.0 * weights),
        (regimes.set_index("ds")["y"], weights.to_list()), (panel, weights.to_numpy()),
    ):  # fmt: skip
        pd.testing.assert_frame_equal(model.fit(source, sample_weight=more).predict(), by_column)
    # a row keeps its weight where rows are sorted
    by_array = model.fit(shuffled[["ds", "y"]], sample_weight=shuffled["w"]).predict()
    pd.testing.assert_frame_equal(by_array, by_column)


def test_the_expected_loss_is_that_of_weighted_targets():
    # of every place where a subsequence can begin: its probability times what its targets weigh
    rng = np.random.default_rng(1)
    series = [rng.normal(size=n) for n in (40, 9, 23)]
    weights = rng.uniform(size=72) * (rng.uniform(size=72) > 0.4)
    for difference, look in ((True, (6, 2)), (False, (4, 3))):
        data = lay_out(series, difference, h=3, weights=weights)
        sampler, plain = SegmentSampler(data, *look, batch=1), lay_out(series, difference, h=3)
        begins, cumulative = sampler._weighted
        probability = np.diff(cumulative, prepend=0.0)
        share = np.repeat(sampler.share / sampler.places, sampler.places)
        length, warmup = look
        owner = np.repeat(np.arange(3), sampler.places)
        end = (data.starts + data.lengths)[owner, np.newaxis]
        at = np.minimum(begins[:, np.newaxis] + np.arange(length), end)
        drawn = probability > 0
        there = np.isfinite(plain.targets(at[:, warmup:]))
        counts = data.weights[at[:, warmup:, np.newaxis] + np.arange(1, 4)] * there
        np.testing.assert_allclose(drawn, counts.sum(axis=(1, 2)) > 0)
        within = sampler._targets(at[drawn])[1]
        np.testing.assert_allclose(within.mean(axis=(1, 2)), 1.0, rtol=1e-6)
        expected = share[drawn, np.newaxis, np.newaxis] * counts[drawn]
        found = probability[drawn, np.newaxis, np.newaxis] * within
        np.testing.assert_allclose(found / found.sum(), expected / expected.sum(), atol=1e-8)


def test_the_hold_out_is_not_drawn_from(regimes):
    # all weight lies in the hold-out: none is left before it
    weights = np.repeat([0.0, 1.0], [2 * N - 10, 10])
    with pytest.raises(DataError, match="no target has a weight above 0"):
        LSTMForecaster(h=5, **QUICK).fit(regimes[["ds", "y"]], sample_weight=weights)


def test_a_model_with_weights_is_saved_and_goes_on_without_them(regimes, tmp_path):
    frame = regimes[["ds", "y", "first"]]
    model = LSTMForecaster(h=2, **QUICK).fit(frame[:-5], target_col="y", sample_weight="first")
    model.save(tmp_path / "m.gatecast")
    loaded = load(tmp_path / "m.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    assert loaded.decisions() == model.decisions()
    later = loaded.update(frame[-5:].drop(columns="first")).predict()
    pd.testing.assert_frame_equal(later, model.update(frame[-5:]).predict())


def test_of_a_few_series_with_weights_the_network_comes_first(regimes):
    panel = read_panel(regimes[["ds", "y"]])
    settings = Settings.resolve(LSTMForecaster(h=2), (1,))
    without, weighted = (Preparer(settings, panel, str, w) for w in (None, regimes["first"]))
    treatment = SeasonalTreatment()
    assert without.benchmarks(treatment)[without.prior(treatment).benchmark].kind == "pretrained"
    assert weighted.prior(treatment) == NETWORK_ALONE


@pytest.mark.parametrize(
    ("weights", "kind", "words"),
    [
        (np.ones(399), UsageError, "shape 399, and the table has 400 rows"),
        (np.ones((400, 2)), UsageError, "shape 400 x 2"),
        ([[1.0], [2.0, 3.0]], UsageError, "is list without a number for each row"),
        (np.r_[np.ones(7), np.nan, np.ones(392)], DataError, "has nan for row 7"),
        (np.r_[np.ones(7), np.inf, np.ones(392)], DataError, "has inf for row 7"),
        (np.r_[np.ones(7), -0.5, np.ones(392)], DataError, "the weight of 7 is -0.5"),
        (np.zeros(400), DataError, "all weights are 0"),
        ("nothing", NotFoundError, '"nothing" is not a column'),
        ("name", DataError, 'holds names, like "a"'),
        ("price", UsageError, 'the column "price" is a covariate too'),
        ("y", UsageError, '"y"'),
    ],
)
def test_weights_that_cannot_be_are_refused_before_anything_changes(regimes, weights, kind, words):
    frame = regimes[["ds", "y"]].assign(name=["a", "b"] * N, price=1.0)
    model = LSTMForecaster(h=2, hist_exog_list=["price"], **QUICK)
    with pytest.raises(kind, match=words):
        model.fit(frame, target_col="y", sample_weight=weights)
    assert not hasattr(model, "fitted_")


def test_a_negative_weight_names_its_series_and_an_array_needs_a_table(tmp_path):
    frame = pd.DataFrame(
        {"unique_id": np.repeat(["a", "b"], 20), "ds": list(range(20)) * 2, "y": np.arange(40.0)}
    )
    model = LSTMForecaster(h=2, **QUICK)
    with pytest.raises(DataError, match='the weight of 3 of series "b" is -1'):
        model.fit(frame, sample_weight=np.where(np.arange(40) == 23, -1.0, 1.0))
    frame.to_csv(tmp_path / "data.csv", index=False)
    with pytest.raises(UsageError, match=r"the rows are in the file .*data\.csv"):
        model.fit(tmp_path / "data.csv", sample_weight=np.ones(40))
