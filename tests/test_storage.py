import errno
import hashlib
import json
import os
import signal
import socket
import stat
import tracemalloc
import zlib

import numpy as np
import pytest
from helpers.command import python

from gatecast import storage
from gatecast.errors import ModelFileError, NotFoundError, UsageError


def test_text_arrives_and_replaces_what_was_there(tmp_path):
    path = tmp_path / "page.html"
    storage.write_text(path, "alt")
    storage.write_text(path, "neu: 中文 é")
    assert path.read_bytes().decode("utf-8") == "neu: 中文 é"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    mask = os.umask(0o022)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch, step):
    path = tmp_path / "model"
    storage.write_bytes(path, b"old")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        monkeypatch.setattr(storage, "_take_over", full)
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


def test_a_file_that_is_replaced_keeps_its_mode_and_owner(tmp_path):
    path = tmp_path / "model"
    storage.write_bytes(path, b"old")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    before = path.stat()
    storage.write_bytes(path, b"new")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode, before.st_uid, before.st_gid,
    )  # fmt: skip
    assert path.read_bytes() == b"new"


def test_of_a_link_the_target_is_replaced(tmp_path):
    (tmp_path / "models").mkdir()
    target, link = tmp_path / "models" / "model", tmp_path / "current"
    link.symlink_to("models/model")
    for content in (b"first", b"second"):
        storage.write_bytes(link, content)
        assert target.read_bytes() == content
        assert link.is_symlink()
    link.unlink()
    link.symlink_to(link)
    with pytest.raises(UsageError, match="cannot write"):
        storage.write_bytes(link, b"")


@pytest.fixture
def special(tmp_path):
    """A pipe, a socket, a device and a folder, each of which may be at the end of a link."""
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        (tmp_path / "device").symlink_to("/dev/zero")
        (tmp_path / "folder").mkdir()
        yield {name: tmp_path / name for name in ("pipe", "socket", "device", "folder")}


def test_what_is_no_file_is_neither_read_nor_replaced(special):
    names = {p.name for p in special["pipe"].parent.iterdir()}
    for kind, path in special.items():
        for write in (lambda p: storage.write_bytes(p, b"new"), storage.require_writable):
            with pytest.raises(UsageError, match=f"it is a {kind}; give the name of a file"):
                write(path)
    for kind in ("pipe", "device"):
        with pytest.raises(ModelFileError, match=f"is a {kind}, and not a file"):
            storage.read_arrays(special[kind])
    for kind in ("socket", "folder"):
        with pytest.raises(UsageError, match="cannot read"):
            storage.read_arrays(special[kind])
    assert {p.name for p in special["pipe"].parent.iterdir()} == names
    assert stat.S_ISFIFO(special["pipe"].stat().st_mode)


@pytest.mark.slow
def test_what_a_killed_save_left_is_swept_by_the_next(tmp_path):
    path = tmp_path / "model"
    code = (
        "import os, signal, sys; from gatecast import storage;"
        "storage.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        "storage.write_bytes(sys.argv[1], b'x' * 100_000)"
    )
    storage.write_bytes(path, b"old")
    for _ in range(2):
        assert python(code, path).returncode == -signal.SIGKILL
        assert {p.name for p in tmp_path.iterdir()} == {"model", ".model.part", ".model.lock"}
        assert path.read_bytes() == b"old"
    storage.write_bytes(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
    assert path.read_bytes() == b"new"


def test_a_file_that_would_fill_the_memory_is_refused_unless_that_is_wanted(tmp_path, monkeypatch):
    path = tmp_path / "model"
    with path.open("wb") as file:
        file.truncate(5 * 2**30)  # a hole; it takes no room
    with pytest.raises(ModelFileError, match=r"5,368,709,120 bytes.*4,294,967,296.*MAX_FILE_BYTES"):
        storage.read_arrays(path)
    storage.write_arrays(path, ARRAYS, DOCUMENT)
    monkeypatch.setenv("GATECAST_MAX_FILE_BYTES", "100")
    with pytest.raises(ModelFileError, match="no more than 100 are read"):
        storage.read_arrays(path)
    monkeypatch.setenv("GATECAST_MAX_FILE_BYTES", str(path.stat().st_size))
    assert storage.read_arrays(path)[1] == DOCUMENT
    monkeypatch.setenv("GATECAST_MAX_FILE_BYTES", "4 GB")
    with pytest.raises(UsageError, match="not a number of bytes"):
        storage.read_arrays(path)


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_ten_thousand_flipped_bits_are_noticed(tmp_path):
    path = tmp_path / "model"
    storage.write_arrays(path, ARRAYS, DOCUMENT)
    whole = np.fromfile(path, np.uint8)
    rng = np.random.default_rng(0)
    for bit in rng.integers(0, 8 * len(whole), 10_000):
        damaged = whole.copy()
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ModelFileError):
            storage.read_saved(damaged.tobytes())


LARGE = {
    "states": np.random.default_rng(0).normal(size=(3, 9000)).astype(np.float32),
    "moments": np.random.default_rng(1).lognormal(size=(9001,)) * np.array(1.0),
    "lengths": np.full(20_000, 120),
    "missing": np.where(np.arange(10_000) % 3, np.nan, -np.inf).reshape(100, 100),
    "turned": np.arange(30_000, dtype=np.float64).reshape(200, 150).T,
    "noise": np.random.default_rng(2).integers(-(2**63), 2**63, 10_000),
}


def test_large_arrays_are_packed_and_come_back_bit_for_bit(tmp_path):
    storage.write_arrays(tmp_path / "model", LARGE, DOCUMENT, "0123456789abcdef")
    arrays, document, _ = storage.read_saved(tmp_path / "model", "0123456789abcdef")
    assert document == DOCUMENT
    for name, array in LARGE.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()
        arrays[name][:] = 0  # they are the caller's own
    raw = sum(array.nbytes for array in LARGE.values())
    assert (tmp_path / "model").stat().st_size < 0.55 * raw


BOMB = zlib.compress(bytes(10_000_000))


def packed_file(kind, shape, data=BOMB, packed=None):
    packed = json.dumps(packed or {"a": [kind, shape]})
    data += bytes(-len(data) % 8)
    end = len(data)
    return file_of(
        {
            "__metadata__": {"gatecast": "{}", "packed": packed},
            "a": {"dtype": "I64", "shape": [end // 8], "data_offsets": [0, end]},
            "sha256": {"dtype": "U8", "shape": [32], "data_offsets": [end, end + 32]},
        },
        data,
    )


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
    "packed beyond the limit": packed_file("<f8", [2**40, 2**40]),
    "packed larger than told": packed_file("<f8", [3]),
    "packed smaller than told": packed_file("<f8", [2000], zlib.compress(bytes(8))),
    "packed objects": packed_file("|O", [3]),
    "packed with a negative shape": packed_file("<f8", [-1, -3]),
    "packed and cut": packed_file("<f8", [100], zlib.compress(bytes(800))[:-8]),
    "packed badly": packed_file("<f8", [1], b"nothing "),
    "packed and not there": packed_file("<f8", [1], packed={"b": ["<f8", [1]]}),
    "packed is a list": packed_file("<f8", [1], packed=["a", "<f8", [1]]),
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
