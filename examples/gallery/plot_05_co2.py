"""
Carbon dioxide: weekly values, some of them missing
=====================================================
zh: 二氧化碳：每周一值，有些缺失
zh: =====================================================

Mauna Loa, 1958 to 2001: a trend, a season of 52 weeks, and gaps.
zh: 莫纳罗亚，1958 至 2001：有趋势，有 52 周的季节，有缺口。
"""

# %%
# Missing weeks are filled, and it is said how many.
# zh: 缺失的周会填补，并说明填了多少。
import matplotlib.pyplot as plt
from statsmodels.datasets import co2

import gatecast as gc

data = co2.load_pandas().data.reset_index(names="week").tail(700)
print("missing in the file:", int(data["co2"].isna().sum()))
model = gc.PretrainedLSTM(h=52, level=[80], season_length=52).fit(data)
print(*model.decisions()[:3], sep="\n")
fig, ax = plt.subplots()
gc.forecast(model).plot(ax=ax)
ax.set_title("Carbon dioxide, and a year ahead", pad=26)
plt.show()
