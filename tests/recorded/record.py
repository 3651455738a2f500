"""Record what PyTorch and Keras compute, so that it can be replayed without them.

Run it where both are installed, and gatecast beside them for its parameter layout::

    pip install torch tensorflow-cpu keras .
    python tests/recorded/record.py

It writes one ``.npz`` file a case next to itself; the versions are in each. All arrays are in
gatecast's layout: the flat parameter vector of ``gatecast.kernel.Layout`` (gates i, f, g, o),
samples [B, T, I], states [L, B, H].

- Keras adds epsilon to the root of the uncorrected second moment, as gatecast does: its ten Adam
  losses are recorded with its default of 1e-7.
- PyTorch adds it after the correction. Its ten losses are recorded with 1e-30, where the two
  forms are one.
- PyTorch's LSTM has two biases; the second is held at zero and not trained. So is the second bias
  of both GRUs, but for its last block, the candidate's, which gatecast has too.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import torch

from gatecast.kernel import Layout
from gatecast.network.parameters import initialise

HERE = Path(__file__).parent

# name: layout, samples, steps, warm-up
CASES = {
    "small": (Layout(3, 6, 2), 5, 7, 6),
    "stacked": (Layout(3, 6, 2, layers=2), 5, 7, 6),
    "sequence": (Layout(2, 5, 3, layers=2), 4, 9, 3),
    "tutorial": (Layout(1, 24, 1), 4, 1, 0),
    "look_back": (Layout(1, 24, 1), 4, 10, 9),
    "gru": (Layout(3, 6, 2, layers=2, cell="gru"), 5, 7, 2),
}


def problem(name: str, dtype: str) -> dict[str, np.ndarray]:
    """Draw parameters, samples, targets and an initial state."""
    layout, B, T, warmup = CASES[name]
    rng = np.random.default_rng(len(name))
    theta = initialise(layout, rng, np.float64) + rng.normal(0, 0.05, layout.size)
    state = rng.normal(size=(2, layout.layers, B, layout.hidden))
    arrays = {
        "theta": theta,
        "x": rng.normal(size=(B, T, layout.inputs)),
        "y": rng.normal(size=(B, T - warmup, layout.outputs)),
        "hidden": state[0],
        "cell": state[1],
    }
    return {key: array.astype(dtype) for key, array in arrays.items()}


# PyTorch's order of the GRU's blocks: r, z, n
TORCH_BLOCKS = {"lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}


def turn(layout: Layout, array: np.ndarray) -> np.ndarray:
    """Go from gatecast's order of blocks to PyTorch's, or back: it is its own inverse."""
    blocks = np.split(array, len(TORCH_BLOCKS[layout.cell]), axis=-1)
    return np.concatenate([blocks[i] for i in TORCH_BLOCKS[layout.cell]], axis=-1)


def torch_network(layout: Layout, theta: np.ndarray) -> tuple[torch.nn.RNNBase, torch.nn.Linear]:
    """Make PyTorch's modules with gatecast's parameters."""
    dtype = torch.float64 if theta.dtype == np.float64 else torch.float32
    kind = torch.nn.LSTM if layout.cell == "lstm" else torch.nn.GRU
    lstm = kind(layout.inputs, layout.hidden, layout.layers, batch_first=True, dtype=dtype)
    head = torch.nn.Linear(layout.hidden, layout.outputs, dtype=dtype)
    p = layout.views(theta)
    H = layout.hidden
    with torch.no_grad():
        for layer in range(layout.layers):
            named = {
                "weight_ih": turn(layout, p[f"layer{layer}.kernel"]).T,
                "weight_hh": turn(layout, p[f"layer{layer}.recurrent"]).T,
            }
            bias = p[f"layer{layer}.bias"]
            named["bias_ih"] = bias if layout.cell == "lstm" else turn(layout, bias[: 3 * H])
            named["bias_hh"] = np.zeros_like(named["bias_ih"])
            if layout.cell == "gru":
                named["bias_hh"][2 * H :] = bias[3 * H :]
            for name, value in named.items():
                getattr(lstm, f"{name}_l{layer}").copy_(torch.tensor(value.copy()))
        head.weight.copy_(torch.tensor(p["head.kernel"].T.copy()))
        head.bias.copy_(torch.tensor(p["head.bias"]))
    for layer in range(layout.layers):
        second = getattr(lstm, f"bias_hh_l{layer}")
        if layout.cell == "lstm":
            second.requires_grad_(False)
        else:  # its first two blocks would only double the first bias
            second.register_hook(lambda d: torch.cat([torch.zeros_like(d[: 2 * H]), d[2 * H :]]))
    return lstm, head


def torch_flat(
    layout: Layout, lstm: torch.nn.RNNBase, head: torch.nn.Linear, gradient: bool
) -> np.ndarray:
    """Gather parameters, or their gradients, into gatecast's flat vector."""

    def value(parameter: torch.Tensor) -> np.ndarray:
        return (parameter.grad if gradient else parameter.detach()).numpy().copy()

    flat = np.zeros(layout.size, value(head.weight).dtype)
    views = layout.views(flat)
    for layer in range(layout.layers):
        of = {
            n: value(getattr(lstm, f"{n}_l{layer}")) for n in ("weight_ih", "weight_hh", "bias_ih")
        }
        views[f"layer{layer}.kernel"][:] = turn(layout, of["weight_ih"].T)
        views[f"layer{layer}.recurrent"][:] = turn(layout, of["weight_hh"].T)
        bias = views[f"layer{layer}.bias"]
        bias[: len(of["bias_ih"])] = turn(layout, of["bias_ih"])
        if layout.cell == "gru":
            second = value(getattr(lstm, f"bias_hh_l{layer}"))
            bias[3 * layout.hidden :] = second[2 * layout.hidden :]
    views["head.kernel"][:] = value(head.weight).T
    views["head.bias"][:] = value(head.bias)
    return flat


