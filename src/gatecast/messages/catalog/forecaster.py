"""What a forecaster detected in the data, did to them, and chose."""

TEXTS = {
    "series.new": (
        "series that were not in the fit are forecast by the same networks, each from its own "
        "history: {names:list}",
        "不在拟合数据中的序列由同样的网络根据各自的历史预测：{names:list}",
    ),
    "series.new_level": (
        'the column "{column}" of series "{series}" has "{level}", which was not in the fit: its '
        "input is the average over the series of the fit",
        '序列 "{series}" 的列 "{column}" 为 "{level}"，它不在拟合数据中：其输入取拟合序列的平均值',
    ),
    # sample weights
    "weights.of_file": (
        'sample_weight is an array, and the rows are in the file "{source}": name a column of the '
        "file, or read the file and give the table",
        "sample_weight 是数组，而数据在文件 “{source}” 中：请写明文件中的一列，"
        "或先读取文件再给出表格",
    ),
    "weights.covariate": (
        'sample_weight="{column}" was requested, and the column "{column}" is a covariate too: '
        "name it once",
        '要求的是 sample_weight="{column}"，而列 “{column}” 同时是协变量：请只写一处',
    ),
    "weights.no_array": (
        "sample_weight is {kind} without a number for each row: give the name of a column, or one "
        "number a row",
        "sample_weight 是 {kind}，没有为每行给出数字：请给出列名，或每行一个数",
    ),
    "weights.shape": (
        "sample_weight has the shape {shape}, and the table has {rows:row|rows}: give one weight a "
        "row",
        "sample_weight 的形状是 {shape}，而表格有 {rows} 行：请每行给出一个权重",
    ),
    "weights.not_finite": (
        "sample_weight has {weight} for {row}: give a number of 0 or more",
        "sample_weight 在{row}处为 {weight}：请给出大于等于 0 的数",
    ),
    "weights.names": (
        'sample_weight="{column}" was requested, and the column holds names, like "{cell}": give '
        "a column of numbers",
        '要求的是 sample_weight="{column}"，而该列是名称，例如 “{cell}”：请给出一列数字',
    ),
    "weights.negative": (
        "the weight of {time}{of:after} is {weight:.6g}: give weights of 0 or more",
        "{of:after} {time} 的权重为 {weight:.6g}：请给出大于等于 0 的权重",
    ),
    "weights.zero": (
        "all weights are 0, so that nothing could be learnt: give some values a weight above 0",
        "所有权重都为 0，无法学习：请让一部分值的权重大于 0",
    ),
    "weights.no_target": (
        "among the values that networks are trained on, and those that the hold-out leaves of "
        "them, no target has a weight above 0: give values well before the end of the series a "
        "weight above 0",
        "在网络用于训练的值中，或在留出之后剩下的值中，没有目标的权重大于 0："
        "请让序列结尾之前的值的权重大于 0",
    ),
    "weights.used": (
        "sample_weight weighs the targets of the training loss; {zero:,} of {n:value|values} weigh "
        "0",
        "sample_weight 为训练损失的目标加权；{n} 个值中有 {zero:,} 个权重为 0",
    ),
    # transforms
    "transform.logarithm": (
        "logarithms are taken of the values, which makes their variance even",
        "对数值取对数，使方差均匀",
    ),
    "transform.power": (
        "the power {power:.2g} is taken of the values, which makes their variance even",
        "对数值取 {power:.2g} 次幂，使方差均匀",
    ),
    "transform.log_requested": ("logarithms are taken of the values", "对数值取对数"),
    "transform.clipped": (
        "{clipped} of {n} values are outliers, beyond {low:.6g} to {high:.6g} (quartiles +/- 3 IQR)"
        ", and are clipped there",
        "{n} 个值中有 {clipped} 个是离群值，超出 {low:.6g} 到 {high:.6g}（四分位数 ± 3 IQR），"
        "被截到边界",
    ),
    "transform.level_shift": (
        "the level shifted before the last {last:value|values} and has stayed there: the "
        "{position:value|values} before are moved to the present level",
        "最后 {last} 个值之前水平发生了持续的变动：之前的 {position} 个值被移到现在的水平",
    ),
    "transform.min_max": (
        "values are scaled so that {low:.6g} becomes 0 and {high:.6g} becomes 1",
        "数值经过缩放，{low:.6g} 变为 0，{high:.6g} 变为 1",
    ),
    "transform.standard": (
        "values are shifted by their mean, {mean:.6g}, and divided by their standard deviation, "
        "{deviation:.6g}",
        "数值减去均值 {mean:.6g}，再除以标准差 {deviation:.6g}",
    ),
    "transform.robust": (
        "values are shifted by their median, {median:.6g}, and divided by their interquartile "
        "scale, {spread:.6g}",
        "数值减去中位数 {median:.6g}，再除以四分位距尺度 {spread:.6g}",
    ),
    "transform.mean_change": (
        "values are shifted by their mean, {mean:.6g}, and divided by their mean absolute change "
        "within the horizon, {change:.6g}",
        "数值减去均值 {mean:.6g}，再除以预测范围内的平均绝对变化 {change:.6g}",
    ),
    "transform.non_negative": (
        "no value is below zero and some are zero, so no forecast is below zero",
        "没有负值，且有零，因此预测不会低于零",
    ),
    "transform.season_divided": (
        "values are divided by a season of {season} steps, from {low:.3g} to {high:.3g} times the "
        "level",
        "数值除以 {season} 步的季节因子，为水平的 {low:.3g} 到 {high:.3g} 倍",
    ),
    "transform.season_subtracted": (
        "a season of {season} steps is subtracted, from {low:.3g} to {high:.3g} around the level",
        "减去 {season} 步的季节成分，相对水平从 {low:.3g} 到 {high:.3g}",
    ),
    "transform.season_fourier": (
        "a season of {season} steps is subtracted as Fourier terms of {terms} harmonics, from "
        "{low:.3g} to {high:.3g} around the level",
        "减去 {season} 步的季节成分，用 {terms} 个谐波的傅里叶项表示，"
        "相对水平从 {low:.3g} 到 {high:.3g}",
    ),
    "transform.of_both": ("of both series: {decision}", "两条序列：{decision}"),
    "transform.of_all": ("of all {n:,} series: {decision}", "全部 {n:,} 条序列：{decision}"),
    "transform.of_some": (
        "of {k:,} of {n:,} series ({names:names}): {decision}",
        "{n:,} 条序列中的 {k:,} 条（{names:names}）：{decision}",
    ),
    "transform.powers": (
        "powers from {power:.2g} are taken of the values, where 0 is the logarithm; this makes "
        "their variance even",
        "对数值取幂（{power:.2g}，0 即对数），使方差均匀",
    ),
    "transform.clipped_several": (
        "{clipped:value is an outlier|values each are outliers} (beyond the quartiles +/- 3 IQR) "
        "and clipped there",
        "每条有 {clipped} 个离群值（超出四分位数 ± 3 IQR），被截到边界",
    ),
    "transform.no_values": (
        "there are no values to fit on: the training part is empty",
        "没有可供拟合的数值：训练部分是空的",
    ),
    "transform.not_finite": (
        "the training part has the value {value} at position {position}: replace or remove it",
        "训练部分在位置 {position} 的值是 {value}：请替换或删除",
    ),
    "transform.not_positive": (
        "{purpose} needs values above 0, the training part has {value:g} at position {position}: "
        "leave the logarithm out, or take an additive season",
        "{purpose}需要大于 0 的数值，而训练部分在位置 {position} 是 {value:g}："
        "请不要取对数，或用加法季节",
    ),
    "transform.too_far_apart": (
        "values from {low:g} to {high:g} are too far apart to scale: give them in a larger unit",
        "数值从 {low:g} 到 {high:g} 相差太大，无法缩放：请用更大的单位",
    ),
    "transform.negative": (
        "forecasts of 0 or more were requested, and the training part has {value:g} at position "
        "{position}: leave this out",
        "要求预测不小于 0，而训练部分在位置 {position} 是 {value:g}：请去掉这一要求",
    ),
    "transform.outliers_not_finite": (
        "outliers are detected among finite values: replace or remove the others",
        "只能在有限的数值中检测离群值：请替换或删除其余的值",
    ),
    "transform.power_not_positive": (
        "a power needs values above 0, the training part has {value:g} at position {position}: "
        "leave the power out",
        "取幂需要大于 0 的数值，而训练部分在位置 {position} 是 {value:g}：请不要取幂",
    ),
    "transform.few_blocks": (
        "a power is chosen over four blocks of {block} values, and there are {n}: supply more "
        "history, or take logarithms",
        "选择幂次需要四段各 {block} 个数值，而只有 {n} 个：请提供更多历史数据，或取对数",
    ),
    "transform.season_kind": (
        'kind="{kind}" is unknown: give "multiplicative" or "additive"',
        '不认识 kind="{kind}"：请用 multiplicative 或 additive',
    ),
    "transform.short_for_season": (
        "{@season_length}={season} needs two seasons, {needed:value|values}, and there are {n}: "
        "supply more history or set {@season_length}=1",
        "{@season_length}={season} 需要两个季节（{needed} 个数值），而只有 {n} 个："
        "请提供更多历史数据，或设 {@season_length}=1",
    ),
    "transform.multiplicative": ("a multiplicative season", "乘法季节"),
    "transform.logarithms": ("a logarithm", "对数"),
    # seasons
    "season.too_short": (
        "the series are too short to detect a season in their values",
        "序列太短，无法从数值中检测季节",
    ),
    "season.detected": (
        "the frequency has no usual season, and one of {season} steps was detected in the values",
        "这个频率没有通常的季节，在数值中检测到了 {season} 步的季节",
    ),
    "season.detected_panel": (
        "the frequency has no usual season, and one of {season} steps was detected in the values "
        "of {votes} of {n} series",
        "这个频率没有通常的季节，在 {n} 条序列中的 {votes} 条里检测到了 {season} 步的季节",
    ),
    "season.further": (
        "a season of {season} steps was detected beside that of {shorter} steps: estimated on the "
        "first half, it takes {strength:percent} off the variance of the second",
        "除 {shorter} 步的季节外还检测到 {season} 步的季节：用前半段估计并去掉它，"
        "后半段的方差减少 {strength:percent}",
    ),
    "season.further_panel": (
        "a season of {season} steps was detected beside that of {shorter} steps in {votes} of {n} "
        "series: estimated on the first half, it takes {strength:percent} off the variance of the "
        "second",
        "除 {shorter} 步的季节外，在 {n} 条序列中的 {votes} 条里还检测到 {season} 步的季节："
        "用前半段估计并去掉它，后半段的方差减少 {strength:percent}",
    ),
    "season.cycle": (
        "the frequency has no usual season, and a cycle of about {length} steps in the values does "
        "not keep its phase: it is left to the network",
        "这个频率没有通常的季节，数值中约 {length} 步的周期相位不固定，交给网络去学",
    ),
    "season.none": (
        "the frequency has no usual season, and none was detected in the values",
        "这个频率没有通常的季节，数值中也没有检测到",
    ),
    "season.in": ("left in the series", "保留在序列中"),
    "season.out": (
        "removed from each series in which a test detects it",
        "从检验出季节的各条序列中去掉",
    ),
    "season.treatment": (
        "the season of {seasons:list} steps is {treatment}: the hold-out error of a network was "
        "{left:.3g} with the season and {removed:.3g} without, in units of a mean absolute change; "
        "the inputs of each step include {lags:seasonal lag|seasonal lags}, up to {longest} steps "
        "back",
        "{seasons:list} 步的季节{treatment}：网络的留出误差保留季节时为 {left:.3g}，去掉时为 "
        "{removed:.3g}（以平均绝对变化为单位）；每一步的输入包含 {lags} 个季节滞后，最远回看 "
        "{longest} 步",
    ),
    "season.treatment_twice": (
        "the season of {seasons:list} steps is {treatment}: the hold-out error of a network was "
        "{left:.3g} with the season and {removed:.3g} without ({left_before:.3g} and "
        "{removed_before:.3g} at the origin before), in units of a mean absolute change; the "
        "inputs of each step include {lags:seasonal lag|seasonal lags}, up to {longest} steps back",
        "{seasons:list} 步的季节{treatment}：网络的留出误差保留季节时为 {left:.3g}，去掉时为 "
        "{removed:.3g}（前一个起点为 {left_before:.3g} 和 {removed_before:.3g}，"
        "以平均绝对变化为单位）"
        "；每一步的输入包含 {lags} 个季节滞后，最远回看 {longest} 步",
    ),
    # what networks are trained on
    "learning.levels": (
        "the network is trained on levels: apart from seasons they are stationary",
        "网络在水平值上训练：除季节外它们是平稳的",
    ),
    "learning.differences": (
        "the network is trained on differences, because the level is not stationary",
        "网络在差分上训练，因为水平不平稳",
    ),
    "learning.constant": (
        "the values do not change, so the network has nothing to learn",
        "数值没有变化，网络没有什么可学的",
    ),
    "learning.levels_requested": (
        "the network is trained on levels, as requested",
        "按要求，网络在水平值上训练",
    ),
    "learning.differences_requested": (
        "the network is trained on differences, as requested",
        "按要求，网络在差分上训练",
    ),
    "learning.local_scale": (
        "inputs and targets at each step are divided by a local scale: an exponentially weighted "
        "mean of past absolute changes",
        "每一步的输入和目标都除以局部尺度：过去绝对变化的指数加权平均",
    ),
    "covariates.historic": (
        "historic covariates, up to the present: {names:list}",
        "历史协变量（到目前为止）：{names:list}",
    ),
    "covariates.future": (
        "future covariates, up to the end of the horizon: {names:list}",
        "未来协变量（到预测末尾为止）：{names:list}",
    ),
    "covariates.static": (
        "static covariates, one value for each series: {names:list}",
        "静态协变量（每条序列一个值）：{names:list}",
    ),
    "covariates.week": (
        "calendar features: the position in the week and the year",
        "日历特征：在一周和一年中的位置",
    ),
    "covariates.day": (
        "calendar features: the position in the day, the week and the year",
        "日历特征：在一天、一周和一年中的位置",
    ),
    # transfer
    "transfer.used": (
        "the networks start at the weights of the given model: on the hold-out, their MAE is "
        "{gain:percent} below that of networks trained from nothing, with weights {share:percent} "
        "of the distance from the start to where {steps:training step|training steps} lead",
        "网络从给定模型的权重开始：在留出部分上，其 MAE 比从零训练的网络低 {gain:percent}；"
        "权重取从起点到训练 {steps} 步后位置之间的 {share:percent} 处",
    ),
    "transfer.not_used": (
        "the given model is no help as a start: on the hold-out, the MAE of networks that start at "
        "its weights is {change:percent} above that of networks trained from nothing, which are "
        "used",
        "给定模型作为起点没有帮助：在留出部分上，从其权重开始的网络的 MAE 比从零训练的高 "
        "{change:percent}，因此使用从零训练的网络",
    ),
    "transfer.not_clear": (
        "the given model is no clear help as a start: on the hold-out, the MAE of networks that "
        "start at its weights is {change:percent} below that of networks trained from nothing, "
        "which of {n:forecast that does|forecasts that do} not overlap may be chance: networks "
        "trained from nothing are used",
        "给定模型作为起点没有明显帮助：在留出部分上，从其权重开始的网络的 MAE 比从零训练的低 "
        "{change:percent}，但只有 {n} 次互不重叠的预测，可能是偶然，因此使用从零训练的网络",
    ),
    "transfer.as_it_is": (
        "the series are too short for a hold-out: the networks of the given model are used as they "
        "are, with its intervals",
        "序列太短，无法留出数值：直接使用给定模型的网络及其区间",
    ),
    # the hold-out
    "config.no_texts": (
        "{name}={value} was requested; give a list of texts, the names of columns",
        "要求的是 {name}={value}；请给出列名（文本）的列表",
    ),
    "holdout.below": (
        "on the last {n:value|values}, the hold-out, the MAE is {gain:percent} below that of "
        "{reference} after {steps:training step|training steps}; the final networks use as many",
        "在最后 {n} 个值（留出部分）上，训练 {steps} 步后 MAE 比{reference}低 {gain:percent}；"
        "最终的网络也训练这么多步",
    ),
    "holdout.above": (
        "on the last {n:value|values}, the hold-out, the MAE is {gain:percent} above that of "
        "{reference} after {steps:training step|training steps}; the final networks use as many",
        "在最后 {n} 个值（留出部分）上，训练 {steps} 步后 MAE 比{reference}高 {gain:percent}；"
        "最终的网络也训练这么多步",
    ),
    "holdout.about": (
        "on the last {n:value|values}, the hold-out, the MAE is about that of {reference} after "
        "{steps:training step|training steps}; the final networks use as many",
        "在最后 {n} 个值（留出部分）上，训练 {steps} 步后 MAE 与{reference}相当；"
        "最终的网络也训练这么多步",
    ),
    "holdout.panel": ("{told} (over {series} series)", "{told}（共 {series} 条序列）"),
    "holdout.not_possible": (
        "the series are too short for a hold-out: no error was measured",
        "序列太短，无法留出数值：没有测量误差",
    ),
    "holdout.interval": (
        "an interval of {level:g} % needs {needed} forecasts or more that do not overlap, and the "
        "hold-out has {n}: it may be too narrow",
        "{level:g}% 的区间需要至少 {needed} 次互不重叠的预测来校准，而留出部分只有 {n} 次："
        "区间可能偏窄",
    ),
    "holdout.no_test": (
        "the intervals are those of {benchmark}; no forecast of these series has tested them",
        "区间来自{benchmark}，没有用这些序列的预测检验过",
    ),
    "combination.benchmark_only": (
        "{benchmark} alone beat every combination with the network on the hold-out: it is the "
        "forecast",
        "在留出部分上，单独使用{benchmark}胜过它与网络的任何组合：因此以它为预测",
    ),
    "combination.mixed": (
        "a combination with {benchmark} beat the network alone on the hold-out: the weight of the "
        "network is {weight:.0%}",
        "在留出部分上，与{benchmark}的组合胜过单独的网络：网络的权重为 {weight:.0%}",
    ),
    "combination.one_network": (
        "the networks have no weight in it: one was trained on all values, to be looked at",
        "网络在其中没有权重：只用全部数值训练了一个，供查看",
    ),
    "combination.prior": (
        "{benchmark} makes the forecast: on the hold-out nothing was clearly better",
        "以{benchmark}为预测：在留出部分上，没有其他方法明显更好",
    ),
    "combination.untested": (
        "{benchmark} makes the forecast: nothing could be compared with it",
        "以{benchmark}为预测：没有留出部分，无法与其他方法比较",
    ),
    "benchmark.counts": ("the model of intermittent demand", "间歇需求模型"),
    "benchmark.pretrained": ("the pretrained network", "预训练网络"),
    "benchmark.average": (
        "the weighted average of {first} (of seasonally adjusted values), the last value with "
        "the recent season, {second} and two other linear maps",
        "{first}（用于季节调整后的值）、加上近期季节的最后一个值、{second}与另外两个线性映射的加权平均",
    ),
    "benchmark.local": ("seasonal adjustment by the recent season", "按近期季节做的季节调整"),
    "benchmark.seasonal_linear": (
        "a linear map of seasonal differences",
        "季节差分的线性映射",
    ),
    "holdout.weights": (
        "weights of the average, by the errors in the hold-out: the pretrained network "
        "{adjusted:percent} and, with the recent season, {local:percent}; the last value with the "
        "recent season {last:percent}; linear maps of seasonal differences {seasonal:percent}, of "
        "the last values {level:percent} and of seasonally adjusted values {linear:percent}",
        "平均的权重由留出部分的误差决定：预训练网络 {adjusted:percent}，按近期季节调整的预训练网络 "
        "{local:percent}，加上近期季节的最后一个值 {last:percent}，季节差分的线性映射 "
        "{seasonal:percent}，最后若干值的线性映射 {level:percent}，季节调整后的线性映射 "
        "{linear:percent}",
    ),
    "benchmark.seasonal": (
        "the seasonal naive forecast of {season} steps",
        "{season} 步的季节朴素预测",
    ),
    "benchmark.linear": (
        "a linear map of the last {n} values",
        "最近 {n} 个值的线性映射",
    ),
}
