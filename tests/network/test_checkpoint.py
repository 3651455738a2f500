"""A training that is killed goes on from its checkpoint, bit for bit."""

import time

import numpy as np
import pytest
from helpers.command import Fork, python
from helpers.hostile import hostile, write_sealed

from gatecast.errors import ModelFileError, TrainingError, UsageError
from gatecast.kernel import Loss
from gatecast.network import Network, Trainer
from gatecast.storage import read_arrays, write_arrays

# one update is long enough that a kill falls into the middle of an epoch
JOB = """
import sys
import numpy as np
from gatecast.network import Network, Trainer

rng = np.random.default_rng(0)
x = rng.normal(size=(400, 60, 1)).astype(np.float32)
y = np.cumsum(x, axis=1)[:, 10:]
network = Network.create(1, 64, 1, 2, rng=rng)
trainer = Trainer(
    epochs=8, batch_size=8, dropout=0.2, average_keep=0.9, threads=2, schedule="cosine"
)
history = trainer.fit(network, x, y, checkpoint=sys.argv[1])
network.theta.tofile(sys.argv[1] + ".theta")
print(history.loss)
"""


@pytest.mark.slow
def test_killed_at_random_instants_it_ends_with_the_same_bits(tmp_path):
    whole = python(JOB, tmp_path / "whole")
    assert whole.returncode == 0
    path = tmp_path / "killed"
    rng = np.random.default_rng()
    kills = 0
    while True:
        process = Fork(path, code=JOB)
        wait_for_another(path, process)
        time.sleep(rng.uniform(0.0, 0.05))
        if kills < 3 and process.poll() is None:
            process.kill()
            kills += 1
        done = process.finish()
        if done.returncode == 0:
            break
    assert kills >= 2
    assert done.stdout == whole.stdout
    assert (tmp_path / "killed.theta").read_bytes() == (tmp_path / "whole.theta").read_bytes()


def wait_for_another(path, process):
    """Wait until a process has put a checkpoint in the place of the one before, or has ended."""
    before = path.stat().st_ino if path.exists() else None
    while process.poll() is None and (path.stat().st_ino if path.exists() else None) == before:
        time.sleep(0.01)


def problem(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(40, 6, 1)).astype(np.float32)
    return Network.create(1, 5, 1, rng=rng), x, x[:, -1]


class StopError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [{}, {"patience": 2, "validation_split": 0.2}, {"average_epochs": 4}, {"average_keep": 0.5}],
    ids=str,
)
def test_stopped_between_epochs_it_ends_with_the_same_bits(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(time, "perf_counter", iter(range(10**9)).__next__)  # each look a second
    trainer = Trainer(epochs=9, batch_size=4, learning_rate=3e-2, **settings)
    whole, x, y = problem()
    expected = trainer.fit(whole, x, y)
    path = tmp_path / "training"

    def stop_after(epochs):
        def tell(progress):
            if progress.epoch == epochs and progress.share == 0.0:
                raise StopError

        return tell

    for epochs in (1, 4, 5):
        with pytest.raises(StopError):
            trainer.fit(problem()[0], x, y, checkpoint=path, progress=stop_after(epochs))
    resumed = problem()[0]
    history = trainer.fit(resumed, x, y, checkpoint=path)
    np.testing.assert_array_equal(resumed.theta, whole.theta)
    assert history.loss == expected.loss
    assert history.validation_loss == expected.validation_loss
    assert history.best_epoch == expected.best_epoch
    # it stays, so that what is over is not done again
    again = problem()[0]
    assert trainer.fit(again, x, y, checkpoint=path) == history
    np.testing.assert_array_equal(again.theta, whole.theta)


@pytest.mark.parametrize("changed", ["settings", "data", "weights", "initial weights"])
def test_another_training_is_not_taken_up(tmp_path, changed):
    network, x, y = problem()
    path = tmp_path / "training"
    Trainer(epochs=2).fit(network, x, y, checkpoint=path)
    network, x, y = problem(seed=changed == "initial weights")
    _, x, y = problem()
    trainer = Trainer(epochs=2, loss=Loss("mae")) if changed == "settings" else Trainer(epochs=2)
    if changed == "data":
        x[-1, -1, -1] += 1e-3
    weights = np.ones_like(y) if changed == "weights" else None
    before = path.read_bytes()
    with pytest.raises(UsageError, match="other data, settings or initial weights"):
        trainer.fit(network, x, y, weights=weights, checkpoint=path)
    assert path.read_bytes() == before


def test_what_is_not_a_checkpoint_is_said(tmp_path):
    network, x, y = problem()
    path = tmp_path / "training"
    path.write_bytes(b"notes of mine")
    with pytest.raises(ModelFileError, match="checksum"):
        Trainer().fit(network, x, y, checkpoint=path)
    write_arrays(path, {"theta": network.theta}, {"kind": "something else"})
    with pytest.raises(ModelFileError, match="not a checkpoint"):
        Trainer().fit(network, x, y, checkpoint=path)


@pytest.mark.slow
def test_a_checkpoint_that_lies_is_refused_or_trains(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "perf_counter", iter(range(10**9)).__next__)  # each look a second
    trainer = Trainer(epochs=3, batch_size=8, validation_split=0.2, patience=2)
    network, x, y = problem()
    start, path = network.theta.copy(), tmp_path / "training"

    def stop(progress):
        if progress.epoch == 1:
            raise StopError

    with pytest.raises(StopError):
        trainer.fit(network, x, y, checkpoint=path, progress=stop)
    arrays, document = read_arrays(path)
    document["updates"] = 2  # in the middle of an epoch
    rng, outcomes = np.random.default_rng(0), []
    for _ in range(300):
        *changed, what = hostile(arrays, document, rng)
        write_sealed(path, *changed)
        network.theta[:] = start
        try:
            history = trainer.fit(network, x, y, checkpoint=path)
        except (ModelFileError, UsageError, TrainingError) as error:
            outcomes.append(type(error))
            continue
        outcomes.append("trained")
        assert np.isfinite(network.theta).all(), what
        assert np.isfinite(history.loss).all(), what
    assert outcomes.count(ModelFileError) > 150
    assert outcomes.count("trained") > 20
