"""Is a weights file read strictly, and written whole?"""

import contextlib

import h5py
import numpy as np
import pytest

from cardamage_core.mrcnn import EngineError
from cardamage_core.mrcnn.weights import read_arrays, read_notes, shapes_in, write_arrays

ARRAYS = {"a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3), "a/bias": np.ones(3, np.float32)}
SHAPES = {name: array.shape for name, array in ARRAYS.items()}


@pytest.fixture
def file(tmp_path):
    write_arrays(tmp_path / "w.h5", ARRAYS, notes={"config": {"classes": 2}})
    return tmp_path / "w.h5"


def test_what_was_written_is_read(file):
    assert all((read_arrays(file, SHAPES)[name] == array).all() for name, array in ARRAYS.items())
    assert read_notes(file) == {"config": {"classes": 2}}
    assert list(file.parent.glob(".*")) == []


def test_one_error_lists_missing_unused_and_misshapen(file):
    with pytest.raises(EngineError) as caught:
        read_arrays(file, {"a/kernel": (2, 4), "b/kernel": (1,)})
    assert caught.value.detail.splitlines() == [
        "missing: b/kernel (1,)",
        "not used: a/bias",
        "misshapen: a/kernel, expected (2, 4), found (2, 3)",
    ]


def test_excluded_layers_are_left_out_on_both_sides(file):
    assert read_arrays(file, {"a/kernel": (9, 9)}, exclude=["a"]) == {}


def test_a_cut_off_file_is_an_error(file):
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(EngineError, match="not a whole HDF5 file"):
        read_arrays(file, SHAPES)


def test_a_zeroed_sector_or_a_flipped_bit_anywhere_is_an_error_or_changes_nothing(file):
    whole, told = file.read_bytes(), 0
    damaged = [(at, bytes(64)) for at in range(0, len(whole), 64)]
    damaged += [(at, bytes([whole[at] ^ 0x10])) for at in range(0, len(whole), 31)]
    for at, other in damaged:
        file.write_bytes(whole[:at] + other + whole[at + len(other) :])
        try:
            assert read_notes(file) == {"config": {"classes": 2}}
            found = read_arrays(file, SHAPES)
            assert all((found[name] == array).all() for name, array in ARRAYS.items())
        except EngineError:
            told += 1
    assert told > 20


def test_notes_that_an_older_version_kept_in_a_heap_are_read_and_a_broken_heap_hangs_nothing(file):
    with h5py.File(file, "a") as opened:
        del opened.attrs["crc32"]
        for name in ARRAYS:
            del opened[name].attrs["crc32"]
        opened.attrs["config"] = '{"classes": 2}'
    assert read_notes(file) == {"config": {"classes": 2}}
    whole = file.read_bytes()
    for at in range(whole.index(b"GCOL"), whole.index(b"GCOL") + 4096, 16):
        file.write_bytes(whole[:at] + bytes(64) + whole[at + 64 :])
        with contextlib.suppress(EngineError):
            read_notes(file)


def test_a_file_of_an_older_version_without_check_sums_is_read(file):
    with h5py.File(file, "a") as opened:
        del opened.attrs["crc32"]
        for name in ARRAYS:
            del opened[name].attrs["crc32"]
    assert all((read_arrays(file, SHAPES)[name] == array).all() for name, array in ARRAYS.items())
    assert read_notes(file) == {"config": {"classes": 2}}


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(EngineError, match="no weights file"):
        read_notes(tmp_path / "none.h5")


@pytest.mark.parametrize("link", [h5py.ExternalLink("/etc/passwd", "x"), h5py.SoftLink("/a/kernel")])
def test_links_are_refused(file, link):
    with h5py.File(file, "a") as opened:
        del opened["a/bias"]
        opened["a/bias"] = link
    with pytest.raises(EngineError, match="is a link"):
        read_arrays(file, SHAPES)


def test_values_kept_in_another_file_are_refused(file, tmp_path):
    (tmp_path / "raw").write_bytes(bytes(12))
    with h5py.File(file, "a") as opened:
        del opened["a/bias"]
        opened.create_dataset("a/bias", (3,), "f4", external=[(str(tmp_path / "raw"), 0, 12)])
    with pytest.raises(EngineError, match="another file"):
        read_arrays(file, SHAPES)


@pytest.mark.parametrize("dtype", [h5py.string_dtype(), h5py.vlen_dtype(np.float32), h5py.ref_dtype])
def test_object_types_are_refused(file, dtype):
    with h5py.File(file, "a") as opened:
        del opened["a/bias"]
        opened.create_dataset("a/bias", (3,), dtype)
    with pytest.raises(EngineError, match="plain numbers"):
        read_arrays(file, SHAPES)


def test_a_shape_bomb_is_refused_before_it_is_read(file):
    with h5py.File(file, "a") as opened:
        del opened["a/bias"]
        opened.create_dataset("a/bias", (1 << 20, 1 << 20), "f4", chunks=(1024, 1024))
    with pytest.raises(EngineError, match="misshapen: a/bias"):
        read_arrays(file, SHAPES)


def test_an_h5_of_somebody_else_has_no_notes_for_us(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as opened:
        opened.attrs["layer_names"] = np.array([b"conv1"])
    with pytest.raises(EngineError, match="not a weights file of this program"):
        read_notes(tmp_path / "x.h5")


KERNELS = {
    "dense/kernel": np.random.default_rng(1).normal(size=(2000, 30)) * np.geomspace(0.01, 100, 30),
    "conv/depthwise_kernel": np.random.default_rng(2).normal(size=(5, 5, 1200, 1)),
    "none/kernel": np.zeros((200, 200)),
    "small/kernel": np.random.default_rng(3).normal(size=(3, 3, 8, 8)),
    "dense/bias": np.linspace(-1, 1, 30, dtype=np.float32),
}
KERNELS = {name: array.astype(np.float32) for name, array in KERNELS.items()}


def test_large_int8_kernels_take_a_quarter_and_come_back_within_half_a_step_of_their_channel(tmp_path):
    write_arrays(tmp_path / "w.h5", KERNELS, notes={}, kernels="int8")
    found = read_arrays(tmp_path / "w.h5", {name: array.shape for name, array in KERNELS.items()})
    for name, axes in (("dense/kernel", 0), ("conv/depthwise_kernel", (0, 1, 3)), ("none/kernel", 0)):
        step = np.abs(KERNELS[name]).max(axis=axes, keepdims=True) / 127
        assert found[name].dtype == np.float32
        assert (np.abs(found[name] - KERNELS[name]) <= 0.5001 * step).all()
    assert (found["small/kernel"] == KERNELS["small/kernel"].astype(np.float16)).all()
    assert (found["dense/bias"] == KERNELS["dense/bias"]).all()
    with h5py.File(tmp_path / "w.h5") as opened:
        assert opened["dense/kernel"].id.get_storage_size() == 2000 * 30


def test_a_scale_that_does_not_fit_or_was_changed_is_refused(tmp_path):
    path = tmp_path / "w.h5"
    shapes = {name: array.shape for name, array in KERNELS.items()}
    for other in (
        np.ones((2, 30), np.float32),
        np.ones(3, np.float32),
        np.ones((1, 30)),
        np.ones((1, 31), np.float32),
    ):
        write_arrays(path, KERNELS, notes={}, kernels="int8")
        with h5py.File(path, "a") as opened:
            opened["dense/kernel"].attrs["scale"] = other
        with pytest.raises(EngineError, match="scale that does not fit"):
            read_arrays(path, shapes)
    write_arrays(path, KERNELS, notes={}, kernels="int8")
    with h5py.File(path, "a") as opened:
        opened["dense/kernel"].attrs["scale"] = opened["dense/kernel"].attrs["scale"] * np.float32(2)
    with pytest.raises(EngineError, match="does not hold the values that were written"):
        read_arrays(path, shapes)


def test_two_networks_in_one_file_are_read_apart(tmp_path):
    both = ARRAYS | {f"partner/{name}": array + 1 for name, array in ARRAYS.items()}
    write_arrays(tmp_path / "w.h5", both, notes={})
    first, second = (read_arrays(tmp_path / "w.h5", SHAPES, partner=one) for one in (False, True))
    assert all((first[name] == array).all() and (second[name] == array + 1).all() for name, array in ARRAYS.items())
    assert shapes_in(tmp_path / "w.h5") == SHAPES


def test_a_partner_that_is_not_there_is_told(file):
    with pytest.raises(EngineError, match="do not fit this network"):
        read_arrays(file, SHAPES, partner=True)
