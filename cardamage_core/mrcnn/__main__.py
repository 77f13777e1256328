"""Runs the engine on photos from the command line: `python -m cardamage_core.mrcnn detect --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .config import Config, EngineError
from .matterport import config_from_matterport

if TYPE_CHECKING:
    from .model import MaskRCNN


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code is 0, or 1 after an error that was told on stderr."""
    options = _parser().parse_args(arguments)
    try:
        detect(options.weights, options.config, options.photos, options.out)
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except ModuleNotFoundError as error:
        sys.stderr.write(f'{error.name} is not installed. Run: pip install "cardamage-workbench[train]"\n')
        return 1
    return 0


def detect(weights: Path, config: Path | None, photos: Sequence[Path], out: Path) -> None:
    """For each photo write OUT/<name>.npz (rois, class_ids, scores, masks), and OUT/detections.json without masks."""
    model = open_model(weights, config)
    out.mkdir(parents=True, exist_ok=True)
    summary = {}
    for photo in photos:
        found = model.detect([read_photo(photo)])[0]
        np.savez_compressed(out / f"{photo.name}.npz", allow_pickle=True, **found)
        summary[str(photo)] = {name: found[name].tolist() for name in ("rois", "class_ids", "scores")}
        sys.stderr.write(f"{photo}: {len(found['scores'])} found\n")
    (out / "detections.json").write_text(json.dumps(summary, indent=1))


def open_model(weights: Path, config: Path | None) -> MaskRCNN:
    """A network of ours (its configuration lies in the weights file) or, with a configuration, one of Matterport's."""
    from .model import MaskRCNN

    if config is None:
        return MaskRCNN.open(weights)
    model = MaskRCNN(read_config_file(config))
    load = model.load_matterport if _is_matterport(config) else model.load
    load(weights)
    return model


def read_config_file(path: Path) -> Config:
    """A configuration in JSON: Matterport's upper-case names or ours."""
    values = _read_json(path)
    return config_from_matterport(values) if _is_matterport(path) else Config.from_dict(values)


def read_photo(path: Path) -> np.ndarray:
    """A photo as it is displayed (EXIF orientation applied), (h, w, 3) uint8."""
    from keras.utils import load_img

    try:
        picture = load_img(path)
        orientation = picture.getexif().get(0x0112, 1)
    except (OSError, ValueError) as error:
        raise EngineError(f"The photo {path} cannot be read.", str(error)) from error
    pixels = np.asarray(picture)
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels[:, ::-1] if orientation in (2, 3, 6, 7) else pixels)


def _is_matterport(path: Path) -> bool:
    return any(name.isupper() for name in _read_json(path))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(f"The configuration {path} cannot be read.", str(error)) from error
    if not isinstance(values, dict):
        raise EngineError(f"The configuration {path} cannot be used.", "Expected one JSON object of names and values.")
    return values


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cardamage_core.mrcnn", description="Mask R-CNN on photos.")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("detect", help="find objects on photos")
    command.add_argument("--weights", type=Path, required=True, help="our .h5, or Matterport's together with --config")
    command.add_argument("--config", type=Path, help="JSON; Matterport's upper-case names or ours")
    command.add_argument("--out", type=Path, required=True, help="folder for the results")
    command.add_argument("photos", type=Path, nargs="+", metavar="PHOTO")
    return parser


if __name__ == "__main__":
    sys.exit(main())
