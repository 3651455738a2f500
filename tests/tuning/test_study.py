"""The search: what it never sees, what it keeps, and that it can be trusted with a kill."""

import math
import signal
import sqlite3
import time
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.command import Fork

optuna = pytest.importorskip("optuna", reason="needs the extra [tune]")

from gatecast import LSTMForecaster, Naive, backtest, tune  # noqa: E402 - after what it needs
from gatecast.data.reading import read_panel  # noqa: E402
from gatecast.datasets import air_passengers  # noqa: E402
from gatecast.errors import DataError, NotFoundError, UsageError  # noqa: E402
from gatecast.tuning import search as search_module  # noqa: E402
from gatecast.tuning.origins import Plan, history_before  # noqa: E402
from gatecast.tuning.space import SPACE, Integers  # noqa: E402
from gatecast.tuning.verdict import Verdict, _edges, compare  # noqa: E402

SMALL = {"hidden": (2, 6), "max_steps": (3, 12), "look_back": None, "layers": 1}
QUICK = LSTMForecaster(1, hidden=3, max_steps=5, pretrained=False)


def wave(n=120, noise=0.1):
    rng = np.random.default_rng(0)
    y = np.sin(np.arange(n) / 4) + rng.normal(0, noise, n)
    return pd.DataFrame({"ds": np.arange(n), "y": y})


def quick(source=None, h=2, n_trials=6, **more):
    source = wave() if source is None else source
    more = {"space": SMALL, "forecaster": QUICK, "n_windows": 4, "n_test": 6} | more
    return tune(source, h, n_trials, **more)


def same(one, two):
    left, right = (t.trials.drop(columns=["seconds"]) for t in (one, two))
    pd.testing.assert_frame_equal(left, right)
    pd.testing.assert_frame_equal(one.origins, two.origins)


@pytest.mark.slow
def test_the_first_trial_has_the_defaults_and_its_scores_are_those_of_a_backtest():
    found = quick(n_trials=3)
    first = found.trials.iloc[0]
    assert (first["state"], first["note"]) == ("finished", "the defaults")
    assert (first["hidden"], first["max_steps"]) == (3, 5)
    panel = read_panel(wave())
    model = LSTMForecaster(2, hidden=3, max_steps=5, n_networks=1, pretrained=False)
    plan = Plan.make(panel, 2, 4, 6)
    back = 2 + 5 * plan.test_step
    losses = [
        backtest(
            model, history_before(panel, back + left * plan.step), n_windows=2,
            step_size=plan.step, refit=False,
        ).losses()["LSTM"]
        for left in (2, 0)
    ]  # fmt: skip
    scores = found.origins.loc[found.origins["number"] == 0, "loss"]
    assert scores.tolist() == np.concatenate(losses).tolist()
    assert first["value"] == np.mean(scores)


@pytest.mark.slow
def test_the_search_sees_nothing_of_the_unseen_origins():
    told = []
    frame = wave()
    panel = read_panel(frame)
    plan = Plan.make(panel, 2, 4, 6)
    hidden = 2 + (plan.test - 1) * plan.test_step
    other = frame.copy()
    other.loc[len(frame) - hidden :, "y"] = 1e30
    for source in (frame, other):
        found = quick(source, n_trials=5)
        told.append(found)
    same(*told)


@pytest.mark.slow
def test_same_seed_same_study_and_another_seed_another():
    same(quick(random_state=3), quick(random_state=3))
    assert not quick(random_state=4).trials["hidden"].equals(quick(random_state=3).trials["hidden"])


@pytest.mark.slow
def test_a_study_in_two_sittings_is_the_study_in_one(tmp_path):
    path = tmp_path / "study.db"
    quick(n_trials=4, storage=path)
    same(quick(n_trials=14, storage=path, resume=True), quick(n_trials=14))
    assert quick(n_trials=14, storage=path, resume=True).trials.shape[0] == 14


@pytest.mark.slow
def test_the_forecaster_is_fitted_on_everything_with_what_was_found():
    found = quick(n_trials=8)
    kept = found.settings if found.verdict.kept else QUICK.get_params()
    model = found.forecaster
    assert len(model.networks_) == 3
    assert model.hidden == kept["hidden"]
    assert model.predict()["ds"].tolist() == [120, 121]
    assert len(found.evaluation.losses()) == 6
    verdict = found.verdict
    assert verdict.better == (verdict.found < verdict.defaults)
    assert verdict.kept == (verdict.better and verdict.p < 0.05)
    assert verdict.skill == pytest.approx(1 - verdict.found / verdict.defaults)
    assert any("which the search did not use" in s for s in found.sentences)


