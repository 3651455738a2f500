"""Sentences of the pages themselves."""

TEXTS = {
    "pages.horizon": (
        "{count:series|series}, {steps:step|steps} ahead with {model}: {first} to {last}",
        "{count:,} 条序列，用 {model} 预测 {steps:,} 步：{first} 到 {last}",
    ),
    "pages.share": ("{share:percent}", "{share:percent}"),
    "pages.not_measured": (
        "nothing here says how good the forecast is: a backtest measures it",
        "这里没有依据说明预测有多好：可用回测来衡量",
    ),
    "report.no_result": (
        "{verb}() takes the result of a forecast, backtest, search or explanation; this is of type "
        "{type}",
        "{verb}() 接受预测、回测、搜索或解释的结果；给出的类型是 {type}",
    ),
    "picture.ending": (
        '"{path}" was requested; a picture is a PNG or an SVG: give a name that ends in .png or '
        ".svg",
        "要求的是“{path}”；图片只能是 PNG 或 SVG：请给出以 .png 或 .svg 结尾的文件名",
    ),
}
