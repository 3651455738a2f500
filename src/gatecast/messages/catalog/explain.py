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
    "memory.window": (
        "{told}; it has no inputs from before its window of {look_back:step|steps}",
        "{told}；它没有 {look_back} 步窗口之前的输入",
    ),
    "memory.short_history": (
        "{told}; that is more than half of the longest series, {longest} values, so that a longer "
        "history may show a longer memory",
        "{told}；这超过最长序列（{longest} 个值）的一半，更长的历史可能显出更长的记忆",
    ),
    "memory.differences": (
        "{told}; the inputs of each step are the last change and the distance from a local mean, "
        "which itself averages about {span} values",
        "{told}；每一步的输入是最近的变化和与局部均值的距离，而局部均值本身约为 {span} 个值的平均",
    ),
    "memory.half_life": (
        "units lose half of their state within {low:.3g} to {high:.3g} steps, the median one "
        "within {middle:.3g}",
        "各单元的状态在 {low:.3g} 到 {high:.3g} 步之内失去一半，中位数为 {middle:.3g} 步",
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
        "zero at the last of them, so that the loss settles there",
        "按要求，每个网络训练 {steps} 步；学习率在最后降到零，损失因此稳定下来",
    ),
    "training.steps_chosen": (
        "each network was trained for {steps:step|steps}, as many as had the smallest hold-out "
        "error; the learning rate falls to zero at the last of them, so that the loss settles "
        "there",
        "每个网络训练 {steps} 步，这在留出的数值上误差最小；学习率在最后降到零，损失因此稳定下来",
    ),
}
