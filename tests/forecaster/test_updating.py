"""One model file, and several who go on with it: every row that was taken in is there."""

import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

import gatecast
from gatecast import LSTMForecaster
from gatecast.datasets import air_passengers
from gatecast.errors import ConflictError, ModelFileError, NotFoundError

SETTINGS = {"h": 3, "updates": 5, "seeds": 1, "hidden": 4, "threads": 1}


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


def worker(path, count):
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), str(count)], stdout=subprocess.PIPE, text=True
    )


def test_processes_that_update_one_file_lose_no_row(path):
    workers = [worker(path, 10) for _ in range(3)]
    said = ["".join(f"{i}\n" for i in range(10))] * 3
    assert [w.communicate()[0] for w in workers] == said
    assert length(path) == 144 + 30
    assert [p.name for p in path.parent.iterdir()] == ["model"]


def test_a_killed_process_leaves_its_lock_to_the_next_and_what_it_said_it_did(path):
    for _ in range(2):
        before = length(path)
        killed, other = worker(path, 10_000), worker(path, 10)
        assert killed.stdout.readline() == "0\n"
        time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
        done = 1 + len(killed.communicate()[0].split())
        assert len(other.communicate()[0].split()) == 10
        # the kill came before or after the print of the update under way
        assert length(path) - before - 10 in (done, done + 1)


def test_who_saves_over_what_another_has_changed_is_told_so(path):
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
    LSTMForecaster(**SETTINGS).fit(air_passengers().drop(columns="unique_id")).save(path)
    path.unlink()
    other.save(path)  # nothing is lost where nothing is


def test_a_model_that_is_fitted_anew_replaces_the_file(path):
    mine = gatecast.load(path)
    gatecast.load(path).update([1.0]).save(path)
    mine.fit(air_passengers().drop(columns="unique_id")).save(path)
    assert length(path) == 144


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
