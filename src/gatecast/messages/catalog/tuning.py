"""What a search for settings tried, and what came of it."""

TEXTS = {
    "tuning.stopped": (
        "the search was stopped; what it had finished was kept",
        "搜索被中止，已完成的部分保留了下来",
    ),
    "tuning.settings_found": ("found, not kept", "找到的设置（未采用）"),
    "tuning.settings_kept": ("found, kept", "找到的设置（采用）"),
    "tuning.defaults_kept": ("defaults, kept", "默认设置（采用）"),
    "tuning.unset": ("chosen from the data, or none", "由数据决定，或不用"),
    "tuning.tried": (
        "{n:trial|trials} ({states:list}), each scored on up to {origins:past origin|past origins},"
        " {h:step|steps} ahead",
        "{n} 次试验（{states:list}），每次最多在 {origins} 个过去的起点上评分，预测 {h} 步",
    ),
    "tuning.tried_panel": (
        "{n:trial|trials} ({states:list}), each scored on up to {origins:past origin|past origins}"
        " of {series:,} series, {h:step|steps} ahead",
        "{n} 次试验（{states:list}），每次最多在 {series:,} 条序列的 {origins} 个过去的起点上评分，"
        "预测 {h} 步",
    ),
    "tuning.finished": ("{n} finished", "{n} 次完成"),
    "tuning.pruned": ("{n} pruned", "{n} 次剪枝"),
    "tuning.diverged": ("{n} diverged", "{n} 次发散"),
    "tuning.trials_stopped": ("{n} stopped", "{n} 次中止"),
    "tuning.failed": ("{n} failed", "{n} 次失败"),
    "tuning.none_better": (
        "no trial was better than the defaults on these origins, so the defaults are kept",
        "在这些起点上没有试验胜过默认设置，因此保留默认设置",
    ),
    "tuning.better": (
        "on the {n} test origins, which the search did not use, the loss of the settings found is "
        "{gain:percent} lower than that of the defaults, more than noise ({evidence}): they are "
        "kept",
        "在搜索没有用过的 {n} 个测试起点上，找到的设置的损失比默认设置低 {gain:percent}，"
        "超出噪声（{evidence}）：保留找到的设置",
    ),
    "tuning.noise": (
        "on the {n} test origins, which the search did not use, the loss of the settings found is "
        "{gain:percent} lower than that of the defaults, which may be noise ({evidence}): the "
        "defaults are kept",
        "在搜索没有用过的 {n} 个测试起点上，找到的设置的损失比默认设置低 {gain:percent}，"
        "可能只是噪声（{evidence}）：保留默认设置",
    ),
    "tuning.worse": (
        "on the {n} test origins, which the search did not use, the loss of the settings found is "
        "{gain:percent} higher than that of the defaults ({evidence}): the defaults are kept",
        "在搜索没有用过的 {n} 个测试起点上，找到的设置的损失比默认设置高 {gain:percent}"
        "（{evidence}）：保留默认设置",
    ),
    "tuning.equal": (
        "on the {n} test origins, which the search did not use, the settings found and the "
        "defaults are equally good: the defaults are kept",
        "在搜索没有用过的 {n} 个测试起点上，找到的设置与默认设置一样好：保留默认设置",
    ),
    "tuning.untested": (
        "{n:origin is|origins are} too few for a test",
        "{n} 个起点太少，无法检验",
    ),
    "tuning.by_origin": (
        "Diebold-Mariano p {p:p} over {n} origins; 95 % interval of the gain {low:percent} to "
        "{high:percent}",
        "Diebold-Mariano p {p:p}，{n} 个起点；增益的 95% 区间为 {low:percent} 到 {high:percent}",
    ),
    "tuning.few_trials": (
        "{n:trial is|trials are} too few to tell whether more would help",
        "{n} 次试验太少，无法判断更多的试验是否有用",
    ),
    "tuning.all_late": (
        "every finished trial is in the second half: more trials may well help",
        "完成的试验都在后一半：更多的试验很可能有用",
    ),
    "tuning.no_progress": (
        "trial {number} is the best, and the second half of the trials did not beat it: more would "
        "hardly help",
        "第 {number} 次试验最好，后一半的试验没有超过它：更多的试验恐怕没有用",
    ),
    "tuning.progress": (
        "the second half of the trials lowered the best loss by {gain:.1%}, more than the scatter "
        "between origins: more trials may well help",
        "后一半的试验把最小损失降低了 {gain:.1%}，超过各起点之间的波动：更多的试验很可能有用",
    ),
    "tuning.little_progress": (
        "the second half of the trials lowered the best loss by {gain:.1%}, no more than the "
        "scatter between origins: more would hardly help",
        "后一半的试验把最小损失降低了 {gain:.1%}，没有超过各起点之间的波动：更多的试验恐怕没有用",
    ),
    "tuning.edge": (
        "{setting}={value:.3g} is at the end of its range ({end:g}): a wider range may hold "
        "something better",
        "{setting}={value:.3g} 在其范围的边缘（{end:g}）：更宽的范围里可能有更好的值",
    ),
    "tuning.near_edge": (
        "{setting}={value:.3g} is near the end of its range ({end:g}): a wider range may hold "
        "something better",
        "{setting}={value:.3g} 接近其范围的边缘（{end:g}）：更宽的范围里可能有更好的值",
    ),
    "tuning.short_series": (
        "{short} of {n} series had hardly begun at the first origin: the search left them out, and "
        "the forecaster was trained on them in the end",
        "{n} 条序列中有 {short} 条在第一个起点时才刚开始：搜索没有用它们，最后的训练用了",
    ),
    # what is refused
    "tuning.timeout": (
        "{@timeout}={timeout} was requested; give seconds above 0, or leave it out",
        "要求的是 {@timeout}={timeout}；请给出大于 0 的秒数，或不设",
    ),
    "tuning.no_sampler": (
        '{@sampler}="gp" needs {names:list}, not installed here: pip install {packages}',
        "{@sampler}=“gp”需要 {names:list}，这里没有安装：pip install {packages}",
    ),
    "tuning.too_short": (
        "the longest series has {longest:value|values}; a search on {searched:origin|origins} and "
        "{test:test origin|test origins}, {h:step|steps} ahead, needs at least {needed}: supply "
        "more history, or ask for a shorter horizon",
        "最长的序列有 {longest} 个值；在 {searched} 个起点上搜索、在 {test} 个测试起点上检验、"
        "预测 {h} 步至少需要 {needed} 个：请提供更多历史，或缩短预测范围",
    ),
    "tuning.none_scored": (
        "none of {n:trial|trials} could be scored; the last one: {reason}",
        "{n} 次试验都无法评分；最后一次：{reason}",
    ),
    "tuning.none_finished": (
        "no trial was finished before the time was over: give a longer {@timeout}, or resume",
        "到时间为止没有完成任何试验：请设更长的 {@timeout}，或继续搜索",
    ),
    "space.unknown": (
        'the search space has "{setting}", which is no setting that can be searched; these can: '
        "{settings:list}",
        "搜索空间里有“{setting}”，它不是可以搜索的设置；可以搜索的有：{settings:list}",
    ),
    "space.no_range": (
        'the search space has "{setting}": {value}; give (low, high) for a range, or a list for a '
        "choice",
        "搜索空间里有“{setting}”：{value}；范围请写成 (low, high)，选项请写成列表",
    ),
    "space.bad": (
        'the search space has "{setting}": {value}: {reason}',
        "搜索空间里有“{setting}”：{value}：{reason}",
    ),
    "study.folder": (
        'cannot keep a study in "{path}": it is a folder; name a file in it',
        "无法把研究存到“{path}”：它是文件夹；请给出其中的文件名",
    ),
    "study.not_opened": (
        'the study\'s storage "{url}" cannot be opened: {reason}; give the path of an SQLite file '
        "that is a study or does not exist, or the URL of a database whose driver is installed",
        "无法打开研究的存储“{url}”：{reason}；请给出一个 SQLite 文件的路径（已有的研究，"
        "或尚不存在的文件），或已安装驱动的数据库的 URL",
    ),
    "study.exists": (
        'there is a study "{name}" in "{url}" already: go on with it by {@resume=True}, or give '
        "another {@storage}",
        "“{url}”中已有研究“{name}”：请用 {@resume=True} 继续，或换一个 {@storage}",
    ),
    "study.other": (
        'the study "{name}" was begun with other {changed:list}: its scores cannot be compared '
        "with new ones. Give what it was begun with, or another {@study_name} or {@storage}",
        "研究“{name}”开始时的 {changed:list} 不同：其得分无法与新的比较。"
        "请使用开始时的设置，或换一个 {@study_name} 或 {@storage}",
    ),
}
