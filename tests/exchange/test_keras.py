"""Keras' files: what Keras 3 has written and computed is in tests/recorded/exchange."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gatecast.errors import MissingExtraError, ModelFileError, NotFoundError, UsageError
from gatecast.exchange import from_keras, to_keras
from gatecast.kernel import Layout
from gatecast.network import Network
from gatecast.network.parameters import initialise

h5py = pytest.importorskip("h5py", reason="needs the extra [keras]")
RECORDED = Path(__file__).parents[1] / "recorded" / "exchange"
FILES = sorted(path for path in RECORDED.iterdir() if path.name.startswith("keras"))
TOLERANCE = {np.dtype(np.float32): 1e-6, np.dtype(np.float64): 1e-12}


@pytest.fixture(scope="module")
def outputs():
    return dict(np.load(RECORDED / "outputs.npz"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_model_computes_what_keras_recorded(path, outputs):
    network = from_keras(path)
    key = path.name.removesuffix(".keras").removesuffix(".weights.h5")
    x, y = outputs[f"{key}.x"], outputs[f"{key}.y"]
    assert network.theta.dtype == x.dtype
    result = network.run(x)[0] if y.ndim == 3 else network.predict(x)
    assert np.abs(result - y).max() <= TOLERANCE[x.dtype]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_there_and_back_the_parameters_are_the_same(path, ending, tmp_path):
    network = from_keras(path)
    to_keras(network, tmp_path / f"there{ending}")
    back = from_keras(tmp_path / f"there{ending}")
    assert back.layout == network.layout
    assert (back.theta == network.theta).all()


def test_a_file_that_is_written_has_the_arrays_where_keras_puts_them(tmp_path):
    for name in ("sequence", "gru"):
        theirs = RECORDED / f"keras-{name}-float64.weights.h5"
        to_keras(from_keras(theirs), tmp_path / "ours.weights.h5")
        with h5py.File(theirs) as one, h5py.File(tmp_path / "ours.weights.h5") as other:
            every: list[str] = []
            other.visit(every.append)
            places = [place for place in every if hasattr(other[place], "shape")]
            assert len(places) == 8
            for place in places:
                there = place.replace("layers/dense/", "layers/time_distributed/layer/")
                there = place if there not in one else there
                if name == "gru":  # ours are as wide as the widest, and hold the sum of two biases
                    assert one[place].ndim == other[place].ndim
                else:
                    assert (one[there][()] == other[place][()]).all()


def test_the_same_network_is_the_same_file(tmp_path):
    network = from_keras(FILES[0])
    for name in ("a.keras", "b.keras"):
        to_keras(network, tmp_path / name)
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


def test_units_that_fill_a_narrow_layer_up_stay_at_zero(outputs):
    network = from_keras(RECORDED / "keras-prices-float32.keras")
    assert network.layout == Layout(1, 6, 1, layers=2)
    trace = network.trace(outputs["keras-prices-float32.x"])
    assert not trace[:, :, 1, 4:, 4:].any()  # cell and hidden state of the two further units
    assert trace[:, :, 1, 4:, :4].any()


# ------------------------------------------------------------------------------- what is refused


def changed(tmp_path, change, name="prices"):
    """A file of Keras whose config.json was changed."""
    path = tmp_path / "changed.keras"
    with zipfile.ZipFile(RECORDED / f"keras-{name}-float32.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(parts["config.json"])
    change(document)
    parts["config.json"] = json.dumps(document)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def setting(layer, **values):
    def change(document):
        document["config"]["layers"][layer]["config"].update(values)

    return change


def first(name):
    """Put the first of a kind before all others."""

    def change(document):
        layers = document["config"]["layers"]
        place = next(i for i, layer in enumerate(layers) if layer["class_name"] == name)
        layers.insert(1, layers.pop(place))

    return change


def kind(layer, name):
    def change(document):
        document["config"]["layers"][layer]["class_name"] = name

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (setting(1, recurrent_dropout=0.2), "recurrent_dropout=0.2"),
        (setting(1, activation="relu"), "activation=relu; only activation=tanh"),
        (setting(1, recurrent_activation="hard_sigmoid"), "only recurrent_activation=sigmoid"),
        (setting(3, go_backwards=True), "go_backwards=True"),
        (setting(4, activation="relu"), "only activation=linear"),
        (setting(4, activation={"class_name": "LeakyReLU"}), "activation=LeakyReLU"),
        (kind(1, "Bidirectional"), 'of "changed.keras" is of the kind Bidirectional'),
        (kind(2, "RepeatVector"), "RepeatVector"),
        (first("Dense"), "of the kind Dense, is not where it can be carried"),
        (lambda document: document.update(class_name="Mine"), "the class Mine"),
        (lambda document: document["config"]["layers"].pop(), None),
        (lambda document: document["config"].pop("layers"), "not a file as Keras 3 saves one"),
    ],
)
def test_what_cannot_be_carried_is_said(tmp_path, change, words):
    path = changed(tmp_path, change)
    if words is None:  # without its last Dense layer it has another width, and no fault
        assert from_keras(path).layout.outputs == 5
        return
    with pytest.raises(ModelFileError, match=words) as caught:
        from_keras(path)
    assert caught.value.message.id.startswith("exchange.")
    assert caught.value.text("zh") != str(caught.value)


def test_a_gru_of_keras_1_is_refused(tmp_path):
    path = changed(tmp_path, setting(1, reset_after=False), "gru")
    with pytest.raises(ModelFileError, match="reset_after=False; only reset_after=True"):
        from_keras(path)


def test_a_graph_with_branches_is_refused(tmp_path):
    def change(document):
        nodes = document["config"]["layers"][2]["inbound_nodes"]
        nodes[0]["args"][0]["config"]["keras_history"][0] = "input_layer_9"

    with pytest.raises(ModelFileError, match="does not take the output of the layer before it"):
        from_keras(changed(tmp_path, change, "functional"))


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(NotFoundError):
        from_keras(tmp_path / "no.keras")
    with pytest.raises(UsageError, match=r"older \.h5"):
        from_keras(tmp_path / "old.h5")
    whole = (RECORDED / "keras-prices-float32.keras").read_bytes()
    for name, data in {
        "a.keras": b"", "b.keras": whole[: len(whole) // 2], "c.keras": b"PK" + whole[2:-9],
        "a.weights.h5": whole, "b.weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(99),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ModelFileError):
            from_keras(tmp_path / name)


def weights(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name.replace("__", "/")] = array


def test_weights_without_their_settings_are_read_with_care(tmp_path):
    path = tmp_path / "a.weights.h5"
    lstm = {"layers__lstm__cell__vars__0": np.ones((1, 8)),
            "layers__lstm__cell__vars__1": np.ones((2, 8))}  # fmt: skip
    dense = {"layers__dense__vars__0": np.ones((2, 1))}
    weights(path, **lstm, **dense)
    assert from_keras(path).layout == Layout(1, 2, 1)  # without biases
    more = {"layers__dense_1__vars__0": np.ones((1, 1))}
    refused = [
        ({**lstm, **dense, **more}, "layers/dense_1"),
        ({**lstm}, "a linear layer on top"),
        ({**dense}, "at least one LSTM"),
        ({**lstm, "layers__dense__vars__0": np.ones((3, 1))}, "kernel of \"dense\".*shape"),
        ({**lstm, "layers__dense__vars__0": np.full((2, 1), np.nan)}, "NaN or infinite"),
        ({**lstm, "layers__dense__vars__0": np.ones((2, 1), np.float16)}, "float16"),
        ({**lstm, **dense, "layers__conv1d__vars__0": np.ones(3)}, "layers/conv1d"),
    ]  # fmt: skip
    for arrays, words in refused:
        path.unlink()
        weights(path, **arrays)
        with pytest.raises(ModelFileError, match=words):
            from_keras(path)


def test_arrays_that_lie_elsewhere_or_are_out_of_proportion_are_not_read(tmp_path):
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers"] = h5py.ExternalLink("other.h5", "/layers")
    with pytest.raises(ModelFileError, match="is a link"):
        from_keras(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/lstm/cell/vars/0", (10**6, 10**6), "f4", chunks=True)
    with pytest.raises(ModelFileError, match="is not within the file"):
        from_keras(path)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", bytes(10**7))
        archive.writestr("model.weights.h5", b"")
    (tmp_path / "bomb.keras").write_bytes(bomb.getvalue())
    with pytest.raises(ModelFileError, match="would be 10000000 bytes"):
        from_keras(tmp_path / "bomb.keras")


def test_lstm_and_gru_in_one_network_are_refused(tmp_path):
    path = tmp_path / "a.weights.h5"
    weights(
        path, layers__gru__cell__vars__0=np.ones((2, 6)),
        layers__gru__cell__vars__1=np.ones((2, 6)), layers__lstm_1__cell__vars__0=np.ones((2, 8)),
        layers__lstm_1__cell__vars__1=np.ones((2, 8)), layers__dense__vars__0=np.ones((2, 1)),
    )  # fmt: skip
    with pytest.raises(ModelFileError, match="has both LSTM and GRU layers"):
        from_keras(path)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"residual": True, "layers": 2}, "residual layers"),
        ({"dilations": (1, 2), "layers": 2}, "dilated layers"),
        ({"skip": True}, "a skip path from its inputs"),
    ],
)
def test_a_network_that_keras_has_no_layers_for_is_not_written(tmp_path, more, words):
    layout = Layout(2, 3, 1, **more)
    network = Network(layout, initialise(layout, np.random.default_rng(0)))
    with pytest.raises(UsageError, match=f"{words}, which no layer of Keras has"):
        to_keras(network, tmp_path / "a.keras")
    assert not list(tmp_path.iterdir())


def test_without_h5py_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"gatecast\[keras\]\""):
        from_keras(FILES[0])
