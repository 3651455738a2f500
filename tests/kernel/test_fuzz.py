"""Calls of the native door at random, right and wrong ones.

What is right agrees with the NumPy twin, what is wrong is refused before anything changes, and the
NaN that stands around every array in its memory is neither read nor written. ``make fuzz`` makes
many more of these calls with the kernel compiled under ASan, UBSan and TSan.
"""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatecast.errors import UsageError
from gatecast.kernel import Adam, Layout, Loss, State, _native, native, reference

CALLS = int(os.environ.get("GATECAST_FUZZ_CALLS", "200"))
LOSSES = [Loss(), Loss("mae"), Loss("huber", delta=0.3), Loss("pinball", levels=(0.1, 0.7))]


class Memory:
    """Hands out arrays with NaN around them, and looks after the NaN."""

    def __init__(self, rng, margin):
        self.rng, self.margin, self.wholes = rng, margin, []

    def array(self, shape, dtype, scale=1.0):
        """Contiguous, of normal values."""
        size = int(np.prod(shape))
        whole = np.full(size + 2 * self.margin, np.nan, dtype)
        inside = whole[self.margin : self.margin + size]
        inside[:] = self.rng.normal(size=size) * scale
        self.wholes.append((whole, size))
        return inside.reshape(shape)

    def view(self, shape, dtype, kind):
        """Of the strides of a kind: what is read may lie anyhow."""
        if kind == "every other":
            wide = self.array((*shape[:-1], 2 * shape[-1]), dtype)
            wide[..., 1::2] = np.nan
            return wide[..., ::2]
        if kind == "transposed":
            return self.array(shape[::-1], dtype).T
        if kind == "reversed":
            return self.array(shape, dtype)[::-1, ::-1, ::-1]
        if kind == "one for all":
            return np.broadcast_to(self.array((1, *shape[1:]), dtype), shape)
        return self.array(shape, dtype)

    def is_whole(self):
        return all(
            np.isnan(whole[: self.margin]).all() and np.isnan(whole[self.margin + size :]).all()
            for whole, size in self.wholes
        )


KINDS = st.sampled_from(["contiguous", "every other", "transposed", "reversed", "one for all"])


@st.composite
def layouts(draw):
    layers = draw(st.integers(1, 3))
    dilations = draw(st.lists(st.integers(1, 4), min_size=layers, max_size=layers))
    return Layout(
        draw(st.integers(1, 6)), draw(st.one_of(st.integers(1, 9), st.integers(1, 40))),
        draw(st.integers(1, 4)), layers, draw(st.sampled_from(["lstm", "gru"])),
        draw(st.booleans()), tuple(dilations), draw(st.booleans()),
    )  # fmt: skip


