"""Find out how a CSV file is written; read columns of it as text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gatecast.data.cells import LARGEST, MISSING, TextColumn, unguard
from gatecast.data.reading.numbers import could_be_number
from gatecast.data.reading.source import Source, as_text, limit
from gatecast.data.reading.times import could_be_times
from gatecast.errors import DataError, quote
from gatecast.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CsvFile"]

# The comma comes last: it may be a decimal comma in a file separated by something else.
_SEPARATORS = {
    ";": "reading.semicolons", "\t": "reading.tabs", "|": "reading.bars", ",": "reading.commas",
}  # fmt: skip
_BATCH = 20_000
_SAMPLE_LINES = 50
_MOST_HEADERS = 3
#: What pandas takes for no number; other spellings are left to the reader of text.
_NO_NUMBER = sorted(
    {w for word in MISSING for w in (word, word.upper(), word.title())} | {"NaN", "NaT"}
)


@dataclass(frozen=True)
class CsvFile:
    """Know how one CSV file is written.

    Attributes
    ----------
    name : str
        The file's name.
    data : bytes
        Its text, in UTF-8.
    separator : str
        What stands between two cells.
    header : tuple of str
        Column names; a column without one is called "column 2" by its place.
    notes : tuple of Message
        What was detected, a sentence each.
    begin : int
        Where the rows begin, in bytes.
    first_line : int
        The line they begin in; the first line of the file is 1.
    """

    name: str
    data: bytes
    separator: str
    header: tuple[str, ...]
    notes: tuple[Message, ...]
    begin: int
    first_line: int

    @classmethod
    def inspect(cls, source: Source, separator: str = "") -> CsvFile:
        """Find out encoding, separator and column names.

        Parameters
        ----------
        source : Source
            The file.
        separator : str
            What the history was separated by; taken where it fits.

        Returns
        -------
        CsvFile
            What :func:`open_table` reads.

        Raises
        ------
        DataError
            If it is empty, not text, or has no line that can be column names.
        """
        data, notes = as_text(source)
        lines = _first_lines(data, source.name)
        try:
            return _inspect(source.name, data, lines, notes, separator)
        except csv.Error as error:
            reason = str(error)
            raise DataError(message("table.no_csv", source=source.name, reason=reason)) from error

    def sample(self, rows: int) -> dict[str, list[str]] | None:
        """Give the cells of the first rows by column; None if there are no rows.

        Parameters
        ----------
        rows : int
            How many.

        Returns
        -------
        dict of str to list of str, or None
            Cells as texts.

        Raises
        ------
        DataError
            If a row has more or fewer cells than the header.
        """
        batch = next(self._batches(range(len(self.header)), size=rows), None)
        return None if batch is None else dict(zip(self.header, batch[1], strict=True))

    def read(
        self, columns: Sequence[str], numeric: Sequence[str] = ()
    ) -> tuple[dict[str, TextColumn | np.ndarray], np.ndarray]:
        """Read some of the columns.

        Parameters
        ----------
        columns : sequence of str
            Names out of ``header``.
        numeric : sequence of str
            Those of them that are plain numbers, most likely.

        Returns
        -------
        columns : dict of str to TextColumn or ndarray of float64
            Cells without white space around them; plain numbers where all of a numeric column are.
        lines : ndarray of shape [rows]
            The line each row begins in. Empty lines, and lines of separators only, are left out.

        Raises
        ------
        DataError
            If a row has more or fewer cells than the header, or the file is damaged.
        """
        read = self._read_fast(columns, numeric)
        if read is not None:
            return read
        codes_of: list[dict[str, int]] = [{} for _ in columns]
        codes: list[list[np.ndarray]] = [[] for _ in columns]
        lines = []
        places = [self.header.index(name) for name in columns]
        for numbers, cells in self._batches(places):
            lines.append(numbers)
            for distinct, parts, rows in zip(codes_of, codes, cells, strict=True):
                parts.append(np.array([distinct.setdefault(cell, len(distinct)) for cell in rows]))
        texts = {
            name: TextColumn(list(distinct), np.concatenate(parts))
            for name, distinct, parts in zip(columns, codes_of, codes, strict=True)
        }
        return dict(texts), np.concatenate(lines)

    def _read_fast(
        self, columns: Sequence[str], numeric: Sequence[str]
    ) -> tuple[dict[str, TextColumn | np.ndarray], np.ndarray] | None:
        """Read with pandas' reader in C; None where lines have to be looked at one by one."""
        body = memoryview(self.data)[self.begin :]
        width = len(self.header)
        whole = bytes(body) if self.begin else self.data
        rows = whole.count(b"\n") + (not whole.endswith(b"\n"))
        if b'"' in whole or b"\r" in whole.replace(b"\r\n", b"") or not columns:
            return None
        if whole.count(self.separator.encode()) != rows * (width - 1):
            return None
        order = {name: i for i, name in enumerate(self.header)}
        places = {order[name]: name for name in columns}
        plain = set(numeric)
        numbers = [i for i, name in places.items() if name in plain]
        types = {i: np.float64 if name in plain else "category" for i, name in places.items()}
        try:
            frame = pd.read_csv(  # pyright: ignore[reportCallIssue]
                io.BytesIO(whole), sep=self.separator, header=None, names=list(range(width)),
                usecols=list(places), dtype=types, keep_default_na=False,  # pyright: ignore[reportArgumentType]
                na_values=dict.fromkeys(numbers, _NO_NUMBER),
                float_precision="round_trip",  # pyright: ignore[reportArgumentType]
                engine="c", quoting=csv.QUOTE_NONE, index_col=False,
            )  # fmt: skip
        except ValueError:  # a cell that is no plain number, or a line of another width
            return self._read_fast(columns, ()) if numeric else None
        if len(frame) != rows:  # empty lines
            return None
        if numbers and (np.abs(frame[numbers].to_numpy()) > LARGEST).any():
            return self._read_fast(columns, ())
        _check_cells(self.name, len(frame), width)
        read = {
            name: frame[i].to_numpy() if name in plain else _distinct(frame[i])
            for i, name in places.items()
        }
        if _has_blank_rows(read):
            return None
        return read, np.arange(self.first_line, self.first_line + rows)

    def _batches(
        self, places: Sequence[int], size: int = _BATCH
    ) -> Iterator[tuple[np.ndarray, list[list[str]]]]:
        """Give line numbers, and the cells of columns, a batch of rows at a time."""
        file = io.TextIOWrapper(io.BytesIO(self.data), encoding="utf-8", newline="")
        file.seek(self.begin)
        reader = csv.reader(file, delimiter=self.separator)
        first = self.first_line
        before = first - 1  # lines above the rows
        total = 0
        try:
            while rows := list(islice(reader, size)):
                following = before + reader.line_num + 1
                lines, rows = self._check_rows(rows, first, following)
                first = following
                total += len(rows)
                _check_cells(self.name, total, len(self.header))
                if rows:
                    yield lines, [[row[i].strip() for row in rows] for i in places]
        except csv.Error as error:
            raise DataError(
                message(
                    "table.unread", source=self.name, n=before + reader.line_num, reason=str(error)
                )
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
                    message(
                        "table.ragged",
                        n=lines[i],
                        source=self.name,
                        cells=len(rows[i]),
                        width=width,
                        text=self.separator.join(rows[i]),
                    )
                )
        return lines[kept], [rows[i] for i in kept]


