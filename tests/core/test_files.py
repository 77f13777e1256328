"""Nothing half-written remains."""

import hashlib
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from cardamage_core import files, formats, imaging
from cardamage_core.errors import CarDamageError
from cardamage_core.files import atomic_path, sha256, write_atomic


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path):
    target = tmp_path / "deep" / "a.json"
    write_atomic(target, b"old")
    write_atomic(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_an_error_while_writing_keeps_the_old_file(tmp_path):
    target = tmp_path / "a.json"
    write_atomic(target, b"old")
    with pytest.raises(ZeroDivisionError), atomic_path(target) as temporary:
        temporary.write_bytes(b"half" * (1 // 0))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_one_clear_error_and_keeps_the_old_file(tmp_path):
    """A file size limit makes the kernel refuse the write, as a full disk does."""
    target = tmp_path / "a.json"
    write_atomic(target, b"old")
    code = f"""
        import resource, signal
        from pathlib import Path
        from cardamage_core.errors import CarDamageError
        from cardamage_core.files import write_atomic
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_atomic(Path({str(target)!r}), b"x" * 5000)
        except CarDamageError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert f"Could not write {target}." in done.stdout
    assert "The old file is unchanged." in done.stdout
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_a_file_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CarDamageError, match="Could not write") as caught:
        write_atomic(tmp_path / "file" / "a.json", b"x")
    assert "old file" not in str(caught.value)  # there is none


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_every_photo_that_is_offered_can_be_decoded_and_every_annotation_file_be_read():
    imaging._register_heif()  # what Pillow does not know by itself
    assert set(files.PHOTO_SUFFIXES) <= set(Image.registered_extensions())
    written = {formats.FORMATS[name].suffix for name in formats.WRITABLE} - {""}
    assert written <= set(files.ANNOTATION_SUFFIXES)


def test_the_lists_of_suffixes_stand_in_one_place():
    root = Path(files.__file__).parents[1]
    listed = re.compile(r"\*?\.(jpe?g|png|webp|json|csv|xml)\W{1,5}\*?\.(jpe?g|png|webp|json|csv|xml)\b")
    sources = [path for name in ("cardamage_core", "cardamage_gui") for path in (root / name).rglob("*.py")]
    assert [path.name for path in sources if listed.search(path.read_text("utf-8"))] == ["files.py"]
