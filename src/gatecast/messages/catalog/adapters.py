"""What the adapters of other libraries refuse and warn of."""

TEXTS = {
    "adapters.too_short": (
        "the series has {n:value|values} and h={h} needs at least {needed}: {rest}",
        "序列有 {n} 个值，而 h={h} 至少需要 {needed} 个：{rest}",
    ),
    "adapters.repeated": (
        "steps after step {step} repeat its forecast",
        "第 {step} 步之后的各步重复该步的预测",
    ),
    "adapters.last": ("the forecast is the last value", "预测为最后一个值"),
    "adapters.no_quantiles": (
        "quantiles of a forecast were requested, and the series has {n:value|values}, too few to "
        "measure errors on: supply more history",
        "要求的是预测的分位数，而序列只有 {n} 个值，不足以衡量误差：请提供更多历史数据",
    ),
    "adapters.cutoff": (
        "a forecast from after {n:value|values} was requested, and the networks have seen "
        "{trained}: fit on those values alone",
        "要求的是从 {n} 个值之后开始的预测，而网络已见过 {trained} 个：请只用这些值拟合",
    ),
    "adapters.no_plan": (
        "X has no row for {time}, and the forecast needs its columns at each of the {h:step|steps} "
        "after the last value: give them to predict(X=...)",
        "X 没有 {time} 的行，而预测需要最后一个值之后 {h} 步中每一步的各列：请传给 predict(X=...)",
    ),
}
