"""
Lynx: a hundred values, and a cycle of ten years
==================================================
zh: 猞猁：一百多个值，十年一个周期
zh: ==================================================

A short yearly series: which model is worth using, and how sure is that?
zh: 一条短的年度序列：哪个模型值得用，有多大把握？
"""

# %%
# Twenty cutoffs, three years ahead.
# zh: 二十个起点，预测三年。
import matplotlib.pyplot as plt

import gatecast as gc
from gatecast.datasets import lynx

models = [
    gc.PretrainedLSTM(h=3, season_length=10),
    gc.LinearAutoregression(h=3),
    gc.SeasonalNaive(h=3, season_length=10),
    gc.Naive(h=3),
]
result = gc.backtest(models, lynx(), n_windows=20, season_length=10)
board = result.leaderboard()
fig, ax = plt.subplots(figsize=(5.6, 2.2))
ax.barh(board["model"], board["mae"])
ax.set(xlabel="MAE, lynx", title="Lynx: error of four models")
plt.show()

# %%
# The verdict says what the table cannot.
# zh: 结论说出表格说不出的话。
print(gc.verdict(result).paragraph)
