"""Floor 0: how bytes reach the disk. The only module that opens a file for writing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gatecast.errors import NotFoundError, UsageError

__all__ = ["write_bytes", "write_text"]


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write UTF-8 text, all or nothing; see :func:`write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, all or nothing.

    The bytes go to a temporary file in the same folder, reach the disk, and then take the file's
    name in one step. On any failure an old file of that name is still there, whole.

    Parameters
    ----------
    path : str or path
        The file.
    data : bytes
        What it will hold.

    Raises
    ------
    NotFoundError
        If the folder does not exist.
    UsageError
        If the path is a folder, or the file cannot be written there.
    """
    target = Path(path)
    folder = target.parent
    if not folder.is_dir():
        raise NotFoundError(
            f'cannot write "{target}": there is no folder "{folder}"; make it first'
        )
    if target.is_dir():
        raise UsageError(f'cannot write "{target}": it is a folder; give the name of a file in it')
    try:
        _replace(target, folder, data)
    except OSError as error:
        raise UsageError(
            f'cannot write "{target}": {error.strerror or error}; what was there before is '
            "unchanged. Make room or give another place"
        ) from error


def _replace(target: Path, folder: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp's files are private; this one gets the rights of any other new file
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(folder)


def _umask() -> int:
    """Read the process's mask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