@pytest.mark.slow
def test_a_trial_that_diverges_never_wins_and_the_search_goes_on(monkeypatch):
    calls = []

    def score(model, part, size, plan, loss):
        calls.append(model.hidden)
        if model.hidden > 3:
            return [math.nan] * size
        return [1.0 + 0.1 * (model.hidden == 3)] * size

    monkeypatch.setattr(search_module, "score", score)
    found = quick(n_trials=12)
    states = found.trials.set_index("number")["state"]
    assert len(states) == 12
    wide = found.trials["hidden"] > 3
    assert wide.any()
    assert (found.trials.loc[wide, "state"] == "diverged").all()
    assert found.settings["hidden"] <= 3
    assert found.trials.loc[wide, "value"].isna().all()


@pytest.mark.slow
def test_a_rate_that_blows_up_is_a_diverged_trial():
    space = SMALL | {"learning_rate": 1e30}
    found = quick(n_trials=3, space=space)
    assert found.trials["state"].tolist()[0] == "finished"
    assert set(found.trials["state"][1:]) <= {"diverged", "pruned", "finished"}
    assert found.settings.get("hidden") == 3 or math.isfinite(found.trials["value"].min())


@pytest.mark.slow
def test_hopeless_trials_are_given_up_after_the_first_part(monkeypatch):
    def score(model, part, size, plan, loss):
        return [float(model.hidden)] * size

    monkeypatch.setattr(search_module, "score", score)
    found = quick(n_trials=25, space=SMALL | {"hidden": (2, 40)})
    pruned = found.trials[found.trials["state"] == "pruned"]
    assert len(pruned)
    assert (found.origins.groupby("number").size()[pruned["number"]] == 2).all()
    assert found.settings["hidden"] < 5  # what it was to find
    assert next(iter(found.importance)) == "hidden"


@pytest.mark.slow
def test_whether_more_would_help_is_said_whatever_became_of_other_trials(monkeypatch):
    calls = []

    def score(model, part, size, plan, loss):
        calls.append(1)
        # two diverge at once, some are given up, and the last of all is the best by far
        value = math.nan if len(calls) in (5, 9) else 5.0 / len(calls)
        return [value] * size

    monkeypatch.setattr(search_module, "score", score)
    found = quick(n_trials=14)
    assert "diverged" in set(found.trials["state"])
    assert any("more trials may well help" in told for told in found.sentences)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        # a range that a setting was not searched in has no end that it could be at
        ({"layers": 1, "dropout": 0.0, "dilation": 1, "look_back": None}, []),
        # less dropout than none cannot be asked for
        ({"layers": 2, "dropout": 0.001, "dilation": 1, "look_back": 20}, ["dilation=1 "]),
        ({"layers": 2, "dropout": 0.299, "dilation": 5, "look_back": 128}, ["dropout", "look_b"]),
    ],
)
def test_an_end_is_told_where_there_may_be_something_beyond(found, told):
    space = {name: SPACE[name] for name in found} | {
        "dilation": Integers(1, 16, log=True, unless=("layers", 1))
    }
    sentences = _edges(found, space, Verdict(2.0, 1.0, 0.5, 0.4, 0.6, 0.01, "origins", 9))
    assert len(sentences) == len(told)
    for sentence, beginning in zip(sentences, told):
        assert sentence.startswith(beginning)
        at_end = sentence.fields["value"] == sentence.fields["end"]
        assert ("is at the end of its range" if at_end else "is near the end") in sentence


