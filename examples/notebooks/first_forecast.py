# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a CSV file to a forecast
#
# Put a file of your own in the place of `air.csv`: a column of dates, a column of values.
#
# 从 CSV 文件到预测。把 `air.csv` 换成你自己的文件：一列日期，一列数值。

# %%
import gatecast as gc
from gatecast.datasets import air_passengers

air_passengers().to_csv("air.csv", index=False)

# %% [markdown]
# The network that comes trained needs no fit. 预训练好的网络不用拟合。

# %%
model = gc.PretrainedLSTM(h=12, level=[80, 95]).fit("air.csv")
print(*model.decisions(), sep="\n")
print(model.predict())

# %% [markdown]
# A picture, and a page that can be mailed. 一张图，以及一个可以邮寄的页面。

# %%
result = gc.forecast(model)
gc.report(result, "forecast.html")
result.plot()

# %% [markdown]
# Is a network of your own better here? 自己训练一个网络会更好吗？

# %%
models = [model, gc.LSTMForecaster(h=12, preset="fast"), gc.SeasonalNaive(h=12)]
backtest = gc.backtest(models, "air.csv", n_windows=2)
print(gc.verdict(backtest).paragraph)
