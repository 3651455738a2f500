"""
El Niño: from a wide table to a long one
==========================================
zh: 厄尔尼诺：从宽表到长表
zh: ==========================================

Sea surface temperatures, a row a year and a column a month, become one series.
zh: 海面温度，每年一行、每月一列，变成一条序列。
"""

# %%
# ``melt`` makes the table long; a date is built from year and month.
# zh: 用 ``melt`` 把表变长，再由年和月构造日期。
import matplotlib.pyplot as plt
import pandas as pd
from statsmodels.datasets import elnino

import gatecast as gc

wide = elnino.load_pandas().data
long = wide.melt(id_vars="YEAR", var_name="month", value_name="degrees")
long["ds"] = pd.to_datetime(
    long["YEAR"].astype(int).astype(str) + "-" + long["month"], format="%Y-%b"
)
data = long.sort_values("ds")[["ds", "degrees"]]
model = gc.PretrainedLSTM(h=24, level=[80]).fit(data)
fig, ax = plt.subplots()
gc.forecast(model).plot(ax=ax)
ax.set_title("Sea surface temperature, and 24 months ahead", pad=26)
plt.show()
