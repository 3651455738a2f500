"""A sentence as data: an id and fields, from which its English and its Chinese are written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from gatecast.messages.catalog import CATALOG
from gatecast.messages.writing import Argument, Language, Range, Spelling, field_names, write

__all__ = [
    "Argument", "Language", "Message", "documents", "from_document", "message", "sentence",
]  # fmt: skip

#: The field that a sentence begins with.
_FIRST = re.compile(r"\{(\w+)[:}]")
#: A sentence that ends in one of these needs no full stop.
_STOPS = (".", "?", "!", "。", "？", "！")


class Message(str):
    """Hold a sentence as data; as a ``str`` it is its English text.

    It compares, sorts, joins and prints as that text, so that a list of messages is a list of
    sentences. It cannot be changed.

    Parameters
    ----------
    id : str
        Of a sentence in :mod:`gatecast.messages.catalog`.
    fields : mapping of str to value
        What the sentence is filled with: exactly the fields of its template. Numbers, texts,
        :class:`Argument`, other messages, or sequences of them.

    Attributes
    ----------
    id : str
        As given.
    fields : mapping of str to value
        As given; NumPy's numbers as Python's, sequences as tuples.

    Raises
    ------
    KeyError
        If there is no such id.
    TypeError
        If the fields are not those of the template.
    """

    id: str
    fields: Mapping[str, Any]

    def __new__(cls, id: str, fields: Mapping[str, Any]) -> Message:  # noqa: A002, D102
        template = CATALOG[id][0]
        expected = field_names(template)
        if set(fields) != expected:
            raise TypeError(
                f'message "{id}" has the fields {sorted(expected)}; {sorted(fields)} were given'
            )
        plain = {name: _plain(value) for name, value in fields.items()}
        made = super().__new__(cls, write(template, plain, "en"))
        made.id, made.fields = id, MappingProxyType(plain)
        return made

    @property
    def en(self) -> str:
        """The sentence in English."""
        return str(self)

    def text(self, language: Language = "en", spelling: Spelling = str) -> str:
        """Write the sentence.

        Parameters
        ----------
        language : {"en", "zh"}
            Which language.
        spelling : callable, optional
            How arguments are spelt: takes ``"look_back"`` and gives ``"--look-back"``, for example.
            Names of columns and series are not touched.

        Returns
        -------
        str
            Without a capital and a full stop, which :func:`sentence` adds.
        """
        english, chinese = CATALOG[self.id]
        return write(chinese if language == "zh" else english, self.fields, language, spelling)

    def document(self) -> dict[str, Any]:
        """Give ``id``, ``fields`` and ``text`` (in English) as JSON has them.

        Returns
        -------
        dict
            Read back by :func:`from_document`.
        """
        fields = {name: _json(value) for name, value in self.fields.items()}
        return {"id": self.id, "fields": fields, "text": str(self)}

    def __reduce__(self) -> Any:
        return Message, (self.id, dict(self.fields))


def message(id: str, /, **fields: Any) -> Message:  # noqa: A002
    """Make a message.

    Parameters
    ----------
    id : str
        Of a sentence in :mod:`gatecast.messages.catalog`.
    **fields
        What the sentence is filled with.

    Returns
    -------
    Message
        See there for errors.
    """
    return Message(id, fields)


def from_document(document: Mapping[str, Any] | str) -> Message:
    """Read what :meth:`Message.document` gave.

    Parameters
    ----------
    document : mapping or str
        A text, or a message of an id that is no longer there, becomes a message of its text.

    Returns
    -------
    Message
        With the same text in English.
    """
    if isinstance(document, Message):
        return document
    if not isinstance(document, Mapping):  # of a file it may be anything: it says what it is
        return message("text", text=str(document))
    try:
        return Message(document["id"], {k: _read(v) for k, v in document["fields"].items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        return message("text", text=str(document.get("text", "")))


def documents(messages: Iterable[str]) -> list[dict[str, Any]]:
    """Give several messages as JSON has them.

    Parameters
    ----------
    messages : iterable of Message or str
        A plain text becomes a message of its text.

    Returns
    -------
    list of dict
        See :meth:`Message.document`.
    """
    return [from_document(one).document() for one in messages]


def sentence(text: str, language: Language = "en", spelling: Spelling = str) -> str:
    """Write a message as a whole sentence: with a capital and a full stop.

    Parameters
    ----------
    text : Message or str
        Names and numbers at the beginning stay as they are.
    language : {"en", "zh"}
        Which language; a plain ``str`` has only its own.
    spelling : callable, optional
        As for :meth:`Message.text`.

    Returns
    -------
    str
        For a page or a terminal.
    """
    named, written = False, str(text)
    if isinstance(text, Message) and text.id != "text":
        first = _FIRST.match(CATALOG[text.id][0])
        named = first is not None and not isinstance(text.fields.get(first[1]), Message)
        written = text.text(language, spelling)
    else:
        language = "en"
    if written and not named:
        written = written[0].upper() + written[1:]
    if written.endswith(_STOPS):
        return written
    return written + ("。" if language == "zh" else ".")


def _plain(value: Any) -> Any:
    if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0:  # of NumPy, not imported here
        return value.item()
    if isinstance(value, Range):
        return Range(*map(_plain, value))
    if isinstance(value, (list, tuple)):
        return tuple(_plain(item) for item in value)
    return value


def _json(value: Any) -> Any:
    if isinstance(value, Message):
        return value.document()
    if isinstance(value, Argument):
        return {"argument": str(value)}
    if isinstance(value, Range):
        return {"low": _json(value.low), "high": _json(value.high)}
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "low" in value:
            return Range(_read(value["low"]), _read(value["high"]))
        return Argument(value["argument"]) if "argument" in value else from_document(value)
    if isinstance(value, list):
        return tuple(_read(item) for item in value)
    return math.nan if value is None else value
