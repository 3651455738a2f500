import json

import numpy as np
import pandas as pd
import pytest
from helpers.command import gatecast

import gatecast as gc
from gatecast.combination.holdout import run_holdout
from gatecast.combination.weights import (
    combined,
    error_weights,
    interval_factor,
    relative_errors,
)
from gatecast.data.reading import read_panel
from gatecast.datasets import air_passengers
from gatecast.errors import DataError, ModelFileError, NotFittedError, NotFoundError, UsageError
from gatecast.storage import read_arrays, write_arrays


def months(values, name="a"):
    times = pd.date_range("2000-01-01", periods=len(values), freq="MS")
    return pd.DataFrame({"unique_id": name, "ds": times, "y": values})


def panel_of(rows):
    return pd.concat([months(values, f"s{i}") for i, values in enumerate(rows)], ignore_index=True)


class Recorder:
    """A model that forecasts a number, and keeps what it was fitted on."""

    def __init__(self, h, value=0.0, seen=None):
        self.h, self.value = h, value
        self.seen = [] if seen is None else seen

    def get_params(self):
        return {"h": self.h, "value": self.value, "seen": self.seen}

    def fit(self, panel):
        self.panel_ = panel
        self.seen.append(panel.values.copy())
        return self

    def predict(self):
        frame = self.panel_.future_frame(self.h)
        return frame.assign(Recorder=self.value)

    def decisions(self):
        return []


class Last(Recorder):
    """Repeats the last value, and gives no intervals."""

    def predict(self):
        frame = self.panel_.future_frame(self.h)
        last = self.panel_.values[self.panel_.offsets[1:] - 1]
        return frame.assign(Last=np.repeat(last + self.value, self.h))


class Runner(Recorder):
    """The same, that can go on."""

    def update(self, panel):
        self.seen.append(panel.values.copy())
        self.panel_ = self.panel_  # the same number of series


# ----------------------------------------------------------------------------------- the arithmetic


def test_weights_fall_with_the_sixth_power_of_the_error_after_four_forecasts():
    np.testing.assert_allclose(error_weights(np.array([1.0, 2.0]) / 1.5, 4, 2), [64 / 65, 1 / 65])
    # one forecast: the power is 3; 10,000: it is 16 and not 300
    np.testing.assert_allclose(error_weights(np.array([1.0, 2.0]), 1, 2), [8 / 9, 1 / 9])
    many = error_weights(np.array([1.0, 2.0]), 10_000, 2)
    np.testing.assert_allclose(many, [2**16 / (2**16 + 1), 1 / (2**16 + 1)])


def test_weights_are_equal_without_evidence_and_after_equal_errors():
    np.testing.assert_allclose(error_weights(None, 0, 4), 0.25)
    np.testing.assert_allclose(error_weights(np.ones(3), 400, 3), 1 / 3)


def test_a_member_without_any_error_gets_a_finite_weight():
    weights = error_weights(np.array([0.0, 2.0]), 4, 2)
    assert np.isfinite(weights).all()
    assert weights[0] > 0.999


def test_every_series_counts_alike_however_large_it_is():
    errors = np.array([[[1.0], [3.0]], [[3000.0], [1000.0]]])
    np.testing.assert_allclose(relative_errors(errors, np.array([0, 1])), [1.0, 1.0])
    # and however many forecasts there are of it; NaN is no error
    errors = np.array(
        [[[1.0, np.nan], [3.0, np.nan]], [[1.0, 1.0], [3.0, 3.0]], [[30.0, 30.0], [10.0, 10.0]]]
    )
    np.testing.assert_allclose(relative_errors(errors, np.array([5, 5, 2])), [1.0, 1.0])
    assert relative_errors(np.zeros((2, 2, 3)), np.array([0, 1])) is None


