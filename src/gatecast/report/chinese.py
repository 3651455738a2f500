"""Chinese of the sentences that are not messages yet: some of those about reading a table.

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
)

#: Words within what a line above has found.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"时间为monthly\b", "时间为每月"),
    (r"时间为quarterly\b", "时间为每季"),
    (r"时间为yearly\b", "时间为每年"),
    (r"时间为weekly\b", "时间为每周"),
    (r"时间为daily\b", "时间为每日"),
    (r"时间为hourly\b", "时间为每小时"),
    (r"时间为every (\d+) minutes\b", r"时间为每 \1 分钟"),
    (r"时间为steps of (\d+)", r"时间为步长 \1"),
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
