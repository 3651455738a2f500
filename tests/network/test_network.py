import numpy as np
import pytest

from gatecast.errors import DataError, TrainingError, UsageError
from gatecast.kernel import Layout, Loss
from gatecast.network import Network, Trainer
from gatecast.network.parameters import initialise


def make(outputs=1, seed=0, dtype=np.float32, hidden=8):
    return Network.create(1, hidden, outputs, rng=np.random.default_rng(seed), dtype=dtype)


def sine_windows(n=400, look_back=8):
    values = np.sin(0.3 * np.arange(n)).astype(np.float32)
    x = np.lib.stride_tricks.sliding_window_view(values[:-1], look_back)[:, :, None]
    return x, values[look_back:, None]


def test_initial_weights_have_keras_distributions():
    layout = Layout(inputs=30, hidden=64, outputs=10, layers=2)
    p = layout.views(initialise(layout, np.random.default_rng(0), np.float64))
    for layer, inputs in enumerate((30, 64)):
        recurrent = p[f"layer{layer}.recurrent"]
        np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(64), atol=1e-12)
        kernel = p[f"layer{layer}.kernel"]
        limit = np.sqrt(6.0 / (inputs + 4 * 64))
        assert np.abs(kernel).max() <= limit
        assert kernel.std() == pytest.approx(limit / np.sqrt(3.0), rel=0.02)
        i, f, g, o = np.split(p[f"layer{layer}.bias"], 4)
        assert (f == 1.0).all()
        assert not np.concatenate([i, g, o]).any()
    assert np.abs(p["head.kernel"]).max() <= np.sqrt(6.0 / 74)
    assert not p["head.bias"].any()


def test_recurrent_weights_are_those_of_a_qr_decomposition():
    layout = Layout(inputs=1, hidden=24, outputs=1)
    start = layout.views(initialise(layout, np.random.default_rng(0), np.float64))
    rng = np.random.default_rng(0)
    rng.uniform(size=layout.views(np.zeros(layout.size))["layer0.kernel"].shape)
    q, r = np.linalg.qr(rng.normal(size=(96, 24)))
    expected = (q * np.sign(np.diag(r))).T
    np.testing.assert_allclose(start["layer0.recurrent"], expected, rtol=0, atol=1e-12)


def test_a_zero_head_says_nothing_before_training():
    network = Network.create(1, 8, 3, rng=np.random.default_rng(0), zero_head=True)
    assert not network.predict(np.ones((2, 4, 1))).any()


def test_a_sine_is_learnt_and_the_history_says_so():
    x, y = sine_windows()
    network = make(hidden=16)
    history = Trainer(epochs=60, batch_size=16, learning_rate=1e-2, schedule="cosine").fit(
        network, x, y
    )
    assert len(history.loss) == 60
    assert history.loss[-1] < 1e-3 * np.var(y)
    assert np.mean((network.predict(x) - y) ** 2) < 1e-3 * np.var(y)


def test_reported_loss_is_the_mean_over_batches_before_their_update():
    x, y = sine_windows(n=18, look_back=8)
    network = make(dtype=np.float64)
    x, y = x.astype(float), y.astype(float)
    before = np.mean((network.predict(x) - y) ** 2)
    history = Trainer(batch_size=len(x)).fit(network, x, y)
    assert history.loss[0] == pytest.approx(before, rel=1e-12)


def test_validation_part_is_the_end_and_is_never_trained_on():
    x, y = sine_windows()
    poisoned = y.copy()
    poisoned[-79:] = 1e6
    trainer = Trainer(epochs=3, batch_size=16, validation_split=0.2, random_state=3)
    clean, dirty = make(), make()
    history = trainer.fit(clean, x, y)
    trainer.fit(dirty, x, poisoned)
    np.testing.assert_array_equal(clean.theta, dirty.theta)
    expected = np.mean((clean.predict(x[-79:]) - y[-79:]) ** 2)
    assert history.validation_loss[-1] == pytest.approx(expected, rel=1e-5)


