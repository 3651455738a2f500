"""Floor 0: a journal of what a file does not hold yet, one line a record, each with its checksum.

A record is whole once :meth:`Journal.append` has returned, whatever then happens to the process; a
power failure may take the last second's. Of a line that was not finished nothing is read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path

from gatecast.errors import ConflictError, UsageError
from gatecast.messages import message
from gatecast.raw import read_bytes

try:
    import fcntl
except ImportError:  # there are none on Windows
    fcntl = None

__all__ = ["Journal", "journal_of", "read_journal"]

_DIGITS = 16  # of the checksum, in front of each record


def journal_of(path: str | os.PathLike[str]) -> Path:
    """Say where the journal of a file is.

    Parameters
    ----------
    path : str or path
        The file; of a symbolic link, that which it points to.

    Returns
    -------
    path
        Beside it: ``.name.journal``.
    """
    target = Path(os.path.realpath(path))
    return target.with_name(f".{target.name}.journal")


def read_journal(path: str | os.PathLike[str]) -> list[bytes]:
    """Read the journal of a file, also while another process writes it.

    Parameters
    ----------
    path : str or path
        The file that the records belong to.

    Returns
    -------
    list of bytes
        Whole records, in the order of writing; none where there is no journal.

    Raises
    ------
    UsageError
        If there is one, and it cannot be read.
    """
    journal = journal_of(path)
    if not journal.exists():
        return []
    return _read(read_bytes(journal))[0]


class Journal:
    """Hold the journal of a file, for one process at a time.

    Parameters
    ----------
    path : str or path
        The file that the records belong to.

    Attributes
    ----------
    records : list of bytes
        What is in it, in the order of writing.

    Raises
    ------
    ConflictError
        If another process has it.
    UsageError
        If it cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = journal_of(path)
        self._file = _acquire(path, self._path)
        self._file.seek(0)
        self.records, length = _read(self._file.read())
        self._file.truncate(length)
        self._unsynced = False

    def append(self, records: Iterable[bytes]) -> None:
        """Write records, without line breaks in them.

        Parameters
        ----------
        records : iterable of bytes
            They outlive this process from now on.

        Raises
        ------
        UsageError
            If the disk is full, or gone.
        """
        new = list(records)
        lines = b"".join(_checksum(one) + b" " + one + b"\n" for one in new)
        end = os.fstat(self._file.fileno()).st_size
        try:
            written = self._file.write(lines)
            if written != len(lines):
                raise OSError("the disk is full")
        except OSError as error:
            self._file.truncate(end)
            raise _cannot_write(self._path, error) from error
        self.records += new
        self._unsynced = True

    def sync(self) -> None:
        """Bring what was written to the disk, so that it outlives a power failure too."""
        if self._unsynced:
            self._unsynced = False
            os.fsync(self._file.fileno())

    def clear(self) -> None:
        """Forget all records: the file has them now."""
        self._file.truncate(0)
        self.records = []
        self._unsynced = False

    def close(self) -> None:
        """Let go of the journal; one without records is removed."""
        if not self.records:
            self._path.unlink(missing_ok=True)
        self._file.close()


def _acquire(path: str | os.PathLike[str], journal: Path) -> FileIO:
    """Open a journal and lock it; closing it lets go."""
    while True:
        try:
            file = journal.open("a+b", buffering=0)
        except OSError as error:
            raise _cannot_write(journal, error) from error
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise ConflictError(message("serve.taken", path=str(path))) from error
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), journal.stat()):
                return file
        file.close()  # whoever had it has removed it


def _checksum(record: bytes) -> bytes:
    return hashlib.sha256(record).hexdigest()[:_DIGITS].encode()


def _read(content: bytes) -> tuple[list[bytes], int]:
    """Give the records up to the first that is not whole, and where they end."""
    records, end = [], 0
    for line in content.splitlines(keepends=True):
        record = line[_DIGITS + 1 : -1]
        if not line.endswith(b"\n") or line[: _DIGITS + 1] != _checksum(record) + b" ":
            break
        records.append(record)
        end += len(line)
    return records, end


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(
        message("file.not_written", path=str(path), reason=error.strerror or str(error))
    )
