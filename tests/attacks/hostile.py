"""Broken annotation files for every reader, corrupt photos, and every way a camera turns a photo."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image, ImageOps

from cardamage_core import formats, imaging
from cardamage_core.errors import CarDamageError, PhotoError

from .harness import Run, fail

sys.path.insert(0, str(Path(__file__).parents[1] / "core" / "formats"))

from mutating import broken
from samples import KINDS, files, make

TAKES = 5.0  # seconds that a reader may take
ORIENTATION = 0x0112


def readers(run: Run) -> None:
    """So many files for each reader: read, or explained by our own error, within five seconds."""
    run.seconds = TAKES
    for kind in KINDS:
        path = make(kind, run.fresh(kind) / "in")
        originals = [(one, one.read_bytes()) for one in files(path)]
        for seed, numbers in run.each():
            one, content = numbers.choice(originals)
            one.write_bytes(broken(numbers, content))
            with run.one(seed, kind):
                run.note(_said(path))
            one.write_bytes(content)


def _said(path: Path) -> str:
    try:
        dataset = formats.read_with_problems(path, photos=path.parent).dataset
    except CarDamageError:
        return "explained"
    msgspec.json.decode(msgspec.json.encode(dataset), type=formats.Dataset)
    return "read"


def photos(run: Run) -> None:
    """Photos of nine kinds with bytes changed, cut off or blown up: opened, or refused in one sentence."""
    originals = {kind: _encoded(kind) for kind in KINDS_OF_PHOTOS}
    path = run.fresh() / "photo"
    for seed, numbers in run.each():
        kind = numbers.choice(list(originals))
        path.write_bytes(_corrupted(originals[kind], numbers))
        with run.one(seed, kind):
            for look in (imaging.header, imaging.load, imaging.thumbnail):
                try:
                    look(path)
                    said = "opened"
                except PhotoError:
                    said = "refused"
            run.note(said)


KINDS_OF_PHOTOS = ("JPEG", "progressive JPEG", "PNG", "palette PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF")


def _encoded(kind: str) -> bytes:
    numbers = np.random.default_rng(0)
    image = Image.fromarray(numbers.integers(0, 255, (60, 80, 3), np.uint8))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    file = io.BytesIO()
    match kind:
        case "progressive JPEG":
            image.save(file, "JPEG", progressive=True, exif=exif)
        case "palette PNG":
            image.quantize(16).save(file, "PNG", transparency=3)
        case "HEIF":
            import pillow_heif

            pillow_heif.register_heif_opener()
            image.save(file, "HEIF")
        case "BMP" | "GIF":
            image.save(file, kind)
        case _:
            image.save(file, kind, exif=exif)
    return file.getvalue()


def _corrupted(data: bytes, numbers: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(numbers.randint(1, 4)):
        at = numbers.randrange(min(len(found), numbers.choice((60, 400, 10**9)))) if found else 0
        match numbers.randrange(6):
            case 0:
                found[at : at + 4] = numbers.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\1"))
            case 1:
                found[at : at + 1] = bytes([numbers.randrange(256)])
            case 2:
                del found[at:]
            case 3:
                found[at : at + 512] = bytes(len(found[at : at + 512]))
            case 4:
                found[at:at] = numbers.randbytes(numbers.choice((1, 7, 300)))
            case _:
                del found[at : at + numbers.choice((1, 2, 40))]
    return bytes(found)


def exif_cases(run: Run) -> None:
    """8 orientations × 4 kinds of files × 3 ways to write them: the pixels are those that Pillow would show."""
    cases = [(turn, kind, way) for turn in range(1, 9) for kind in EXIF_KINDS for way in EXIF_WAYS]
    run.tries = min(run.tries, len(cases))
    path = run.fresh() / "photo"
    for seed, _ in run.each():
        turn, kind, way = cases[seed * 37 % len(cases)]  # 37 and 96 share no factor: each case once
        path.write_bytes(EXIF_WAYS[way](turn, kind))
        with run.one(seed, f"{turn} {kind} {way}"):
            with Image.open(path) as image:
                expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
            header = imaging.header(path)
            if not np.array_equal(imaging.load(path), expected):
                fail("other pixels than displayed")
            if (header.height, header.width) != expected.shape[:2] or header.orientation != turn:
                fail(f"{header} of a photo of {expected.shape}")
            run.note(kind)


def _with_exif(turn: int, kind: str, *, order: bytes = b"", more: bool = False) -> bytes:
    image = Image.fromarray(np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3) * 2)
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    if more:  # as cameras write it: maker, model, date and a sub-directory
        exif[0x010F], exif[0x0110], exif[0x0132] = "Maker", "Model ü", "2026:01:02 03:04:05"
        exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    if order:
        exif.endian = ">" if order == b"MM" else "<"
    file = io.BytesIO()
    image.save(file, kind, exif=exif, **({"quality": 95} if kind in ("JPEG", "WEBP") else {}))
    return file.getvalue()


EXIF_KINDS = ("JPEG", "PNG", "WEBP", "TIFF")
EXIF_WAYS: dict[str, Callable[[int, str], bytes]] = {
    "plain": lambda turn, kind: _with_exif(turn, kind),
    "big-endian": lambda turn, kind: _with_exif(turn, kind, order=b"MM"),
    "as cameras do": lambda turn, kind: _with_exif(turn, kind, more=True),
}
