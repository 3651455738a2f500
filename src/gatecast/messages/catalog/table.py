"""What is refused in a table, and why."""

TEXTS = {
    "table.freq_of_dates": (
        "{@freq}={freq} was requested, but times are dates: leave {@freq} out or give one that "
        "fits",
        "要求的是 {@freq}={freq}，但时间是日期：请去掉 {@freq}，或给出合适的频率",
    ),
    "table.freq_of_steps": (
        "{@freq}={freq} was requested, but times are step numbers: leave {@freq} out or give one "
        "that fits",
        "要求的是 {@freq}={freq}，但时间是步号：请去掉 {@freq}，或给出合适的频率",
    ),
    "table.no_frequency": (
        '{@freq}="{freq}" is not a frequency: give a pandas name such as "h", "D", "B", "W", "MS", '
        '"ME", "QS" or "YS", with a number before it if need be ("15min"), or an integer for step '
        "numbers",
        '{@freq}="{freq}"不是频率：请用 pandas 的名称，如 h、D、B、W、MS、ME、QS 或 YS，'
        "需要时前面加数字（15min）；步号用整数",
    ),
    "table.empty_column": (
        'column "{column}"{of:after} has no cell with anything in it: supply some, or leave the '
        "column out",
        "{of:after}“{column}”列没有任何内容：请补上，或去掉该列",
    ),
    "table.mostly_blank": (
        'column "{column}"{of:after} has nothing at {share:percent} of the steps, and no more than '
        "{most:percent} are filled in: write the number that holds there, 0 if that is meant",
        "{of:after}“{column}”列有 {share:percent} 的步没有内容，而最多补上 {most:percent}："
        "请写出那里的数值（如果是 0 就写 0）",
    ),
    "table.no_new_value": (
        'column "{column}"{of:after} has no value in {row}, {time}; nothing was changed: supply it',
        "{of:after}“{column}”列在{row}（{time}）没有数值；未做任何更改：请补上",
    ),
    "table.no_new_row": (
        "there is no row{of:after} for {time}, between {before} and {after}; nothing was changed: "
        "supply it",
        "{of:after} {time} 没有数据（{before}与{after}之间）；未做任何更改：请补上",
    ),
    "table.no_new_cell": (
        'column "{column}"{of:after} has nothing in {row}; nothing was changed: supply it',
        "{of:after}“{column}”列在{row}没有内容；未做任何更改：请补上",
    ),
    "table.doubled_time": (
        "the time {time}{of:after} is there twice, in {first} and {second}{more:after}: keep one "
        'row for each time, or let {@aggregate}="sum" add them up',
        "{of:after}时间 {time} 出现两次，在{first}与{second}{more:after}：每个时间只留一行，"
        '或用 {@aggregate}="sum"把它们相加',
    ),
    "table.doubled_time_no_ids": (
        "the time {time}{of:after} is there twice, in {first} and {second}{more:after}: keep one "
        "row for each time, name the column that tells series apart with {@id_col}, or let "
        '{@aggregate}="sum" add them up',
        "{of:after}时间 {time} 出现两次，在{first}与{second}{more:after}："
        '每个时间只留一行，或用 {@id_col} 指定区分序列的列，或用 {@aggregate}="sum"把它们相加',
    ),
    "table.more_like_it": ("({n} more like it)", "（另有 {n} 处相同情况）"),
    "table.one_row": (
        "there is one row{of:after}, which leaves the distance between times unknown: supply more "
        "history, or give it with {@freq}",
        "{of:after}数据只有一行，无法知道时间间隔：请提供更多历史数据，或用 {@freq} 指定",
    ),
    "table.other_freq": (
        "{freq} was requested, but {row} has the time {time}, which is no whole number of steps "
        "after {begin}{of:after}: the times look {detected}",
        "要求的是{freq}，但{row}的时间 {time} 与{of:after} {begin} 相隔不是整数步："
        "时间看起来是{detected}",
    ),
    "table.off_period": (
        "{freq} was requested, but {row} has the time {time}{of:after}, which is not {period}: the "
        "times look {detected}",
        "要求的是{freq}，但{of:after}{row}的时间 {time} 不是{period}：时间看起来是{detected}",
    ),
    "table.start_of": ("the start of a {unit}", "{unit}的开始"),
    "table.end_of": ("the end of a {unit}", "{unit}的结束"),
    "table.step_of": ("one of {freq}", "{freq} 中的时间"),
    "table.irregular": (
        "times are irregular: they look {freq}, but {row} has {time}, which is no whole number of "
        "steps after {begin}{of:after}: correct it, or bring the rows to regular times first",
        "时间不规则：看起来是{freq}，但{row}的时间 {time} 与{of:after} {begin} 相隔不是整数步："
        "请更正，或先整理成规则的时间",
    ),
    "table.no_value": (
        'column "{column}"{of:after} has no value at all: supply values or leave the series out',
        "{of:after}“{column}”列没有任何数值：请补上，或去掉该序列",
    ),
    "table.wide_gaps": (
        "{missing:,} of {steps:step|steps}{of:after} have no value (times {freq}; the longest gap "
        "is after {row}, {time}), and no more than {most:percent} are filled in: supply them, or "
        "give the right distance with {@freq}; where no row means that nothing happened, let "
        '{@aggregate}="sum" put 0 there',
        "{of:after}{steps:,} 步中有 {missing:,} 步没有数值（时间为{freq}；最长的空缺在{row}"
        "（{time}）之后），而最多补上 {most:percent}：请补上，或用 {@freq} 指定正确的间隔；"
        '如果没有行表示没有发生，用 {@aggregate}="sum"在那里补 0',
    ),
    "table.large_step": (
        "step numbers have to be below 2**62, about 4.6e18: use smaller ones",
        "步号须小于 2**62（约 4.6e18）：请用较小的数",
    ),
    "table.too_fine": (
        "it is finer than a microsecond: round it, or use step numbers",
        "精度高于微秒：请四舍五入，或使用步号",
    ),
    "table.far_year": (
        "dates have to be of the years 1678 to 2261: use step numbers for others",
        "日期须在 1678 年到 2261 年之间：其他年份请用步号",
    ),
    "table.no_time": (
        "{column} has no time in {row}: supply it, or remove the row",
        "{column}在{row}没有时间：请补上，或删除该行",
    ),
    "table.bad_time": (
        "{column} cannot be used, {has}: {reason}",
        "{column}无法使用，{has}：{reason}",
    ),
    "table.no_times": (
        "{column} should hold times, but {has}: write {expected}, or name another column with "
        "{@time_col}",
        "{column}应当是时间，但{has}：请写成{expected}，或用 {@time_col} 指定其他列",
    ),
    "table.expected_times": (
        "dates like 2024-01-31, 31.01.2024, 1/31/2024 13:00, Jan 2024, 2024-Q1, 2024-W05 or "
        "20240131, or whole step numbers",
        "2024-01-31、31.01.2024、1/31/2024 13:00、Jan 2024、2024-Q1、2024-W05 或 20240131 这样"
        "的日期，或整数步号",
    ),
    "table.other_times": (
        "{column} should hold times written like {first:quote} ({form}), but {has}: correct it",
        "{column}应当是{first:quote}（{form}）这样的时间，但{has}：请更正",
    ),
    "table.days_first": (
        "{column} has dates with the day first in the history, but {has}: write dates as "
        "there, or like 2024-01-31",
        "{column}在历史数据中是日在前，但{has}：请写成同样的格式，或写成 2024-01-31",
    ),
    "table.months_first": (
        "{column} has dates with the month first in the history, but {has}: write dates as "
        "there, or like 2024-01-31",
        "{column}在历史数据中是月在前，但{has}：请写成同样的格式，或写成 2024-01-31",
    ),
    "table.other_dates": (
        "{column} has dates like {form} in the history, but {has}: write dates as there, or "
        "like 2024-01-31",
        "{column}在历史数据中的日期为{form}，但{has}：请写成同样的格式，或写成 2024-01-31",
    ),
    "table.infinite": (
        "{column} has an infinite value, {cell:quote}, in {row}: correct it, or leave the cell "
        "empty",
        "{column}在{row}有无穷大的数值{cell:quote}：请更正，或留空",
    ),
    "table.too_large": (
        "{column} has the value {cell:quote} in {row}, too large to be used (beyond ±{most:g}): "
        "correct it, or leave the cell empty if it stands for no value",
        "{column}在{row}的数值{cell:quote}过大，无法使用（超出 ±{most:g}）："
        "请更正，若它表示没有值，请留空",
    ),
    "table.large_sum": (
        'the sum of "{column}"{of:after} over the period of {time} is {value:g}, too large to be '
        "used (beyond ±{most:g}): correct the values",
        "{of:after}“{column}”在 {time} 所在周期之和为 {value:g}，过大而无法使用"
        "（超出 ±{most:g}）：请更正数值",
    ),
    "table.two_units": (
        '{column} has numbers with "{unit}", but {has}: write all of them in one unit',
        "{column}的数字带“{unit}”，但{has}：请统一单位",
    ),
    "table.other_unit": (
        '{column} had numbers with "{unit}" in the history, but {has}: write them as there',
        "{column}的数字在历史数据中带“{unit}”，但{has}：请写成同样的格式",
    ),
    "table.new_unit": (
        "{column} had numbers with no unit in the history, but {has}: write them as there",
        "{column}的数字在历史数据中没有单位，但{has}：请写成同样的格式",
    ),
    "table.no_number": (
        "{column} should hold numbers, but {has}: correct it, leave the cell empty if there is "
        "no value, or name another column with {@target_col}",
        "{column}应当是数字，但{has}：请更正；没有数值就留空，或用 {@target_col} 指定其他列",
    ),
    "table.doubtful": (
        "{column} has whole numbers in the history, and {has}, which may mean thousands or "
        "decimals: write it without a mark between thousands",
        "{column}在历史数据中是整数，而{has}，可能是千位分隔，也可能是小数：请不要写千位分隔",
    ),
    "table.point": ("decimal point", "小数点"),
    "table.comma": ("decimal comma", "小数逗号"),
    "table.other_mark": (
        "{column} has numbers with a {mark} in the history, but {has}: write it like the history",
        "{column}的数字在历史数据中用{mark}，但{has}：请写成同样的格式",
    ),
    "table.new_grouping": (
        "{column} has numbers with a {mark} and no marks between thousands in the history, but "
        "{has}: write it like the history",
        "{column}的数字在历史数据中用{mark}且没有千位分隔，但{has}：请写成同样的格式",
    ),
    "table.no_truth": (
        "{column} holds true or false in the history, but {has}: correct it",
        "{column}在历史数据中是真或假，但{has}：请更正",
    ),
    "table.no_part": (
        "{column} should hold the {part} of a time, but {has}: correct it",
        "{column}应当是时间的{part}，但{has}：请更正",
    ),
    "table.year": ("year", "年"),
    "table.quarter": ("quarter", "季度"),
    "table.month": ("month", "月"),
    "table.week": ("week", "周"),
    "table.day": ("day", "日"),
    "table.hour": ("hour", "小时"),
    "table.minute": ("minute", "分钟"),
    "table.clock": ("clock", "时刻"),
    "table.weekday": ("weekday", "星期"),
    "table.no_text": (
        "{argument}={value} is not a text: give a column by its name",
        "{argument}={value} 不是文本：请给出列名",
    ),
    "table.named_twice": (
        'the column "{column}" is named for two things: name another for one',
        "“{column}”列被指定了两种用途：请为其中之一指定其他列",
    ),
    "table.given": ('{argument}="{name}"', '{argument}="{name}"'),
    "table.quoted": ('"{name}"', "“{name}”"),
    "table.no_column": (
        "{given} is not a column of {source}; its columns are {names:names}{hint:after}",
        "{given} 不是 {source} 的列；它的列有 {names:names}{hint:after}",
    ),
    "table.no_fitted_column": (
        '{source} has no column "{column}", which the model was fitted with; its columns are '
        "{names:names}{hint:after}",
        "{source} 没有拟合时用的“{column}”列；它的列有 {names:names}{hint:after}",
    ),
    "table.several_times": (
        "{source} has {n} columns of times, {names:names}: name the right one with {@time_col}",
        "{source} 有 {n} 个时间列（{names:names}）：请用 {@time_col} 指定",
    ),
    "table.no_time_column": (
        "no column of {source} looks like times; its columns are {names:names}, with cells "
        "like {cells:names}. Expected are {expected}: name the column with {@time_col}, or "
        "write its cells so",
        "{source} 没有看起来像时间的列；它的列有 {names:names}，内容如 {cells:names}。应当是"
        "{expected}：请用 {@time_col} 指定列，或改写其内容",
    ),
    "table.several_targets": (
        "{source} has {n} columns of numbers, {names:names}: name the one to forecast with "
        "{@target_col}",
        "{source} 有 {n} 个数字列（{names:names}）：请用 {@target_col} 指定要预测的列",
    ),
    "table.no_target": (
        "no column of {source} holds numbers to forecast; its columns are {names:names}, with "
        "cells like {cells:names}. Expected are numbers like 1234.5, 1.234,5 or $1,234.50: "
        "name the column with {@target_col}, or write its cells so",
        "{source} 没有可预测的数字列；它的列有 {names:names}，内容如 {cells:names}。应当是 "
        "1234.5、1.234,5 或 $1,234.50 这样的数字：请用 {@target_col} 指定列，或改写其内容",
    ),
    "table.plan_blank": (
        "{column} has nothing in {row}, and {time} is needed: supply it",
        "{column}在{row}没有内容，而 {time} 是必需的：请补上",
    ),
    "table.plan_dates": (
        "times of the plan are dates, and those of the history step numbers: write them alike",
        "计划中的时间是日期，而历史数据是步号：请统一写法",
    ),
    "table.plan_steps": (
        "times of the plan are step numbers, and those of the history dates: write them alike",
        "计划中的时间是步号，而历史数据是日期：请统一写法",
    ),
    "table.plan_doubled": (
        "the time {time}{of:after} is there twice in the plan, the second time in {row}: keep "
        "one row for each time",
        "{of:after}时间 {time} 在计划中出现两次（第二次在{row}）：每个时间只留一行",
    ),
    "table.plan_short": (
        "{@futr_df} has no row for {series} at {time}; the {h:step|steps} from {first} to "
        "{last} are needed: add it",
        "{@futr_df} 中{series}没有 {time} 的数据；需要从 {first} 到 {last} 的 {h} 步：请补上",
    ),
    "table.new_series": (
        'series "{name}" is not one of the {n:,} that the model was fitted on: fit it with '
        "this series, or leave its rows out",
        "序列“{name}”不在模型训练过的 {n:,} 条序列之中：请加上它重新训练，或去掉它的行",
    ),
    "table.nothing_follows": (
        "{source} has no row that follows, and rows up to the end of the model's history are "
        "not taken again: it ends at {end}, so the next value is that of {due}: give rows from "
        "there on",
        "{source} 中没有后续的行，而模型历史之内的行不会再次采用：历史到 {end} 为止，下一个数值"
        "应在 {due}：请提供从那里开始的行",
    ),
    "table.other_value": (
        "{series} has {value:g} at {time}, and the history of the model has another value "
        "there; nothing was changed: fit it again, or give only the rows after that time",
        "{series}在 {time} 的数值是 {value:g}，而模型的历史在那里是另一个数值；未做任何更改：请"
        "重新训练，或只提供之后的行",
    ),
    "table.new_zone": (
        'column "{column}" has times in the zone {zone}, and those of the history have none: '
        "write the times of the clock on the wall, as there",
        "“{column}”列的时间在时区 {zone}，而历史数据没有时区：请像历史数据一样写当地时间",
    ),
    "table.table": ("the table", "表格"),
    "table.no_rows": (
        "{source} has column names ({names:names}) and no rows",
        "{source} 有列名（{names:names}），但没有数据行",
    ),
    "table.no_pyarrow": (
        "{source} is a Parquet file, which needs pyarrow: pip install pyarrow",
        "{source} 是 Parquet 文件，需要 pyarrow：pip install pyarrow",
    ),
    "table.bad_parquet": (
        "{source} is a damaged Parquet file: {reason}",
        "{source} 是损坏的 Parquet 文件：{reason}",
    ),
    "table.parquet_rows": (
        "{source} is a damaged Parquet file: it names {named:row|rows} and holds {rows}",
        "{source} 是损坏的 Parquet 文件：它自称有 {named} 行，实际有 {rows} 行",
    ),
    "table.parquet_type": (
        "{source} is a damaged Parquet file: it names both {declared} and {type} as the type of "
        'column "{column}"',
        "{source} 是损坏的 Parquet 文件：它给“{column}”列写了两种类型，{declared} 和 {type}",
    ),
    "table.parquet_blanks": (
        "{source} is a damaged Parquet file: it names {named:missing cell|missing cells} in column "
        '"{column}" and holds {n}',
        "{source} 是损坏的 Parquet 文件：它自称“{column}”列有 {named} 个缺失值，实际有 {n} 个",
    ),
    "table.parquet_range": (
        '{source} is a damaged Parquet file: column "{column}" holds {cell}, and the file names '
        "{low} to {high} as its range",
        "{source} 是损坏的 Parquet 文件：“{column}”列有 {cell}，而文件自称的范围是 {low} 到 {high}",
    ),
    "table.bad_id": (
        "{column} has {cell} in {row}, which cannot name a series: name series by texts or by "
        "whole numbers of at most 64 bits",
        "{column}在{row}是 {cell}，不能作序列名：请用文本，或不超过 64 位的整数",
    ),
    "table.no_id": (
        "{column} names no series in {row}: supply the name, or remove the row",
        "{column}在{row}没有序列名：请补上，或删除该行",
    ),
    "table.no_table": (
        "a {kind} is not a table: give a path, a pandas Series with its times as index, or a "
        "pandas, polars or pyarrow table",
        "{kind} 不是表格：请给出路径、以时间为索引的 pandas Series，或 pandas、polars、pyarrow "
        "表格",
    ),
    "table.doubled_name": (
        'the table, its index included, has the column name "{column}" more than once: give '
        "each column its own name",
        "表格（包括索引）中列名“{column}”出现多次：每列请用自己的名称",
    ),
    "table.name_levels": (
        "the table has column names of {n} levels, like {first}: give each column one name",
        "表格的列名有 {n} 层，如 {first}：每列请用一个名称",
    ),
    "table.far_periods": (
        'column "{column}" of the table has periods from {first} to {last}: they have to be of '
        "the years 1678 to 2261; use step numbers for others",
        "表格的“{column}”列的时期从 {first} 到 {last}：须在 1678 年到 2261 年之间；其他年份请用"
        "步号",
    ),
    "table.no_zone": (
        '{column} has times in the zone "{zone}", which is not a known one: convert them to '
        "UTC first",
        "{column}的时间所在时区“{zone}”不是已知的时区：请先转换为 UTC",
    ),
    "table.mixed_zones": (
        "{column} mixes time zones ({zones:names}): convert all times to one zone first",
        "{column}混有多个时区（{zones:names}）：请先统一时区",
    ),
    "table.far_time": (
        "{column} has a time of the year {year} in {row}: dates have to be of the years 1 to "
        "9999; use step numbers for others",
        "{column}在{row}的时间是 {year} 年：日期须在 1 年到 9999 年之间；其他年份请用步号",
    ),
    "table.bad_limit": (
        "{variable}={value} is set, and a limit is a whole number of 1 or more",
        "设置了 {variable}={value}，而上限应是不小于 1 的整数",
    ),
    "table.stdin": ("standard input", "标准输入"),
    "table.unopened": (
        "{path:quote} cannot be opened, {reason}: check the path",
        "无法打开{path:quote}（{reason}）：请检查路径",
    ),
    "table.folder": (
        "{path} is a folder: give a CSV or Parquet file in it (LSTMForecaster takes a folder of "
        "Parquet files)",
        "{path} 是文件夹：请给出其中的 CSV 或 Parquet 文件（LSTMForecaster 可接受 Parquet 文件夹）",
    ),
    "table.near_file": (
        'there is no file {path}: did you mean "{other}"?',
        "没有文件 {path}：是否指“{other}”？",
    ),
    "table.no_file": ("there is no file {path}: check the path", "没有文件 {path}：请检查路径"),
    "table.device": (
        "{path} is a device or a socket: give a CSV or Parquet file, or a pipe",
        "{path} 是设备或套接字：请给出 CSV 或 Parquet 文件，或管道",
    ),
    "table.too_many_bytes": (
        "{source} holds more than {most:,} bytes once unpacked: split it, or raise the limit "
        "with the environment variable GATECAST_MAX_BYTES",
        "{source} 解压后超过 {most:,} 字节：请拆分，或用环境变量 GATECAST_MAX_BYTES 提高上限",
    ),
    "table.broken": (
        "{source} is damaged, its text breaks off: {reason}",
        "{source} 已损坏，文本中断：{reason}",
    ),
    "table.excel": (
        "{source} is an Excel or zip file, not text: save the sheet as CSV first",
        "{source} 是 Excel 或 zip 文件，不是文本：请先把工作表另存为 CSV",
    ),
    "table.binary": (
        "{source} is not a text file: give a CSV or Parquet file",
        "{source} 不是文本文件：请给出 CSV 或 Parquet 文件",
    ),
    "table.empty": (
        "{source} is empty: it needs a line of column names and rows",
        "{source} 是空的：需要一行列名和数据行",
    ),
    "table.no_csv": (
        "{source} cannot be read as CSV: {reason}",
        "{source} 无法按 CSV 读取：{reason}",
    ),
    "table.unread": (
        "{source} cannot be read beyond line {n}: {reason}",
        "{source} 在第 {n} 行之后无法读取：{reason}",
    ),
    "table.ragged": (
        "line {n} of {source} has {cells:cell|cells}, its header {width:cell|cells} ("
        "{text:quote}): correct the line, or put cells that contain the separator in quotes",
        "{source} 第 {n} 行有 {cells} 格，而表头有 {width} 格（{text:quote}）：请更正该行，或给"
        "含有分隔符的内容加上引号",
    ),
    "table.too_many_cells": (
        "{source} has more than {most:,} cells: split it, or raise the limit with the "
        "environment variable GATECAST_MAX_CELLS",
        "{source} 超过 {most:,} 格：请拆分，或用环境变量 GATECAST_MAX_CELLS 提高上限",
    ),
    "table.long_line": (
        "line {n} of {source} is longer than {most:,} bytes: is it a CSV file? If so, raise "
        "the limit with the environment variable GATECAST_MAX_LINE",
        "{source} 第 {n} 行超过 {most:,} 字节：它是 CSV 文件吗？如果是，请用环境变量 "
        "GATECAST_MAX_LINE 提高上限",
    ),
    "table.comments": (
        "{source} has comments and no rows: it needs a line of column names and rows",
        "{source} 只有注释，没有数据行：需要一行列名和数据行",
    ),
    "table.no_header": (
        "line {n} of {source} is {text:quote}, which looks like data: put a line of column "
        "names before it",
        "{source} 第 {n} 行是{text:quote}，看起来是数据：请在它之前加一行列名",
    ),
    "table.too_many_columns": (
        "{source} has {n:,} columns, and no more than {most:,} are read: raise the limit with "
        "the environment variable GATECAST_MAX_COLUMNS",
        "{source} 有 {n:,} 列，最多读取 {most:,} 列：请用环境变量 GATECAST_MAX_COLUMNS 提高上限",
    ),
    "table.doubled_header": (
        '{source} has the column name "{column}" {n} times (columns {places:list}): give each '
        "column its own name",
        "{source} 的列名“{column}”出现 {n} 次（第 {places:list} 列）：每列请用自己的名称",
    ),
    "table.month_columns": (
        "{source} has a column for each month, {names:names} and so on, and a row for each year: "
        "write one row for each month, with its time in one column and its value in another",
        "{source} 每月一列（{names:names} 等）、每年一行：请每月写一行，时间在一列，数值在另一列",
    ),
    # series as arrays
    "panel.no_column": (
        'the panel has no column "{column}" besides its values: read it with '
        '{@extra_cols}=["{column}"]',
        "面板数据除数值外没有“{column}”列：请用 {@extra_cols}=[“{column}”] 读取",
    ),
    "sequences.axes": (
        "one series has the shape [n] or [n, features], this array has the shape {shape}",
        "一条序列的形状是 [n] 或 [n, 特征]，而这个数组的形状是 {shape}",
    ),
    "sequences.too_short": (
        "{argument}={steps} and {@horizon}={horizon} need at least {needed:value|values}, the "
        "series has {n}: supply more history or lower one of the two",
        "{argument}={steps} 和 {@horizon}={horizon} 至少需要 {needed} 个值，而序列有 {n} 个："
        "请提供更多历史，或减小其中之一",
    ),
}
