"""Chinese of the sentences that are not messages yet: reading, and a forecaster's decisions.

A sentence that has no line here is in English on the page.
"""

from __future__ import annotations

import re

__all__ = ["in_chinese", "parted"]

#: What a sentence looks like, and what it becomes; \1, \2, ... are what was found in brackets.
_SENTENCES: tuple[tuple[str, str], ...] = (
    # reading
    (
        r'times repeat, so column "(.+)" is taken to tell series apart',
        r"时间有重复，因此用“\1”列区分各条序列",
    ),
    (
        r"times are (.+) \(freq=(.+)\), from (.+) to (.+): (\d+) steps?",
        r"时间为\1（freq=\2），从 \3 到 \4，共 \5 步",
    ),
    (
        r"times are (.+) \(freq=(.+)\), from (.+) to (.+): (\d+) series of (\d+) steps?",
        r"时间为\1（freq=\2），从 \3 到 \4，共 \5 条序列，每条 \6 步",
    ),
    (
        r"times are (.+) \(freq=(.+)\), from (.+) to (.+): (\d+) series of (\d+) to (\d+) steps?",
        r"时间为\1（freq=\2），从 \3 到 \4，共 \5 条序列，每条 \6 到 \7 步",
    ),
    (
        r"times are in the zone (.+); days are those of its calendar",
        r"时间所在时区为 \1，按当地日历计日",
    ),
    (
        r"times are in the zone (.+); steps are counted in UTC",
        r"时间所在时区为 \1，步长按 UTC 计算",
    ),
    (
        r"rows were not in the order of time \((.+) (\d+) is the first\) and have been sorted",
        r"各行不按时间顺序（首先出现在第 \2 行），已重新排序",
    ),
    (
        r"a gap of (\d+) steps? after (.+) has been filled by a straight line\. Where no row means "
        r"zero, write the zeros into the data",
        r"\2 之后缺 \1 步，已用直线补上。若没有行就表示零，请把零写进数据",
    ),
    (
        r'column "(.+)" has nothing at (\d+) steps?; the cell before, or the first one, is taken '
        r"there",
        r"“\1”列有 \2 步没有内容，那里取前一格的内容（或第一格的）",
    ),
    # seasons
    (
        r"the frequency has no usual season, and one of (\d+) steps was found in the values",
        r"这个频率没有通常的季节，在数值中找到了 \1 步的季节",
    ),
    (
        r"the frequency has no usual season, and one of (\d+) steps was found in the values of "
        r"(\d+) of (\d+) series",
        r"这个频率没有通常的季节，在 \3 条序列中的 \2 条里找到了 \1 步的季节",
    ),
    (
        r"the frequency has no usual season, and a cycle of about (\d+) steps in the values does "
        r"not keep its phase: it is left to the network",
        r"这个频率没有通常的季节，数值中约 \1 步的周期相位不固定，交给网络去学",
    ),
    (
        r"the frequency has no usual season, and none was found in the values",
        r"这个频率没有通常的季节，数值中也没有找到",
    ),
    (
        r"the series are too short to look for a season in their values",
        r"序列太短，无法从数值中寻找季节",
    ),
    # what is done to a series
    (
        r"logarithms are taken of the values, which makes their spread even",
        r"对数值取对数，使离散程度均匀",
    ),
    (
        r"the power (\S+) is taken of the values, which makes their spread even",
        r"对数值取 \1 次幂，使离散程度均匀",
    ),
    (
        r"(\d+) of (\d+) values lie beyond (\S+) to (\S+) \(three quartile distances outside the "
        r"quartiles\) and are drawn there",
        r"\2 个值中有 \1 个超出 \3 到 \4（四分位数外三倍四分位距），被拉到边界",
    ),
    (
        r"values are scaled so that (\S+) becomes 0 and (\S+) becomes 1",
        r"数值经过缩放，\1 变为 0，\2 变为 1",
    ),
    (
        r"values are shifted by their median, (\S+), and divided by the spread of their middle "
        r"half, (\S+)",
        r"数值减去中位数 \1，再除以中间一半的离散程度 \2",
    ),
    (r"logarithms are taken of the values", r"对数值取对数"),
    (
        r"no value is below zero and some are zero, so no forecast is below zero",
        r"没有负值，且有零，因此预测不会低于零",
    ),
    (
        r"values are divided by a season of (\d+) steps, from (\S+) to (\S+) times the level",
        r"数值除以 \1 步的季节因子，为水平的 \2 到 \3 倍",
    ),
    (
        r"a season of (\d+) steps is taken off, from (\S+) to (\S+) around the level",
        r"减去 \1 步的季节成分，相对水平从 \2 到 \3",
    ),
    (
        r"values are shifted by their mean, (\S+), and divided by how far they usually move within "
        r"the horizon, (\S+)",
        r"数值减去均值 \1，再除以预测范围内通常的变动幅度 \2",
    ),
    (
        r"values are shifted by their mean, (\S+), and divided by their standard deviation, (\S+)",
        r"数值减去均值 \1，再除以标准差 \2",
    ),
    (
        r"(\d+) more series were treated in the same way",
        r"另外 \1 条序列也作了同样的处理",
    ),
    (
        r"the season of (.+) steps is (left in the series|taken out of each series in which a test "
        r"finds it): on values held back the error of a network was (\S+) with the season in and "
        r"(\S+) without( \(.+? at the origin before\))?, in units of a usual change; "
        r"with each value it sees (\d+) earlier ones, up to (\d+) steps back",
        r"\1 步的季节\2：在留出的数值上，网络的误差保留季节时为 \3，去掉时为 \4\5"
        r"（以通常的变动为单位）；网络看到每个数值和之前的 \6 个数值，最远回看 \7 步",
    ),
    # what is learnt
    (
        r"the network learns the values, which keep returning to their level",
        r"网络学习数值本身，因为它们总会回到同一水平",
    ),
    (
        r"the network learns changes, because the level wanders",
        r"网络学习变化量，因为水平会游走",
    ),
    (
        r"inputs and answers are in strides: how far a series had moved from one value to the "
        r"next, as was known at each step",
        r"输入与输出以步幅为单位：到每一步为止，序列从一个值到下一个值通常移动多远",
    ),
    (r"the network learns values, as asked for", r"按要求，网络学习数值"),
    (r"the network learns changes, as asked for", r"按要求，网络学习变化量"),
    (r"the network sees (.+) up to the present", r"网络能看到到目前为止的 \1"),
    (r"the network sees (.+) up to the end of the horizon", r"网络能看到直到预测末尾的 \1"),
    (r"the network sees (.+) as they belong to each series", r"网络能看到每条序列的 \1"),
    (
        r"the network sees where in the week and year it is",
        r"网络能看到当前处于一周和一年中的位置",
    ),
    (
        r"the network sees where in the day, week and year it is",
        r"网络能看到当前处于一天、一周和一年中的位置",
    ),
    (
        r"on the last (\d+) values(.*), held back, its mean absolute error was (.+?) that of "
        r"(the mean|the naive forecast), after (\d+) updates; so long it is trained",
        r"在留出的最后 \1 个值\2上，训练 \5 次更新后平均绝对误差\3\4；就训练这么久",
    ),
    (
        r"there (.+) alone was better than any part of the network: it is the forecast",
        r"在那里，单独使用\1比网络的任何比例都好：因此以它为预测",
    ),
    (
        r"there the network was better when mixed with (.+) than alone: so (.+) of the forecast is "
        r"its",
        r"在那里，网络与\1混合比单独使用更好：因此预测中有 \2 来自网络",
    ),
    (
        r"the series are too short to hold values back: nothing was measured",
        r"序列太短，无法留出数值：没有测量误差",
    ),
    (
        r"an interval of (\S+) % would have to be measured on (\d+) forecasts or more that do not "
        r"overlap, and there were (\d+): it may be too narrow",
        r"\1 % 的区间需要至少 \2 次互不重叠的预测来测量，而只有 \3 次：区间可能偏窄",
    ),
)

