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
# # Is it any good? 到底好不好？
#
# A backtest, its uncertainty, and a verdict. 回测、它的不确定性，以及结论。

# %%
import gatecast as gc
from gatecast.datasets import sunspots

data = sunspots().tail(400)
models = [
    gc.LSTMForecaster(h=6, hidden=8, preset="fast"),
    gc.PretrainedLSTM(h=6),
    gc.LinearAutoregression(h=6),
    gc.Naive(h=6),
]
result = gc.backtest(models, data, n_windows=20, refit=False)
print(result.leaderboard())

# %% [markdown]
# Could the order be chance? 排名会不会只是偶然？

# %%
print(result.significance())

# %% [markdown]
# What did the best model leave over? 最好的模型还剩下什么没学到？

# %%
verdict = gc.verdict(result)
for question, answer in gc.diagnose(result, verdict.use).items():
    print(question, answer)
print(verdict.paragraph)
