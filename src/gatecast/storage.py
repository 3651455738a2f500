"""Floor 0: how bytes reach the disk. The only module that opens a file for writing.

What gatecast saves is data and nothing else: arrays as safetensors, a JSON document in their
header, and a checksum over all of it. Reading such a file never runs anything that is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from gatecast.errors import ModelFileError, NotFoundError, UsageError

__all__ = ["read_arrays", "write_arrays", "write_bytes", "write_text"]

_CHECKSUM = "sha256"  # a tensor of 32 bytes, the last of the file
_NUMBERS = (np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64))


def write_arrays(
    path: str | os.PathLike[str], arrays: dict[str, np.ndarray], document: dict[str, Any]
) -> None:
    """Write arrays and a document, all or nothing; see :func:`write_bytes`.

    The file is a safetensors file. Its header's metadata have the document as JSON under
    ``"gatecast"``; its last 32 bytes, a tensor of their own, are the SHA-256 of all bytes before.

    Parameters
    ----------
    path : str or path
        The file.
    arrays : dict of str to ndarray
        Numbers of type float32, float64 or int64.
    document : dict
        What JSON can hold: texts, numbers, lists, None.

    Raises
    ------
    NotFoundError, UsageError
        As :func:`write_bytes`.
    """
    assert all(a.dtype in _NUMBERS for a in arrays.values())
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    whole[_CHECKSUM] = np.zeros(32, np.uint8)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    content = safetensors.numpy.save(whole, {"gatecast": text})[:-32]
    write_bytes(path, content + hashlib.sha256(content).digest())


def read_arrays(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what :func:`write_arrays` wrote.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    arrays : dict of str to ndarray
        Copies of the file's arrays.
    document : dict
        The document.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If the file is not exactly what was once written: cut, changed, or another kind of file.
    """
    source = Path(path)
    try:
        data = source.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f'there is no file "{source}"') from None
    except OSError as error:
        raise UsageError(f'cannot read "{source}": {error.strerror or error}') from error
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise ModelFileError(
            f'"{source}" is not a file that gatecast wrote, or it was cut or changed since: its '
            "checksum does not fit its content. Take another copy, or make it anew"
        )
    # from here on only a file that somebody made on purpose can be wrong
    try:
        arrays = safetensors.numpy.load(data)
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        document = json.loads(header["__metadata__"]["gatecast"])
        del arrays[_CHECKSUM]
        if not isinstance(document, dict):
            raise TypeError("the document is not an object")
        if any(array.dtype not in _NUMBERS for array in arrays.values()):
            raise TypeError("an array holds something else than numbers")
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelFileError(
            f'"{source}" is not a file that gatecast wrote: {type(error).__name__}, {error}. Take '
            "another copy, or make it anew"
        ) from error
    return {name: array.copy() for name, array in arrays.items()}, document


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
