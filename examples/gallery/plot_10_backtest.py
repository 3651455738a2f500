"""
Backtest: every forecast beside what came
===========================================
zh: 回测：每个预测与真实值并排
zh: ===========================================

Six cutoffs, a year each, on the airline passengers; intervals of the best model.
zh: 航空旅客，六个起点，每次预测一年；画出最好模型的区间。
"""

# %%
# Each forecast knows nothing of what came after its cutoff.
# zh: 每个预测都不知道起点之后的任何事。
import matplotlib.pyplot as plt

import gatecast as gc
from gatecast.datasets import air_passengers

models = [gc.PretrainedLSTM(h=12, level=[80]), gc.SeasonalNaive(h=12)]
result = gc.backtest(models, air_passengers(), n_windows=6, step_size=12, level=[80])
fig, ax = plt.subplots()
result.plot(ax=ax)
ax.set_title("Six years, each forecast from the end of the one before", pad=26)
plt.show()
