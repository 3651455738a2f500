import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster
from gatecast.data.reading import read_panel
from gatecast.forecaster.benchmarks.combination import median_of
from gatecast.forecaster.fitting import trial as module
from gatecast.forecaster.fitting.ensemble import Ensemble, TrainedNetwork, TrainingRun
from gatecast.forecaster.fitting.holdout import Holdout
from gatecast.forecaster.fitting.preparation import Preparer, SeasonalTreatment
from gatecast.forecaster.fitting.progress import ProgressAggregator
from gatecast.forecaster.fitting.trial import HoldoutTrial, train_trials
from gatecast.forecaster.settings.config import Settings


def holdout(n_series, threads=1, n=60):
    """The hold-out of waves, and the steps that are reported."""
    rng = np.random.default_rng(0)
    y = np.sin(np.arange(n) / 3) + rng.normal(0, 0.1, (n_series, n))
    ids = np.repeat(np.arange(n_series), n)
    panel = read_panel(
        pd.DataFrame({"unique_id": ids, "ds": np.tile(np.arange(n), n_series), "y": y.ravel()})
    )
    settings = Settings.resolve(LSTMForecaster(2, hidden=4, threads=threads), (1,))
    reports = []
    ensemble = Ensemble(settings, ProgressAggregator(lambda p: reports.append(p.epoch)))
    return Holdout(Preparer(settings, panel, str), ensemble), reports


def test_a_longer_trial_goes_on_from_a_shorter_one():
    held, reports = holdout(1)
    trial = held.trial(SeasonalTreatment())
    assert trial.run(25).steps == 25
    short = trial.score(25)
    before = short.trained.network.theta.copy()
    run = trial.run(75)
    assert (run.steps, run.max_steps) == (50, 75)
    assert run.begin is short.trained
    long = trial.score(75)
    assert reports[-1] == 75
    assert long is trial.score(75)
    assert trial.run(75) is None
    np.testing.assert_array_equal(short.trained.network.theta, before)
    assert np.abs(long.trained.network.theta - before).max() > 0


def test_trials_are_the_same_alone_and_side_by_side():
    treatments = SeasonalTreatment(), SeasonalTreatment(adjust=False)
    alone, _ = holdout(3)
    expected = [alone.trial(one).score(50).median for one in treatments]
    beside, _ = holdout(3, threads=2)
    trials = [beside.trial(one) for one in treatments]
    train_trials(trials, 50)
    for trial, median in zip(trials, expected, strict=True):
        assert trial.run(50) is None
        np.testing.assert_array_equal(trial.score(50).median, median)


def test_what_goes_on_draws_other_subsequences():
    held, _ = holdout(1)
    preparation = held.trial(SeasonalTreatment()).preparation
    ensemble = held.ensemble
    (first,) = ensemble.train([TrainingRun(preparation, 25)])
    (on,) = ensemble.train([TrainingRun(preparation, 50, begin=first)])
    elsewhere = TrainedNetwork(first.network, 0, [])
    (again,) = ensemble.train([TrainingRun(preparation, 25, begin=elsewhere)])
    assert on.max_steps == 50
    assert on.losses[:1] == first.losses
    assert len(on.losses) == 2
    assert on.losses[1:] != again.losses


def test_of_many_series_a_sample_of_them_is_scored(monkeypatch):
    whole = holdout(30)[0].trial(SeasonalTreatment())
    every, of_all = whole.combinations(25)
    monkeypatch.setattr(module, "_MOST_SCORED", 21)
    trial = holdout(30)[0].trial(SeasonalTreatment())
    errors, independent = trial.combinations(25)
    # the same errors as those of these series among all
    rows = np.arange(30 * whole.held_out).reshape(30, -1)[trial.which].ravel()
    assert len(trial.which) == len(trial.panel) == 21
    assert len(whole.which) == 30
    assert errors.keys() == every.keys()
    assert any(kind.kind == "pretrained" for kind in trial.preparation.kinds)
    for one, all_of_them in every.items():
        np.testing.assert_allclose(errors[one], all_of_them[rows], rtol=1e-5, atol=1e-6)
    assert independent == pytest.approx(of_all * 21 / 30)


def test_the_first_final_network_goes_on_from_that_of_the_hold_out():
    t = np.arange(60)
    y = 10 + np.sin(t / 3) + np.random.default_rng(0).normal(0, 0.1, 60)
    frame = pd.DataFrame({"ds": t, "y": y})
    settings = {"level": [80], "hidden": 3, "n_networks": 2, "pretrained": False}
    chosen = LSTMForecaster(4, **settings, preset="fast").fit(frame)
    assert chosen.max_steps_ == 150
    # the losses of the hold-out's training, and those of a third as many steps
    assert [len(loss) for loss in chosen.losses_] == [8, 6, 8]
    asked = LSTMForecaster(4, **settings, max_steps=150).fit(frame)
    assert [len(loss) for loss in asked.losses_] == [6, 6, 6]


def test_no_longer_training_is_tried_where_nothing_could_be_clear(monkeypatch):
    tried, run = [], HoldoutTrial.score
    monkeypatch.setattr(
        HoldoutTrial, "score", lambda trial, steps: tried.append(steps) or run(trial, steps)
    )
    y = 10 + np.random.default_rng(0).normal(size=80)
    settings = {"hidden": 3, "n_networks": 1, "pretrained": False}
    # the hold-out has 16 values: fewer than four horizons of 5 that do not overlap, but four of 4
    for h, most in ((5, 150), (4, 500)):
        tried.clear()
        LSTMForecaster(h, **settings).fit(pd.DataFrame({"ds": np.arange(80), "y": y}))
        assert max(tried) == most


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_the_median_of_networks_is_numpy_s(count):
    outputs = [*np.random.default_rng(0).normal(size=(count, 3, 4)).astype(np.float32)]
    np.testing.assert_array_equal(median_of(outputs), np.median(outputs, axis=0))
