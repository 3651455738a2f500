"""Sentences that belong to no subject."""

TEXTS = {
    "option.renamed": ("{old} is now called {now}", "{old} 现在叫 {now}"),
    # a text that is no message: of an older file, or of a user's own model
    "text": ("{text}", "{text}"),
    "argument.too_small": (
        "{argument}={value} was requested; use {least} or more",
        "要求的是 {argument}={value}；请用 {least} 或更大的值",
    ),
    "argument.choice": (
        '{argument}="{value}" was requested; use {choices:either}',
        "要求的是 {argument}=“{value}”；请用 {choices:either}",
    ),
    "argument.not_above": (
        "{argument}={value} was requested; use more than {low}",
        "要求的是 {argument}={value}；请用大于 {low} 的值",
    ),
    "argument.no_share": (
        "{argument}={value} was requested; use 0 or more, below 1",
        "要求的是 {argument}={value}；请用不小于 0 且小于 1 的值",
    ),
    "argument.shape": (
        "{name} must have shape {needed}; found shape {shape}",
        "{name} 的形状必须是 {needed}；实际是 {shape}",
    ),
    "level.not_percent": (
        "{@level}={level} was given; use a per cent above 0 and below 100",
        "给出的是 {@level}={level}；请用大于 0 且小于 100 的百分数",
    ),
    "file.no_folder": (
        'cannot write "{path}": there is no folder "{folder}"; make it first',
        "无法写入“{path}”：没有文件夹“{folder}”；请先创建它",
    ),
}