#: Words within what a line above has found.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"left in the series(?=：)", "留在序列中"),
    (r" \((\S+) and (\S+) at the origin before\)", r"，前一个起点为 \1 和 \2"),
    (r"taken out of each series in which a test finds it(?=：)", "从检验出季节的各条序列中去掉"),
    (r"时间为monthly\b", "时间为每月"),
    (r"时间为quarterly\b", "时间为每季"),
    (r"时间为yearly\b", "时间为每年"),
    (r"时间为weekly\b", "时间为每周"),
    (r"时间为daily\b", "时间为每日"),
    (r"时间为hourly\b", "时间为每小时"),
    (r"时间为every (\d+) minutes\b", r"时间为每 \1 分钟"),
    (r"时间为steps of (\d+)", r"时间为步长 \1"),
    (r" of each of (\d+) series(?=上)", r"（\1 条序列各自）"),
    (r"误差(\S+) below(the mean|the naive forecast)", r"误差比\2低 \1"),
    (r"误差(\S+) above(the mean|the naive forecast)", r"误差比\2高 \1"),
    (r"误差about(the mean|the naive forecast)", r"误差与\1相当"),
    (r"the naive forecast(?=低|高|小|相当|混合|比)", "朴素预测"),
    (r"the seasonal naive forecast of (\d+) steps(?=混合|比)", r"\1 步的季节朴素预测"),
    (r"a linear map of the last (\d+) values(?=混合|比)", r"最近 \1 个值的线性映射"),
    (r"the mean(?=低|高|小|相当|混合|比)", "均值"),
)


def in_chinese(sentence: str) -> str:
    """Give a sentence of the library in Chinese; as it is if it is not known.

    Parameters
    ----------
    sentence : str
        From ``decisions()``; it may begin with the name of a series and a colon.
    """
    name, rest = parted(sentence)
    known = _known(rest) or rest
    return f"{name}：{known}" if name else known


def parted(sentence: str) -> tuple[str, str]:
    """Part a sentence into the name of the series that it begins with, if it does, and the rest."""
    if _known(sentence) is None:
        for colon in re.finditer(": ", sentence):
            if _known(sentence[colon.end() :]) is not None:
                return sentence[: colon.start()], sentence[colon.end() :]
    return "", sentence


def _known(sentence: str) -> str | None:
    for pattern, chinese in _SENTENCES:
        found = re.fullmatch(pattern, sentence, flags=re.DOTALL)
        if found is None:
            continue
        text = found.expand(chinese)
        for words, in_place in _WORDS:
            text = re.sub(words, in_place, text)
        return text
    return None
