"""Write the mean of checkpoints' mean weights as gatecast reads them.

python pretraining/export.py runs/public/1150.pt runs/public/1200.pt public.safetensors
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from gatecast.kernel import Layout
from gatecast.pretrained.features import INPUTS
from gatecast.storage import write_arrays


def arrays_of(state: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """Bring PyTorch's weights (gates i, f, g, o; two biases) into the kernel's layout."""
    w = {name: tensor.numpy() for name, tensor in state.items()}
    hidden = w["lstm1.weight_hh_l0"].shape[1]
    layout = Layout(INPUTS, hidden, len(w["state.bias"]), 2, residual=True)
    theta = np.empty(layout.size, np.float32)
    views = layout.views(theta)
    for i in range(2):
        name = f"lstm{i + 1}."
        views[f"layer{i}.kernel"][:] = w[name + "weight_ih_l0"].T
        views[f"layer{i}.recurrent"][:] = w[name + "weight_hh_l0"].T
        views[f"layer{i}.bias"][:] = w[name + "bias_ih_l0"] + w[name + "bias_hh_l0"]
    views["head.kernel"][:] = w["state.weight"].T
    views["head.bias"][:] = w["state.bias"]
    return {
        "theta": theta, "hidden": np.array([hidden]), "horizon": w["horizon.weight"].T,
        "mix": w["mix.weight"].T, "mix_bias": w["mix.bias"],
        "out": w["out.weight"].T, "out_bias": w["out.bias"], "skip": w["skip"],
    }  # fmt: skip


if __name__ == "__main__":
    *checkpoints, out = sys.argv[1:]
    held = [torch.load(path, weights_only=True) for path in checkpoints]
    mean = {k: sum(one["mean"][k] for one in held) / len(held) for k in held[0]["mean"]}
    document = {
        "kind": "gatecast pretrained weights", "pieces": [one["number"] for one in held],
    }  # fmt: skip
    write_arrays(out, arrays_of(mean), document)
