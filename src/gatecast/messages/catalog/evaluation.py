"""What a backtest, a score and a test of significance refuse, and why."""

TEXTS = {
    # models
    "models.unknown": (
        'there is no model "{model}"{near:after}; there are {models:list}',
        "没有模型“{model}”{near:after}；可用的有 {models:list}",
    ),
    "models.unknown_part": (
        'there is no model "{model}"{near:after}; there are {models:list}, and several with + '
        "between are combined",
        "没有模型“{model}”{near:after}；可用的有 {models:list}，用 + 连接的几个会组合起来",
    ),
    "models.none": ("no models were given: give at least one", "没有给出模型：请至少给出一个"),
    "models.named_twice": (
        "two models are named {model}: give each an alias of its own",
        "有两个模型都叫 {model}：请给每个模型各自的别名（alias）",
    ),
    "models.no_method": (
        "{model} has no {method}(): give a forecaster or a baseline",
        "{model} 没有 {method}()：请给出预测器或基准模型",
    ),
    # forecasts of any model
    "forecast.rows": (
        "the forecast of {model} has {rows:row|rows} for {n} series",
        "{model} 的预测有 {rows} 行，而序列有 {n} 条",
    ),
    "forecast.other_rows": (
        'the forecast of {model} has other rows in "{column}" than the {h:step|steps} after each '
        "series, in their order",
        "{model} 的预测在“{column}”列中的行，不是每条序列之后依次的 {h} 步",
    ),
    "forecast.not_finite": (
        'the forecast of {model} has values in "{column}" that are no number',
        "{model} 的预测在“{column}”列中有不是数字的值",
    ),
    "forecast.steps": (
        "{model} forecasts {steps:step|steps}, and {needed} were requested",
        "{model} 预测 {steps} 步，而要求的是 {needed} 步",
    ),
    "forecast.no_history": (
        "forecast() needs the history that the forecast follows, and a model that was loaded or "
        "updated does not hold it: give the table as {@source}=",
        "forecast() 需要预测之前的历史，而载入或更新过的模型不含历史：请用 {@source}= 给出表格",
    ),
    # backtest
    "backtest.refit": (
        "{@refit}={refit} was requested; use True, False, or 1 or more",
        "要求的是 {@refit}={refit}；请用 True、False，或 1 或更大的数",
    ),
    "backtest.no_folder": (
        'cannot keep results in "{path}": {reason}; give a folder',
        "无法把结果存到“{path}”：{reason}；请给出一个文件夹",
    ),
    "backtest.no_forecast": (
        "no model could forecast these data; {reason}",
        "没有模型能预测这些数据；{reason}",
    ),
    "backtest.table_column": (
        'the table has a column "{column}", as the result will: rename it',
        "表格有“{column}”列，与结果中的列重名：请改名",
    ),
    "backtest.model_column": (
        'a model is named "{model}", as a column is: name it otherwise',
        "有模型叫“{model}”，与某一列重名：请换个名字",
    ),
    "backtest.no_horizon": (
        "the models have the horizons {horizons}: give {@h}",
        "各模型的预测步数为 {horizons}：请给出 {@h}",
    ),
    "backtest.no_actual": (
        "no value after a cutoff is known; the table has gaps there: fill them",
        "截断点之后没有已知的值，表格在那里有缺口：请补上",
    ),
    "backtest.too_short": (
        "the longest series has {longest:value|values}; {n_windows:window|windows} with a step of "
        "{step} and {reach:step|steps} ahead need at least {needed}: supply more history, or use "
        "fewer windows or a shorter horizon",
        "最长的序列有 {longest} 个值；步长 {step}、预测 {reach} 步的 {n_windows} 个窗口至少需要 "
        "{needed} 个：请提供更多历史，或减少窗口，或缩短预测范围",
    ),
    "results.owa": (
        "OWA is relative to {reference}, whose OWA is 1",
        "OWA 以 {reference} 为参照（其 OWA 为 1）",
    ),
    "results.one_series": (
        '{@over}="series" was requested, and there is one series: use "cutoffs"',
        '要求的是 {@over}="series"，而只有一条序列：请用“cutoffs”',
    ),
    "results.no_ranks": (
        "ranks are over many series, and there is one: use significance()",
        "排名要在多条序列上比较，而只有一条：请用 significance()",
    ),
    # scores of tables
    "scores.no_model": (
        "the forecast table has no column of a model",
        "预测表中没有任何模型的列",
    ),
    "scores.no_forecast": (
        "{n:test value has|test values have} no forecast, first {first}",
        "{n} 个测试值没有预测，第一个在 {first}",
    ),
    "scores.no_training": (
        'series "{series}" has no training part',
        "序列“{series}”没有训练部分",
    ),
    "scores.actual": ("actual", "实际值"),
    "scores.forecast": ("forecast", "预测"),
    "scores.no_column": (
        'the {table} table has no column "{column}"; it has {columns:list}',
        "{table}表没有“{column}”列；它有 {columns:list}",
    ),
    "scores.twice": (
        "the {table} table has a time twice: {first}",
        "{table}表中有重复的时间：{first}",
    ),
    # metrics
    "metrics.quantile": (
        "{@quantile}={quantile} was given; use one above 0 and below 1",
        "给出的是 {@quantile}={quantile}；请用大于 0 且小于 1 的值",
    ),
    "metrics.quantiles": (
        "{@quantiles}={quantiles} were given: give some that rise, above 0 and below 1",
        "给出的是 {@quantiles}={quantiles}；它们必须递增，大于 0 且小于 1",
    ),
    "metrics.shapes": (
        "actual has shape {actual} and forecast {forecast}; they have to be equal and not empty",
        "actual 的形状是 {actual}，forecast 的形状是 {forecast}；二者必须相同且不为空",
    ),
    "metrics.distribution": (
        "actual has shape {actual} and forecast {forecast}; they have to be [n] and [n, {count}], "
        "and not empty",
        "actual 的形状是 {actual}，forecast 的形状是 {forecast}；它们必须是 [n] 和 [n, {count}]，"
        "且不为空",
    ),
    # significance
    "significance.few": (
        "{n:loss was|losses were} given; at least {needed} are needed: use more windows",
        "给出了 {n} 个损失，至少需要 {needed} 个：请用更多窗口",
    ),
    "significance.shape": (
        "losses have shape {shape}; {n:model was|models were} named",
        "损失的形状是 {shape}，而给出了 {n} 个模型名",
    ),
    "significance.shapes": (
        "losses of shapes {first} and {second} were given; they have to be one row each, equally "
        "long",
        "给出的损失形状为 {first} 和 {second}；它们必须各为一行，长度相同",
    ),
    "significance.not_finite": (
        "{wrong} of {n} pairs of losses are not finite: leave them out",
        "{n} 对损失中有 {wrong} 对不是有限的数：请去掉它们",
    ),
    "significance.not_finite_loss": (
        "the loss of {model} on series {number} is {loss}: leave that series out",
        "{model} 在第 {number} 条序列上的损失是 {loss}：请去掉这条序列",
    ),
    "significance.ranks": (
        "{models:model|models} on {series} series were given; ranks need at least 2 of each",
        "给出了 {series} 条序列上的 {models} 个模型；排名各需要至少 2 个",
    ),
}