def record_torch(name: str, dtype: str) -> dict[str, np.ndarray]:
    """Run one case through PyTorch, from its initial state."""
    layout, _, _, warmup = CASES[name]
    given = problem(name, dtype)
    lstm, head = torch_network(layout, given["theta"])
    x, y = torch.tensor(given["x"], requires_grad=True), torch.tensor(given["y"])
    h0 = torch.tensor(given["hidden"], requires_grad=True)
    c0 = torch.tensor(given["cell"], requires_grad=True)

    def run() -> tuple[torch.Tensor, ...]:
        if layout.cell == "lstm":
            hidden, (h1, c1) = lstm(x, (h0, c0))
        else:
            hidden, h1 = lstm(x, h0)
            c1 = 0 * c0
        outputs = head(hidden[:, warmup:])
        return outputs, h1, c1, torch.nn.functional.mse_loss(outputs, y)

    outputs, h1, c1, loss = run()
    loss.backward()
    found = {
        **given,
        "outputs": outputs.detach().numpy(),
        "final_hidden": h1.detach().numpy(),
        "final_cell": c1.detach().numpy(),
        "loss": np.array(loss.item()),
        "d_theta": torch_flat(layout, lstm, head, gradient=True),
        "d_x": x.grad.numpy().copy(),  # the updates below add to the same array
        "d_hidden": h0.grad.numpy().copy(),
        "d_cell": np.zeros_like(given["cell"]) if c0.grad is None else c0.grad.numpy().copy(),
        "epsilon": np.array(1e-30),
        "rates": np.full(10, 1e-3),
    }
    trained = [p for p in (*lstm.parameters(), *head.parameters()) if p.requires_grad]
    adam = torch.optim.Adam(trained, lr=1e-3, betas=(0.9, 0.999), eps=1e-30)
    losses = []
    for _ in range(10):
        adam.zero_grad()
        loss = run()[-1]
        loss.backward()
        adam.step()
        losses.append(loss.item())
    found["losses"] = np.array(losses)
    found["trained"] = torch_flat(layout, lstm, head, gradient=False)
    found["versions"] = np.array(f"torch {torch.__version__}")
    return found


