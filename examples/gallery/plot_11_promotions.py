"""
Promotions: a column known in advance
=======================================
zh: 促销：预先知道的列
zh: =======================================

Made-up sales with promotions that are planned; the plan goes into the forecast.
zh: 人造的销量，促销是计划好的；计划进入预测。
"""

# %%
# ``futr_exog_list`` names the column; ``predict`` takes the plan.
# zh: ``futr_exog_list`` 指明这一列；``predict`` 接受计划。
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import gatecast as gc

rng = np.random.default_rng(0)
days = pd.date_range("2025-01-01", periods=364)
promo = (rng.random(364) < 0.15).astype(float)
week = 5 * np.sin(2 * np.pi * np.arange(364) / 7)
table = pd.DataFrame({"day": days, "promo": promo})
table["sold"] = 30 + week + 12 * promo + rng.normal(size=364)
known, plan = table[:-28], table[-28:].drop(columns="sold")
model = gc.LSTMForecaster(h=28, futr_exog_list=["promo"], preset="fast")
forecast = model.fit(known, time_col="day", target_col="sold").predict(futr_df=plan)
fig, ax = plt.subplots()
ax.plot(table["day"][-84:], table["sold"][-84:], color="grey", label="sold")
ax.plot(forecast["day"], forecast["LSTM"], label="forecast with the plan")
ax.legend(ncols=2)
ax.set_title("Four weeks of sales, promotions planned")
plt.show()
