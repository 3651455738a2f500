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
        "{argument}={value:literal} was requested; use {choices:either}",
        "要求的是 {argument}={value:literal}；请用 {choices:either}",
    ),
    "argument.not_above": (
        "{argument}={value} was requested; use more than {low:g}",
        "要求的是 {argument}={value}；请用大于 {low:g} 的值",
    ),
    "argument.outside": (
        "{argument}={value} was requested; use {low:g} or more, below {high:g}",
        "要求的是 {argument}={value}；请用不小于 {low:g} 且小于 {high:g} 的值",
    ),
    "argument.not_inside": (
        "{argument}={value} was requested; use more than {low:g}, below {high:g}",
        "要求的是 {argument}={value}；请用大于 {low:g} 且小于 {high:g} 的值",
    ),
    "argument.below": (
        "{argument}={value} was requested; use {low:g} or more",
        "要求的是 {argument}={value}；请用不小于 {low:g} 的值",
    ),
    "argument.too_large": (
        "{argument}={value} was requested; use {most} at most",
        "要求的是 {argument}={value}；请用不超过 {most} 的值",
    ),
    "name.did_you_mean": ('(did you mean "{name}"?)', "（是否指“{name}”？）"),
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
    "extra.missing": (
        '{purpose} needs {package}, which is not installed: pip install "gatecast[{extra}]"',
        '{purpose}需要 {package}，但没有安装：pip install "gatecast[{extra}]"',
    ),
    "extra.holidays": ("a calendar of holidays", "节假日历"),
    "extra.search": ("a search", "搜索"),
    "extra.picture": ("a picture", "图片"),
    "extra.figure": ("a Plotly figure", "Plotly 图"),
    "extra.arima": ("an ARIMA", "ARIMA 模型"),
    "model.not_fitted": (
        "{verb}() was called before fit(): fit the model first",
        "在 fit() 之前调用了 {verb}()：请先拟合模型",
    ),
    "model.no_setting": (
        "{model} has no setting {setting}; it has {settings:list}",
        "{model} 没有设置 {setting}；它有 {settings:list}",
    ),
    # series
    "series.the_one": ("the series", "该序列"),
    "series.named": ('series "{name}"', "序列“{name}”"),
    "series.reason": ("{series}: {reason}", "{series}：{reason}"),
    "series.other_freq": (
        "the series have the frequency {freq}, and those of the fit {fitted}: bring them to that "
        "frequency, or fit a model of their own",
        "这些序列的频率是 {freq}，而拟合所用的是 {fitted}：请转换到该频率，或为它们单独拟合模型",
    ),
    # files
    "file.not_read": ('cannot read "{path}": {reason}', "无法读取“{path}”：{reason}"),
    "file.not_written": (
        'cannot write "{path}": {reason}; what was there before is unchanged. Make room or give '
        "another place",
        "无法写入“{path}”：{reason}；原有内容没有改变。请腾出空间，或换个位置",
    ),
    "file.no_file": (
        'cannot write "{path}": it is {what}; give the name of a file',
        "无法写入“{path}”：它是{what}；请给出文件名",
    ),
    "file.no_model": (
        '"{path}" is {what}, and not a file that gatecast wrote: give the name of one',
        "“{path}”是{what}，不是 gatecast 写的文件：请给出这样的文件名",
    ),
    "file.pipe": ("a pipe", "管道"),
    "file.socket": ("a socket", "套接字"),
    "file.folder": ("a folder", "文件夹"),
    "file.device": ("a device", "设备"),
    "file.checksum": (
        '"{path}" is not a file that gatecast wrote, or it was cut or changed since: its checksum '
        "does not fit its content. Take another copy, or make it anew",
        "“{path}”不是 gatecast 写的文件，或之后被截断或改动过：校验和与内容不符。"
        "请另取一份副本，或重新生成",
    ),
    "file.signature": (
        '"{path}" is not signed with this key: it may be of somebody else. Take the copy that was '
        "saved with {@sign}= and the same key, or load it without {@verify}= if you trust it",
        "“{path}”不是用这个密钥签名的：可能来自他人。请取用 {@sign}= 和同一密钥保存的副本，"
        "如果信任它，载入时去掉 {@verify}=",
    ),
    "file.key": (
        "{argument} needs a secret key, bytes or a text of {least} bytes or more: make one with "
        "secrets.token_bytes(32), and keep it where the file is not",
        "{argument} 需要一个密钥，即不少于 {least} 字节的 bytes 或文本："
        "用 secrets.token_bytes(32) 生成，不要与文件放在一起",
    ),
    "file.not_ours": (
        '"{path}" is not a file that gatecast wrote: {reason}. Take another copy, or make it anew',
        "“{path}”不是 gatecast 写的文件：{reason}。请另取一份副本，或重新生成",
    ),
    "file.not_whole": (
        '"{path}" is not a whole {kind}: {reason}. Take another copy, or make it anew',
        "“{path}”不是完整的{kind}：{reason}。请另取一份副本，或重新生成",
    ),
    "file.not_saved": (
        'the model is not saved in "{path}", since it could not be read again: {reason}. What was '
        "there is unchanged; fit the model to other data or with other settings",
        "模型未保存到“{path}”，因为之后无法再读取：{reason}。原有内容未变；"
        "请换用其他数据或设置重新拟合",
    ),
    "file.other_kind": (
        '"{path}" is not a saved {kind}: give the file of one',
        "“{path}”不是保存的{kind}：请给出这样的文件",
    ),
    "file.other_version": (
        '"{path}" is not a saved {kind} of format version {version}: give the file of one, or '
        "install a newer gatecast",
        "“{path}”不是格式版本 {version} 的{kind}：请给出这样的文件，或安装更新的 gatecast",
    ),
    "file.newer": (
        '"{path}" has format version {version}, and gatecast {ours} reads up to {most}: install a '
        "newer gatecast",
        "“{path}”的格式版本是 {version}，而 gatecast {ours} 最多读到 {most}：请安装更新的 gatecast",
    ),
    "file.limit": (
        '{variable}="{value}" is not a number of bytes: set it to one, as in 2000000',
        '{variable}="{value}"不是字节数：请设为数字，如 2000000',
    ),
    "file.too_large": (
        '"{path}" has {size:,} bytes, and no more than {most:,} are read, so that a file cannot '
        "fill the memory: if it is yours, set {variable}={size} in the environment",
        "“{path}”有 {size:,} 字节，而最多读取 {most:,} 字节，以免文件占满内存："
        "如果是自己的文件，请在环境变量中设 {variable}={size}",
    ),
    "file.changed": (
        '"{path}" was changed by somebody else since this model was read from it: load it again, '
        "and take your rows in once more; gatecast.open_for_update(path) does both under a lock",
        "读取模型之后，“{path}”被别人改动过：请重新载入，再加入自己的行；"
        "gatecast.open_for_update(path) 在锁内完成这两步",
    ),
    "kind.forecaster": ("forecaster", "预测器"),
    "kind.combination": ("combination", "组合"),
    "kind.pretrained": ("pretrained LSTM", "预训练 LSTM"),
}
