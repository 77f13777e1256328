"""A SAM-family pair of ONNX files (Kirillov et al. 2023), encoder and decoder, that the user puts into a folder.

The decoder has the signature of the published export: image_embeddings, point_coords, point_labels, mask_input,
has_mask_input, orig_im_size -> masks, iou_predictions, low_res_masks. The encoder turns one picture into embeddings:
either (1, 3, 1024, 1024), normalised and padded here, or (h, w, 3) with values 0 … 255, normalised inside.
Both files are untrusted: before use names, shapes, operators and places of data are checked, and their SHA-256 are
remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import onnx

from ..errors import ModelError, reason_of
from . import pins
from .views import LONGEST

MOST_BYTES = 2 << 30  # of one file; larger protobuf files cannot be read at all
MEAN = np.array((123.675, 116.28, 103.53), np.float32)
SPREAD = np.array((58.395, 57.12, 57.375), np.float32)
DECODER_INPUTS = (
    "image_embeddings",
    "point_coords",
    "point_labels",
    "mask_input",
    "has_mask_input",
    "orig_im_size",
)
DECODER_OUTPUTS = ("iou_predictions", "low_res_masks")
DOMAINS = ("", "ai.onnx", "com.microsoft")  # operators that onnxruntime itself brings
PADDING = -1.0  # the label of a point that is none: the export wants one where no box is given


class Files(NamedTuple):
    """The two files of a pair."""

    encoder: Path
    decoder: Path


class SamPair:
    """Encoder and decoder, ready to run."""

    def __init__(self, encoder: Any, decoder: Any) -> None:
        """Two sessions of onnxruntime that passed `checked`."""
        self._encoder, self._decoder = encoder, decoder
        self._input = encoder.get_inputs()[0]
        self._embeddings: np.ndarray | None = None
        self._size = (0, 0)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The pair in a folder. Raises ModelError for files that are no such pair or were changed since first used."""
        found = files_in(folder)
        pins.check(folder, found)
        for path in found:
            _check_file(path)
        sessions = [_session(path) for path in found]
        _check_encoder(found.encoder, sessions[0])
        _check_decoder(found.decoder, sessions[1])
        return cls(*sessions)

    def encode(self, picture: np.ndarray) -> None:
        """Look at a picture (h, w, 3) uint8 whose longer side has LONGEST pixels."""
        self._size = (picture.shape[0], picture.shape[1])
        shape = self._input.shape
        if len(shape) == 3:
            image = picture.astype(np.float32)
        else:
            image = np.zeros((1, 3, LONGEST, LONGEST), np.float32)
            normal = (picture.astype(np.float32) - MEAN) / SPREAD
            image[0, :, : picture.shape[0], : picture.shape[1]] = normal.transpose(2, 0, 1)
        (self._embeddings,) = self._encoder.run([self._encoder.get_outputs()[0].name], {self._input.name: image})

    def logits(
        self, points: Sequence[tuple[float, float]], inside: Sequence[bool], previous: np.ndarray | None
    ) -> np.ndarray:
        """Logits (256, 256) for points in pixels of the picture; `previous` are those of an earlier answer."""
        if self._embeddings is None:
            raise ModelError("The SAM pair was asked for an outline before it saw a photo.", "Click again.")
        mask = np.zeros((1, 1, 256, 256), np.float32)
        if previous is not None and previous.shape == (256, 256):
            mask[0, 0] = previous
        inputs = {
            "image_embeddings": self._embeddings,
            "point_coords": np.array([[*points, (0.0, 0.0)]], np.float32),
            "point_labels": np.array([[*map(float, inside), PADDING]], np.float32),
            "mask_input": mask,
            "has_mask_input": np.array([float(previous is not None)], np.float32),
            "orig_im_size": np.array(self._size, np.float32),
        }
        scores, masks = self._decoder.run(list(DECODER_OUTPUTS), inputs)
        best = int(np.argmax(np.asarray(scores).reshape(-1)))
        found = np.asarray(masks, np.float32)
        return np.asarray(found.reshape(-1, *found.shape[-2:])[best])


