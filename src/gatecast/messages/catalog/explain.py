"""What a fitted network did, and how it was trained."""

TEXTS = {
    "memory.nothing": (
        "no input changes the forecast: any {@look_back} will do, and so would a constant",
        "没有任何输入能改变预测：{@look_back} 取多少都行，用常数预测也一样",
    ),
    "memory.within": (
        "{share:.0%} of the gradient of the forecast is within the last {steps:step|steps}: a "
        "{@look_back} of {steps} is enough for what this network has learned",
        "预测的梯度有 {share:.0%} 来自最后 {steps} 步：就这个网络学到的内容而言，{@look_back} 取 "
        "{steps} 就够了",
    ),
    "memory.no_part": (
        "{share:.0%} of the gradient of the networks' own forecast, which has no part in this one, "
        "is within the last {steps:step|steps}",
        "网络自身的预测（未用于这次预测）的梯度有 {share:.0%} 来自最后 {steps} 步",
    ),
    "memory.window": (
        "{text}; it has no inputs from before its window of {look_back:step|steps}",
        "{text}；它没有 {look_back} 步窗口之前的输入",
    ),
    "memory.short_history": (
        "{text}; that is more than half of the longest series, {longest} values, so that a longer "
        "history may show a longer memory",
        "{text}；这超过最长序列（{longest} 个值）的一半，更长的历史可能显出更长的记忆",
    ),
    "memory.differences": (
        "{text}; the inputs of each step are the last change and the distance from a local mean, "
        "which itself averages about {span} values",
        "{text}；每一步的输入是最近的变化和与局部均值的距离，而局部均值本身约为 {span} 个值的平均",
    ),
    "memory.half_life": (
        "units lose half of their state within {low:,g} to {high:,g} steps, the median one "
        "within {middle:,g}",
        "各单元的状态在 {low:,g} 到 {high:,g} 步之内失去一半，中位数为 {middle:,g} 步",
    ),
    "memory.reaches_further": (
        "half-lives count what a unit keeps itself; units also pass their outputs on to one "
        "another at each step, so that the forecast depends on steps further back",
        "半衰期只计入单元自己保留的部分；各单元每一步还把输出传给彼此，因此预测还取决于更早的步",
    ),
    "memory.follows": (
        "what units are correlated with most: {features:list}",
        "各单元主要与这些相关：{features:list}",
    ),
    "memory.value": ("value ({n})", "数值（{n}）"),
    "memory.level": ("local mean ({n})", "局部均值（{n}）"),
    "memory.trend": ("trend ({n})", "趋势（{n}）"),
    "memory.season": ("season ({n})", "季节（{n}）"),
    "memory.change": ("change ({n})", "变化（{n}）"),
    "memory.spikes": ("spikes ({n})", "尖峰（{n}）"),
    "memory.dead": (
        "{dead} of {n} units never change: a smaller network would give the same forecast",
        "{n} 个单元中有 {dead} 个从不变化：更小的网络也能给出同样的预测",
    ),
    "explain.first_series": (
        'the table has {n:,} series, and this is the first, "{series}": choose another by its name',
        "表中有 {n:,} 条序列，这里是第一条“{series}”：可以按名称选择其他序列",
    ),
    "explain.no_part": (
        "what is shown of gates and memory is of the model's own networks, which have no part in "
        "this forecast",
        "这里显示的门和记忆属于模型自己的网络，而这次预测没有用到它们",
    ),
    "explain.of_pretrained": (
        "gates and memory are of the pretrained network, which was not trained on this series",
        "门和记忆属于预训练网络，它没有在这条序列上训练",
    ),
    "explain.windows": (
        "the state starts at zero in each window of {@look_back}={look_back}; here windows stand "
        "end to end, and the last one is that of the forecast",
        "状态在每个窗口（{@look_back}={look_back}）开头都是零；这里窗口首尾相接，"
        "最后一个就是作出预测的窗口",
    ),
    "explain.older_table": (
        "the model was updated up to {last}, after the end of the table at {end}: the forecast "
        "begins after the former, and its attribution is that of a forecast after the latter",
        "模型已更新到 {last}，晚于表的末尾 {end}：预测从前者之后开始，归因则针对后者之后的预测",
    ),
    "explain.new_values": (
        "the last {n:value is|values are} new to the model, and a copy of it was updated with them",
        "最后 {n} 个值对模型来说是新的，已用它们更新了模型的副本",
    ),
    "reference.mean": ("the mean", "均值"),
    "reference.naive": ("the naive forecast", "朴素预测"),
    "reference.adjusted_naive": (
        "the naive forecast of the seasonally adjusted values",
        "季节调整后的朴素预测",
    ),
    "holdout.none": (
        "the series are too short for a hold-out: the accuracy of the forecast is unknown",
        "序列太短，无法留出数值：无从知道预测有多好",
    ),
    "holdout.better": (
        "its hold-out MAE is {gain:percent} below that of {reference}",
        "在留出的数值上，它的 MAE 比{reference}低 {gain:percent}",
    ),
    "holdout.no_better": (
        "its hold-out MAE is no smaller than that of {reference}: the simple forecast does as well "
        "here",
        "在留出的数值上，它的 MAE 不比{reference}小：在这里简单的预测也一样好",
    ),
    "training.steps_requested": (
        "each network was trained for {steps:step|steps}, as requested; the learning rate falls to "
        "zero at the last of them",
        "按要求，每个网络训练 {steps} 步；学习率在最后一步降到零",
    ),
    "training.steps_chosen": (
        "each network was trained for {steps:step|steps}, as many as had the smallest hold-out "
        "error; the learning rate falls to zero at the last of them",
        "每个网络训练 {steps} 步，这在留出的数值上误差最小；学习率在最后一步降到零",
    ),
    "training.epoch": (
        "{text}; an epoch is {epoch:step|steps}",
        "{text}；每轮 {epoch} 步",
    ),
    "training.went_on": (
        "{text}; the network with {most:epoch|epochs} went on from that of the hold-out, and has "
        "been trained for more steps than the others",
        "{text}；有 {most} 轮的网络是从留出时训练的网络继续训练的，步数比其他网络多",
    ),
    "explain.no_lstm": (
        "a {kind} has no gates of its own to explain: give a fitted LSTMForecaster, which is what "
        "gatecast forecast --save keeps of an LSTM",
        "{kind} 没有可以解释的门：请给出训练好的 LSTMForecaster，"
        "即 gatecast forecast --save 为 LSTM 保存的模型",
    ),
    "explain.no_data": (
        "{function}() needs the data, which a saved or updated model does not hold: give the table "
        "as source",
        "{function}() 需要数据，而保存或更新过的模型不含数据：请用 source 给出表格",
    ),
    "explain.other_times": (
        'the times of column "{column}" and those that the model was fitted on are of two kinds, '
        "dates and whole numbers: give the table in the same form",
        "“{column}”列的时间与模型训练时的时间种类不同（日期与整数）：请用同样的形式给出表格",
    ),
    "explain.no_network": (
        "{@network}={network} was requested; the model has {n}, numbered from 0",
        "要求的是 {@network}={network}；模型有 {n} 个网络，从 0 编号",
    ),
    "explain.bad_share": (
        "share={share} was requested; use more than 0 and less than 1",
        "要求的是 share={share}；请用大于 0 且小于 1 的值",
    ),
    "explain.no_series": (
        'there is no series "{series}" among the {n:,} of the table; the first are {names:names}: '
        "give one of its names",
        "表格的 {n:,} 条序列中没有“{series}”；前几条是 {names:names}：请给出其中的名称",
    ),
    "explain.one_series": (
        'there is no series "{series}" in the table, which has one, "{name}"',
        "表格中没有“{series}”，只有一条序列“{name}”",
    ),
    "explain.not_finite": (
        "the forecast cannot be attributed to its inputs: the values are too far from those of the "
        "fit for floating-point numbers; check the table, or fit the model again",
        "无法把预测归因到各个输入：数值与拟合时相差太远，超出浮点数的范围；请检查表格，或重新拟合模型",
    ),
    "explain.no_step": (
        "step={step} was requested; the forecast has steps 1 to {h}",
        "要求的是 step={step}；预测有第 1 到 {h} 步",
    ),
    "explain.inexact": (
        "the attribution is not exact: of the difference that a step of the forecast makes up to "
        "{error:percent} is not shared among the past (step {step})",
        "归因并不精确：预测某一步的差值中最多有 {error:percent} 没有分摊给过去（第 {step} 步）",
    ),
    "explain.pretrained_view": (
        "what is shown is the network's run along the logarithms; the forecast is the mean of it "
        "and of a run along the values",
        "这里显示的是网络沿对数值的运行；预测是它与沿原值运行的平均",
    ),
    "explain.counts": (
        "the demand of this series is intermittent: its forecast is made of the probability and "
        "the size of demand, and the network shown here has no part in it",
        "这条序列的需求是间歇性的：它的预测由需求的概率和数量得到，这里显示的网络不参与其中",
    ),
    "explain.pretrained_states": (
        "the attribution is of what reaches the forecast through the LSTM's state; the simple "
        "forecasts that its outputs weigh are the same with and without it",
        "归因针对经由 LSTM 状态到达预测的部分；其输出加权的简单预测在两种情形下相同",
    ),
    "explain.no_training": (
        "nothing was trained on this series: one step ahead, over {n:step|steps}, its MAE is "
        "{gain:percent} below that of the naive forecast",
        "没有在这条序列上训练：在 {n:,} 步上提前一步预测，它的 MAE 比朴素预测低 {gain:percent}",
    ),
    "explain.no_training_no_better": (
        "nothing was trained on this series: one step ahead, over {n:step|steps}, its MAE is no "
        "smaller than that of the naive forecast",
        "没有在这条序列上训练：在 {n:,} 步上提前一步预测，它的 MAE 不比朴素预测小",
    ),
    "explain.short_series": (
        "nothing was trained on this series, which is too short to say how good the forecast is",
        "没有在这条序列上训练；它太短，无从知道预测有多好",
    ),
    "explain.within": (
        "{share:.0%} of the gradient of the forecast through the LSTM's state is within the last "
        "{steps:step|steps}",
        "预测经由 LSTM 状态的梯度有 {share:.0%} 来自最后 {steps:,} 步",
    ),
}