@pytest.mark.parametrize("later", range(1, 13, 4))
def test_ctrl_c_in_the_middle_of_a_commit_keeps_what_was_finished(later, monkeypatch, tmp_path):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    honest, scored, commits = search_module.score, [], []

    def score(*asked):
        scored.append(1)
        return honest(*asked)

    def commit(_connection):
        if len(scored) >= 4:  # two trials, of two parts each
            commits.append(1)
            if len(commits) == later:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(search_module, "score", score)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    sqlalchemy.event.listen(sqlalchemy.Engine, "commit", commit)
    try:
        found = quick(n_trials=50, storage=tmp_path / "s.db")
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "commit", commit)
        signal.signal(signal.SIGINT, before)
    assert found.interrupted
    assert len(commits) >= later
    assert "running" not in set(found.trials["state"])
    assert (found.trials["state"] == "finished").sum() >= 2


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_finished(monkeypatch, tmp_path):
    honest, calls = search_module.score, []

    def score(*asked):
        calls.append(1)
        if len(calls) == 7:
            raise KeyboardInterrupt
        return honest(*asked)

    monkeypatch.setattr(search_module, "score", score)
    found = quick(n_trials=50, storage=tmp_path / "s.db")
    assert found.interrupted
    assert found.sentences[0].startswith("the search was stopped")
    assert found.trials["state"].tolist() == ["finished"] * 3 + ["stopped"]
    assert "4 trials (3 finished and 1 stopped)" in found.sentences[1]
    assert found.forecaster.predict() is not None
    same_again = quick(n_trials=6, storage=tmp_path / "s.db", resume=True)
    kept = same_again.trials[same_again.trials["state"] != "stopped"]
    straight = quick(n_trials=6).trials
    assert kept["value"].tolist() == straight["value"].tolist()


@pytest.mark.slow
def test_processes_side_by_side_run_as_many_trials_as_asked_for():
    found = quick(n_trials=8, n_jobs=2)
    assert found.trials["number"].tolist() == list(range(8))
    assert set(found.trials["state"]) <= {"finished", "pruned"}


@pytest.mark.slow
def test_many_series_are_compared_series_by_series():
    # of different lengths, so that step numbers of an origin differ
    frames = [wave(60 + i, 0.1 + 0.02 * i).assign(unique_id=f"s{i}") for i in range(24)]
    found = quick(pd.concat(frames), n_trials=6, n_windows=None, n_test=None)
    assert found.origins.groupby("number").size().max() == 4
    assert (found.verdict.over, found.verdict.n) == ("series", 24)


@pytest.mark.slow
def test_a_series_that_had_hardly_begun_is_learnt_from_in_the_end_only():
    frames = [wave(60).assign(unique_id=f"s{i}") for i in range(3)]
    frames.append(wave(6).assign(unique_id="short"))
    found = quick(pd.concat(frames), n_trials=2, n_windows=4, n_test=3, step_size=1)
    assert "short" in found.forecaster.predict()["unique_id"].tolist()
    assert found.sentences[-1].startswith("1 of 4 series had hardly begun")


def test_history_before_counts_from_the_latest_end():
    days = pd.date_range("2024-01-01", periods=10)
    frame = pd.concat(
        [
            pd.DataFrame({"unique_id": "a", "ds": days, "y": np.arange(10.0)}),
            pd.DataFrame({"unique_id": "b", "ds": days[:7], "y": np.arange(7.0)}),
            pd.DataFrame({"unique_id": "late", "ds": days[8:], "y": [1.0, 2.0]}),
        ]
    )
    panel = history_before(read_panel(frame), 4)
    assert panel.ids.tolist() == ["a", "b"]
    assert np.diff(panel.offsets).tolist() == [6, 6]
    assert panel.values.tolist() == [*range(6), *range(6)]


def test_a_plan_leaves_the_last_origins_alone():
    panel = read_panel(air_passengers())
    plan = Plan.make(panel, 12)
    parts = plan.searched_parts(panel)
    assert sum(size for _, size in parts) == plan.searched
    test = 12 + (plan.test - 1) * plan.test_step
    assert [len(part.values) for part, _ in parts][-1] == 144 - test


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("more", "error", "sentence"),
    [
        ({"n_trials": 0}, UsageError, "n_trials=0"),
        ({"timeout": 0}, UsageError, "timeout=0"),
        ({"loss": "median"}, UsageError, "median"),
        ({"sampler": "grid"}, UsageError, "grid"),
        ({"n_test": 1}, UsageError, "n_test=1"),
        ({"h": 0}, UsageError, "h=0"),
        ({"space": {"h": [1, 2]}}, UsageError, 'space has "h"'),
        ({"space": {"hidden": (8, 2)}}, UsageError, "lower one"),
        ({"space": {"hidden": [0]}, "n_trials": 2}, UsageError, "hidden=0"),
        ({"storage": "no/such/folder.db"}, NotFoundError, "no folder"),
        ({"storage": "nosuch://host/db"}, UsageError, "cannot be opened"),
        ({"h": 100}, DataError, "at least"),
        # 150 steps after the last of 6 test origins, 150 and 4 to learn from before the first of 4
        ({"h": 150}, DataError, "longest series has 120 values.* needs at least 462"),
        # what the user has is counted, and not what the search leaves of it
        ({"source": wave(8), "h": 3}, DataError, "longest series has 8 values"),
        ({"source": wave(14)}, DataError, "longest series has 14 values.* needs at least 18"),
        ({"forecaster": LSTMForecaster(1, hist_exog_list=["x"])}, NotFoundError, '"x"'),
    ],
)
def test_what_cannot_work_is_said(more, error, sentence):
    with pytest.raises(error, match=sentence):
        quick(**({"n_trials": 1} | more))


