"""One model file, and several who go on with it: every row that was taken in is there."""

import copy
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from helpers import long_run, lost_updates
from helpers.command import Fork, python

import gatecast
from gatecast import LSTMForecaster, PretrainedLSTM
from gatecast.datasets import air_passengers
from gatecast.errors import ConflictError, ModelFileError, NotFoundError

SETTINGS = {"h": 3, "max_steps": 5, "n_networks": 1, "hidden": 4, "threads": 1}


@pytest.fixture
def path(tmp_path):
    model = LSTMForecaster(**SETTINGS).fit(air_passengers().drop(columns="unique_id"))
    model.save(tmp_path / "model")
    return tmp_path / "model"


def length(path):
    return int(gatecast.load(path).ends_.lengths[0])


WORKER = """
import sys, gatecast
for i in range(int(sys.argv[2])):
    with gatecast.open_for_update(sys.argv[1]) as model:
        model.update([400.0])
    print(i, flush=True)
"""


@pytest.mark.slow
def test_processes_that_update_one_file_lose_no_row(path):
    workers = [Fork(path, 10, code=WORKER) for _ in range(3)]
    said = ["".join(f"{i}\n" for i in range(10))] * 3
    assert [worker.finish().stdout for worker in workers] == said
    assert length(path) == 144 + 30
    assert [p.name for p in path.parent.iterdir()] == ["model"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", lost_updates.KINDS)
def test_neither_killed_processes_nor_threads_lose_a_row(kind):
    # a process of its own, because it forks
    few = ("--rounds=4", "--threads=4", "--updates=10", f"--kind={kind}")
    found = json.loads(python(Path(lost_updates.__file__).read_text(), *few).stdout)
    assert found["threads"] == {"updates": 40, "lost": 0}
    assert found["processes"]["lost"] == 0
    assert found["processes"]["kills"] > 0
    assert found["processes"]["rounds"] >= 4
    assert found["processes"]["rows"] >= found["processes"]["rounds"] * 2 * lost_updates.UPDATES


@pytest.mark.slow
def test_each_act_of_the_long_run_loses_nothing():
    code = f"import runpy; runpy.run_path({long_run.__file__!r}, run_name='__main__')"
    done = python(code, "--minutes=0")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["acts"] == len(long_run.ACTS)
    assert found["lost"] == found["left"] == 0
    assert found["rows"] >= 2 * lost_updates.UPDATES
    for name in ("full disks", "killed saves", "refused rows", "fits", "commands"):
        assert found[name] > 0


COVARIATES = {"futr_exog_list": ["month"]}
MAKERS = {
    "lstm": lambda: LSTMForecaster(**SETTINGS),
    "look_back": lambda: LSTMForecaster(**SETTINGS, look_back=6),
    "future": lambda: LSTMForecaster(**SETTINGS, **COVARIATES),
    "pretrained": lambda: PretrainedLSTM(h=3),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKERS)
def test_ctrl_c_within_an_update_leaves_the_model_where_it_was(kind):
    """Raise KeyboardInterrupt at each line that an update runs, in turn."""
    table = air_passengers().drop(columns="unique_id")
    table = table.assign(month=table["ds"].dt.month)
    model = MAKERS[kind]().fit(table[:-4])
    plan = table[["ds", "month"]][-4:] if kind == "future" else None

    def forecast(model):
        return model.predict(futr_df=plan).to_csv()

    before = forecast(model)
    after = forecast(copy.copy(model).update(table[-4:-3]))
    nth = interrupted = 0
    step = 1
    while True:
        nth += step
        step += 1  # at more and more distant lines
        tried, left = copy.copy(model), nth

        def trace(frame, event, _):
            nonlocal left
            inside = event == "line" and "gatecast" in frame.f_code.co_filename
            left -= inside
            if inside and left == 0:
                raise KeyboardInterrupt
            return trace

        sys.settrace(trace)
        try:
            tried.update(table[-4:-3])
        except KeyboardInterrupt:
            interrupted += 1
        else:
            break
        finally:
            sys.settrace(None)
        found = forecast(tried)
        assert found in (before, after)
        if found == before:
            assert forecast(tried.update(table[-4:-3])) == after
    assert interrupted > 10


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lstm", "pretrained"])
def test_who_saves_over_what_another_has_changed_is_told_so(path, kind):
    model = MAKERS[kind]().fit(air_passengers().drop(columns="unique_id"))
    model.save(path.with_name("its own"))
    path.with_name("its own").replace(path)
    mine, other = gatecast.load(path), gatecast.load(path)
    other.update([1.0]).save(path)
    other.update([2.0]).save(path)  # its own file: it goes on
    before = path.read_bytes()
    with pytest.raises(ConflictError, match=r"changed by somebody else since.*open_for_update"):
        mine.update([3.0]).save(path)
    assert path.read_bytes() == before
    path.with_name("link").symlink_to(path)
    with pytest.raises(ConflictError, match="link"):
        mine.save(path.with_name("link"))
    mine.save(path.with_name("elsewhere"))
    MAKERS[kind]().fit(air_passengers().drop(columns="unique_id")).save(path)
    path.unlink()
    other.save(path)  # nothing is lost where nothing is


@pytest.mark.slow
def test_a_model_that_is_fitted_anew_replaces_the_file(path):
    for kind in ("lstm", "pretrained"):
        path.unlink()
        MAKERS[kind]().fit(air_passengers().drop(columns="unique_id")).save(path)
        mine = gatecast.load(path)
        gatecast.load(path).update([1.0]).save(path)
        mine.fit(air_passengers().drop(columns="unique_id")).save(path)
        due = pd.Timestamp("1961-01-01")
        assert gatecast.load(path).predict()["ds"].iloc[0] == due


@pytest.mark.slow
def test_after_an_error_within_the_block_the_file_is_as_it_was(path):
    before = path.read_bytes()

    def fail():
        with gatecast.open_for_update(path) as model:
            model.update([1.0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["model"]
    with gatecast.open_for_update(path) as model:
        frame = model.update([1.0]).predict()
        model.save(path)  # a lock that is held is taken again
    pd.testing.assert_frame_equal(gatecast.load(path).predict(), frame)


def test_what_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no file"), gatecast.open_for_update(tmp_path / "a"):
        pass
    with pytest.raises(NotFoundError, match="no folder"), gatecast.open_for_update("no/such"):
        pass
    (tmp_path / "b").write_text("x")
    with pytest.raises(ModelFileError), gatecast.open_for_update(tmp_path / "b"):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["b"]
