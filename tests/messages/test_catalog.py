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


@pytest.mark.parametrize("name", CATALOG)
def test_both_languages_are_there_with_the_same_fields(name):
    english, chinese = CATALOG[name]
    assert field_names(english) == field_names(chinese)
    arguments = [{n for n, _ in placeholders(text) if n.startswith("@")} for text in CATALOG[name]]
    assert arguments[0] == arguments[1]
    for text in (english, chinese):
        assert text == text.strip()
        assert all(FORMATS.fullmatch(spec or "") for _, spec in placeholders(text)), text
    if placeholders(english) and not english.replace(placeholders(english)[0][0], ""):
        return
    words = re.sub(r"\{[^}]*\}", "", english)
    if re.search("[a-z]", words.replace("freq", "")):
        assert re.search("[\u4e00-\u9fff]", chinese), chinese
        assert not re.search("[\u4e00-\u9fff]", english), english


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
