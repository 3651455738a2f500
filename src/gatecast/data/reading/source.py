"""Bring a file into memory: what it is, unpacked, as text in UTF-8, within limits."""

from __future__ import annotations

import bz2
import codecs
import difflib
import gzip
import io
import lzma
import os
import re
import stat
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["Source", "as_text", "limit", "open_source"]

#: Environment variables that raise a limit, and what the limits are.
_LIMITS = {
    "GATECAST_MAX_BYTES": 8 * 2**30,
    "GATECAST_MAX_LINE": 2**24,
    "GATECAST_MAX_COLUMNS": 200_000,
    "GATECAST_MAX_CELLS": 10**9,
}
#: Compressed files by their first bytes; one is read as the text that it holds.
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)
_BLOCK = 1 << 20


def limit(name: str) -> int:
    """Give a limit of reading, which an environment variable of that name can raise.

    Parameters
    ----------
    name : str
        Of the environment variable.

    Returns
    -------
    int
        Bytes, columns or cells, as the variable says.

    Raises
    ------
    UsageError
        If the variable is not a whole number.
    """
    text = os.environ.get(name, "")
    if not text:
        return _LIMITS[name]
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(message("table.bad_limit", variable=name, value=text))
    return int(text)


@dataclass(frozen=True)
class Source:
    """A file as it was read.

    Attributes
    ----------
    name : str
        Its name, for sentences.
    data : bytes
        What it holds, unpacked.
    """

    name: str
    data: bytes

    @property
    def is_parquet(self) -> bool:
        """Whether it is a Parquet file."""
        return self.data.startswith(b"PAR1")


def open_source(path: Path) -> Source:
    """Read a file, a pipe or standard input ("-" or /dev/stdin), once.

    Parameters
    ----------
    path : str or path
        A file, ``"-"`` or a pipe.

    Returns
    -------
    Source
        Its bytes and name.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataError
        If it is damaged, larger than the limit, or neither a file nor a pipe.
    """
    stdin = message("table.stdin")
    if str(path) == "-":
        return Source(stdin, _unpacked(sys.stdin.buffer, stdin))
    try:
        _require_readable(path)
        name = stdin if str(path) in ("/dev/stdin", "/dev/fd/0") else path.name
        with path.open("rb") as file:
            return Source(name, _unpacked(file, name))
    except OSError as error:
        reason = str(error.strerror)
        raise NotFoundError(message("table.unopened", path=str(path), reason=reason)) from error


def _require_readable(path: Path) -> None:
    if path.is_dir():
        raise NotFoundError(message("table.folder", path=str(path)))
    if not path.exists():
        folder = path.parent
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
        if near:
            other = str(folder / near[0])
            raise NotFoundError(message("table.near_file", path=str(path), other=other))
        raise NotFoundError(message("table.no_file", path=str(path)))
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind)):
        raise DataError(message("table.device", path=str(path)))


def _unpacked(file: BinaryIO, name: str) -> bytes:
    """Read all, unpacked, and stop at the limit."""
    most = limit("GATECAST_MAX_BYTES")
    head = file.read(8)
    while 0 < len(head) < 8 and (more := file.read(8 - len(head))):  # a pipe gives what it has
        head += more
    stream: BinaryIO = _Rejoined(head, file)  # pyright: ignore[reportAssignmentType]
    opener = next((opens for magic, opens in _OPENERS.items() if head.startswith(magic)), None)
    if opener is not None:
        stream = opener(io.BufferedReader(stream))  # pyright: ignore[reportArgumentType, reportAssignmentType, reportCallIssue]
    blocks, total = [], 0
    try:
        while block := stream.read(_BLOCK):
            blocks.append(block)
            total += len(block)
            if total > most:
                raise DataError(message("table.too_many_bytes", source=name, most=most))
    except _DAMAGE as error:
        if isinstance(error, OSError) and opener is None:
            raise
        raise DataError(message("table.broken", source=name, reason=str(error))) from error
    return b"".join(blocks)


class _Rejoined(io.RawIOBase):
    """Put the first bytes of a stream back before the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        if self._head:
            block, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            block = self._rest.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


# ------------------------------------------------------------------------------------ encoding


def as_text(source: Source) -> tuple[bytes, list[Message]]:
    """Give the text of a source in UTF-8 without a mark, and notes on what it was written in.

    Parameters
    ----------
    source : Source
        As opened.

    Returns
    -------
    bytes, list of Message
        The text, and what to tell the user.

    Raises
    ------
    DataError
        If it is empty, not text, or its text breaks off.
    """
    data, name = source.data, source.name
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError(message("table.excel", source=name))
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        _decoded(data, "utf-8", name)
        return _whole(data, name), []
    notes: list[Message] = []
    encoding = _utf_16(data)
    if encoding:
        data = _decoded(data, encoding, name).encode()
        notes = [message("reading.utf_16")]
    elif not data.isascii():
        encoding, shown = _find_encoding(data)
        if encoding != "utf-8":
            data = data.decode(encoding).encode()
            notes = [message("reading.encoding", encoding=shown)]
    return _whole(data, name), notes


def _whole(data: bytes, name: str) -> bytes:
    if b"\0" in data[: 1 << 16]:
        raise DataError(message("table.binary", source=name))
    if not data.strip():
        raise DataError(message("table.empty", source=name))
    return data


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise DataError(message("table.broken", source=name, reason=str(error))) from error


def _utf_16(data: bytes) -> str | None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, Western text in UTF-16 still has a zero in every other byte.
    head = data[:4096]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[offset::2].count(0)
        if zeros and zeros > 0.8 * len(head) / 2 and head[1 - offset :: 2].count(0) == 0:
            return encoding
    return None


def _find_encoding(data: bytes) -> tuple[str, str]:
    """Give Python's name of the encoding, and the one to show."""
    # Every byte means something in Latin-1; Windows-1252 has the euro sign and quotes besides.
    choices = [("utf-8", "UTF-8")]
    if east_asian := _east_asian(data):
        choices.append(east_asian)
    for encoding, shown in (*choices, ("cp1252", "Windows-1252 (Latin-1)")):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding, shown
    return "latin-1", "Latin-1"


_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_RUN = re.compile(rb"([A-Za-z]?)([\x80-\xff]+)([A-Za-z]?)")


def _east_asian(data: bytes) -> tuple[str, str] | None:
    """Tell Chinese and Japanese text from Western text by where its pairs of bytes lie.

    Common Chinese characters are pairs of high bytes (GB 2312); common Japanese ones begin in
    0x81-0x83 (kana) or 0x88-0x97 (kanji of level 1), which Western text hardly uses. A letter
    with an accent stands alone, between letters.
    """
    lines = [line for line in data.splitlines() if not line.isascii()][:200]
    sample = b"\n".join(lines)
    pairs = _PAIR.findall(sample)
    if not pairs:
        return None
    chinese = sum(p[0] >= 0xA1 and p[0] <= 0xF7 and p[1] >= 0xA1 for p in pairs) / len(pairs)
    japanese = sum(p[0] in (0x81, 0x82, 0x83) or 0x88 <= p[0] <= 0x97 for p in pairs) / len(pairs)
    if japanese >= 0.7 and japanese > chinese:
        return "cp932", "Shift-JIS"
    runs = _RUN.findall(sample)
    alone = sum(len(run) < 4 and bool(before or after) for before, run, after in runs)
    if chinese >= 0.7 and alone * 2 < len(runs):
        return "gb18030", "GB 18030 (GBK)"
    return None
