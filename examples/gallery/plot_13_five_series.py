"""
Five series, every way side by side
=====================================
zh: 五条序列，各种办法并排
zh: =====================================

Which way is best depends on the series. Here are five known ones, the last values of each held out.
zh: 哪种办法最好，取决于序列。这里用五条人们熟悉的序列，每条留出最后一段。
"""

# %%
# Monthly airline passengers, monthly sunspots (an irregular cycle of eleven years), lynx trapped in a year, monthly carbon dioxide, and the tutorial's noisy sine wave: known values, steps held out, season length.
# zh: 每月航空旅客、每月太阳黑子（约十一年的不规则周期）、每年捕获的猞猁、每月二氧化碳，以及教程的带噪声正弦曲线：已知值、留出的步数、季节长度。
import matplotlib.pyplot as plt
import pandas as pd
from statsmodels.datasets import co2

import gatecast as gc
from gatecast.datasets import air_passengers, lynx, noisy_sine, sunspots
from gatecast.evaluation.metrics import mae, mase

months = co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
series = {
    "passengers": (air_passengers(), 24, 12),
    "sunspots": (sunspots().tail(600), 24, 1),
    "lynx": (lynx(), 10, 10),
    "CO2": (months.rename_axis("ds").rename("y").tail(240).reset_index(), 24, 12),
    "sine": (noisy_sine().tail(1000), 24, 1),
}

# %%
# The ways: the default, the network fitted on this series alone, the network that comes trained, the same fine-tuned, a combination of it with ETS and Theta, and what needs no network. Nothing was tuned for these series.
# zh: 各种办法：默认设置、只在这条序列上拟合的网络、预训练好的网络、微调后的它、它与 ETS 和 Theta 的组合，以及不用网络的办法。没有为这些序列调过任何设置。
members = ["pretrained", "ETS", "Theta"]


def ways(h, season):
    """Give every way, by name."""
    same = {"h": h, "season_length": season}
    return {
        "LSTM, default": gc.LSTMForecaster(**same),
        "LSTM alone": gc.LSTMForecaster(pretrained=False, **same),
        "pretrained": gc.PretrainedLSTM(**same),
        "pretrained, fine-tuned": gc.PretrainedLSTM(fine_tune=True, **same),
        "combination": gc.Combination(members, **same),
        "SARIMA": gc.AutoARIMA(**same),
        "ETS": gc.AutoETS(**same),
        "Theta": gc.Theta(**same),
        "naive": gc.SeasonalNaive(**same) if season > 1 else gc.Naive(h),
    }


forecasts, scores = {}, []
for name, (table, h, season) in series.items():
    known, actual = table[:-h], table["y"][-h:].to_numpy()
    for way, model in ways(h, season).items():
        forecast = model.fit(known).predict().iloc[:, -1].to_numpy()
        forecasts[name, way] = forecast
        errors = mae(actual, forecast), mase(actual, forecast, known["y"].to_numpy(), season)
        scores.append((name, way, *errors))
scores = pd.DataFrame(scores, columns=["series", "way", "MAE", "MASE"])
scores.pivot(index="way", columns="series", values="MAE").loc[[*ways(1, 1)], [*series]].round(2)

# %%
# The same as MASE: below 1 is better than the seasonal naive forecast was within the known values.
# zh: 换成 MASE：小于 1，就是比已知部分的季节朴素预测好。
table = scores.pivot(index="way", columns="series", values="MASE").loc[[*ways(1, 1)], [*series]]
table["mean rank"] = table.rank().mean(axis=1)
long = ["sunspots", "sine"]  # of these a network that is fitted learns more than others can tell it
assert (table.loc["LSTM, default", long] < table.loc["pretrained", long]).all()
table.round(2)

# %%
# One hold-out of each series is one draw: an order of ways comes from ``gc.backtest`` and from many series. But the pictures show what each way is like.
# zh: 每条序列只留出一段，只是一次抽样：要排出先后，得用 ``gc.backtest`` 和许多序列。但从图上看得出每种办法的性格。
fig, axes = plt.subplots(5, 1, figsize=(5.6, 10.5))
drawn = ("LSTM, default", "pretrained", "combination", "SARIMA")
for ax, (name, (table, h, _)) in zip(axes, series.items(), strict=True):
    shown = table.tail(4 * h)
    ax.plot(shown["ds"], shown["y"], color="grey", lw=1)
    for way in drawn:
        ax.plot(table["ds"][-h:], forecasts[name, way], label=way)
    ax.set_title(name, fontsize=10)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
plt.show()