def _distinct(column: pd.Series) -> TextColumn:
    """See a column of categories as distinct cells, in the order they first appear."""
    codes, distinct = pd.factorize(column.cat.codes.to_numpy())
    cells = [str(column.cat.categories[code]).strip() for code in distinct]
    if len(set(cells)) == len(cells):
        return TextColumn(cells, codes)
    again = TextColumn.of(cells)  # two that differ by white space only
    return TextColumn(again.cells, again.codes[codes])


def _has_blank_rows(read: dict[str, TextColumn | np.ndarray]) -> bool:
    """Whether some row may be one of separators only."""
    blank = None
    for column in read.values():
        if isinstance(column, TextColumn):
            none = np.array([cell == "" for cell in column.cells], dtype=bool)[column.codes]
        else:
            none = np.isnan(column)
        blank = none if blank is None else blank & none
        if not blank.any():
            return False
    return True


def _check_cells(name: str, rows: int, width: int) -> None:
    most = limit("GATECAST_MAX_CELLS")
    if rows * width > most:
        raise DataError(message("table.too_many_cells", source=name, most=most))


# ------------------------------------------------------------------------------- lines and header


def _first_lines(data: bytes, name: str) -> list[str]:
    """Give the first lines, each with its end."""
    most, lines, at = limit("GATECAST_MAX_LINE"), [], 0
    while at < len(data) and len(lines) < _SAMPLE_LINES:
        end = data.find(b"\n", at, at + most) + 1
        if not end:
            if len(data) - at > most:
                number = len(lines) + 1
                raise DataError(message("table.long_line", n=number, source=name, most=most))
            end = len(data)
        lines.append(data[at:end].decode())
        at = end
    # a lone carriage return ends a line too
    return lines if len(lines) > 1 else list(io.StringIO(lines[0], newline=""))