def test_intervals_are_as_wide_as_those_of_the_most_cautious_member_of_some_weight():
    forecasts = np.array([[[10.0, 20.0], [20.0, 40.0], [90.0, 90.0]]])
    ends = np.array([[[[1.0, 2.0], [3.0, 4.0], [np.nan, np.nan]]] * 2])[0][np.newaxis]
    made = combined(forecasts, {80.0: ends}, np.array([0.3, 0.3, 0.4]))
    np.testing.assert_allclose(made.forecast, [[45.0, 54.0]])
    np.testing.assert_allclose(made.distances[80.0], [[[3.0, 4.0], [3.0, 4.0]]])
    assert made.own
    # the second member has less than half of an equal weight
    made = combined(forecasts, {80.0: ends}, np.array([0.5, 0.1, 0.4]))
    np.testing.assert_allclose(made.distances[80.0], [[[1.0, 2.0], [1.0, 2.0]]])


def test_the_factor_is_the_quantile_of_the_scores_shrunk_by_sixteen_forecasts():
    rng = np.random.default_rng(0)
    actuals = rng.normal(size=(400, 5))
    made = combined(np.zeros((400, 1, 5)), {80.0: np.full((400, 2, 1, 5), 0.5)}, np.ones(1))
    scores = np.sort(np.abs(actuals).ravel() / 0.5)
    expected = scores[int(np.ceil(2001 * 0.8)) - 1] ** (400 / 416)
    assert interval_factor(made, actuals, 80.0) == pytest.approx(expected)
    # without members' intervals it is not shrunk: distances are the growth of a random walk
    bare = combined(np.zeros((400, 1, 5)), {80.0: np.full((400, 2, 1, 5), np.nan)}, np.ones(1))
    assert not bare.own
    scores = np.sort((np.abs(actuals) / np.sqrt(np.arange(1, 6))).ravel())
    assert interval_factor(bare, actuals, 80.0) == pytest.approx(scores[1600])
    assert interval_factor(made, np.full((400, 5), np.nan), 80.0) is None
    # in a unit that makes all numbers small
    small = combined(np.zeros((400, 1, 5)), {80.0: np.full((400, 2, 1, 5), 5e-13)}, np.ones(1))
    assert interval_factor(small, 1e-12 * actuals, 80.0) == pytest.approx(expected)
    assert interval_factor(bare, 1e-12 * actuals, 80.0) == pytest.approx(1e-12 * scores[1600])


# ------------------------------------------------------------------------------------- the hold-out


def test_members_see_nothing_of_what_comes_after_an_origin():
    values = np.arange(40.0)
    panel = read_panel(months(values))
    seen = []
    holdout = run_holdout([Recorder(6, 0.0, seen)], panel, 6, 12, [])
    # origins are a quarter of the horizon apart: 8, 6, 4 and 2 months before the end
    assert [len(part) for part in seen] == [32, 34, 36, 38]
    for part in seen:
        np.testing.assert_array_equal(part, values[: len(part)])
    actuals = [[*values[32:38]], [*values[34:40]], [*values[36:40]], [*values[38:40]]]
    for row, expected in zip(holdout.actuals, actuals, strict=True):
        np.testing.assert_array_equal(row[: len(expected)], expected)
        assert np.isnan(row[len(expected) :]).all()


def test_a_member_that_can_be_updated_is_fitted_once():
    seen = []
    run_holdout([Runner(6, 0.0, seen)], read_panel(months(np.arange(40.0))), 6, 12, [])
    assert [len(part) for part in seen] == [32, 2, 2, 2]
    np.testing.assert_array_equal(np.concatenate(seen), np.arange(38.0))


def test_a_value_that_was_filled_is_not_scored_and_not_known_before_the_gap_ends():
    values = np.arange(40.0)
    frame = months(values).drop(index=[31, 32, 33])
    seen = []
    holdout = run_holdout([Recorder(6, 0.0, seen)], read_panel(frame), 6, 12, [])
    np.testing.assert_array_equal(seen[0][-2:], [30.0, 30.0])
    np.testing.assert_array_equal(holdout.actuals[0], [np.nan, np.nan, 34, 35, 36, 37])


def test_a_series_that_is_too_short_has_no_say():
    rows = [np.arange(40.0), np.arange(16.0)]
    holdout = run_holdout([Recorder(6)], read_panel(panel_of(rows)), 6, 12, [])
    assert set(holdout.series) == {0}
    assert run_holdout([Recorder(6)], read_panel(months(np.arange(15.0))), 6, 12, []) is None


