"""What was detected in intermittent demand, and how it is forecast."""

TEXTS = {
    "counts.demand": (
        "demand is intermittent in {n} of {all:series|series} ({lumpy} lumpy; {interval:.1f} steps "
        "from one demand to the next in the median)",
        "{all} 条序列中有 {n} 条的需求是间歇性的（其中 {lumpy} 条为块状；"
        "两次需求之间的步数中位数为 {interval:.1f}）",
    ),
    "counts.median": (
        "{demand}: their forecasts are medians of the probability and the size of demand, and "
        'their intervals are quantiles; {@loss}="squared" gives means',
        "{demand}：它们的预测是由需求的概率和数量得到的中位数，区间是分位数；"
        '{@loss}="squared" 给出平均值',
    ),
    "counts.mean": (
        "{demand}: their forecasts are means, the probability times the size of demand, and their "
        "intervals are quantiles",
        "{demand}：它们的预测是平均值，即需求的概率乘以数量，区间是分位数",
    ),
    "counts.not_used": (
        "{demand}; on the hold-out the networks are clearly better than the probability and the "
        "size of demand, and make their forecasts too",
        "{demand}；在留出部分上，网络明显好于需求的概率和数量，因此它们也由网络预测",
    ),
}
