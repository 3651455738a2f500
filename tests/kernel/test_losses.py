"""Losses, weights, clipping, decay and averaging: closed forms, twin, central differences."""

import numpy as np
import pytest

from gatecast.errors import UsageError
from gatecast.kernel import MSE, Adam, Layout, Loss, native, reference

LOSSES = [MSE, Loss("mae"), Loss("huber", delta=0.4), Loss("pinball", levels=(0.1, 0.5, 0.9))]


def problem(loss, B=11, T=6, warmup=2, dtype=np.float64, seed=0):
    layout = Layout(2, 5, 2 * loss.quantiles, layers=2)
    rng = np.random.default_rng(seed)
    theta = (rng.normal(size=layout.size) * 0.4).astype(dtype)
    x = rng.normal(size=(B, T, 2)).astype(dtype)
    y = rng.normal(size=(B, T - warmup, 2)).astype(dtype)
    weights = rng.uniform(0.5, 2.0, size=y.shape).astype(dtype)
    weights[rng.uniform(size=y.shape) < 0.2] = 0.0
    y[weights == 0.0] = np.nan
    return layout, theta, x, y, weights


def test_values_by_hand():
    out, y = np.array([1.0, 3.0, 0.0]), np.array([0.0, 0.0, 0.5])
    assert MSE(out, y)[0].tolist() == [1.0, 9.0, 0.25]
    assert Loss("mae")(out, y)[0].tolist() == [1.0, 3.0, 0.5]
    assert Loss("huber", delta=1.0)(out, y)[0].tolist() == [0.5, 2.5, 0.125]
    pinball = Loss("pinball", levels=(0.25, 0.75))
    value, slope = pinball(np.array([1.0, 1.0, -1.0, -1.0]), np.zeros(2))
    assert value.tolist() == [0.75, 0.25, 0.25, 0.75]
    assert slope.tolist() == [0.75, 0.25, -0.25, -0.75]


@pytest.mark.parametrize("B", [3, 40])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.kind)
def test_native_and_twin_agree_with_weights_and_missing_targets(loss, B):
    layout, theta, x, y, weights = problem(loss, B)
    ours = native.gradients(layout, theta, x, y, loss=loss, weights=weights, warmup=2, threads=2)
    twin = reference.gradients(layout, theta, x, y, loss=loss, weights=weights, warmup=2)
    assert ours.loss == pytest.approx(twin.loss, rel=1e-12)
    np.testing.assert_allclose(ours.theta, twin.theta, atol=1e-13)
    np.testing.assert_allclose(ours.x, twin.x, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.kind)
def test_gradients_are_central_differences(loss):
    layout, theta, x, y, weights = problem(loss, B=3)
    found = native.gradients(layout, theta, x, y, loss=loss, weights=weights, warmup=2).theta

    def value(at):
        return native.gradients(layout, at, x, y, loss=loss, weights=weights, warmup=2).loss

    for p in range(layout.size):
        step = np.zeros(layout.size)
        step[p] = 1e-6
        slope = (value(theta + step) - value(theta - step)) / 2e-6
        assert found[p] == pytest.approx(slope, rel=1e-3, abs=1e-5)


def test_weights_of_one_are_no_weights_and_doubled_weights_change_nothing():
    layout, theta, x, y, _ = problem(MSE)
    y = np.nan_to_num(y)
    plain = native.gradients(layout, theta, x, y, warmup=2)
    for value in (1.0, 2.0):
        weighted = native.gradients(layout, theta, x, y, weights=np.full(y.shape, value), warmup=2)
        assert weighted.loss == pytest.approx(plain.loss, rel=1e-14)
        np.testing.assert_allclose(weighted.theta, plain.theta, atol=1e-15)