# ---------------------------------------------------------------------------------------- the model


def test_equal_weights_give_the_mean_of_the_members():
    frame = air_passengers()
    members = [gc.PretrainedLSTM(12), gc.SeasonalNaive(12), gc.Drift(12)]
    model = gc.Combination(members, h=12, weights="equal").fit(frame)
    expected = np.mean([m.fit(frame).predict().iloc[:, -1] for m in members], axis=0)
    np.testing.assert_allclose(model.predict()["Combination"], expected)
    assert "equal weights, as requested" in " ".join(model.decisions())


def test_the_member_that_is_right_gets_the_weight():
    rng = np.random.default_rng(0)
    line = 100 + 5 * np.arange(60) + rng.normal(size=60)
    model = gc.Combination(["drift", "windowaverage"], h=6).fit(months(line))
    assert dict(zip(model.names_, model.weights_, strict=True))["Drift"] > 0.95
    truth = 100 + 5 * np.arange(60, 66)
    assert np.abs(model.predict()["Combination"] - truth).max() < 5


def test_a_panel_has_one_set_of_weights_from_all_series():
    rng = np.random.default_rng(0)
    rows = [1000**i * (50 + 3 * np.arange(50) + rng.normal(size=50)) for i in range(3)]
    model = gc.Combination(["Drift", "Naive"], h=6).fit(panel_of(rows))
    assert model.weights_.shape == (2,)
    assert model.weights_[0] > 0.99
    assert "12 hold-out forecasts" in " ".join(model.decisions())
    assert len(model.predict()) == 18


@pytest.mark.slow
def test_the_fit_at_a_cutoff_knows_nothing_of_later_values():
    frame = air_passengers()
    poisoned = frame.copy()
    poisoned.loc[120:, "y"] = 1e6
    models = {"mix": gc.Combination(["pretrained", "SeasonalNaive"], h=6, level=[80])}
    one, other = (
        gc.backtest(models, data, h=6, n_windows=2, step_size=6, level=[80]).forecasts
        for data in (frame[:126], poisoned[:126])
    )
    columns = ["mix", "mix-lo-80", "mix-hi-80"]
    last = one["cutoff"] == one["cutoff"].max()
    np.testing.assert_array_equal(one.loc[last, columns], other.loc[last, columns])


def test_short_series_have_equal_weights():
    model = gc.Combination(["pretrained", "Naive", "Drift"], h=6, level=[80])
    model.fit(months([5.0, 6.0, 8.0]))
    np.testing.assert_allclose(model.weights_, 1 / 3)
    text = " ".join(model.decisions())
    assert "too short for a hold-out" in text
    frame = model.predict()
    assert (frame["Combination-lo-80"] < frame["Combination"]).all()


def test_a_member_that_cannot_forecast_the_series_is_left_out_with_a_sentence():
    model = gc.Combination(["Naive", "SeasonalNaive"], h=3).fit(months(np.arange(8.0)))
    assert model.names_ == ["Naive"]
    sentence = next(s for s in model.decisions() if "left out" in s)
    assert "SeasonalNaive" in sentence
    assert "8 values" in sentence
    assert "不参与组合" in sentence.text("zh")
    with pytest.raises(DataError, match="SeasonalNaive"):
        gc.Combination(["SeasonalNaive"], h=3).fit(months(np.arange(8.0)))


@pytest.mark.slow
@pytest.mark.parametrize("members", [["pretrained", "Naive"], [Last(4), Last(4, 0.1)]])
def test_intervals_hold_their_share_of_random_walks(members):
    rng = np.random.default_rng(0)
    walks = rng.normal(size=(150, 64)).cumsum(axis=1)
    walks -= walks[:, 59:60]
    model = gc.Combination(members, h=4, level=[50, 80]).fit(panel_of(walks[:, :60]))
    frame = model.predict()
    actual = walks[:, 60:].ravel()
    for level in (50, 80):
        low, high = frame[f"Combination-lo-{level}"], frame[f"Combination-hi-{level}"]
        assert ((low <= actual) & (actual <= high)).mean() == pytest.approx(level / 100, abs=0.08)
    assert (frame["Combination-lo-80"] <= frame["Combination-lo-50"]).all()
    assert (frame["Combination-hi-80"] >= frame["Combination-hi-50"]).all()