def keras_correction() -> np.ndarray:
    """Give what Keras' bias correction of ten updates is, over the exact one.

    Whatever the network's precision, Keras raises float32's 0.9 and 0.999 to their powers, but
    averages the moments with the exact ones. The replay puts the quotient into the rates.
    """
    step = np.arange(1, 11)

    def correction(beta_1: float, beta_2: float) -> np.ndarray:
        return np.sqrt(1.0 - beta_2**step) / (1.0 - beta_1**step)

    return correction(float(np.float32(0.9)), float(np.float32(0.999))) / correction(0.9, 0.999)


def record_keras(name: str, dtype: str) -> dict[str, np.ndarray]:
    """Run one case through Keras, from an empty memory."""
    import tensorflow as tf

    layout, B, T, warmup = CASES[name]
    keras.backend.set_floatx(dtype)
    given = problem(name, dtype)
    given.pop("hidden")
    given.pop("cell")
    inputs = keras.Input((T, layout.inputs))
    signal = inputs
    trained = np.ones((2, 3 * layout.hidden), dtype)
    trained[1, : 2 * layout.hidden] = 0  # of a GRU's second bias: they only double the first
    kind = keras.layers.LSTM if layout.cell == "lstm" else keras.layers.GRU
    for _ in range(layout.layers):
        options = {}
        if layout.cell == "gru":
            options["bias_constraint"] = lambda bias: bias * trained
        signal = kind(layout.hidden, return_sequences=True, **options)(signal)
    outputs = keras.layers.Dense(layout.outputs)(signal[:, warmup:])
    model = keras.Model(inputs, outputs)
    # Keras' own order is gatecast's: kernel, recurrent kernel, bias, layer by layer
    views = layout.views(given["theta"])
    H = layout.hidden
    if (
        layout.cell == "gru"
    ):  # Keras' bias is [2, 3H], of which the second is gatecast's fourth block
        for layer in range(layout.layers):
            bias = views[f"layer{layer}.bias"]
            views[f"layer{layer}.bias"] = np.zeros((2, 3 * H), dtype)
            views[f"layer{layer}.bias"][0] = bias[: 3 * H]
            views[f"layer{layer}.bias"][1, 2 * H :] = bias[3 * H :]
    model.set_weights(list(views.values()))

    def flat(arrays: list) -> np.ndarray:
        arrays = [np.asarray(a) for a in arrays]
        if layout.cell == "gru":
            arrays = [
                np.concatenate([a[0], a[1, 2 * H :]]) if a.shape == (2, 3 * H) else a
                for a in arrays
            ]
        return np.concatenate([a.ravel() for a in arrays])

    with tf.GradientTape() as tape:
        said = model(given["x"])
        loss = tf.reduce_mean((said - given["y"]) ** 2)
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    found = {
        **given,
        "outputs": np.asarray(said),
        "loss": np.array(float(loss)),
        "d_theta": flat(gradients),
        "epsilon": np.array(1e-7),
    }
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    history = model.fit(given["x"], given["y"], batch_size=B, epochs=10, verbose=0)
    found["rates"] = float(model.optimizer.learning_rate) * keras_correction()
    found["losses"] = np.array(history.history["loss"])
    found["trained"] = flat(model.get_weights())
    found["versions"] = np.array(f"keras {keras.__version__}, tensorflow {tf.__version__}")
    return found


if __name__ == "__main__":
    for name in CASES:
        for dtype in ("float64", "float32"):
            for framework, record in (("torch", record_torch), ("keras", record_keras)):
                path = HERE / f"{framework}-{name}-{dtype}.npz"
                np.savez_compressed(path, **record(name, dtype))
                print(path.name, path.stat().st_size)
