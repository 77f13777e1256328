"""Initial values, writing and reading of weights: plain arrays in HDF5, read strictly, since files may be foreign.

Whatever h5py raises for a damaged file becomes an EngineError. What we write carries a CRC-32 of each array and of the
notes: HDF5 by itself does not notice a flipped bit among the values.
"""

import contextlib
import json
import mmap
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import h5py
import numpy as np

from .config import Config, EngineError

FORMAT = "cardamage-mrcnn 1"
SCALE = "scale"  # attribute of an int8 array: the step of its values, broadcast over it
STEPS = 127  # of int8 on each side of zero
LARGE = 30_000  # values of a kernel that is worth int8: the smaller ones are few bytes, and what errs most
PARTNER = "partner/"  # before the names of a second network's arrays in the same file
ATTRIBUTE_LIMIT = 1 << 20  # bytes of one text attribute
ATTRIBUTE_HELD = 30_000  # characters that HDF5 keeps with the attribute itself; longer text lies in a heap
CHECK = "crc32"  # attribute of each array, and of the file for its notes; files of older versions have none
# What h5py lets through for damaged files: besides OSError whatever its C library or NumPy makes of odd bytes.
DAMAGE = (
    OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, MemoryError
)  # fmt: skip
Shape = tuple[int, ...]
Precision = Literal["float32", "float16", "int8"]


class _Stored(NamedTuple):
    """An array as it lies in a file; int8 values count in steps, `scale` (None: they are the values themselves)."""

    values: np.ndarray
    scale: np.ndarray | None = None


