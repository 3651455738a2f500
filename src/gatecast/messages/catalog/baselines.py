"""What a baseline decided that its name does not tell."""

TEXTS = {
    "baseline.one_season": (
        "{model} has one season: that of {season} steps, and not that of {longer:list}",
        "{model} 只有一个季节：{season} 步，不含 {longer:list} 步的季节",
    ),
    "baseline.fourier": (
        "{model} has up to {pairs} pairs of sine and cosine for the season of {seasons:list} steps "
        "(a seasonal ARIMA has one season, and takes hours for more than {longest} steps)",
        "{model} 用最多 {pairs} 对正弦和余弦表示 {seasons:list} 步的季节（季节 ARIMA 只有一个季节，"
        "超过 {longest} 步要数小时）",
    ),
    "baseline.no_season": (
        "AutoETS has no season: it allows {longest} steps, not {season}",
        "AutoETS 不含季节：它最多允许 {longest} 步，而不是 {season} 步",
    ),
    # what is refused
    "baseline.no_interval": (
        "intervals are measured at earlier origins, and no series has more than the "
        "{n:value|values} that a forecast needs: supply more history, or leave {@level} out",
        "区间由更早的起点测得，而没有序列的值多于一次预测所需的 {n} 个："
        "请提供更多历史，或去掉 {@level}",
    ),
    "baseline.short_window": (
        "the longest series has {longest:value|values}; {@look_back}={look_back} and {@h}={h} need "
        "at least {needed}: supply more history or ask for less",
        "最长的序列有 {longest} 个值；{@look_back}={look_back} 和 {@h}={h} 至少需要 {needed} 个："
        "请提供更多历史，或减小二者",
    ),
    "baseline.short_series": (
        "{series} has {n:value|values}; {model} needs at least {needed}: supply more history",
        "{series}有 {n} 个值，而 {model} 至少需要 {needed} 个：请提供更多历史",
    ),
    "baseline.no_forecast": (
        "{model} cannot forecast {series}: {reason}",
        "{model} 无法预测{series}：{reason}",
    ),
    "baseline.too_slow": (
        "{done} of {n} series took {seconds:.0f} s, and {@time_limit}={limit:g}: allow more, or "
        "leave the model out",
        "{n} 条序列中的 {done} 条用了 {seconds:.0f} 秒，而 {@time_limit}={limit:g}："
        "请放宽时限，或去掉该模型",
    ),
    "baseline.negative": (
        "demand is not negative, and {value:g} is there: correct it, or choose another model",
        "需求不会是负数，而数据中有 {value:g}：请更正，或换一个模型",
    ),
    "baseline.no_weight": (
        "{argument}={value} was requested; use a number above 0, up to 1",
        "要求的是 {argument}={value}；请给出大于 0、不超过 1 的数",
    ),
    "baseline.refused": (
        '{n:value was|values were} refused with "{reason}": supply more history',
        "{n} 个值被拒绝，原因是“{reason}”：请提供更多历史",
    ),
    "baseline.failed": (
        "the fit to {n:value|values} failed: choose another model",
        "对 {n} 个值的拟合失败：请换一个模型",
    ),
    "arima.order": (
        "{argument}={order} was requested; use three numbers, 0 or more",
        "要求的是 {argument}={order}；请给出三个不小于 0 的数",
    ),
    "arima.differenced": (
        "{@order}={order} was requested; one-step forecasts need d = 0",
        "要求的是 {@order}={order}；一步预测需要 d = 0",
    ),
    "arima.split": (
        "{@split}={split} was requested; the series has {n:value|values}",
        "要求的是 {@split}={split}；而序列有 {n} 个值",
    ),
    "arima.not_fitted": (
        "ARIMA{order} could not be fitted to {n:value|values}: difference them",
        "无法用 {n} 个值拟合 ARIMA{order}：请先差分",
    ),
}
