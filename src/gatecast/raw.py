"""Floor 0: how the bytes of a file come in."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gatecast.errors import ModelFileError, NotFoundError, UsageError
from gatecast.messages import message

__all__ = ["kind_of_place", "most_bytes", "read_bytes"]

#: The largest file that is read, unless the environment has another number.
_MOST_BYTES = 4 * 2**30
_LIMIT = "GATECAST_MAX_FILE_BYTES"


def read_bytes(source: Path) -> bytes:
    """Read a whole file, and nothing but a file, unless it is too large.

    Parameters
    ----------
    source : path
        The file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is a folder, a device, a pipe or a socket, or too large.
    UsageError
        If it cannot be read.
    """
    at_once = getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody writes to would keep us waiting
    try:
        with open(source, "rb", opener=lambda p, flags: os.open(p, flags | at_once)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelFileError(
                    message("file.no_model", path=str(source), what=message(kind_of_place(status)))
                )
            most = most_bytes()
            if status.st_size > most:
                sizes = {"size": status.st_size, "most": most, "variable": _LIMIT}
                raise ModelFileError(message("file.too_large", path=str(source), **sizes))
            return file.read()
    except FileNotFoundError:
        raise NotFoundError(message("table.no_file", path=str(source))) from None
    except OSError as error:
        raise UsageError(
            message("file.not_read", path=str(source), reason=error.strerror or str(error))
        ) from error


def most_bytes() -> int:
    """Give the size of the largest file that is read.

    Returns
    -------
    int
        Of the environment, or 4 GiB.

    Raises
    ------
    UsageError
        If what the environment has is no number.
    """
    text = os.environ.get(_LIMIT, str(_MOST_BYTES))
    if not text.isdecimal():
        raise UsageError(message("file.limit", variable=_LIMIT, value=text))
    return int(text)


def kind_of_place(status: os.stat_result) -> str:
    """Name the message of what is no file.

    Parameters
    ----------
    status : os.stat_result
        Of a folder, a device, a pipe or a socket.

    Returns
    -------
    str
        Its id.
    """
    kinds = {
        stat.S_IFIFO: "file.pipe", stat.S_IFSOCK: "file.socket", stat.S_IFDIR: "file.folder",
    }  # fmt: skip
    return kinds.get(stat.S_IFMT(status.st_mode), "file.device")
