"""Arrays packed for a file: their bytes shuffled, then deflated.

Neighbouring numbers often have the same sign, exponent and first digits, and so the same first
bytes. Put together, all first bytes first, they are short to describe (as in Blosc and HDF5).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["pack", "unpack", "unpacked_bytes"]

#: A smaller array is not worth it.
_LEAST_BYTES = 2**16
#: Nor is one that does not become so much smaller.
_WORTH = 0.95
_TYPES = ("<f4", "<f8", "<i8")


def pack(array: np.ndarray) -> np.ndarray | None:
    """Pack an array, if that makes it smaller.

    Parameters
    ----------
    array : ndarray
        Numbers of type float32, float64 or int64.

    Returns
    -------
    ndarray of int64, or None
        For :func:`unpack`; None where it is not worth it.
    """
    if array.nbytes < _LEAST_BYTES:
        return None
    shuffled = np.ascontiguousarray(array).view(np.uint8).reshape(-1, array.dtype.itemsize).T
    packed = zlib.compress(shuffled.tobytes())
    if len(packed) > _WORTH * array.nbytes:
        return None
    return np.frombuffer(packed + bytes(-len(packed) % 8), np.int64)


def unpacked_bytes(kind: Any, shape: Any) -> int:
    """Count the bytes of an array, as a file says it is.

    Parameters
    ----------
    kind : str
        NumPy's name of its type.
    shape : sequence of int
        Its shape.

    Returns
    -------
    int
        Before anything is unpacked.

    Raises
    ------
    ValueError, TypeError
        If there is no such array.
    """
    if kind not in _TYPES or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError("a packed array has no type or shape")
    return int(kind[-1]) * math.prod(shape)


def unpack(data: np.ndarray, kind: str, shape: Sequence[int]) -> np.ndarray:
    """Unpack an array.

    Parameters
    ----------
    data : ndarray of int64
        What :func:`pack` gave.
    kind : str
        NumPy's name of its type.
    shape : sequence of int
        Its shape.

    Returns
    -------
    ndarray
        The same bits.

    Raises
    ------
    ValueError, TypeError
        If they are not those of such an array; no more bytes than it has are unpacked.
    """
    size, inflate = unpacked_bytes(kind, shape), zlib.decompressobj()
    try:
        raw = inflate.decompress(data.tobytes(), size + 1)
    except zlib.error as error:
        raise ValueError(f"a packed array is damaged: {error}") from error
    if len(raw) != size or not inflate.eof or len(inflate.unused_data) > 7:
        raise ValueError("a packed array has another size than its shape")
    shuffled = np.frombuffer(raw, np.uint8).reshape(int(kind[-1]), -1)
    return np.ascontiguousarray(shuffled.T).view(kind).reshape(shape)
