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
    # what is refused
    "combination.models": (
        "{@models}={models} was requested; give a list of names or models, for example "
        '["pretrained", "ETS", "Theta"]',
        '要求的是 {@models}={models}；请给出名称或模型的列表，例如 ["pretrained", "ETS", "Theta"]',
    ),
    "combination.other_level": (
        "{@level}={level:g} was requested, and intervals were measured for {measured}: give "
        "{@level}={needed} to the model, and fit it again",
        "要求的是 {@level}={level:g}，而测得的区间是 {measured}："
        "请给模型设 {@level}={needed}，再重新拟合",
    ),
    "combination.covariates": (
        "{model} has the covariates {columns:list}, and a combination has none: leave them out, or "
        "use the model alone",
        "{model} 使用协变量 {columns:list}，而组合不用协变量：请去掉它们，或单独使用该模型",
    ),
    "combination.no_interval": (
        "{@level}={level:g} was requested; no member gives intervals, and the series are too short "
        "to measure errors on: add the pretrained LSTM, or leave {@level} out",
        "要求的是 {@level}={level:g}；没有成员给出区间，序列又太短，无法测量误差："
        "请加入预训练 LSTM，或去掉 {@level}",
    ),
    "combination.not_saved": (
        "{model} is none of gatecast's models, which a combination is saved with: save it by other "
        "means",
        "{model} 不是 gatecast 的模型，而组合只能与 gatecast 的模型一起保存：请用其他方式保存它",
    ),
}
