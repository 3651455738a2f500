"""A long native run reports its progress, stops at once, and loses nothing."""

import signal
import threading
import time

import numpy as np
import pytest

from gatecast.kernel import Adam, Layout, native

LAYOUT = Layout(1, 64, 1)


def long_job(updates):
    rng = np.random.default_rng(0)
    theta = (rng.normal(size=LAYOUT.size) * 0.1).astype(np.float32)
    x = rng.normal(size=(updates * 32, 100, 1)).astype(np.float32)
    y = np.zeros((updates * 32, 1, 1), np.float32)
    return theta, Adam.start(theta), x, y


def rates(samples):
    return np.full(samples // 32, 1e-3)


def updates_made(adam):
    return round(np.log(adam.powers[1]) / np.log(adam.beta_2))


@pytest.mark.slow
def test_ctrl_c_leaves_the_last_finished_update():
    theta, adam, x, y = long_job(2000)
    order = np.arange(len(x))

    def interrupt():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    timer = threading.Timer(0.4, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        native.train(LAYOUT, theta, adam, x, y, order, rates(len(x)), batch_size=32, warmup=99)
    done = updates_made(adam)
    assert 0 < done < 2000

    again, adam_again, *_ = long_job(2000)
    native.train(
        LAYOUT, again, adam_again, x, y, order[: done * 32], rates(done * 32),
        batch_size=32, warmup=99,
    )  # fmt: skip
    np.testing.assert_array_equal(theta, again)


@pytest.mark.slow
def test_one_long_update_can_be_stopped_and_is_not_made():
    rng = np.random.default_rng(0)
    layout = Layout(1, 128, 1, layers=2)
    theta = (rng.normal(size=layout.size) * 0.1).astype(np.float32)
    before = theta.copy()
    x = rng.normal(size=(1024, 600, 1)).astype(np.float32)
    y = np.zeros((1024, 1, 1), np.float32)
    adam = Adam.start(theta)

    def stop(_):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        native.train(
            layout, theta, adam, x, y, np.arange(1024), np.array([1e-3]),
            batch_size=1024, warmup=599, progress=stop,
        )  # fmt: skip
    np.testing.assert_array_equal(theta, before)
    assert not adam.second.any()


@pytest.mark.slow
def test_progress_rises_to_one_side_only():
    theta, adam, x, y = long_job(400)
    seen = []
    native.train(
        LAYOUT, theta, adam, x, y, np.arange(len(x)), rates(len(x)),
        batch_size=32, warmup=99, progress=lambda trained: seen.append(trained.updates),
    )  # fmt: skip
    assert seen == sorted(seen)
    assert all(0 <= updates <= 400 for updates in seen)
    assert len(seen) >= 2


@pytest.mark.slow
def test_the_interpreter_lock_is_released():
    theta, adam, x, y = long_job(300)
    turns = []
    worker = threading.Thread(
        target=native.train,
        args=(LAYOUT, theta, adam, x, y, np.arange(len(x)), rates(len(x))),
        kwargs={"batch_size": 32, "warmup": 99},
    )
    worker.start()
    while worker.is_alive():
        turns.append(time.perf_counter())
        time.sleep(0.005)
    worker.join()
    assert len(turns) > 10


def test_a_loss_that_is_not_finite_keeps_the_last_good_weights():
    theta, adam, x, y = long_job(4)
    y[64 + 5] = np.inf
    good, good_adam, *_ = long_job(4)
    order = np.arange(len(x))
    native.train(LAYOUT, good, good_adam, x, y, order[:64], rates(64), batch_size=32, warmup=99)
    trained = native.train(
        LAYOUT, theta, adam, x, y, order, rates(len(x)), batch_size=32, warmup=99
    )
    assert trained.updates == 2
    assert np.isfinite(trained.losses).tolist() == [True, True, False]
    np.testing.assert_array_equal(theta, good)
    assert updates_made(adam) == 2