@pytest.mark.slow
def test_a_study_is_not_mixed_with_another(tmp_path):
    path = tmp_path / "s.db"
    quick(n_trials=1, storage=path)
    with pytest.raises(UsageError, match="resume=True"):
        quick(n_trials=2, storage=path)
    with pytest.raises(UsageError, match="begun with other data"):
        quick(wave(noise=0.2), n_trials=2, storage=path, resume=True)
    with pytest.raises(UsageError, match="space"):
        quick(n_trials=2, storage=path, resume=True, space=SMALL | {"hidden": (2, 7)})


def test_a_file_that_is_no_study_is_said_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but dear to somebody " * 50)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="cannot be opened"):
        quick(storage=path)
    assert path.read_bytes() == before


# ------------------------------------------------------------------------------------------- kills

WORKER = """
import sys
from worker import quick
quick(n_trials=100_000, storage=sys.argv[1], resume=True)
"""


def states(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        study = optuna.load_study(study_name="gatecast", storage=storage)
        found = {t.number: (t.state.name, t.value) for t in study.get_trials(deepcopy=False)}
        storage.remove_session()
        storage.engine.dispose()
        return found


def done(path):
    return {n: t for n, t in states(path).items() if t[0] in ("COMPLETE", "PRUNED")}


def count_done(path):
    with closing(sqlite3.connect(path, timeout=60)) as base:
        query = "select count(*) from trials where state in ('COMPLETE', 'PRUNED')"
        return base.execute(query).fetchone()[0]


@pytest.mark.slow
def test_kill_9_loses_no_finished_trial_and_leaves_none_running(tmp_path):
    path = tmp_path / "s.db"
    quick(n_trials=1, storage=path)
    (tmp_path / "worker.py").write_text(Path(__file__).read_text())
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}){WORKER}"
    rng = np.random.default_rng(0)
    kept = done(path)
    for _ in range(3):
        workers = [Fork(path, code=code) for _ in range(2)]
        before, deadline = len(kept), time.time() + 300
        while count_done(path) < before + 4 and time.time() < deadline:
            assert [worker.poll() for worker in workers] == [None, None]
            time.sleep(0.05)
        time.sleep(rng.uniform(0, 0.3))
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.wait()
        now = done(path)
        assert kept.items() <= now.items()
        assert len(now) > before
        quick(n_trials=len(now) + 1, storage=path, resume=True)
        assert "RUNNING" not in {state for state, _ in states(path).values()}
        kept = done(path)
        assert now.items() <= kept.items()
        assert len(kept) == len(now) + 1


@pytest.mark.slow
def test_the_pretrained_network_has_a_part_in_the_trial_of_the_defaults_alone():
    found = tune(wave(80), 1, 3, space=SMALL, forecaster=LSTMForecaster(1, hidden=3, max_steps=5))
    first = found.trials["value"][0]
    due = tune(
        wave(80), 1, 1, space=SMALL,
        forecaster=LSTMForecaster(1, hidden=3, max_steps=5, pretrained=False),
    ).trials["value"][0]  # fmt: skip
    assert first != due
    if found.trials["value"].idxmin() != 0:
        assert found.settings["pretrained"] is False


def test_rounding_errors_of_a_constant_series_are_no_gain():
    models = {"defaults": Naive(h=3), "found": Naive(h=3)}
    with pytest.warns(UserWarning, match="undefined"):
        done = backtest(models, pd.DataFrame({"y": np.full(60, 5.0)}), n_windows=7)
    table = done.forecasts.assign(defaults=done.forecasts["defaults"] + 2.2e-08)
    verdict = compare(replace(done, forecasts=table), "absolute")
    assert (verdict.defaults, verdict.found, verdict.skill) == (0.0, 0.0, 0.0)
    assert not verdict.better
    table = table.assign(defaults=table["defaults"] + 0.1)
    assert compare(replace(done, forecasts=table), "absolute").kept
