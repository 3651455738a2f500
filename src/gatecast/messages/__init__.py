"""Floor 0: every sentence of the library once, with an id, its fields, English and Chinese."""

from gatecast.messages.message import (
    Argument,
    Language,
    Message,
    documents,
    from_document,
    message,
    sentence,
)
from gatecast.messages.writing import Range, join

__all__ = [
    "Argument",
    "Language",
    "Message",
    "Range",
    "documents",
    "from_document",
    "join",
    "message",
    "sentence",
]
