"""The file store: whole or not at all, by content, and nothing else."""

import hashlib
import os
from io import BytesIO

import pytest

from portal.adapters.files import LocalFiles, file_store

CONTENT = b"bilancio 2025"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path):
    return LocalFiles(tmp_path / "files")


class Cut(BytesIO):
    """A stream that breaks after its first piece, as an aborted upload does."""

    def read(self, size=-1):
        if self.tell():
            raise ConnectionResetError
        return super().read(3)


def test_what_is_put_is_read_again_and_kept_once(files):
    assert files.put(BytesIO(CONTENT)) == (SHA256, len(CONTENT))
    assert files.put(BytesIO(CONTENT)) == (SHA256, len(CONTENT))

    assert list(files.all()) == [SHA256]
    assert files.path(SHA256) == files.root / SHA256[:2] / SHA256[2:]
    with files.open(SHA256) as stream:
        assert stream.read() == CONTENT
    assert oct(files.path(SHA256).stat().st_mode)[-3:] == "600"


def test_a_broken_stream_leaves_nothing(files):
    with pytest.raises(ConnectionResetError):
        files.put(Cut(CONTENT))

    assert [path for path in files.root.rglob("*") if path.is_file()] == []


def test_what_is_deleted_is_gone_and_deleting_again_is_silent(files):
    files.put(BytesIO(CONTENT))
    files.delete(SHA256)
    files.delete(SHA256)

    assert list(files.all()) == []
    with pytest.raises(FileNotFoundError):
        files.path(SHA256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, f"{'0' * 62}/.", f"{SHA256}\n"])
def test_only_a_hash_is_an_address(files, name):
    with pytest.raises(FileNotFoundError):
        files.open(name)


def test_old_drafts_are_swept_and_new_ones_stay(files):
    old, new = files.draft(), files.draft()
    os.utime(old, (0, 0))

    assert files.sweep_drafts(older_than=3600) == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_the_store_is_where_the_settings_say(tmp_path):
    assert file_store("", home=tmp_path).root == tmp_path / "files"
    assert file_store(f"file://{tmp_path}/un%20posto", home=tmp_path).root == tmp_path / "un posto"
    with pytest.raises(ValueError, match="STORAGE_URL"):
        file_store("s3://secchio", home=tmp_path)
