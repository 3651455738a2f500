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
# # Look inside 看看里面
#
# Gates, memory, and the past steps that made a forecast. 门、记忆，以及造就预测的过去各步。

# %%
import gatecast as gc
from gatecast.datasets import air_passengers

model = gc.LSTMForecaster(h=6, hidden=8, preset="fast", pretrained=False).fit(air_passengers())
gates = gc.gates(model)
print(gates.tail(8))

# %% [markdown]
# How long does each unit remember? 每个单元记住多久？

# %%
memory = gc.memory(model)
print(*memory.sentences, sep="\n")
print(memory.units.sort_values("half_life", ascending=False).head())

# %% [markdown]
# Which past steps made the next value? 下一个值是由过去哪些步造就的？

# %%
print(gc.attribution(model, step=1).head())

# %% [markdown]
# All of it, as a page: the last value of a cell shows itself. 以上全部：单元格的最后一个值会显示成页面。

# %%
gc.explain(model)
