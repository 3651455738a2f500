"""Floor 0: how bytes reach the disk. The only module that opens a file for writing.

What gatecast saves is data and nothing else: arrays as safetensors, a JSON document in their
header, and a checksum over all of it. Reading such a file never runs anything that is in it.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

import numpy as np
import safetensors.numpy

from gatecast.errors import ConflictError, ModelFileError, NotFoundError, UsageError
from gatecast.messages import Argument, message
from gatecast.packing import pack, unpack, unpacked_bytes
from gatecast.raw import kind_of_place, most_bytes, read_bytes

try:
    import fcntl
except ImportError:  # there are none on Windows; ConflictError is what is left there
    fcntl = None

__all__ = [
    "DAMAGE", "Key", "Origin", "encode", "kind_of", "locked", "read_arrays", "read_saved",
    "replacing", "require_unchanged", "require_writable", "write_arrays", "write_bytes",
    "write_text",
]  # fmt: skip

_CHECKSUM = "sha256"  # a tensor of 32 bytes, the last of the file
_SIGNATURE = "hmac"  # one more before it, of a file that is signed
_SHORTEST_KEY = 16
_NUMBERS = (np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64))
#: What goes wrong where the parts of a file do not fit together.
DAMAGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
#: File systems without locks say one of these.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


#: A secret that files are signed with; None where they are not.
Key: TypeAlias = bytes | str | None


class _Held(threading.local):
    """Keep the lock files that each thread has."""

    def __init__(self) -> None:
        self.locks: set[Path] = set()


_held = _Held()


class Origin(NamedTuple):
    """Tell which file something was read from or written to, and what that file held.

    Parameters
    ----------
    path : str
        The file, symbolic links followed.
    checksum : bytes
        SHA-256 of its content.
    """

    path: str
    checksum: bytes


def write_arrays(
    path: str | os.PathLike[str],
    arrays: dict[str, np.ndarray],
    document: dict[str, Any],
    sign: Key = None,
) -> Origin:
    """Write arrays and a document, all or nothing; see :func:`write_bytes`.

    The file is a safetensors file. Its header's metadata have the document as JSON under
    ``"gatecast"``, and under ``"packed"`` type and shape of the large arrays that
    :mod:`gatecast.packing` has made smaller; its last 32 bytes, a tensor of their own, are the
    SHA-256 of all bytes before.
    In a signed file another 32 before them are the HMAC-SHA-256 of all bytes before those.

    Parameters
    ----------
    path : str or path
        The file.
    arrays : dict of str to ndarray
        Numbers of type float32, float64 or int64.
    document : dict
        What JSON can hold: texts, numbers, lists, None.
    sign : bytes or str, optional
        A secret key of 16 bytes or more.

    Returns
    -------
    Origin
        What :func:`read_saved` gives for this file.

    Raises
    ------
    NotFoundError, UsageError
        As :func:`write_bytes`.
    """
    content = encode(arrays, document, sign)
    write_bytes(path, content)
    return Origin(os.path.realpath(path), content[-32:])


def encode(arrays: dict[str, np.ndarray], document: dict[str, Any], sign: Key = None) -> bytes:
    """Give the bytes of the file that :func:`write_arrays` writes.

    Parameters
    ----------
    arrays, document, sign
        As there.

    Returns
    -------
    bytes
        Read by :func:`read_saved`.
    """
    key = _key("sign", sign)
    assert all(a.dtype in _NUMBERS for a in arrays.values())
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    packed = {name: small for name, array in whole.items() if (small := pack(array)) is not None}
    kinds = {name: [whole[name].dtype.str, whole[name].shape] for name in packed}
    whole |= packed
    whole[_CHECKSUM] = np.zeros(32, np.uint8)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    if key is not None:
        whole[_SIGNATURE] = np.zeros(32, np.uint8)
    content = safetensors.numpy.save(whole, {"gatecast": text, "packed": json.dumps(kinds)})[:-32]
    if key is not None:
        content = content[:-32] + hmac.digest(key, content[:-32], "sha256")
    return content + hashlib.sha256(content).digest()


def read_arrays(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read arrays and document; see :func:`read_saved`.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    dict of str to ndarray, dict
        Arrays by name, and the document.
    """
    arrays, document, _ = read_saved(path)
    return arrays, document


