"""Every sentence is there once, in both languages, with the same fields, and is used."""

import re
import string
from pathlib import Path

import pytest

import gatecast
from gatecast.messages.catalog import CATALOG
from gatecast.messages.writing import field_names

SOURCES = Path(gatecast.__file__).parent
FORMATS = re.compile(
    r"|list|quoted|either|literal|quote|names|days|after|p|percent|[^|]+\|[^|]+|[+,]*(\.\d+)?[%defg]?"
)


def placeholders(template):
    return [(name, spec) for _, name, spec, _ in string.Formatter().parse(template) if name]


def fault(name, english, chinese):
    """Say what is wrong with a sentence, or nothing."""
    if field_names(english) != field_names(chinese):
        return f"{name}: other fields in Chinese"
    both = (english, chinese)
    arguments = [{n for n, _ in placeholders(text) if n.startswith("@")} for text in both]
    if arguments[0] != arguments[1]:
        return f"{name}: other arguments in Chinese"
    for text in (english, chinese):
        if text != text.strip() or not text:
            return f"{name}: empty, or spaces around it"
        if not all(FORMATS.fullmatch(spec or "") for _, spec in placeholders(text)):
            return f"{name}: an unknown format in {text}"
    words = re.sub(r"\{[^}]*\}|freq=", "", english)
    if re.search("[a-z]", words) and not re.search("[\u4e00-\u9fff]", chinese):
        return f"{name}: no Chinese"
    if re.search("[\u4e00-\u9fff]", english):
        return f"{name}: Chinese in the English"
    return None


def test_both_languages_are_there_with_the_same_fields():
    faults = [fault(name, *texts) for name, texts in CATALOG.items()]
    assert [one for one in faults if one] == []


def test_each_fault_of_a_sentence_is_found():
    good = ("{n:step|steps} of {@h}={h}", "{@h}={h} 的 {n} 步")
    assert fault("good", *good) is None
    for bad in (
        ("{n} steps", "步"), ("{n} of {@h}", "{n} 步"), ("{n} steps ", "{n} 步"),
        ("{n:spell} steps", "{n} 步"), ("{n} steps", "{n} steps"), ("{n} 步", "{n} 步"),
    ):  # fmt: skip
        assert fault("bad", *bad)


@pytest.mark.slow
def test_every_sentence_is_used_and_every_used_one_is_there():
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(SOURCES.rglob("*.py"))
        if "messages/catalog" not in path.as_posix()
    )
    unused = [name for name in CATALOG if f'"{name}"' not in code]
    assert unused == []
    asked = set(re.findall(r'\bmessage\(\s*"([^"]+)"', code))
    assert asked <= set(CATALOG)


def test_no_two_sentences_are_the_same():
    english = [texts[0] for texts in CATALOG.values()]
    assert len(set(english)) == len(english)