def files_in(folder: Path) -> Files:
    """Encoder and decoder, told apart by their names. Raises ModelError."""
    found = sorted(folder.glob(pins.PATTERN))
    decoders = [path for path in found if "decoder" in path.name.lower() or "mask" in path.name.lower()]
    encoders = [path for path in found if path not in decoders]
    if len(found) != 2 or len(encoders) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise ModelError(
            f"{folder} holds no SAM pair.",
            f'Expected two files, one of them with "decoder" in its name; found: {names}.',
        )
    return Files(encoders[0], decoders[0])


def _check_file(path: Path) -> None:
    """Raise ModelError for a file that is no ONNX model of ordinary operators with its data beside it."""
    if path.stat().st_size > MOST_BYTES:
        raise ModelError(f"{path} is too large.", f"At most {MOST_BYTES >> 30} GB can be read.")
    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:
        raise ModelError(f"{path} is no ONNX file.", f"{type(error).__name__}: {reason_of(error)}"[:200]) from error
    domains = {node.domain for graph in _graphs(model) for node in graph} - set(DOMAINS)
    if domains or model.functions:
        raise ModelError(
            f"{path} was refused.", f"It uses operators of its own: {', '.join(sorted(domains)) or 'yes'}."
        )
    for tensor in _tensors(model):
        places = [entry.value for entry in tensor.external_data if entry.key == "location"]
        if any(Path(place).name != place or not (path.parent / place).is_file() for place in places):
            raise ModelError(f"{path} was refused.", f"Its data lie outside its folder: {', '.join(places)[:120]}.")


def _graphs(model: onnx.ModelProto) -> Iterator[Sequence[onnx.NodeProto]]:
    waiting = [model.graph]
    while waiting:
        graph = waiting.pop()
        yield graph.node
        for node in graph.node:
            for attribute in node.attribute:
                waiting += [attribute.g] if attribute.HasField("g") else []
                waiting += attribute.graphs


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    yield from model.graph.initializer
    for nodes in _graphs(model):
        for node in nodes:
            for attribute in node.attribute:
                yield from (attribute.t,) if attribute.HasField("t") else ()
                yield from attribute.tensors
                yield from attribute.g.initializer


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(f"{path} cannot be run.", f"{type(error).__name__}: {reason_of(error)}"[:300]) from error


def _check_encoder(path: Path, session: Any) -> None:
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or not _takes_picture(inputs[0].shape) or inputs[0].type != "tensor(float)":
        found = ", ".join(f"{one.name} {one.shape} {one.type}" for one in inputs)
        raise ModelError(
            f"{path} is no SAM encoder that fits.",
            f"Expected one input of float32, (1, 3, {LONGEST}, {LONGEST}) or (height, width, 3); found {found}.",
        )
    if len(outputs[0].shape) != 4:
        raise ModelError(
            f"{path} is no SAM encoder that fits.",
            f"Expected embeddings with 4 axes first; found {outputs[0].name} {outputs[0].shape}.",
        )


def _takes_picture(shape: Sequence[int | str | None]) -> bool:
    """Whether an input of this shape, with names for axes of any length, is a picture's."""
    if len(shape) == 4:
        return shape[1] == 3 and all(side == LONGEST or not isinstance(side, int) for side in shape[2:])
    return len(shape) == 3 and (shape[2] == 3 or not isinstance(shape[2], int))


def _check_decoder(path: Path, session: Any) -> None:
    inputs = {one.name for one in session.get_inputs()}
    outputs = {one.name for one in session.get_outputs()}
    missing = [name for name in DECODER_INPUTS if name not in inputs]
    missing += [name for name in DECODER_OUTPUTS if name not in outputs]
    extra = sorted(inputs - set(DECODER_INPUTS))
    if missing or extra:
        raise ModelError(
            f"{path} is no SAM decoder that fits.",
            f"Missing: {', '.join(missing) or 'nothing'}; not known: {', '.join(extra) or 'nothing'}.",
        )
