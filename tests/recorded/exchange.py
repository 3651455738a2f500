"""Record files of Keras and PyTorch, with what their models compute; and check those we write.

Run it where both are installed, with gatecast's own dependencies and h5py::

    pip install torch keras tensorflow-cpu h5py safetensors .
    python tests/recorded/exchange.py

Keras computes on TensorFlow: elsewhere its Dense layers round float64 to float32.

It writes ``exchange/``, then has Keras and PyTorch load what gatecast writes, and compares. The
replay (tests/exchange) needs neither.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import torch
from keras import layers
from safetensors.torch import load_file, save_file

from gatecast.exchange import from_keras, from_pytorch, to_keras, to_pytorch

HERE = Path(__file__).parent / "exchange"
#: name: steps, features, layers of Keras. The first is the tutorial's; the second the one of
#: every second notebook on share prices, whose widths differ and whose Dense layers are linear.
KERAS = {
    "tutorial": (1, 1, [("LSTM", 50), ("Dense", 1)]),
    "prices": (8, 1, [("LSTM", 6), ("Dropout", 0.2), ("LSTM", 4), ("Dense", 5), ("Dense", 1)]),
    "sequence": (7, 3, [("LSTM", 5), ("LSTM", 5), ("TimeDistributed", 2)]),
    "gru": (6, 2, [("GRU", 5), ("GRU", 3), ("Dense", 2)]),
    "no_bias": (6, 2, [("LSTM", 4), ("Dense", 2)]),
    "functional": (5, 2, [("GRU", 4), ("Dense", 3)]),
}
#: name: kind, features, hidden, layers, outputs
TORCH = {
    "lstm": ("LSTM", 2, 5, 2, 3),
    "gru": ("GRU", 2, 5, 2, 3),
    "no_bias": ("GRU", 1, 4, 1, 1),
}


def keras_model(name: str) -> keras.Model:
    """Make a model of Keras whose weights are all drawn."""
    steps, features, listed = KERAS[name]
    made = [keras.Input((steps, features))]
    recurrent = [kind for kind, _ in listed if kind in ("LSTM", "GRU")]
    every = listed[-1][0] == "TimeDistributed"
    for i, (kind, value) in enumerate(listed):
        if kind == "TimeDistributed":
            made.append(layers.TimeDistributed(layers.Dense(value)))
        elif kind in ("LSTM", "GRU"):
            later = [k for k, _ in listed[i + 1 :] if k in ("LSTM", "GRU")]
            bias = {"use_bias": name != "no_bias"}
            made.append(getattr(layers, kind)(value, return_sequences=every or bool(later), **bias))
        else:
            made.append(getattr(layers, kind)(value))
    assert recurrent
    if name == "functional":
        signal = made[0]
        for layer in made[1:]:
            signal = layer(signal)
        model = keras.Model(made[0], signal)
    else:
        model = keras.Sequential(made)
    rng = np.random.default_rng(len(name))
    model.set_weights([rng.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return model


class Module(torch.nn.Module):
    """An nn.LSTM or nn.GRU under an nn.Linear."""

    def __init__(self, kind: str, features: int, hidden: int, count: int, outputs: int, bias: bool):
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(features, hidden, count, bias=bias, batch_first=True)
        self.fc = torch.nn.Linear(hidden, outputs)

    def forward(self, x):
        """Give the output at every step."""
        return self.fc(self.rnn(x)[0])


def torch_module(name: str) -> Module:
    """Make a module of PyTorch whose parameters are all drawn."""
    torch.manual_seed(0)
    module = Module(*TORCH[name], bias=name != "no_bias")
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, 0, 0.5)
    return module


def set_precision(dtype: str) -> None:
    """Make models of a precision."""
    keras.backend.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    torch.set_default_dtype(getattr(torch, dtype))


def computed(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Give what a model of Keras computes."""
    return np.asarray(model.predict(x, verbose=0))


def record() -> None:
    """Write the files, and what the models compute."""
    found = {}
    for dtype in ("float32", "float64"):
        set_precision(dtype)
        for name, (steps, features, _) in KERAS.items():
            if name == "tutorial" and dtype == "float64":
                continue  # the largest file
            model, key = keras_model(name), f"keras-{name}-{dtype}"
            x = np.random.default_rng(1).normal(size=(4, steps, features)).astype(dtype)
            model.save(HERE / f"{key}.keras")
            if name in ("sequence", "gru"):
                model.save_weights(HERE / f"{key}.weights.h5")
            found[f"{key}.x"], found[f"{key}.y"] = x, computed(model, x)
        for name in TORCH:
            module, key = torch_module(name), f"torch-{name}-{dtype}"
            x = np.random.default_rng(1).normal(size=(4, 6, TORCH[name][1])).astype(dtype)
            save_file(module.state_dict(), HERE / f"{key}.safetensors")
            found[f"{key}.x"] = x
            found[f"{key}.y"] = module(torch.tensor(x)).detach().numpy()
    found["versions"] = np.array(f"keras {keras.__version__}, torch {torch.__version__}")
    np.savez_compressed(HERE / "outputs.npz", **found)


def check() -> None:
    """Have both load what gatecast writes, and compare with what was recorded."""
    recorded = dict(np.load(HERE / "outputs.npz"))
    folder = Path(tempfile.mkdtemp())
    worst = {"float32": 0.0, "float64": 0.0}
    for path in sorted(HERE.glob("*.keras")):
        dtype, key = path.stem.rsplit("-", 1)[1], path.stem
        set_precision(dtype)
        network, x, y = from_keras(path), recorded[f"{key}.x"], recorded[f"{key}.y"]
        to_keras(network, folder / path.name)
        model = keras.models.load_model(folder / path.name)
        result = computed(model, x)
        last = y[:, -1] if y.ndim == 3 else y
        worst[dtype] = max(worst[dtype], np.abs(result - last).max())
        to_keras(network, folder / "a.weights.h5")
        model.set_weights([0 * w for w in model.get_weights()])
        model.load_weights(folder / "a.weights.h5")
        assert (computed(model, x) == result).all()
    for path in sorted(HERE.glob("*.safetensors")):
        _, name, dtype = path.stem.split("-")
        set_precision(dtype)
        network = from_pytorch(path)
        to_pytorch(network, folder / "a.safetensors", recurrent="rnn", linear="fc")
        module = Module(*TORCH[name], bias=True)
        module.load_state_dict(load_file(folder / "a.safetensors"))
        result = module(torch.tensor(recorded[f"{path.stem}.x"])).detach().numpy()
        worst[dtype] = max(worst[dtype], np.abs(result - recorded[f"{path.stem}.y"]).max())
    print("largest difference of what both compute with the files that gatecast writes:", worst)
    assert worst["float32"] < 1e-6
    assert worst["float64"] < 1e-12


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    record()
    check()
