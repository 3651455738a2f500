"""The library's sentences as a page has them: whole, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatecast.messages import Message, sentence
from gatecast.report.chinese import in_chinese, parted

__all__ = ["Pair", "question_pairs", "sentence_pair", "sentence_pairs"]

Pair = tuple[str, str]


def sentence_pair(text: str) -> Pair:
    """Give a message in English and in Chinese, each with its full stop.

    Parameters
    ----------
    text : Message or str
        A plain text is looked up, and stands as it is in both where it is not known.

    Returns
    -------
    (str, str)
        English and Chinese.
    """
    if isinstance(text, Message) and text.id != "text":
        return sentence(text, "en"), sentence(text, "zh")
    name, rest = parted(text)
    english = f"{name}: {rest}" if name else rest[:1].upper() + rest[1:]
    english = f"{english.removesuffix('.')}."
    chinese = in_chinese(text)
    return english, english if chinese == text else f"{chinese.removesuffix('.')}。"


def sentence_pairs(sentences: Iterable[str]) -> list[Pair]:
    """Give each of some messages in both languages.

    Parameters
    ----------
    sentences : iterable of Message or str
        As for :func:`sentence_pair`.

    Returns
    -------
    list of (str, str)
        English and Chinese of each.
    """
    return [sentence_pair(one) for one in sentences]


def question_pairs(answers: Mapping[Any, str]) -> list[tuple[Pair, Pair]]:
    """Give questions and their answers in both languages.

    Parameters
    ----------
    answers : mapping of Message or str
        Answers by question.

    Returns
    -------
    list of ((str, str), (str, str))
        Question and answer, each in English and Chinese.
    """
    questions = [
        (q.text("en"), q.text("zh")) if isinstance(q, Message) else (q, in_chinese(q))
        for q in answers
    ]
    return list(zip(questions, sentence_pairs(answers.values()), strict=True))
