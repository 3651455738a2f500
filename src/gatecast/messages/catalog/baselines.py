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
}
