"""Runs ONNX models that this program built: by onnxruntime, or by OpenVINO where that is installed and asked for.

Both calculate in float32, so that their results are equal; why not in bfloat16: docs/decisions/0009-light-runtime.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import onnx

from ..mrcnn.config import EngineError, OutOfMemoryError

THREADS = "CARDAMAGE_THREADS"  # environment variable: threads of a network, for many processes side by side
ENGINES = ("onnxruntime", "openvino")  # the first is the default


class Session(Protocol):
    """A model ready to run."""

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """The outputs, in the graph's order."""


def open_session(model: onnx.ModelProto, engine: str) -> Session:
    """Make a model ready to run by one of ENGINES. Raises EngineError where that engine is not known or installed."""
    if engine not in ENGINES:
        raise EngineError(f"There is no engine {engine!r}.", f"Known engines: {', '.join(ENGINES)}.")
    return _OnnxRuntime(model) if engine == "onnxruntime" else _OpenVino(model)


class _OnnxRuntime:
    def __init__(self, model: onnx.ModelProto) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # errors come as exceptions
        options.intra_op_num_threads = _threads()
        options.enable_cpu_mem_arena = False  # an arena is 5 % quicker and keeps 50 MB for each network
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads cost no CPU time
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, RuntimeException

        try:
            return self._session.run(None, dict(inputs))
        except (Fail, RuntimeException) as error:
            if "allocate" not in str(error) and "bad_alloc" not in str(error):
                raise
            raise OutOfMemoryError("The memory is too small for this photo.", str(error)[:300]) from error


class _OpenVino:
    def __init__(self, model: onnx.ModelProto) -> None:
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # it reports each import online
        try:
            import openvino
        except ImportError as error:
            command = "pip install 'cardamage-workbench[openvino]'"
            raise EngineError("OpenVINO is not installed.", f"Run: {command}") from error
        core = openvino.Core()
        read = core.read_model(model.SerializeToString())
        self._compiled = core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"} | _openvino_threads())

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        found = self._compiled(dict(inputs))
        return [found[i] for i in range(len(found))]


def _threads() -> int:
    """How many threads a network may use; 0 is one for each core."""
    said = os.environ.get(THREADS, "")
    return int(said) if said.isdecimal() else 0


def _openvino_threads() -> dict[str, int]:
    return {"INFERENCE_NUM_THREADS": threads} if (threads := _threads()) else {}
