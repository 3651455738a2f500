"""The library's sentences as a page has them: whole, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatecast.data.left_out import left_out
from gatecast.messages import Message, sentence

__all__ = [
    "Pair",
    "left_out_pairs",
    "question_pairs",
    "sentence_pair",
    "sentence_pairs",
    "words_pair",
]

Pair = tuple[str, str]


def sentence_pair(text: str) -> Pair:
    """Give a message in English and in Chinese, each with its full stop.

    Parameters
    ----------
    text : Message or str
        A plain text, of a user's own model or of an older file, is the same in both.

    Returns
    -------
    (str, str)
        English and Chinese.
    """
    return sentence(text, "en"), sentence(text, "zh")


def words_pair(text: str) -> Pair:
    """Give words that are no sentence, such as a name, in English and in Chinese.

    Parameters
    ----------
    text : Message or str
        A plain text is the same in both.

    Returns
    -------
    (str, str)
        Without full stops.
    """
    return (text.text("en"), text.text("zh")) if isinstance(text, Message) else (text, text)


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


def left_out_pairs(sentences: Iterable[str]) -> list[tuple[Pair, list[str]]]:
    """Pick the messages of series that are left out, each with all their names.

    Parameters
    ----------
    sentences : iterable of Message or str
        Decisions.

    Returns
    -------
    list of ((str, str), list of str)
        Reason in English and Chinese, and the names.
    """
    names: dict[str, list[str]] = {}
    for name, reason in left_out(sentences).items():
        names.setdefault(reason, []).append(name)
    return [(sentence_pair(reason), listed) for reason, listed in names.items()]


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
    return list(zip(map(words_pair, answers), sentence_pairs(answers.values()), strict=True))
