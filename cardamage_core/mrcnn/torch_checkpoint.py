"""Reads the arrays of a PyTorch checkpoint in the legacy format (before 1.6), without torch and without trusting it.

The file is a sequence of pickles (magic number, protocol, system information, the state dict, the storage keys)
followed by the storages: 8 bytes with the number of elements, then the values. Unpickling admits OrderedDict, float
and integer tensors with their storages and nothing else.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .config import EngineError

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
LARGEST = 1 << 30  # elements of one storage
FLOAT, LONG = np.dtype("<f4"), np.dtype("<i8")


class _Storage(NamedTuple):
    key: str
    count: int
    kind: np.dtype


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_torch_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """The float32 arrays of a state dict by their names. Raises EngineError for any other content."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise EngineError(f"There is no weights file {path}.", error.strerror or str(error)) from error
    try:
        return _read(io.BytesIO(data))
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise EngineError(f"{path} is not a PyTorch checkpoint that can be read.", f"{error}") from error


def _read(file: io.BytesIO) -> dict[str, np.ndarray]:
    if _unpickle(file) != MAGIC or _unpickle(file) != PROTOCOL:
        raise ValueError("It does not begin as the legacy format does.")
    _unpickle(file)  # system information
    state = _unpickle(file)
    if not isinstance(state, dict) or not all(isinstance(v, _Tensor) for v in state.values()):
        raise ValueError("It holds no dictionary of tensors.")
    keys = _unpickle(file)
    named = {tensor.storage.key: tensor.storage for tensor in state.values()}
    if not isinstance(keys, list) or sorted(keys) != sorted(named):
        raise ValueError("Its storages are not those that its tensors name.")
    storages = {key: _values(file, named[key]) for key in keys}
    return {str(name): _array(tensor, storages) for name, tensor in state.items() if tensor.storage.kind == FLOAT}


def _values(file: io.BytesIO, storage: _Storage) -> np.ndarray:
    if int.from_bytes(file.read(8), "little", signed=True) != storage.count or not 0 <= storage.count <= LARGEST:
        raise ValueError("A storage has another length than its tensor says.")
    values = np.frombuffer(file.read(storage.kind.itemsize * storage.count), storage.kind)
    if len(values) != storage.count:
        raise ValueError("It is cut off.")
    return values


def _array(tensor: _Tensor, storages: dict[str, np.ndarray]) -> np.ndarray:
    values, sizes = storages[tensor.storage.key], (tensor.offset, *tensor.shape, *tensor.strides)
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((length - 1) * stride for length, stride in steps)
    if min(sizes) < 0 or 0 in tensor.shape or last >= len(values):
        raise ValueError("A tensor reaches beyond its storage.")
    strides = [stride * values.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(values[tensor.offset :], tensor.shape, strides, writeable=False)
    return view.astype(np.float32)


class _Restricted(pickle.Unpickler):
    """Admits what a state dict of float tensors needs, by our own stand-ins."""

    def find_class(self, module: str, name: str) -> Any:
        allowed: dict[tuple[str, str], Callable | type | np.dtype] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
            ("torch", "FloatStorage"): FLOAT,  # marks: the values follow the pickles
            ("torch", "LongStorage"): LONG,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"It asks for {module}.{name}, which a file of weights does not need.")
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        match pid:
            case ("storage", np.dtype() as kind, str(key), str(), int(count), None):
                return _Storage(key, count, kind)
        raise pickle.UnpicklingError("It holds something else than float and integer storages.")


def _rebuild(storage: _Storage, offset: int, shape: tuple, strides: tuple, *_: Any) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("A tensor has no storage.")
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


def _unpickle(file: io.BytesIO) -> Any:
    return _Restricted(file).load()