def test_a_missing_target_counts_as_if_it_were_not_there():
    layout, theta, x, y, _ = problem(MSE, B=4)
    y = np.nan_to_num(y)
    weights = np.ones(y.shape)
    weights[3] = 0.0
    some = native.gradients(layout, theta, x, y, weights=weights, warmup=2)
    rest = native.gradients(layout, theta, x[:3], y[:3], warmup=2)
    assert some.loss == pytest.approx(rest.loss, rel=1e-14)
    np.testing.assert_allclose(some.theta, rest.theta, atol=1e-15)
    nothing = native.gradients(layout, theta, x, y, weights=np.zeros(y.shape), warmup=2)
    assert nothing.loss == 0.0
    assert not nothing.theta.any()


@pytest.mark.parametrize(
    "settings", [{}, {"weight_decay": 0.3}, {"clip_norm": 0.01}, {"clip_norm": 1e9}]
)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.kind)
def test_an_epoch_agrees_with_decay_clipping_and_averaging(loss, settings):
    layout, theta, x, y, weights = problem(loss, B=50)
    order = np.random.default_rng(1).permutation(50)
    found = []
    for kernel in (native, reference):
        trained, average = theta.copy(), theta.copy()
        adam = Adam.start(trained, **settings)
        losses = kernel.train(
            layout, trained, adam, x, y, order, np.linspace(1e-2, 1e-3, 3),
            batch_size=20, loss=loss, weights=weights, warmup=2,
            average=average, average_keep=0.9,
        ).losses  # fmt: skip
        found.append((losses, trained, average, adam.first))
    for ours, twin in zip(*found):
        np.testing.assert_allclose(ours, twin, atol=1e-13)


def test_decay_reaches_weights_that_no_gradient_reaches():
    layout = Layout(1, 4, 1)
    theta = np.ones(layout.size)
    adam = Adam.start(theta, weight_decay=0.5)
    x, y = np.ones((6, 1, 1)), np.zeros((6, 1, 1))
    native.train(layout, theta, adam, x, y, np.arange(6), np.full(6, 1e-2), batch_size=1)
    recurrent = layout.views(theta)["layer0.recurrent"]
    np.testing.assert_allclose(recurrent, (1 - 0.01 * 0.5) ** 6, rtol=1e-14)


def test_training_with_pinball_finds_the_quantiles():
    rng = np.random.default_rng(3)
    y = rng.exponential(size=(4000, 1, 1))
    loss = Loss("pinball", levels=(0.1, 0.5, 0.9))
    layout = Layout(1, 2, 3)
    theta = np.zeros(layout.size)
    adam = Adam.start(theta)
    for rate in (*[5e-2] * 12, 1e-2, 1e-3, 1e-4):
        native.train(
            layout, theta, adam, np.zeros((4000, 1, 1)), y, np.arange(4000), np.full(40, rate),
            batch_size=100, loss=loss,
        )  # fmt: skip
    found = native.forward(layout, theta, np.zeros((1, 1, 1))).outputs[0, 0]
    np.testing.assert_allclose(found, np.quantile(y, loss.levels), atol=0.08)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "rmse"}, 'use "mse", "mae", "huber" or "pinball"'),
        ({"kind": "huber", "delta": 0.0}, "delta=0.0"),
        ({"kind": "pinball"}, "at least one"),
        ({"levels": (0.5,)}, "go with the pinball loss"),
        ({"kind": "pinball", "levels": (0.5, 1.0)}, "between 0 and 1"),
    ],
)
def test_losses_that_cannot_be_are_refused(settings, message):
    with pytest.raises(UsageError, match=message):
        Loss(**settings)


def test_shapes_of_targets_and_weights_are_checked():
    layout, theta, x, y, weights = problem(MSE)
    with pytest.raises(UsageError, match="weights must have shape"):
        native.gradients(layout, theta, x, y, weights=weights[:, :1], warmup=2)
    with pytest.raises(UsageError, match="multiple of as many outputs"):
        native.gradients(
            layout, theta, x, y, loss=Loss("pinball", levels=(0.1, 0.5, 0.9)), warmup=2
        )