@st.composite
def calls(draw):
    """A right call: the name of the function, its arguments, and their memory."""
    function = draw(st.sampled_from(["forward", "gradients", "train"]))
    layout, dtype = draw(layouts()), draw(st.sampled_from([np.float32, np.float64]))
    memory = Memory(
        np.random.default_rng(draw(st.integers(0, 999))), draw(st.sampled_from([0, 64]))
    )
    loss = draw(st.sampled_from(LOSSES))
    if layout.outputs % loss.quantiles:
        loss = LOSSES[0]
    B = draw(st.one_of(st.integers(0, 9), st.integers(0, 70)))
    T = draw(st.integers(1, 6))
    warmup = draw(st.integers(0, T - 1))
    batch = draw(st.integers(1, 80)) if function == "train" else B
    arguments = {
        "layout": layout,
        "theta": memory.array(layout.size, dtype, 1 / np.sqrt(layout.hidden + layout.inputs)),
        "x": memory.view((B, T, layout.inputs), dtype, draw(KINDS)),
        "warmup": warmup,
        "threads": draw(st.integers(1, 5)),
    }
    if draw(st.booleans()):
        shape = (layout.state_rows, batch, layout.hidden)
        arguments["state"] = State(memory.array(shape, dtype, 0.3), memory.array(shape, dtype, 0.3))
        if layout.cell == "gru":
            arguments["state"].cell[:] = 0
    if function == "forward":
        return function, arguments | {"trace": draw(st.booleans())}, memory
    shape = (B, T - warmup, layout.outputs // loss.quantiles)
    arguments |= {"y": memory.view(shape, dtype, draw(KINDS)), "loss": loss}
    arguments |= {"dropout": draw(st.sampled_from([0.0, 0.5]))}
    if draw(st.booleans()):
        arguments["weights"] = np.abs(memory.view(shape, dtype, draw(KINDS)))
    if function == "gradients":
        return function, arguments | {"key": draw(st.integers(0, 2**64 - 1))}, memory
    return function, arguments | training(draw, memory, layout, dtype, max(B, 1), batch), memory


def training(draw, memory, layout, dtype, samples, batch):
    """The rest of a training's arguments."""
    order = np.array(draw(st.lists(st.integers(0, samples - 1), min_size=1, max_size=100)))
    updates = -(-len(order) // batch)
    adam = Adam(
        memory.array(layout.size, dtype, 0.01), np.abs(memory.array(layout.size, dtype, 0.01)),
        memory.array(2, np.float64), weight_decay=draw(st.sampled_from([0.0, 0.1])),
        clip_norm=draw(st.sampled_from([0.0, 0.5])),
    )  # fmt: skip
    adam.second = memory.array(layout.size, dtype)
    np.abs(adam.second, out=adam.second)
    adam.powers[:] = 0.5
    arguments = {"adam": adam, "order": order, "rates": np.full(updates, 1e-3)}
    arguments |= {"keys": np.arange(updates, dtype=np.uint64), "batch_size": batch}
    if draw(st.booleans()):
        arguments |= {"average": memory.array(layout.size, dtype), "average_keep": 0.9}
    return arguments


def in_place(arguments):
    """Arrays that a training changes."""
    adam, state = arguments["adam"], arguments.get("state") or ()
    average = [arguments["average"]] if "average" in arguments else []
    return [arguments["theta"], adam.first, adam.second, adam.powers, *state, *average]


def copies(arguments):
    """The same arguments in float64 and in memory of their own, for the twin."""

    def copy(value):
        if isinstance(value, Adam):
            arrays = {name: copy(value) for name, value in vars(value).items()}
            return Adam(**arrays)
        if isinstance(value, State):
            return State(*map(copy, value))
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return np.array(value, np.float64)
        return value

    return {name: copy(value) for name, value in arguments.items()}


def close(ours, twin, dtype):
    tolerance = 1e-9 if dtype == np.float64 else 2e-3
    for one, other in zip(ours, twin):
        if one is not None and np.size(one):
            size = max(1.0, np.abs(other).max())
            assert np.abs(one - other).max() <= tolerance * size


@pytest.fixture
def level():
    best = native.simd_level()
    yield
    native._native.use_level(best)


FUZZ = settings(
    max_examples=CALLS, deadline=None, derandomize=CALLS == 200, print_blob=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.slow
@FUZZ
@given(call=calls(), simd=st.sampled_from(native.simd_levels()))
def test_a_right_call_agrees_with_the_twin(level, call, simd):
    function, arguments, memory = call
    native._native.use_level(simd)
    if function == "train" and not len(arguments["x"]):
        with pytest.raises(UsageError, match="indices of the 0 samples"):
            native.train(**arguments)
        return
    theta, twin = arguments["theta"], copies(arguments)
    ours = getattr(native, function)(**arguments)
    theirs = getattr(reference, function)(**twin)
    assert memory.is_whole()
    if function == "forward":
        close((ours.outputs, *ours.state, ours.trace),
              (theirs.outputs, *theirs.state, theirs.trace), theta.dtype)  # fmt: skip
    elif function == "gradients":
        close((ours.loss, ours.theta, ours.x, *ours.state, *ours.final_state),
              (theirs.loss, theirs.theta, theirs.x, *theirs.state, *theirs.final_state),
              theta.dtype)  # fmt: skip
    else:
        assert ours.updates == theirs.updates == -(-len(twin["order"]) // twin["batch_size"])
        if theta.dtype == np.float64:  # Adam makes much of the rounding of a tiny gradient
            close(
                (ours.losses, *in_place(arguments)), (theirs.losses, *in_place(twin)), theta.dtype
            )


def wrong_shape(array, draw):
    """One more axis, one axis less, or another length of one."""
    kind = draw(st.sampled_from(["more axes", "fewer axes", "longer", "shorter"]))
    if kind == "more axes":
        return array[np.newaxis]
    if kind == "fewer axes":
        return array.ravel() if array.ndim > 1 else np.zeros((), array.dtype)
    last = array.shape[-1]
    if kind == "shorter":
        return array[..., : last - 1].copy()
    return np.concatenate([array, array[..., :1]], axis=-1)


def wrong_type(array, draw):
    types = ["f2", "f4", "f8", ">f4", "i4", "i8", "c8", "?", "O", "M8[s]"]
    return array.astype(draw(st.sampled_from([t for t in types if np.dtype(t) != array.dtype])))


def not_an_array(_, draw):
    return draw(st.sampled_from([None, 1.5, "x", b"", [], object()]))


def scattered(array, _):
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def fixed(array, _):
    array = array.copy()
    array.flags.writeable = False
    return array


def off_a_byte(array, _):
    raw = np.zeros(array.nbytes + 1, np.uint8)
    return np.ndarray(array.shape, array.dtype, raw[1:].data)


NUMBERS = {
    "warmup": [-1, 6, 2**31, 2**62, -(2**62)],
    "threads": [0, -1, -(2**62)],
    "batch_size": [0, -1, 2**31, 2**62],
    "dropout": [-0.1, 1.0, np.nan, np.inf],
    "average_keep": [-0.1, 1.1, np.nan],
    "order": [[-1], [2**40], [], [[0]], [0.5]],
    "rates": [[np.nan], [], [1e-3] * 101, [[1e-3]]],
    "keys": [[], [1] * 101, [0.5], [[1]]],
}


def spoil(draw, function, arguments):
    """Make one argument wrong; say which."""
    numbers = [name for name in NUMBERS if name in arguments]
    if "average" not in arguments and "average_keep" in numbers:
        numbers.remove("average_keep")
    arrays = ["theta", "x"] + [
        name for name in ("y", "state.hidden") if name.split(".")[0] in arguments
    ]
    if function == "train":
        arrays += ["adam.first", "adam.second", "adam.powers"]
        arrays += ["average"] if "average" in arguments else []
    name = draw(st.sampled_from(numbers + arrays))
    if name in numbers:
        arguments[name] = draw(st.sampled_from(NUMBERS[name]))
        return
    ways = [wrong_shape, wrong_type, not_an_array]
    if function == "train" and name not in ("x", "y"):
        ways += [scattered, fixed, off_a_byte]
    way = draw(st.sampled_from(ways))
    if name == "state.hidden":
        arguments["state"] = State(way(arguments["state"].hidden, draw), arguments["state"].cell)
    elif name.startswith("adam."):
        field = name.split(".")[1]
        setattr(arguments["adam"], field, way(getattr(arguments["adam"], field), draw))
    else:
        spoilt = way(arguments[name], draw)
        # no average at all is right
        arguments[name] = 1.5 if name == "average" and spoilt is None else spoilt


@pytest.mark.slow
@FUZZ
@given(call=calls(), data=st.data())
def test_a_wrong_call_is_refused_and_changes_nothing(call, data):
    function, arguments, memory = call
    before = [whole.copy() for whole, _ in memory.wholes]
    spoil(data.draw, function, arguments)
    with pytest.raises(UsageError):
        getattr(native, function)(**arguments)
    for (whole, _), kept in zip(memory.wholes, before):
        np.testing.assert_array_equal(whole, kept)


@pytest.mark.slow
@FUZZ
@given(data=st.data())
def test_inputs_with_lags_agree_with_the_twin_or_are_refused(data):
    draw, rng = data.draw, np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    memory = Memory(rng, draw(st.integers(1, 40)))
    total, width, n = draw(st.integers(0, 40)), draw(st.integers(0, 4)), draw(st.integers(0, 30))
    lags = draw(st.lists(st.integers(1, 30), max_size=12).map(sorted))
    values = memory.array((total,), np.float32)
    values[rng.random(total) < 0.1] = np.nan
    inputs = memory.array((total, width), np.float32)
    scales = np.abs(memory.array((total,), np.float32))
    own = draw(st.integers(0, width))
    first = draw(st.integers(-1, 1)) + max(lags, default=0)
    at = rng.integers(first, max(first, total - 1) + 1, n)
    there = (at >= max(lags, default=0)) & (at >= 0) & (at < total)
    given = {"lags": np.array(lags, np.int64), "own": own, "limit": 2.0}
    if not there.all() or max(lags, default=0) > total:
        with pytest.raises(UsageError, match="must"):
            native.lagged_inputs(inputs, values, scales, at, **given)
        return
    with np.errstate(all="ignore"):
        known = reference.lagged_inputs(inputs, values, scales, at, **given)
    np.testing.assert_array_equal(native.lagged_inputs(inputs, values, scales, at, **given), known)
    assert memory.is_whole()


SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
ANYTHING = st.one_of(
    st.tuples(SHAPES, st.sampled_from(["f4", "f8", "i8", "u8", "f2"]), st.integers(-9, 9)).map(
        lambda p: (
            np.lib.stride_tricks.as_strided(
                np.ones(80, p[1])[40:], p[0], [p[2] * np.dtype(p[1]).itemsize] * len(p[0])
            )
            if abs(p[2]) * 3 * len(p[0]) < 40
            else np.ones(p[0], p[1])
        )
    ),
    st.sampled_from([(1, 2**31, 1), (2**40, 1, 1), (1, 1, 2**33), (2**20, 2**20, 1)]).map(
        lambda shape: np.lib.stride_tricks.as_strided(np.ones(1), shape, (0, 0, 0))
    ),
    st.none(),
)
WHOLE = st.one_of(st.integers(-2, 4), st.integers(-(2**63), 2**63 - 1))
REAL = st.one_of(st.floats(-1, 2), st.floats())


@pytest.mark.slow
@FUZZ
@given(data=st.data())
def test_the_compiled_door_takes_anything_and_holds(data):
    """No answer is known here; the sanitizers look on, and every error is one that is meant."""
    draw = data.draw
    array = lambda: draw(ANYTHING)  # noqa: E731
    try:
        net = _native.Net(
            inputs=draw(WHOLE), hidden=draw(WHOLE), outputs=draw(WHOLE), layers=draw(WHOLE),
            cell=draw(st.sampled_from(["lstm", "gru", ""])), residual=draw(st.booleans()),
            skip=draw(st.booleans()), dilations=draw(st.lists(WHOLE, max_size=3)),
        )  # fmt: skip
    except UsageError:
        net = _native.Net(
            inputs=1, hidden=1, outputs=1, layers=1, cell="lstm", residual=False, skip=False,
            dilations=[1],
        )  # fmt: skip
    try:
        theta = np.ones(14, draw(st.sampled_from(["f4", "f8"]))) if draw(st.booleans()) else array()
        batch = _native.Batch(array(), array(), array(), warmup=draw(WHOLE))
        objective = _native.Objective(
            kind=draw(st.sampled_from(["mse", "pinball", "huber", ""])), delta=draw(REAL),
            levels=draw(st.lists(REAL, max_size=2)), dropout=draw(REAL),
        )  # fmt: skip
        state = _native.State(array(), array()) if draw(st.booleans()) else None
        if draw(st.booleans()):
            _native.forward(net, theta, batch, state, trace=True, threads=draw(WHOLE))
        if draw(st.booleans()):
            _native.gradients(net, theta, batch, objective, 3, state, threads=draw(WHOLE))
        adam = _native.AdamState(
            first=array(), second=array(), powers=array(), beta_1=draw(REAL), beta_2=draw(REAL),
            epsilon=draw(REAL), weight_decay=draw(REAL), clip_norm=draw(REAL),
        )  # fmt: skip
        plan = _native.Plan(array(), array(), array(), batch_size=draw(WHOLE))
        _native.train(net, theta, adam, batch, objective, plan, state, threads=draw(WHOLE))
    except (UsageError, MemoryError):
        pass
