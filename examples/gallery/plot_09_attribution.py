"""
Attribution: which past steps made the forecast
=================================================
zh: 归因：哪些过去的步造就了预测
zh: =================================================

Integrated gradients share a forecast of a fitted network among the steps before it.
zh: 积分梯度把拟合的网络的一个预测分摊到此前的各步。
"""

# %%
# Bars above zero raised the forecast of the next month, bars below lowered it.
# zh: 零以上的柱抬高了下个月的预测，零以下的压低了它。
import matplotlib.pyplot as plt

import gatecast as gc
from gatecast.datasets import air_passengers

model = gc.LSTMForecaster(h=1, hidden=16, preset="fast", pretrained=False).fit(air_passengers())
fig, ax = plt.subplots()
gc.explain(model).plot(ax=ax)
ax.set_title("What each past month adds to the forecast", pad=26)
plt.show()