def test_early_stopping_restores_the_best_weights():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 6, 1)).astype(np.float32)  # noise: it can only be learnt by heart
    y = rng.normal(size=(60, 1)).astype(np.float32)
    network = make(hidden=32)
    history = Trainer(
        epochs=400, batch_size=8, learning_rate=1e-2, validation_split=0.5, patience=5
    ).fit(network, x, y)
    assert history.stopped_early
    assert history.best_epoch == int(np.argmin(history.validation_loss))
    assert len(history.loss) == history.best_epoch + 6
    found = np.mean((network.predict(x[30:]) - y[30:]) ** 2)
    assert found == pytest.approx(min(history.validation_loss), rel=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
def test_same_seed_same_bits(threads):
    x, y = sine_windows()
    trained = []
    for _ in range(3):
        network = make(seed=5)
        Trainer(epochs=2, batch_size=32, random_state=7, threads=threads).fit(network, x, y)
        trained.append(network.theta.tobytes())
    other = make(seed=5)
    Trainer(epochs=2, batch_size=32, random_state=8).fit(other, x, y)
    assert len(set(trained)) == 1
    assert other.theta.tobytes() != trained[0]


def test_sequences_have_a_target_at_each_step_after_the_warm_up():
    values = np.sin(0.3 * np.arange(300)).astype(np.float32)
    x = np.stack([values[s : s + 40] for s in range(0, 250, 10)])[:, :, None]
    y = np.stack([values[s + 11 : s + 41] for s in range(0, 250, 10)])[:, :, None]
    network = make(hidden=16)
    Trainer(epochs=150, batch_size=8, learning_rate=1e-2, schedule="cosine").fit(network, x, y)
    outputs, state = network.run(values[None, :100, None])
    assert np.abs(outputs[0, 10:, 0] - values[11:101]).max() < 0.05
    next_output, _ = network.run(values[None, 100:101, None], state=state)
    assert next_output.item() == pytest.approx(values[101], abs=0.05)


def test_the_trace_shows_what_the_head_sees():
    network = make()
    x = np.random.default_rng(0).normal(size=(3, 5, 1)).astype(np.float32)
    trace = network.trace(x)
    assert trace.shape == (3, 5, 1, 6, 8)
    assert ((trace[..., [0, 1, 3], :] > 0) & (trace[..., [0, 1, 3], :] < 1)).all()
    head = network.layout.views(network.theta)
    said = trace[:, -1, 0, 5] @ head["head.kernel"] + head["head.bias"]
    np.testing.assert_allclose(said, network.predict(x), rtol=1e-5)


def test_a_diverging_loss_is_a_sentence_and_keeps_the_weights():
    x, y = sine_windows(n=100)
    y = y.copy()
    y[40] = np.inf
    network = make()
    with pytest.raises(TrainingError, match=r"NaN or infinite in epoch 1.*Lower learning_rate"):
        Trainer(epochs=2).fit(network, x, y)
    assert np.isfinite(network.theta).all()


def test_a_validation_loss_that_is_not_finite_is_a_sentence():
    network = Network.create(1, 4, 1, rng=np.random.default_rng(0))
    x, y = np.zeros((20, 3, 1), np.float32), np.zeros((20, 1), np.float32)
    y[-1] = 3e38  # its square is beyond float32; only the validation part, the end, has it
    with pytest.raises(TrainingError, match="the validation loss became NaN or infinite in epoch"):
        Trainer(epochs=2, batch_size=4, validation_split=0.2).fit(network, x, y)
    assert np.isfinite(network.theta).all()


def test_progress_is_told_of_each_epoch():
    x, y = sine_windows()
    told = []
    history = Trainer(epochs=4).fit(make(), x, y, progress=told.append)
    finished = [p for p in told if p.share == 0.0 and p.epoch]
    assert [p.epoch for p in finished] == [1, 2, 3, 4]
    assert [p.loss for p in finished] == history.loss


@pytest.mark.parametrize(
    "setting",
    [
        {"epochs": 0}, {"batch_size": 0}, {"validation_split": 1.0}, {"learning_rate": 0.0},
        {"schedule": "wave"}, {"patience": 0},
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(setting):
    (name,) = setting
    with pytest.raises(UsageError, match=name):
        Trainer(**setting)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match="samples, time steps, features"):
        Trainer().fit(make(), np.zeros((4, 3)), np.zeros((4, 1)))
    with pytest.raises(DataError, match="leave none to train on"):
        Trainer(validation_split=0.9).fit(make(), np.zeros((1, 3, 1)), np.zeros((1, 1)))


def test_schedules_have_their_shapes():
    cosine = Trainer(learning_rate=2.0, schedule="cosine")._rates(100)
    np.testing.assert_allclose(cosine[[0, 50]], [2.0, 1.0])
    assert cosine[-1] < 0.001 * 2.0
    cycle = Trainer(learning_rate=2.0, schedule="one_cycle")._rates(100)
    np.testing.assert_allclose(cycle[[0, 30, 65]], [2.0 / 25, 2.0, 1.0])
    assert cycle[-1] < 0.01
    assert (np.diff(cycle[:31]) > 0).all()
    assert (np.diff(cycle[30:]) < 0).all()


def test_the_mean_of_the_last_epochs_weights_is_left():
    x, y = sine_windows()
    after = []
    for epochs in (1, 2, 3):
        network = make(dtype=np.float64)
        Trainer(epochs=epochs, random_state=2).fit(network, x, y)
        after.append(network.theta.copy())
    averaged = make(dtype=np.float64)
    Trainer(epochs=3, average_epochs=2, random_state=2).fit(averaged, x, y)
    np.testing.assert_allclose(averaged.theta, (after[1] + after[2]) / 2, rtol=1e-14)


def test_a_running_mean_lags_behind_the_weights():
    x, y = sine_windows()
    start, last, mean = make(), make(), make()
    Trainer(epochs=2).fit(last, x, y)
    Trainer(epochs=2, average_keep=0.99).fit(mean, x, y)
    moved = np.linalg.norm(last.theta - start.theta)
    assert 0.05 * moved < np.linalg.norm(mean.theta - start.theta) < 0.95 * moved


def test_missing_targets_have_no_weight_in_training_or_validation():
    x, y = sine_windows()
    holes = y.copy()
    holes[::7] = np.nan
    weights = np.ones(y.shape)
    weights[::7] = 0.0
    network = make()
    history = Trainer(epochs=3, validation_split=0.2, loss=Loss("mae")).fit(
        network, x, holes, weights=weights
    )
    held = slice(len(x) - len(x) // 5 - 1, None)
    errors = np.abs(network.predict(x[held]) - y[held])[weights[held] > 0]
    assert history.validation_loss[-1] == pytest.approx(errors.mean(), rel=1e-4)
    with pytest.raises(UsageError, match="weights must have shape"):
        Trainer().fit(make(), x, y, weights=weights[:5])


@pytest.mark.parametrize(
    "settings",
    [
        {"average_keep": 1.0}, {"average_epochs": -1}, {"clip_norm": -1.0},
        {"weight_decay": -0.1}, {"average_keep": 0.9, "patience": 3},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(UsageError, match=next(iter(settings))):
        Trainer(**settings)


def test_dropout_needs_a_second_layer():
    with pytest.raises(UsageError, match="one layer"):
        Trainer(dropout=0.5).fit(make(), *sine_windows())


@pytest.mark.slow
def test_dropout_keeps_a_large_network_from_learning_noise_by_heart():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 8, 1)).astype(np.float32)
    y = rng.normal(size=(60, 1)).astype(np.float32)
    losses = {}
    for dropout in (0.0, 0.5):
        network = Network.create(1, 48, 1, 2, rng=np.random.default_rng(1))
        Trainer(epochs=150, batch_size=15, learning_rate=5e-3, dropout=dropout).fit(network, x, y)
        losses[dropout] = np.mean((network.predict(x) - y) ** 2)
    assert losses[0.0] < 0.5 * losses[0.5]


def test_a_skip_path_starts_as_it_is_given_and_is_trained():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3, 2)).astype(np.float32)
    y = x[:, -1] @ np.array([[2.0], [-1.0]], np.float32)
    network = Network.create(2, 4, 1, rng=rng, zero_head=True, skip=np.array([[1.0], [0.0]]))
    np.testing.assert_array_equal(network.predict(x), x[:, -1, :1])
    Trainer(epochs=60, learning_rate=1e-2, schedule="cosine").fit(network, x, y)
    assert np.mean((network.predict(x) - y) ** 2) < 1e-3
    with pytest.raises(UsageError, match="skip must have shape"):
        Network.create(2, 4, 1, rng=rng, skip=np.zeros((1, 2)))
