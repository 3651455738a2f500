import errno
import hashlib
import json
import os
import tracemalloc

import numpy as np
import pytest

from gatecast import storage
from gatecast.errors import ModelFileError, NotFoundError, UsageError


def test_text_arrives_and_replaces_what_was_there(tmp_path):
    path = tmp_path / "page.html"
    storage.write_text(path, "alt")
    storage.write_text(path, "neu: 中文 é")
    assert path.read_bytes().decode("utf-8") == "neu: 中文 é"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~storage._umask()


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch, step):
    path = tmp_path / "model"
    storage.write_bytes(path, b"old")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":

        class Full:
            def __init__(self, descriptor, _mode):
                self.descriptor = descriptor

            def __enter__(self):
                return self

            def __exit__(self, *_):
                os.close(self.descriptor)

            write = full

        monkeypatch.setattr(storage.os, "fdopen", Full)
    elif step == "fsync":
        monkeypatch.setattr(storage.os, "fsync", full)
    else:
        monkeypatch.setattr(storage.Path, "replace", full)
    with pytest.raises(UsageError, match=r"No space left.*unchanged"):
        storage.write_bytes(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_ctrl_c_in_the_middle_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "model"
    storage.write_bytes(path, b"old")

    def interrupt(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(storage.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        storage.write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_places_that_cannot_be_written_are_named(tmp_path):
    with pytest.raises(NotFoundError, match="there is no folder"):
        storage.write_text(tmp_path / "missing" / "page.html", "")
    with pytest.raises(UsageError, match="it is a folder"):
        storage.write_text(tmp_path, "")


ARRAYS = {
    "weights": np.linspace(-1, 1, 40, dtype=np.float32).reshape(5, 8),
    "moments": np.array([np.pi, np.nan, np.inf]),
    "nothing": np.zeros((0, 3)),
    "offsets": np.array([0, 2**62]),
}
DOCUMENT = {"name": "中文 é", "numbers": [1, 2.5, None], "nested": {"large": 2**64}}


def test_arrays_and_document_come_back_as_they_were(tmp_path):
    path = tmp_path / "model"
    storage.write_arrays(path, ARRAYS, DOCUMENT)
    arrays, document = storage.read_arrays(path)
    assert document == DOCUMENT
    assert list(arrays) == sorted(ARRAYS, key=list(arrays).index)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)
    arrays["weights"][:] = 0  # they are the caller's own


def test_others_can_read_the_file_too(tmp_path):
    import safetensors.numpy

    storage.write_arrays(tmp_path / "model", ARRAYS, DOCUMENT)
    found = safetensors.numpy.load_file(tmp_path / "model")
    np.testing.assert_array_equal(found["weights"], ARRAYS["weights"])


def test_every_truncation_is_noticed(tmp_path):
    path = tmp_path / "model"
    storage.write_arrays(path, ARRAYS, DOCUMENT)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match="cut or changed"):
            storage.read_arrays(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(ModelFileError):
        storage.read_arrays(path)


def test_ten_thousand_flipped_bits_are_noticed(tmp_path):
    path = tmp_path / "model"
    storage.write_arrays(path, ARRAYS, DOCUMENT)
    whole = np.fromfile(path, np.uint8)
    rng = np.random.default_rng(0)
    for bit in rng.integers(0, 8 * len(whole), 10_000):
        damaged = whole.copy()
        damaged[bit // 8] ^= 1 << bit % 8
        damaged.tofile(path)
        with pytest.raises(ModelFileError):
            storage.read_arrays(path)


def sealed(content):
    """Give it the checksum that gatecast would."""
    return content + hashlib.sha256(content).digest()


def file_of(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return sealed(len(text).to_bytes(8, "little") + text + data)


CHECKSUM = {"dtype": "U8", "shape": [32], "data_offsets": [0, 32]}
ATTACKS = {
    "empty": b"",
    "32 bytes": bytes(32),
    "sealed nothing": sealed(b""),
    "pickle under our name": sealed(b"cos\nsystem\n(S'touch /tmp/owned'\ntR."),
    "header of 2^63 bytes": sealed((2**63).to_bytes(8, "little") + b"{}"),
    "header longer than the file": sealed((10**6).to_bytes(8, "little") + b"{}"),
    "deep JSON": file_of(b"[" * 100_000 + b"]" * 100_000),
    "deep document": file_of(
        {"__metadata__": {"gatecast": "[" * 100_000 + "]" * 100_000}, "sha256": CHECKSUM}
    ),
    "document is a list": file_of({"__metadata__": {"gatecast": "[]"}, "sha256": CHECKSUM}),
    "no document": file_of({"sha256": CHECKSUM}),
    "no checksum": file_of({"__metadata__": {"gatecast": "{}"}}),
    "huge shape": file_of(
        {"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}, bytes(4)
    ),
    "overlapping offsets": file_of(
        {
            "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
            "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        },
        bytes(12),
    ),
    "offsets outside": file_of(
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [2**40, 2**40 + 8]}}, bytes(8)
    ),
    "negative offsets": file_of(
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}, bytes(8)
    ),
    "texts for numbers": file_of(
        {
            "__metadata__": {"gatecast": "{}"},
            "a": {"dtype": "BOOL", "shape": [4], "data_offsets": [0, 4]},
            "sha256": {"dtype": "U8", "shape": [32], "data_offsets": [4, 36]},
        },
        bytes(4),
    ),
    "not UTF-8": file_of(b"\xff\xfe{}"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_file_made_on_purpose_is_refused_at_once(tmp_path, name):
    path = tmp_path / "model"
    path.write_bytes(ATTACKS[name])
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match="not a file that gatecast wrote"):
            storage.read_arrays(path)
        assert tracemalloc.get_traced_memory()[1] < 1e7  # what the file claims is not believed
    finally:
        tracemalloc.stop()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="there is no file"):
        storage.read_arrays(tmp_path / "model")
    with pytest.raises(UsageError, match="cannot read"):
        storage.read_arrays(tmp_path)
