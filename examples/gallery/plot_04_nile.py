"""
The Nile: a level that fell
=============================
zh: 尼罗河：下降了的水平
zh: =============================

Yearly volume of the Nile at Aswan, 1871 to 1970; a dam was begun in 1899.
zh: 尼罗河在阿斯旺的年流量，1871 至 1970；1899 年开始修坝。
"""

# %%
# Of such a series little more than its level can be known, and the intervals say so.
# zh: 这样的序列，除了水平之外知道的很少，区间说明了这一点。
import matplotlib.pyplot as plt
from statsmodels.datasets import nile

import gatecast as gc

data = nile.load_pandas().data.astype({"year": int})
model = gc.PretrainedLSTM(h=10, level=[80, 95]).fit(data, time_col="year", target_col="volume")
fig, ax = plt.subplots()
gc.forecast(model).plot(ax=ax)
ax.set_title("Volume of the Nile, and ten years ahead", pad=26)
plt.show()
