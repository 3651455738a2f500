"""What a forecaster refuses, and why: settings, columns, data."""

TEXTS = {
    # settings that are refused
    "setting.not_whole": (
        "{argument}={value} was requested; give a whole number",
        "要求的是 {argument}={value}；请给出整数",
    ),
    "setting.whole_float": (
        "{argument}={value} was requested; give a whole number, {argument}={whole}",
        "要求的是 {argument}={value}；请给出整数：{argument}={whole}",
    ),
    "setting.too_small": (
        "{argument}={value} was requested; use {least} or more, or leave it out",
        "要求的是 {argument}={value}；请用 {least} 或更大的值，或不设",
    ),
    "setting.no_list": (
        '{argument}="{value}" was requested; give a list of columns',
        '要求的是 {argument}="{value}"；请给出列名的列表',
    ),
    "setting.no_countries": (
        '{argument}={value} was requested; give codes of countries, such as "DE", or with a '
        'subdivision "DE-BY"',
        "要求的是 {argument}={value}；请给出国家代码，如“DE”，或带地区代码的“DE-BY”",
    ),
    "setting.no_text": (
        '{argument}={value} was requested; give a text, such as "LSTM"',
        "要求的是 {argument}={value}；请给出文本，如“LSTM”",
    ),
    "setting.of_layers": (
        "{argument}={value} was requested and the network has one layer, on which it does not act: "
        "use {@layers}=2 or more, or leave it out",
        "要求的是 {argument}={value}，而网络只有一层，它不起作用：请用 {@layers}=2 或更多，或不设",
    ),
    "columns.twice": (
        'the column "{column}" is named twice: name it in one list only',
        "“{column}”列被列出了两次：请只写在一个列表中",
    ),
    "alias.taken": (
        'the table has a column "{column}", and the forecast would be called so too: give the '
        'model another name, such as {@alias}="forecast"',
        "表格中有“{column}”列，与预测列重名：请给模型换个名字，如 {@alias}=“forecast”",
    ),
    "level.no_list": (
        "{@level}={level} was requested; give a list of per cents, such as [80, 95]",
        "要求的是 {@level}={level}；请给出百分数的列表，如 [80, 95]",
    ),
    "level.share": (
        "{@level}={level:literal} was requested, and levels are per cents: for an interval that "
        "holds {share:.0%} of the values give {percent:g}",
        "要求的是 {@level}={level:literal}，而置信水平用百分数：包含 {share:.0%} 的值的区间请写 "
        "{percent:g}",
    ),
    "level.outside": (
        "{@level}={level:literal} was requested; give per cents above 0 and below 100, for "
        "example {example:literal}",
        "要求的是 {@level}={level:literal}；请给出大于 0 且小于 100 的百分数，"
        "例如 {example:literal}",
    ),
    "level.twice": (
        "{@level}={level:literal} was requested; give each level once",
        "要求的是 {@level}={level:literal}；每个水平请只写一次",
    ),
    "level.not_fitted": (
        "{@level}={level:literal} was requested, and the model was fitted with "
        "{@level}={fitted:literal}: fit it with all levels",
        "要求的是 {@level}={level:literal}，而模型拟合时为 "
        "{@level}={fitted:literal}：请用全部水平拟合",
    ),
    "season.no_length": (
        "{@season_length}={season_length} was requested; give a length such as 12, or several, "
        "such as (24, 168), or leave it out",
        "要求的是 {@season_length}={season_length}；请给出长度（如 12），或几个长度"
        "（如 (24, 168)），或不设",
    ),
    "choice.empty": (
        "a choice of no values was requested; give at least one",
        "给出的选项为空；请至少给出一个值",
    ),
    "choice.value": (
        "a choice has the value {value}; use texts, numbers, True, False or None",
        "选项中有值 {value}；请用文本、数字、True、False 或 None",
    ),
    "range.no_numbers": (
        "a range from {low} to {high} was requested; give two numbers",
        "要求的范围是 {low} 到 {high}；请给出两个数字",
    ),
    "range.order": (
        "a range from {low:g} to {high:g} was requested; the first has to be the lower one",
        "要求的范围是 {low:g} 到 {high:g}；前一个数必须较小",
    ),
    "range.order_of_log": (
        "a range from {low:g} to {high:g} was requested; the first has to be the lower one, and "
        "above 0 on a log scale",
        "要求的范围是 {low:g} 到 {high:g}；前一个数必须较小，在对数尺度上还必须大于 0",
    ),
    "range.not_whole": (
        "whole numbers from {low} to {high} were requested; give whole ends",
        "要求的是从 {low} 到 {high} 的整数；两端请用整数",
    ),
    # columns that are refused
    "covariates.no_calendar": (
        "{@calendar=True} was requested, and the times are step numbers: give dates, or leave it "
        "out",
        "要求的是 {@calendar=True}，而时间是步号：请给出日期，或不设",
    ),
    "covariates.many_names": (
        'column "{column}" has {n} names, like "{first}", and the network sees each as an input of '
        "its own: use a column with {most} or fewer",
        "“{column}”列有 {n} 种取值（如“{first}”），而每一种都是网络的一个输入："
        "请用不超过 {most} 种取值的列",
    ),
    "covariates.not_static": (
        'column "{column}" of series "{series}" changes, and {@stat_exog_list} is for columns that '
        "do not: name it in {@hist_exog_list} or {@futr_exog_list}",
        "序列“{series}”的“{column}”列有变化，而 {@stat_exog_list} 只用于不变的列："
        "请写在 {@hist_exog_list} 或 {@futr_exog_list} 中",
    ),
    "covariates.not_numbers": (
        'column "{column}" held numbers in training and has "{cell}" now: give numbers',
        "“{column}”列在训练时是数字，现在却有“{cell}”：请给出数字",
    ),
    # data that are refused
    "fit.short_series": (
        "{series} has {n:value|values}; {@h}={h} needs at least {needed}: supply more history, "
        "ask for a shorter horizon, or use the pretrained LSTM, for which 3 values are enough",
        "{series}有 {n} 个值；{@h}={h} 至少需要 {needed} 个：请提供更多历史，或缩短预测范围，"
        "或用预训练的 LSTM（3 个值即可）",
    ),
    "fit.short_panel": (
        "the longest of {series} series has {n:value|values}; {@h}={h} needs at least {needed} in "
        "one of them: supply more history, ask for a shorter horizon, or use the pretrained LSTM, "
        "for which 3 values are enough",
        "{series} 条序列中最长的有 {n} 个值；{@h}={h} 要求其中一条至少有 {needed} 个："
        "请提供更多历史，或缩短预测范围，或用预训练的 LSTM（3 个值即可）",
    ),
    "holdout.no_interval": (
        "{@level}={level:literal} was requested, and intervals are measured on the hold-out; 10 "
        "values of a series would be enough: supply more history, leave out {@level}, or use the "
        "pretrained LSTM, which has intervals of its own",
        "要求的是 {@level}={level:literal}，而区间由留出部分测得；一条序列有 10 个值即可："
        "请提供更多历史，或去掉 {@level}，或用自带区间的预训练 LSTM",
    ),
    "simulate.no_errors": (
        "simulate() draws from the errors of whole forecasts of the hold-out, and the series are "
        "too short for one of {@h}={h}: supply more history",
        "simulate() 从留出部分上完整预测的误差中抽取，而序列太短，没有 {@h}={h} 的预测："
        "请提供更多历史",
    ),
    "insample.no_data": (
        "predict_insample() needs the data that the model was fitted on, which a saved model does "
        "not hold: fit it again",
        "predict_insample() 需要拟合时的数据，而保存的模型不含这些数据：请重新拟合",
    ),
    "new_series.too_short": (
        "{series} was not in the fit and has {n:value|values}; {needed} are needed to forecast "
        "from: supply more history, or leave its rows out",
        "{series}不在拟合数据中，有 {n} 个值，而预测需要 {needed} 个：请提供更多历史，或去掉它的行",
    ),
    "futr.missing": (
        "the model sees {columns:list} in advance: give these columns over the next {h:step|steps} "
        "of each series with {@futr_df}",
        "模型使用 {columns:list} 的未来值：请用 {@futr_df} 给出每条序列未来 {h} 步的这些列",
    ),
    "futr.not_needed": (
        "{@futr_df} was given, and the model sees no column that is known in advance: name some in "
        "{@futr_exog_list}, or leave it out",
        "给出了 {@futr_df}，而模型没有使用任何未来已知的列："
        "请在 {@futr_exog_list} 中写出，或去掉它",
    ),
    "update.no_columns": (
        "update() was given numbers alone, and the model sees further columns ({columns:list}): "
        "give rows with these columns",
        "update() 只得到了数字，而模型还使用其他列（{columns:list}）：请给出带有这些列的行",
    ),
    "update.shape": (
        "update() takes the next values of all {n} series, an array of shape [{n}, n]; found shape "
        "{shape}",
        "update() 需要全部 {n} 条序列接下来的值，即形状为 [{n}, n] 的数组；实际形状为 {shape}",
    ),
    "update.not_finite": (
        "a new value is NaN or infinite; nothing was changed: fill it first",
        "新的值中有 NaN 或无穷大；未做任何更改：请先补上",
    ),
    "update.too_large": (
        "the new value {value:g} of {series} is too large, beyond ±{most:g}; nothing was changed: "
        "correct it, or leave it out if it stands for no value",
        "{series}的新值 {value:g} 过大，超出 ±{most:g}；未做任何更改："
        "请更正，若它表示没有值，请去掉",
    ),
    "update.not_next": (
        "{series} ends at {last} in the model, so the next value is that of {due}; found {first}: "
        "give the rows in between, and none that the model has seen",
        "模型中{series}到 {last} 为止，接下来应是 {due} 的值；实际是 {first}："
        "请补上中间的行，不要给出模型已有的行",
    ),
    "start.not_fitted": (
        "{@start_from} is {type}, and no fitted LSTMForecaster: fit it first, or give the file of "
        "one",
        "{@start_from} 是 {type}，不是已拟合的 LSTMForecaster：请先拟合，或给出它的文件",
    ),
    "start.other_setting": (
        "{argument}={value} does not fit the model to start from, which has {there}: use "
        "{argument}={there}, or fit without {@start_from}",
        "{argument}={value} 与起点模型的 {there} 不符：请用 {argument}={there}，"
        "或不用 {@start_from}",
    ),
    "start.in_its_fit": (
        "{series} was in the fit of the model to start from, up to {last}, and too little follows "
        "to measure what it is worth: go on with that model by update(), or supply more history",
        "{series}曾用于起点模型的拟合（到 {last} 为止），之后的值太少，无法衡量这个起点的价值："
        "请用 update() 继续那个模型，或提供更多历史",
    ),
}