def _inspect(
    name: str, data: bytes, lines: list[str], notes: list[Message], settled: str
) -> CsvFile:
    start, separator = 0, ""
    if declared := re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE):
        start, separator = 1, declared[1]
        notes.append(message("reading.separator_line", line=lines[0].strip()))
    comments = start
    while comments < len(lines) and (_is_comment(lines[comments]) or not lines[comments].strip()):
        comments += 1
    rest = lines[comments:]
    if not rest:
        raise DataError(message("table.comments", source=name))
    separator = separator or _find_separator(rest, settled)
    if separator != ",":
        named = separator in _SEPARATORS
        shown = message(_SEPARATORS[separator]) if named else quote(separator)
        notes.append(message("reading.separator", separator=shown))
    rows = _parse_lines(rest, separator)
    at = _header_row(rows)
    first = comments + rows[at][0]
    names = [cell.strip() for cell in rows[at][1]]
    above = [i for i in range(start, first) if lines[i].strip()]
    if above and _all_look_like_data(names):
        commented = _commented(lines[above[-1]], separator)
        if len(commented) == len(names):
            names, first, at = commented, above.pop(), at - 1
    if _all_look_like_data(names):
        first_row = next(iter(rows))
        names = [cell.strip() for cell in first_row[1]]
        raise DataError(
            message(
                "table.no_header",
                n=comments + first_row[0] + 1,
                source=name,
                text=separator.join(names),
            )
        )
    more = _more_headers(rows[at + 1 :])
    if above:
        notes.append(message("reading.lines_above", n=len(above)))
    if more:
        levels = [row for _, row in rows[at + 1 : at + 1 + more]]
        names = _join_headers(names, levels)
        if more > 1:
            notes.append(message("reading.lines_below", first=first + 2, last=first + 1 + more))
        else:
            notes.append(message("reading.line_below", first=first + 2))
    names = [unguard(one) for one in names]
    _check_names(names, name)
    names = [one or f"column {number}" for number, one in enumerate(names, start=1)]
    following = at + 1 + more
    line = comments + rows[following][0] if following < len(rows) else None
    # quoted cells may run over lines: what is consumed up to a row is counted in lines
    begin_line = line if line is not None else len(lines)
    begin = sum(len(text.encode()) for text in lines[:begin_line])
    return CsvFile(name, data, separator, tuple(names), tuple(notes), begin, begin_line + 1)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(("#", "//", "%"))


