"""Writes a training's numbers and previews as event files of TensorBoard, without TensorFlow or TensorBoard.

The records are TFRecords (length and payload, each with its masked CRC-32C) of `Event` messages (tensorflow/core/util/
event.proto); only the few fields needed are written. `tensorboard --logdir PROJECT/jobs` shows all trainings.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..training.metrics import COURSE, Chart, evaluated, in_chart

NAME = "tensorboard"
LOSSES = tuple(metric.key for metric in (*in_chart(Chart.LOSS), *in_chart(Chart.PARTS)))
VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5  # wire types of protobuf
PNG_SIZE = slice(16, 24)  # bytes of a PNG that hold its width and height


class EventFile:
    """The event file of one worker of a job; begun with its first event."""

    def __init__(self, folder: Path) -> None:
        machine = "".join(c if c.isalnum() else "-" for c in socket.gethostname()) or "machine"
        self._path = folder / NAME / f"events.out.tfevents.{time.time():.0f}.{machine}.{os.getpid()}"

    def take(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Learn of an event. An error of the disk is none of the training: its events hold the same numbers."""
        step = int(fields.get("step") or 0)
        match kind:
            case "started":  # a resumed training goes on after its checkpoint: what was written beyond is void
                self._append(_event(step + 1, _field(7, _field(1, 1))))
            case "step":
                values = {f"loss/{key}": fields.get(key) for key in LOSSES}
                self._append(_summary(step, values | {f"course/{key}": fields.get(key) for key in COURSE}))
            case "validation":
                values = {f"validation/{key}": fields.get(key) for key in LOSSES}
                metrics = fields.get("metrics") or {}
                self._append(_summary(step, values | {f"metrics/{m.key}": metrics.get(m.key) for m in evaluated()}))
            case "preview":
                with contextlib.suppress(OSError, struct.error):  # gone, or cut short
                    self._append(_image(int(fields["epoch"]), Path(fields["picture"]).read_bytes()))

    def _append(self, event: bytes) -> None:
        first = b"" if self._path.exists() else _record(_event(0, _field(3, b"brain.Event:2")))
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            with self._path.open("ab") as file:
                file.write(first + _record(event))


def _event(step: int, what: bytes) -> bytes:
    """An Event: its moment, its step, and one message in it."""
    return _key(1, DOUBLE) + struct.pack("<d", time.time()) + _field(2, step) + what


def _summary(step: int, values: Mapping[str, Any]) -> bytes:
    """An Event with the numbers among the values, by their tags."""
    numbers = {tag: value for tag, value in values.items() if isinstance(value, int | float)}
    each = (_field(1, tag.encode()) + _key(2, FLOAT) + struct.pack("<f", value) for tag, value in numbers.items())
    return _event(step, _field(5, b"".join(_field(1, value) for value in each)))


def _image(epoch: int, png: bytes) -> bytes:
    """An Event with the preview of an epoch."""
    width, height = struct.unpack(">II", png[PNG_SIZE])
    image = _field(1, height) + _field(2, width) + _field(3, 3) + _field(4, png)
    return _event(epoch, _field(5, _field(1, _field(1, b"previews") + _field(4, image))))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _key(number, VARINT) + _varint(value)
    return _key(number, BYTES) + _varint(len(value)) + value


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _record(payload: bytes) -> bytes:
    length = struct.pack("<Q", len(payload))
    return length + _masked(crc32c(length)) + payload + _masked(crc32c(payload))


def _masked(crc: int) -> bytes:
    """A checksum as TFRecords store it, so that checksums of checksums stay sound."""
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _table() -> tuple[int, ...]:
    """The remainders of all bytes by Castagnoli's polynomial, bits reversed."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


TABLE = _table()


def crc32c(data: bytes) -> int:
    """The CRC-32C of bytes (RFC 3720, appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
