"""
US macroeconomic series: several in one table
===============================================
zh: 美国宏观经济：一张表里的多条序列
zh: ===============================================

Quarterly consumption, investment and income, 1959 to 2009, with one call.
zh: 1959 至 2009 年的季度消费、投资与收入，一次调用。
"""

# %%
# One row for each series and quarter.
# zh: 每条序列每个季度一行。
import matplotlib.pyplot as plt
import pandas as pd
from statsmodels.datasets import macrodata

import gatecast as gc

wide = macrodata.load_pandas().data
wide["quarter"] = pd.PeriodIndex.from_fields(
    year=wide["year"].astype(int), quarter=wide["quarter"].astype(int)
).to_timestamp()
data = wide.melt("quarter", ["realcons", "realinv", "realdpi"], "series", "billions")
model = gc.PretrainedLSTM(h=8, level=[80])
forecast = model.fit(data, id_col="series", time_col="quarter", target_col="billions").predict()
fig, axes = plt.subplots(1, 3, figsize=(5.6, 2.2))
for ax, (name, future) in zip(axes, forecast.groupby("series"), strict=True):
    past = data[data["series"] == name].tail(60)
    ax.plot(past["quarter"], past["billions"], color="grey")
    low, high = future["PretrainedLSTM-lo-80"], future["PretrainedLSTM-hi-80"]
    ax.fill_between(future["quarter"], low, high, alpha=0.3)
    ax.plot(future["quarter"], future["PretrainedLSTM"])
    ax.set_title(name)
    ax.tick_params("x", labelrotation=45)
plt.show()
