"""
Hours: a season of a day and one of a week
============================================
zh: 每小时：一天与一周两个季节
zh: ============================================

Made-up hourly demand; both seasons are given, and sample paths show what may come.
zh: 人造的每小时需求；两个季节都给出，样本路径展示可能的未来。
"""

# %%
# ``season_length=(24, 168)``; ``simulate`` draws paths whose neighbouring steps belong together.
# zh: ``season_length=(24, 168)``；``simulate`` 抽取的路径里，相邻的步前后相关。
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import gatecast as gc

rng = np.random.default_rng(0)
hours = pd.date_range("2026-01-05", periods=24 * 7 * 6, freq="h")
day = np.sin(2 * np.pi * hours.hour.to_numpy() / 24)
weekend = (hours.dayofweek.to_numpy() >= 5).astype(float)
noise = np.zeros(len(hours))
for t in range(1, len(hours)):
    noise[t] = 0.8 * noise[t - 1] + rng.normal()
table = pd.DataFrame({"hour": hours, "demand": 100 + 20 * day - 15 * weekend + 2 * noise})
model = gc.LSTMForecaster(h=48, season_length=(24, 168), hidden=16, preset="fast").fit(table)
paths = model.simulate(30)
fig, ax = plt.subplots()
ax.plot(table["hour"][-168:], table["demand"][-168:], color="grey")
for _, path in paths.groupby("path"):
    ax.plot(path["hour"], path["LSTM"], color="C0", alpha=0.15)
ax.set_title("Thirty ways the next two days may go")
plt.show()
