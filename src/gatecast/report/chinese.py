"""The library's sentences in Chinese, for the pages that have both languages.

A sentence that has no line here stands on the page in English.
"""

from __future__ import annotations

import re

__all__ = ["in_chinese"]

#: What a sentence looks like, and what it becomes.
_SENTENCES: tuple[tuple[str, str], ...] = ()


def in_chinese(sentence: str) -> str:
    """Give a sentence of the library in Chinese; as it is if it is not known."""
    for pattern, chinese in _SENTENCES:
        found = re.fullmatch(pattern, sentence, flags=re.DOTALL)
        if found:
            return found.expand(chinese)
    return sentence
