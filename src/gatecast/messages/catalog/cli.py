"""What the command line says of its own."""

TEXTS = {
    "cli.no_intervals": (
        "{model} gives no intervals: {@level} is left out",
        "{model} 不给出区间：略去 {@level}",
    ),
    "cli.unused": (
        "only the LSTM that is fitted here has {settings:list}: left out",
        "只有在这里拟合的 LSTM 才有 {settings:list}：略去",
    ),
    "cli.no_name": (
        "an empty name was given for {option}: give that of a file",
        "{option} 的名称为空：请给出文件名",
    ),
    "cli.no_table": (
        '{option} "{path}" is to be a table, and ends in {ending}: give a name that ends in '
        ".csv, .txt or .parquet",
        "{option} “{path}”要写成表格，而后缀是 {ending}：请用 .csv、.txt 或 .parquet",
    ),
    "cli.no_page": (
        '{option} "{path}" is to be a page, and ends in {ending}: give a name that ends in .html',
        "{option} “{path}”要写成网页，而后缀是 {ending}：请用 .html",
    ),
    "cli.not_saved": (
        "the best model is {model}, and only {names:list} can be saved: there is no file",
        "最好的模型是 {model}，而只有 {names:list} 可以保存：没有写出文件",
    ),
    "cli.cannot_save": (
        "--save was requested with --model {model}; {names:list} can be saved",
        "要求的是 --save 和 --model {model}；可以保存的是 {names:list}",
    ),
    "cli.no_plan": (
        "{@futr_exog_list} {names:list} was requested, and nothing says what will be: give a file "
        "with these columns over the next {h:step|steps} with {@futr_df}",
        "指定了 {@futr_exog_list} {names:list}，但没有未来的数值：请用 {@futr_df} 给出包含这些列"
        "未来 {h} 步的文件",
    ),
    "cli.long_glass": (
        "no glass box: {n:,} values are many for a page beside another; gatecast explain writes "
        "one of the last of them from a model kept with --save",
        "没有玻璃盒页面：{n:,} 个数值对附带的页面来说太多；用 --save 保存模型，"
        "再用 gatecast explain 写出最后一部分",
    ),
    "cli.glass_with": (
        "--glass was requested with {other}; the glass box shows an LSTM, beside the page of its "
        "forecast: leave out one of the two",
        "同时要求了 --glass 和 {other}；玻璃盒页面附在 LSTM 的预测页面旁：请去掉其中之一",
    ),
    "cli.no_glass": ("no glass box: {reason}", "没有玻璃盒页面：{reason}"),
    "cli.bad_space": (
        "--space {text} was requested; give NAME=LOW:HIGH, NAME=ONE,OTHER or NAME=VALUE",
        "要求的是 --space {text}；请写成 NAME=LOW:HIGH、NAME=ONE,OTHER 或 NAME=VALUE",
    ),
    "cli.bad_seasons": (
        "--season-length {text} was requested; give whole numbers with commas between, as in "
        "24,168",
        "要求的是 --season-length {text}；请给出以逗号分隔的整数，例如 24,168",
    ),
    "cli.bad_levels": (
        "--level {text} was requested; give per cents with commas between, as in 80,95",
        "要求的是 --level {text}；请给出以逗号分隔的百分数，例如 80,95",
    ),
    "cli.bad_config": (
        '"{path}" is not a TOML file that can be read: {reason}',
        "“{path}”不是可读取的 TOML 文件：{reason}",
    ),
    "cli.no_option": (
        '"{path}" has "{name}" under [{verb}], which is no option of gatecast {verb}{near:after}; '
        "gatecast {verb} --help lists them",
        "“{path}”的 [{verb}] 中有“{name}”，它不是 gatecast {verb} 的选项{near:after}；"
        "gatecast {verb} --help 列出所有选项",
    ),
    "cli.bad_value": (
        '"{path}" has {name} = {value} under [{verb}]: {reason}',
        "“{path}”的 [{verb}] 中有 {name} = {value}：{reason}",
    ),
    "cli.give_whole": ("give a whole number", "请给出整数"),
    "cli.give_number": ("give a number", "请给出数字"),
    "cli.give_flag": ("give true or false", "请给出 true 或 false"),
    "cli.give_text": ("give a text", "请给出文本"),
    "cli.no_verb": (
        '"{path}" has a section [{name}]{near:after}; sections are for the options of '
        "{verbs:list}: rename it or take it out",
        "“{path}”中有 [{name}] 一节{near:after}；各节只用于 {verbs:list} 的选项：请改名或删除",
    ),
    "cli.no_section": (
        '"{path}" has "{name}" outside all sections: put options of gatecast {verb} under [{verb}]',
        "“{path}”中的“{name}”不在任何一节中：请把 gatecast {verb} 的选项写在 [{verb}] 之下",
    ),
    "cli.not_section": (
        '"{path}" has {name} = {value}, and the options of gatecast {name} are a section: put them '
        "under [{name}]",
        "“{path}”中有 {name} = {value}，而 gatecast {name} 的选项应成一节：请写在 [{name}] 之下",
    ),
    "cli.other_sections": (
        '"{path}" has options of {names:list} only: put those of gatecast {verb} under [{verb}], '
        "or leave out --config",
        "“{path}”中只有 {names:list} 的选项：请把 gatecast {verb} 的选项写在 [{verb}] 之下，"
        "或去掉 --config",
    ),
    "cli.empty_config": (
        '"{path}" has no options: put those of gatecast {verb} under [{verb}]',
        "“{path}”中没有选项：请把 gatecast {verb} 的选项写在 [{verb}] 之下",
    ),
    "cli.over_input": (
        '{option} "{path}" would be written over what is read by this command: give another name',
        "{option} “{path}”会覆盖本命令要读取的文件：请换一个名称",
    ),
    "cli.over_output": (
        '{option} "{path}" would be written over what {other} names: give another name',
        "{option} “{path}”会覆盖 {other} 指定的文件：请换一个名称",
    ),
    "cli.no_stdout": (
        "cannot write the result to stdout: {reason}; read it to its end, or write to a file",
        "无法把结果写到标准输出：{reason}；请完整读取，或写入文件",
    ),
    "cli.no_pyarrow": (
        '"{path}" is to be a Parquet file, which needs pyarrow: pip install pyarrow',
        "“{path}”要写成 Parquet 文件，需要 pyarrow：pip install pyarrow",
    ),
    "cli.mcp": ("a server for agents", "面向智能体的服务器"),
}
