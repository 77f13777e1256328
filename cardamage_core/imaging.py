"""Decodes photos: the one decoder of the whole program.

Dimensions are checked before a pixel is decoded. The result is always as displayed: EXIF orientation applied, 8 bits,
RGB, transparent parts over white, the first frame where there are several.
"""

from __future__ import annotations

import contextlib
import errno
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from .errors import PhotoError, reason_of

TOO_LONG = 30_000  # pixels a side
MOST_PIXELS = 120_000_000  # 360 MB of memory
STRIP = 32  # rows: strips so small that memory is used again, not asked of the system for each
_WIDTH, _HEIGHT, _ORIENTATION = 0x0100, 0x0101, 0x0112  # TIFF tags
_TURNED = {5, 6, 7, 8}
_PROBLEMS = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, EOFError, AttributeError,
    AssertionError, NotImplementedError, struct.error, zlib.error,
)  # fmt: skip
_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
UNDECODABLE = (*_PROBLEMS, MemoryError, Image.DecompressionBombError)  # whatever Pillow raises for what is no image


class Header(NamedTuple):
    """Width and height in pixels as displayed, and the EXIF orientation (1…8, 1: as stored)."""

    width: int
    height: int
    orientation: int


def header(path: Path | str) -> Header:
    """What a photo's file says of it before any pixel. PhotoError as in `load`."""
    with opened(Path(path)) as image:
        width, height = _stored_size(image)
        turn = _orientation(image)
        return Header(height, width, turn) if turn in _TURNED else Header(width, height, turn)


def size(path: Path | str) -> tuple[int, int]:
    """(width, height) in pixels as displayed; reads only the header. PhotoError as in `load`."""
    return header(path)[:2]


def load(path: Path | str) -> np.ndarray:
    """The photo as displayed: (H, W, 3) uint8 RGB.

    PhotoError if the file is missing, truncated or no image, has a side of 30,000 pixels, or over 120 million in all.
    """
    with opened(Path(path)) as image:
        return _pixels(_as_displayed(image))


def thumbnail(path: Path | str, longest: int = 160) -> np.ndarray:
    """A small copy, (h, w, 3) uint8 RGB, whose longer side has at most `longest` pixels."""
    with opened(Path(path)) as image:
        image.draft("RGB", (2 * longest, 2 * longest))  # JPEG only: decodes at 1/2, 1/4 or 1/8 size
        small = _as_displayed(image)
        small.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return np.array(small)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The file with its header read and checked; whatever a decoder raises becomes one PhotoError."""
    _hush_pillow()
    try:
        with _image(path) as image:
            _check_size(path, image.size)
            yield image
    except IsADirectoryError:
        raise PhotoError(f"{path.name} is a folder, not a photo.", str(path)) from None
    except UnidentifiedImageError:
        raise PhotoError(f"{path.name} is not an image that can be read.", f"{path}: {_found(path)}.") from None
    except Image.DecompressionBombError as error:
        raise _too_large(path, int(next(iter(re.findall(r"\d+", str(error))), 0))) from None
    except MemoryError:
        raise PhotoError(f"There is not enough memory to open {path.name}.", str(path)) from None
    except _PROBLEMS as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> PhotoError:
    if isinstance(error, FileNotFoundError) or (isinstance(error, OSError) and error.errno in _NOWHERE):
        return PhotoError(f"The photo {path.name[:100]} is missing.", f"Expected it at {path}.")
    return PhotoError(
        f"{path.name} is damaged or cut off.", f"{path}: {reason_of(error)}. Copy it again from the camera."
    )


def _hush_pillow() -> None:
    """Odd EXIF data is not worth a warning, and our own limits are stricter than Pillow's.

    Not `catch_warnings`: that swaps a global list and is not safe where threads read photos side by side.
    """
    quiet = ("ignore", None, Warning, re.compile(r"PIL\."), 0)
    if quiet not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")


def _image(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except UnidentifiedImageError:
        if not _register_heif():
            raise
        return Image.open(path)


def _register_heif() -> bool:
    """Let Pillow read HEIC; only when first needed, as it loads a large library."""
    if "HEIF" in Image.OPEN:
        return False
    import pi_heif

    pi_heif.register_heif_opener()
    return True


def _check_size(path: Path, found: tuple[int, int]) -> None:
    width, height = found
    if width < 1 or height < 1:
        raise PhotoError(f"{path.name} is empty.", f"{path} says it has {width} × {height} pixels.")
    if width * height > MOST_PIXELS:
        raise _too_large(path, width * height)
    if max(found) >= TOO_LONG:
        raise PhotoError(
            f"{path.name} is too large: {width:,} × {height:,} pixels, sides must be under {TOO_LONG:,}.",
            f"{path}. Make it smaller.",
        )


def _too_large(path: Path, pixels: int) -> PhotoError:
    """Pillow refuses what is much larger than we do, before we can look at it."""
    most = f"at most {MOST_PIXELS / 1e6:,.0f} are opened"
    return PhotoError(f"{path.name} is too large: {pixels / 1e6:,.0f} megapixels, {most}.", f"{path}. Make it smaller.")


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except _PROBLEMS:  # damaged EXIF data: the pixels may be fine
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _stored_size(image: Image.Image) -> tuple[int, int]:
    """Of a TIFF file Pillow tells the size as displayed, in some versions before the pixels are read."""
    tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
    return int(tags.get(_WIDTH, image.size[0])), int(tags.get(_HEIGHT, image.size[1]))


def _as_displayed(image: Image.Image) -> Image.Image:
    turn, is_tiff = _orientation(image), image.format == "TIFF"
    image.seek(0)
    image.load()
    turn = _orientation(image) if is_tiff else turn  # Pillow turns these itself as it reads them
    return _turned(_in_rgb(image), turn)


def _in_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(np.asarray(image), image.mode)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _pixels(image: Image.Image) -> np.ndarray:
    """Strip by strip: at once Pillow makes three copies of the photo on the way."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(image.height, top + STRIP)))
        pixels[top : top + STRIP] = np.asarray(strip)
    return pixels


def _eight_bits(values: np.ndarray, mode: str) -> np.ndarray:
    """Grey values of 16 or 32 bits as 8 bits: `convert("RGB")` would cut them off at 255."""
    is_share = mode.startswith("F") and np.nanmax(values, initial=0.0) <= 1.0
    top = 1.0 if is_share else 255.0 if mode.startswith("F") else 65535.0
    scaled = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=top, neginf=0.0) * (255.0 / top)
    return np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)


def _turned(image: Image.Image, turn: int) -> Image.Image:
    methods = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(methods[turn]) if turn in methods else image


def _found(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(12)
    return f"it begins with {start!r}" if start else "the file is empty"