def _commented(line: str, separator: str) -> list[str]:
    """Give the column names that a comment holds."""
    if not _is_comment(line):
        return []
    row = next(csv.reader([line.lstrip().lstrip("#/% ")], delimiter=separator), [])
    return [cell.strip() for cell in row]


def _parse_lines(lines: list[str], separator: str) -> list[tuple[int, list[str]]]:
    """Cut lines into rows, each with the number of the line it begins in; empty ones left out."""
    reader = csv.reader(lines, delimiter=separator)
    rows, begin = [], 0
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append((begin, row))
        begin = reader.line_num
    return rows


def _header_row(rows: list[tuple[int, list[str]]]) -> int:
    """Find the line of column names: the first that is as wide as most rows are.

    Narrower lines above it are a title, or say where the table is from.
    """
    widths = [len(row) for _, row in rows]
    usual = Counter(widths).most_common(1)[0][0]
    if usual <= widths[0] or widths.count(usual) * 2 <= len(widths):
        return 0
    at = widths.index(usual)
    filled = sum(bool(cell.strip()) for cell in rows[at][1])
    return at if filled * 2 > usual and not any(map(_is_data, rows[at][1])) else 0


def _is_data(cell: str) -> bool:
    cell = cell.strip()
    return bool(cell) and (could_be_number(cell) or could_be_times([cell], ""))


def _more_headers(rows: list[tuple[int, list[str]]]) -> int:
    """Count the lines below the first header that hold no data, but units or further names."""
    data = next((i for i, (_, row) in enumerate(rows) if any(map(_is_data, row))), None)
    if data is None or not 0 < data <= _MOST_HEADERS or data + 1 >= len(rows):
        return 0
    width = len(rows[data][1])
    below = [row for _, row in rows[data : data + 10]]
    numeric = [j for j in range(width) if all(j < len(r) and _is_data(r[j]) for r in below)]
    above = [row for _, row in rows[:data]]
    if not numeric or any(len(row) != width for row in above):
        return 0
    return data


def _join_headers(names: list[str], levels: list[list[str]]) -> list[str]:
    """Name columns by several lines of names: the first, and what a later one adds."""
    index = levels[-1]
    if index[0].strip() and not any(cell.strip() for cell in index[1:]):
        names = [index[0].strip(), *names[1:]]
        levels = levels[:-1]
    for level in levels:
        if len(set(names)) == len(names):
            break
        names = [" ".join(filter(None, (a, b.strip()))) for a, b in zip(names, level, strict=True)]
    return names


def _check_names(names: list[str], source: str) -> None:
    most = limit("GATECAST_MAX_COLUMNS")
    if len(names) > most:
        raise DataError(message("table.too_many_columns", source=source, n=len(names), most=most))
    given = [name for name in names if name]
    if len(set(given)) < len(given):
        doubled = next(name for name, count in Counter(given).items() if count > 1)
        places = [i for i, name in enumerate(names, start=1) if name == doubled]
        raise DataError(
            message(
                "table.doubled_header", source=source, column=doubled, n=len(places),
                places=places[:5],
            )
        )  # fmt: skip


def _find_separator(lines: list[str], settled: str) -> str:
    """The separator that cuts most lines into as many cells as the first; that of the history."""
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
        usual, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if usual < 2:
            continue
        score = count / len(widths)
        if separator == settled and score > 0.5:
            return settled
        if score > best_score:
            best, best_score = separator, score
    return best


def _all_look_like_data(names: Sequence[str]) -> bool:
    if not names[0].strip() and list(names[1:]) == [str(i) for i in range(len(names) - 1)]:
        return False  # what pandas writes above an index and columns without names
    return all(_looks_like_data(name.strip()) for name in names if name.strip())


def _looks_like_data(name: str) -> bool:
    try:
        float(name.replace(",", "."))
    except ValueError:
        return re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?", name) is not None
    return name.lower() not in ("nan", "inf", "infinity")
