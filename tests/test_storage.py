import errno
import os

import pytest

from gatecast import storage
from gatecast.errors import NotFoundError, UsageError


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