@pytest.mark.slow
def test_levels_of_the_fit_can_be_asked_for_one_by_one():
    model = gc.Combination(["pretrained", "Naive"], h=3, level=[80, 95]).fit(air_passengers())
    whole = model.predict()
    part = model.predict(level=[95])
    assert [c for c in part if "-lo-" in c] == ["Combination-lo-95"]
    np.testing.assert_array_equal(part["Combination-lo-95"], whole["Combination-lo-95"])
    with pytest.raises(UsageError, match="level=60 was requested"):
        model.predict(level=[60])


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"models": []}, UsageError, "give a list of names or models"),
        ({"models": "pretrained"}, UsageError, "give a list of names or models"),
        ({"models": ["prophet"]}, NotFoundError, 'no model "prophet"; there are LSTM'),
        ({"h": 0}, UsageError, "h=0 was requested"),
        ({"weights": "best"}, UsageError, 'weights="best" was requested'),
        ({"level": [120]}, UsageError, r"level=\[120\] was requested"),
        (
            {"models": [gc.LSTMForecaster(4, futr_exog_list=["price"]), "Naive"]},
            UsageError, "LSTM has the covariates price",
        ),
        ({"models": [3]}, UsageError, "int has no fit"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_before_anything_is_fitted(settings, error, words):
    model = gc.Combination(**{"models": ["Naive"], "h": 4, **settings})
    with pytest.raises(error, match=words):
        model.fit(air_passengers())
    with pytest.raises(NotFittedError, match="predict"):
        model.predict()


def test_settings_are_given_and_changed_by_name():
    model = gc.Combination(["Naive"], h=4)
    assert model.set_params(h=6, alias="mix").get_params()["h"] == 6
    assert "mix" in model.fit(air_passengers()).predict()
    with pytest.raises(UsageError, match="no setting horizon"):
        model.set_params(horizon=3)


def test_the_season_of_members_by_name_is_that_of_the_combination():
    rng = np.random.default_rng(0)
    values = np.tile([0.0, 10, 20, 5, 1], 12) + rng.normal(size=60)
    frame = pd.DataFrame({"ds": np.arange(60), "y": values})
    model = gc.Combination(["SeasonalNaive", "Naive"], h=5, season_length=5).fit(frame)
    assert model.weights_[0] > 0.99


# ----------------------------------------------------------------------------- updates and the file


def test_new_values_give_what_a_fit_with_them_gives():
    frame = air_passengers()
    before = gc.Combination(["pretrained", "SeasonalNaive"], h=6, weights="equal").fit(frame[:130])
    after = gc.Combination(["pretrained", "SeasonalNaive"], h=6, weights="equal").fit(frame)
    weights = before.weights_.copy()
    before.update(frame[130:])
    pd.testing.assert_frame_equal(before.predict(), after.predict())
    np.testing.assert_array_equal(before.weights_, weights)
    with pytest.raises(DataError):
        before.update(frame[130:])


@pytest.mark.slow
def test_a_failed_update_changes_nothing():
    frame = air_passengers()
    model = gc.Combination(["pretrained", "Naive"], h=6).fit(frame[:130])
    expected = model.predict()
    with pytest.raises(DataError, match="next value"):
        model.update(frame[133:])
    pd.testing.assert_frame_equal(model.predict(), expected)
    model.update(frame[130:])


@pytest.mark.slow
def test_a_saved_combination_forecasts_and_goes_on_as_the_one_that_was_saved(tmp_path):
    frame = air_passengers()
    lstm = gc.LSTMForecaster(6, max_steps=10, hidden=4, n_networks=1, random_state=0)
    members = ["pretrained", lstm, gc.SeasonalNaive(6, season_length=12)]
    model = gc.Combination(members, h=6, level=[80]).fit(frame[:138])
    path = tmp_path / "mix.gatecast"
    model.save(path)
    loaded = gc.load(path)
    assert type(loaded) is gc.Combination
    pd.testing.assert_frame_equal(loaded.predict(), model.predict(), check_exact=True)
    assert loaded.decisions() == model.decisions()
    for one in (loaded, model):
        one.update(frame[138:])
    pd.testing.assert_frame_equal(loaded.predict(), model.predict(), check_exact=True)
    with gc.open_for_update(path) as opened:
        opened.update(frame[138:141])
    with gc.open_for_update(path) as opened:
        opened.update(frame[141:])
    pd.testing.assert_frame_equal(gc.load(path).predict(), model.predict(), check_exact=True)


def test_a_member_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "mix.gatecast"
    gc.Combination(["pretrained", "Naive"], h=4).fit(panel_of([np.arange(30.0), np.ones(30)])).save(
        path
    )
    arrays, document = read_arrays(path)
    document["members"][0]["document"]["columns"][0] = "shop"
    write_arrays(path, arrays, document)
    with pytest.raises(ModelFileError):
        gc.load(path)


def test_a_model_of_ones_own_is_not_saved(tmp_path):
    model = gc.Combination([Recorder(4), "Naive"], h=4).fit(read_panel(air_passengers()))
    with pytest.raises(UsageError, match="Recorder is none of gatecast's models"):
        model.save(tmp_path / "mix.gatecast")
    assert not (tmp_path / "mix.gatecast").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arrays", "document"),
    [
        ({"weights": None}, {}),
        ({"weights": np.array([np.nan, 1.0])}, {}),
        ({"0.forecast": np.zeros((1, 2))}, {}),
        ({}, {"members": []}),
        ({}, {"members": [{"name": "system", "settings": {"h": 4}}] * 2}),
        ({}, {"panel": {}}),
        ({}, {"factors": [-1.0]}),
        ({}, {"version": 2}),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path, arrays, document):
    path = tmp_path / "mix.gatecast"
    gc.Combination(["pretrained", "Naive"], h=4, level=[80]).fit(air_passengers()).save(path)
    all_arrays, whole = read_arrays(path)
    changed = {name: array for name, array in {**all_arrays, **arrays}.items() if array is not None}
    write_arrays(path, changed, {**whole, **document})
    with pytest.raises(ModelFileError, match=r"not a whole combination|format version"):
        gc.load(path)


# ------------------------------------------------------------------------------ beside other models


@pytest.mark.slow
def test_it_stands_in_the_leaderboard_and_the_verdict():
    models = [gc.Combination(["pretrained", "SeasonalNaive"], h=6), gc.Naive(6)]
    result = gc.backtest(models, air_passengers(), n_windows=4)
    assert list(result.leaderboard()["model"]) == ["Combination", "Naive"]
    assert gc.verdict(result).use == "Combination"


@pytest.mark.slow
def test_the_command_line_combines_models_with_a_plus(tmp_path):
    air_passengers().drop(columns="unique_id").to_csv(tmp_path / "air.csv", index=False)
    done = gatecast(
        "forecast", "air.csv", "--h", 6, "--model", "pretrained+seasonalnaive", "--level", 80,
        "--save", "mix.gatecast", "--json", cwd=tmp_path,
    )  # fmt: skip
    found = json.loads(done.stdout)
    name = "PretrainedLSTM+SeasonalNaive"
    assert list(found["forecast"][0]) == ["ds", name, f"{name}-lo-80", f"{name}-hi-80"]
    assert found["settings"]["models"] == ["PretrainedLSTM", "SeasonalNaive"]
    assert any("weights from 4 hold-out forecasts" in text for text in found["decisions"])
    assert name in (tmp_path / "gatecast-forecast.html").read_text()
    again = json.loads(gatecast("predict", "mix.gatecast", "--json", cwd=tmp_path).stdout)
    assert again["forecast"] == found["forecast"]
    done = gatecast("forecast", "air.csv", "--h", 6, "--model", "ets+prophet", cwd=tmp_path, code=4)
    assert 'there is no model "prophet"' in done.stderr