def read_saved(
    path: str | os.PathLike[str] | bytes, verify: Key = None
) -> tuple[dict[str, np.ndarray], dict[str, Any], Origin]:
    """Read what :func:`write_arrays` wrote.

    Parameters
    ----------
    path : str, path or bytes
        The file, or what it holds.
    verify : bytes or str, optional
        The key that it must be signed with; looked at before anything in the file is.

    Returns
    -------
    arrays : dict of str to ndarray
        Copies of the file's arrays.
    document : dict
        The document.
    origin : Origin
        Which file that was, for :func:`require_unchanged`.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If the file is not exactly what was once written: cut, changed, or another kind of file;
        or is not signed with the key.
    """
    key = _key("verify", verify)
    source = "<bytes>" if isinstance(path, bytes) else os.fspath(path)
    data = path if isinstance(path, bytes) else read_bytes(Path(path))
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise ModelFileError(message("file.checksum", path=source))
    if key is not None and not hmac.compare_digest(
        hmac.digest(key, data[:-64], "sha256"), data[-64:-32]
    ):
        raise ModelFileError(message("file.signature", path=source))
    # from here on only a file that somebody made on purpose can be wrong
    try:
        arrays = safetensors.numpy.load(data)
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        document = json.loads(header["__metadata__"]["gatecast"], parse_constant=_no_number)
        del arrays[_CHECKSUM]
        arrays.pop(_SIGNATURE, None)
        if not isinstance(document, dict):
            raise TypeError("the document is not an object")
        if any(array.dtype not in _NUMBERS for array in arrays.values()):
            raise TypeError("an array holds something else than numbers")
        packed = json.loads(header["__metadata__"].get("packed", "{}"))
        if sum(unpacked_bytes(*written) for written in packed.values()) > most_bytes():
            raise ValueError("its arrays would fill the memory")
        arrays |= {name: unpack(arrays[name], *written) for name, written in packed.items()}
    except (safetensors.SafetensorError, *DAMAGE, RecursionError) as error:
        raise ModelFileError(
            message("file.not_ours", path=source, reason=f"{type(error).__name__}, {error}")
        ) from error
    copies = {name: array if name in packed else array.copy() for name, array in arrays.items()}
    return copies, document, Origin(os.path.realpath(source), data[-32:])


def _key(argument: str, key: Key) -> bytes | None:
    """Give a secret key as bytes."""
    given = key.encode() if isinstance(key, str) else key
    if given is not None and (not isinstance(given, bytes) or len(given) < _SHORTEST_KEY):
        raise UsageError(message("file.key", argument=Argument(argument), least=_SHORTEST_KEY))
    return given


def _no_number(text: str) -> None:
    """Refuse NaN and infinities, which JSON does not have and Python reads all the same."""
    raise ValueError(f"{text} is no number")


