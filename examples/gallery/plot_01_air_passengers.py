"""
Airline passengers: a forecast with intervals
===============================================
zh: 航空旅客：带区间的预测
zh: ===============================================

A trend, and a season that grows with the level: the series everybody starts with.
zh: 有趋势，季节随水平增大：人人都从这条序列开始。
"""

# %%
# The network that comes trained needs no fit.
# zh: 预训练好的网络不用拟合。
import matplotlib.pyplot as plt

import gatecast as gc
from gatecast.datasets import air_passengers

model = gc.PretrainedLSTM(h=24, level=[80, 95]).fit(air_passengers())
fig, ax = plt.subplots()
gc.forecast(model).plot(ax=ax)
ax.set_title("Airline passengers, and 24 months ahead", pad=26)
plt.show()
