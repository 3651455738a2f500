"""Networks that start at the weights of another model."""

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast import LSTMForecaster
from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.forecaster.fitting.ensemble import TrainingRun
from gatecast.forecaster.fitting.preparation import Preparer, SeasonalTreatment
from gatecast.forecaster.fitting.progress import ProgressAggregator
from gatecast.forecaster.fitting.transfer import SHARES, FineTuning, StartedPreparer
from gatecast.forecaster.settings.config import Settings

QUICK = {"hidden": 8, "preset": "fast", "season_length": 1}
H = 2


def chaos(x):
    """The logistic map: what comes next is known, and only to who knows the map."""
    return 3.8 * x * (1.0 - x)


def reversal(x):
    """Another map of the same interval, which goes up where that one goes down."""
    return 0.95 - 0.9 * chaos(x)


def series(step, count, n, seed):
    """Series that follow a map, each with a level and a size of its own."""
    rng = np.random.default_rng(seed)
    x = np.empty((count, n + 20))
    x[:, 0] = rng.uniform(0.2, 0.8, count)
    for t in range(1, n + 20):
        x[:, t] = np.clip(step(x[:, t - 1]), 0.001, 0.999)
    y = rng.uniform(20, 80, (count, 1)) + rng.uniform(2, 6, (count, 1)) * x[:, 20:]
    names = np.repeat([f"{seed}-{i}" for i in range(count)], n)
    return pd.DataFrame({"unique_id": names, "ds": np.tile(np.arange(n), count), "y": y.ravel()})


@pytest.fixture(scope="module")
def start():
    return LSTMForecaster(h=H, level=[80], **QUICK).fit(series(chaos, 200, 60, 1))


def errors_of(step, start, count=8, n=30):
    """Mean absolute errors for short series, from nothing and from a start, and what was said."""
    found = []
    for seed in range(50, 50 + count):
        frame = series(step, 1, n + H, seed)
        change = np.abs(np.diff(frame["y"])).mean()
        row = []
        for one in (None, start):
            model = LSTMForecaster(h=H, level=[80], **QUICK).fit(frame[:n], start_from=one)
            row.append(np.abs(model.predict()["LSTM"] - frame["y"][n:].to_numpy()).mean() / change)
        found.append((*row, [s for s in model.decisions() if "given model" in s]))
    return found


@pytest.mark.slow
def test_a_start_from_related_series_makes_a_short_one_clearly_better(start):
    *errors, sentences = zip(*errors_of(chaos, start), strict=True)
    nothing, started = np.mean(errors, axis=1)
    assert started < 0.5 * nothing
    assert all("networks start at the weights" in said[0] for said in sentences)


@pytest.mark.slow
def test_an_unrelated_start_does_no_harm(start):
    *errors, _ = zip(*errors_of(reversal, start), strict=True)
    nothing, started = np.mean(errors, axis=1)
    assert started < 1.15 * nothing


@pytest.mark.slow
def test_what_was_learnt_is_on_the_straight_line_between_start_and_trained(start):
    panel = read_panel(series(chaos, 1, 40, 7))
    settings = Settings.resolve(LSTMForecaster(h=H, level=[80], **QUICK), (1,))
    preparer = StartedPreparer(settings, panel, str, start.fitted_)
    tuning = FineTuning(settings, ProgressAggregator(None), start.fitted_)
    preparation = preparer.prepare_all(SeasonalTreatment(), 0)
    thetas = {}
    for share in (*SHARES, 1.0):
        tuning.share = share
        runs = TrainingRun(preparation, 25), TrainingRun(preparation, 25, quantiles=True)
        network, quantiles = (one.network for one in tuning.train(runs))
        thetas[share] = network.theta
        assert quantiles.layout == start.networks_[-1].layout
    begin = start.networks_[0].theta
    np.testing.assert_array_equal(thetas[0.0], begin)
    assert not np.array_equal(thetas[1.0], begin)
    for share in SHARES:
        straight = begin + share * (thetas[1.0] - begin)
        np.testing.assert_allclose(thetas[share], straight, rtol=1e-5, atol=1e-6)
    # what the networks see and how it is scaled is as in the start
    fresh = Preparer(settings, panel, str).prepare_all(SeasonalTreatment(), 0)
    np.testing.assert_array_equal(preparation.sampler.scale, start.fitted_.scale)
    assert preparation.dataset.state.initial_scale == start.fitted_.state.initial_scale
    assert fresh.dataset.state.initial_scale is None
    assert preparation.transforms.treatment == start.transforms_.treatment


