"""Files with a right checksum that lie: one field of a whole file changed to what it never is."""

import copy
import hashlib
import json
from pathlib import Path

import numpy as np
import safetensors.numpy

#: What stands in for a value of a document.
VALUES = (
    None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, -(2**63), 10**30, 0.0, -0.5, 0.5, 1e-320,
    1e308, float("nan"), float("inf"), -float("inf"), "", "1", "Log", "values", "\x00",
    "a" * 10_000, [], [1], [None], [[]], ["a"], [1e308] * 3, {}, {"a": 1}, {"name": "Log"},
)  # fmt: skip
NUMBERS = (np.nan, np.inf, -np.inf, 0, -1, 1, 1e-320, 1e30, -1e30, 1e300, 2**62, -(2**62))


def leaves(document, path=()):
    """Give the path of every value of a document, of objects and lists too."""
    found = [path] if path else []
    if isinstance(document, dict):
        items = document.items()
    else:
        items = enumerate(document) if isinstance(document, list) else ()
    for key, value in items:
        found += leaves(value, (*path, key))
    return found


def change_document(document, rng):
    """Put another value in one place, take one out, or add one."""
    places = leaves(document)
    *way, last = places[rng.integers(len(places))]
    parent = document
    for key in way:
        parent = parent[key]
    kind = rng.integers(8)
    if kind == 0:
        del parent[last]
        what = "removed"
    elif kind == 1 and isinstance(parent, list):
        parent.insert(last, copy.deepcopy(parent[last]))
        what = "twice"
    else:
        parent[last] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])
        what = f"{parent[last]!r:.30}"
    return f"{'.'.join(map(str, (*way, last)))} {what}"


def change_arrays(arrays, rng):
    """Change one array: its numbers, its type, its shape; or take it out, or add one."""
    names = sorted(arrays)
    name = names[rng.integers(len(names))]
    array = arrays[name]
    kind = rng.integers(9)
    with np.errstate(all="ignore"):
        if kind == 0:
            del arrays[name]
        elif kind == 1:
            arrays[f"{name}x"] = array
        elif kind == 2:
            arrays[name] = array[:-1] if array.ndim else array
        elif kind == 3:
            arrays[name] = array.ravel()[np.newaxis]
        elif kind == 4:
            arrays[name] = np.concatenate([array, array]) if array.ndim else array
        elif kind == 5:
            types = (np.float32, np.float64, np.int64)
            arrays[name] = np.nan_to_num(array).astype(types[rng.integers(3)])
        else:
            number = np.array(NUMBERS[rng.integers(len(NUMBERS))]).astype(array.dtype)
            arrays[name] = array = array.copy()
            if kind == 6 or not array.size:
                array[...] = number
            else:
                array.flat[rng.integers(array.size)] = number
    return f"{name} {kind}"


def hostile(arrays, document, rng):
    """Change a file's content in one place, or in a few.

    Returns
    -------
    arrays, document : dict
        The content, its own.
    what : str
        What was changed.
    """
    arrays, document = dict(arrays), copy.deepcopy(document)
    what = []
    for _ in range(1 + (rng.integers(4) == 0)):
        if rng.integers(2):
            what.append(change_arrays(arrays, rng))
        else:
            what.append(change_document(document, rng))
    return arrays, document, "; ".join(what)


def write_sealed(path, arrays, document):
    """Write a file with a right checksum, whatever is in it; NaN in the document too."""
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    whole["sha256"] = np.zeros(32, np.uint8)
    content = safetensors.numpy.save(whole, {"gatecast": json.dumps(document)})[:-32]
    Path(path).write_bytes(content + hashlib.sha256(content).digest())
