"""Threads of a fit, threads that share a model, and copies that share nothing with it."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread, active_count, get_ident

import numpy as np
import pandas as pd
import pytest
from helpers.command import python
from helpers.waiting import wait_until

from gatecast import LSTMForecaster, PretrainedLSTM
from gatecast.datasets import air_passengers
from gatecast.forecaster.threads import beside

SETTINGS = {"h": 3, "max_steps": 5, "n_networks": 1, "hidden": 4, "threads": 1}


@pytest.fixture(scope="module")
def fitted():
    return LSTMForecaster(**SETTINGS).fit(air_passengers().drop(columns="unique_id"))


@pytest.fixture(scope="module")
def pretrained():
    return PretrainedLSTM(h=3).fit(air_passengers().drop(columns="unique_id"))


def in_threads(count, work):
    start = Barrier(count)

    def one(i):
        start.wait()
        return work(i)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.slow
def test_no_update_of_any_thread_is_lost(fitted):
    model = copy.copy(fitted)
    in_threads(8, lambda _: [model.update([400.0]) for _ in range(50)])
    alone = copy.copy(fitted).update(np.full(400, 400.0))
    assert model.ends_.lengths.tolist() == alone.ends_.lengths.tolist() == [144 + 400]
    assert model.ends_.times.tolist() == alone.ends_.times.tolist()
    # step by step and at one go round differently, in float32
    np.testing.assert_allclose(model.predict()["LSTM"], alone.predict()["LSTM"], rtol=1e-4)


@pytest.mark.slow
def test_a_forecast_beside_updates_is_one_before_or_after_a_whole_update(fitted):
    steps = [copy.copy(fitted)]
    for _ in range(30):
        steps.append(copy.copy(steps[-1]).update([500.0]))
    right = {m.predict().to_csv(index=False) for m in steps}
    assert len(right) == 31
    model = copy.copy(fitted)

    def work(i):
        if i == 0:
            for _ in range(30):
                model.update([500.0])
        return [model.predict().to_csv(index=False) for _ in range(20)]

    assert {csv for part in in_threads(4, work) for csv in part} <= right


@pytest.mark.slow
def test_a_pretrained_model_takes_turns_and_its_copies_go_their_own_way(pretrained):
    model = copy.copy(pretrained)
    in_threads(4, lambda _: [model.update([400.0]).predict() for _ in range(5)])
    alone = copy.copy(pretrained).update(np.full(20, 400.0))
    pd.testing.assert_frame_equal(model.predict(), alone.predict(), check_exact=True)
    assert len(pretrained.panel_.values) == 144
    again = pickle.loads(pickle.dumps(model))
    pd.testing.assert_frame_equal(again.predict(), model.predict(), check_exact=True)


@pytest.mark.slow
def test_who_holds_a_model_gets_the_forecast_of_its_own_update(fitted):
    model = copy.copy(fitted)

    def work(i):
        found = []
        for _ in range(10):
            with model:
                frame = model.update([300.0 + i]).predict()
                found.append((model.ends_.lengths[0], frame["ds"].iloc[0]))
        return found

    starts = dict(pair for part in in_threads(4, work) for pair in part)
    due = pd.date_range("1961-02-01", periods=40, freq="MS")
    assert starts == {145 + i: time for i, time in enumerate(due)}


def arrays_of(value, found):
    """Collect every array that hangs on an object."""
    if isinstance(value, np.ndarray):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for part in value:
            arrays_of(part, found)
    elif isinstance(value, dict):
        for part in value.values():
            arrays_of(part, found)
    elif hasattr(value, "__dict__"):
        arrays_of(vars(value), found)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_a_copy_shares_no_array_with_its_original_and_goes_its_own_way(fitted, duplicate):
    before = fitted.predict()
    other = duplicate(fitted)
    assert other == fitted
    assert arrays_of(other, [])
    for array in arrays_of(other, []):
        assert not any(np.shares_memory(array, mine) for mine in arrays_of(fitted, []))
    other.decisions_.append("a note")
    pd.testing.assert_frame_equal(other.predict(), before)
    assert not other.update([900.0]).predict().equals(before)
    pd.testing.assert_frame_equal(fitted.predict(), before)
    assert "a note" not in fitted.decisions_
    with fitted:  # its lock is its own: another thread gets at the copy
        assert in_threads(1, lambda _: len(other.predict())) == [3]


def test_one_that_is_not_fitted_is_copied_too():
    assert copy.copy(LSTMForecaster(h=2)) == LSTMForecaster(h=2)


def test_work_beside_a_training_has_a_thread_of_its_own_and_is_waited_for():
    began, trained, where = Event(), Event(), []

    def step(i):
        began.set()
        trained.wait()
        where.append((i, get_ident() == main))
        return i

    main = get_ident()
    with beside(map(step, range(3)), 2):
        began.wait()
        trained.set()
    assert where == [(0, False), (1, False), (2, False)]
    with beside(map(step, range(3)), 1):  # no thread to spare
        pass
    assert len(where) == 3


def test_an_error_beside_a_training_is_raised_and_one_in_it_ends_the_work():
    with pytest.raises(ZeroDivisionError), beside((1 / i for i in [0]), 2):
        pass
    began, go_on, steps = Event(), Event(), []

    def step(i):
        steps.append(i)
        began.set()
        go_on.wait()

    def stop():
        with beside(map(step, range(3)), 2):
            began.wait()
            raise KeyboardInterrupt

    before = active_count()
    with pytest.raises(KeyboardInterrupt):
        stop()
    go_on.set()
    wait_until(lambda: active_count() == before)
    assert steps == [0]


def test_python_ends_as_it_should_while_native_code_runs_beside():
    done = python("""
