"""What must not pass the native door, through Python's functions and past them."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from gatecast.errors import UsageError
from gatecast.kernel import Adam, Layout, Loss, State, _native, native, reference

LAYOUT = Layout(2, 5, 1, layers=2)
GUARD = 77.0


def job(dtype=np.float32, **change):
    """Arguments of a training of 2 updates; ``change`` replaces some."""
    rng = np.random.default_rng(0)
    theta = (rng.normal(size=LAYOUT.size) * 0.3).astype(dtype)
    return {
        "theta": theta,
        "adam": Adam.start(theta),
        "x": rng.normal(size=(6, 4, 2)).astype(dtype),
        "y": rng.normal(size=(6, 1, 1)).astype(dtype),
        "order": np.arange(6),
        "rates": np.full(2, 1e-2),
        "batch_size": 3,
        "warmup": 3,
        "state": State.zeros(LAYOUT, 3, dtype),
        "average": theta.copy(),
        "average_keep": 0.9,
    } | change  # fmt: skip


def guarded(size, dtype):
    """An array of ``size`` zeros with guard values on both sides in the same memory."""
    whole = np.full(size + 2000, GUARD, dtype)
    inner = whole[1000 : 1000 + size]
    inner[:] = 0
    return whole, inner


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["first", "second", "powers", "average", "theta", "state"])
@pytest.mark.parametrize("size", [0, 1, "one less", "one more"])
def test_an_array_of_another_size_is_refused_and_nothing_beside_it_is_written(name, size, dtype):
    arguments = job(dtype)
    if size in ("one less", "one more"):
        right = 2 if name == "powers" else LAYOUT.size
        size = right + (1 if size == "one more" else -1)
    whole, inner = guarded(size, np.float64 if name == "powers" else dtype)
    if name in ("theta", "average"):
        arguments[name] = inner
    elif name == "state":
        arguments["state"] = State(inner.reshape(1, -1, 1), arguments["state"].cell)
    else:
        setattr(arguments["adam"], name, inner)
    before = arguments["theta"].copy()
    with pytest.raises(UsageError, match="must have shape"):
        native.train(LAYOUT, **arguments)
    assert not inner.any()
    assert (np.delete(whole, slice(1000, 1000 + size)) == GUARD).all()
    np.testing.assert_array_equal(arguments["theta"], before)


def another_type(array):
    return array.astype(np.float64 if array.dtype == np.float32 else np.float32)


def every_other(array):
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def off_a_byte(array):
    raw = np.zeros(array.nbytes + 1, np.uint8)
    return np.ndarray(array.shape, array.dtype, raw[1:].data)


def other_endian(array):
    return array.astype(array.dtype.newbyteorder())


@pytest.mark.parametrize("spoil", [another_type, every_other, read_only, off_a_byte, other_endian])
@pytest.mark.parametrize("name", ["theta", "first", "second", "powers", "average", "state"])
def test_what_cannot_be_changed_in_place_is_refused_before_anything_changes(name, spoil):
    arguments = job()
    if name in ("theta", "average"):
        arguments[name] = spoil(arguments[name])
    elif name == "state":
        arguments["state"] = State(arguments["state"].hidden, spoil(arguments["state"].cell))
    else:
        setattr(arguments["adam"], name, spoil(getattr(arguments["adam"], name)))
    kept = [a.copy() for a in (arguments["theta"], arguments["average"], *arguments["state"])]
    with pytest.raises(UsageError):
        native.train(LAYOUT, **arguments)
    after = arguments["theta"], arguments["average"], *arguments["state"]
    for one, other in zip(kept, after):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("pair", [("theta", "average"), ("first", "second"), ("theta", "first")])
def test_arrays_that_are_changed_share_no_memory(pair):
    arguments = job()
    memory = np.zeros(LAYOUT.size + 1, np.float32)
    for name, array in zip(pair, (memory[1:], memory[:-1])):
        if name in arguments:
            arguments[name] = array
        else:
            setattr(arguments["adam"], name, array)
    with pytest.raises(UsageError, match="share memory"):
        native.train(LAYOUT, **arguments)
    assert not memory.any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order": np.array([0, 6])}, "found 6 at position 1"),
        ({"order": np.array([-1, 0])}, "found -1 at position 0"),
        ({"order": np.array([], np.int64), "rates": np.zeros(0)}, "at least one"),
        ({"order": np.array([0.5, 1.0])}, "int64 is needed"),
        ({"rates": np.full(3, 1e-2)}, "rates must have shape"),
        ({"rates": np.array([1e-2, np.nan])}, "finite; found nan for update 1"),
        ({"keys": np.zeros(1, np.uint64)}, "keys must have shape"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": 2**40}, "batch_size=1099511627776"),
        ({"threads": 0}, "threads=0"),
        ({"average_keep": 1.5}, "average_keep=1.5"),
        ({"x": [[[1.0, 2.0]]]}, "x must be a NumPy array of numbers; found <class 'list'>"),
        ({"x": np.zeros((6, 4, 2), np.float16)}, "x is float16"),
        ({"x": np.zeros((6, 4, 2), ">f4")}, "x is >f4"),
        ({"y": None}, "y is needed"),
        ({"weights": np.zeros((6, 2, 1), np.float32)}, "weights must have shape"),
        ({"loss": Loss("pinball", levels=(0.1, 0.9))}, "2 quantile levels need a multiple"),
        ({"dropout": 0.5}, "dropout needs a key"),
        ({"warmup": -1}, "warmup=-1"),
    ],
)
def test_what_does_not_fit_a_training_is_named(change, message):
    arguments = job(**change)
    before = arguments["theta"].copy()
    with pytest.raises(UsageError, match=message):
        native.train(LAYOUT, **arguments)
    np.testing.assert_array_equal(arguments["theta"], before)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("beta_1", 1.0), ("beta_2", -0.1), ("epsilon", np.nan), ("clip_norm", -1.0)],
)
def test_a_setting_of_adam_out_of_its_range_is_refused(setting, value):
    theta = np.zeros(LAYOUT.size, np.float32)
    with pytest.raises(UsageError, match=f"{setting}={value}"):
        native.train(LAYOUT, **job(theta=theta, adam=Adam.start(theta, **{setting: value})))


def net(**change):
    sizes = {"inputs": 2, "hidden": 3, "outputs": 1, "layers": 1}
    rest = {"cell": "lstm", "residual": False, "skip": False, "dilations": [1]}
    return _native.Net(**sizes | rest | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": 0}, "inputs=0"),
        ({"hidden": 2**40}, "hidden=1099511627776"),
        ({"outputs": -1}, "outputs=-1"),
        ({"layers": 33, "dilations": [1] * 33}, "33 layers"),
        ({"layers": 2}, "1 dilations were given for 2 layers"),
        ({"dilations": [0]}, "a dilation of 0"),
        ({"dilations": [2**31]}, "a dilation of 2147483648"),
        ({"cell": "rnn"}, 'cell="rnn"'),
    ],
)
def test_a_network_that_cannot_be_is_refused_at_the_compiled_door_too(change, message):
    with pytest.raises(UsageError, match=message):
        net(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "l1"}, 'loss "l1"'),
        ({"kind": "pinball"}, "at least one"),
        ({"levels": [0.5]}, "levels go with the pinball loss"),
        ({"kind": "pinball", "levels": [1.0]}, "a quantile level of 1.0"),
        ({"delta": 0.0}, "delta=0.0"),
        ({"dropout": np.nan}, "dropout=nan"),
    ],
)
def test_an_objective_that_cannot_be_is_refused_at_the_compiled_door_too(change, message):
    with pytest.raises(UsageError, match=message):
        _native.Objective(**{"kind": "mse", "delta": 1.0, "levels": [], "dropout": 0.0} | change)


def test_the_compiled_door_takes_no_state_or_parameters_of_another_shape():
    batch = _native.Batch(np.zeros((2, 4, 2)))
    theta = np.zeros(Layout(2, 3, 1).size)
    right, wrong = np.zeros((1, 2, 3)), np.zeros((1, 1, 3))
    for state in (_native.State(wrong, right), _native.State(right, wrong)):
        with pytest.raises(UsageError, match=r"must have shape \(1, 2, 3\); found \(1, 1, 3\)"):
            _native.forward(net(), theta, batch, state)
    for parameters in (theta[1:], theta[::-1], theta.astype(int)):
        with pytest.raises(UsageError):
            _native.forward(net(), parameters, batch)


@pytest.mark.parametrize("kernel", [native, reference])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_no_samples_have_no_outputs_a_loss_of_zero_and_no_gradient(kernel, cell):
    layout = Layout(2, 5, 3, layers=2, cell=cell)
    theta = np.ones(layout.size)
    x, y = np.zeros((0, 4, 2)), np.zeros((0, 3, 3))
    state = State.zeros(layout, 0, np.float64)
    for before in (None, state):
        run = kernel.forward(layout, theta, x, warmup=1, state=before)
        assert run.outputs.shape == y.shape
        assert run.state.hidden.shape == run.state.cell.shape == (2, 0, 5)
        found = kernel.gradients(layout, theta, x, y, warmup=1, state=before)
        assert found.loss == 0.0
        np.testing.assert_array_equal(found.theta, np.zeros(layout.size))
        assert found.x.shape == x.shape
        assert found.state.hidden.shape == found.final_state.cell.shape == (2, 0, 5)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 2**31, 2), "x has 2147483648 time steps; one run takes up to 134217728"),
        ((1, 2**32 + 3, 2), "x has 4294967299 time steps"),
        ((2**32 + 3, 1, 2), "x has 4294967299 samples"),
    ],
)
def test_a_view_of_more_steps_or_samples_than_a_run_takes_is_refused(shape, message):
    x = np.lib.stride_tricks.as_strided(np.zeros(1), shape, (0, 0, 0))
    theta = np.zeros(LAYOUT.size)
    with pytest.raises(UsageError, match=message):
        native.forward(LAYOUT, theta, x, warmup=shape[1] - 1)
    y = np.lib.stride_tricks.as_strided(np.zeros(1), (shape[0], 1, 1), (0, 0, 0))
    with pytest.raises(UsageError, match=message):
        native.gradients(LAYOUT, theta, x, y, warmup=shape[1] - 1)


def test_more_samples_than_a_run_takes_can_be_trained_on():
    arguments = job(np.float64, warmup=3)
    few = job(np.float64)
    indices = np.array([2**33, 5, 2**40])
    arguments["x"] = np.lib.stride_tricks.as_strided(few["x"][:1], (2**41, 4, 2), (0, 16, 8))
    arguments["y"] = np.lib.stride_tricks.as_strided(few["y"][:1], (2**41, 1, 1), (0, 8, 8))
    arguments["order"], arguments["rates"] = indices, np.full(1, 1e-2)
    native.train(LAYOUT, **arguments)
    few["order"], few["rates"] = np.zeros(3, int), np.full(1, 1e-2)
    native.train(LAYOUT, **few)
    np.testing.assert_array_equal(arguments["theta"], few["theta"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits threads as Linux does")
def test_where_threads_cannot_be_started_fewer_do_all_with_the_same_bits():
    # a user's number of threads does not bind root, so root becomes a user without rights first
    script = textwrap.dedent("""
        import os, resource, sys, threading
        import numpy as np
        from gatecast.kernel import Adam, Layout, native
        layout = Layout(1, 9, 1)
        rng = np.random.default_rng(0)
        x = rng.normal(size=(256, 5, 1)).astype(np.float32)
        y = rng.normal(size=(256, 1, 1)).astype(np.float32)

        def trained(threads):
            theta = np.full(layout.size, 0.1, np.float32)
            native.train(layout, theta, Adam.start(theta), x, y, np.arange(256), np.full(2, 1e-2),
                         batch_size=128, warmup=4, threads=threads)
            outputs = native.forward(layout, theta, x, threads=threads).outputs
            return theta.tobytes() + outputs.tobytes()

        expected = trained(4)
        if os.getuid() == 0:
            os.setuid(54321)
        for limit in (3, 2, 1):
            resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
            assert trained(4) == trained(1) == expected
        try:
            threading.Thread(target=int).start()
        except RuntimeError:
            print("the same bits")
        else:
            sys.exit("threads are not limited here")
    """)
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=100,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    if "threads are not limited here" in ran.stderr:
        pytest.skip("this system does not limit threads")
    assert ran.stdout == "the same bits\n", ran.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"at": np.array([2])}, "from the farthest lag, 3"),
        ({"at": np.array([20])}, "to 19; found 20"),
        ({"at": np.array([5.0])}, "at must be int64"),
        ({"at": np.array([[5]])}, "one axis"),
        ({"lags": np.array([0])}, "lags must be 1"),
        ({"lags": np.array([2**62])}, "lags must be 1"),
        ({"lags": np.array([0.5])}, "lags"),
        ({"own": 3}, "own=3"),
        ({"own": -1}, "own=-1"),
        ({"scales": np.ones(19, np.float32)}, "scales must have shape"),
        ({"values": np.ones(20)}, "values must be float32"),
        ({"inputs": np.ones((19, 2), np.float32)}, "20 steps"),
        ({"inputs": np.ones((20, 4), np.float32)[:, ::2]}, "contiguous"),
        ({"inputs": None}, "NumPy array"),
    ],
)
def test_inputs_with_lags_are_read_within_the_series(change, sentence):
    arguments = {
        "inputs": np.ones((20, 2), np.float32), "values": np.arange(20, dtype=np.float32),
        "scales": np.full(20, 2, np.float32), "at": np.array([3, 19]), "lags": np.array([1, 3]),
        "own": 1, "limit": 8.0,
    }  # fmt: skip
    laid = native.lagged_inputs(**arguments)
    np.testing.assert_array_equal(laid, [[1, -0.5, -1.5, 1]] * 2)
    with pytest.raises(UsageError, match=sentence):
        native.lagged_inputs(**arguments | change)
