"""Data larger than the memory: folders of files, and tables of other engines."""

TEXTS = {
    "partitions.purpose": ("a folder of Parquet files", "Parquet 文件夹"),
    "partitions.none": (
        '"{path}" has no Parquet file: give a folder with files that end in .parquet, or a pattern '
        "that matches some",
        "“{path}”中没有 Parquet 文件：请给出含 .parquet 文件的文件夹，或能匹配到文件的模式",
    ),
    "partitions.not_parquet": (
        '"{path}" matches the pattern and is no Parquet file: give a pattern that ends in .parquet',
        "“{path}”符合模式但不是 Parquet 文件：请给出以 .parquet 结尾的模式",
    ),
    "partitions.no_column": (
        '"{path}" has no column "{column}", which the first file has; it has {names:names}',
        "“{path}”没有第一个文件里的列“{column}”；它有 {names:names}",
    ),
    "partitions.no_ids": (
        'no column of "{path}" tells series apart ({names:names}): name it with {@id_col}',
        "“{path}”中没有区分序列的列（{names:names}）：请用 {@id_col} 指定",
    ),
    "partitions.split": (
        "a series must lie whole in one file, and {n:series lies|series lie} in several: "
        "{names:names}; rows of {first:literal} are in {files:names}: write the table again with "
        "the rows of a series together, for example partitioned by {columns:list}",
        "每条序列必须完整地位于一个文件中，而有 {n} 条分布在多个文件里：{names:names}；"
        "{first:literal} 的行在 {files:names} 中：请重写表格，让同一序列的行在一起，"
        "例如按 {columns:list} 分区",
    ),
    "partitions.again": (
        'rows of series "{series}" come again after rows of others; in a file of more than {n:,} '
        "rows, those of a series must follow each other: sort it by series, or write smaller files",
        "序列“{series}”的行在其他序列之后再次出现；超过 {n:,} 行的文件中，"
        "同一序列的行必须相连：请按序列排序，或写成较小的文件",
    ),
    "partitions.sample": (
        "learned on {n:,} of the {all:,} series in {files:file|files}, drawn by a hash of their "
        "names; forecasts of the others come of their own values, without training",
        "在 {files} 个文件的 {all:,} 条序列中，用按名称散列抽取的 {n:,} 条训练；"
        "其余序列的预测来自各自的数值，无需训练",
    ),
    "partitions.all": (
        "learned on all {all:,} series in {files:file|files}",
        "用 {files} 个文件中的全部 {all:,} 条序列训练",
    ),
    "partitions.of_file": ('"{path}": {reason}', "“{path}”：{reason}"),
    "partitions.left_out": (
        "{n:series has|series have} no forecast: {names:names}; left_out of the result has the "
        "reasons",
        "{n} 条序列没有预测：{names:names}；原因见结果的 left_out",
    ),
    "partitions.of_series": (
        "a partition with {n:series|series} ({names:names}) failed: {reason}",
        "含 {n} 条序列（{names:names}）的分区失败：{reason}",
    ),
    "partitions.engine": (
        "a table of Dask, Ray, Spark or pandas was expected, and {kind} was given",
        "需要 Dask、Ray、Spark 或 pandas 的表格，得到的是 {kind}",
    ),
    "partitions.sample_table": (
        "learned on {n:,} of the {all:,} series of the table, drawn by a hash of their names; "
        "forecasts of the others come of their own values, without training",
        "在表格的 {all:,} 条序列中，用按名称散列抽取的 {n:,} 条训练；其余序列的预测来自各自的数值，"
        "无需训练",
    ),
    "partitions.plan": (
        "the model needs {columns:names} over the next {h:step|steps}, and forecasts of files and "
        "of other engines take no table of these: leave out {@futr_exog_list}, or forecast parts "
        "with {@futr_df}",
        "模型需要 {columns:names} 未来 {h} 步的数值，而对文件或其他引擎的预测不接受这样的表："
        "请去掉 {@futr_exog_list}，或用 {@futr_df} 分批预测",
    ),
    "partitions.model": (
        "a fitted LSTMForecaster was expected, and {kind} was given; other models forecast the "
        "tables that they are fitted on",
        "需要已拟合的 LSTMForecaster，得到的是 {kind}；其他模型只预测用于拟合的表格",
    ),
    "partitions.not_empty": (
        'the folder "{path}" is not empty ({names:names}): give another one, or {@resume} to go on '
        "with forecasts that were begun there",
        "文件夹“{path}”不是空的（{names:names}）：请换一个，或用 {@resume} 继续已在那里开始的预测",
    ),
    "partitions.strange": (
        'the folder "{path}" has files that are no forecasts of these data ({names:names}): remove '
        "them, or give another folder",
        "文件夹“{path}”中有不属于这些数据的预测的文件（{names:names}）：请移除，或换一个文件夹",
    ),
    "partitions.over_input": (
        'forecasts in "{path}" would lie among the data that are read: give a folder of its own',
        "写入“{path}”的预测会混在要读取的数据中：请给出单独的文件夹",
    ),
    "partitions.no_output": (
        "forecasts of a folder go to a folder: name it with {@output}",
        "对文件夹的预测要写入文件夹：请用 {@output} 指定",
    ),
    "partitions.one_table": (
        "{option} is for one table and not for a folder of files: leave it out",
        "{option} 只用于单个表格，不用于文件夹：请去掉",
    ),
    "partitions.resume": (
        '{@resume} is for folders of Parquet files, and "{path}" is none: leave it out',
        "{@resume} 只用于 Parquet 文件夹，而“{path}”不是：请去掉",
    ),
    "partitions.nothing": (
        "{@resume} is for folders of Parquet files, and none was given: name one, or leave it out",
        "{@resume} 只用于 Parquet 文件夹，而没有给出：请给出文件夹，或去掉它",
    ),
    "partitions.done": (
        "{series:series|series} forecast in {files:file|files}, of which {kept:,} were there",
        "已在 {files} 个文件中预测 {series} 条序列，其中 {kept} 个文件原已存在",
    ),
}
