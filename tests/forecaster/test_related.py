"""What is done for sets of related series: a window of lags, straight to the answer."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from gatecast.errors import UsageError
from gatecast.forecaster import LSTMForecaster, fitting
from gatecast.forecaster.recipe import Memory, lags_of, prepare, seasons_of, usual_stride
from gatecast.forecaster.sampling import Tracks
from gatecast.forecaster.settings import PRESETS

QUICK = {"updates": 40, "seeds": 1, "hidden": 8}


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


@pytest.mark.parametrize("target", ["values", "changes"])
@pytest.mark.parametrize("cut", [1, 3, 33, 79])
def test_lags_of_two_halves_are_those_of_the_whole_and_of_the_values(target, cut):
    values = np.random.default_rng(0).normal(size=(3, 80))
    lags = (1, 2, 7, 12)
    usual = 0.8 if target == "changes" else None
    whole, strides = Memory.start(target, 8, 3, lags, usual).walk(values)
    memory = Memory.start(target, 8, 3, lags, usual)
    halves = [memory.walk(values[:, :cut])[0], memory.walk(values[:, cut:])[0]]
    np.testing.assert_array_equal(np.concatenate(halves, axis=1), whole)
    padded = np.concatenate([np.repeat(values[:, :1], 12, axis=1), values], axis=1)
    for i, lag in enumerate(lags, Memory.features(target)):
        due = (padded[:, 12 - lag : 92 - lag] - values) / strides
        np.testing.assert_allclose(whole[:, :, i], due, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("target", ["values", "changes"])
def test_what_is_looked_up_is_what_a_walk_sees(target):
    rng = np.random.default_rng(0)
    series = [rng.normal(size=n) for n in (30, 4, 30, 11)]
    besides = [rng.normal(size=(len(values), 2)) for values in series]
    lags = (1, 4, 9)
    usual = usual_stride(series) if target == "changes" else None
    tracks = Tracks.lay(series, target, 8, 3, besides, lags, usual)
    for start, values, seen in zip(tracks.starts, series, besides):
        n = len(values)
        (walked,), (strides,) = Memory.start(target, 8, 1, lags, usual).walk(values[np.newaxis])
        np.testing.assert_array_equal(tracks.strides[start + np.arange(n)], np.float32(strides))
        found = tracks.seen(start + np.arange(n + 1))
        np.testing.assert_allclose(found[:n], np.hstack([walked, seen]), atol=1e-6)
        assert not found[n].any()
        assert np.isnan(tracks.targets(start + np.arange(n - 3, n))).any(axis=1).all()
    assert tracks.width == found.shape[1]


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
    assert seasons_of(plain, 24) == (24,)
    assert seasons_of(weekly, 24) == (24, 168)
    assert seasons_of([values[:300] for values in weekly], 24) == (24,)
    assert seasons_of(weekly, 1) == ()


def test_days_and_weeks_are_taken_out_of_related_series():
    t = np.arange(24 * 7 * 5)
    rng = np.random.default_rng(0)
    day, week = np.sin(2 * np.pi * t / 24), 0.5 * (t // 24 % 7 > 4)
    values = 5 + day + week + rng.normal(0, 0.02, len(t))
    told = " ".join(prepare(values, 48, 24, log=False, related=True).decisions())
    assert "season of 24 steps is taken off" in told
    assert "season of 168 steps is taken off" in told
    prepared = prepare(values, 48, 24, log=False, related=True)
    unit = prepared.transforms[-1].change
    # what is left is the noise, and the error of its mean over five weeks
    assert prepared.apply(values).std() * unit < 0.03
    np.testing.assert_allclose(prepared.restore(prepared.apply(values), 0), values, rtol=1e-12)


def test_logarithms_are_taken_of_related_series_above_zero():
    rising = 100 + np.arange(40.0)
    assert "logarithms" not in " ".join(prepare(rising, 4, 1).decisions())
    assert "logarithms" in " ".join(prepare(rising, 4, 1, related=True).decisions())
    for values in (rising - 100, rising - 120, np.where(rising == 120, 1e-3, rising)):
        assert "logarithms" not in " ".join(prepare(values, 4, 1, related=True).decisions())


def test_a_season_of_each_series_own_is_learnt_from_the_window():
    frame = seasonal(60, 40, noise=0.05)
    model = LSTMForecaster(h=4, season_length=4, seeds=1).fit(frame[frame["ds"] < 36])
    found = model.predict().merge(frame, on=["unique_id", "ds"])
    # the noise has 0.04, the seasonal naive forecast root 2 times that, the naive one 3
    assert (found["LSTM"] - found["y"]).abs().mean() < 0.056
    told = " ".join(model.decisions())
    assert "the season of 4 steps is " in told


@pytest.mark.parametrize(
    ("last", "before", "taken"), [(0.8, 0.8, True), (0.8, 1.2, False), (1.2, 0.8, False)]
)
def test_a_season_is_taken_out_only_where_two_origins_agree(monkeypatch, last, before, taken):
    measure, cuts = fitting._Trial.measure, []

    def told(trial, fit, updates):
        found = measure(trial, fit, updates)
        cut = len(fit.series[0]) - len(trial.series[0])
        cuts.append(cut)
        errors = np.linspace(0.9, 1.1, len(found.errors))
        if trial.way.adjust:
            errors = errors * (before if cut else last) + 0.01 * np.sin(np.arange(len(errors)))
        return dataclasses.replace(found, errors=errors)

    monkeypatch.setattr(fitting._Trial, "measure", told)
    model = LSTMForecaster(h=4, season_length=4, **QUICK).fit(seasonal())
    assert cuts[:4] == [0, 4, 0, 4]
    where = "taken out of each series" if taken else "left in the series"
    assert f"the season of 4 steps is {where}" in " ".join(model.decisions())
    assert max(model._memory.lags) == (4 if taken else 16)


def test_no_series_outweighs_the_others_when_ways_are_compared():
    frame = seasonal()
    far = (frame["unique_id"] == "s03") & (frame["ds"] >= 56)
    frame.loc[far, "y"] += 1e6
    errors = []

    class Watched(fitting._Trial):
        def measure(self, fit, updates):
            found = super().measure(fit, updates)
            errors.append(found.errors)
            return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_Trial", Watched)
        LSTMForecaster(h=4, season_length=4, **QUICK).fit(frame)
    for found in errors:
        assert found.max() <= 5 * np.median(found) * (1 + 1e-12)


@pytest.mark.parametrize(
    "options",
    [{"look_back": 8}, {"season_length": 1}],
)
def test_no_window_where_it_was_asked_otherwise(options):
    model = LSTMForecaster(h=4, **{"season_length": 4, **options}, **QUICK).fit(seasonal())
    assert model._memory.lags == ()
    assert not model.networks_[0].layout.skip
    few = LSTMForecaster(h=4, season_length=4, **QUICK).fit(seasonal(3))
    assert few._memory.lags == ()


@pytest.mark.parametrize(("asked", "taken"), [(True, True), (False, False)])
def test_what_is_asked_of_the_season_is_done(asked, taken):
    model = LSTMForecaster(h=4, season_length=4, adjust_season=asked, **QUICK).fit(seasonal())
    assert model._memory.lags == (1, 2, 3, 4)
    assert ("season of 4 steps is taken off" in " ".join(model.decisions())) == taken


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
        model = LSTMForecaster(h=4, season_length=4, seeds=1, updates=300).fit(frame)
        told = " ".join(model.decisions())
        assert ("season of 4 steps is taken off" in told) == adjusted
        assert ("the season of 4 steps is left in" in told) != adjusted
        assert adjusted or "sees 16 earlier ones, up to 16 steps back" in told


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
        values = at_once.prepared_[i].apply(rows["y"].to_numpy())[np.newaxis]
        x, _ = at_once._memory.anew(1).walk(values)
        for network, said in zip(at_once.networks_, at_once._said):
            np.testing.assert_allclose(network.predict(x)[0], said[i], atol=1e-5)


def test_nothing_after_the_cutoff_reaches_a_forecast_within_the_data():
    frame = seasonal()
    model = LSTMForecaster(h=4, season_length=4, **QUICK).fit(frame)
    fitted = model.predict_insample(step_size=5)
    last = fitted[(fitted["unique_id"] == "s03") & (fitted["cutoff"] == 55)]["LSTM"]
    values = model.prepared_[3].apply(frame[frame["unique_id"] == "s03"]["y"].to_numpy())
    x, strides = model._memory.anew(1).walk(values[np.newaxis, :56])
    said = model.networks_[0].predict(x)[0] * model.scale_ * model.calibration_.trust
    base = values[55] if model.target_ == "changes" else 0.0
    said = said * strides[0, -1]
    np.testing.assert_allclose(last, model.prepared_[3].restore(said + base, 56), rtol=1e-4)


def test_a_preset_says_how_many_networks_and_how_long():
    frame = seasonal()
    for preset, seeds, longest in (("fast", 1, 500), ("default", 3, 1500), ("best", 7, 4500)):
        model = LSTMForecaster(h=4, hidden=2, updates=3, preset=preset).fit(frame)
        assert len(model.networks_) == seeds
        assert PRESETS[preset].candidates[-1] == longest
    assert len(LSTMForecaster(h=4, hidden=2, updates=3, seeds=2).fit(frame).networks_) == 2
    with pytest.raises(UsageError, match="preset='slow' was asked for; use \"fast\""):
        LSTMForecaster(h=4, preset="slow").fit(frame)


def test_a_set_walks_in_strides_and_a_lone_series_in_its_unit():
    rng = np.random.default_rng(0)
    walks = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i:02d}" for i in range(25)], 60),
            "ds": np.tile(np.arange(60), 25),
            "y": rng.normal(size=(25, 60)).cumsum(axis=1).ravel(),
        }
    )
    settings = {"h": 3, "target": "changes", "log": False, **QUICK}
    many = LSTMForecaster(**settings).fit(walks)
    assert "inputs and answers are in strides" in " ".join(many.decisions())
    assert many._memory.usual == pytest.approx(
        np.median(
            [
                np.abs(np.diff(prepared.apply(y.to_numpy()))).mean()
                for prepared, (_, y) in zip(many.prepared_, walks.groupby("unique_id")["y"])
            ]
        )
    )
    # a series that moves ten times as far from now on is forecast in strides that grow
    before = many._memory.stride.copy()
    steps = 10 * rng.normal(size=(25, 5)).cumsum(axis=1)
    many.update(walks["y"].to_numpy().reshape(25, 60)[:, -1:] + steps)
    assert (many._memory.stride > 1.2 * before).all()
    few = LSTMForecaster(**settings).fit(walks[walks["unique_id"] < "s19"])
    assert few._memory.usual is None
    np.testing.assert_array_equal(few._memory.stride, np.ones(19))
    long = pd.concat(walks.assign(ds=walks["ds"] + 60 * part) for part in range(9))
    assert LSTMForecaster(**settings).fit(long)._memory.usual is None
