"""What the LSTM that comes trained did to the series."""

TEXTS = {
    "pretrained.no_fit": (
        "nothing was trained on these series: the LSTM was trained before, on others",
        "没有在这些序列上训练：这个 LSTM 事先在其他序列上训练过",
    ),
    "pretrained.fine_tuned": (
        "the head of the pretrained network was fine-tuned on {n:series|series}: on values "
        "held out before, its loss was {gain:percent} smaller",
        "预训练网络的输出头在 {n} 个序列上做了微调：在事先留出的数值上，损失减小了 {gain:percent}",
    ),
    "pretrained.not_fine_tuned": (
        "fine-tuning the pretrained network on {n:series|series} did not clearly help on "
        "values held out, so it stays as it was",
        "在 {n} 个序列上微调预训练网络，对留出的数值没有明显帮助，因此保持原样",
    ),
    "pretrained.left_out": (
        '{@start_from}="pretrained" fine-tunes the pretrained network, and {@pretrained=False} '
        "leaves it out: leave out one of them",
        '{@start_from}="pretrained" 会微调预训练网络，而 {@pretrained=False} 不使用它：'
        "请去掉其中一个",
    ),
    "pretrained.not_used": (
        "the forecast does not use the pretrained network, fine-tuned or not",
        "预测没有使用预训练网络，无论是否微调",
    ),
    "pretrained.gaps": (
        "{steps:step|steps} of gaps, in {n} of {all:series|series}, are filled by the pretrained "
        "network from both sides in place of straight lines, which it beat on values nearby",
        "空缺中的 {steps:,} 步（{all} 条序列中的 {n} 条）由预训练网络从两侧补上，"
        "代替直线：在附近的已知数值上它更准",
    ),
    "pretrained.season": (
        "the season is {seasons:list} steps",
        "季节长度为 {seasons:list} 步",
    ),
    "pretrained.seasons": (
        "the seasons are {seasons:list} steps",
        "季节长度为 {seasons:list} 步",
    ),
    "pretrained.season_usual": (
        "{text}, as is usual at this frequency; the values were not tested for it",
        "{text}，这是该频率通常的季节，没有在数值上检验",
    ),
    "pretrained.season_detected": (
        "{text}, as detected in the values",
        "{text}，由数值检测得出",
    ),
    "pretrained.season_requested": ("{text}, as requested", "{text}，按要求设定"),
    "pretrained.no_season": ("no season is assumed", "不设季节性"),
    "pretrained.ignored": (
        "further columns are ignored, as the pretrained LSTM sees none: {names:list}",
        "忽略其他列（预训练的 LSTM 不使用其他列）：{names:list}",
    ),
    # what is refused
    "pretrained.no_weights": (
        'there are no pretrained weights "{name}": use "public" or "made-up"',
        "没有预训练权重“{name}”：请用“public”或“made-up”",
    ),
    "pretrained.bad_weights": (
        "these are no pretrained weights: {reason}",
        "这不是预训练权重：{reason}",
    ),
    "pretrained.shape": (
        "the pretrained weights' {name} should be finite, of shape {needed}; found shape {shape}",
        "预训练权重的 {name} 应为有限的数，形状为 {needed}；实际形状为 {shape}",
    ),
}
