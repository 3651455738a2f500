"""The search space: what depends on what, what the data leave out, what a user can change."""

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster, tune
from gatecast.data.reading import read_panel
from gatecast.datasets import air_passengers
from gatecast.errors import UsageError
from gatecast.tuning.space import SPACE, Choice, Floats, Integers, draw, nearest_point, space_for

optuna = pytest.importorskip("optuna", reason="needs the extra [tune]")

BETWEEN = ("dropout", "residual", "dilation")
DEFAULTS = LSTMForecaster(1).get_params()


def panel_of(n=400, **columns):
    return read_panel(pd.DataFrame({"y": np.sin(np.arange(n)), **columns}))


def drawn(space, count=300, seed=0):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return [draw(study.ask(), space) for _ in range(count)]


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def test_every_name_is_a_setting_and_stands_after_what_it_depends_on():
    names = list(SPACE)
    assert set(names) <= set(DEFAULTS)
    for name, distribution in SPACE.items():
        if distribution.unless is not None:
            assert names.index(distribution.unless[0]) < names.index(name)


@pytest.mark.slow
def test_settings_between_layers_are_searched_only_where_there_are_two():
    settings = drawn(space_for(read_panel(air_passengers())))
    one = [s for s in settings if s["layers"] == 1]
    two = [s for s in settings if s["layers"] == 2]
    assert one
    assert two
    assert all(s[name] == DEFAULTS[name] for s in one for name in BETWEEN)
    assert len({s["dropout"] for s in two}) == len(two)
    assert {s["residual"] for s in two} == {True, False}
    assert {s["dilation"] for s in two} == {1, 2, 3, 4}


@pytest.mark.slow
def test_without_a_season_none_is_adjusted():
    settings = drawn(space_for(read_panel(air_passengers())))
    assert {s["adjust_season"] for s in settings if s["season_length"] == 1} == {"auto"}
    assert {s["adjust_season"] for s in settings if s["season_length"] is None} == {
        "auto", True, False,
    }  # fmt: skip


@pytest.mark.parametrize("override", [(0.1, 0.5), [0.1, 0.4], 0.2, Floats(0.1, 0.5)])
def test_what_is_narrowed_depends_on_the_same(override):
    settings = drawn(space_for(panel_of(), {"dropout": override}), 60)
    assert {s["dropout"] for s in settings if s["layers"] == 1} == {0.0}
    assert min(s["dropout"] for s in settings if s["layers"] == 2) >= 0.1


@pytest.mark.slow
def test_every_draw_is_a_forecaster_that_can_be_fitted():
    panel = panel_of(60)
    for settings in drawn(space_for(panel), 20, seed=1):
        fitted = LSTMForecaster(1, **{**settings, "max_steps": 1, "n_networks": 1}).fit(panel)
        assert np.isfinite(fitted.predict()["LSTM"]).all()
        assert all(fitted.get_params()[name] == value for name, value in settings.items()
                   if name not in ("max_steps", "n_networks"))  # fmt: skip


def test_the_defaults_have_their_place():
    found = nearest_point(space_for(panel_of()), DEFAULTS)
    assert found["hidden"] == 48
    assert found["look_back given"] is found["batch_size given"] is False
    assert found["max_steps"] == 122  # the middle, on a log scale, of what is found when not said
    assert not {"dropout", "residual", "dilation", "look_back", "batch_size"} & set(found)
    deep = nearest_point(space_for(panel_of()), {**DEFAULTS, "layers": 2, "dropout": 0.9})
    assert (deep["dropout"], deep["residual"], deep["dilation"]) == (0.3, False, 1)


def test_the_data_leave_out_what_they_cannot_have():
    numbered = space_for(panel_of())
    assert not {"log", "adjust_season", "calendar"} & set(numbered)
    assert "season_length" in numbered  # which may be found
    yearly = pd.DataFrame({"ds": pd.date_range("1950", periods=60, freq="YS"), "y": 1.0})
    assert "season_length" not in space_for(read_panel(yearly))
    known = space_for(read_panel(air_passengers()), season_length=12)
    assert "season_length" not in known
    assert {"log", "adjust_season", "calendar"} <= set(known)
    assert space_for(panel_of(100))["look_back"].high == 25


@pytest.mark.slow
def test_no_trial_takes_a_season_out_of_a_series_that_is_too_short_for_it():
    panel = read_panel(air_passengers())
    assert space_for(panel, shortest=48)["adjust_season"] == SPACE["adjust_season"]
    assert space_for(panel, shortest=47)["adjust_season"].values == ("auto", False)
    rng = np.random.default_rng(0)
    frame = pd.concat(
        pd.DataFrame({"ds": np.arange(n), "y": rng.normal(size=n)}).assign(unique_id=f"s{n}")
        for n in (40, 60, 80)
    )
    base = LSTMForecaster(2, season_length=7, max_steps=2, hidden=2)
    space = {"max_steps": 2, "hidden": 2, "look_back": None}
    found = tune(frame, 2, 12, space=space, forecaster=base, n_windows=3, n_test=3)
    assert set(found.trials["state"]) <= {"finished", "pruned"}
    assert set(found.trials["adjust_season"]) == {"auto", False}


def test_the_user_narrows_widens_and_fixes():
    space = space_for(
        panel_of(),
        {"hidden": (2, 4), "cell": ["gru"], "n_networks": (1, 5), "season_length": 7,
         "learning_rate": Floats(1e-3, 1e-2)},
    )  # fmt: skip
    assert space["hidden"] == Integers(2, 4, log=True)
    assert space["cell"] == Choice(("gru",))
    assert space["n_networks"] == Integers(1, 5)
    assert space["season_length"] == Choice((7,))
    assert space["learning_rate"] == Floats(1e-3, 1e-2)
    with pytest.raises(UsageError, match='space has "width"'):
        space_for(panel_of(), {"width": 3})


@pytest.mark.slow
def test_seeds_are_trained_where_they_are_searched():
    y = pd.Series(np.sin(np.arange(80) / 4))
    space = {"hidden": 3, "max_steps": 3, "look_back": None, "layers": 1}
    base = LSTMForecaster(1, max_steps=3, hidden=3, n_networks=2, pretrained=False)
    asked = {"n_windows": 2, "n_test": 2, "forecaster": base}
    one, many = (
        tune(y, 1, 3, space=space | more, **asked) for more in ({}, {"n_networks": (1, 4)})
    )  # fmt: skip
    assert "n_networks" not in one.settings
    assert set(many.trials["n_networks"]) <= {1, 2, 3, 4}
    # the defaults with their two networks, and with one as in any trial otherwise
    assert many.trials["value"][0] != one.trials["value"][0]