import time
from threading import Event

import numpy as np
from gatecast.forecaster.threads import beside
from gatecast.kernel import layout, native

lstm = layout.Layout(inputs=1, hidden=64, outputs=1)
theta, x = np.zeros(lstm.size), np.zeros((64, 5000, 1))
began = Event()

def step(_):
    began.set()
    native.forward(lstm, theta, x)

with beside(map(step, [0]), 2):
    began.wait()
    time.sleep(0.05)  # the call has begun, and goes on for longer
    raise SystemExit(7)
""")
    assert (done.returncode, done.stderr) == (7, "")


def test_python_ends_as_it_should_while_daemons_run_native_code():
    done = python("""
import threading
import time

import numpy as np
from gatecast.kernel import Adam, Layout, native

lstm = Layout(1, 16, 1)
x, y = np.zeros((3200, 20, 1)), np.zeros((3200, 1, 1))
began = threading.Barrier(4)

def train(adam):
    native.train(lstm, np.zeros(lstm.size), adam, x, y, np.arange(3200), np.full(50, 1e-3),
                 batch_size=64, warmup=19, threads=2, progress=lambda _: time.sleep(0.001))

def forward(adam):
    native.forward(lstm, np.zeros(lstm.size), x[:4])

def again(work):
    adam = Adam.start(np.zeros(lstm.size))
    work(adam)
    began.wait()
    while True:
        work(adam)

for work in (train, forward, forward):
    threading.Thread(target=again, args=(work,), daemon=True).start()
began.wait()
time.sleep(0.02)
raise SystemExit(7)
""")
    assert (done.returncode, done.stderr) == (7, "")


def test_a_progress_callback_uses_the_model_that_is_fitted():
    settings = {**SETTINGS, "n_networks": 2, "threads": 2, "pretrained": False}
    model = LSTMForecaster(**settings).fit(air_passengers())
    calls = []

    def report(progress):
        calls.append((get_ident(), progress.epoch, len(model.predict())))

    fit = Thread(
        target=model.fit, args=(air_passengers(),), kwargs={"progress": report}, daemon=True
    )
    fit.start()
    fit.join(60)
    assert not fit.is_alive()
    threads, steps, forecasts = zip(*calls, strict=True)
    assert set(threads) == {fit.ident}
    assert list(steps) == sorted(steps)
    assert set(forecasts) == {3}


@pytest.mark.parametrize("n", [40, 400])
def test_forecasts_are_the_same_whatever_was_made_beside_what(n):
    t = np.arange(n)
    y = 50 + 8 * np.sin(2 * np.pi * t / 12) + np.random.default_rng(0).normal(size=n).cumsum()
    y = pd.Series(y)
    made = [LSTMForecaster(h=6, level=[80], threads=k).fit(y).predict() for k in (1, 2)]
    pd.testing.assert_frame_equal(*made, check_exact=True)
