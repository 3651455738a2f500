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
        "there is no column of names and there are {n} of numbers, so each of {columns} is a "
        "series; name {@target_col} to forecast one of them alone",
        "没有名称列，而有 {n} 个数字列，因此 {columns} 各是一条序列；"
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
}
