"""The search with columns besides the series: what trials see of them, and what they do not."""

import json

import numpy as np
import pandas as pd
import pytest
from helpers.command import gatecast

pytest.importorskip("optuna", reason="needs the extra [tune]")

from gatecast import LSTMForecaster, backtest, tune
from gatecast.data.reading import read_panel
from gatecast.errors import NotFoundError, UsageError
from gatecast.tuning.origins import Plan, history_before

SPACE = {
    "hidden": (4, 8), "max_steps": (200, 400), "look_back": None, "layers": 1, "cell": "lstm",
    "log": False, "season_length": 1, "calendar": [False, True],
}  # fmt: skip
KNOWN = LSTMForecaster(
    7, hidden=8, max_steps=400, season_length=1, futr_exog_list=["promo"],
    hist_exog_list=["weather"], stat_exog_list=["region"],
)  # fmt: skip


def promoted(n=200):
    """Sales of two shops, that rise by 10 on days that a plan names; the noise has deviation 1."""
    rng = np.random.default_rng(0)
    shops = []
    for shop, region in (("a", "north"), ("b", "south")):
        promo = (rng.random(n) < 0.3).astype(float)
        shops.append(
            pd.DataFrame(
                {
                    "shop": shop, "day": pd.date_range("2024-01-01", periods=n),
                    "sold": 50 + 10 * promo + rng.normal(0, 1, n), "promo": promo,
                    "weather": rng.choice(["sun", "rain"], n), "region": region,
                }
            )
        )  # fmt: skip
    return pd.concat(shops, ignore_index=True)


NAMES = {"id_col": "shop", "time_col": "day", "target_col": "sold"}


def search(frame, n_trials=4, **more):
    more = {"space": SPACE, "forecaster": KNOWN, "n_windows": 4, "n_test": 3, **NAMES} | more
    return tune(frame, 7, n_trials, **more)


@pytest.mark.slow
def test_trials_know_a_plan_and_score_as_a_backtest_does():
    frame = promoted()
    found = search(frame)
    panel = read_panel(frame, extra_cols=["promo", "weather", "region"], **NAMES)
    plan = Plan.make(panel, 7, 4, 3)
    back = 7 + 2 * plan.test_step
    model = LSTMForecaster(**{**KNOWN.get_params(), "n_networks": 1})
    losses = [
        backtest(
            model, history_before(panel, back + left * plan.step), n_windows=2,
            step_size=plan.step, refit=False,
        ).losses()["LSTM"]
        for left in (2, 0)
    ]  # fmt: skip
    scores = found.origins.loc[found.origins["number"] == 0, "loss"]
    assert scores.tolist() == np.concatenate(losses).tolist()
    # the mean absolute value of the noise is 0.8, a fifth of the usual change; without the plan
    # that of an error is about the usual change
    bare = LSTMForecaster(7, hidden=8, max_steps=400, season_length=1)
    blind = search(frame, 1, forecaster=bare)
    assert found.trials["value"][0] < 0.4 < 0.7 < blind.trials["value"][0]
    assert "calendar" in found.settings
    ahead = frame[frame["day"] > frame["day"].max() - pd.Timedelta(days=7)].drop(columns="sold")
    said = found.forecaster.predict(futr_df=ahead.assign(day=ahead["day"] + pd.Timedelta(days=7)))
    assert len(said) == 14


@pytest.mark.slow
def test_the_search_sees_no_column_of_the_unseen_origins():
    frame = promoted(120)
    panel = read_panel(frame, **NAMES)
    plan = Plan.make(panel, 7, 4, 3)
    last = frame["day"].max() - pd.Timedelta(days=7 + 2 * plan.test_step)
    other = frame.copy()
    other.loc[other["day"] > last, ["sold", "promo"]] = 7e9
    other.loc[other["day"] > last, "weather"] = "never seen"
    few = {
        "forecaster": LSTMForecaster(**{**KNOWN.get_params(), "max_steps": 20}),
        "space": {**SPACE, "max_steps": (10, 20)},
    }
    one, two = (search(source, 3, **few) for source in (frame, other))
    left, right = (found.trials.drop(columns="seconds") for found in (one, two))
    pd.testing.assert_frame_equal(left, right)


@pytest.mark.slow
def test_a_study_of_other_columns_is_another_study(tmp_path):
    frame, path = promoted(60), tmp_path / "s.db"
    space = {**SPACE, "max_steps": [3]}
    search(frame, 1, storage=path, space=space)
    other = frame.assign(promo=1.0 - frame["promo"])
    with pytest.raises(UsageError, match="begun with other data"):
        search(other, 2, storage=path, space=space, resume=True)


def test_a_column_that_is_not_there_is_said():
    frame = promoted(60)
    with pytest.raises(NotFoundError, match='"promo"'):
        search(frame.drop(columns="promo"))
    panel = read_panel(frame, **NAMES)
    for job in (lambda: search(panel), lambda: backtest(KNOWN, panel)):
        with pytest.raises(NotFoundError, match='the panel has no column "weather"'):
            job()


@pytest.mark.slow
def test_the_command_line_takes_columns(tmp_path):
    promoted(60).to_csv(tmp_path / "sales.csv", index=False)
    asked = (
        "tune", "sales.csv", "--h", "7", "--n-trials", "2", "--json", "--space", "max_steps=3:6",
        "--futr-exog", "promo", "--hist-exog", "weather", "--stat-exog", "region",
        "--target-col", "sold", "--id-col", "shop", "--hidden", "3", "--max-steps", "5",
    )  # fmt: skip
    kept = json.loads(gatecast(*asked, cwd=tmp_path).stdout)["forecaster"]
    assert kept["futr_exog_list"] == ["promo"]
    assert (kept["hist_exog_list"], kept["stat_exog_list"]) == (["weather"], ["region"])
