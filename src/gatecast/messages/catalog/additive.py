"""The additive part of a forecaster: effects, holidays, plans and components."""

TEXTS = {
    # the additive part
    "effects.none": (
        "there are no effects: the model has no columns known in advance, or its file is of a "
        "release before them: name such columns in {@futr_exog_list} and fit it",
        "没有效应可给出：模型没有预先已知的列，或文件来自更早的版本："
        "请在 {@futr_exog_list} 中指明这些列并拟合",
    ),
    "effects.size": (
        "{column} from {low:.4g} to {high:.4g} moves the forecast by {effect:.4g} ({lowest:.4g} to "
        "{highest:.4g} at 95 %; {share:.1%} of the level), estimated from {events:event|events}",
        "{column} 从 {low:.4g} 到 {high:.4g} 使预测变化 {effect:.4g}（95% 区间 {lowest:.4g} 到 "
        "{highest:.4g}；为水平的 {share:.1%}），由 {events} 个事件估计",
    ),
    "effects.few": (
        "{column} has {events:event|events} in the history, fewer than {least}: its size is "
        "uncertain",
        "{column} 在历史中只有 {events} 个事件，少于 {least} 个：效应大小不确定",
    ),
    "effects.nothing": (
        "columns that do not help are shrunk to nothing in the additive part: {names:list}",
        "没有帮助的列在加性部分中收缩为零：{names:list}",
    ),
    "effects.beyond": (
        "{column} goes beyond the {low:.6g} to {high:.6g} of the history in the plan, first at "
        "{time}: its effect there is extrapolated",
        "计划中的 {column} 超出历史中的 {low:.6g} 到 {high:.6g}，最早在 {time}：那里的效应是外推的",
    ),
    # several plans
    "plans.names": (
        "futr_df is a dict of plans, and its names are {names:list}: give one plan or more, each "
        "with a text as its name",
        "futr_df 是计划的字典，其名称为 {names:list}：请给出一个或多个计划，名称为文本",
    ),
    "plans.column": (
        'the forecasts of several plans have a column "{column}", and the table has one too: '
        "rename that of the table, or give {argument} one plan at a time",
        "多个计划的预测有 “{column}” 列，而表格中也有同名的列："
        "请改名，或每次只给 {argument} 一个计划",
    ),
    "plans.note": ("plan {plan}: {note}", "计划 {plan}：{note}"),
    # components
    "components.none": (
        "the forecast of {model} has no components: an LSTM's has, of up to 1,000 series",
        "{model} 的预测没有组成部分：只有 LSTM 的预测有，且序列不超过 1,000 条",
    ),
    "components.no_data": (
        "the model does not hold its data, as after load() or update(): give the history as source",
        "模型不含数据（载入或更新之后即如此）：请用 source 给出历史数据",
    ),
    "components.other_history": (
        'the history of series "{series}" does not end where the model does, or is missing: give '
        "all rows up to there",
        "序列 “{series}” 的历史与模型的终点不一致，或没有给出：请给出直到该处的全部行",
    ),
    # holidays
    "effects.holiday": (
        "{name} {effect:+.4g} ({lowest:.4g} to {highest:.4g})",
        "{name} {effect:+.4g}（{lowest:.4g} 到 {highest:.4g}）",
    ),
    "holidays.on_weekend": ("holiday on a weekend", "周末的节假日"),
    "holidays.workday": ("weekend workday", "周末调休上班"),
    "effects.more_holidays": ("{n} more, which move it less", "其余 {n} 个（影响更小）"),
    "effects.holidays": (
        "holidays move the forecast (95 % intervals), the strongest first: {sizes:list}; "
        "{nothing:column of holidays is|columns of holidays are} shrunk to nothing",
        "节假日使预测变化（95% 区间，由强到弱）：{sizes:list}；另有 {nothing} 个节假日列收缩为零",
    ),
    "effects.no_holidays": (
        "no holiday has a clear effect: {nothing:column is|columns are} shrunk to nothing",
        "没有节假日有明显效应：{nothing} 列均收缩为零",
    ),
    "effects.few_holidays": (
        "the history has fewer than {least} days of these holidays, so that their sizes are "
        "uncertain: {names:names}",
        "历史中这些节假日不足 {least} 天，效应大小不确定：{names:names}",
    ),
    "effects.new_holidays": (
        "these holidays lie ahead and not in the history, so that the forecast has no effect for "
        "them: {names:names}",
        "这些节假日在预测范围内而不在历史中，预测不含其效应：{names:names}",
    ),
    "holidays.days": (
        "holidays of {countries:list}, each with {around:day|days} before and after: {names:list}",
        "{countries:list} 的节假日，各含前后 {around} 天：{names:list}",
    ),
    "holidays.own": (
        "holidays of {countries:list}; the history is too short for the days around them: "
        "{names:list}",
        "{countries:list} 的节假日（历史太短，不含前后几天）：{names:list}",
    ),
    "holidays.counted": (
        "holidays of {countries:list}, as how many of their days lie in each period: {names:list}",
        "{countries:list} 的节假日，按每个时段内的天数计：{names:list}",
    ),
    "holidays.none": (
        "there are no holidays of {countries:list} in the history or the horizon",
        "历史和预测范围内没有 {countries:list} 的节假日",
    ),
    "holidays.no_dates": (
        "the holidays of {countries:list} were requested, and times are step numbers: give dates, "
        "or leave {@holidays} out",
        "要求使用 {countries:list} 的节假日，而时间是步数：请提供日期，或去掉 {@holidays}",
    ),
    "holidays.no_country": (
        'holidays of "{code}" were requested, and "{country}" is none of the {n} countries that '
        "the package holidays knows: give the two letters of ISO 3166, such as DE, CN or US",
        "要求使用 “{code}” 的节假日，而 holidays 包的 {n} 个国家中没有 “{country}”："
        "请给出 ISO 3166 两字母代码，如 DE、CN 或 US",
    ),
    "holidays.no_subdivision": (
        'holidays of "{code}" were requested; the subdivisions of {country} are {names:list}',
        "要求使用 “{code}” 的节假日；{country} 的地区代码是 {names:list}",
    ),
    "holidays.no_subdivisions": (
        'holidays of "{code}" were requested, and {country} has no subdivisions: give "{country}"',
        "要求使用 “{code}” 的节假日，而 {country} 没有地区划分：请给出 “{country}”",
    ),
    "holidays.beyond": (
        "the model knows holidays from {first} to {last}, and times lie beyond: fit it again",
        "模型只有 {first} 到 {last} 的节假日，而时间超出这一范围：请重新拟合",
    ),
}
