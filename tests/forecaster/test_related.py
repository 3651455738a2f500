"""What is done for sets of related series: a window of lags, straight to the answer."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from helpers.forecasting import lay_out, transforms_of

from gatecast.data.reading import read_panel
from gatecast.errors import UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.fitting.trial import HoldoutTrial
from gatecast.forecaster.inputs.features import FeatureState, lags_of, seasons_of, typical_change
from gatecast.forecaster.settings.config import PRESETS

QUICK = {"max_steps": 40, "n_networks": 1, "hidden": 8, "pretrained": False}


def seasonal(count=24, n=60, noise=0.1, seed=0):
    """Series above zero with a season of 4 steps that each has its own shape of."""
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    return pd.concat(
        pd.DataFrame(
            {
                "unique_id": f"s{i:02d}",
                "ds": t,
                "y": 20 + rng.normal(0, 3, 4)[t % 4] + rng.normal(0, noise, n),
            }
        )
        for i in range(count)
    )


@pytest.mark.parametrize("difference", [False, True])
@pytest.mark.parametrize("cut", [1, 3, 33, 79])
def test_lags_of_two_halves_are_those_of_the_whole_and_of_the_values(difference, cut):
    values = np.random.default_rng(0).normal(size=(3, 80))
    lags = (1, 2, 7, 12)
    initial = 0.8 if difference else None
    whole, scales = FeatureState.start(difference, 8, 3, lags, initial).advance(values)
    state = FeatureState.start(difference, 8, 3, lags, initial)
    halves = [state.advance(values[:, :cut])[0], state.advance(values[:, cut:])[0]]
    np.testing.assert_array_equal(np.concatenate(halves, axis=1), whole)
    padded = np.concatenate([np.repeat(values[:, :1], 12, axis=1), values], axis=1)
    for i, lag in enumerate(lags, FeatureState.features(difference)):
        due = (padded[:, 12 - lag : 92 - lag] - values) / scales
        np.testing.assert_allclose(whole[:, :, i], due, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("difference", [False, True])
def test_inputs_that_are_looked_up_are_those_of_a_state(difference):
    rng = np.random.default_rng(0)
    series = [rng.normal(size=n) for n in (30, 4, 30, 11)]
    besides = [rng.normal(size=(len(values), 2)) for values in series]
    lags = (1, 4, 9)
    offsets = np.cumsum([0, *map(len, series)])
    initial = typical_change(np.concatenate(series), offsets) if difference else None
    data = lay_out(series, difference, 8, 3, besides, lags, initial)
    for start, values, seen in zip(data.starts, series, besides):
        n = len(values)
        state = FeatureState.start(difference, 8, 1, lags, initial)
        (walked,), (scales,) = state.advance(values[np.newaxis])
        np.testing.assert_array_equal(data.local_scales[start + np.arange(n)], np.float32(scales))
        found = data.inputs_at(start + np.arange(n + 1))
        np.testing.assert_allclose(found[:n], np.hstack([walked, seen]), atol=1e-6)
        assert not found[n].any()
        assert np.isnan(data.targets(start + np.arange(n - 3, n))).any(axis=1).all()
    assert data.width == found.shape[1]


@pytest.mark.parametrize(
    ("seasons", "h", "usual", "expected"),
    [
        ((), 6, 100, ()),
        ((4,), 8, 100, range(1, 17)),
        ((4,), 8, 20, range(1, 13)),
        ((12,), 18, 40, range(1, 25)),
        ((52,), 2, 200, [1, 2, 50, 51, 52, 102, 103, 104]),
        ((24, 168), 3, 900, [1, 2, 3, *range(21, 25), *range(45, 49), *range(69, 73),
                             *range(93, 97), *range(165, 169)]),
        ((24, 168), 48, 900, [*range(1, 49), *range(120, 169)]),
    ],
)  # fmt: skip
def test_a_window_has_the_phases_that_lie_ahead(seasons, h, usual, expected):
    assert lags_of(seasons, h, usual) == tuple(expected)


def test_a_week_is_found_where_days_differ():
    rng = np.random.default_rng(0)
    t = np.arange(24 * 7 * 5)
    days = np.sin(2 * np.pi * t / 24)
    plain = [days + rng.normal(0, 0.1, len(t)) for _ in range(5)]
    weekly = [values + 0.5 * (t // 24 % 7 > 4) for values in plain]
    plain, weekly = (
        read_panel(pd.DataFrame(dict(zip("abcde", part))).assign(ds=t)) for part in (plain, weekly)
    )
    assert seasons_of(plain, 24) == (24,)
    assert seasons_of(weekly, 24) == (24, 168)
    assert seasons_of(weekly.head(300), 24) == (24,)
    assert seasons_of(weekly, 1) == ()


def test_days_and_weeks_are_taken_out_of_related_series():
    t = np.arange(24 * 7 * 5)
    rng = np.random.default_rng(0)
    day, week = np.sin(2 * np.pi * t / 24), 0.5 * (t // 24 % 7 > 4)
    values = 5 + day + week + rng.normal(0, 0.02, len(t))
    told = " ".join(transforms_of(values, 48, 24, log=False, related=True).decisions())
    assert "season of 24 steps is subtracted" in told
    assert "season of 168 steps is subtracted" in told
    prepared = transforms_of(values, 48, 24, log=False, related=True)
    unit = prepared.transforms[-1].change
    # what is left is the noise, and the error of its mean over five weeks
    assert prepared.transform(values).std() * unit < 0.03
    np.testing.assert_allclose(
        prepared.inverse_transform(prepared.transform(values), 0), values, rtol=1e-12
    )


def test_logarithms_are_taken_of_related_series_above_zero():
    rising = 100 + np.arange(40.0)
    assert "logarithms" not in " ".join(transforms_of(rising, 4, 1).decisions())
    assert "logarithms" in " ".join(transforms_of(rising, 4, 1, related=True).decisions())
    for values in (rising - 100, rising - 120, np.where(rising == 120, 1e-3, rising)):
        assert "logarithms" not in " ".join(transforms_of(values, 4, 1, related=True).decisions())


@pytest.mark.slow
def test_a_season_of_each_series_own_is_learnt_from_the_window():
    frame = seasonal(60, 40, noise=0.05)
    model = LSTMForecaster(h=4, season_length=4, n_networks=1).fit(frame[frame["ds"] < 36])
    found = model.predict().merge(frame, on=["unique_id", "ds"])
    # the noise has 0.04, the seasonal naive forecast root 2 times that, the naive one 3
    assert (found["LSTM"] - found["y"]).abs().mean() < 0.056
    told = " ".join(model.decisions())
    assert "the season of 4 steps is " in told


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "before", "taken"), [(0.8, 0.8, True), (0.8, 1.2, False), (1.2, 0.8, False)]
)
def test_a_season_is_taken_out_only_where_two_origins_agree(monkeypatch, last, before, taken):
    score, scored = HoldoutTrial.score, []

    def changed(trial, max_steps):
        found = score(trial, max_steps)
        cut = 60 - trial.preparation.panel.lengths[0]
        scored.append((cut, trial.preparation.treatment.adjust))
        errors = np.linspace(0.9, 1.1, len(found.scaled_errors))
        if trial.preparation.treatment.adjust:
            errors = errors * (before if cut else last) + 0.01 * np.sin(np.arange(len(errors)))
        return dataclasses.replace(found, scaled_errors=errors)

    monkeypatch.setattr(HoldoutTrial, "score", changed)
    model = LSTMForecaster(h=4, season_length=4, **QUICK).fit(seasonal())
    assert scored[:2] == [(0, False), (0, True)]
    # where the last origin speaks against it, the one before is not tried
    assert ((4, True) in scored) == (last < 1)
    where = "removed from each series" if taken else "left in the series"
    assert f"the season of 4 steps is {where}" in " ".join(model.decisions())
    assert max(model.fitted_.state.lags) == (4 if taken else 16)


@pytest.mark.slow
def test_no_series_outweighs_the_others_when_ways_are_compared():
    frame = seasonal()
    far = (frame["unique_id"] == "s03") & (frame["ds"] >= 56)
    frame.loc[far, "y"] += 1e6
    errors = []

    score = HoldoutTrial.score

    def watched(trial, max_steps):
        errors.append(score(trial, max_steps).scaled_errors)
        return score(trial, max_steps)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HoldoutTrial, "score", watched)
        LSTMForecaster(h=4, season_length=4, **QUICK).fit(frame)
    for found in errors:
        assert found.max() <= 5 * np.median(found) * (1 + 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{"look_back": 8}, {"season_length": 1}],
)
def test_no_window_where_it_was_asked_otherwise(options):
    model = LSTMForecaster(h=4, **{"season_length": 4, **options}, **QUICK).fit(seasonal())
    assert model.fitted_.state.lags == ()
    assert not model.networks_[0].layout.skip
    few = LSTMForecaster(h=4, season_length=4, **QUICK).fit(seasonal(3))
    assert few.fitted_.state.lags == ()


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "taken"), [(True, True), (False, False)])
def test_what_is_asked_of_the_season_is_done(asked, taken):
    model = LSTMForecaster(h=4, season_length=4, adjust_season=asked, **QUICK).fit(seasonal())
    assert model.fitted_.state.lags == (1, 2, 3, 4)
    assert ("season of 4 steps is subtracted" in " ".join(model.decisions())) == taken


@pytest.mark.slow
def test_values_held_back_decide_whether_the_season_is_taken_out():
    """Long noisy series have their season averaged; one that drifts away is better left in."""
    rng = np.random.default_rng(0)
    t = np.arange(160)
    steady = seasonal(40, 160, noise=4.0)
    phases = rng.normal(0, 1, (40, 40, 4)).cumsum(axis=1).reshape(40, 160)
    drifting = pd.concat(
        pd.DataFrame({"unique_id": f"s{i}", "ds": t, "y": 90 + y}) for i, y in enumerate(phases)
    )
    for frame, adjusted in ((steady, True), (drifting, False)):
        model = LSTMForecaster(h=4, season_length=4, n_networks=1, max_steps=300).fit(frame)
        told = " ".join(model.decisions())
        assert ("season of 4 steps is subtracted" in told) == adjusted
        assert ("the season of 4 steps is left in" in told) != adjusted
        assert adjusted or "include 16 seasonal lags, up to 16 steps back" in told


@pytest.mark.slow
def test_updates_equal_a_run_over_the_whole_set():
    frame = seasonal()
    known = frame[frame["ds"] < 50]
    at_once, by_one = (
        LSTMForecaster(h=4, season_length=4, level=[80], **QUICK).fit(known) for _ in range(2)
    )
    at_once.update(frame[frame["ds"] >= 50])
    for step in range(50, 60):
        by_one.update(frame[frame["ds"] == step])
    forecast = at_once.predict()
    pd.testing.assert_frame_equal(forecast, by_one.predict(), rtol=1e-5)
    for i, (_, rows) in enumerate(frame.groupby("unique_id")):
        values = at_once.transforms_[i].transform(rows["y"].to_numpy())[np.newaxis]
        x, _ = at_once.fitted_.state.anew(1).advance(values)
        for network, said in zip(at_once.networks_, at_once.fitted_.outputs):
            np.testing.assert_allclose(network.predict(x)[0], said[i], atol=1e-5)


@pytest.mark.slow
def test_nothing_after_the_cutoff_reaches_a_forecast_within_the_data():
    frame = seasonal()
    model = LSTMForecaster(h=4, season_length=4, **QUICK).fit(frame)
    fitted = model.predict_insample(step_size=5)
    last = fitted[(fitted["unique_id"] == "s03") & (fitted["cutoff"] == 55)]["LSTM"]
    values = model.transforms_[3].transform(frame[frame["unique_id"] == "s03"]["y"].to_numpy())
    x, scales = model.fitted_.state.anew(1).advance(values[np.newaxis, :56])
    said = model.networks_[0].predict(x)[0] * model.scale_ * model.fitted_.weight
    base = values[55] if model.difference_ else 0.0
    said = said * scales[0, -1]
    np.testing.assert_allclose(
        last, model.transforms_[3].inverse_transform(said + base, 56), rtol=1e-4
    )


@pytest.mark.slow
def test_a_preset_says_how_many_networks_and_how_long():
    frame = seasonal()
    for preset, n_networks, longest in (("fast", 1, 500), ("default", 3, 1500), ("best", 7, 4500)):
        model = LSTMForecaster(h=4, hidden=2, max_steps=3, preset=preset).fit(frame)
        assert len(model.networks_) == n_networks
        assert PRESETS[preset].candidates[-1] == longest
    assert len(LSTMForecaster(h=4, hidden=2, max_steps=3, n_networks=2).fit(frame).networks_) == 2
    with pytest.raises(UsageError, match='preset="slow" was requested; use "fast"'):
        LSTMForecaster(h=4, preset="slow").fit(frame)


@pytest.mark.slow
def test_a_set_walks_in_strides_and_a_lone_series_in_its_unit():
    rng = np.random.default_rng(0)
    walks = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i:02d}" for i in range(25)], 60),
            "ds": np.tile(np.arange(60), 25),
            "y": rng.normal(size=(25, 60)).cumsum(axis=1).ravel(),
        }
    )
    settings = {"h": 3, "difference": True, "log": False, **QUICK}
    many = LSTMForecaster(**settings).fit(walks)
    assert "divided by a local scale" in " ".join(many.decisions())
    assert many.fitted_.state.initial_scale == pytest.approx(
        np.median(
            [
                np.abs(np.diff(prepared.transform(y.to_numpy()))).mean()
                for prepared, (_, y) in zip(many.transforms_, walks.groupby("unique_id")["y"])
            ]
        )
    )
    # a series that moves ten times as far from now on is forecast in strides that grow
    before = many.fitted_.state.local_scale.copy()
    steps = 10 * rng.normal(size=(25, 5)).cumsum(axis=1)
    many.update(walks["y"].to_numpy().reshape(25, 60)[:, -1:] + steps)
    assert (many.fitted_.state.local_scale > 1.2 * before).all()
    few = LSTMForecaster(**settings).fit(walks[walks["unique_id"] < "s19"])
    assert few.fitted_.state.initial_scale is None
    np.testing.assert_array_equal(few.fitted_.state.local_scale, np.ones(19))
    long = pd.concat(walks.assign(ds=walks["ds"] + 60 * part) for part in range(9))
    assert LSTMForecaster(**settings).fit(long).fitted_.state.initial_scale is None
