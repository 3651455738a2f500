# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The tutorial, done right 把教程做对
#
# The noisy sine wave with `look_back=1`, and the same network with its state carried.
#
# 带噪声的正弦曲线：`look_back=1`，以及状态一直延续的同一个网络。

# %%
import numpy as np

from gatecast.data.sequences import sequences, tutorial_windows
from gatecast.data.transforms.scalers import MinMaxScaler, StandardScaler
from gatecast.datasets import noisy_sine, noisy_sine_signal
from gatecast.evaluation.metrics import rmse
from gatecast.network import Network, Trainer

y = noisy_sine()["y"].to_numpy()
scaler = StandardScaler.fit(y[:8000])  # of the training part alone
scaled = scaler.transform(y).astype(np.float32)
floor = rmse(y[8000:], noisy_sine_signal()[8000:])

# %% [markdown]
# As it was written: one step, and an empty memory. 原样：只看一步，记忆是空的。

# %%
low_high = MinMaxScaler.fit(y[:8000])
between = low_high.transform(y).astype(np.float32)
x, target = tutorial_windows(between[:8000])
written = Network.create(1, 50, 1, rng=np.random.default_rng(0))
Trainer(epochs=5, batch_size=1).fit(written, x, target)
x_test, _ = tutorial_windows(between[8000:])
as_written = low_high.inverse_transform(written.predict(x_test)[:, 0].astype(float))

# %% [markdown]
# On sequences, the state carried. 用序列训练，状态延续。

# %%
x, target = sequences(scaled[:8000], length=200, step=25)
carried = Network.create(1, 50, 1, rng=np.random.default_rng(0))
Trainer(epochs=10, batch_size=16, learning_rate=5e-3, schedule="cosine").fit(
    carried, x, target[:, 50:]
)
outputs, _ = carried.run(scaled[None, :-1, None])
on_sequences = scaler.inverse_transform(outputs[0, :, 0].astype(float))

# %%
scores = {
    "as written": rmse(y[8001 : 8001 + len(as_written)], as_written),
    "state carried": rmse(y[8000:], on_sequences[7999:]),
    "last value": rmse(y[8000:], y[7999:-1]),
    "noise floor": floor,
}
for name, score in scores.items():
    print(f"{name:15} {score:.4f}")
assert floor < scores["state carried"] < 0.51 < 0.63 < scores["as written"] < scores["last value"]
