"""How a combination weighs its members."""

TEXTS = {
    "combination.share": ("{model} {share:.0%}", "{model} {share:.0%}"),
    "combination.weights": (
        "weights from {n:hold-out forecast|hold-out forecasts}, the larger the smaller the error: "
        "{shares:list}",
        "权重来自 {n} 次留出预测，误差越小权重越大：{shares:list}",
    ),
    "combination.equal": (
        "members have equal weights, as requested: {shares:list}",
        "按要求，各成员权重相等：{shares:list}",
    ),
    "combination.alone": ("{model} is the only member", "{model} 是唯一的成员"),
    "combination.too_short": (
        "members have equal weights, as the series are too short for a hold-out: {shares:list}",
        "序列太短，无法留出数据，各成员权重相等：{shares:list}",
    ),
    "combination.width": (
        "the members' {level:g} % intervals are multiplied by {factor:.2f}, after the errors of "
        "the combination on the hold-out",
        "根据组合在留出部分的误差，成员的 {level:g}% 区间乘以 {factor:.2f}",
    ),
    "combination.left_out": (
        "{model} is left out, because it cannot forecast these data: {reason}",
        "{model} 无法预测这些数据，不参与组合：{reason}",
    ),
    "combination.member": ("{model}: {decision}", "{model}：{decision}"),
}
