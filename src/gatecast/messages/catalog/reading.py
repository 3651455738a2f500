"""What was detected in a table."""

TEXTS = {
    "reading.no_times": (
        "there is no column of times: rows are numbered from 0",
        "没有时间列：各行从 0 开始编号",
    ),
    "reading.time_column": ('times are in column "{column}"', "时间在“{column}”列"),
    "reading.time_parts": (
        "times are joined from {columns:quoted}",
        "时间由 {columns:quoted} 合成",
    ),
    "reading.target_column": ('values are in column "{column}"', "数值在“{column}”列"),
    "reading.wide": (
        "there is no column of names and there are {n} of numbers, so each of {columns:names} is a "
        "series; name {@target_col} to forecast one of them alone",
        "没有名称列，而有 {n} 个数字列，因此 {columns:names} 各是一条序列；"
        "用 {@target_col} 指定一列，就只预测那一列",
    ),
    "reading.end_hours": (
        "hours count from 1 to 24, each named by its end: hour 1 begins at 00:00",
        "小时从 1 数到 24，以结束时刻命名：第 1 小时从 00:00 开始",
    ),
    "reading.short_years": (
        "years of two digits are read as {first} to {last}",
        "两位数的年份读作 {first} 到 {last}",
    ),
    "reading.midnight": (
        "24:00 is midnight, when the next day begins",
        "24:00 是午夜，即第二天的开始",
    ),
    "reading.fiscal_years": (
        "times are fiscal years, named by the first ({example})",
        "时间是财政年度，以第一年命名（{example}）",
    ),
    "reading.local_days": (
        "days are those of the local calendar; their zone is left out",
        "日期按当地日历，时区略去",
    ),
    "reading.daylight_saving": (
        "the distance of the times from UTC changes (daylight saving): they come back in UTC",
        "时间与 UTC 的差会变化（夏令时）：结果以 UTC 表示",
    ),
    "reading.separator": ("columns are separated by {separator}", "各列以 {separator} 分隔"),
    "reading.semicolons": ("semicolons", "分号"),
    "reading.tabs": ("tabs", "制表符"),
    "reading.bars": ("vertical bars", "竖线"),
    "reading.commas": ("commas", "逗号"),
    "reading.separator_line": (
        "line 1 names the separator of columns ({line})",
        "第 1 行说明了列的分隔符（{line}）",
    ),
    "reading.sentinel": (
        "the value {value:.6g} stands in {n:row|rows}, far from all others ({low:.6g} to "
        "{high:.6g}): if it is a code for a missing value, leave these cells empty",
        "数值 {value:.6g} 出现在 {n} 行中，远离其他所有数值（{low:.6g} 到 {high:.6g}）："
        "如果它是缺失值的代码，请把这些单元格留空",
    ),
    "reading.lines_above": (
        "{n:line|lines} above the column names left out",
        "略去列名之上的 {n} 行",
    ),
    "reading.line_below": (
        "line {first} below the column names holds no data and is left out",
        "列名之下的第 {first} 行没有数据，略去",
    ),
    "reading.lines_below": (
        "lines {first} to {last} below the column names hold no data and are left out",
        "列名之下的第 {first} 到 {last} 行没有数据，略去",
    ),
    "reading.utf_16": ("the text is in UTF-16", "文本的编码是 UTF-16"),
    "reading.encoding": (
        "the text is not UTF-8 and is read as {encoding}",
        "文本不是 UTF-8，按 {encoding} 读取",
    ),
    "reading.unit": (
        'numbers in column "{column}" are read without their "{unit}"',
        "“{column}”列的数字去掉“{unit}”后读取",
    ),
    "reading.line": ("line {n}", "第 {n} 行"),
    # rows of a table in memory count from 0, lines of a file from 1
    "reading.row": ("row {n}", "行 {n}"),
    "reading.column": ('column "{column}" of {source}', "{source} 的“{column}”列"),
    "reading.has": ("{row} has {cell:quote}", "{row}是{cell:quote}"),
    "reading.of_series": ("of series {name:quote}", "序列{name:quote}的"),
    "reading.filled_forward": (
        'column "{column}" has nothing at {n:step|steps}; the cell before, or the first one, is '
        "taken there",
        "“{column}”列有 {n:,} 步没有内容，那里取前一格的内容（或第一格的）",
    ),
    "reading.one_a_day": (
        "there is one row in each day, at moving times: it stands for the day",
        "每天一行，时刻不固定：代表那一天",
    ),
    "reading.one_a_week": (
        "there is one row in each week, on moving days: it stands for the week",
        "每周一行，日子不固定：代表那一周",
    ),
    "reading.one_a_month": (
        "there is one row in each month, on moving days: it stands for the month",
        "每月一行，日子不固定：代表那个月",
    ),
    "reading.one_a_quarter": (
        "there is one row in each quarter, on moving days: it stands for the quarter",
        "每季一行，日子不固定：代表那个季度",
    ),
    "reading.one_a_year": (
        "there is one row in each year, on moving days: it stands for the year",
        "每年一行，日子不固定：代表那一年",
    ),
    "reading.sorted": (
        "rows were not in the order of time ({row} is the first) and have been sorted",
        "各行不按时间顺序（首先出现在{row}），已重新排序",
    ),
    "reading.averaged_hour": (
        "the hour that is there twice where daylight saving ends ({time}) has been averaged; times "
        "with their zone (+02:00) would keep both",
        "夏令时结束时重复的一小时（{time}）已取平均；写明时区（+02:00）可保留两者",
    ),
    "reading.averaged_hours": (
        "the hour that is there twice where daylight saving ends ({time} and {more} more) has been "
        "averaged; times with their zone (+02:00) would keep both",
        "夏令时结束时重复的一小时（{time}，另有 {more} 处）已取平均；写明时区（+02:00）可保留两者",
    ),
    "reading.zone_of_days": (
        "times are in the zone {zone}; days are those of its calendar",
        "时间所在时区为 {zone}，按当地日历计日",
    ),
    "reading.zone_of_steps": (
        "times are in the zone {zone}; steps are counted in UTC",
        "时间所在时区为 {zone}，步长按 UTC 计算",
    ),
    "reading.rows_before": (
        "left out: {n:row|rows} without a value before the first value",
        "略去第一个数值之前没有数值的 {n:,} 行",
    ),
    "reading.rows_after": (
        "left out: {n:row|rows} without a value after the last value",
        "略去最后一个数值之后没有数值的 {n:,} 行",
    ),
    "reading.freq": ("{words} (freq={freq})", "{words}（freq={freq}）"),
    "reading.times": (
        "times are {freq}, from {first} to {last}: {size}",
        "时间为{freq}，从 {first} 到 {last}，共 {size}",
    ),
    "reading.length": ("{n:step|steps}", "{n:,} 步"),
    "reading.lengths": (
        "{series:,} series of {n:step|steps}",
        "{series:,} 条序列，每条 {n:,} 步",
    ),
    "reading.length_range": (
        "{series:,} series of {low:,} to {high:step|steps}",
        "{series:,} 条序列，每条 {low:,} 到 {high:,} 步",
    ),
    "reading.gap": (
        "a gap of {n:step|steps} after {time}{of:after} has been filled by a straight line. Where "
        'no row means zero, let {@aggregate}="sum" put zeros there',
        "{of:after}{time} 之后缺 {n:,} 步，已用直线补上。"
        '若没有行就表示零，用 {@aggregate}="sum" 在那里补 0',
    ),
    "reading.gaps": (
        "{gaps:,} gaps{among:after} have been filled by straight lines, {total:step|steps} in all; "
        "the longest has {n:step|steps}, after {time}{of:after}. Where no row means zero, let "
        '{@aggregate}="sum" put zeros there',
        "{among:after}{gaps:,} 处空缺已用直线补上，共 {total:,} 步；最长的 {n:,} 步，"
        "在{of:after} {time} 之后。若没有行就表示零，"
        '用 {@aggregate}="sum" 在那里补 0',
    ),
    "reading.among_series": (
        "in {touched:,} of {series:,} series",
        "{series:,} 条序列中的 {touched:,} 条有空缺：",
    ),
    "frequency.steps": ("steps of {n}", "步长 {n}"),
    "frequency.week": ("daily, {first:days} to {last:days}", "每日（{first:days}至{last:days}）"),
    "frequency.on_days": ("every {days:days}", "每{days:days}"),
    "frequency.periods": ("in periods of {weeks} weeks", "以 {weeks} 周为期"),
    "frequency.sessions": ("{step} within sessions", "交易时段内{step}"),
    "frequency.hourly": ("hourly", "每小时"),
    "frequency.daily": ("daily", "每日"),
    "frequency.weekly": ("weekly", "每周"),
    "frequency.monthly": ("monthly", "每月"),
    "frequency.quarterly": ("quarterly", "每季"),
    "frequency.yearly": ("yearly", "每年"),
    "frequency.weeks": ("every {n} weeks", "每 {n} 周"),
    "frequency.days": ("every {n} days", "每 {n} 日"),
    "frequency.hours": ("every {n} hours", "每 {n} 小时"),
    "frequency.minute": ("every minute", "每分钟"),
    "frequency.minutes": ("every {n} minutes", "每 {n} 分钟"),
    "frequency.second": ("every second", "每秒"),
    "frequency.seconds": ("every {n} seconds", "每 {n} 秒"),
    "frequency.millisecond": ("every millisecond", "每毫秒"),
    "frequency.milliseconds": ("every {n} milliseconds", "每 {n} 毫秒"),
    "frequency.microsecond": ("every microsecond", "每微秒"),
    "frequency.microseconds": ("every {n} microseconds", "每 {n} 微秒"),
    "frequency.months": ("every {n} months", "每 {n} 个月"),
    "frequency.first_day": ("monthly, first {day:days}", "每月第一个{day:days}"),
    "frequency.second_day": ("monthly, second {day:days}", "每月第二个{day:days}"),
    "frequency.third_day": ("monthly, third {day:days}", "每月第三个{day:days}"),
    "frequency.fourth_day": ("monthly, fourth {day:days}", "每月第四个{day:days}"),
    "frequency.last_day": ("monthly, last {day:days}", "每月最后一个{day:days}"),
    "frequency.at_the_end": ("{step}, at the end", "{step}末"),
    "frequency.first_business_day": ("{step}, first business day", "{step}首个工作日"),
    "frequency.last_business_day": ("{step}, last business day", "{step}最后一个工作日"),
    "reading.iso": ("ISO 8601", "ISO 8601 格式"),
    "reading.iso_offset": ("ISO 8601 with an offset", "带时差的 ISO 8601 格式"),
    "reading.day_first": ("day{mark}month{mark}year", "日{mark}月{mark}年"),
    "reading.month_first": ("month{mark}day{mark}year", "月{mark}日{mark}年"),
    "reading.year_first": ("year{mark}month{mark}day", "年{mark}月{mark}日"),
    "reading.month_year": ("month{mark}year", "月{mark}年"),
    "reading.year_month": ("year{mark}month", "年{mark}月"),
    "reading.fiscal_format": ("fiscal years", "财政年度"),
    "reading.years_and_months": ("years and months", "年和月"),
    "reading.quarters": ("quarters", "季度"),
    "reading.weeks": ("weeks", "周"),
    "reading.east_asian": ("years, months and days", "年月日"),
    "reading.named_months": ("with the name of a month", "写明月份名称"),
    "reading.decimal_years": ("years with decimals", "带小数的年份"),
    "reading.whole_numbers": ("whole numbers", "整数"),
    "reading.week_numbers": (
        "times are weeks ({example} begins on {monday})",
        "时间为周（{example} 从 {monday} 开始）",
    ),
    "reading.weeks_example": (
        "times are weeks ({example} is {shown})",
        "时间为周（{example} 即 {shown}）",
    ),
    "reading.decimal_years_example": (
        "times are years with decimals ({example} is {shown})",
        "时间为带小数的年份（{example} 即 {shown}）",
    ),
    "reading.date_numbers": (
        "times are dates without marks ({example} is {shown})",
        "时间为不带分隔的日期（{example} 即 {shown}）",
    ),
    "reading.since_1970": (
        "times count from 1970, in UTC ({example} is {shown})",
        "时间从 1970 年起计，按 UTC（{example} 即 {shown}）",
    ),
    "reading.dates_of_history": (
        "dates are {form}, as in the history",
        "日期为{form}，与历史数据相同",
    ),
    "reading.dates_by_cell": (
        "dates are {form}: {has}, which allows nothing else",
        "日期为{form}：{has}，只能这样读",
    ),
    "reading.dates_by_order": (
        "dates are {form}: the other way round they would not be regular",
        "日期为{form}：反过来读则不规则",
    ),
    "reading.dates_assumed": (
        "dates are assumed to be {form}; nothing in the column tells days from months: write "
        "them like 2024-01-31 to be sure",
        "假定日期为{form}；该列无法区分日与月：写成 2024-01-31 才能确定",
    ),
    "reading.now_points": (
        'numbers in column "{column}" have a decimal point, unlike the history',
        "“{column}”列的数字用小数点，与历史数据不同",
    ),
    "reading.now_commas": (
        'numbers in column "{column}" have a decimal comma, unlike the history',
        "“{column}”列的数字用小数逗号，与历史数据不同",
    ),
    "reading.thousands": (
        'numbers in column "{column}" are grouped by thousands (1,234 is 1234)',
        "“{column}”列的数字有千位分隔（1,234 即 1234）",
    ),
    "reading.decimal_comma": (
        'numbers in column "{column}" have a decimal comma',
        "“{column}”列的数字用小数逗号",
    ),
    "reading.dot_thousands": (
        'numbers in column "{column}" are read with a dot between thousands (1.234 is 1234)',
        "“{column}”列的数字以点作千位分隔（1.234 即 1234）",
    ),
    "reading.decimal_point": (
        'numbers in column "{column}" are read with a decimal point (1.234 is less than 2)',
        "“{column}”列的数字按小数点读取（1.234 小于 2）",
    ),
    "reading.small_commas": (
        'numbers in column "{column}" have a decimal comma (1,234 is less than 2)',
        "“{column}”列的数字用小数逗号（1,234 小于 2）",
    ),
    "reading.same_name": (
        "{column} has {cell:quote} in {row}, which is taken for {name:quote} as in the history",
        "{column}在{row}是{cell:quote}，视作历史数据中的{name:quote}",
    ),
    "reading.new_name": (
        "{column} has {cell:quote} in {row}, a name that the history does not have: the model "
        "has learned nothing of it (the history has {names:names})",
        "{column}在{row}是{cell:quote}，历史数据中没有这个名称：模型没有学过它（历史数据中有 "
        "{names:names}）",
    ),
    "reading.blank": (
        'column "{column}" is blank in {n:row|rows}: nothing holds there, such as no event',
        "“{column}”列有 {n:,} 行为空：视作没有（例如没有活动）",
    ),
    "reading.blank_row": (
        'column "{column}" is blank in {n:row|rows} ({row} is the first): nothing holds there, as '
        "in the history",
        "“{column}”列有 {n:,} 行为空（首先在{row}）：与历史数据一样，视作没有",
    ),
    "reading.times_together": (
        "times repeat, and {columns:names} are taken together for the time",
        "时间有重复，因此把 {columns:names} 合在一起作为时间",
    ),
    "reading.id_column": (
        'times repeat, so column "{column}" is taken to tell series apart',
        "时间有重复，因此用“{column}”列区分各条序列",
    ),
    "reading.id_columns": (
        "times repeat, so columns {columns:names} are taken to tell series apart",
        "时间有重复，因此用 {columns:names} 列区分各条序列",
    ),
    "reading.rounded": (
        "whole numbers from 2**53 on, about 9e15, are rounded to 53 bits ({row} is the first)",
        "从 2**53（约 9e15）起的整数舍入到 53 位（首先出现在{row}）",
    ),
    "reading.of_table": ("{source}: {note}", "{source}：{note}"),
    "reading.passed_over": (
        "{source}: {n:row|rows} up to the end of the model's history passed over",
        "{source}：跳过模型历史之内的 {n:,} 行",
    ),
    # rows of events
    "aggregate.sum": (
        "{n:row|rows} are added up by period ({freq}): {periods:value|values}, 0 where there is no "
        "row",
        "{n:,} 行按时段（{freq}）相加：得到 {periods:,} 个值，没有行的时段为 0",
    ),
    "aggregate.count": (
        "{n:row|rows} are counted by period ({freq}): {periods:value|values}, 0 where there is no "
        "row",
        "{n:,} 行按时段（{freq}）计数：得到 {periods:,} 个值，没有行的时段为 0",
    ),
    "aggregate.mean": (
        "{n:row|rows} are averaged by period ({freq}): {periods:value|values}",
        "{n:,} 行按时段（{freq}）取平均：得到 {periods:,} 个值",
    ),
    "aggregate.last": (
        "of {n:row|rows} the last of each period is taken ({freq}): {periods:value|values}",
        "{n:,} 行按时段（{freq}）取最后一个：得到 {periods:,} 个值",
    ),
    "aggregate.finished": (
        "the last period is taken as finished; its last row is of {time}",
        "最后一个时段视作已结束；它的最后一行在 {time}",
    ),
    "aggregate.unfinished": (
        "the period from {begin} on is not finished: its last row is of {time}, and other periods "
        "go on longer; its {n:row|rows} are not used: supply them again once it is over",
        "从 {begin} 开始的时段尚未结束：它的最后一行在 {time}，而其他时段持续更久；"
        "其中 {n:,} 行没有使用：请在时段结束后再次提供",
    ),
    "aggregate.no_freq": (
        '{@aggregate} needs {@freq} where times have a clock, such as {time}: give "D" for days '
        'or "h" for hours, for example',
        "时间含有钟点（如 {time}）时，{@aggregate} 需要 {@freq}：例如按天用 D，按小时用 h",
    ),
    "aggregate.no_periods": (
        "rows cannot be aggregated to these times ({freq}), which are no periods of the calendar: "
        "give {@freq} in minutes, hours, days, weeks, months or years",
        "无法把行汇总到这样的时间（{freq}），它们不是日历上的时段："
        "请用分钟、小时、天、周、月或年给出 {@freq}",
    ),
    "aggregate.too_many": (
        "from {first} to {last} there are {n:,} periods over all series, far more than rows: "
        "correct a time that is far off, or give a longer {@freq}",
        "从 {first} 到 {last}，所有序列共有 {n:,} 个时段，远多于行数：请更正偏离很远的时间，"
        "或给出更长的 {@freq}",
    ),
    "reading.before_gap": (
        "values before a long gap are not used, since more than {most:percent} of the steps would "
        "have to be filled",
        "长空缺之前的数值没有使用，否则要补上超过 {most:percent} 的步",
    ),
    "reading.before_gaps": (
        "values before a long gap are not used, since more than {most:percent} of the steps would "
        "have to be filled: {names:names} ({n} of {all:series|series})",
        "长空缺之前的数值没有使用，否则要补上超过 {most:percent} 的步：{names:names}"
        "（{all} 条序列中的 {n} 条）",
    ),
    # series that cannot be used
    "left_out.no_value": (
        "left out, without any value: {names:names} ({n} of {all:series|series})",
        "没有任何数值，已去掉：{names:names}（{all} 条序列中的 {n} 条）",
    ),
    "left_out.gaps": (
        "left out, since more than {most:percent} of their steps have no value: {names:names} ({n} "
        "of {all:series|series}); where no row means that nothing happened, let "
        '{@aggregate}="sum" put 0 there',
        "超过 {most:percent} 的步没有数值，已去掉：{names:names}（{all} 条序列中的 {n} 条）；"
        '如果没有行表示没有发生，用 {@aggregate}="sum" 在那里补 0',
    ),
    "left_out.late": (
        "no forecast is made, with fewer than {least:value|values} before every cutoff: "
        "{names:names} ({n} of {all:series|series})",
        "每个截断点之前都少于 {least} 个值，不作预测：{names:names}（{all} 条序列中的 {n} 条）",
    ),
    "left_out.short": (
        "left out, with fewer than {least:value|values}: {names:names} ({n} of "
        "{all:series|series})",
        "数值少于 {least} 个，已去掉：{names:names}（{all} 条序列中的 {n} 条）",
    ),
}
