"""Sentences of the pages themselves."""

TEXTS = {
    "pages.horizon": (
        "{count:series|series}, {steps:step|steps} ahead with {model}: {first} to {last}",
        "{count:,} 条序列，用 {model} 预测 {steps:,} 步：{first} 到 {last}",
    ),
    "pages.not_measured": (
        "nothing here says how good the forecast is: a backtest measures it",
        "这里没有依据说明预测有多好：可用回测来衡量",
    ),
}
