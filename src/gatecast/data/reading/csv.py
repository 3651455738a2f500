"""Find out how a CSV file is written; read columns of it as text, a batch at a time."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import lzma
import re
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gatecast.errors import DataError, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["Batch", "CsvFile"]

# The comma comes last: it may be a decimal comma in a file separated by something else.
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ",": "commas"}
_BATCH = 20_000
_SAMPLE_BYTES = 1 << 16
_SAMPLE_LINES = 50
#: Compressed files by their first bytes; one is read as the text that it holds.
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGE = (UnicodeError, EOFError, OSError, zlib.error, lzma.LZMAError)


class Batch(NamedTuple):
    """Some consecutive rows of a file.

    Attributes
    ----------
    lines : ndarray of shape [rows]
        The line of the file each row begins in; the header is line 1.
    columns : list of list of str
        The cells of each column asked for.
    """

    lines: np.ndarray
    columns: list[list[str]]


@dataclass(frozen=True)
class CsvFile:
    """Know how one CSV file is written.

    Attributes
    ----------
    path : Path
        Where it is.
    encoding : str
        Python's name of its encoding.
    separator : str
        What stands between two cells.
    header : tuple of str
        Column names; a column without one is called "column 2" by its place.
    notes : tuple of str
        What was found out about it, a sentence each.
    """

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def inspect(cls, path: Path) -> CsvFile:
        """Find out encoding, separator and column names.

        Raises
        ------
        DataError
            If it is empty, not text, or its first line cannot be column names.
        """
        try:
            encoding, notes = _find_encoding(path)
            with _open_text(path, encoding) as file:
                sample = file.read(_SAMPLE_BYTES)
                whole = file.read(1) == ""
        except _DAMAGE as error:
            raise DataError(f"{path.name} is damaged, its text breaks off: {error}") from error
        if "\0" in sample:
            raise DataError(f"{path.name} is not a text file: give a CSV or Parquet file")
        if not sample.strip():
            raise DataError(f"{path.name} is empty: it needs a line of column names and rows")
        # str.splitlines would also cut at a form feed or U+2028 inside a cell.
        lines = list(io.StringIO(sample, newline=""))
        if not whole and len(lines) > 1:
            lines.pop()  # cut off in the middle, most likely
        try:
            separator = _find_separator(lines[:_SAMPLE_LINES])
            first = next((row for row in csv.reader(lines, delimiter=separator) if any(row)), [])
        except csv.Error as error:
            raise DataError(f"{path.name} cannot be read as CSV: {error}") from error
        if separator != ",":
            notes.append(f"columns are separated by {_SEPARATORS[separator]}")
        names = [cell.strip() for cell in first]
        if all(_looks_like_data(name) for name in names if name):
            raise DataError(
                f"line 1 of {path.name} is {quote(separator.join(names))}, which looks like data: "
                "put a line of column names before it"
            )
        names = [name or f"column {number}" for number, name in enumerate(names, start=1)]
        if len(set(names)) < len(names):
            doubled = next(name for name in names if names.count(name) > 1)
            places = [str(i) for i, name in enumerate(names, start=1) if name == doubled]
            raise DataError(
                f'{path.name} has the column name "{doubled}" {len(places)} times (columns '
                f"{', '.join(places[:5])}): give each column its own name"
            )
        return cls(path, encoding, separator, tuple(names), tuple(notes))

    def batches(self, columns: Sequence[str], size: int = _BATCH) -> Iterator[Batch]:
        """Read some of the columns, a batch of rows at a time.

        Parameters
        ----------
        columns : sequence of str
            Names out of ``header``.
        size : int
            Rows in a batch.

        Yields
        ------
        Batch
            Cells without white space around them. Empty lines, and lines of separators only, are
            left out.

        Raises
        ------
        DataError
            If a row has more or fewer cells than the header, or the file is damaged.
        """
        place_of = {name: place for place, name in enumerate(self.header)}
        places = [place_of[name] for name in columns]
        with _open_text(self.path, self.encoding) as file:
            reader = csv.reader(file, delimiter=self.separator)
            try:
                while not any(next(reader)):
                    pass  # empty lines before the header
                line = reader.line_num + 1
                while rows := list(islice(reader, size)):
                    lines, rows = self._check_rows(rows, line, reader.line_num + 1)
                    line = reader.line_num + 1
                    if rows:
                        yield Batch(lines, [[row[i].strip() for row in rows] for i in places])
            except (csv.Error, *_DAMAGE) as error:
                raise DataError(
                    f"{self.path.name} cannot be read beyond line {reader.line_num}: {error}"
                ) from error

    def _check_rows(
        self, rows: list[list[str]], first: int, following: int
    ) -> tuple[np.ndarray, list[list[str]]]:
        """Number rows by line, leave out the empty, refuse the ragged."""
        width = len(self.header)
        if (
            following - first == len(rows)
            and set(map(len, rows)) == {width}
            and all(map(any, rows))
        ):
            return np.arange(first, following), rows
        # A cell may run over several lines, if it is quoted.
        heights = [1 + sum(cell.count("\n") for cell in row) for row in rows]
        lines = first + np.concatenate([[0], np.cumsum(heights[:-1])]).astype(np.int64)
        kept = [i for i, row in enumerate(rows) if any(map(str.strip, row))]
        for i in kept:
            if len(rows[i]) < width or any(map(str.strip, rows[i][width:])):
                raise DataError(
                    f"line {lines[i]} of {self.path.name} has {_cells(len(rows[i]))}, its "
                    f"header {_cells(width)} ({quote(self.separator.join(rows[i]))}): correct "
                    "the line, or put cells that contain the separator in quotes"
                )
        return lines[kept], [rows[i] for i in kept]


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        head = file.read(8)
    opener = next((found for magic, found in _OPENERS.items() if head.startswith(magic)), open)
    return opener(path, "rb")  # pyright: ignore[reportReturnType]


def _open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_open(path), encoding=encoding, newline="")


def _find_encoding(path: Path) -> tuple[str, list[str]]:
    with _open(path) as file:
        head = file.read(4096)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", []
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", ["the text is in UTF-16"]
        if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise DataError(
                f"{path.name} is an Excel or zip file, not text: save the sheet as CSV first"
            )
        # Without a mark, Western text in UTF-16 still has a zero in every other byte.
        for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros = head[offset::2].count(0)
            if zeros and zeros > 0.8 * len(head) / 2 and head[1 - offset :: 2].count(0) == 0:
                return encoding, ["the text is in UTF-16"]
    # Every byte means something in Latin-1; Windows-1252 has the euro sign and quotes besides.
    for encoding in ("utf-8", "cp1252"):
        if _decodes(path, encoding):
            break
    else:
        encoding = "latin-1"
    known_as = {"utf-8": [], "cp1252": ["Windows-1252 (Latin-1)"], "latin-1": ["Latin-1"]}
    return encoding, [f"the text is not UTF-8 and is read as {name}" for name in known_as[encoding]]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with _open(path) as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _find_separator(lines: list[str]) -> str:
    """The separator that cuts most lines into as many cells as the header."""
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
        if widths and widths[0] > 1:
            score = widths.count(widths[0]) / len(widths)
            if score > best_score:
                best, best_score = separator, score
    return best


def _looks_like_data(name: str) -> bool:
    try:
        float(name.replace(",", "."))
    except ValueError:
        return re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?", name) is not None
    return name.lower() not in ("nan", "inf", "infinity")


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"
