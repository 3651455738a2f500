"""The native kernel against its NumPy twin; one set of tests for both where both can be asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.errors import UsageError
from gatecast.kernel import Adam, Layout, State, native, reference

IMPLEMENTATIONS = {"native": native, "reference": reference}


def every_level():
    """Use each SIMD level that this machine has, one after the other."""
    best = native.simd_level()
    try:
        for level in native.simd_levels():
            native._native.use_level(level)
            yield level
    finally:
        native._native.use_level(best)


@pytest.fixture(params=native.simd_levels())
def level(request):
    """Run the test on each SIMD level that this machine has."""
    best = native.simd_level()
    native._native.use_level(request.param)
    yield request.param
    native._native.use_level(best)


def problem(layout, B, T, warmup, dtype, seed, with_state=True):
    rng = np.random.default_rng(seed)
    # of the usual size: with larger weights the network is chaotic, and rounding grows by itself
    theta = (rng.normal(size=layout.size) / np.sqrt(layout.inputs + layout.hidden)).astype(dtype)
    x = rng.normal(size=(B, T, layout.inputs)).astype(dtype)
    y = rng.normal(size=(B, T - warmup, layout.outputs)).astype(dtype)
    state = State.zeros(layout, B, dtype)
    state.hidden[:] = rng.normal(size=state.hidden.shape)
    if layout.cell == "lstm":
        state.cell[:] = rng.normal(size=state.cell.shape)
    return theta, x, y, state if with_state else None


def worst(one, other):
    """Largest absolute difference over all arrays of two results, relative to the largest value."""
    pairs = [(one.loss, other.loss), (one.theta, other.theta), (one.x, other.x)]
    pairs += [*zip(one.state, other.state), *zip(one.final_state, other.final_state)]
    return max(np.abs(a - b).max() / max(1.0, np.abs(b).max()) for a, b in pairs)


@pytest.mark.slow
@given(
    B=st.integers(1, 64), T=st.integers(1, 48), inputs=st.integers(1, 16),
    hidden=st.integers(1, 70), layers=st.integers(1, 3), outputs=st.integers(1, 9),
    cell=st.sampled_from(["lstm", "gru"]), residual=st.booleans(), skip=st.booleans(),
    dropout=st.sampled_from([0.0, 0.4]), with_state=st.booleans(), threads=st.integers(1, 4),
    data=st.data(),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_random_networks_agree(
    B, T, inputs, hidden, layers, outputs, cell, residual, skip, dropout, with_state, threads, data
):
    dilations = data.draw(st.sampled_from([(1, 1, 1), (1, 2, 4), (5, 1, 3), (50, 2, 1)]))[:layers]
    layout = Layout(inputs, hidden, outputs, layers, cell, residual, dilations, skip)
    warmup = data.draw(st.integers(0, T - 1))
    seed = data.draw(st.integers(0, 2**32 - 1))
    masks = {"dropout": dropout, "key": seed}
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-5)):
        theta, x, y, state = problem(layout, B, T, warmup, dtype, seed, with_state)
        wide = [None if a is None else np.asarray(a, float) for a in (theta, x, y)]
        wide_state = None if state is None else State(*(a.astype(float) for a in state))
        twin = reference.gradients(layout, *wide, state=wide_state, warmup=warmup, **masks)
        expected = reference.forward(layout, *wide[:2], state=wide_state, warmup=warmup)
        for _ in every_level():
            ours = native.gradients(
                layout, theta, x, y, state=state, warmup=warmup, threads=threads, **masks
            )
            assert worst(ours, twin) < tolerance
            run = native.forward(layout, theta, x, state=state, warmup=warmup, threads=threads)
            assert np.abs(run.outputs - expected.outputs).max() < tolerance * 10
            if not dropout:
                np.testing.assert_array_equal(run.state.cell, ours.final_state.cell)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(64, 512, 3, 128, 1), (2, 400, 16, 100, 3), (33, 90, 1, 128, 2)])
def test_large_shapes_agree(shape):
    B, T, inputs, hidden, layers = shape
    layout = Layout(inputs, hidden, 4, layers)
    theta, x, y, state = problem(layout, B, T, 5, np.float64, seed=1)
    twin = reference.gradients(layout, theta, x, y, state=state, warmup=5)
    for level in every_level():
        ours = native.gradients(layout, theta, x, y, state=state, warmup=5, threads=2)
        assert worst(ours, twin) < 1e-12, level


#: every option of a network, with the dropout that it is trained with
NETWORKS = {
    "plain": (Layout(2, 3, 2, layers=2), 0.0),
    "dropout": (Layout(2, 3, 2, layers=3), 0.4),
    "residual": (Layout(2, 3, 2, layers=3, residual=True), 0.0),
    "residual dropout": (Layout(2, 3, 2, layers=3, residual=True), 0.4),
    "dilated": (Layout(2, 3, 2, layers=3, dilations=(1, 2, 4)), 0.0),
    "skip": (Layout(2, 3, 2, skip=True), 0.0),
    "gru": (Layout(2, 3, 2, layers=2, cell="gru"), 0.0),
    "gru with all": (Layout(2, 3, 2, 3, "gru", True, (2, 1, 3), True), 0.4),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", IMPLEMENTATIONS)
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("B", "warmup"), [(3, 0), (9, 5)])
def test_gradients_are_the_loss_central_differences(name, network, B, warmup):
    kernel = IMPLEMENTATIONS[name]
    layout, dropout = NETWORKS[network]
    theta, x, y, state = problem(layout, B=B, T=6, warmup=warmup, dtype=np.float64, seed=2)
    options = {"state": state, "warmup": warmup, "dropout": dropout, "key": 5}
    found = kernel.gradients(layout, theta, x, y, **options)

    def loss():  # the fast one's; they agree
        return native.gradients(layout, theta, x, y, **options).loss

    assert found.loss == pytest.approx(loss(), rel=1e-12)
    for array, gradient in [
        (theta, found.theta), (x, found.x),
        (state.hidden, found.state.hidden), (state.cell, found.state.cell),
    ]:  # fmt: skip
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + 1e-5
            above = loss()
            array[index] = kept - 1e-5
            below = loss()
            array[index] = kept
            assert gradient[index] == pytest.approx((above - below) / 2e-5, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_one_unit_by_hand(name):
    """One unit, one step, weights chosen so that every gate can be worked out on paper."""
    layout = Layout(inputs=1, hidden=1, outputs=1)
    theta = np.zeros(layout.size)
    p = layout.views(theta)
    p["layer0.kernel"][:] = [[np.log(3.0), 0.0, 1.0, -np.log(3.0)]]  # i, f, g, o for x = 1
    p["layer0.bias"][1] = np.log(9.0)
    p["head.kernel"][:] = 2.0
    p["head.bias"][:] = 0.5
    state = State(np.zeros((1, 1, 1)), np.full((1, 1, 1), 0.4))
    run = IMPLEMENTATIONS[name].forward(layout, theta, np.ones((1, 1, 1)), state=state)
    cell = 0.9 * 0.4 + 0.75 * np.tanh(1.0)
    assert run.state.cell.item() == pytest.approx(cell, abs=1e-15)
    assert run.outputs.item() == pytest.approx(0.5 + 2.0 * 0.25 * np.tanh(cell), abs=1e-15)


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_one_unit_of_a_gru_by_hand(name):
    layout = Layout(inputs=1, hidden=1, outputs=1, cell="gru")
    theta = np.zeros(layout.size)
    p = layout.views(theta)
    p["layer0.kernel"][:] = [[np.log(3.0), -np.log(3.0), 1.0]]  # z = 0.75, r = 0.25 for x = 1
    p["layer0.recurrent"][:] = [[0.0, 0.0, 2.0]]
    p["layer0.bias"][3] = 0.3
    p["head.kernel"][:] = 2.0
    state = State(np.full((1, 1, 1), 0.4), np.zeros((1, 1, 1)))
    run = IMPLEMENTATIONS[name].forward(layout, theta, np.ones((1, 1, 1)), state=state)
    hidden = 0.75 * 0.4 + 0.25 * np.tanh(1.0 + 0.25 * (2.0 * 0.4 + 0.3))
    assert run.outputs.item() == pytest.approx(2.0 * hidden, abs=1e-15)


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_a_skip_path_under_a_zero_head_is_the_naive_forecast(name):
    layout = Layout(3, 5, 2, skip=True)
    theta, x, _, _ = problem(layout, B=4, T=7, warmup=0, dtype=np.float64, seed=11)
    p = layout.views(theta)
    p["head.kernel"][:] = p["head.bias"][:] = 0.0
    p["head.skip"][:] = [[1, 0], [0, 0], [0, 1]]
    run = IMPLEMENTATIONS[name].forward(layout, theta, x)
    np.testing.assert_array_equal(run.outputs, x[:, :, [0, 2]])


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_a_dilated_layer_is_as_many_layers_on_every_so_many_steps(name):
    kernel = IMPLEMENTATIONS[name]
    dilated, plain = Layout(2, 5, 1, dilations=(3,)), Layout(2, 5, 1)
    theta, x, _, _ = problem(dilated, B=2, T=14, warmup=0, dtype=np.float64, seed=12)
    whole = kernel.forward(dilated, theta, x).outputs
    for start in range(3):
        part = kernel.forward(plain, theta, x[:, start::3].copy()).outputs
        np.testing.assert_allclose(whole[:, start::3], part, atol=1e-14)


def test_dropout_drops_its_share_anew_for_each_step_layer_and_key():
    masks = np.array(
        [
            reference.dropout_mask(0.25, key, layer, step, (50, 64))
            for key in (0, 1, 2**63) for layer in (1, 2) for step in range(20)
        ]
    )  # fmt: skip
    assert set(np.unique(masks)) == {0.0, 1 / 0.75}
    dropped = masks == 0
    assert dropped.mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / dropped.size))
    # by sample, by unit, and between any two masks: no more alike than chance makes them
    for axis in ((0, 1), (0, 2), (1, 2)):
        spread = dropped.mean(axis=axis).std()
        count = dropped.size / dropped.mean(axis=axis).size
        assert spread == pytest.approx(np.sqrt(0.25 * 0.75 / count), rel=0.35)
    flat = dropped.reshape(len(dropped), -1)
    alike = np.corrcoef(flat) - np.eye(len(flat))
    assert np.abs(alike).max() < 5 / np.sqrt(flat.shape[1])


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
@pytest.mark.parametrize(
    "layout", [Layout(2, 5, 3, layers=2), Layout(2, 5, 3, 3, "gru", True, (4, 1, 7), True)]
)
def test_two_halves_with_carried_state_are_one_run(name, layout):
    kernel = IMPLEMENTATIONS[name]
    theta, x, _, state = problem(layout, B=9, T=12, warmup=0, dtype=np.float64, seed=3)
    whole = kernel.forward(layout, theta, x, state=state)
    first = kernel.forward(layout, theta, x[:, :5], state=state)
    second = kernel.forward(layout, theta, x[:, 5:], state=first.state)
    halves = np.concatenate([first.outputs, second.outputs], axis=1)
    np.testing.assert_allclose(halves, whole.outputs, atol=1e-14)
    np.testing.assert_allclose(second.state.cell, whole.state.cell, atol=1e-14)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("B", [1, 5, 40])
def test_the_trace_of_gates_and_states_agrees(level, B, cell):
    layout = Layout(2, 7, 1, layers=2, cell=cell)
    theta, x, _, state = problem(layout, B, T=9, warmup=0, dtype=np.float64, seed=9)
    run = native.forward(layout, theta, x, state=state, trace=True, threads=2)
    twin = reference.forward(layout, theta, x, state=state, trace=True)
    assert run.trace.shape == (B, 9, 2, 6, 7)
    np.testing.assert_allclose(run.trace, twin.trace, atol=1e-12)
    np.testing.assert_array_equal(run.trace[:, -1, :, 5], run.state.hidden.transpose(1, 0, 2))
    if cell == "lstm":
        i, f, g, _, c, _ = run.trace.transpose(3, 0, 1, 2, 4)
        np.testing.assert_allclose(c[:, 1:], f[:, 1:] * c[:, :-1] + i[:, 1:] * g[:, 1:], atol=1e-14)
    plain = native.forward(layout, theta, x, state=state)
    assert plain.trace is None
    np.testing.assert_array_equal(plain.outputs, run.outputs)


@pytest.mark.parametrize("B", [3, 40])
def test_order_of_the_batch_does_not_matter(B):
    layout = Layout(2, 6, 1)
    theta, x, _, _ = problem(layout, B, T=8, warmup=0, dtype=np.float64, seed=4)
    order = np.random.default_rng(0).permutation(B)
    outputs = native.forward(layout, theta, x).outputs
    np.testing.assert_allclose(
        native.forward(layout, theta, x[order]).outputs, outputs[order], atol=1e-15
    )


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize(("B", "T"), [(1, 1), (3, 4), (16, 6)])
def test_an_epoch_of_adam_agrees(level, B, T, carried):
    layout = Layout(2, 5, 1, layers=2)
    theta, x, y, _ = problem(layout, B=3 * B + 1, T=T, warmup=T - 1, dtype=np.float64, seed=5)
    order = np.random.default_rng(1).permutation(len(x))
    results = []
    for kernel in IMPLEMENTATIONS.values():
        trained = theta.copy()
        adam = Adam.start(trained)
        state = State.zeros(layout, B, np.float64) if carried else None
        losses = [
            kernel.train(
                layout, trained, adam, x, y, order, np.full(-(-len(x) // B), 1e-2),
                batch_size=B, warmup=T - 1, state=state,
            ).losses
            for _ in range(3)
        ]  # fmt: skip
        results.append((np.array(losses), trained, adam.second, adam.powers))
    for ours, twin in zip(*results):
        np.testing.assert_allclose(ours, twin, atol=1e-12)


def test_strided_views_give_the_bits_of_copies():
    values = np.random.default_rng(6).normal(size=200)
    windows = np.lib.stride_tricks.sliding_window_view(values, 12)[:-1, :, None]
    targets = np.lib.stride_tricks.sliding_window_view(values[12:], 1)[:, None, :]
    layout = Layout(1, 4, 1)
    theta = problem(layout, 1, 1, 0, np.float64, seed=7)[0]
    as_views = native.gradients(layout, theta, windows, targets, warmup=11)
    as_copies = native.gradients(layout, theta, windows.copy(), targets.copy(), warmup=11)
    assert as_views.loss == as_copies.loss
    np.testing.assert_array_equal(as_views.theta, as_copies.theta)


@pytest.mark.parametrize("B", [1, 32, 100])
def test_same_bits_at_any_thread_count(level, B):
    layout = Layout(1, 12, 2, layers=2, residual=True, dilations=(1, 3))
    theta, x, y, _ = problem(layout, B=B * 3, T=9, warmup=0, dtype=np.float32, seed=8)
    seen = set()
    for threads in (1, 2, 4) * 7:
        trained = theta.copy()
        adam = Adam.start(trained)
        losses = native.train(
            layout, trained, adam, x, y, np.arange(len(x)), np.full(3, 1e-3),
            batch_size=B, dropout=0.2, keys=np.arange(3), threads=threads,
        ).losses  # fmt: skip
        seen.add((losses.tobytes(), trained.tobytes(), adam.second.tobytes()))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.zeros((4, 5, 3))}, "2 features"),
        ({"x": np.zeros((4, 5))}, r"\[samples, time steps, features\]"),
        ({"y": np.zeros((4, 5, 2))}, "y must have shape"),
        ({"warmup": 5}, "leaves no step"),
        ({"x": np.zeros((4, 5, 2), np.float32)}, "convert one"),
        ({"theta": np.zeros(3)}, "theta must have shape"),
        ({"dropout": 1.0}, "dropout=1.0"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    layout = Layout(2, 3, 1)
    arguments = {
        "theta": np.zeros(layout.size), "x": np.zeros((4, 5, 2)),
        "y": np.zeros((4, 5, 1)), "warmup": 0,
    }  # fmt: skip
    with pytest.raises(UsageError, match=message):
        native.gradients(layout, **{**arguments, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": "rnn"}, '"rnn"'),
        ({"layers": 2, "dilations": (1,)}, "each of the 2 layers"),
        ({"dilations": (0,)}, "1 or more"),
        ({"hidden": 0}, "hidden=0"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(change, message):
    with pytest.raises(UsageError, match=message):
        Layout(**{"inputs": 1, "hidden": 2, "outputs": 1, **change})