def start_values(shapes: Mapping[str, Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Random weights for a new network: He et al. 2015 for kernels, small for the last layers, else 0 or 1."""
    return {name: _start_value(name, shape, rng) for name, shape in shapes.items()}


def write_arrays(
    path: Path, arrays: Mapping[str, np.ndarray], *, notes: Mapping[str, Any], kernels: Precision = "float32"
) -> None:
    """Write named arrays and JSON notes so that the file is either the old one or whole, also after a power cut.

    `kernels`: how floats of two axes and more are stored, "int8" those of LARGE values and more, smaller ones as
    float16; what float16 cannot hold stays. Vectors (biases, statistics) are small and stay.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with h5py.File(part, "w") as file:
            texts = {name: json.dumps(value) for name, value in notes.items()}
            for name, text in {"format": FORMAT, **texts, CHECK: json.dumps(_check_of_texts(texts))}.items():
                file.attrs[name] = np.bytes_(text.encode()) if len(text) < ATTRIBUTE_HELD else text
            for name, array in arrays.items():
                stored = _stored(array, kernels)
                dataset = file.create_dataset(name, data=stored.values)
                if stored.scale is not None:
                    dataset.attrs[SCALE] = stored.scale
                dataset.attrs[CHECK] = _check_of_array(stored)
        _replace(part, path)
    except (OSError, RuntimeError) as error:  # h5py's own, where closing the file fails on a full disk
        part.unlink(missing_ok=True)
        raise EngineError(f"The weights could not be written to {path}.", _why(error)) from error


def read_config(path: str | Path) -> Config:
    """The network configuration that a weights file of ours carries."""
    notes = read_notes(Path(path))
    if not isinstance(notes.get("config"), dict):
        raise EngineError(f"{path} carries no network configuration.")
    return Config.from_dict(notes["config"])


def read_notes(path: Path) -> dict[str, Any]:
    """The JSON notes of a file of ours."""
    with _opened(path) as file:
        texts = {name: _text(file, name, path) for name in file.attrs}
        is_checked = _is_checked(file, _list_datasets(file, path), path)
    if texts.pop("format", None) != FORMAT:
        raise EngineError(f"{path} is not a weights file of this program.", f"Expected the format {FORMAT!r}.")
    if is_checked and texts.pop(CHECK) != json.dumps(_check_of_texts(texts)):
        raise EngineError(f"{path} is damaged.", "Its notes are not those that were written.")
    try:
        return {name: json.loads(text) for name, text in texts.items()}
    except (ValueError, RecursionError) as error:
        raise EngineError(f"The notes in {path} cannot be read.", str(error)) from error


def is_ours(path: Path) -> bool:
    """Whether an HDF5 file says that this program wrote it."""
    with _opened(path) as file:
        return "format" in file.attrs and _text(file, "format", path) == FORMAT


def shapes_in(path: Path) -> dict[str, Shape]:
    """The shape of every array in a file but a partner's, by its full name. No value is read."""
    with _opened(path) as file:
        return {name: dataset.shape for name, dataset in _of_one(_list_datasets(file, path)).items()}


def read_arrays(
    path: Path,
    expected: Mapping[str, Shape],
    *,
    exclude: Iterable[str] = (),
    rename: Callable[[str], str | None] = lambda name: name,
    partner: bool = False,
) -> dict[str, np.ndarray]:
    """All expected arrays "group/name" but those of excluded groups; float16 and int8 kernels come back as float32.

    Those of the first network in the file, or of its `partner`, whose names are the same after PARTNER.
    `rename` turns a name in the file into an expected one, or None where it does not matter. Anything missing, unused
    or misshapen raises one EngineError with the whole list. Shapes and types are checked before a value is read.
    """
    skip = set(exclude)
    with _opened(path) as file:
        datasets = _of_one(_list_datasets(file, path), partner=partner)
        renamed = {rename(name): dataset for name, dataset in datasets.items()}
        found = {name: dataset for name, dataset in renamed.items() if name is not None and _group(name) not in skip}
        wanted = {name: shape for name, shape in expected.items() if _group(name) not in skip}
        _compare({name: dataset.shape for name, dataset in found.items()}, wanted, path=path)
        is_checked = _is_checked(file, found, path)
        return {name: _read_dataset(found[name], path, is_checked=is_checked) for name in wanted}


def _compare(found: Mapping[str, Shape], expected: Mapping[str, Shape], *, path: Path) -> None:
    """Raise one EngineError that lists all names that are missing, unused or of another shape."""
    lines = [f"missing: {name} {shape}" for name, shape in expected.items() if name not in found]
    lines += [f"not used: {name}" for name in sorted(set(found) - set(expected))]
    lines += [
        f"misshapen: {name}, expected {shape}, found {tuple(found[name])}"
        for name, shape in expected.items()
        if name in found and tuple(found[name]) != tuple(shape)
    ]
    if lines:
        raise EngineError(f"The weights in {path} do not fit this network.", _shortened(lines))


def _list_datasets(file: h5py.File, path: Path) -> dict[str, h5py.Dataset]:
    """All data sets by name. Links that lead elsewhere, foreign storage and types other than numbers are refused."""
    found: dict[str, h5py.Dataset] = {}
    _walk(file, "", found, path)
    return found


def _stored(array: np.ndarray, kernels: Precision) -> _Stored:
    """An array as it will lie in the file. In int8 each output channel counts in steps of its own."""
    if kernels == "float32" or array.ndim < 2 or array.dtype.kind != "f":
        return _Stored(array)
    if kernels == "float16" or array.size < LARGE:
        fits = np.abs(array).max(initial=0.0) <= float(np.finfo(np.float16).max)
        return _Stored(array.astype(np.float16) if fits else array)
    channels = max((axis for axis, size in enumerate(array.shape) if size > 1), default=0)  # depthwise: (h, w, c, 1)
    others = tuple(axis for axis in range(array.ndim) if axis != channels)
    step = (np.abs(array).max(axis=others, keepdims=True, initial=0.0) / STEPS).astype(np.float32)
    values = np.rint(array / np.where(step > 0, step, 1)).clip(-STEPS, STEPS)
    return _Stored(values.astype(np.int8), step)


def _of_one(datasets: Mapping[str, h5py.Dataset], *, partner: bool = False) -> dict[str, h5py.Dataset]:
    """The data sets of one network in a file: of the first or of its partner."""
    return {
        name.removeprefix(PARTNER): dataset for name, dataset in datasets.items() if name.startswith(PARTNER) == partner
    }


def _group(name: str) -> str:
    return name.rpartition("/")[0]


def _walk(group: h5py.Group, prefix: str, found: dict[str, h5py.Dataset], path: Path) -> None:
    if prefix.count("/") > 8 or len(found) > 10_000:
        raise EngineError(f"{path} is not a weights file.", "It is nested too deeply or holds too many arrays.")
    for name in group:
        full = f"{prefix}{name}"
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise EngineError(f"{path} was refused.", f"{full} is a link, and a weights file needs none.")
        item = group[name]
        if isinstance(item, h5py.Group):
            _walk(item, f"{full}/", found, path)
        elif not isinstance(item, h5py.Dataset) or item.dtype.kind not in "fiu" or item.dtype.hasobject:
            raise EngineError(f"{path} was refused.", f"{full} does not hold plain numbers.")
        elif item.external or item.is_virtual:
            raise EngineError(f"{path} was refused.", f"{full} takes its values from another file.")
        else:
            found[full] = item


def _read_dataset(dataset: h5py.Dataset, path: Path, *, is_checked: bool) -> np.ndarray:
    """All values of a data set whose shape was checked, float16 and int8 in steps as float32."""
    stored = _Stored(dataset[()], _scale(dataset, path))
    if is_checked and dataset.attrs[CHECK] != _check_of_array(stored):
        raise EngineError(f"{path} is damaged.", f"{dataset.name} does not hold the values that were written.")
    values = stored.values
    if stored.scale is not None:
        return values.astype(np.float32) * stored.scale
    return values.astype(np.float32) if values.dtype == np.float16 else values


def _scale(dataset: h5py.Dataset, path: Path) -> np.ndarray | None:
    """The steps of int8 values, one for each place along one axis; None where the values stand for themselves."""
    if SCALE not in dataset.attrs:
        return None
    found = dataset.attrs.get_id(SCALE)
    fits = len(found.shape) == dataset.ndim and all(
        n in (1, size) for n, size in zip(found.shape, dataset.shape, strict=True)
    )
    if dataset.dtype != np.int8 or not fits or found.dtype != np.float32 or max(found.shape) != np.prod(found.shape):
        raise EngineError(f"{path} was refused.", f"{dataset.name} has a scale that does not fit its values.")
    return np.asarray(dataset.attrs[SCALE])


def _is_checked(file: h5py.File, datasets: Mapping[str, h5py.Dataset], path: Path) -> bool:
    """Whether there are check sums: of notes and arrays, or of none."""
    marks = {CHECK in file.attrs, *(CHECK in dataset.attrs for dataset in datasets.values())}
    if len(marks) > 1:
        raise EngineError(f"{path} is damaged.", "Some of its check sums are gone.")
    return marks.pop()


def _check_of_array(stored: _Stored) -> np.uint32:
    check = zlib.crc32(stored.values.dtype.str.encode())
    for part in (stored.values, stored.scale):
        if part is not None:
            check = zlib.crc32(np.ascontiguousarray(part).data.cast("B"), check)
    return np.uint32(check)


def _check_of_texts(texts: Mapping[str, str]) -> int:
    return zlib.crc32(json.dumps(dict(sorted(texts.items()))).encode())


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """The file for reading; EngineError if it is not there, not whole, or turns out to be damaged while it is read."""
    if not Path(path).is_file():
        raise EngineError(f"There is no weights file {path}.")
    if Path(path).suffix.lower() == ".onnx":
        raise EngineError(f"{path} was not opened.", "ONNX files are programs; only weights (.h5) are read.")
    try:
        _check_heaps(path)
        with h5py.File(path, "r") as file:
            yield file
    except DAMAGE as error:
        raise EngineError(
            f"{path} is not a whole HDF5 file.", f"It may be cut off, damaged or of another kind. {_why(error)}."
        ) from error


def _why(error: BaseException) -> str:
    """What the system said, within HDF5's own words where it stands there."""
    text = getattr(error, "strerror", None) or str(error)
    told = re.search(r"error message = '([^']+)'", text)
    return told[1] if told else text.rstrip(".")


def _check_heaps(path: Path) -> None:
    """EngineError where HDF5 (1.14) would look for ever: at an object of no size in a global heap.

    Format specification 3.0, III.E "Disk Format: Level 1E - Global Heap". Versions before ours kept notes there.
    """
    with Path(path).open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            start = data.find(b"GCOL\1\0\0\0")
            while start >= 0:
                end = min(len(data), start + int.from_bytes(data[start + 8 : start + 16], "little"))
                at = start + 16
                while at + 16 <= end:
                    index = int.from_bytes(data[at : at + 2], "little")
                    size = int.from_bytes(data[at + 8 : at + 16], "little")
                    if index == size == 0:
                        raise EngineError(f"{path} is damaged.", f"A heap in it is broken at byte {at}.")
                    at += size if index == 0 else 16 + (size + 7) // 8 * 8
                start = data.find(b"GCOL\1\0\0\0", start + 8)


def _text(file: h5py.File, name: str, path: Path) -> str:
    if not isinstance(name, str):  # not UTF-8
        raise EngineError(f"{path} is damaged.", f"A note is called {name!r}.")
    attribute = file.attrs.get_id(name)
    text = file.attrs[name] if attribute.shape == () and attribute.get_storage_size() <= ATTRIBUTE_LIMIT else None
    text = text.decode() if isinstance(text, bytes) else text
    if not isinstance(text, str):
        raise EngineError(f"{path} is not a weights file of this program.", f"Its note {name!r} is no text.")
    return text


def _replace(part: Path, path: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _shortened(lines: list[str], limit: int = 40) -> str:
    more = [f"... and {len(lines) - limit} more"] if len(lines) > limit else []
    return "\n".join(lines[:limit] + more)


def _start_value(name: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    layer, kind = name.rsplit("/", 1)
    if kind in ("gamma", "moving_variance"):
        return np.ones(shape, np.float32)
    if kind in ("bias", "beta", "moving_mean"):
        return np.zeros(shape, np.float32)
    if layer in ("rpn_class_raw", "rpn_bbox_pred", "mrcnn_class_logits", "mrcnn_bbox_fc"):
        spread = 0.01 if "class" in layer else 0.001
    else:
        fan_in = shape[0] * shape[1] * (1 if kind == "depthwise_kernel" else shape[2]) if len(shape) == 4 else shape[0]
        gain = 1.0 if layer.startswith("fpn_") else 2.0  # no ReLU follows in the pyramid
        spread = float(np.sqrt(gain / fan_in))
    if layer == "mrcnn_mask_deconv":  # each output point sees one kernel cell of (size, size, out, in)
        spread = float(np.sqrt(2.0 / shape[3]))
    return rng.standard_normal(shape, np.float32) * np.float32(spread)
