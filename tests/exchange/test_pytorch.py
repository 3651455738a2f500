"""PyTorch's parameters: what it has written and computed is in tests/recorded/exchange."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gatecast.errors import ModelFileError, NotFoundError, UsageError
from gatecast.exchange import from_pytorch, to_pytorch
from gatecast.kernel import Layout
from gatecast.network import Network
from gatecast.network.parameters import initialise

RECORDED = Path(__file__).parents[1] / "recorded" / "exchange"
FILES = sorted(RECORDED.glob("torch*"))
TOLERANCE = {np.dtype(np.float32): 1e-6, np.dtype(np.float64): 1e-12}


@pytest.fixture(scope="module")
def outputs():
    return dict(np.load(RECORDED / "outputs.npz"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_module_computes_what_pytorch_recorded(path, outputs):
    network = from_pytorch(path)
    x, y = outputs[f"{path.stem}.x"], outputs[f"{path.stem}.y"]
    assert network.theta.dtype == x.dtype
    assert np.abs(network.run(x)[0] - y).max() <= TOLERANCE[x.dtype]
    assert np.abs(network.predict(x) - y[:, -1]).max() <= TOLERANCE[x.dtype]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_there_and_back_the_parameters_are_the_same(path, tmp_path):
    network = from_pytorch(path)
    to_pytorch(network, tmp_path / "there.safetensors", recurrent="rnn", linear="fc")
    back = from_pytorch(tmp_path / "there.safetensors")
    assert back.layout == network.layout
    assert (back.theta == network.theta).all()
    ours, theirs = load_file(tmp_path / "there.safetensors"), load_file(path)
    for name, array in theirs.items():
        assert ours[name].shape == array.shape
        if "bias" not in name:
            assert (ours[name] == array).all()
        elif name.endswith("_l0") and "ih" in name and "lstm" in path.stem:
            both = array + theirs[name.replace("ih", "hh")]
            assert (ours[name] == both).all()


def parameters(**more):
    return {
        "lstm.weight_ih_l0": np.ones((8, 1)), "lstm.weight_hh_l0": np.ones((8, 2)),
        "fc.weight": np.ones((1, 2)), "fc.bias": np.ones(1), **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (parameters(**{"lstm.weight_ih_l0_reverse": np.ones((8, 1))}), "l0_reverse"),
        (parameters(**{"lstm.weight_hr_l0": np.ones((8, 1))}), "weight_hr_l0"),
        (parameters(**{"conv.weight": np.ones((2, 2, 2))}), "conv.weight"),
        (parameters(**{"norm.weight": np.ones(2)}), "norm.weight"),
        (parameters(**{"out.weight": np.ones((1, 1))}), '"fc" and "out"'),
        (
            parameters(
                **{"b.weight_ih_l0": np.ones((8, 2)), "b.weight_hh_l0": np.ones((8, 2))}
            ),
            '"b" and "lstm".*in which order',
        ),
        (parameters(**{"lstm.weight_ih_l1": np.ones((8, 2))}), "lacks the parameter weight_hh"),
        (parameters(**{"lstm.weight_hh_l0": np.ones((2, 2))}), "has shape"),  # an nn.RNN
        (parameters(**{"fc.weight": np.ones((1, 3))}), "has shape"),
        (parameters(**{"fc.bias": np.array([np.inf])}), "NaN or infinite"),
        ({"fc.weight": np.ones((1, 2))}, "at least one LSTM or GRU"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_said(tmp_path, arrays, words):
    save_file(arrays, tmp_path / "a.safetensors")
    with pytest.raises(ModelFileError, match=words) as caught:
        from_pytorch(tmp_path / "a.safetensors")
    assert caught.value.message.id.startswith("exchange.")


def test_biases_may_be_missing(tmp_path):
    arrays = parameters()
    del arrays["fc.bias"]
    save_file(arrays, tmp_path / "a.safetensors")
    network = from_pytorch(tmp_path / "a.safetensors")
    assert network.layout == Layout(1, 2, 1)
    views = network.layout.views(network.theta)
    assert not views["layer0.bias"].any()
    assert not views["head.bias"].any()


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(NotFoundError):
        from_pytorch(tmp_path / "no.safetensors")
    for data in (b"", b"\x80\x04pickle", FILES[0].read_bytes()[:-3]):
        (tmp_path / "a.pt").write_bytes(data)
        with pytest.raises(ModelFileError, match=r"not with torch\.save"):
            from_pytorch(tmp_path / "a.pt")


def test_a_network_that_pytorch_has_no_module_for_is_not_written(tmp_path):
    layout = Layout(2, 3, 1, skip=True)
    network = Network(layout, initialise(layout, np.random.default_rng(0)))
    with pytest.raises(UsageError, match="a skip path from its inputs, which no layer of PyTorch"):
        to_pytorch(network, tmp_path / "a.safetensors")
    plain = Network(Layout(2, 3, 1), initialise(Layout(2, 3, 1), np.random.default_rng(0)))
    with pytest.raises(UsageError, match='both modules were to be called "rnn"'):
        to_pytorch(plain, tmp_path / "a.safetensors", recurrent="rnn", linear="rnn")
    assert not list(tmp_path.iterdir())
