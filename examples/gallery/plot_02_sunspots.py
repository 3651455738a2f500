"""
Sunspots: a cycle that is never quite the same
================================================
zh: 太阳黑子：从不完全相同的周期
zh: ================================================

Monthly numbers with a cycle of about eleven years; an LSTM is fitted on the last 60 years.
zh: 每月的黑子数，周期约十一年；用最后 60 年拟合一个 LSTM。
"""

# %%
# No season is given: the cycle is not periodic enough for one.
# zh: 不指定季节：这个周期不够规则。
import matplotlib.pyplot as plt

import gatecast as gc
from gatecast.datasets import sunspots

data = sunspots().tail(720)
model = gc.LSTMForecaster(h=36, level=[80], hidden=16, season_length=1, preset="fast").fit(data)
fig, ax = plt.subplots()
gc.forecast(model).plot(ax=ax)
ax.set_title("Sunspots, and 36 months ahead", pad=26)
plt.show()

# %%
# What was decided, sentence by sentence.
# zh: 所作的决定，逐句说明。
print(*model.decisions(), sep="\n")
