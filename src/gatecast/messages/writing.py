"""How fields are written in a sentence: numbers, shares, counts, lists, names of arguments."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

__all__ = ["Argument", "Language", "Range", "Spelling", "cut", "field_names", "join", "write"]

Language = Literal["en", "zh"]
#: How a caller spells an argument, and a value that is no text: the command line writes
#: ``look_back`` as ``--look-back`` and True as ``yes``.
Spelling = Callable[[Any], str]
_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_MOST_NAMES = 10


class Argument(str):
    """Name an argument of the library, so that each door can spell it in its own way.

    A column that happens to have the same name is an ordinary ``str`` and stays as it is.
    """


class Range(NamedTuple):
    """Give two ends of a number that differs, of several series for example.

    Parameters
    ----------
    low, high : float
        Smallest and largest.
    """

    low: float
    high: float


def cut(text: str) -> str:
    """Cut a text that is too long for a sentence.

    Parameters
    ----------
    text : str
        A name, or a cell of a table.

    Returns
    -------
    str
        At most 60 characters.
    """
    return text if len(text) <= 60 else f"{text[:57]}..."


def join(items: Iterable[str], language: Language = "en", *, either: bool = False) -> str:
    """List items as a sentence does: "A, B and C", or "A、B 和 C"; "甲、乙和丙".

    Parameters
    ----------
    items : iterable of str
        Already written.
    language : {"en", "zh"}
        Of the sentence.
    either : bool
        Write "or" and not "and".

    Returns
    -------
    str
        Empty if there are no items.
    """
    *first, last = list(items) or [""]
    if not first:
        return last
    if language == "zh":
        before, word = "、".join(first), ("和", "或")[either]
        return before + _gap(before[-1:]) + word + _gap(last[:1]) + last
    return f"{', '.join(first)} {('and', 'or')[either]} {last}"


def _gap(character: str) -> str:
    """Give a space beside a Latin letter or a digit, and none beside Chinese."""
    return " " if character.isascii() else ""


def write(
    template: str, fields: Mapping[str, Any], language: Language, spelling: Spelling = str
) -> str:
    """Fill a template.

    Besides Python's own, a field has these formats: ``{gain:percent}`` a share with as many digits
    as it deserves; any format that ends in ``%``; ``{p:p}`` a probability, after the letter p;
    ``{names:list}`` and ``{names:quoted}`` a list of words, as they are or in quotation marks;
    ``{names:either}`` one of them or another; ``{value:literal}`` a text in quotation marks,
    anything else as the caller spells it;
    ``{name:quote}`` a name or a cell in quotation marks, cut if it is long; ``{names:names}`` the
    first ten of some names so, and how many more; ``{days:days}`` days of the week by number;
    ``{part:after}`` a part of the sentence that may be empty, after a space if it is not;
    ``{n:step|steps}`` a count with its noun (in Chinese the template has the noun);
    ``{@look_back}`` an argument of that name, and ``{@resume=True}`` one with its value.

    Parameters
    ----------
    template : str
        With fields in braces.
    fields : mapping of str to value
        Their values; those that are messages are written in the same language.
    language : {"en", "zh"}
        Of the sentence.
    spelling : callable
        How arguments are spelt.

    Returns
    -------
    str
        The sentence.
    """
    return _Writer(language, spelling).vformat(template, (), fields)


def field_names(template: str) -> set[str]:
    """Name the fields of a template, without arguments.

    Parameters
    ----------
    template : str
        With fields in braces.

    Returns
    -------
    set of str
        Without formats.
    """
    names = (name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
    return {name for name in names if not name.startswith("@")}


class _Writer(string.Formatter):
    language: Language

    def __init__(self, language: Language, spelling: Spelling) -> None:
        self.language, self.spelling = language, spelling

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, str) and key.startswith("@"):
            return Argument(key[1:])
        return super().get_value(key, args, kwargs)

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "after":
            written = self.format_field(value, "")
            return f" {written}" if written and self.language == "en" else written
        if isinstance(value, Argument):
            return self.spelling(str(value))
        if hasattr(value, "text"):  # a message within a message
            return value.text(self.language, self.spelling)
        if format_spec == "list":
            return join([self.format_field(item, "") for item in value], self.language)
        if format_spec == "days":
            return join([_DAYS[self.language][day] for day in value], self.language)
        if format_spec in ("quoted", "either"):
            either = format_spec == "either"
            words = [word for item in value if (word := self._literal(item))]
            return join(words, self.language, either=either)
        if format_spec == "literal":
            return self._literal(value)
        if format_spec == "quote":
            return self._quoted(cut(value))
        if format_spec == "names":
            return self._names(value)
        if isinstance(value, Range):
            return self._range(value, format_spec)
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value:,} {one if value == 1 else many}"
        if format_spec == "p":
            return self._probability(value)
        if format_spec == "percent":
            format_spec = _share_format(value)
        written = format(value, format_spec)
        if written.startswith("-") and not written.strip("-0.%"):
            written = written[1:]  # nothing is not negative
        if format_spec.endswith("%") and self.language == "en":
            return f"{written[:-1]} %"
        return written

    def _range(self, value: Range, format_spec: str) -> str:
        between = " 到 " if self.language == "zh" else " to "
        if "|" not in format_spec:
            return between.join(self.format_field(end, format_spec) for end in value)
        return f"{value.low:,}{between}{value.high:,} {format_spec.split('|')[1]}"

    def _literal(self, value: Any) -> str:
        if isinstance(value, tuple):
            value = list(value)
        return self._quoted(value) if isinstance(value, str) else self.spelling(value)

    def _quoted(self, text: str) -> str:
        return f"“{text}”" if self.language == "zh" else f'"{text}"'

    def _names(self, names: Sequence[str]) -> str:
        shown = [self._quoted(cut(name)) for name in names[:_MOST_NAMES]]
        more = len(names) - len(shown)
        if self.language == "zh":
            return "、".join(shown) + (f"等 {len(names)} 个" if more > 0 else "")
        return ", ".join(shown) + (f" and {more} more" if more > 0 else "")

    def _probability(self, p: float) -> str:
        if p < 0.001:
            return "< 0.001"
        return f"= {p:.3f}"


def _share_format(share: float) -> str:
    """Give small shares a decimal, and do not round what is nearly all to all."""
    if not math.isfinite(share) or abs(share) >= 1.0:
        return ".0%"
    if abs(share) < 0.095:
        return ".1%"
    return ".0%" if abs(share) < 0.985 else ".2%"