def kind_of(path: str | os.PathLike[str]) -> str | None:
    """Tell what a file says it is, before it is read and checked.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    str or None
        The ``kind`` of its document; None if that cannot be told, which reading it then explains.
    """
    if not Path(path).is_file():
        return None
    try:
        with Path(path).open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, 100_000_000)))
        return json.loads(header["__metadata__"]["gatecast"], parse_constant=_no_number)["kind"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def require_unchanged(path: str | os.PathLike[str], origin: Origin | None) -> None:
    """Make sure that a file still holds what was read from it; to be called with its lock.

    Parameters
    ----------
    path : str or path
        The file that is about to be written over.
    origin : Origin or None
        What :func:`read_saved` or :func:`write_arrays` gave; None if nothing was read. A file of
        another path, or one that is gone, cannot lose anything.

    Raises
    ------
    ConflictError
        If somebody else has changed the file since.
    """
    if origin is None or os.path.realpath(path) != origin.path:
        return
    try:
        with Path(path).open("rb") as file:
            file.seek(-32, os.SEEK_END)
            checksum = file.read()
    except OSError:
        return  # gone, or not to be read: writing says so if it matters
    if checksum != origin.checksum:
        raise ConflictError(message("file.changed", path=str(path)))


@contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let no one else update a file, in this process or in another, until the block ends.

    The lock is an empty file beside it, ``.name.lock``. The system frees it when its holder ends,
    however that happens. A thread that has it may take it again.

    Parameters
    ----------
    path : str or path
        The file; of a symbolic link, that which it points to.

    Returns
    -------
    context manager
        Holds the lock.

    Raises
    ------
    NotFoundError
        If the folder does not exist.
    UsageError
        If the path is a folder, or nothing can be written beside it.
    """
    target = Path(os.path.realpath(path))
    _require_place(path, target)
    lock = target.with_name(f".{target.name}.lock")
    if fcntl is None or lock in _held.locks:
        yield
        return
    file = _acquire(path, lock)
    _held.locks.add(lock)
    try:
        yield
    finally:
        _held.locks.discard(lock)
        with suppress(OSError):
            lock.unlink()  # whoever waits for this one notices, and takes a new one
        file.close()


def _acquire(path: str | os.PathLike[str], lock: Path) -> IO[bytes]:
    """Wait for a lock file; closing it lets go."""
    assert fcntl is not None
    while True:
        try:
            file = lock.open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
        except OSError as error:
            raise _cannot_write(path, error) from error
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), lock.stat()):
                return file
        file.close()  # whoever had it has removed it


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write UTF-8 text, all or nothing; see :func:`write_bytes`.

    Parameters
    ----------
    path : str or path
        The file.
    text : str
        Its content.
    """
    write_bytes(path, text.encode())


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, all or nothing.

    The bytes go to ``.name.part`` in the same folder, reach the disk, and then take the file's
    name in one step. On any failure an old file of that name is still there, whole; what a killed
    process leaves is replaced by the next that writes this file. A file that is replaced keeps its
    mode and, where that is allowed, its owner; of a symbolic link the target is replaced.

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
        If the path is a folder, a device, a pipe or a socket, or cannot be written there.
    """
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Write a file bit by bit, all or nothing; see :func:`write_bytes`.

    Parameters
    ----------
    path : str or path
        The file.

    Yields
    ------
    file
        To be written to; it takes the file's place when the block ends without an error.

    Raises
    ------
    NotFoundError, UsageError
        As :func:`write_bytes`.
    """
    with locked(path):
        try:
            with _replacement(Path(os.path.realpath(path))) as file:
                yield file
        except OSError as error:
            raise _cannot_write(path, error) from error


def require_writable(path: str | os.PathLike[str]) -> None:
    """Make sure that a file can be written, before the work that its content takes.

    Parameters
    ----------
    path : str or path
        The file.

    Raises
    ------
    NotFoundError
        If the folder does not exist.
    UsageError
        If the path is a folder, a device, a pipe or a socket, or nothing may be written beside it.
    """
    target = Path(os.path.realpath(path))
    _require_place(path, target)
    if not os.access(target.parent, os.W_OK):
        raise _cannot_write(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def _require_place(path: str | os.PathLike[str], target: Path) -> None:
    """Make sure that there is a folder to write to, and nothing but a file in the file's place."""
    with suppress(OSError):
        status = Path(path).stat()  # of /dev/stdout this is a pipe, and its target has no name
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(
                message("file.no_file", path=str(path), what=message(kind_of_place(status)))
            )
    if not target.parent.is_dir():
        raise NotFoundError(message("file.no_folder", path=str(path), folder=str(target.parent)))


def _cannot_write(path: str | os.PathLike[str], error: OSError) -> UsageError:
    return UsageError(
        message("file.not_written", path=str(path), reason=error.strerror or str(error))
    )


@contextmanager
def _replacement(target: Path) -> Iterator[IO[bytes]]:
    """Put a file in place of another; to be called with its lock, as its ``.part`` has one name."""
    temporary = target.with_name(f".{target.name}.part")
    temporary.unlink(missing_ok=True)  # of a process that was killed
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            _take_over(target, file.fileno())
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _take_over(target: Path, descriptor: int) -> None:
    """Give a new file the mode and the owner of the one that it will replace."""
    if not hasattr(os, "fchown"):
        return
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    new = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
            with suppress(PermissionError):  # only root may give a file away
                os.fchown(descriptor, owner, group)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
