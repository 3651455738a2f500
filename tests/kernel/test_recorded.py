"""What PyTorch and Keras computed, replayed; tests/recorded/record.py says how it was recorded."""

from pathlib import Path

import numpy as np
import pytest

from gatecast.kernel import Adam, Layout, State, native, reference

RECORDED = Path(__file__).parents[1] / "recorded"
# layout, warm-up; as in record.py
CASES = {
    "small": (Layout(3, 6, 2), 6),
    "stacked": (Layout(3, 6, 2, layers=2), 6),
    "sequence": (Layout(2, 5, 3, layers=2), 3),
    "tutorial": (Layout(1, 24, 1), 0),
    "look_back": (Layout(1, 24, 1), 9),
    "gru": (Layout(3, 6, 2, layers=2, cell="gru"), 2),
}
FILES = sorted(RECORDED.glob("*.npz"))


@pytest.fixture(params=["reference", *native.simd_levels()])
def kernel(request):
    """The twin, and the native kernel on each SIMD level of this machine."""
    if request.param == "reference":
        yield reference
        return
    best = native.simd_level()
    native._native.use_level(request.param)
    yield native
    native._native.use_level(best)


def test_every_case_was_recorded():
    names = {f"{f}-{c}-{d}" for f in ("torch", "keras") for c in CASES for d in (32, 64)}
    assert {path.stem.replace("float", "") for path in FILES} == names


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_forward_gradients_and_ten_updates_agree(kernel, path):
    layout, warmup = CASES[path.stem.split("-")[1]]
    recorded = dict(np.load(path))
    theta, x, y = recorded["theta"], recorded["x"], recorded["y"]
    tolerance = 1e-10 if theta.dtype == np.float64 else 1e-6
    state = State(recorded["hidden"], recorded["cell"]) if "hidden" in recorded else None

    def agree(ours, name):
        theirs = recorded[name]
        assert np.abs(ours - theirs).max() <= tolerance * max(1.0, np.abs(theirs).max()), name

    run = kernel.forward(layout, theta, x, state=state, warmup=warmup)
    agree(run.outputs, "outputs")
    found = kernel.gradients(layout, theta, x, y, state=state, warmup=warmup)
    agree(found.loss, "loss")
    agree(found.theta, "d_theta")
    if state is not None:
        agree(found.x, "d_x")
        agree(found.state.hidden, "d_hidden")
        agree(found.state.cell, "d_cell")
        agree(run.state.hidden, "final_hidden")
        agree(run.state.cell, "final_cell")

    adam = Adam.start(theta, epsilon=float(recorded["epsilon"]))
    losses = []
    for rate in recorded["rates"]:
        # the recorded updates all start from the same state, so each gets a copy to carry on
        carried = None if state is None else State(*(a.copy() for a in state))
        losses.append(
            kernel.train(
                layout, theta, adam, x, y, np.arange(len(x)), np.array([rate]),
                batch_size=len(x), warmup=warmup, state=carried,
            ).losses.item()
        )  # fmt: skip
    agree(np.array(losses), "losses")
    agree(theta, "trained")
