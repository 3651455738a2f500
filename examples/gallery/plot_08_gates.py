"""
Gates: what each unit keeps
=============================
zh: 门：每个单元保留了什么
zh: =============================

The forget gates of all units along the sunspots, the longest memory above.
zh: 所有单元的遗忘门沿太阳黑子序列的变化，记忆最长的在上方。
"""

# %%
# Yellow is kept, dark is forgotten.
# zh: 黄色表示保留，深色表示遗忘。
import matplotlib.pyplot as plt

import gatecast as gc
from gatecast.datasets import sunspots

model = gc.LSTMForecaster(h=6, hidden=16, preset="fast", pretrained=False).fit(sunspots().tail(400))
gates = gc.gates(model)
forget = gates.pivot(index="ds", columns="unit", values="forget").tail(200)
order = forget.median().sort_values(ascending=False).index
fig, ax = plt.subplots()
shown = ax.imshow(forget[order].T, aspect="auto", cmap="cividis", vmin=0, vmax=1)
fig.colorbar(shown, label="forget gate")
ax.set(xlabel="months", ylabel="unit", title="Forget gates along 200 months", yticks=[])
ax.grid(visible=False)
plt.show()

# %%
# In words.
# zh: 用文字说明。
print(*gc.memory(model).sentences, sep="\n")