@pytest.mark.slow
def test_a_file_is_as_good_as_the_model_and_the_start_stays_as_it_is(start, tmp_path):
    start.save(tmp_path / "start.gatecast")
    before = start.predict()
    frame = series(chaos, 3, 36, 9)
    models = [
        LSTMForecaster(h=H, level=[80], **QUICK).fit(frame, start_from=one)
        for one in (start, tmp_path / "start.gatecast")
    ]
    one, other = (model.predict() for model in models)
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(start.predict(), before, check_exact=True)
    models[0].save(tmp_path / "tuned.gatecast")
    loaded = gatecast.load(tmp_path / "tuned.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), one, check_exact=True)
    pd.testing.assert_frame_equal(
        loaded.update(np.full((3, 1), 40.0)).predict(),
        models[0].update(np.full((3, 1), 40.0)).predict(), check_exact=True,
    )  # fmt: skip


def test_series_too_short_for_a_hold_out_take_the_networks_as_they_are(start, tmp_path):
    frame = series(chaos, 2, 7, 11)
    model = LSTMForecaster(h=H, level=[80], n_networks=2, **QUICK).fit(frame, start_from=start)
    pd.testing.assert_frame_equal(model.predict(), start.predict(frame), check_exact=True)
    assert any("too short for a hold-out" in said for said in model.decisions())
    model.save(tmp_path / "m.gatecast")
    pd.testing.assert_frame_equal(gatecast.load(tmp_path / "m.gatecast").predict(), model.predict())


@pytest.mark.slow
def test_covariates_are_encoded_as_in_the_start():
    def with_columns(frame, levels):
        code = frame["unique_id"].str.split("-").str[1].astype(int)
        return frame.assign(
            kind=[levels[i % len(levels)] for i in code], price=np.arange(len(frame)) % 7.0
        )

    options = {"stat_exog_list": ["kind"], "futr_exog_list": ["price"]}
    known = with_columns(series(chaos, 30, 40, 1), ["wet", "dry"])
    start = LSTMForecaster(h=H, **QUICK, **options).fit(known, target_col="y")
    frame = with_columns(series(chaos, 3, 40, 2), ["snow", "wet"])
    model = LSTMForecaster(h=H, **QUICK, **options)
    model.fit(frame, target_col="y", start_from=start)
    ahead = frame.groupby("unique_id").tail(H).assign(ds=lambda f: f["ds"] + H)
    assert np.isfinite(model.predict(futr_df=ahead)["LSTM"]).all()
    if any("networks start at" in said for said in model.decisions()):
        assert model.fitted_.covariates.names == start.fitted_.covariates.names
    with pytest.raises(NotFoundError, match='"kind" is not a column'):
        model.fit(frame.drop(columns="kind"), target_col="y", start_from=start)


def test_what_cannot_be_a_start_is_said(start, tmp_path):
    frame = series(chaos, 1, 40, 3)
    for options, words in (
        ({"h": 3}, "h=3 does not fit the model to start from, which has 2: use h=2, or fit"),
        ({"hidden": 9}, "hidden=9 .* has 8"),
        ({"level": []}, r"level=\[\] .* has \[80\]"),
        ({"layers": 2}, "layers=2 .* has 1"),
        ({"look_back": 5}, "look_back=5 .* has None"),
        ({"hist_exog_list": ["x"]}, r"hist_exog_list=\['x'\]"),
        ({"log": True}, "log=True .* has 'auto'"),
        ({"season_length": 4}, "season_length=4 .* has 1"),
    ):
        settings = {"h": H, "level": [80], **QUICK, **options}
        with pytest.raises(UsageError, match=words):
            LSTMForecaster(**settings).fit(frame, start_from=start)
    model = LSTMForecaster(h=H, level=[80], **QUICK)
    for wrong, words in (
        (LSTMForecaster(h=H), "no fitted LSTMForecaster"),
        (frame, "is DataFrame, and no fitted"),
    ):
        with pytest.raises(UsageError, match=words):
            model.fit(frame, start_from=wrong)
    with pytest.raises(UsageError, match="pretrained=False leaves it out"):
        LSTMForecaster(h=H, pretrained=False).fit(frame, start_from="pretrained")
    with pytest.raises(NotFoundError, match="there is no file"):
        model.fit(frame, start_from=tmp_path / "none")
    dates = pd.date_range("2024-01-01", periods=40, freq="D")
    with pytest.raises(DataError, match="have the frequency 'D', and those of the fit"):
        model.fit(frame.assign(ds=dates), start_from=start)
    assert not hasattr(model, "fitted_")


@pytest.mark.slow
def test_no_hold_out_has_values_that_the_start_was_trained_on(start):
    """A start that has seen the hold-out would look too good there."""
    seen = series(chaos, 200, 60, 1).query("unique_id < '1-2'")
    fresh = series(chaos, 2, 60, 4)
    model = LSTMForecaster(h=H, level=[80], **QUICK)
    with pytest.raises(DataError, match=r'"1-0" was in the fit .* up to 59, .* by update'):
        model.fit(seen, start_from=start)
    model.fit(pd.concat([seen, fresh]), start_from=start)
    measured = [said for said in model.decisions() if "hold-out, the MAE" in said]
    assert any("over 2 series" in said for said in measured)
    # the same without names: other values at that time are another series
    alone = LSTMForecaster(h=H, level=[80], **QUICK).fit(fresh[fresh["unique_id"] == "4-0"]["y"])
    other = fresh[fresh["unique_id"] == "4-1"]["y"].reset_index(drop=True)
    LSTMForecaster(h=H, level=[80], **QUICK).fit(other, start_from=alone)
    with pytest.raises(DataError, match="was in the fit of the model to start from"):
        LSTMForecaster(h=H, level=[80], **QUICK).fit(
            fresh[fresh["unique_id"] == "4-0"]["y"], start_from=alone
        )
