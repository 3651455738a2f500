"""What the LSTM that comes trained did to the series."""

TEXTS = {
    "pretrained.no_fit": (
        "nothing was trained on these series: the LSTM was trained before, on others",
        "没有在这些序列上训练：这个 LSTM 事先在其他序列上训练过",
    ),
    "pretrained.season": (
        "the season is {seasons:list} steps",
        "季节长度为 {seasons:list} 步",
    ),
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
